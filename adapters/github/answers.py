"""GraphQL's answers: what their errors ask of us, and the pages they hold. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters import wire
from adapters.errors import MalformedError
from adapters.github.documents import MARK, Feature, unsupported
from adapters.wire import JSON

_MARKED = re.compile(rf"{MARK}\d+")


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

    Of issues asked for one by one, under the names of `documents.MARK`, any may be missing: that
    is an answer, not an error.

    Returns:
        None when the answer is whole.

    Raises:
        MalformedError: It is no GraphQL answer.

    Source:
        GitHub answers 200 when a limit is exceeded, and with partial data when a part failed.
    """
    if not isinstance(payload, Mapping) or not ("data" in payload or "errors" in payload):
        raise MalformedError(f"GraphQL answered {type(payload).__name__}; expected data or errors")
    told = payload.get("errors")
    errors = [e for e in told if isinstance(e, Mapping)] if isinstance(told, Sequence) else []
    has_data = isinstance(payload.get("data"), Mapping)
    if told and not (has_data and errors and all(_is_missing_one(error) for error in errors)):
        return _judged(errors, features=frozenset() if payload.get("data") is not None else features)
    if has_data:
        return None
    raise MalformedError("GraphQL answered neither data nor errors")


def _judged(errors: Sequence[Mapping[str, JSON]], *, features: frozenset[Feature]) -> Judgement:
    untyped = (str(error.get("message") or "") for error in errors if "type" not in error)
    lacking = unsupported(untyped, features)
    faults = {_fault(error) for error in errors} | ({Fault.UNSUPPORTED} if lacking else set())
    fault = next((fault for fault in Fault if fault in faults), Fault.PARTIAL)
    words = "; ".join(str(error.get("message") or "") for error in errors)
    return Judgement(fault=fault, lacking=lacking, words=wire.clean(words))


def _is_missing_one(error: Mapping[str, JSON]) -> bool:
    path = error.get("path")
    last = path[-1] if isinstance(path, Sequence) and path else None
    return _fault(error) is Fault.NOT_FOUND and isinstance(last, str) and bool(_MARKED.fullmatch(last))


def _fault(error: Mapping[str, JSON]) -> Fault:
    message = str(error.get("message") or "").lower()
    if "rate limit" in message:
        return Fault.RATE_LIMITED
    if "valid cursor" in message:
        return Fault.STALE_CURSOR
    return _FAULTS.get(str(error.get("type") or ""), Fault.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The repository that answered: its id, which a renaming does not change, and its name now."""

    id: int | None
    name: str  # owner/name
    has_issues: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One page of a GraphQL connection. `home` is the repository the page is of, if it is of one."""

    nodes: tuple[Mapping[str, JSON], ...]
    end_cursor: str
    has_next: bool
    total: int | None
    home: Home | None = None


def read_connection(found: JSON, *, what: str, lenient: bool = False) -> Connection:
    """Read a page of nodes.

    Args:
        found: The connection.
        what: Its name, for errors.
        lenient: Nodes may be missing: of events and blockers, GitHub leaves out what the token may
            not see.

    Raises:
        MalformedError: It is none, or a node of it is missing: nothing may be concluded from it.
    """
    page = found.get("pageInfo") if isinstance(found, Mapping) else None
    nodes = found.get("nodes") if isinstance(found, Mapping) else None
    if not (isinstance(found, Mapping) and isinstance(page, Mapping) and isinstance(nodes, Sequence)):
        raise MalformedError(f"GraphQL answered without {what}; expected a page of nodes")
    kept = tuple(node for node in nodes if isinstance(node, Mapping))
    if len(kept) != len(nodes) and not lenient:
        raise MalformedError(f"GraphQL left out {len(nodes) - len(kept)} nodes of {what} without an error")
    total = found.get("totalCount")
    return Connection(
        nodes=kept,
        end_cursor=str(page.get("endCursor") or ""),
        has_next=page.get("hasNextPage") is True,
        total=total if isinstance(total, int) else None,
    )


def read_home(data: JSON) -> tuple[Home, Mapping[str, JSON]]:
    """Take the repository of an answer's data: what it is, and what was asked of it.

    Raises:
        MalformedError: There is none.
    """
    found = data.get("repository") if isinstance(data, Mapping) else None
    if not isinstance(found, Mapping):
        raise MalformedError("GraphQL answered without repository; expected it, or an error")
    number = found.get("databaseId")
    home = Home(
        id=number if isinstance(number, int) else None,
        name=str(found.get("nameWithOwner") or ""),
        has_issues=found.get("hasIssuesEnabled") is not False,
    )
    return home, found


def marked(data: Mapping[str, JSON], count: int) -> list[Mapping[str, JSON] | None]:
    """Return what came under the names of `documents.MARK`, in their order; None for what is missing."""
    found = (data.get(f"{MARK}{place}") for place in range(count))
    return [one if isinstance(one, Mapping) else None for one in found]


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
