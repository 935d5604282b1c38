"""Breaches of tolerances of scope and reading, with since when and the facts; for dates see `slips`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping, Sequence

from connector.analysis.facts import SourceFacts, Tolerance
from connector.analysis.state import (
    Deviation,
    EntryKind,
    Fact,
    LedgerEntry,
    ScopeRow,
    Severity,
)
from connector.analysis.walk import ITEMS
from mappings.concepts import Nature

TOP = 5  # entries that a deviation names


def scope_creep(
    rows: Sequence[ScopeRow],
    names: Mapping[str, str],
    tolerances: Mapping[str, Tolerance],
    *,
    defects_apart: bool,
) -> list[Deviation]:
    """Unapproved growth beyond the container's tolerance, in items; names the largest entries first.

    A single item is never critical, however little was agreed: it is one conversation.
    """
    sized = {row.container: row for row in rows if row.unit != ITEMS}
    found = []
    for row in rows:
        tolerance = tolerances[row.container]
        if row.unit != ITEMS or row.creep_ratio is None or row.creep_ratio <= tolerance.warning_ratio:
            continue
        added = [e for e in row.entries if e.kind is EntryKind.UNAPPROVED_ADD]
        counted = [e for e in added if not (defects_apart and e.nature is Nature.DEFECT)]
        facts: dict[str, Fact] = {
            "ratio": round(row.creep_ratio, 4),
            "tolerance": tolerance.warning_ratio,
            "critical_ratio": tolerance.critical_ratio,
            "off_ratio": tolerance.off_ratio,
            "critical_off_ratio": tolerance.critical_off_ratio,
            "baseline": row.baseline,
            "unapproved": row.unapproved_added,
            **_natures(added),
            **_largest(counted, sized.get(row.container)),
        }
        is_critical = row.creep_ratio > tolerance.critical_ratio and len(counted) > 1
        severity = Severity.CRITICAL if is_critical else Severity.WARNING
        since = _breach_at(counted, tolerance.warning_ratio * (row.baseline or 0.0))
        found.append(_deviation("scope_creep", row.container, names, severity, since, facts))
    return found


def wavering(rows: Iterable[ScopeRow], tolerances: Mapping[str, Tolerance]) -> tuple[str, ...]:
    """Return the ids of creep that is within its tolerance again, but has not fallen to its off point."""
    return tuple(
        f"scope_creep:{row.container}"
        for row in rows
        if row.unit == ITEMS
        and row.creep_ratio is not None
        and tolerances[row.container].off_ratio < row.creep_ratio <= tolerances[row.container].warning_ratio
    )


def scope_dropped(
    rows: Iterable[ScopeRow], agreed: Mapping[str, Iterable[str]], names: Mapping[str, str]
) -> list[Deviation]:
    """Agreed items taken out without a change request, even where additions hide it in the sum.

    `agreed` maps a container to the keys of the items that were agreed for it. What an agreed item
    was split into stands for it; one that came back is not missing any more.
    """
    found = []
    for row in rows:
        dropped = dropped_entries(row.entries, agreed.get(row.container, ()))
        if row.unit == ITEMS and dropped:
            facts: dict[str, Fact] = {
                "removed": float(len(dropped)),
                "baseline": row.baseline,
                "items": tuple(e.item for e in reversed(dropped))[:TOP],
            }
            found.append(
                _deviation("scope_dropped", row.container, names, Severity.WARNING, dropped[0].at, facts)
            )
    return found


def dropped_entries(entries: Iterable[LedgerEntry], agreed: Iterable[str]) -> list[LedgerEntry]:
    """Return the removals by which agreed items are missing now, unasked, in the order of time.

    Args:
        entries: Of one container, in items.
        agreed: Keys of the items that were agreed for it.
    """
    booked = tuple(entries)
    moves = _last_moves(booked, _promised(booked, agreed))
    return [entry for entry in moves if _is_unasked_removal(entry)]


def sync_failed(sources: Iterable[SourceFacts]) -> list[Deviation]:
    """A source could not be read since its last success."""
    return [
        _deviation(
            "sync_failed", source.name, {}, Severity.CRITICAL, source.failed_since, {"reason": source.failure}
        )
        for source in sources
        if source.failed_since is not None
    ]


def _promised(entries: Iterable[LedgerEntry], agreed: Iterable[str]) -> set[str]:
    promised = set(agreed)
    for entry in entries:
        if entry.kind is EntryKind.DECOMPOSED and entry.item_key in promised:
            promised |= set(entry.child_keys)
    return promised


def _last_moves(entries: Iterable[LedgerEntry], promised: Container[str]) -> list[LedgerEntry]:
    """Return the last entry by which each promised item entered or left, in the order of time."""
    moved = (e for e in entries if e.kind not in {EntryKind.REESTIMATED, EntryKind.DECOMPOSED})
    last = {e.item_key: e for e in moved if e.item_key in promised}
    return sorted(last.values(), key=lambda e: e.at)


def _is_unasked_removal(entry: LedgerEntry) -> bool:
    return entry.kind is EntryKind.REMOVED and entry.change_request is None


def _natures(added: Sequence[LedgerEntry]) -> dict[str, Fact]:
    """Say how much of the growth is of which nature, in items."""
    sums = dict.fromkeys(Nature, 0.0)
    for entry in added:
        sums[entry.nature] += entry.amount
    return {"new": sums[Nature.NEW], "defects": sums[Nature.DEFECT], "unknown": sums[Nature.UNKNOWN]}


def _largest(entries: Sequence[LedgerEntry], sized: ScopeRow | None) -> dict[str, Fact]:
    """Name the largest entries by the mapped unit, of equals the latest; `largest` says how large."""
    if sized is None:
        return {"items": tuple(entry.item for entry in reversed(entries))[:TOP]}
    sums: dict[str, float] = {}
    for entry in sized.entries:
        if entry.kind is EntryKind.UNAPPROVED_ADD:
            sums[entry.item_key] = sums.get(entry.item_key, 0.0) + entry.amount
    latest = list(reversed(entries))
    top = sorted(latest, key=lambda e: -sums.get(e.item_key, 0.0))[:TOP]
    return {
        "items": tuple(entry.item for entry in top),
        "largest": tuple(f"{e.item} {sums.get(e.item_key, 0.0):g} {sized.unit}" for e in top),
    }


def _breach_at(entries: Sequence[LedgerEntry], limit: float) -> dt.datetime:
    """Return when the sum of these entries first went beyond the limit."""
    total = 0.0
    for entry in entries:
        total += entry.amount
        if total > limit:
            return entry.at
    return entries[-1].at


def _deviation(
    rule: str,
    about: str,
    names: Mapping[str, str],
    severity: Severity,
    since: dt.datetime,
    facts: Mapping[str, Fact],
) -> Deviation:
    return Deviation(
        id=f"{rule}:{about}",
        rule=rule,
        object=about,
        object_name=names.get(about, about),
        severity=severity,
        since=since,
        facts=facts,
    )
