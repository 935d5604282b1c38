"""Why a milestone's date moved between two days: six causes whose parts sum to the whole, exactly.

Each cause can be undone by itself, because a chronicle can be written as if it had not been: without
what came into scope, without the planned days that were given, with other milestones as they were. A
date is forecast for every set of causes, and a cause's part is what it adds, averaged over every order
in which the causes could have come (the Shapley value). The draws behind a forecast are the same for
the same container and day, so that two variants differ only by their causes.

Source: L. S. Shapley, "A Value for n-Person Games" (1953): the only split that gives parts which sum to
the whole, nothing to what changes nothing, and the same to what does the same.
"""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations
from typing import Final

from connector.analysis.calendar import WorkingCalendar
from connector.analysis.forecast.situation import lies_in, planned_on
from connector.analysis.forecast.track import Chronicle, Plan, Stay, Track

SAME_ACT: Final = dt.timedelta(seconds=60)  # left one container and came into another: it was moved

Forecaster = Callable[[Chronicle, dt.datetime, WorkingCalendar], dt.date | None]
"""Says when the container in question ends, as of an instant; None: refused."""


class Cause(enum.StrEnum):
    """What can move a date."""

    APPROVED = "scope_approved"  # changes of scope that an approved change request covers
    CREEP = "creep"  # changes of scope that none covers
    PACE = "pace"  # days went by, and work was finished in them, less or more than was counted on
    CALENDAR = "calendar"  # other working days
    ORDER = "order"  # what is worked beside it or before it became another
    REPLANNING = "replanning"  # another planned day; items moved between containers


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one cause did to the date, in calendar days; positive means later."""

    cause: Cause
    days: int
    count_in: int = 0  # items that came in, or were finished (pace)
    count_out: int = 0  # items that left


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a date moved; `parts` in the order of `Cause`, summing to `until_on - since_on`."""

    container: str
    since_on: dt.date  # the date as it was forecast then
    until_on: dt.date  # as it is forecast now
    parts: tuple[Part, ...]
    plan_since_on: dt.date | None = None
    plan_until_on: dt.date | None = None
    passed_days: int = 0

    @property
    def days(self) -> int:
        """Return the whole, in calendar days."""
        return (self.until_on - self.since_on).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Two days of one container, and what is known to have been decided about items that moved."""

    chronicle: Chronicle
    container: str
    since: dt.datetime
    until: dt.datetime
    calendar: WorkingCalendar  # of `until`
    calendar_then: WorkingCalendar | None = None  # of `since`; None: the same
    approved: frozenset[str] = frozenset()  # items whose coming or going a decision covers


def explain(interval: Interval, forecaster: Forecaster) -> Explanation | None:
    """Split the difference between two forecasts of one container among its causes.

    Args:
        interval: The container and the two days; `since` before `until`.
        forecaster: What forecasts the date in question (the 50 or 85 % one).

    Returns:
        None where a date is refused on one of the two days, or in a variant between them.
    """
    variants = _Variants(interval)
    dates: dict[frozenset[Cause], dt.date] = {}
    for causes in _subsets(variants.active):
        day = forecaster(*variants.written(causes))
        if day is None:
            return None
        dates[causes] = day
    shares = _shares({causes: day.toordinal() for causes, day in dates.items()}, variants.active)
    return Explanation(
        container=interval.container,
        since_on=dates[frozenset()],
        until_on=dates[frozenset(variants.active)],
        parts=tuple(variants.part(cause, days) for cause, days in _whole(shares).items()),
        plan_since_on=planned_on(variants.track, interval.since),
        plan_until_on=planned_on(variants.track, interval.until),
        passed_days=(interval.until - interval.since).days,
    )


# ----------------------------------------------------------------------------------- splitting


def _subsets(causes: Sequence[Cause]) -> Iterable[frozenset[Cause]]:
    for size in range(len(causes) + 1):
        yield from map(frozenset, combinations(causes, size))


def _shares(value: Mapping[frozenset[Cause], int], causes: Sequence[Cause]) -> dict[Cause, Fraction]:
    """Return every cause's Shapley value."""
    found = dict.fromkeys(Cause, Fraction(0))
    count = len(causes)
    for cause in causes:
        for before in _subsets([each for each in causes if each is not cause]):
            orders = math.factorial(len(before)) * math.factorial(count - len(before) - 1)
            gain = value[before | {cause}] - value[before]
            found[cause] += Fraction(orders, math.factorial(count)) * gain
    return found


def _whole(shares: Mapping[Cause, Fraction]) -> dict[Cause, int]:
    """Round to whole days so that the sum stays: the largest remainders are rounded up."""
    found = {cause: math.floor(share) for cause, share in shares.items()}
    missing = int(sum(shares.values())) - sum(found.values())
    by_remainder = sorted(shares, key=lambda cause: found[cause] - shares[cause])
    return found | {cause: found[cause] + 1 for cause in by_remainder[:missing]}


# ------------------------------------------------------------------------------------ variants


@dataclass(slots=True)
class _Variants:
    """Writes the chronicle as if only some causes had been at work between the two days."""

    interval: Interval
    active: tuple[Cause, ...] = ()
    _came: Mapping[Cause, frozenset[str]] = field(default_factory=dict)
    _went: Mapping[Cause, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort what changed by its cause."""
        stays, span = self.track.stays, (self.interval.since, self.interval.until)
        were = {stay.item for stay in stays if lies_in(stay, span[0])}
        are = {stay.item for stay in stays if lies_in(stay, span[1])}
        self._came = self._by_cause(are - were)
        self._went = self._by_cause(were - are)
        self.active = tuple(cause for cause in Cause if self._is_active(cause))

    @property
    def track(self) -> Track:
        """Return the container in question."""
        return self.interval.chronicle.tracks[self.interval.container]

    def part(self, cause: Cause, days: int) -> Part:
        """Return a cause's part with the items behind it."""
        if cause is Cause.PACE:
            return Part(cause=cause, days=days, count_in=self._finished())
        came, went = self._came.get(cause, ()), self._went.get(cause, ())
        return Part(cause=cause, days=days, count_in=len(came), count_out=len(went))

    def written(self, causes: frozenset[Cause]) -> tuple[Chronicle, dt.datetime, WorkingCalendar]:
        """Return chronicle, instant and calendar as if only these causes had been at work."""
        now = self.interval
        at = now.until if Cause.PACE in causes else now.since
        calendar = now.calendar if Cause.CALENDAR in causes else now.calendar_then or now.calendar
        if causes in ({*self.active}, frozenset()):
            return now.chronicle, at, calendar
        tracks = {
            key: self._own(track, causes, at) if key == now.container else self._other(track, causes, at)
            for key, track in now.chronicle.tracks.items()
        }
        return replace(now.chronicle, tracks=tracks), at, calendar

    # -- what changed ----------------------------------------------------------------------------

    def _is_active(self, cause: Cause) -> bool:
        now = self.interval
        if cause is Cause.PACE:
            return now.since < now.until
        if cause is Cause.CALENDAR:
            return now.calendar_then is not None and now.calendar_then is not now.calendar
        if cause is Cause.ORDER:
            others = (track for key, track in now.chronicle.tracks.items() if key != now.container)
            return any(self._changed(track) for track in others)
        is_planned_anew = cause is Cause.REPLANNING and any(map(self._is_new, self.track.plans))
        return is_planned_anew or bool(self._came[cause] | self._went[cause])

    def _changed(self, track: Track) -> bool:
        moved = (at for stay in track.stays for at in (stay.entered_at, stay.left_at) if at is not None)
        return any(map(self._is_new, track.plans)) or any(map(self._is_between, moved))

    def _is_new(self, plan: Plan) -> bool:
        return self._is_between(plan.at)

    def _is_between(self, at: dt.datetime) -> bool:
        return self.interval.since < at <= self.interval.until

    def _by_cause(self, items: set[str]) -> Mapping[Cause, frozenset[str]]:
        approved = items & self.interval.approved
        moved = {item for item in items - approved if self._was_moved(item)}
        found = {Cause.APPROVED: approved, Cause.REPLANNING: moved, Cause.CREEP: items - approved - moved}
        return {cause: frozenset(found.get(cause, ())) for cause in Cause}

    def _was_moved(self, item: str) -> bool:
        """Whether an item came from, or went to, another container of the kind in the same act."""
        here = [stay for stay in self.track.stays if stay.item == item]
        elsewhere = (
            stay
            for key, track in self.interval.chronicle.tracks.items()
            if track.kind is self.track.kind and key != self.track.key
            for stay in track.stays
            if stay.item == item
        )
        return any(self._is_handed_over(other, stay) for other in elsewhere for stay in here)

    def _is_handed_over(self, a: Stay, b: Stay) -> bool:
        pairs = ((a.left_at, b.entered_at), (b.left_at, a.entered_at))
        return any(
            left_at is not None and self._is_between(left_at) and abs(left_at - entered_at) <= SAME_ACT
            for left_at, entered_at in pairs
        )

    def _finished(self) -> int:
        """Count the items of the container that were finished between the two days."""
        spells = self.interval.chronicle.spells
        members = {stay.item for stay in self.track.stays if lies_in(stay, self.interval.until)}
        last = (
            told[-1] for item in members if (told := [s for s in spells.get(item, ()) if self._known(s.at)])
        )
        return sum(spell.done and self._is_between(spell.at) for spell in last)

    def _known(self, at: dt.datetime) -> bool:
        return at <= self.interval.until

    # -- writing -----------------------------------------------------------------------------------

    def _own(self, track: Track, causes: frozenset[Cause], at: dt.datetime) -> Track:
        came = frozenset().union(*(self._came[cause] for cause in causes if cause in self._came))
        went = frozenset().union(*(self._went[cause] for cause in causes if cause in self._went))
        stays = [new for stay in track.stays if (new := self._stay(stay, at, came, went))]
        plans = self._plans(track, at, is_kept=Cause.REPLANNING in causes)
        return replace(track, stays=_in_order(stays), plans=plans)

    def _stay(self, stay: Stay, at: dt.datetime, came: frozenset[str], went: frozenset[str]) -> Stay | None:
        if self._is_between(stay.entered_at):
            is_kept = stay.item in came and (stay.left_at is None or stay.left_at > self.interval.until)
            return replace(stay, entered_at=min(stay.entered_at, at)) if is_kept else None
        if stay.left_at is not None and self._is_between(stay.left_at):
            return replace(stay, left_at=min(stay.left_at, at) if stay.item in went else None)
        return stay

    def _other(self, track: Track, causes: frozenset[Cause], at: dt.datetime) -> Track:
        """Return another container with what changed in it taken back, or known already."""
        if not self._changed(track):
            return track
        is_kept = Cause.ORDER in causes
        items = frozenset(stay.item for stay in track.stays) if is_kept else frozenset[str]()
        stays = [new for stay in track.stays if (new := self._stay(stay, at, items, items))]
        return replace(track, stays=_in_order(stays), plans=self._plans(track, at, is_kept=is_kept))

    def _plans(self, track: Track, at: dt.datetime, *, is_kept: bool) -> tuple[Plan, ...]:
        later = tuple(replace(plan, at=min(plan.at, at)) for plan in track.plans if self._is_new(plan))
        known = tuple(plan for plan in track.plans if plan.at <= self.interval.since)
        return known + (later if is_kept else ())


def _in_order(stays: Iterable[Stay]) -> tuple[Stay, ...]:
    return tuple(sorted(stays, key=lambda stay: (stay.entered_at, stay.item)))
