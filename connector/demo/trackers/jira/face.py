"""What both faces of Jira share: sign-in, routing, errors, and everything but searching."""

from __future__ import annotations

import base64
import re
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Unpack
from urllib.parse import urlsplit

from connector.demo.trackers.exchange import Answer, Payload, RefusalError, Request, answer_json
from connector.demo.trackers.jira.jql import JqlError, parse_jql
from connector.demo.trackers.jira.match import Asking, search
from connector.demo.trackers.jira.render import Tongue, Wish, issue_payload
from connector.demo.trackers.jira.state import SITE, JiraIssue, JiraState
from connector.demo.trackers.jira.world import JiraWorld
from connector.demo.trackers.server import ServerOptions, TrackerServer

_API = re.compile(r"/rest/(?:api/(?P<version>\d+|latest)|agile/1\.0)(?P<tail>/.*)\Z")
NO_ISSUE = "Issue does not exist or you do not have permission to see it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, understood: what is asked, in which tongue, of which state."""

    request: Request
    state: JiraState
    tongue: Tongue
    asking: Asking
    part: Mapping[str, str]  # the variable parts of the path

    def wish(self, default: tuple[str, ...]) -> Wish:
        """Return the fields the query parameters ask for, `default` where they name none."""
        names = self.request.values("fields") or default
        return Wish(names)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """Which handler answers a method and a path behind the API's root (`/project/{key}`)."""

    method: str
    path: re.Pattern[str]
    handler: Handler


def route(method: str, path: str, handler: Handler) -> Route:
    """Make a route; `{name}` in the path is one variable part."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return Route(method, re.compile(pattern + r"/?\Z"), handler)


def refuse(status: int, *messages: str, errors: Payload | None = None) -> RefusalError:
    """Make Jira's usual error answer."""
    body = {"errorMessages": list(messages), "errors": errors or {}}
    return RefusalError(answer_json(body, status=status))


class JiraFace(TrackerServer):
    """A Jira site over HTTP.

    Attributes:
        permissions: What the account may do; more than BROWSE_PROJECTS is more than reading needs.
            Only with SET_ISSUE_SECURITY is it told which security levels there are.
        signed_out: Treat every request as anonymous: 200, empty, and a header that tells. That is
            what an expired token looks like on many sites.
    """

    deployment: ClassVar[str]
    version: ClassVar[str]
    tongues: ClassVar[Mapping[str, Tongue]]

    def __init__(
        self, world: JiraWorld, *, token: str, account: str, email: str, **options: Unpack[ServerOptions]
    ) -> None:
        """Serve a world to one account."""
        super().__init__(**options)
        self.world = world
        self.token = token
        self.account = account
        self.email = email
        self.permissions = frozenset({"BROWSE_PROJECTS", "SET_ISSUE_SECURITY"})
        self.signed_out = False
        self.routes: list[Route] = []

    def serve(self, request: Request) -> Answer:
        """Answer one request as of the clock's moment."""
        found = _API.match(urlsplit(request.path).path)
        tongue = self.tongues.get(found["version"] or "latest") if found else None
        if found is None or tongue is None:
            return _nothing_there(request)
        is_open = found["tail"] == "/serverInfo"
        trouble = None if is_open or self.signed_out else self.sign_in(request)
        if trouble:
            return trouble
        with self.world.lock:
            now = self.clock()
            state = self.world.state_at(now)
            seen = _anonymous(state) if self.signed_out else state
            asking = Asking(state=seen, zone=self.world.zone, now=now)
            call = Call(request=request, state=seen, tongue=tongue, asking=asking, part={})
            return self._marked(self._routed(call, found["tail"]))

    @abstractmethod
    def sign_in(self, request: Request) -> Answer | None:
        """Return None for the right credentials, otherwise the refusal."""

    def find(self, jql: str, call: Call, *, bounded: bool) -> list[JiraIssue]:
        """Search. Raises RefusalError (400) for a query Jira would not take."""
        try:
            query = parse_jql(jql)
            if query.where is not None or not bounded:
                return search(query, call.asking)
        except JqlError as exc:
            raise refuse(400, str(exc)) from exc
        raise refuse(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        )

    def server_info(self, _call: Call) -> Answer:
        """Say what product this is. Open to everybody."""
        numbers = [int(part) for part in self.version.split(".")]
        return answer_json(
            {
                "baseUrl": self.url,
                "version": self.version,
                "versionNumbers": numbers,
                "deploymentType": self.deployment,
                "buildNumber": 100_000 + numbers[0],
                "serverTime": f"{self.clock():%Y-%m-%dT%H:%M:%S.000+0000}",
                "serverTimeZone": "UTC",
                "serverTitle": "Jira",
                "defaultLocale": {"locale": "en_US"},
            }
        )

    def my_permissions(self, call: Call) -> Answer:
        """Say which permissions the account has, of those asked for."""
        key = call.request.param("projectKey")
        if key and call.state.project(key) is None:
            raise refuse(404, f"No project could be found with key '{key}'.")
        known = (
            "BROWSE_PROJECTS",
            "CREATE_ISSUES",
            "EDIT_ISSUES",
            "DELETE_ISSUES",
            "SET_ISSUE_SECURITY",
            "ADMINISTER_PROJECTS",
            "ADMINISTER",
        )
        asked = call.request.values("permissions")
        if not asked and self.deployment == "Cloud":
            raise refuse(400, "The 'permissions' query parameter is required.")
        unknown = [name for name in asked if name not in known]
        if unknown:
            raise refuse(400, f"Unrecognized permissions: {', '.join(unknown)}")
        granted = frozenset() if self.signed_out else self.permissions
        return answer_json({"permissions": {name: _permission(name, granted) for name in asked or known}})

    def issue(self, call: Call) -> Answer:
        """Return one issue by id, key or former key: consistent at once, unlike searching."""
        found = call.state.find(call.part["issue"])
        if found is None:
            raise refuse(404, NO_ISSUE)
        is_server = call.tongue is Tongue.SERVER
        limit = (-1 if is_server else 100) if "changelog" in call.request.values("expand") else 0
        wish = replace(call.wish(("*all",)), changelog=limit)
        return answer_json(issue_payload(call.state, found, wish, call.tongue), issues=1)

    def _routed(self, call: Call, tail: str) -> Answer:
        """Answer a request; an error answer too says who asked."""
        try:
            return self._route(call, tail)
        except RefusalError as refusal:
            return refusal.answer

    def _route(self, call: Call, tail: str) -> Answer:
        allowed = [(one, match) for one in self.routes if (match := one.path.match(tail))]
        if not allowed:
            return _nothing_there(call.request)
        for one, match in allowed:
            if one.method == call.request.method:
                return one.handler(replace(call, part=match.groupdict()))
        return answer_json({"message": "HTTP 405 Method Not Allowed", "status-code": 405}, status=405)

    def _marked(self, answer: Answer) -> Answer:
        reason = "AUTHENTICATED_FAILED" if self.signed_out else "OK"
        is_silent = not self.signed_out and self.deployment == "Cloud"
        extra = {} if is_silent else {"X-Seraph-LoginReason": reason}
        return replace(answer, headers={**answer.headers, **extra})


def basic(request: Request) -> tuple[str, str] | None:
    """Return user and password of Basic authentication, None without it."""
    scheme, _, code = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(code).decode().partition(":")
    except ValueError:
        return ("", "")
    return user, password


def _permission(name: str, granted: frozenset[str]) -> Payload:
    title = name.replace("_", " ").title()
    kind = "GLOBAL" if name == "ADMINISTER" else "PROJECT"
    have = name in granted
    return {
        "id": str(len(name)),
        "key": name,
        "name": title,
        "type": kind,
        "description": "",
        "havePermission": have,
    }


def _anonymous(state: JiraState) -> JiraState:
    nothing: dict[str, Payload] = {}
    return replace(
        state,
        issues={},
        keys={},
        projects=nothing,
        versions=nothing,
        boards={},
        sprints={},
        encoded={},
        shown_in={},
        sorted_by={},
    )


def _nothing_there(request: Request) -> Answer:
    body = {"message": f"null for uri: {SITE}{request.path}", "status-code": 404}
    return answer_json(body, status=404)
