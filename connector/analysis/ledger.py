"""The scope ledger: every difference between a baseline and now, as entries that sum up exactly.

For every container, in every unit, at every instant:
    current = baseline + approved_added + unapproved_added - removed + reestimated
              + transferred_in - transferred_out
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connector.analysis.booking import Booker, CoverOf, Sizes, amount_of
from connector.analysis.facts import Baseline
from connector.analysis.state import EntryKind, LedgerEntry
from connector.analysis.walk import ITEMS, Standing, Walk


class UnbalancedLedgerError(Exception):
    """The ledger does not sum up: a defect. Names the container and the items that differ."""


@dataclass(slots=True)
class Ledger:
    """What was booked since the baseline, and where everything stands. Ask `keep` for one."""

    baseline: Sizes
    current: Sizes
    done: Mapping[str, frozenset[str]]  # item keys that are done, by container
    entries: tuple[LedgerEntry, ...]
    first_entry: Mapping[str, dt.datetime]
    walk: Walk = field(repr=False)
    _booked: dict[tuple[str, str], list[LedgerEntry]] = field(
        default_factory=lambda: defaultdict(list), repr=False
    )

    def containers(self) -> frozenset[str]:
        """Every container that was agreed, holds something now, or was booked to."""
        return (
            frozenset(self.baseline) | frozenset(self.current) | {entry.container for entry in self.entries}
        )

    def booked(self, container: str, unit: str) -> tuple[LedgerEntry, ...]:
        """Entries of one container in one unit, in order of time."""
        if not self._booked and self.entries:
            for entry in self.entries:
                self._booked[entry.container, entry.unit].append(entry)
        return tuple(self._booked.get((container, unit), ()))


def sizes(standings: Mapping[str, Standing]) -> Sizes:
    """Turn standings into container -> item -> size."""
    found: Sizes = defaultdict(dict)
    for key, standing in standings.items():
        for container in standing.containers:
            found[container][key] = standing.size
    return dict(found)


def keep(
    walk: Walk, baseline: Baseline | None, *, as_of: dt.datetime, unit: str, cover_of: CoverOf
) -> Ledger:
    """Book everything between the baseline and `as_of`, and prove that it sums up.

    Args:
        walk: A fresh walk through the project's history.
        baseline: The baseline in force, or None: then nothing is booked.
        as_of: Nothing later than this is looked at.
        unit: The mapped size unit; entries are booked in `items` and, if it is another, in it too.
        cover_of: The approved change request that covers an item, if one does as of `as_of`.

    Raises:
        UnbalancedLedgerError: The entries do not lead from the baseline to now.
    """
    start = baseline.on_at if baseline else as_of
    for _ in walk.advance(min(start, as_of)):
        pass
    booker = Booker(facts=walk.facts, baseline=baseline, cover_of=cover_of, units=_units(unit))
    if baseline is not None:
        booker.open(walk)
    for step in walk.advance(as_of):
        if baseline is not None:
            booker.book(step)
    entries = booker.closed(as_of)
    standings = {key: each for key, each in walk.standings.items() if key not in booker.unseen}
    ledger = Ledger(
        baseline=booker.copy,
        current=sizes(standings),
        done=_done(standings),
        entries=tuple(sorted(entries, key=lambda e: (e.at, e.item_key, e.container, e.unit))),
        first_entry=walk.first_entry,
        walk=walk,
    )
    if baseline is not None:
        prove(ledger, _units(unit))
    return ledger


def prove(ledger: Ledger, units: Iterable[str]) -> None:
    """Check the ledger's law for every container in every unit, and that transfers meet.

    Raises:
        UnbalancedLedgerError: Naming container, unit, both sums and the items that differ.
    """
    for unit in units:
        sums = balance(ledger, unit)
        for container in ledger.containers():
            expected = _total(ledger.current.get(container, {}), unit)
            if abs(sums.get(container, 0.0) - expected) > 1e-6:
                raise UnbalancedLedgerError(
                    _difference(ledger, container, unit, sums.get(container, 0.0), expected)
                )


def balance(ledger: Ledger, unit: str) -> dict[str, float]:
    """Return what the entries say every container holds now."""
    sums = {name: _total(items, unit) for name, items in ledger.baseline.items()}
    for entry in ledger.entries:
        if entry.unit == unit:
            sums[entry.container] = sums.get(entry.container, 0.0) + signed(entry)
    return sums


def signed(entry: LedgerEntry) -> float:
    """Return what an entry does to its container's sum."""
    if entry.kind in {EntryKind.REMOVED, EntryKind.TRANSFERRED_OUT}:
        return -entry.amount
    return 0.0 if entry.kind is EntryKind.DECOMPOSED else entry.amount


def _units(unit: str) -> tuple[str, ...]:
    return (ITEMS,) if unit == ITEMS else (ITEMS, unit)


def _total(items: Mapping[str, float | None], unit: str) -> float:
    return sum(amount_of(size, unit) for size in items.values())


def _done(standings: Mapping[str, Standing]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, standing in standings.items():
        if standing.done:
            for container in standing.containers:
                found[container].add(key)
    return {name: frozenset(keys) for name, keys in found.items()}


def _difference(ledger: Ledger, container: str, unit: str, booked: float, expected: float) -> str:
    was, now = ledger.baseline.get(container, {}), ledger.current.get(container, {})
    touched = {entry.item_key for entry in ledger.entries if entry.container == container}
    odd = sorted((set(was) ^ set(now)) - touched) or sorted(touched)
    return (
        f"the scope ledger of {container} does not balance in {unit}: entries lead to {booked:g},"
        f" the records say {expected:g}; look at {', '.join(odd[:5])}"
    )
