"""What is asked of Jira: JQL, fields, bodies, and where a pull goes on. Pure.

Source:
    Instants in JQL are epoch milliseconds: text would be read in the zone of the token's account.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from adapters import wire

CLOUD_PAGE = 100  # the most Cloud gives as soon as a field is named
CENTER_PAGE = 50  # histories come with the issues and are heavy
CHANGELOG_PAGE = 5000  # histories a page; the most allowed is 10000
CHANGELOG_FIELDS = 10  # the most field ids a bulk changelog takes
LOCATE_CHUNK = 100
OVERLAP = dt.timedelta(minutes=15)  # Cloud's index lags behind its writes
MINUTE_MS = 60_000

_SYSTEM_FIELDS = (
    "summary", "description", "issuetype", "status", "statuscategorychangedate", "resolution",
    "resolutiondate", "priority", "project", "security", "labels", "components", "fixVersions", "parent",
    "duedate", "timeoriginalestimate", "issuelinks", "created", "updated", "assignee", "reporter", "creator",
)  # fmt: skip
_HISTORY_FIELDS = (
    "status", "issuetype", "fixVersions", "labels", "parent", "resolution", "components", "duedate",
    "timeoriginalestimate", "summary", "priority", "security", "project", "issuekey",
)  # fmt: skip
_RISKY_RIGHTS = ("ADMINISTER", "ADMINISTER_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES")
_READING = (
    ("GET", r"serverInfo|myself|field|issuetype|status|label|mypermissions"),
    ("GET", r"project/[^/]+(/versions)?|issue/[^/]+"),
    ("POST", r"search|search/jql|search/approximate-count|changelog/bulkfetch|issue/bulkfetch"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a pull has come, by creation: a minute, and the issues of that minute already had.

    Creation never changes, so no issue moves while pages are read, and a page that failed or a
    token that expired costs nothing but that minute.
    """

    created_ms: int | None = None  # start of the minute
    seen: frozenset[str] = field(default_factory=frozenset)  # ids

    def after(self, issues: Iterable[tuple[str, dt.datetime]]) -> Position:
        """Return the position behind issues, given as (id, creation)."""
        placed = [(issue_id, _minute_ms(created_at)) for issue_id, created_at in issues]
        if not placed:
            return self
        latest = max([minute for _, minute in placed] + [self.created_ms or 0])
        kept = self.seen if latest == self.created_ms else frozenset()
        return Position(created_ms=latest, seen=kept | {one for one, minute in placed if minute == latest})

    def __str__(self) -> str:
        """Write it as a cursor."""
        return json.dumps({"v": 1, "created_ms": self.created_ms, "seen": sorted(self.seen)})


def position(cursor: str | None) -> Position:
    """Read a cursor; one that cannot be read starts anew, which is safe."""
    try:
        loaded = json.loads(cursor or "")
        return Position(created_ms=int(loaded["created_ms"]), seen=frozenset(map(str, loaded["seen"])))
    except (ValueError, KeyError, TypeError):
        return Position()


def jql(project: str, *, select: str = "", since: dt.datetime | None = None, start: Position) -> str:
    """Ask for a project's issues in the order of their creation."""
    parts = [f"project = {quoted(project)}"]
    if select:
        parts.append(f"({select})")
    if since is not None:
        parts.append(f"updated >= {_ms(since - OVERLAP)}")
    if start.created_ms is not None:
        parts.append(f"created >= {start.created_ms}")
    return f"{' AND '.join(parts)} ORDER BY created ASC, key ASC"


def quoted(text: str) -> str:
    """Quote a JQL value."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def search_fields(custom_ids: Sequence[str]) -> list[str]:
    """Name every field we read; comments and worklogs are none of them."""
    return list(dict.fromkeys([*_SYSTEM_FIELDS, *custom_ids]))


def cloud_search(query: str, *, fields: Sequence[str], token: str | None) -> wire.JSON:
    """Make the body of a Cloud search."""
    body: dict[str, wire.JSON] = {"jql": query, "fields": list(fields), "maxResults": CLOUD_PAGE}
    return body if token is None else {**body, "nextPageToken": token}


def center_search(query: str, *, fields: Sequence[str], start_at: int, histories: bool) -> wire.JSON:
    """Make the body of a Data Center search. Without histories, issues that are gone are no fault."""
    return {
        "jql": query,
        "fields": list(fields),
        "startAt": start_at,
        "maxResults": CENTER_PAGE if histories else LOCATE_CHUNK,
        "expand": ["changelog"] if histories else [],
        "validateQuery": histories,
    }


def changelog_groups(custom_ids: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Split the fields whose history we need into groups that one call takes."""
    return chunks(tuple(dict.fromkeys([*_HISTORY_FIELDS, *custom_ids])), CHANGELOG_FIELDS)


def changelog(issue_ids: Sequence[str], *, fields: Sequence[str], token: str | None) -> wire.JSON:
    """Make the body of a bulk changelog."""
    body: dict[str, wire.JSON] = {
        "issueIdsOrKeys": list(issue_ids),
        "fieldIds": list(fields),
        "maxResults": CHANGELOG_PAGE,
    }
    return body if token is None else {**body, "nextPageToken": token}


def rights(project: str) -> tuple[tuple[str, str], ...]:
    """Ask which rights the token has that reading does not need."""
    return (("projectKey", project), ("permissions", ",".join(_RISKY_RIGHTS)))


def excessive_rights(answer: object) -> tuple[str, ...]:
    """Return the rights beyond reading that an answer to `rights` grants."""
    granted = answer.get("permissions") if isinstance(answer, Mapping) else None
    if not isinstance(granted, Mapping):
        return ()
    return tuple(name for name in _RISKY_RIGHTS if _is_granted(granted.get(name)))


def project_path(project: str) -> str:
    """Return the path of a project below the REST root."""
    return f"project/{quote(project, safe='')}"


def issue_path(id_or_key: str) -> str:
    """Return the path of an issue below the REST root."""
    return f"issue/{quote(id_or_key, safe='')}"


def any_of(name: str, values: Sequence[str]) -> str:
    """Ask for issues by `id` (numbers) or `key`."""
    listed = values if name == "id" else map(quoted, values)
    return f"{name} in ({', '.join(listed)})"


def reading_calls(site: str) -> Callable[[wire.Request], bool]:
    """Return what says whether a request is one of our reading calls of this site."""
    root = re.escape(urlsplit(site).path.rstrip("/")) + r"/rest/api/[23]/"
    patterns = tuple((method, re.compile(f"{root}(?:{paths})")) for method, paths in _READING)

    def allow(request: wire.Request) -> bool:
        return any(
            request.method == method and pattern.fullmatch(request.path) for method, pattern in patterns
        )

    return allow


def chunks(values: Sequence[str], size: int) -> tuple[tuple[str, ...], ...]:
    """Split values into parts of at most `size`."""
    return tuple(tuple(values[i : i + size]) for i in range(0, len(values), size))


def _is_granted(right: object) -> bool:
    return isinstance(right, Mapping) and right.get("havePermission") is True


def _ms(at: dt.datetime) -> int:
    return int(at.timestamp() * 1000)


def _minute_ms(at: dt.datetime) -> int:
    return _ms(at) // MINUTE_MS * MINUTE_MS
