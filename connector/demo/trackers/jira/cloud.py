"""Jira Cloud over HTTP, as it is since the old search was removed.

    with JiraCloud(world) as server:
        # Basic authentication: server.email, server.token

`/search/jql` answers pages with `nextPageToken` and no total, ids alone unless fields are named; a
token is good for its own query only. Histories come by `/changelog/bulkfetch`, oldest first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Unpack

from connector.demo.trackers.exchange import (
    JSON_TYPE,
    Answer,
    Payload,
    Request,
    answer_json,
    encode,
    milliseconds,
)
from connector.demo.trackers.jira import catalogue
from connector.demo.trackers.jira.face import NO_ISSUE, Call, JiraFace, Route, basic, refuse, route
from connector.demo.trackers.jira.render import Tongue, Wish, histories, history_payload, print_issue
from connector.demo.trackers.jira.state import JiraIssue, parse_time
from connector.demo.trackers.jira.world import JiraWorld
from connector.demo.trackers.server import ServerOptions

_MAX_BARE, _MAX_FULL = 5000, 100
_EMBEDDED_HISTORIES = 40
_BULK_ISSUES, _BULK_FIELDS, _BULK_HISTORIES = 1000, 10, 10_000
_FETCH_ISSUES = 100
_RECONCILED = 50
_HISTORY_PAGE = 100
_TOKEN_LIFE = dt.timedelta(days=7)
_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
_GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
    " A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_SEARCH_KEYS = frozenset(
    (
        "jql",
        "nextPageToken",
        "maxResults",
        "fields",
        "expand",
        "properties",
        "fieldsByKeys",
        "failFast",
        "reconcileIssues",
    )
)
Row = tuple[int, bytes]
"""What a page shows of an issue: its id and the printed thing ("" while it is not printed yet)."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What a page token stands for: the rest of one query's rows."""

    query: str
    rows: Sequence[tuple[int, bytes]]
    start: int
    until: dt.datetime


class JiraCloud(JiraFace):
    """A Jira Cloud site.

    Attributes:
        cloud_id: The site's id; the gateway's address is `/ex/jira/CLOUD_ID` on this server.
        is_scoped: The token has scopes: the site's own address refuses it, the gateway takes it.
        short_every: Every so many-th search page holds fewer rows than it could. 0: none does.
        consistent_after: Searching sees the site as it was this long ago, but for the issues that
            `reconcileIssues` names; getting by id is consistent. None: searching lags behind nothing.
        is_shifting: A page begins at a place in the list as it is now, not as it was at the first
            page: issues that came or went meanwhile shift it.
        changelog_in_ms: Instants of bulk changelogs are numbers (milliseconds), not texts.
        changelog_page: So many histories at most are on a page of bulk changelogs.
        fetch_most: So many issues at most are got in bulk by one request.
    """

    deployment = "Cloud"
    version = "1001.0.0"
    tongues: ClassVar[Mapping[str, Tongue]] = {
        "2": Tongue.CLOUD_V2,
        "3": Tongue.CLOUD_V3,
        "latest": Tongue.CLOUD_V3,
    }

    def __init__(
        self,
        world: JiraWorld,
        *,
        email: str = "reader@northwind.example",
        token: str = "cloud-token-0123456789",  # noqa: S107 - the only account of a tracker on loopback
        **options: Unpack[ServerOptions],
    ) -> None:
        """Serve a world to one account with one API token."""
        account = hashlib.sha256(email.encode()).hexdigest()[:24]
        super().__init__(world, token=token, account=account, email=email, **options)
        self.cloud_id = hashlib.sha256(b"cloud").hexdigest()[:32]
        self.is_scoped = False
        self.short_every = 0
        self.consistent_after: dt.timedelta | None = None
        self.is_shifting = False
        self.changelog_in_ms = True
        self.changelog_page = _BULK_HISTORIES
        self.fetch_most = _FETCH_ISSUES
        self._held: dict[str, _Held] = {}
        self._pages = 0
        self.routes = [
            *catalogue.paged_routes(),
            *catalogue.routes(),
            *catalogue.agile_routes(),
            *self._own_routes(),
        ]

    def serve(self, request: Request) -> Answer:
        """Answer one request, at the site's address or, for scoped tokens, behind the gateway's."""
        if request.path == "/_edge/tenant_info":
            return answer_json({"cloudId": self.cloud_id})
        gateway = f"/ex/jira/{self.cloud_id}"
        is_behind = request.path.startswith(f"{gateway}/")
        if self.is_scoped and not is_behind and not request.path.endswith("/serverInfo"):
            return answer_json({"code": 401, "message": "Unauthorized; scope does not match"}, status=401)
        return super().serve(replace(request, path=request.path.removeprefix(gateway)))

    def sign_in(self, request: Request) -> Answer | None:
        """Ask for Basic authentication with e-mail and API token."""
        if basic(request) == (self.email, self.token):
            return None
        if "authorization" not in request.headers:
            return refuse(
                401, "You are not authenticated. Authentication required to perform this operation."
            ).answer
        body = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
        return answer_json(body, status=401, headers={"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})

    def _own_routes(self) -> list[Route]:
        gone: Callable[[Call], Answer] = lambda _call: refuse(410, _GONE).answer  # noqa: E731 - one line says it
        return [
            route("GET", "/serverInfo", self.server_info),
            route("GET", "/myself", self._myself),
            route("GET", "/mypermissions", self.my_permissions),
            route("GET", "/search", gone),
            route("POST", "/search", gone),
            route("GET", "/search/jql", self._search),
            route("POST", "/search/jql", self._search),
            route("POST", "/search/approximate-count", self._count),
            route("POST", "/issue/bulkfetch", self._fetch),
            route("POST", "/changelog/bulkfetch", self._changelogs),
            route("GET", "/issue/{issue}", self.issue),
            route("GET", "/issue/{issue}/changelog", self._changelog),
        ]

    def _myself(self, call: Call) -> Answer:
        if self.signed_out:
            raise refuse(401, "You are not authenticated. Authentication required to perform this operation.")
        return answer_json(
            {
                "accountId": self.account,
                "accountType": "atlassian",
                "emailAddress": self.email,
                "displayName": self.email.partition("@")[0].title(),
                "active": True,
                "timeZone": str(call.asking.zone),
                "locale": "en_US",
            }
        )

    def _search(self, call: Call) -> Answer:
        asked = _search_request(call.request)
        wish = _wish(asked, default=("id",))
        jql = str(asked.get("jql") or "")
        size = min(_MAX_BARE if wish.is_bare else _MAX_FULL, _size(asked, 50))
        token = str(asked.get("nextPageToken") or "")
        named = _reconciled(asked)
        query = f"search {jql} {sorted(named)}"
        held = self._redeem(token, query) if token else None
        indexed = self._indexed(call, named)
        if held is None or self.is_shifting:
            rows = [(issue.id, b"") for issue in self.find(jql, indexed, bounded=True)]
        else:
            rows = list(held.rows)
        start = held.start if held else 0
        size = self._perhaps_short(size)
        there = [indexed.state.find(str(number)) for number, _ in rows[start : start + size]]
        seen = [issue for issue in there if issue and call.state.find(str(issue.id))]
        following = self._keep(query, rows, start + size)
        return _search_page(
            [print_issue(indexed.state, issue, wish, call.tongue) for issue in seen], following
        )

    def _indexed(self, call: Call, named: frozenset[int] = frozenset()) -> Call:
        """Return the call as the search index sees it: late, but for the issues it is to reconcile."""
        if self.consistent_after is None or self.signed_out:
            return call
        state = self.world.state_at(call.asking.now - self.consistent_after, view="index")
        fresh = {number: issue for number in named if (issue := call.state.issues.get(number))}
        if fresh:
            issues = {**state.issues, **fresh}
            state = replace(state, issues=issues, encoded={}, shown_in={}, sorted_by={})
        return replace(call, state=state, asking=replace(call.asking, state=state))

    def _perhaps_short(self, size: int) -> int:
        self._pages += 1
        is_short = self.short_every and self._pages % self.short_every == 0
        return max(1, size * 3 // 5) if is_short else size

    def _count(self, call: Call) -> Answer:
        jql = str(call.request.payload().get("jql") or "")
        return answer_json({"count": len(self.find(jql, self._indexed(call), bounded=True))})

    def _fetch(self, call: Call) -> Answer:
        asked = call.request.payload()
        named = [str(name) for name in asked.get("issueIdsOrKeys") or ()]
        if not named or len(named) > self.fetch_most:
            raise refuse(400, f"The number of issues must be between 1 and {self.fetch_most}.")
        wish = _wish(asked, default=("*navigable",))
        found = {issue.id: issue for name in named if (issue := call.state.find(name))}
        shown = [print_issue(call.state, found[number], wish, call.tongue) for number in sorted(found)]
        body = b'{"issues":[' + b",".join(shown) + b'],"issueErrors":[]}'
        return Answer(body=body, headers={"Content-Type": JSON_TYPE}, issues=len(shown))

    def _changelog(self, call: Call) -> Answer:
        issue = call.state.find(call.part["issue"])
        if issue is None:
            raise refuse(404, NO_ISSUE)
        return catalogue.page(call, histories(call.state, issue, call.tongue), most=_HISTORY_PAGE)

    def _changelogs(self, call: Call) -> Answer:
        asked = call.request.payload()
        named = [str(name) for name in asked.get("issueIdsOrKeys") or ()]
        fields = frozenset(map(str, asked.get("fieldIds") or ()))
        if not named or len(named) > _BULK_ISSUES:
            raise refuse(400, f"The number of issues must be between 1 and {_BULK_ISSUES}.")
        if len(fields) > _BULK_FIELDS:
            raise refuse(400, f"The number of field IDs must not exceed {_BULK_FIELDS}.")
        query = f"changelog {sorted(named)} {sorted(fields)}"
        token = str(asked.get("nextPageToken") or "")
        size = min(self.changelog_page, _BULK_HISTORIES, _size(asked, _BULK_ISSUES))
        held = self._redeem(token, query) if token else None
        rows = held.rows if held else _bulk_rows(call, named, fields, in_ms=self.changelog_in_ms)
        start = held.start if held else 0
        following = self._keep(query, rows, start + size)
        return _bulk_page(rows[start : start + size], following, issues=len(named))

    def _keep(self, query: str, rows: Sequence[Row], start: int) -> str | None:
        if start >= len(rows):
            return None
        token = hashlib.sha256(f"{query} {start} {len(self._held)}".encode()).hexdigest()
        self._held[token] = _Held(query, rows, start, self.clock() + _TOKEN_LIFE)
        return token

    def _redeem(self, token: str, query: str) -> _Held:
        held = self._held.get(token)
        if held is None or held.query != query or held.until < self.clock():
            raise refuse(400, "The provided next page token is invalid or expired.")
        return held


def _search_request(request: Request) -> Payload:
    if request.method == "GET":
        asked: Payload = dict(request.params)
        asked["fields"] = list(request.values("fields"))
        return asked
    asked = request.payload()
    unknown = sorted(set(asked) - _SEARCH_KEYS)
    is_wrong = isinstance(asked.get("expand"), list) or isinstance(asked.get("fields"), str)
    if unknown or is_wrong:
        raise refuse(400, _PAYLOAD)
    return asked


def _reconciled(asked: Payload) -> frozenset[int]:
    given = [str(number) for number in asked.get("reconcileIssues") or ()]
    if len(given) > _RECONCILED or not all(number.isdigit() for number in given):
        raise refuse(400, f"reconcileIssues takes at most {_RECONCILED} numeric issue ids.")
    return frozenset(map(int, given))


def _wish(asked: Payload, *, default: tuple[str, ...]) -> Wish:
    names = tuple(name for entry in asked.get("fields") or () for name in str(entry).split(","))
    expand = asked.get("expand") or ""
    wanted = ",".join(expand) if isinstance(expand, list) else str(expand)
    limit = _EMBEDDED_HISTORIES if "changelog" in wanted.split(",") else 0
    return Wish(names or default, changelog=limit)


def _size(asked: Payload, default: int) -> int:
    given = asked.get("maxResults")
    size = default if given in (None, "") else int(str(given))
    if size < 0:
        raise refuse(400, "maxResults must not be negative.")
    return size or default


def _search_page(shown: Sequence[bytes], following: str | None) -> Answer:
    tail = {"isLast": True} if following is None else {"nextPageToken": following, "isLast": False}
    body = b'{"issues":[' + b",".join(shown) + b"]," + encode(tail)[1:]
    return Answer(body=body, headers={"Content-Type": JSON_TYPE}, issues=len(shown))


def _bulk_rows(call: Call, named: Sequence[str], fields: frozenset[str], *, in_ms: bool) -> list[Row]:
    found = {issue.id: issue for name in named if (issue := call.state.find(name))}
    rows = [row for issue in found.values() for row in _told(call, issue, fields, in_ms=in_ms)]
    rows.sort(key=lambda row: (row[0], row[1], row[2]))
    return [(number, printed) for _created, number, _id, printed in rows]


def _told(
    call: Call, issue: JiraIssue, fields: frozenset[str], *, in_ms: bool
) -> list[tuple[int, int, int, bytes]]:
    """Return an issue's histories that concern some fields, printed; (instant, issue, id) sorts them."""
    rows = []
    for entry in issue.histories:
        told = history_payload(call.state, entry, call.tongue, in_ms=in_ms)
        if fields:
            told["items"] = [item for item in told["items"] if item["fieldId"] in fields]
        if told["items"]:
            created = milliseconds(parse_time(entry["created"]))
            rows.append((created, issue.id, int(told["id"]), encode(told)))
    return rows


def _bulk_page(rows: Sequence[Row], following: str | None, *, issues: int) -> Answer:
    logs: dict[int, list[bytes]] = {}
    for number, printed in rows:
        logs.setdefault(number, []).append(printed)
    shown = [
        b'{"issueId":"%d","changeHistories":[%s]}' % (number, b",".join(told))
        for number, told in logs.items()
    ]
    tail = encode({"nextPageToken": following})[1:]
    body = b'{"issueChangeLogs":[' + b",".join(shown) + b"]," + tail
    return Answer(body=body, headers={"Content-Type": JSON_TYPE}, issues=issues)
