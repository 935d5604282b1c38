"""What a project's own finished containers teach: replayed as of earlier days, each known from its end on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from connector.analysis.forecast import prior
from connector.analysis.forecast.board import Board, family
from connector.analysis.forecast.course import NEVER, Course, days_of, start_of
from connector.analysis.forecast.ridge import Moments, Row
from connector.analysis.forecast.spread import Spread
from connector.analysis.forecast.track import Chronicle, Kind, Track

REPLAYS: Final = 10  # instants of a finished container's life that are looked at again
LAST: Final = 30  # so many finished containers count, the last ones
LEAST_ITEMS: Final = 3
LEAST_DAYS: Final = 14.0
HELD_AT: Final = 0.85  # the quantile whose record is kept


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """A container that was finished, as long as it counted as finished."""

    course: Course
    day: float  # the first instant of the day of its end
    known: float  # since when the end is known
    until: float  # when it was opened again; NEVER: it was not

    @property
    def replays(self) -> Sequence[float]:
        """Return the instants of its life that are looked at again."""
        return replays(self.course, self.day)

    def left_days(self, at: float) -> float:
        """Return how long it still took at an instant, to the end of its last day."""
        return self.day + 1.0 - at


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What the model makes of the finished containers behind it."""

    n: int
    coefficients: Sequence[float]
    errors: Spread  # of log(1 + days left)
    coverage: float | None  # how often the 85 % day held at replays, from those finished before


class Experience:
    """The finished containers of a chronicle, and what they teach as of any instant."""

    def __init__(self, chronicle: Chronicle, board: Board, general: prior.General = prior.GENERAL) -> None:
        """Find what was ever finished; `general` is leaned on where that is little."""
        self._general = general
        self._board = board
        self._pasts: Mapping[Kind, Sequence[Past]] = _pasts(chronicle, board)
        self._moments: dict[Past, Moments] = {}
        self._errors: dict[Past, Sequence[float]] = {}
        self._held: dict[Past, Sequence[bool]] = {}
        self._now = -math.inf
        self._lives: dict[str, Sequence[tuple[float, Row]]] = {}

    def pasts(self, kind: Kind) -> Sequence[Past]:
        """Return the finished containers of a kind, in the order of their ends."""
        return self._pasts.get(kind, ())

    def lesson(self, course: Course, at: float) -> Lesson:
        """Return what is to be learned for a container by an instant.

        The finished ones of its kind teach coefficients and errors. Those worked on now teach that
        it may take longer: at each instant of their life so far, at least until now. Its own life is
        left out, so that more work in it never makes it look quicker.
        """
        kind = family(course.track.kind)
        pasts = tuple([past for past in self.pasts(kind) if past.known <= at < past.until][-LAST:])
        coefficients = self._coefficients(pasts)
        others = [each for each in self._board.worked_on(kind, at) if each is not course]
        return Lesson(
            n=len(pasts),
            coefficients=coefficients,
            errors=self._spread(pasts, exceeded=self._running(others, at, coefficients)),
            coverage=self._coverage(pasts),
        )

    def replayed(self, past: Past) -> tuple[Sequence[Row], Sequence[float]]:
        """Return the features at each replay of a finished container, and what the model is to find."""
        rows = [self._board.standing(past.course, at).features for at in past.replays]
        return rows, [math.log1p(past.left_days(at)) for at in past.replays]

    def _coefficients(self, pasts: Sequence[Past]) -> tuple[float, ...]:
        moments = self._general.moments.times(prior.WEIGHT).plus(self._moment(past) for past in pasts)
        penalty = prior.PENALTY * prior.WEIGHT
        return moments.coefficients(penalty=penalty, never_below_zero=prior.NEVER_BELOW_ZERO)

    def _moment(self, past: Past) -> Moments:
        if past not in self._moments:
            self._moments[past] = Moments.of(*self.replayed(past))
        return self._moments[past]

    def _error(self, past: Past) -> Sequence[float]:
        """Return by how much the model missed a container, knowing only those finished before."""
        if past not in self._errors:
            coefficients = self._coefficients(self._before(past))
            rows, outcomes = self.replayed(past)
            self._errors[past] = [
                outcome - dot(coefficients, row) for row, outcome in zip(rows, outcomes, strict=True)
            ]
        return self._errors[past]

    def _before(self, past: Past) -> Sequence[Past]:
        kin = self.pasts(family(past.course.track.kind))
        return [each for each in kin if each.known < past.known < each.until][-LAST:]

    def _spread(self, pasts: Sequence[Past], exceeded: Iterable[tuple[float, float]] = ()) -> Spread:
        general = ((error, prior.WEIGHT / len(self._general.errors)) for error in self._general.errors)
        own = ((error, 1.0 / REPLAYS) for past in pasts for error in self._error(past))
        return Spread.of((*general, *own), exceeded=exceeded)

    def _running(
        self, courses: Iterable[Course], at: float, coefficients: Sequence[float]
    ) -> Iterator[tuple[float, float]]:
        """Yield the error that is passed already, at each replay of what is worked on now."""
        for course in courses:
            if is_telling(course, at):
                for replay, features in self._lived(course, at):
                    yield math.log1p(at - replay) - dot(coefficients, features), 1.0 / REPLAYS

    def _lived(self, course: Course, at: float) -> Sequence[tuple[float, Row]]:
        """Return the replays of a running container's life so far; kept while the instant stays the same."""
        if self._now != at:
            self._now, self._lives = at, {}
        key = course.track.key
        if key not in self._lives:
            self._lives[key] = [
                (replay, self._board.standing(course, replay).features) for replay in replays(course, at)
            ]
        return self._lives[key]

    def _coverage(self, pasts: Sequence[Past]) -> float | None:
        held = [each for past in pasts for each in self._did_hold(past)]
        return sum(held) / len(held) if held else None

    def _did_hold(self, past: Past) -> Sequence[bool]:
        """Return at which replays the 85 % day held that those finished before gave; none without any."""
        if past not in self._held:
            before = self._before(past)
            limit = self._spread(before).quantile(HELD_AT) if before else 0.0
            self._held[past] = [error <= limit for error in self._error(past)] if before else []
        return self._held[past]


def replays(course: Course, end: float) -> Sequence[float]:
    """Return instants spread evenly over a container's life up to an instant."""
    span = end - course.born
    return [course.born + span * (index + 0.5) / REPLAYS for index in range(REPLAYS)]


def is_telling(course: Course, at: float) -> bool:
    """Whether a container is of the kind that forecasts are made for: not tiny, not written afterwards."""
    return (
        at - course.born >= LEAST_DAYS
        and course.scope_at(at) >= LEAST_ITEMS
        and not course.is_filled_in_later(at)
    )


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the sum of the products."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def _pasts(chronicle: Chronicle, board: Board) -> Mapping[Kind, Sequence[Past]]:
    zone = ZoneInfo(chronicle.timezone)
    found: dict[Kind, list[Past]] = defaultdict(list)
    for key, track in chronicle.tracks.items():
        if board.courses[key].born < NEVER:
            found[family(track.kind)] += (past for past in _of(track, board.courses[key], zone))
    return {kind: sorted(pasts, key=_order) for kind, pasts in found.items()}


def _order(past: Past) -> tuple[float, float, str]:
    return past.day, past.known, past.course.track.key


def _of(track: Track, course: Course, zone: ZoneInfo) -> Iterator[Past]:
    for day, at, until in track.ends():
        start = start_of(day, zone)
        past = Past(
            course=course,
            day=start,
            known=max(days_of(at), start),
            until=days_of(until) if until else NEVER,
        )
        if is_telling(course, start + 1.0):
            yield past
