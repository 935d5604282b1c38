"""When each open container will be finished: a planned date and own overruns, else learned from the past.

Nothing later than the instant of the forecast is used, so that it can be made for any past day.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from connector.analysis.forecast import prior
from connector.analysis.forecast.board import ASLEEP_DAYS, Board, Standing, family
from connector.analysis.forecast.course import DAY_S, Course, days_of
from connector.analysis.forecast.experience import Experience, dot
from connector.analysis.forecast.overruns import Overruns, length_days
from connector.analysis.forecast.simulate import seed_of
from connector.analysis.forecast.spread import Spread
from connector.analysis.forecast.track import Chronicle, Track
from connector.analysis.state import Basis, Forecast

ACTIVE_DAYS: Final = 5  # with fewer, a project has shown nothing yet
HORIZON_DAYS: Final = 120.0  # beyond it every method that was measured failed
NOT_BEFORE: Final = 0.15  # the share of cases in which even that is missed
MOST_LIKELY: Final = 0.95  # no date is surer than that before the work is over
LONGEST_DAYS: Final = 3650.0
OWN: Final = 3  # finished containers that make a forecast the project's own


def forecast(
    chronicle: Chronicle, *, as_of: dt.datetime, agreed_on: Mapping[str, dt.date] | None = None
) -> Mapping[str, Forecast]:
    """Forecast every container that is open at an instant.

    Args:
        chronicle: The project's history, to that instant or longer.
        as_of: The instant, aware UTC. Nothing later is used.
        agreed_on: The day agreed for a container, by its key: whose likelihood is given.

    Returns:
        A forecast, or a refusal with its reason, by key of the container. Of many instants, ask a
        `Forecaster`: it lays the history out once.
    """
    return Forecaster(chronicle).at(as_of, agreed_on=agreed_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlook:
    """How many days may be left, and what that rests on."""

    left_days: Spread
    basis: Basis


class Forecaster:
    """Forecasts one project as of any instant."""

    def __init__(self, chronicle: Chronicle, general: prior.General = prior.GENERAL) -> None:
        """Lay out the history; `general` experience is leaned on where the project has little of its own."""
        self._chronicle = chronicle
        self._zone = ZoneInfo(chronicle.timezone)
        self._board = Board(chronicle)
        self._experience = Experience(chronicle, self._board, general)
        self._overruns = Overruns(chronicle, general)

    def at(
        self, as_of: dt.datetime, *, agreed_on: Mapping[str, dt.date] | None = None
    ) -> Mapping[str, Forecast]:
        """Forecast every container that is open at an instant; see `forecast`."""
        at = days_of(as_of)
        agreed = agreed_on or {}
        return {
            key: self._forecast(track, at, agreed.get(key))
            for key, track in self._chronicle.tracks.items()
            if self._exists(track, at) and self._board.is_open(key, at)
        }

    def _exists(self, track: Track, at: float) -> bool:
        """Whether a container was there: seen, begun, or holding something until lately."""
        since = (each for each in (track.seen_at, track.began_at) if each is not None)
        if any(days_of(each) <= at for each in since):
            return True
        course = self._board.courses[track.key]
        return course.scope_at(at) > 0 or course.last_event(at) > at - ASLEEP_DAYS

    def _forecast(self, track: Track, at: float, agreed: dt.date | None) -> Forecast:
        seed = seed_of(self._chronicle.project, track.key, self._day(at))
        planned = _planned(track, at)
        course = self._board.courses[track.key]
        standing = self._board.standing(course, at) if course.born <= at else None
        outlook = self._by_plan(track, at, planned, agreed) or self._learned(course, at, standing)
        if isinstance(outlook, str):
            return Forecast(refused=outlook, seed=seed)
        told = self._told(outlook, at, agreed or planned)
        is_decision = standing is not None and _is_decision(standing)
        return replace(told, seed=seed, decision_date=is_decision and planned is None)

    # -- with a planned date ---------------------------------------------------------------------

    def _by_plan(
        self, track: Track, at: float, planned: dt.date | None, agreed: dt.date | None
    ) -> _Outlook | None:
        day = planned or agreed
        if day is None:
            return None
        kind = family(track.kind)
        ahead = self._end_of(day) - at
        length = length_days(track, at, self._end_of(day) - 1.0)
        missed = self._overruns.spread(kind, at, ahead_days=ahead, length_days=length).above(-ahead)
        if not missed:
            return None
        basis = Basis(
            n=len(self._overruns.known(kind, at)),
            coverage=self._overruns.coverage(kind, at),
            method="planned_date",
        )
        return _Outlook(left_days=missed.shifted(ahead), basis=basis)

    # -- without one -----------------------------------------------------------------------------

    def _learned(self, course: Course, at: float, standing: Standing | None) -> _Outlook | str:
        if standing is None:
            return "nothing was ever put into it, and no date is planned"
        active = self._board.active_days(at)
        if active < ACTIVE_DAYS:
            return f"found {active} days with work in the project, expected at least {ACTIVE_DAYS}"
        lesson = self._experience.lesson(course, at)
        expected = dot(lesson.coefficients, standing.features)
        left = lesson.errors.mapped(lambda error: _days(expected + error))
        method = "learned" if lesson.n >= OWN else "pooled"
        return _Outlook(left_days=left, basis=Basis(n=lesson.n, coverage=lesson.coverage, method=method))

    # -- as it is told ---------------------------------------------------------------------------

    def _told(self, outlook: _Outlook, at: float, promised: dt.date | None) -> Forecast:
        left = outlook.left_days
        days = [self._day(at + left.quantile(share)) for share in (0.5, 0.7, 0.85, 0.95)]
        is_far = left.quantile(0.5) > HORIZON_DAYS
        likelihood = None
        if promised is not None:
            likelihood = min(left.share_upto(self._end_of(promised) - at), MOST_LIKELY)
        return Forecast(
            p50_on=days[0],
            p70_on=days[1],
            p85_on=days[2],
            p95_on=days[3],
            likelihood=likelihood,
            basis=outlook.basis,
            not_before_on=self._day(at + left.quantile(NOT_BEFORE)) if is_far else None,
        )

    def _day(self, at: float) -> dt.date:
        return dt.datetime.fromtimestamp(at * DAY_S, tz=self._zone).date()

    def _end_of(self, day: dt.date) -> float:
        return days_of(dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=self._zone))


def _planned(track: Track, at: float) -> dt.date | None:
    """Return the day that the tracker planned for a container, as known at an instant."""
    told = [plan.day for plan in track.plans if not plan.agreed and days_of(plan.at) <= at]
    return told[-1] if told else None


def _is_decision(standing: Standing) -> bool:
    return standing.open_items == 0 or standing.is_idle


def _days(logarithm: float) -> float:
    """Return the days left of what the model finds: log(1 + days)."""
    return min(max(math.expm1(min(logarithm, 50.0)), 0.0), LONGEST_DAYS)
