"""Replays a project's own past: what would have been forecast on each day, and how it turned out. Pure.

Losses are counted for each milestone first and then averaged over milestones, so that a long one does
not outweigh the rest. A refusal is filled with the elapsed rule, so that refusing cannot look good.
"""

from __future__ import annotations

import datetime as dt
import enum
import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean, median
from typing import Final

from connector.analysis.calendar import ONE_DAY, WorkingCalendar
from connector.analysis.forecast.simulate import plain, simulate
from connector.analysis.forecast.situation import Scene, lies_in, planned_on
from connector.analysis.forecast.track import Chronicle, Kind, Track
from connector.analysis.state import Forecast

ELAPSED_50: Final = 0.82  # days left as a multiple of the days gone: median and 85 % quantile where
ELAPSED_85: Final = 2.28  # the days looked at are spread evenly over 20 to 90 % of the span
LEAST_ITEMS: Final = 5
LEAST_SPAN_DAYS: Final = 14
FIRST_DAYS: Final = 7  # nothing is measured before
GRACE: Final = dt.timedelta(days=3)  # what is put in so soon after the end was in it
SLIP_DAYS: Final = 7  # later than the first plan by more than this is a slip
RESAMPLED: Final = 400
PLAIN_RUNS: Final = 100
QUIET_DAYS: Final = 90  # after so many without any work nothing new is to be seen
KINDS: Final = frozenset({Kind.MILESTONE, Kind.GROUP})

Forecaster = Callable[[Chronicle, dt.datetime], Mapping[str, Forecast]]
"""Forecasts every open container as of an instant."""


class Method(enum.StrEnum):
    """Ways to forecast that are set beside each other."""

    FORECAST = "forecast"  # ours
    TRACKER_DATE = "tracker_date"  # the planned day at face value
    SIMULATION = "simulation"  # plain Monte Carlo on the throughput of ten weeks
    ELAPSED = "elapsed_rule"  # left = 0.82 / 2.28 x elapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a method says of one container on one day."""

    p50_on: dt.date
    p85_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One container on one day of the past: what was forecast, and what the other methods say.

    `elapsed_days` counts from its first item. A method that refuses is not among `answers`, and none
    is where the outcome cannot be compared.
    """

    container: str
    as_of: dt.date
    forecast: Forecast
    elapsed_days: int
    answers: Mapping[Method, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a method did. Losses (pinball) and error in calendar days; None where nothing was answered."""

    method: Method
    milestones: int
    looks: int
    refused: int
    answered: int  # milestones that a date was given for
    held: int  # of these, whose 85 % date held that was given half way: at the middle one of its looks
    p50_loss: float
    p85_loss: float
    coverage_50: float | None
    coverage_85: float | None
    coverage_85_low: float | None  # 95 % interval, by resampling milestones
    coverage_85_high: float | None
    median_error_days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warnings:
    """How early slips against the first plan were seen: a 50 % date more than a week behind it."""

    milestones: int  # with a plan, looked at before its day
    slipped: int
    warned: int
    recall: float | None  # of slips, how many were warned of
    false_alarms: float | None  # of those that held, how many were warned of
    precision: float | None  # of warnings, how many were of a slip
    lead_days: float | None  # median days between the first warning and the planned day


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a backtest found. `figures` in the order of `Method`."""

    figures: tuple[Figures, ...]
    warnings: Warnings

    def of(self, method: Method) -> Figures:
        """Return the figures of a method."""
        return next(each for each in self.figures if each.method is method)


def days_between(first: dt.date, last: dt.date, every: int) -> tuple[dt.date, ...]:
    """Return every so many days from `first` on, up to `last`."""
    return tuple(first + ONE_DAY * step for step in range(0, (last - first).days + 1, every))


def first_day(chronicle: Chronicle, calendar: WorkingCalendar) -> dt.date | None:
    """Return the day the first item came into a milestone; None where none ever did."""
    begun = [track.stays[0].entered_at for track in _milestones(chronicle) if track.stays]
    return calendar.local_day(min(begun)) if begun else None


def days_worth(
    chronicle: Chronicle, days: Iterable[dt.date], calendar: WorkingCalendar
) -> tuple[dt.date, ...]:
    """Return the days on which there is something to see.

    That is: a milestone runs that is compared afterwards, however idle it is; or an item came in, left
    or was finished within the last 90 days. So no day that counts is left out.
    """
    spans = [*_spans_of_work(chronicle, calendar), *_spans_compared(chronicle, calendar)]
    lasting: dict[dt.date, dt.date] = {}
    for first, last in spans:
        lasting[first] = max(last, lasting.get(first, last))
    until = dt.date.min
    seen, begins = [], sorted(lasting.items(), reverse=True)
    for day in sorted(days):
        while begins and begins[-1][0] <= day:
            until = max(until, begins.pop()[1])
        if day <= until:
            seen.append(day)
    return tuple(seen)


def replay(
    chronicle: Chronicle, days: Iterable[dt.date], forecaster: Forecaster, *, calendar: WorkingCalendar
) -> Iterator[Look]:
    """Forecast every milestone that was open on each day, from what was known at the end of that day.

    Args:
        chronicle: The history of the project, read once.
        days: Days in the calendar's zone.
        forecaster: What forecasts as of an instant.
        calendar: Its working days.

    Yields:
        A look for each milestone and day, in that order of days.
    """
    counted = {track.key for track in _milestones(chronicle) if _counts(track, chronicle, calendar)}
    for day in days:
        at = calendar.end_of(day)
        scene = Scene(chronicle, as_of=at, calendar=calendar, links=False)
        said = forecaster(chronicle, at)
        for track in scene.open_tracks:
            if track.kind in KINDS and track.key in said:
                yield _look(scene, track, said[track.key], is_compared=track.key in counted)


def summarise(chronicle: Chronicle, looks: Sequence[Look], calendar: WorkingCalendar) -> Summary:
    """Set what was forecast against what came.

    Only milestones that are finished, held five items or more, ran for two weeks or more and were
    not filled in afterwards count, from the end of their first week on.
    """
    counted = {track.key: track for track in _milestones(chronicle) if _counts(track, chronicle, calendar)}
    told = [look for look in looks if look.answers]
    ends = {key: _end(track) for key, track in counted.items()}
    return Summary(
        figures=tuple(_figures(method, told, ends) for method in Method),
        warnings=_warnings(counted, told, calendar),
    )


# ------------------------------------------------------------------------------------- looking


def _spans_of_work(chronicle: Chronicle, calendar: WorkingCalendar) -> Iterator[tuple[dt.date, dt.date]]:
    stays = [stay for track in _milestones(chronicle) for stay in track.stays]
    moved = {at for stay in stays for at in (stay.entered_at, stay.left_at) if at is not None}
    finished = {
        spell.at for item in {stay.item for stay in stays} for spell in chronicle.spells.get(item, ())
    }
    for day in {calendar.local_day(at) for at in moved | finished}:
        yield day, day + ONE_DAY * QUIET_DAYS


def _spans_compared(chronicle: Chronicle, calendar: WorkingCalendar) -> Iterator[tuple[dt.date, dt.date]]:
    for track in _milestones(chronicle):
        if _counts(track, chronicle, calendar):
            yield calendar.local_day(track.stays[0].entered_at), _end(track)


def _milestones(chronicle: Chronicle) -> Iterator[Track]:
    return (track for track in chronicle.tracks.values() if track.kind in KINDS)


def _look(scene: Scene, track: Track, said: Forecast, *, is_compared: bool) -> Look:
    begun_at = scene.begun_at(track) or scene.as_of
    elapsed = (scene.day - scene.calendar.local_day(begun_at)).days + 1
    is_compared = is_compared and elapsed > FIRST_DAYS
    answers = _answers(scene, track, said, elapsed) if is_compared else {}
    return Look(container=track.key, as_of=scene.day, forecast=said, elapsed_days=elapsed, answers=answers)


def _answers(scene: Scene, track: Track, said: Forecast, elapsed: int) -> Mapping[Method, Answer]:
    answers = {
        Method.FORECAST: _forecast(said, scene.day),
        Method.TRACKER_DATE: _face_value(scene.planned_on(track), scene.day),
        Method.SIMULATION: _simulated(scene, track),
        Method.ELAPSED: elapsed_rule(scene.day, elapsed),
    }
    return {method: answer for method, answer in answers.items() if answer is not None}


def elapsed_rule(day: dt.date, elapsed: int) -> Answer:
    """Return what follows from nothing but how long a milestone has been running."""
    return Answer(
        p50_on=day + ONE_DAY * round(ELAPSED_50 * elapsed), p85_on=day + ONE_DAY * round(ELAPSED_85 * elapsed)
    )


def _forecast(said: Forecast, day: dt.date) -> Answer | None:
    if said.p50_on is None or said.p85_on is None:
        return None
    return Answer(p50_on=max(day, said.p50_on), p85_on=max(day, said.p85_on))


def _face_value(planned: dt.date | None, day: dt.date) -> Answer | None:
    return None if planned is None else Answer(p50_on=max(day, planned), p85_on=max(day, planned))


def _simulated(scene: Scene, track: Track) -> Answer | None:
    runs = simulate(plain(scene.situation(track.key)), scene.calendar, runs=PLAIN_RUNS)
    if runs is None or not scene.open_items(track):
        return None
    return Answer(p50_on=scene.day + ONE_DAY * runs.left(0.5), p85_on=scene.day + ONE_DAY * runs.left(0.85))


# ----------------------------------------------------------------------------------- measuring


def _end(track: Track) -> dt.date:
    return track.finish.day if track.finish is not None else dt.date.max


def _counts(track: Track, chronicle: Chronicle, calendar: WorkingCalendar) -> bool:
    if track.finish is None or not track.stays:
        return False
    at = calendar.end_of(track.finish.day) + GRACE
    inside = [stay for stay in track.stays if lies_in(stay, at)]
    late = sum(_was_done(chronicle, stay.item, stay.entered_at) for stay in inside)
    span = (track.finish.day - calendar.local_day(track.stays[0].entered_at)).days
    return len(inside) >= LEAST_ITEMS and 2 * late <= len(inside) and span >= LEAST_SPAN_DAYS


def _was_done(chronicle: Chronicle, item: str, at: dt.datetime) -> bool:
    spells = chronicle.spells.get(item, ())
    known = bisect_right(spells, at, key=lambda spell: spell.at)
    return bool(known) and spells[known - 1].done


def _figures(method: Method, looks: Sequence[Look], ends: Mapping[str, dt.date]) -> Figures:
    given = [look for look in looks if method in look.answers]
    by = {
        key: _mean(_held(ends[key], look.answers[method].p85_on) for look in own) for key, own in _each(given)
    }
    low, high = _interval(list(by.values()))
    return Figures(
        method=method,
        milestones=len({look.container for look in looks}),
        looks=len(looks),
        refused=len(looks) - len(given),
        answered=len(by),
        held=sum(_held_half_way(own, method, ends[key]) for key, own in _each(given)),
        p50_loss=_loss(looks, ends, lambda look: _filled(look, method).p50_on, 0.5),
        p85_loss=_loss(looks, ends, lambda look: _filled(look, method).p85_on, 0.85),
        coverage_50=_over(given, lambda look: _held(ends[look.container], look.answers[method].p50_on)),
        coverage_85=fmean(by.values()) if by else None,
        coverage_85_low=low,
        coverage_85_high=high,
        median_error_days=_error(given, ends, method),
    )


def _each(looks: Iterable[Look]) -> Iterable[tuple[str, list[Look]]]:
    by: dict[str, list[Look]] = defaultdict(list)
    for look in looks:
        by[look.container].append(look)
    return by.items()


def _filled(look: Look, method: Method) -> Answer:
    return look.answers.get(method) or elapsed_rule(look.as_of, look.elapsed_days)


def _held(end: dt.date, day: dt.date) -> float:
    return float(end <= day)


def _held_half_way(looks: Sequence[Look], method: Method, end: dt.date) -> bool:
    """Whether the 85 % date held that was given at the middle look, the earlier one of two."""
    return end <= looks[(len(looks) - 1) // 2].answers[method].p85_on


def _mean(values: Iterable[float]) -> float:
    return fmean(values)


def _over(looks: Sequence[Look], value: Callable[[Look], float]) -> float | None:
    """Return the mean over milestones of each one's mean."""
    return fmean(fmean(map(value, own)) for _, own in _each(looks)) if looks else None


def _loss(
    looks: Sequence[Look], ends: Mapping[str, dt.date], day: Callable[[Look], dt.date], share: float
) -> float:
    def pinball(look: Look) -> float:
        late = (ends[look.container] - day(look)).days
        return share * late if late >= 0 else (share - 1) * late

    return _over(looks, pinball) or 0.0


def _error(looks: Sequence[Look], ends: Mapping[str, dt.date], method: Method) -> float | None:
    """Return the median over milestones of each one's median error of the 50 % date."""
    if not looks:
        return None
    return median(
        median(abs((ends[key] - look.answers[method].p50_on).days) for look in own)
        for key, own in _each(looks)
    )


def _interval(values: list[float]) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a mean, by resampling; None of fewer than three."""
    if len(values) < 3:
        return None, None
    source = random.Random(7)  # noqa: S311 - no secret: the same draws must come again
    means = sorted(fmean(source.choices(values, k=len(values))) for _ in range(RESAMPLED))
    return means[ceil(0.025 * RESAMPLED) - 1], means[ceil(0.975 * RESAMPLED) - 1]


# ------------------------------------------------------------------------------------- warning


@dataclass(frozen=True, slots=True)
class _Fate:
    slipped: bool
    lead_days: int | None  # of the first warning; None: never warned


def _warnings(counted: Mapping[str, Track], looks: Sequence[Look], calendar: WorkingCalendar) -> Warnings:
    fates = [fate for key, own in _each(looks) if (fate := _fate(counted[key], own, calendar)) is not None]
    leads = [fate.lead_days for fate in fates if fate.slipped and fate.lead_days is not None]
    slipped = sum(fate.slipped for fate in fates)
    warned = sum(fate.lead_days is not None for fate in fates)
    return Warnings(
        milestones=len(fates),
        slipped=slipped,
        warned=warned,
        recall=len(leads) / slipped if slipped else None,
        false_alarms=(warned - len(leads)) / (len(fates) - slipped) if len(fates) > slipped else None,
        precision=len(leads) / warned if warned else None,
        lead_days=median(leads) if leads else None,
    )


def _fate(track: Track, looks: Sequence[Look], calendar: WorkingCalendar) -> _Fate | None:
    """Return how a milestone with a plan fared; None without one, or never looked at before its day."""
    end_at = calendar.end_of(_end(track) - ONE_DAY)
    first = next((plan for plan in track.plans if plan.day is not None and plan.at <= end_at), None)
    if first is None or first.day is None:
        return None
    limit = first.day + ONE_DAY * SLIP_DAYS
    before = [
        look for look in looks if look.as_of < first.day and planned_on(track, calendar.end_of(look.as_of))
    ]
    if not before:
        return None
    late = (look for look in before if look.forecast.p50_on is not None and look.forecast.p50_on > limit)
    warned = next(late, None)
    lead = None if warned is None else (first.day - warned.as_of).days
    return _Fate(slipped=_end(track) > limit, lead_days=lead)
