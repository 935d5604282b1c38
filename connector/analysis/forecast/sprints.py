"""Whether a running sprint will deliver less than was committed.

Committed is what it was started with and what was added, without what was taken out. A small logistic
model ranks sprints by how they stand; the project's own closed sprints, seen at the same share of their
time, set its level: teams differ in how much they take on.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final
from zoneinfo import ZoneInfo

from adapters.records import MilestoneStatus
from connector.analysis.delivery import Calls, Delivery
from connector.analysis.forecast import prior
from connector.analysis.forecast.course import NEVER, Course, course, days_of, start_of
from connector.analysis.forecast.experience import dot
from connector.analysis.forecast.track import Chronicle, Kind, Track

__all__ = ["Calls", "Delivery", "chance", "coefficients", "deliveries", "level", "shares"]

LAST: Final = 30  # closed sprints that count, the last ones
CLOSING_DAYS: Final = 1 / 96  # a quarter of an hour
MOST: Final = 2.0  # shares above that say nothing more
LEAST_BEFORE: Final = 3  # closed sprints behind a judgement before it is held against what came
_STEPS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sprint:
    """A sprint with a start and a planned end, in days since 1970."""

    course: Course
    start: float
    planned: float
    end: float  # NEVER: not closed

    def at_share(self, share: float) -> float:
        """Return the instant at a share of the planned time."""
        return min(self.start + share * (self.planned - self.start), self.end)

    def features(self, at: float) -> Sequence[float]:
        """Return what the model reads; see `prior.SPRINT_FEATURES`."""
        committed = self.committed
        done = self.course.closed_between(self.start, at)
        added = self.course.entered_between(self.start, at)
        removed = self.course.scope_at(self.start) + added - self.course.scope_at(at)
        return shares(committed=committed, done=done, added=added, removed=removed)

    @property
    def committed(self) -> int:
        """Return the open items at the start."""
        return self.course.open_at(self.start)

    @property
    def fell_short(self) -> bool:
        """Whether something that it held was open when it closed; trackers move that on in closing."""
        return self.course.open_at(self.end - CLOSING_DAYS) > 0


def shares(*, committed: float, done: float, added: float, removed: float) -> Sequence[float]:
    """Return the features of a sprint, in items or points; shares are of what was committed."""
    base = max(committed, 1.0)
    return (
        1.0,
        math.log1p(committed),
        *(min(max(part, 0.0) / base, MOST) for part in (done, added, removed)),
    )


def deliveries(chronicle: Chronicle, *, as_of: dt.datetime) -> Mapping[str, Delivery]:
    """Judge every sprint that runs at an instant.

    Args:
        chronicle: The project's history; nothing later than `as_of` is used.
        as_of: The instant, aware UTC.

    Returns:
        By key of the sprint; refused where its start or planned end is unknown or nothing was committed.
    """
    at, zone = days_of(as_of), ZoneInfo(chronicle.timezone)
    running = {
        track.key: _sprint(chronicle, track, at, zone)
        for track in chronicle.tracks.values()
        if track.kind is Kind.ITERATION and _runs(track, as_of)
    }
    if not running:
        return {}
    closed = sorted(_closed(chronicle, at, zone), key=lambda one: (one.end, one.course.track.key))
    return {key: _judged(sprint, closed, at) for key, sprint in running.items()}


def level(scores: Sequence[float], outcomes: Sequence[bool]) -> float:
    """Return what is added to every score so that scores fit their outcomes, held near 0 by a normal prior.

    Args:
        scores: Logits of the model for closed sprints.
        outcomes: Whether each fell short.
    """
    found = 0.0
    for _ in range(_STEPS):
        likely = [chance(score + found) for score in scores]
        slope = (
            sum(a - b for a, b in zip(outcomes, likely, strict=True)) - found / prior.SPRINT_LEVEL_VARIANCE
        )
        curvature = sum(one * (1 - one) for one in likely) + 1 / prior.SPRINT_LEVEL_VARIANCE
        found += slope / curvature
    return found


def chance(logit: float) -> float:
    """Return the probability of a logit."""
    return 1.0 / (1.0 + math.exp(-min(max(logit, -30.0), 30.0)))


def coefficients(share: float) -> Sequence[float]:
    """Return the model's coefficients at a share of a sprint's time, between those that were fitted."""
    known = prior.SPRINT_COEFFICIENTS
    if share >= known[-1][0]:
        return known[-1][1]
    for (low, first), (high, second) in itertools.pairwise(known):
        if share <= high:
            part = (max(share, low) - low) / (high - low)
            return [a + part * (b - a) for a, b in zip(first, second, strict=True)]
    return known[-1][1]


def _judged(sprint: _Sprint | None, closed: Sequence[_Sprint], at: float) -> Delivery:
    if sprint is None:
        return Delivery(less_than_committed=None, refused="its start or planned end is not known")
    if not sprint.committed:
        return Delivery(less_than_committed=None, refused="nothing was committed at its start")
    share = (at - sprint.start) / max(sprint.planned - sprint.start, 1.0)
    last = closed[-LAST:]
    return Delivery(
        less_than_committed=_likely(sprint, last, at, share),
        n=len(last),
        fell_short=sum(one.fell_short for one in last),
        calls=_calls(closed, share),
    )


def _likely(sprint: _Sprint, closed: Sequence[_Sprint], at: float, share: float) -> float:
    model = coefficients(share)
    scores = [dot(model, one.features(one.at_share(share))) for one in closed]
    own = level(scores, [one.fell_short for one in closed])
    return chance(dot(model, sprint.features(at)) + own)


def _calls(closed: Sequence[_Sprint], share: float) -> Calls:
    """Judge the last closed sprints at a share of their time, each from those closed by then."""
    told: list[tuple[float, float, bool]] = []
    for one in closed[-LAST:]:
        at = one.at_share(share)
        before = [other for other in closed if other.end <= at][-LAST:]
        if len(before) >= LEAST_BEFORE:
            rate = sum(other.fell_short for other in before) / len(before)
            told.append((_likely(one, before, at, share), rate, one.fell_short))
    if not told:
        return Calls()
    return Calls(
        n=len(told),
        right=sum((likely >= 0.5) == came for likely, _, came in told),
        error=fmean((likely - came) ** 2 for likely, _, came in told),
        rate_error=fmean((rate - came) ** 2 for _, rate, came in told),
    )


def _runs(track: Track, as_of: dt.datetime) -> bool:
    began = track.began_at is not None and track.began_at <= as_of
    return began and track.status_at(as_of) is MilestoneStatus.OPEN


def _closed(chronicle: Chronicle, at: float, zone: ZoneInfo) -> Iterator[_Sprint]:
    for track in chronicle.tracks.values():
        if track.kind is Kind.ITERATION:
            sprint = _sprint(chronicle, track, at, zone)
            if sprint is not None and sprint.end <= at and sprint.committed:
                yield sprint


def _sprint(chronicle: Chronicle, track: Track, at: float, zone: ZoneInfo) -> _Sprint | None:
    planned = [plan.day for plan in track.plans if plan.day and days_of(plan.at) <= at]
    if track.began_at is None or not planned:
        return None
    ends = [days_of(since) for _, since, _ in track.ends() if days_of(since) <= at]
    return _Sprint(
        course=course(track, chronicle.spells),
        start=days_of(track.began_at),
        planned=start_of(planned[-1], zone) + 1.0,
        end=ends[-1] if ends else NEVER,
    )
