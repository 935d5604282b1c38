"""What lies between a container and its end on a day: open work, its order, and the pace of late.

A situation is a plain value, so that any part of it can be exchanged and simulated anew.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from adapters.records import MilestoneStatus
from connector.analysis.calendar import ONE_DAY, WorkingCalendar
from connector.analysis.forecast.track import Chronicle, Kind, Spell, Stay, Track

WEEK: Final = dt.timedelta(days=7)
WEEKS: Final = 10  # the recent past that pace and arrivals are drawn from
PLANNING: Final = dt.timedelta(days=14)  # what comes in so early is the plan, not an arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One past week, in items for each working day of it."""

    done: float  # items finished in all containers of this kind
    arrived: float = 0.0  # items that came into what must be finished first, less those that left open


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One container on one day. `own`, `ahead` and `waits` hold keys of items that are open.

    `ahead` is what is worked before it: the items of containers planned earlier. `waits` names for an
    item the items that must be finished before it. `credit` is work taken as done already, in items.
    """

    project: str
    container: str
    day: dt.date
    own: frozenset[str]
    ahead: frozenset[str] = frozenset()
    waits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    weeks: tuple[Week, ...] = ()
    age_days: int = 0
    credit: float = 0.0

    @property
    def needed(self) -> frozenset[str]:
        """Return all that must be finished: the items, what goes before, and what they wait for."""
        found = set(self.own | self.ahead)
        waiting = list(found)
        while waiting:
            new = self.waits.get(waiting.pop(), frozenset()) - found
            found |= new
            waiting += new
        return frozenset(found)

    @property
    def pace(self) -> float:
        """Return the mean number of items finished on a working day of the recent weeks."""
        return sum(week.done for week in self.weeks) / len(self.weeks) if self.weeks else 0.0

    @property
    def chain(self) -> int:
        """Return the length of the longest chain of its items that wait for each other."""
        return max((_depth(key, self.waits, {}) for key in self.own), default=0)


class Scene:
    """What a chronicle tells up to an instant, laid out once for all its containers."""

    def __init__(
        self, chronicle: Chronicle, *, as_of: dt.datetime, calendar: WorkingCalendar, links: bool = True
    ) -> None:
        """Take the chronicle and the instant; nothing later is looked at.

        Args:
            chronicle: The history of the project.
            as_of: The instant, aware UTC.
            calendar: Its working days.
            links: Whether to heed which item waits for which; trackers keep no history of it.
        """
        self.chronicle, self.as_of, self.calendar = chronicle, as_of, calendar
        self.day = calendar.local_day(as_of)
        self._blocks = chronicle.blocks if links else {}
        self._paces: dict[Kind, list[dt.datetime]] = {}
        self._open: dict[str, frozenset[str]] = {}

    @cached_property
    def done_at(self) -> Mapping[str, dt.datetime]:
        """Return since when each item that is done has been."""
        found = ((key, _done_at(spells, self.as_of)) for key, spells in self.chronicle.spells.items())
        return {key: at for key, at in found if at is not None}

    @cached_property
    def open_tracks(self) -> tuple[Track, ...]:
        """Return the containers that are there and not finished, in the order they are worked.

        Earlier planned days come first, then those begun earlier; without a planned day last.
        """
        found = [track for track in self.chronicle.tracks.values() if self._is_open(track)]
        return tuple(sorted(found, key=self._turn))

    def is_open(self, key: str) -> bool:
        """Whether a container is there and not finished."""
        track = self.chronicle.tracks.get(key)
        return track is not None and self._is_open(track)

    def begun_at(self, track: Track) -> dt.datetime | None:
        """Return when the first item came into a container, if it has."""
        first = track.stays[0].entered_at if track.stays else None
        return first if first is not None and first <= self.as_of else None

    def planned_on(self, track: Track) -> dt.date | None:
        """Return the day planned for a container, as known then."""
        return planned_on(track, self.as_of)

    def members(self, track: Track) -> frozenset[str]:
        """Return the items that lie in a container."""
        return frozenset(stay.item for stay in track.stays if lies_in(stay, self.as_of))

    def open_items(self, track: Track) -> frozenset[str]:
        """Return the items of a container that are not done."""
        if track.key not in self._open:
            self._open[track.key] = self.members(track) - self.done_at.keys()
        return self._open[track.key]

    def situation(self, key: str) -> Situation:
        """Return the situation of an open container.

        Raises:
            KeyError: The chronicle has no such container.
        """
        track = self.chronicle.tracks[key]
        before = self._before(track)
        ahead = frozenset().union(*(self.open_items(each) for each in before))
        begun_at = self.begun_at(track) or self.as_of
        return Situation(
            project=self.chronicle.project,
            container=key,
            day=self.day,
            own=self.open_items(track),
            ahead=ahead,
            waits=self._waits,
            weeks=self._weeks((track, *before)),
            age_days=(self.as_of - begun_at).days,
        )

    def best_pace(self, kind: Kind) -> float:
        """Return the highest pace of any four weeks in a row, in items for each working day."""
        done = self._finished(kind)
        if not done:
            return 0.0
        weeks = list(self._spans(min(done)))[::-1]
        rates = [_rate(done, start, end, days) for start, end, days in weeks if days]
        width = min(4, len(rates))
        runs = (rates[i : i + width] for i in range(len(rates) - width + 1))
        return max((sum(run) / width for run in runs if run), default=0.0)

    # -- private ---------------------------------------------------------------------------------

    def _is_open(self, track: Track) -> bool:
        known = (self.begun_at(track), track.seen_at, track.began_at)
        exists = any(since is not None and since <= self.as_of for since in known)
        return exists and track.status_at(self.as_of) is MilestoneStatus.OPEN

    def _turn(self, track: Track) -> tuple[dt.date, dt.datetime, str]:
        return (self.planned_on(track) or dt.date.max, self.begun_at(track) or self.as_of, track.key)

    def _before(self, track: Track) -> tuple[Track, ...]:
        turn = self._turn(track)
        rivals = (each for each in self.open_tracks if each.kind is track.kind)
        return tuple(each for each in rivals if self._turn(each) < turn)

    @cached_property
    def _waits(self) -> Mapping[str, frozenset[str]]:
        """Return for each open item the open items it waits for."""
        found: dict[str, set[str]] = {}
        members = (self.open_items(track) for track in self.chronicle.tracks.values() if self._blocks)
        present = frozenset().union(*members)
        for blocker in sorted(self._blocks.keys() & present):
            for key in self._blocks[blocker]:
                if key not in self.done_at:
                    found.setdefault(key, set()).add(blocker)
        return {key: frozenset(blockers) for key, blockers in found.items()}

    def _finished(self, kind: Kind) -> list[dt.datetime]:
        """Return when items were finished while they lay in a container of a kind, in order."""
        if kind not in self._paces:
            tracks = (track for track in self.chronicle.tracks.values() if track.kind is kind)
            worked = {stay.item for track in tracks for stay in track.stays if self._was_done_in(stay)}
            self._paces[kind] = sorted(self.done_at[key] for key in worked)
        return self._paces[kind]

    def _was_done_in(self, stay: Stay) -> bool:
        at = self.done_at.get(stay.item)
        return at is not None and lies_in(stay, at)

    def _weeks(self, tracks: tuple[Track, ...]) -> tuple[Week, ...]:
        """Return the recent weeks in which there was work, slowest first."""
        done = self._finished(tracks[0].kind)
        begun_at = min((at for track in tracks if (at := self.begun_at(track))), default=self.as_of)
        since = min([begun_at, *done[:1]])
        came, left = self._traffic(tracks)
        found = [
            Week(
                done=_rate(done, start, end, days),
                arrived=_rate(came, start, end, days) - _rate(left, start, end, days),
            )
            for (start, end, days), _ in zip(self._spans(since), range(WEEKS), strict=False)
            if days
        ]
        return tuple(sorted(found, key=lambda week: (week.done, -week.arrived)))

    def _spans(self, since: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime, int]]:
        """Yield weeks back from the instant to the first whole one: begin, end, working days."""
        end, day = self.as_of, self.day
        while end - WEEK >= since - ONE_DAY:
            days = sum(self.calendar.is_working(day - ONE_DAY * step) for step in range(7))
            yield end - WEEK, end, days
            end, day = end - WEEK, day - WEEK

    def _traffic(self, tracks: Iterable[Track]) -> tuple[list[dt.datetime], list[dt.datetime]]:
        """Return when open items came in after planning, and when open items left."""
        came: list[dt.datetime] = []
        left: list[dt.datetime] = []
        for track in tracks:
            planned_until = (self.begun_at(track) or self.as_of) + PLANNING
            for stay in track.stays:
                if planned_until < stay.entered_at <= self.as_of and self._was_open(stay, stay.entered_at):
                    came.append(stay.entered_at)
                if (
                    stay.left_at is not None
                    and stay.left_at <= self.as_of
                    and self._was_open(stay, stay.left_at)
                ):
                    left.append(stay.left_at)
        return sorted(came), sorted(left)

    def _was_open(self, stay: Stay, at: dt.datetime) -> bool:
        return _done_at(self.chronicle.spells.get(stay.item, ()), at) is None


def lies_in(stay: Stay, at: dt.datetime) -> bool:
    """Whether a stay covers an instant."""
    return stay.entered_at <= at and (stay.left_at is None or at < stay.left_at)


def planned_on(track: Track, at: dt.datetime) -> dt.date | None:
    """Return the day planned for a container, as known at an instant: the tracker's, else the agreed one."""
    known = {plan.agreed: plan.day for plan in track.plans if plan.at <= at}
    return known.get(False) or known.get(True)


def _done_at(spells: tuple[Spell, ...], at: dt.datetime) -> dt.datetime | None:
    """Return since when an item has been done at an instant; None: it is not."""
    since = None
    for spell in spells:
        if spell.at > at:
            break
        since = (since or spell.at) if spell.done else None
    return since


def _rate(moments: list[dt.datetime], start: dt.datetime, end: dt.datetime, days: int) -> float:
    """Return how many moments lie after `start` and up to `end`, for each working day."""
    return (bisect_right(moments, end) - bisect_right(moments, start)) / days


def _depth(key: str, waits: Mapping[str, frozenset[str]], seen: dict[str, int]) -> int:
    """Return the length of the longest chain that ends with an item; what waits in a circle counts once."""
    stack = [key]
    while stack:
        top = stack[-1]
        if top not in seen:
            seen[top] = 0  # being looked at: met again, it is a circle
            stack += [each for each in sorted(waits.get(top, ())) if each not in seen]
            continue
        stack.pop()
        seen[top] = seen[top] or 1 + max((seen.get(each, 0) for each in waits.get(top, ())), default=0)
    return seen[key]
