"""GitHub over HTTP: REST at the root and below `/api/v3`, GraphQL at `/graphql` and `/api/graphql`.

with GitHubServer(world) as server:
    # Authorization: Bearer server.token
    server.url                 # as api.github.com
    server.url + "/api/v3"     # as an Enterprise Server
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Unpack

from connector.demo.trackers.exchange import Answer, RefusalError, Request, answer_json
from connector.demo.trackers.github import rest
from connector.demo.trackers.github.listing import refuse
from connector.demo.trackers.github.state import GitHubState, repository_payload
from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.server import ServerOptions, TrackerServer

_LINKS = re.compile(rb'(url":")https://api\.github\.com')
_GRAPHQL = frozenset(("/graphql", "/api/graphql"))
_SECURITY = {"access-control-allow-origin": "*", "x-content-type-options": "nosniff"}


@dataclass(slots=True)
class Allowance:
    """A rate limit: so many points an hour. `remaining` may be set by hand."""

    limit: int = 5000
    remaining: int = 5000
    resets_at: dt.datetime | None = None

    def spend(self, now: dt.datetime, points: int = 1) -> bool:
        """Take points, in a new hour from a full allowance. Returns whether there were any left."""
        if self.resets_at is None or now >= self.resets_at:
            if self.resets_at is not None:
                self.remaining = self.limit
            self.resets_at = now + dt.timedelta(hours=1)
        if self.remaining <= 0:
            return False
        self.remaining = max(0, self.remaining - points)
        return True

    def headers(self, resource: str) -> dict[str, str]:
        """Return the headers that tell of it; the reset is in epoch seconds."""
        reset = int(self.resets_at.timestamp()) if self.resets_at else 0
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-used": str(self.limit - self.remaining),
            "x-ratelimit-reset": str(reset),
            "x-ratelimit-resource": resource,
        }


class GitHubServer(TrackerServer):
    """A GitHub that has one repository.

    Attributes:
        scopes: Scopes of a classic token; None: a fine-grained one, whose rights no header tells.
        token_expires_at: When the token expires; None: it does not say.
        rest: Allowance of REST; `graph`: of GraphQL.
        graphql_status: 200, or the status GraphQL refuses with (403, 404): REST is all there is.
        graphql_page_limit: Pages of issues above this size time out with 502. 0: none does.
        graphql_node_limit: Queries that may touch more nodes than this time out too. 0: none does.
        manners: What GitHub is seen to do in more than one way.
        is_hidden: The repository is there no more for this token: REST 404, GraphQL NOT_FOUND.
        has_dependencies: Whether GraphQL knows blockedBy and blocking (older servers do not).
    """

    product: ClassVar[str] = "github.com"

    def __init__(
        self,
        world: GitHubWorld,
        *,
        token: str = "github_pat_0123456789",  # noqa: S107 - the only account of a tracker on loopback
        login: str = "reader",
        **options: Unpack[ServerOptions],
    ) -> None:
        """Serve a world to one account with one token."""
        super().__init__(**options)
        self.world = world
        self.token = token
        self.login = login
        self.scopes: str | None = None
        self.token_expires_at: dt.datetime | None = None
        self.rest = Allowance()
        self.graph = Allowance()
        self.graphql_status = 200
        self.graphql_page_limit = 0
        self.graphql_node_limit = 0
        self.manners = rest.Manners()
        self.is_hidden = False
        self.has_dependencies = True

    def serve(self, request: Request) -> Answer:
        """Answer one request as of the clock's moment."""
        if "user-agent" not in request.headers:
            raise refuse(
                403,
                "Request forbidden by administrative rules."
                " Please make sure your request has a User-Agent header.",
            )
        self._sign_in(request)
        with self.world.lock:
            state = self.world.state_at(self.clock())
            if self.is_hidden:
                nobody = repository_payload("nobody/nothing", 1, private=True)
                state = GitHubState(repository=nobody)
            if request.path in _GRAPHQL:
                return self._serve_graph(request, state)
            return self._serve_rest(request, state)

    def _sign_in(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if given and given.partition(" ")[2] != self.token:
            raise refuse(401, "Bad credentials")
        if not given and request.path in _GRAPHQL:
            raise refuse(401, "This endpoint requires you to be authenticated.")

    def _serve_rest(self, request: Request, state: GitHubState) -> Answer:
        path = request.path.removeprefix("/api/v3")
        base = self.url + request.path.removesuffix(path)
        call = rest.Call(
            request=replace(request, path=path),
            state=state,
            base=base,
            manners=self.manners,
            login=self.login if request.headers.get("authorization") else "",
            resources={"core": self.rest.headers("core"), "graphql": self.graph.headers("graphql")},
        )
        is_free = path == "/rate_limit"
        if not is_free and self.rest.remaining <= 0 and not self.rest.spend(self.clock(), 0):
            raise self._exhausted()
        try:
            answer = rest.answer(call)
        except RefusalError as refusal:
            answer = refusal.answer
        answer = replace(answer, body=_LINKS.sub(rb"\1" + base.encode(), answer.body))
        answer = self._conditional(request, answer)
        if answer.status != 304 and not is_free:
            self.rest.spend(self.clock())
        return self._marked(answer, self.rest.headers("core"))

    def _conditional(self, request: Request, answer: Answer) -> Answer:
        """Give the answer its ETag; it is bound to the token, and a known one makes it a 304."""
        if answer.status != 200 or request.method != "GET":
            return answer
        digest = hashlib.sha256(self.token.encode() + answer.body).hexdigest()
        tag = f'W/"{digest}"'
        headers = {**answer.headers, "ETag": tag, "Cache-Control": "private, max-age=60, s-maxage=60"}
        if request.headers.get("if-none-match", "").removeprefix("W/") == tag.removeprefix("W/"):
            return Answer(status=304, headers=headers)
        return replace(answer, headers=headers)

    def _serve_graph(self, request: Request, state: GitHubState) -> Answer:
        if self.graphql_status != 200:
            message = (
                "Not Found"
                if self.graphql_status == 404
                else "Resource not accessible by personal access token"
            )
            raise refuse(self.graphql_status, message)
        if request.method != "POST":
            raise refuse(404, "Not Found")
        now = self.clock()
        if not self.graph.spend(now, 0):
            error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 500001."}
            return self._marked(answer_json({"errors": [error]}), self.graph.headers("graphql"))
        # Imported at first use: the engine takes longer to load than the rest of the server.
        from connector.demo.trackers.github.graph import GraphQL, Terms  # noqa: PLC0415

        terms = Terms(
            login=self.login,
            page_limit=self.graphql_page_limit,
            node_limit=self.graphql_node_limit,
            limit=self.graph.limit,
            remaining=self.graph.remaining,
            resets_at=self.graph.resets_at or now,
        )
        answer, points = GraphQL(dependencies=self.has_dependencies).answer(request, state, terms)
        self.graph.spend(now, points)
        return self._marked(answer, self.graph.headers("graphql"))

    def _exhausted(self) -> RefusalError:
        message = (
            "API rate limit exceeded for user ID 500001."
            " If you reach out to GitHub Support for help, please include the request ID."
        )
        return refuse(403, message, headers=self.rest.headers("core"))

    def _marked(self, answer: Answer, allowance: Mapping[str, str]) -> Answer:
        extra = {
            "X-GitHub-Media-Type": "github.v3; format=json",
            "x-github-api-version-selected": "2022-11-28",
        }
        if self.scopes is not None:
            extra |= {"X-OAuth-Scopes": self.scopes, "X-Accepted-OAuth-Scopes": "repo"}
        if self.token_expires_at is not None:
            expiry = self.token_expires_at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            extra["github-authentication-token-expiration"] = expiry
        return replace(answer, headers={**answer.headers, **allowance, **extra, **_SECURITY})
