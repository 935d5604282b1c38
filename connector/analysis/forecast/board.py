"""How every container stood at an instant, beside the others that were open then."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.records import MilestoneStatus
from connector.analysis.forecast.course import NEVER, Course, course, days_of
from connector.analysis.forecast.track import Chronicle, Kind, Track

RECENT_DAYS: Final = 28.0  # closures so late say which container is worked on
IDLE_DAYS: Final = 21.0  # so long without one, nobody works on it
WORKED_DAYS: Final = 60.0  # so long after the last one, it is still worked on
ASLEEP_DAYS: Final = 90.0  # so long without one and without open work, it stands in nobody's way

_FAMILY: Final = {Kind.GROUP: Kind.MILESTONE}


def family(kind: Kind) -> Kind:
    """Return with what a container is compared: milestones made by hand with those of the tracker."""
    return _FAMILY.get(kind, kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a container stood at an instant."""

    elapsed_days: float  # since the first item came in
    open_items: int
    is_busiest: bool  # no other open one had more items done of late
    is_behind: bool  # one begun earlier has open work
    is_idle: bool

    @property
    def features(self) -> tuple[float, ...]:
        """Return what the model reads, in the order of `prior.FEATURES`."""
        return (
            1.0,
            math.log1p(self.elapsed_days),
            math.log1p(self.open_items),
            float(self.is_busiest),
            float(self.is_behind),
            float(self.is_idle),
        )


class Board:
    """All containers of a chronicle. Laid out once; asked for any instant."""

    def __init__(self, chronicle: Chronicle) -> None:
        """Lay out every container's course."""
        self.courses: Mapping[str, Course] = {
            key: course(track, chronicle.spells) for key, track in chronicle.tracks.items()
        }
        self._turns = {key: _turns(track) for key, track in chronicle.tracks.items()}
        self._families: dict[Kind, list[Course]] = defaultdict(list)
        for each in sorted(self.courses.values(), key=lambda one: (one.born, one.track.key)):
            if each.born < NEVER:
                self._families[family(each.track.kind)].append(each)
        self._active = sorted({math.floor(at) for each in self.courses.values() for at in each.times})

    def is_open(self, key: str, at: float) -> bool:
        """Whether a container was open; what has not begun is."""
        times, statuses = self._turns[key]
        index = bisect_right(times, at)
        return index == 0 or statuses[index - 1] is MilestoneStatus.OPEN

    def active_days(self, at: float) -> int:
        """Return on how many days something came into a container, left it or was done, up to an instant."""
        return bisect_right(self._active, at)

    def standing(self, one: Course, at: float) -> Standing:
        """Return how a container that has begun stood."""
        others = [each for each in self._begun(one, at) if each is not one and self._stands(each, at)]
        recent = one.closed_between(at - RECENT_DAYS, at)
        last = one.last_closure(at)
        return Standing(
            elapsed_days=at - one.born,
            open_items=one.open_at(at),
            is_busiest=recent > 0 and recent >= _most(others, at),
            is_behind=any(
                (each.born, each.track.key) < (one.born, one.track.key) and each.open_at(at) > 0
                for each in others
            ),
            is_idle=at - (one.born if last is None else last) > IDLE_DAYS,
        )

    def worked_on(self, kind: Kind, at: float) -> Iterator[Course]:
        """Yield the open containers of a kind in which something was done of late."""
        for each in self._families[kind]:
            if each.born < at and self.is_open(each.track.key, at):
                last = each.last_closure(at)
                if last is not None and at - last <= WORKED_DAYS:
                    yield each

    def _begun(self, one: Course, at: float) -> Iterable[Course]:
        kin = self._families[family(one.track.kind)]
        return kin[: bisect_right(kin, at, key=lambda each: each.born)]

    def _stands(self, one: Course, at: float) -> bool:
        """Whether a container is open, and neither empty nor asleep."""
        if not self.is_open(one.track.key, at):
            return False
        return one.open_at(at) > 0 or one.closed_between(at - ASLEEP_DAYS, at) > 0


def _turns(track: Track) -> tuple[Sequence[float], Sequence[MilestoneStatus]]:
    return [days_of(turn.at) for turn in track.turns], [turn.status for turn in track.turns]


def _most(others: Iterable[Course], at: float) -> int:
    return max((each.closed_between(at - RECENT_DAYS, at) for each in others), default=0)
