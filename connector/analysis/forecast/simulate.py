"""Plays a container's remaining work through, many times, on what the project did of late.

Every run draws past weeks, the same ones for every variant of a situation (common random numbers), so
that two variants differ only by what differs between them. Raw, such dates come too early: they are a
measure of differences, and nothing is told of them that has not been set against the published date.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.analysis.calendar import ONE_DAY, WorkingCalendar
from connector.analysis.forecast.situation import Situation

RUNS: Final = 400
WORKING_WEEK: Final = 5
HORIZON_WEEKS: Final = 156  # three years: a run that lasts longer is taken to end there


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The team's pace as a multiple of that of late, reached evenly over `ramp_days` (calendar days)."""

    factor: float = 1.0
    ramp_days: int = 0

    def in_week(self, week: int) -> float:
        """Return the multiple in the middle of a week from now."""
        share = 1.0 if self.ramp_days <= 0 else min(1.0, (7 * week + 3.5) / self.ramp_days)
        return 1.0 + (self.factor - 1.0) * share


AS_IT_IS: Final = Capacity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The runs' ends, as calendar days after `day`, in rising order."""

    day: dt.date
    days: tuple[int, ...]

    def left(self, share: float) -> int:
        """Return the days within which this share of the runs ended."""
        return self.days[max(0, math.ceil(share * len(self.days)) - 1)]

    def by(self, day: dt.date) -> float:
        """Return the share of the runs that had ended by a day."""
        allowed = (day - self.day).days
        return sum(days <= allowed for days in self.days) / len(self.days)


def seed_of(project: str, container: str, day: dt.date) -> int:
    """Return the seed of all draws about a container on a day: the same on every machine."""
    digest = hashlib.sha256(f"{project}\n{container}\n{day.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def plain(situation: Situation) -> Situation:
    """Return what the usual simulation of throughput looks at: open items and pace, nothing else."""
    weeks = tuple(replace(week, arrived=0.0) for week in situation.weeks)
    return replace(situation, ahead=frozenset(), waits={}, weeks=weeks)


def simulate(
    situation: Situation, calendar: WorkingCalendar, *, capacity: Capacity = AS_IT_IS, runs: int = RUNS
) -> Simulated | None:
    """Play a situation through.

    Weeks to come are drawn from the recent ones, items finished and items arrived together. Arrivals
    thin out: after as long again as the container has been worked on, half as many come. What is
    planned earlier is worked first; an item that waits for another ends on a later working day.

    Args:
        situation: What lies between the container and its end.
        calendar: The working days to come.
        capacity: What becomes of the pace.
        runs: An even number of runs; every second one mirrors the one before (antithetic draws).

    Returns:
        The ends of the runs; None where the recent weeks hold no finished item to draw from.
    """
    if situation.pace <= 0:
        return None
    ends = sorted(_ends(situation, capacity, runs))
    offsets = _offsets(situation.day, calendar, math.ceil(ends[-1]))
    return Simulated(day=situation.day, days=tuple(offsets[math.ceil(end)] for end in ends))


def _ends(situation: Situation, capacity: Capacity, runs: int) -> Iterator[float]:
    """Yield after how many working days each run ends."""
    least = float(situation.chain)
    work = max(0.0, len(situation.needed) - situation.credit)
    left = dict.fromkeys(range(runs), work)
    draws = _draws(situation, runs)
    for week in range(HORIZON_WEEKS):
        drawn = next(draws)
        pace = capacity.in_week(week) * WORKING_WEEK
        thinned = WORKING_WEEK * _thinning(situation.age_days, 7 * week)
        for run in list(left):
            past = situation.weeks[drawn[run]]
            open_work = max(0.0, left[run] + past.arrived * thinned)
            done = past.done * pace
            left[run] = open_work - done
            if open_work <= done:
                del left[run]
                yield max(least, WORKING_WEEK * (week + (open_work / done if done else 0.0)))
    yield from (float(WORKING_WEEK * HORIZON_WEEKS) for _ in left)


def _draws(situation: Situation, runs: int) -> Iterator[Sequence[int]]:
    """Yield for each week to come the past week that each run draws; the second half mirrors the first."""
    seed = seed_of(situation.project, situation.container, situation.day)
    source = random.Random(seed)  # noqa: S311 - no secret: the same draws must come again
    count = len(situation.weeks)
    while True:
        half = [source.random() for _ in range(runs // 2)]
        yield [int(draw * count) for draw in half] + [count - 1 - int(draw * count) for draw in half]


def _thinning(age_days: int, ahead_days: int) -> float:
    """Return what part of the arrivals of late still come so many days from now."""
    age = max(7, age_days)
    return age / (age + ahead_days)


def _offsets(day: dt.date, calendar: WorkingCalendar, count: int) -> list[int]:
    """Return how many calendar days away each of the next working days is; the first is today: 0."""
    found, step = [0], 0
    while len(found) <= count:
        step += 1
        if calendar.is_working(day + ONE_DAY * step):
            found.append(step)
    return found
