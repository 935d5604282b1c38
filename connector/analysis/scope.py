"""Scope rows: one per milestone, goal and the project, in items and in the mapped unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from connector.analysis.booking import amount_of
from connector.analysis.ledger import Ledger
from connector.analysis.measures import measure
from connector.analysis.recount import Recount
from connector.analysis.state import EntryKind, LedgerEntry, ScopeRow
from connector.analysis.walk import ITEMS
from mappings.concepts import Nature


def rows(
    ledger: Ledger,
    containers: Sequence[str],
    *,
    units: Iterable[str],
    span: dt.timedelta | None,
    defects_apart: bool,
) -> tuple[ScopeRow, ...]:
    """Return the rows of these containers, in their order, `items` first.

    Args:
        ledger: The ledger, proved.
        containers: Keys of milestones and goals, and `project`.
        units: `items`, and the mapped unit if it is another.
        span: Time from the baseline to now; None: there is no baseline, only what is there now is given.
        defects_apart: Whether unapproved defects stay out of the creep ratio.
    """
    return tuple(
        _row(ledger, container, unit, span=span, defects_apart=defects_apart)
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


def recounted(rows_: Iterable[ScopeRow], recount: Recount, *, on: dt.date) -> tuple[ScopeRow, ...]:
    """Return the rows with the figure that was agreed by the rules of that day beside the present one.

    Args:
        rows_: The rows.
        recount: What was recounted.
        on: Since when the present rules count.
    """
    return tuple(
        replace(row, recounted_from=_told(recount, row), recounted_on=on) if row.baseline is not None else row
        for row in rows_
    )


def _told(recount: Recount, row: ScopeRow) -> float | None:
    if row.unit not in {ITEMS, recount.told.size_unit}:
        return None
    items: Mapping[str, float | None] = recount.told.containers.get(row.container, {})
    return sum(amount_of(size, row.unit) for size in items.values())


def _row(
    ledger: Ledger, container: str, unit: str, *, span: dt.timedelta | None, defects_apart: bool
) -> ScopeRow:
    now = ledger.current.get(container, {})
    done = ledger.done.get(container, frozenset())
    bare = ScopeRow(
        container=container,
        unit=unit,
        current=sum(amount_of(size, unit) for size in now.values()),
        done=sum(amount_of(now[key], unit) for key in done if key in now),
        unsized=0 if unit == ITEMS else sum(size is None for size in now.values()),
    )
    return bare if span is None else _with_ledger(bare, ledger, span, defects_apart=defects_apart)


def _with_ledger(bare: ScopeRow, ledger: Ledger, span: dt.timedelta, *, defects_apart: bool) -> ScopeRow:
    entries = ledger.booked(bare.container, bare.unit)
    agreed = sum(amount_of(s, bare.unit) for s in ledger.baseline.get(bare.container, {}).values())
    creep = unapproved(entries, defects_apart=defects_apart)
    found = measure(agreed, bare.current, entries, span)
    return replace(
        bare,
        baseline=agreed,
        approved_added=_sum(entries, EntryKind.APPROVED_ADD),
        unapproved_added=_sum(entries, EntryKind.UNAPPROVED_ADD),
        removed=_sum(entries, EntryKind.REMOVED),
        reestimated=_sum(entries, EntryKind.REESTIMATED),
        transferred_in=_sum(entries, EntryKind.TRANSFERRED_IN),
        transferred_out=_sum(entries, EntryKind.TRANSFERRED_OUT),
        creep_ratio=creep / agreed if agreed else None,
        growth_ratio=found.growth_ratio,
        volatility_ratio=found.volatility_ratio,
        churn_ratio=found.churn_ratio,
        monthly_rate=found.monthly_rate,
        entries=entries,
    )


def _sum(entries: Iterable[LedgerEntry], kind: EntryKind) -> float:
    return sum(entry.amount for entry in entries if entry.kind is kind)
