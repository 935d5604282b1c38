"""How far a pull has come, and how a project's issues are cut into parts: by creation. Pure.

Creation never changes, so no issue moves while pages are read. Milliseconds since 1970 throughout,
in whole minutes: finer than that JQL does not look.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a pull has come: a minute of creation, and the issues of that minute already had.

    Going on behind it repeats no issue, whatever page tokens have expired meanwhile.
    """

    created_ms: int | None = None  # start of the minute
    seen: frozenset[str] = field(default_factory=frozenset)  # ids

    def after(self, issues: Iterable[tuple[str, dt.datetime]]) -> Position:
        """Return the position behind issues, given as (id, creation)."""
        placed = [(issue_id, minute_ms(created_at)) for issue_id, created_at in issues]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Issues created from one minute on, until another; None: without an end."""

    from_ms: int
    until_ms: int | None = None


def spans(created_ms: Iterable[int], *, most: int) -> Iterator[Span]:
    """Cut a project into spans that one page holds each.

    Args:
        created_ms: When each issue was created, rising.
        most: Issues in a span; one minute alone may hold more.

    Yields:
        Spans without gaps. The last has no end: what is created meanwhile falls into it.
    """
    begin, held = None, 0
    for minute, issues in groupby(at // MINUTE_MS * MINUTE_MS for at in created_ms):
        size = sum(1 for _ in issues)
        if begin is not None and held + size > most:
            yield Span(from_ms=begin, until_ms=minute)
            begin, held = None, 0
        begin, held = minute if begin is None else begin, held + size
    if begin is not None:
        yield Span(from_ms=begin)


def evenly(from_ms: int, until_ms: int, *, parts: int) -> tuple[Span, ...]:
    """Cut the time since a minute into spans of one length, the last one without an end."""
    step = max((until_ms - from_ms) // parts // MINUTE_MS * MINUTE_MS, MINUTE_MS)
    begins = [from_ms + step * number for number in range(parts)]
    return tuple(
        Span(from_ms=begin, until_ms=end) for begin, end in zip(begins, [*begins[1:], None], strict=True)
    )


def milliseconds(at: dt.datetime) -> int:
    """Return an instant as milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def minute_ms(at: dt.datetime) -> int:
    """Return the start of an instant's minute."""
    return milliseconds(at) // MINUTE_MS * MINUTE_MS
