"""What is asked of Jira: JQL, questions with their bodies, and which of them may be asked. Pure.

Source:
    Instants in JQL are epoch milliseconds: text would be read in the zone of the token's account.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from adapters import wire
from adapters.jira.positions import Position, Span, minute_ms

SWEEP_PAGE = 5000  # the most Cloud gives while nothing but ids is asked for
CLOUD_PAGE = 100  # the most as soon as a field is named, and the most got in bulk by id
CENTER_PAGE = 50  # histories come with the issues and are heavy
CENTER_SWEEP_PAGE = 1000  # the factory's limit; a site may have a lower one
CHANGELOG_PAGE = 5000  # histories a page; the most allowed is 10000
CHANGELOG_ISSUES = 1000  # the most a bulk changelog takes
RECONCILED = 50  # ids whose latest state a search takes into account
AGILE_PAGE = 50
OVERLAP = dt.timedelta(minutes=15)  # Cloud's index lags behind its writes

V2, V3, AGILE = "api/2", "api/3", "agile/1.0"

_SYSTEM_FIELDS = (
    "summary", "description", "issuetype", "status", "statuscategorychangedate", "resolution",
    "resolutiondate", "priority", "project", "security", "labels", "components", "fixVersions", "parent",
    "duedate", "timeoriginalestimate", "issuelinks", "created", "updated", "assignee", "reporter", "creator",
)  # fmt: skip
_RISKY_RIGHTS = ("ADMINISTER", "ADMINISTER_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES")
_SIGHT_RIGHTS = ("BROWSE_PROJECTS", "SET_ISSUE_SECURITY")
_READING = (
    ("GET", r"api/[23]/(?:serverInfo|myself|field|issuetype|status|label|mypermissions)"),
    ("GET", r"api/[23]/(?:project/[^/]+(?:/versions|/securitylevel)?|issue/[^/]+)"),
    ("POST", r"api/[23]/(?:search|search/jql|search/approximate-count|changelog/bulkfetch|issue/bulkfetch)"),
    ("GET", r"agile/1\.0/(?:board|board/[0-9]+/sprint|sprint/[0-9]+)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A reading call: a GET, or a POST where it has a body."""

    path: str  # below the root
    root: str = V2  # Cloud takes V2 too, with texts in place of documents
    params: tuple[tuple[str, str], ...] = ()
    body: wire.JSON = None

    @property
    def told(self) -> str:
        """Name of the call in messages."""
        return f"rest/{self.root}/{self.path}"


Ask = Callable[[Question], bytes]
"""Sends a question and returns the answer's body. Raises AdapterError. May be called from threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which issues are wanted: those of a project, perhaps under a condition, perhaps changed since."""

    project: str
    select: str = ""
    since: dt.datetime | None = None

    def jql(self, *more: str) -> str:
        """Ask for them in the order of their creation."""
        parts = [f"project = {quoted(self.project)}"]
        if self.select:
            parts.append(f"({self.select})")
        if self.since is not None:
            parts.append(f"updated >= {minute_ms(self.since - OVERLAP)}")
        return f"{' AND '.join([*parts, *more])} ORDER BY created ASC, key ASC"

    def behind(self, start: Position) -> str:
        """Ask for those created at a position or later."""
        return self.jql() if start.created_ms is None else self.jql(f"created >= {start.created_ms}")

    def within(self, span: Span) -> str:
        """Ask for those created within a span."""
        parts = [f"created >= {span.from_ms}"]
        return self.jql(*parts, *([] if span.until_ms is None else [f"created < {span.until_ms}"]))


def quoted(text: str) -> str:
    """Quote a JQL value."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def any_of(name: str, values: Sequence[str]) -> str:
    """Ask for issues by `id` (numbers) or `key`."""
    listed = values if name == "id" else map(quoted, values)
    return f"{name} in ({', '.join(listed)})"


def search_fields(custom_ids: Sequence[str]) -> list[str]:
    """Name every field we read; comments and worklogs are none of them."""
    return list(dict.fromkeys([*_SYSTEM_FIELDS, *custom_ids]))


def cloud_search(query: str, *, fields: Sequence[str], token: str | None = None) -> Question:
    """Ask Cloud for a page of issues, with the latest of their histories."""
    body: dict[str, wire.JSON] = {
        "jql": query,
        "fields": list(fields),
        "maxResults": CLOUD_PAGE,
        "expand": "changelog",
    }
    if token is not None:
        body["nextPageToken"] = token
    return Question(root=V3, path="search/jql", body=body)


def cloud_ids(query: str, *, token: str | None = None, fresh: Sequence[str] = ()) -> Question:
    """Ask Cloud for ids alone, thousands a page.

    Args:
        query: JQL.
        token: Of the page; None: the first.
        fresh: At most `RECONCILED` ids whose latest state counts, whatever the index says.
    """
    body: dict[str, wire.JSON] = {"jql": query, "fields": ["id"], "maxResults": SWEEP_PAGE}
    if fresh:
        body["reconcileIssues"] = [int(one) for one in fresh]
    if token is not None:
        body["nextPageToken"] = token
    return Question(root=V3, path="search/jql", body=body)


def cloud_fetch(issue_ids: Sequence[str], *, fields: Sequence[str], histories: bool) -> Question:
    """Ask Cloud for issues by id or key: as they are now, past any index."""
    body: wire.JSON = {
        "issueIdsOrKeys": list(issue_ids),
        "fields": list(fields),
        "expand": ["changelog"] if histories else [],
    }
    return Question(root=V3, path="issue/bulkfetch", body=body)


def center_search(
    query: str, *, fields: Sequence[str], start_at: int = 0, most: int, histories: bool, strict: bool = True
) -> Question:
    """Ask a Data Center for a page of issues. Not `strict`: values that are gone are no fault."""
    body: wire.JSON = {
        "jql": query,
        "fields": list(fields),
        "startAt": start_at,
        "maxResults": most,
        "expand": ["changelog"] if histories else [],
        "validateQuery": strict,
    }
    return Question(path="search", body=body)


def changelog(issue_ids: Sequence[str], *, token: str | None = None) -> Question:
    """Ask Cloud for every history of issues.

    No fields are named: items of old or deleted fields have no id that could be named.
    """
    body: dict[str, wire.JSON] = {"issueIdsOrKeys": list(issue_ids), "maxResults": CHANGELOG_PAGE}
    if token is not None:
        body["nextPageToken"] = token
    return Question(root=V3, path="changelog/bulkfetch", body=body)


def estimate(query: str) -> Question:
    """Ask Cloud how many issues there are, about."""
    return Question(root=V3, path="search/approximate-count", body={"jql": query.partition(" ORDER BY ")[0]})


def issue(id_or_key: str, *, root: str, fields: Sequence[str], histories: bool) -> Question:
    """Ask for one issue."""
    params = (("fields", ",".join(fields)), *((("expand", "changelog"),) if histories else ()))
    return Question(root=root, path=f"issue/{quote(id_or_key, safe='')}", params=params)


def project(key: str, part: str = "") -> Question:
    """Ask for a project, or for its `versions` or `securitylevel`s."""
    return Question(path=f"project/{quote(key, safe='')}" + (f"/{part}" if part else ""))


def boards(project_key: str, *, start_at: int) -> Question:
    """Ask for a page of a project's boards."""
    page = (("startAt", str(start_at)), ("maxResults", str(AGILE_PAGE)))
    return Question(root=AGILE, path="board", params=(("projectKeyOrId", project_key), *page))


def board_sprints(board_id: str, *, start_at: int, states: str) -> Question:
    """Ask for a page of a board's sprints in some `states` (comma-separated; "": all)."""
    page = (("startAt", str(start_at)), ("maxResults", str(AGILE_PAGE)))
    wanted = (("state", states),) if states else ()
    return Question(root=AGILE, path=f"board/{board_id}/sprint", params=(*wanted, *page))


def sprint(sprint_id: str) -> Question:
    """Ask for one sprint."""
    return Question(root=AGILE, path=f"sprint/{sprint_id}")


def rights(project_key: str) -> Question:
    """Ask which rights the token has that reading does not need."""
    return _permissions(project_key, _RISKY_RIGHTS)


def sight(project_key: str) -> Question:
    """Ask for the rights that tell whether an issue could be hidden from us."""
    return _permissions(project_key, _SIGHT_RIGHTS)


def excessive_rights(answer: object) -> tuple[str, ...]:
    """Return the rights beyond reading that an answer to `rights` grants."""
    return tuple(name for name in _RISKY_RIGHTS if is_granted(answer, name))


def is_granted(answer: object, name: str) -> bool:
    """Whether an answer about permissions grants one."""
    granted = answer.get("permissions") if isinstance(answer, Mapping) else None
    right = granted.get(name) if isinstance(granted, Mapping) else None
    return isinstance(right, Mapping) and right.get("havePermission") is True


def reading_calls(site: str) -> Callable[[wire.Request], bool]:
    """Return what says whether a request is one of our reading calls of this site."""
    root = re.escape(urlsplit(site).path.rstrip("/")) + "/rest/"
    patterns = tuple((method, re.compile(f"{root}(?:{paths})")) for method, paths in _READING)

    def allow(request: wire.Request) -> bool:
        return any(
            request.method == method and pattern.fullmatch(request.path) for method, pattern in patterns
        )

    return allow


def _permissions(project_key: str, names: Sequence[str]) -> Question:
    return Question(
        path="mypermissions", params=(("projectKey", project_key), ("permissions", ",".join(names)))
    )
