"""Which stored links a pull replaces. A link stays until every issue that told of it was pulled again.

Trackers tell a link from one end or from both, and an incremental pull may bring one end only. A link
told by the other end is not forgotten because this end is silent about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from adapters.records import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A stored link and the ends that may have told of it."""

    id: str
    a: str
    b: str
    told_by_a: bool
    told_by_b: bool
    kind: str
    record: str

    def values(self) -> dict[str, object]:
        """Give the columns."""
        return {name: getattr(self, name) for name in self.__slots__}


def tellers(link: Link, keys: frozenset[str]) -> tuple[bool, bool]:
    """Say which ends may have told of a link that came in one batch with these issues.

    Returns:
        (a told, b told). An adapter that tells of a link apart from its issues: both.
    """
    told = (link.a in keys, link.b in keys)
    return told if any(told) else (True, True)


def merge(
    live: Iterable[LinkRow], staged: Iterable[LinkRow], *, pulled: frozenset[str]
) -> tuple[frozenset[str], tuple[LinkRow, ...]]:
    """Work out what a pull does to the stored links of its source.

    Args:
        live: What is stored.
        staged: What the pull brought.
        pulled: Keys of the issues the pull brought.

    Returns:
        Ids to delete, and rows to write (in place of stored ones of the same id).
    """
    known: Mapping[str, LinkRow] = {row.id: row for row in live}
    fresh = {row.id: _joined(known.get(row.id), row, pulled) for row in staged}
    stale = (row for row in known.values() if row.id not in fresh)
    return frozenset(row.id for row in stale if _silenced(row, pulled)), tuple(fresh.values())


def _joined(before: LinkRow | None, row: LinkRow, pulled: frozenset[str]) -> LinkRow:
    if before is None:
        return row
    return replace(
        row,
        told_by_a=row.told_by_a or (before.told_by_a and before.a not in pulled),
        told_by_b=row.told_by_b or (before.told_by_b and before.b not in pulled),
    )


def _silenced(row: LinkRow, pulled: frozenset[str]) -> bool:
    told = {key for key, by in ((row.a, row.told_by_a), (row.b, row.told_by_b)) if by}
    return told <= pulled
