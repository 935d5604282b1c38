"""Answers put together: cursors, what an error means, pages of records, what a token may do. Pure."""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters import wire
from adapters.errors import MalformedError
from adapters.github.parse import Context, UnreadableError, parse_changes, parse_issue, parse_links
from adapters.github.payloads import home_of
from adapters.github.queries import Feature, unsupported
from adapters.protocol import Batch
from adapters.records import Change, Issue, Link, Quarantined
from adapters.wire import JSON, Response

EXPIRY_NOTICE = dt.timedelta(days=14)

_READING_SCOPES = ("read:", "user:email")  # of a classic token; all others write, `repo` included
_EXPIRY_HEADER = "github-authentication-token-expiration"


class Face(enum.StrEnum):
    """By which of GitHub's APIs a pull reads the issues."""

    GRAPHQL = "graphql"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a pull goes on: behind an `endCursor`, or at a page's URL; "" when nothing is left."""

    face: Face
    at: str

    def __str__(self) -> str:
        """Write it as the JSON that is stored."""
        return json.dumps({"at": self.at, "face": self.face})


def read_cursor(text: str | None) -> Cursor | None:
    """Read a stored cursor; None, which is the beginning, for none and for one that is not ours."""
    try:
        stored: JSON = json.loads(text or "null")
        if isinstance(stored, Mapping):
            return Cursor(face=Face(str(stored.get("face"))), at=str(stored.get("at") or ""))
    except ValueError:
        return None
    return None


class Fault(enum.StrEnum):
    """What the `errors` of a GraphQL answer ask of us, the weightiest first."""

    RATE_LIMITED = "rate limited"
    REFUSED = "refused"
    NOT_FOUND = "not found"
    STALE_CURSOR = "stale cursor"
    UNSUPPORTED = "unsupported"
    PARTIAL = "partial"  # too heavy, timed out, or for no reason we know: smaller, or later


_FAULTS: Mapping[str, Fault] = {
    "RATE_LIMITED": Fault.RATE_LIMITED,
    "RATE_LIMIT": Fault.RATE_LIMITED,
    "FORBIDDEN": Fault.REFUSED,
    "INSUFFICIENT_SCOPES": Fault.REFUSED,
    "UNAUTHORIZED": Fault.REFUSED,
    "NOT_FOUND": Fault.NOT_FOUND,
    "INVALID_CURSOR_ARGUMENTS": Fault.STALE_CURSOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A GraphQL answer that is no good: why, what lacks, and GitHub's words."""

    fault: Fault
    lacking: frozenset[Feature] = frozenset()
    words: str = ""


def judge(payload: JSON, *, features: frozenset[Feature]) -> Judgement | None:
    """Look at the errors first, also of an answer with status 200 and data.

    Returns:
        None when the answer is whole.

    Raises:
        MalformedError: It is no GraphQL answer.

    Source:
        GitHub answers 200 when a limit is exceeded, and with partial data when a part failed.
    """
    if not isinstance(payload, Mapping) or not ("data" in payload or "errors" in payload):
        raise MalformedError(f"GraphQL answered {type(payload).__name__}; expected data or errors")
    errors = payload.get("errors")
    if not errors:
        if isinstance(payload.get("data"), Mapping):
            return None
        raise MalformedError("GraphQL answered neither data nor errors")
    found = [e for e in errors if isinstance(e, Mapping)] if isinstance(errors, Sequence) else []
    messages = [str(error.get("message") or "") for error in found]
    lacking = frozenset[Feature]()
    if payload.get("data") is None:
        lacking = unsupported(
            (str(error.get("message") or "") for error in found if "type" not in error), features
        )
    faults = {_fault(error) for error in found} | ({Fault.UNSUPPORTED} if lacking else set())
    fault = next((fault for fault in Fault if fault in faults), Fault.PARTIAL)
    return Judgement(fault=fault, lacking=lacking, words=wire.clean("; ".join(messages)))


def _fault(error: Mapping[str, JSON]) -> Fault:
    message = str(error.get("message") or "").lower()
    if "rate limit" in message:
        return Fault.RATE_LIMITED
    if "valid cursor" in message:
        return Fault.STALE_CURSOR
    return _FAULTS.get(str(error.get("type") or ""), Fault.PARTIAL)


def limit_wait_s(response: Response, *, now: dt.datetime) -> float:
    """Return how long a 200 with RATE_LIMITED asks us to wait, in seconds.

    Retry-After counts first, then the reset of an exhausted window, else a minute: to ask earlier
    prolongs the ban.
    """
    asked_s = wire.retry_after_s(response.headers, now=now)
    if asked_s is None and response.headers.get("x-ratelimit-remaining") == "0":
        asked_s = wire.reset_wait_s(response.headers, now=now)
    return wire.SECONDARY_WAIT_S if asked_s is None else asked_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One page of a GraphQL connection."""

    nodes: tuple[Mapping[str, JSON], ...]
    end_cursor: str
    has_next: bool
    total: int | None


def read_connection(data: JSON, *path: str) -> Connection:
    """Take the connection at this path of an answer's data.

    Raises:
        MalformedError: The path leads nowhere, or not to a connection.
    """
    found = data
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    page = found.get("pageInfo") if isinstance(found, Mapping) else None
    nodes = found.get("nodes") if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or not isinstance(page, Mapping) or not isinstance(nodes, Sequence):
        raise MalformedError(f"GraphQL answered without {'.'.join(path)}; expected a page of nodes")
    total = found.get("totalCount")
    return Connection(
        nodes=tuple(node for node in nodes if isinstance(node, Mapping)),
        end_cursor=str(page.get("endCursor") or ""),
        has_next=page.get("hasNextPage") is True,
        total=total if isinstance(total, int) else None,
    )


def blockers_of(node: Mapping[str, JSON]) -> Sequence[JSON]:
    """Take the issues that block a GraphQL node; none where the server knows no such thing."""
    found = node.get("blockedBy")
    nodes = found.get("nodes") if isinstance(found, Mapping) else None
    return nodes if isinstance(nodes, Sequence) and not isinstance(nodes, str) else ()


def total_of(data: JSON, *path: str) -> int | None:
    """Return the `totalCount` at this path of an answer's data, None where it is missing."""
    found = data
    for step in (*path, "totalCount"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, int) else None


def onward(end_cursor: str, *, before: str) -> str:
    """Return the cursor to go on from.

    Raises:
        MalformedError: It stands where it stood: the pull would never end.
    """
    if not end_cursor or end_cursor == before:
        raise MalformedError("GraphQL promises a next page, but its cursor does not move")
    return end_cursor


def rows_of(answer: Response) -> Sequence[JSON]:
    """Take the rows of a REST list.

    Raises:
        MalformedError: It is no list.
    """
    rows = answer.json()
    if isinstance(rows, Sequence) and not isinstance(rows, str):
        return rows
    raise MalformedError(f"{wire.host_of(answer.url)} answered {type(rows).__name__}; expected a list")


def deployment_of(answer: Response) -> str:
    """Say which GitHub answered: an Enterprise Server tells its version in a header."""
    version = answer.headers.get("x-github-enterprise-version")
    return f"GitHub Enterprise Server {wire.clean(version)}" if version else "GitHub"


def names_of(rows: Iterable[JSON]) -> tuple[str, ...]:
    """Return the names of labels or types, in alphabetical order."""
    names = (row.get("name") for row in rows if isinstance(row, Mapping))
    return tuple(sorted(name for name in names if isinstance(name, str)))


def ref_of(row: JSON, *, context: Context) -> str:
    """Return what people call an issue in the repository it lives in now: `attic#4`."""
    number = row.get("number") if isinstance(row, Mapping) else None
    home = home_of(row) or context.repository
    return f"{home.rpartition('/')[2]}#{number}"


@dataclass(slots=True, kw_only=True)
class Gathering:
    """Collects the records of one batch. One bad issue goes to quarantine, the rest goes on."""

    context: Context
    select: Sequence[str] = ()
    issues: list[Issue] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)

    def add(
        self,
        raw: JSON,
        timeline: Callable[[], Sequence[JSON] | None],
        blockers: Callable[[], Iterable[JSON]] = tuple,
    ) -> None:
        """Add an issue with its history and with what blocks it.

        Args:
            raw: REST row or GraphQL node.
            timeline: Gives all its events; asked only for an issue that is wanted. None: the issue
                vanished while we read, and is left out.
            blockers: Gives the issues that block it; asked after the timeline.
        """
        try:
            issue = parse_issue(raw, context=self.context)
            events = timeline() if is_selected(issue, self.select) else None
            if events is None:
                return
            changes = parse_changes(
                events,
                issue_key=issue.key,
                context=self.context,
                home=home_of(raw),
                resolution=issue.resolution,
            )
            links = parse_links(blockers(), issue_key=issue.key, context=self.context, home=home_of(raw))
        except UnreadableError as exc:
            self.quarantined.append(exc.record)
            return
        self.issues.append(issue)
        self.changes.extend(changes)
        self.links.extend(links)

    def batch(self, cursor: Cursor, *, is_last: bool, total: int | None) -> Batch:
        """Close the batch; `cursor` is what stands behind it."""
        return Batch(
            issues=tuple(self.issues),
            changes=tuple(self.changes),
            links=tuple(self.links),
            quarantined=tuple(self.quarantined),
            cursor=str(cursor),
            total=total,
            last=is_last,
        )


def is_selected(issue: Issue, select: Sequence[str]) -> bool:
    """Whether an issue carries one of the labels; without labels to select by, every one does."""
    wanted = {label.casefold() for label in select}
    return not wanted or any(label.casefold() in wanted for label in issue.labels)


def excess_rights(response: Response, repository: JSON) -> Iterator[str]:
    """Warn of what the token could do beyond reading issues.

    Args:
        response: Any answer to the token; a classic one's scopes stand in a header.
        repository: The repository's object, with `permissions`.
    """
    scopes = [scope.strip() for scope in response.headers.get("x-oauth-scopes", "").split(",")]
    writing = [scope for scope in scopes if scope and not scope.startswith(_READING_SCOPES)]
    if writing:
        yield (
            f"the token has more rights than needed (scopes {', '.join(writing)}):"
            " use a fine-grained token with Issues: read"
        )
    permissions = repository.get("permissions") if isinstance(repository, Mapping) else None
    if isinstance(permissions, Mapping):
        held = [name for name, is_held in permissions.items() if is_held is True and name != "pull"]
        if held:
            yield (
                f"the token's account may {', '.join(sorted(held))} here:"
                " a token limited to Issues: read is enough"
            )


def expiry_notice(response: Response, *, now: dt.datetime) -> Iterator[str]:
    """Warn two weeks before the token ends; silent where GitHub does not say when."""
    text = response.headers.get(_EXPIRY_HEADER, "").strip().replace(" UTC", " +0000")
    try:
        ends_at = dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return
    if ends_at - now <= EXPIRY_NOTICE:
        yield f"the token ends on {ends_at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC: make a new one in time"


def repository_notices(repository: JSON, *, written: str) -> Iterator[str]:
    """Warn of what about the repository itself will surprise: archived, without issues, renamed."""
    if not isinstance(repository, Mapping):
        return
    if repository.get("archived") is True:
        yield f"{written} is archived: nothing will change any more"
    if repository.get("has_issues") is False:
        yield f"{written} has its issues switched off"
    name = repository.get("full_name")
    if isinstance(name, str) and name.casefold() != written.casefold():
        yield f"{written} is now called {wire.clean(name)}; its keys stay while the setting stays"
