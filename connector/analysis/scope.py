"""Scope rows: one per milestone, goal and the project, in items and in the mapped unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.analysis.booking import amount_of
from connector.analysis.ledger import Ledger
from connector.analysis.state import EntryKind, LedgerEntry, ScopeRow
from connector.analysis.walk import ITEMS
from mappings.concepts import Nature


def rows(
    ledger: Ledger,
    containers: Sequence[str],
    *,
    units: Iterable[str],
    has_baseline: bool,
    defects_apart: bool,
) -> tuple[ScopeRow, ...]:
    """Return the rows of these containers, in their order, `items` first.

    Args:
        ledger: The ledger, proved.
        containers: Keys of milestones and goals, and `project`.
        units: `items`, and the mapped unit if it is another.
        has_baseline: Without one only what is there now is given.
        defects_apart: Whether unapproved defects stay out of the creep ratio.
    """
    return tuple(
        _row(ledger, container, unit, has_baseline=has_baseline, defects_apart=defects_apart)
        for container in containers
        for unit in units
    )


def unapproved(entries: Iterable[LedgerEntry], *, defects_apart: bool = False) -> float:
    """Return the unapproved growth these entries book."""
    return sum(
        entry.amount
        for entry in entries
        if entry.kind is EntryKind.UNAPPROVED_ADD and not (defects_apart and entry.nature is Nature.DEFECT)
    )


def _row(ledger: Ledger, container: str, unit: str, *, has_baseline: bool, defects_apart: bool) -> ScopeRow:
    now = ledger.current.get(container, {})
    done = ledger.done.get(container, frozenset())
    bare = ScopeRow(
        container=container,
        unit=unit,
        current=sum(amount_of(size, unit) for size in now.values()),
        done=sum(amount_of(now[key], unit) for key in done if key in now),
        unsized=0 if unit == ITEMS else sum(size is None for size in now.values()),
    )
    return _with_ledger(bare, ledger, defects_apart=defects_apart) if has_baseline else bare


def _with_ledger(bare: ScopeRow, ledger: Ledger, *, defects_apart: bool) -> ScopeRow:
    entries = ledger.booked(bare.container, bare.unit)
    agreed = sum(amount_of(s, bare.unit) for s in ledger.baseline.get(bare.container, {}).values())
    creep = unapproved(entries, defects_apart=defects_apart)
    return ScopeRow(
        container=bare.container,
        unit=bare.unit,
        current=bare.current,
        done=bare.done,
        unsized=bare.unsized,
        baseline=agreed,
        approved_added=_sum(entries, EntryKind.APPROVED_ADD),
        unapproved_added=_sum(entries, EntryKind.UNAPPROVED_ADD),
        removed=_sum(entries, EntryKind.REMOVED),
        reestimated=_sum(entries, EntryKind.REESTIMATED),
        transferred_in=_sum(entries, EntryKind.TRANSFERRED_IN),
        transferred_out=_sum(entries, EntryKind.TRANSFERRED_OUT),
        creep_ratio=creep / agreed if agreed else None,
        entries=entries,
    )


def _sum(entries: Iterable[LedgerEntry], kind: EntryKind) -> float:
    return sum(entry.amount for entry in entries if entry.kind is kind)
