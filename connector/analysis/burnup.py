"""Scope over time, as data for a chart: agreed line, approved line, actual scope, done.

One pass over the project's history: every step costs what it touches, every point what it prints.

- *agreed*: what the baseline in force at that instant holds.
- *approved*: agreed, and what came in by then that a change request decided by then covers.
- *actual* and *done*: what was there, and how much of it was done. Late items count from when they
  were first seen, as in the ledger.

The last point equals the ledger's row as of that instant. Earlier points tell entries as they are
known at the end of the series: an item that was approved after it came in joins the approved line at the
decision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from connector.analysis import approvals, recount
from connector.analysis.booking import Booker, CoverOf, amount_of
from connector.analysis.facts import Agreement, Baseline, ProjectFacts
from connector.analysis.judge import picture_at
from connector.analysis.state import EntryKind, LedgerEntry
from connector.analysis.walk import ITEMS, NOWHERE, Standing, Step, Walk, histories, size_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Scope of one container in one unit at an instant. None: nothing was agreed yet."""

    at: dt.datetime
    agreed: float | None
    approved: float | None
    actual: float
    done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnUp:
    """The points of one container in one unit, in order of time."""

    container: str
    unit: str
    points: tuple[Point, ...]


def series(
    facts: ProjectFacts,
    agreement: Agreement,
    container: str,
    *,
    since: dt.datetime,
    until: dt.datetime,
    step: dt.timedelta = dt.timedelta(days=1),
) -> tuple[BurnUp, ...]:
    """Return the burn-up of a container in items and, if there is one, in the mapped unit.

    Args:
        facts: What was pulled.
        agreement: Baselines and recorded changes.
        container: Key of a milestone or goal, or `project`.
        since: The first point.
        until: The last point, whatever the step.
        step: Time between points.

    Raises:
        ValueError: The step is not above zero.
    """
    if step <= dt.timedelta(0):
        raise ValueError(f"found a step of {step} between points; expected one above zero")
    told = histories(facts)
    picture = picture_at(facts, told, until, agreement.changes)
    cover_of = approvals.coverage(picture.change_requests, as_of=until)
    unit = size_unit(facts)
    units = (ITEMS,) if unit == ITEMS else (ITEMS, unit)
    tally = _Tally(Walk(facts, told), container, units)
    points: dict[str, list[Point]] = {unit: [] for unit in units}
    for baseline, instants in _periods(agreement, _instants(since, until, step)):
        counted = recount.recount(facts, told, baseline)
        period = _Period(counted.now if counted else baseline, cover_of, tally)
        for unit, found in period.points(instants).items():
            points[unit] += found
    return tuple(BurnUp(container=container, unit=unit, points=tuple(points[unit])) for unit in units)


def _instants(since: dt.datetime, until: dt.datetime, step: dt.timedelta) -> Iterator[dt.datetime]:
    at = since
    while at < until:
        yield at
        at += step
    yield until


def _periods(
    agreement: Agreement, instants: Iterable[dt.datetime]
) -> Iterator[tuple[Baseline | None, list[dt.datetime]]]:
    """Part the instants by the baseline in force."""
    for _, group in groupby(((agreement.in_force(at), at) for at in instants), key=lambda pair: _id(pair[0])):
        pairs = list(group)
        yield pairs[0][0], [at for _, at in pairs]


def _id(baseline: Baseline | None) -> int:
    return baseline.number if baseline else -1


@dataclass(slots=True)
class _Tally:
    """What one container holds as the walk goes on. `held` are late items until they are seen."""

    walk: Walk
    container: str
    units: tuple[str, ...]
    held: dict[str, dt.datetime] = field(default_factory=dict)
    actual: dict[str, float] = field(default_factory=dict)
    done: dict[str, float] = field(default_factory=dict)

    def advance(self, until: dt.datetime) -> Iterator[Step]:
        """Take all steps up to `until`, counting; yields them on."""
        for step in self.walk.advance(until):
            if step.issue.key not in self.held:
                self._count(step.before, -1)
                self._count(step.after, +1)
            yield step
        for key in [key for key, seen_at in self.held.items() if seen_at <= until]:
            del self.held[key]
            self._count(self.walk.standings.get(key, NOWHERE), +1)

    def begin(self, held: Mapping[str, dt.datetime]) -> None:
        """Count anew what is there, but for what nobody has seen yet."""
        self.held = dict(held)
        self.actual, self.done = dict.fromkeys(self.units, 0.0), dict.fromkeys(self.units, 0.0)
        for key, standing in self.walk.standings.items():
            if key not in self.held:
                self._count(standing, +1)

    def _count(self, standing: Standing, sign: int) -> None:
        if self.container not in standing.containers:
            return
        for unit in self.units:
            amount = sign * amount_of(standing.size, unit)
            self.actual[unit] += amount
            self.done[unit] += amount if standing.done else 0.0


class _Period:
    """The time in which one baseline is in force; None: before the first."""

    def __init__(self, baseline: Baseline | None, cover_of: CoverOf, tally: _Tally) -> None:
        self._tally, self._cover_of = tally, cover_of
        self._booker: Booker | None = None
        if baseline is not None:
            for _ in tally.walk.advance(baseline.on_at):
                pass
            facts = tally.walk.facts
            self._booker = Booker(facts=facts, baseline=baseline, cover_of=cover_of, units=tally.units)
            self._booker.open(tally.walk)
        tally.begin(self._booker.late if self._booker else {})

    def points(self, instants: Sequence[dt.datetime]) -> Mapping[str, list[Point]]:
        """Walk to the last of these instants; return the points by unit."""
        seen: list[tuple[dt.datetime, Mapping[str, float], Mapping[str, float]]] = []
        for at in instants:
            for step in self._tally.advance(at):
                if self._booker is not None:
                    self._booker.book(step)
            seen.append((at, dict(self._tally.actual), dict(self._tally.done)))
        entries = self._booker.closed(instants[-1]) if self._booker else []
        return {unit: self._lines(unit, seen, entries) for unit in self._tally.units}

    def _lines(
        self,
        unit: str,
        seen: Iterable[tuple[dt.datetime, Mapping[str, float], Mapping[str, float]]],
        entries: Iterable[LedgerEntry],
    ) -> list[Point]:
        agreed = self._agreed(unit)
        joining = sorted(self._joining(unit, entries))
        found, grown, next_ = [], 0.0, 0
        for at, actual, done in seen:
            while next_ < len(joining) and joining[next_][0] <= at:
                grown += joining[next_][1]
                next_ += 1
            approved = None if agreed is None else agreed + grown
            found.append(Point(at=at, agreed=agreed, approved=approved, actual=actual[unit], done=done[unit]))
        return found

    def _agreed(self, unit: str) -> float | None:
        if self._booker is None:
            return None
        items = self._booker.copy.get(self._tally.container, {})
        return sum(amount_of(size, unit) for size in items.values())

    def _joining(self, unit: str, entries: Iterable[LedgerEntry]) -> Iterator[tuple[dt.datetime, float]]:
        """Yield when approved growth joined the approved line: when it came in and was decided."""
        for entry in entries:
            mine = (entry.container, entry.unit) == (self._tally.container, unit)
            cover = self._cover_of(entry.item_key)
            if mine and entry.kind is EntryKind.APPROVED_ADD and cover is not None:
                yield max(entry.at, cover.decided_at), entry.amount
