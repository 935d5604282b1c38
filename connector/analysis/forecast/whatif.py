"""What would become of the dates if: work were dropped, a day moved, people came or went, a wait ended.

A simulation says by what factor the days left would change; the published forecast is scaled by it. So
the answer starts from the date that has been calibrated, and only the difference is simulated, with
the same draws on both sides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from connector.analysis.calendar import ONE_DAY, WorkingCalendar
from connector.analysis.forecast.simulate import AS_IT_IS, Capacity, Simulated, simulate
from connector.analysis.forecast.situation import Scene, Situation
from connector.analysis.forecast.track import Chronicle, Plan
from connector.analysis.state import Forecast

MOST_OF_BEST: Final = 1.5  # no team is believed to get faster than this multiple of its best four weeks
CERTAIN: Final = 0.95  # while work is left, nothing is more likely

Forecaster = Callable[[Chronicle], Mapping[str, Forecast]]
"""Forecasts every open container of a chronicle as of the day in question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What is asked: all of it at once, from today on."""

    dropped: frozenset[str] = frozenset()  # items that will not be done
    closed: frozenset[str] = frozenset()  # items that others wait for, taken as done
    moved: Mapping[str, dt.date] = field(default_factory=dict)  # container -> planned day
    capacity: Capacity = AS_IT_IS


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an alternative does to one container. `least` differs from `after` only for capacity.

    Where the recent weeks hold no finished item there is no pace to reckon with: then only the moved days
    are in `after`, and `has_pace` is false.
    """

    container: str
    before: Forecast
    after: Forecast  # with all of the capacity
    least: Forecast  # with half of it: what is more likely to come of it
    has_pace: bool = True

    @property
    def days(self) -> int | None:
        """Return by how many calendar days the 85 % date moves; positive means later."""
        return _difference(self.before, self.after)

    @property
    def least_days(self) -> int | None:
        """Return the same with half of the capacity."""
        return _difference(self.before, self.least)


def what_if(
    scene: Scene,
    alternative: Alternative,
    forecaster: Forecaster,
    *,
    agreed_on: Mapping[str, dt.date] | None = None,
) -> tuple[Effect, ...]:
    """Tell what an alternative does to every open container, in the order they are worked.

    Args:
        scene: The day in question.
        alternative: What would be otherwise.
        forecaster: What forecasts a chronicle as of that day.
        agreed_on: The days whose likelihood is told, by container; the planned ones where none is given.
    """
    before = forecaster(scene.chronicle)
    moved = _with_days(scene, alternative.moved)
    planned = forecaster(moved.chronicle) if alternative.moved else before
    half = replace(alternative.capacity, factor=1.0 + (alternative.capacity.factor - 1.0) / 2)
    effects: list[Effect] = []
    for track in scene.open_tracks:
        if track.key not in before:
            continue
        agreed = (agreed_on or {}).get(track.key) or moved.planned_on(track)
        base = _Base(moved.situation(track.key), scene.calendar, planned[track.key], agreed)
        effects.append(
            Effect(
                container=track.key,
                before=before[track.key],
                after=base.under(alternative, alternative.capacity),
                least=base.under(alternative, half),
                has_pace=base.situation.pace > 0,
            )
        )
    return tuple(effects)


def cost_in_days(scene: Scene, container: str, forecast: Forecast, added: frozenset[str]) -> int | None:
    """Return by how many calendar days the 85 % date is later because of some items.

    What of them is finished counts too: the time that it took would have gone into the rest.

    Args:
        scene: The day in question.
        container: Key of an open container.
        forecast: What is published for it.
        added: Items that came in, open or done.

    Returns:
        None where no date is forecast, or there is nothing to simulate from.
    """
    if forecast.p85_on is None:
        return None
    track = scene.chronicle.tracks[container]
    given = scene.situation(container)
    inside = scene.members(track) & added
    spent = len(inside & scene.done_at.keys())
    without = replace(_without(given, added), credit=float(spent))
    runs = simulate(given, scene.calendar), simulate(without, scene.calendar)
    if runs[0] is None or runs[1] is None:
        return None
    left = (forecast.p85_on - scene.day).days
    return left - _scaled(left, runs[0].left(0.85), runs[1].left(0.85))


def beyond_belief(scene: Scene, container: str, capacity: Capacity) -> float | None:
    """Return the multiple of the best pace ever that a capacity would mean, if it is beyond belief."""
    best = scene.best_pace(scene.chronicle.tracks[container].kind)
    multiple = scene.situation(container).pace * capacity.factor / best if best else 0.0
    return multiple if multiple > MOST_OF_BEST else None


# ------------------------------------------------------------------------------------- private


@dataclass(frozen=True, slots=True)
class _Base:
    """What an alternative is set against."""

    situation: Situation
    calendar: WorkingCalendar
    forecast: Forecast
    agreed_on: dt.date | None

    def under(self, alternative: Alternative, capacity: Capacity) -> Forecast:
        """Return the forecast scaled by what the simulation says."""
        gone = alternative.dropped | alternative.closed
        if not gone and capacity.factor == 1.0:
            return self.forecast
        now = self.situation
        before = simulate(now, self.calendar)
        after = simulate(_without(now, gone), self.calendar, capacity=capacity)
        if before is None or after is None:
            return self.forecast
        return _rescaled(self.forecast, before, after, self.agreed_on)


def _with_days(scene: Scene, moved: Mapping[str, dt.date]) -> Scene:
    """Return the scene with planned days given at its instant."""
    if not moved:
        return scene
    tracks = dict(scene.chronicle.tracks)
    for key, day in moved.items():
        track = tracks[key]
        known = tuple(plan for plan in track.plans if plan.at <= scene.as_of)
        tracks[key] = replace(track, plans=(*known, Plan(at=scene.as_of, day=day)))
    chronicle = replace(scene.chronicle, tracks=tracks)
    return Scene(chronicle, as_of=scene.as_of, calendar=scene.calendar)


def _without(given: Situation, gone: frozenset[str]) -> Situation:
    """Return a situation without some items: nothing waits for them any more, nor they for others."""
    waits = {key: blockers - gone for key, blockers in given.waits.items() if key not in gone}
    return replace(given, own=given.own - gone, ahead=given.ahead - gone, waits=waits)


def _rescaled(forecast: Forecast, before: Simulated, after: Simulated, agreed_on: dt.date | None) -> Forecast:
    """Scale every quantile's days left by what the simulation says of that quantile."""
    told = {0.5: forecast.p50_on, 0.7: forecast.p70_on, 0.85: forecast.p85_on, 0.95: forecast.p95_on}
    left = {share: (day - before.day).days for share, day in told.items() if day is not None}
    if len(left) < len(told):
        return forecast
    scaled = {share: _scaled(days, before.left(share), after.left(share)) for share, days in left.items()}
    rising = _rising(scaled)
    p50, p70, p85, p95 = (before.day + ONE_DAY * days for days in rising.values())
    new = replace(forecast, p50_on=p50, p70_on=p70, p85_on=p85, p95_on=p95)
    return replace(new, likelihood=_likelihood(forecast, left, rising, _days(agreed_on, before.day)))


def _scaled(days: int, before: int, after: int) -> int:
    """Scale days left; what is over already, or never ends in either, stays."""
    return round(days * after / before) if before > 0 and days > 0 else days


def _rising(days: Mapping[float, int]) -> dict[float, int]:
    found: dict[float, int] = {}
    highest = min(days.values())
    for share, value in sorted(days.items()):
        highest = max(highest, value)
        found[share] = highest
    return found


def _days(agreed_on: dt.date | None, day: dt.date) -> int | None:
    return None if agreed_on is None else (agreed_on - day).days


def _likelihood(
    forecast: Forecast, left: Mapping[float, int], scaled: Mapping[float, int], agreed: int | None
) -> float | None:
    """Read the likelihood of a day off the scaled quantiles, with the known likelihood among them."""
    known = forecast.likelihood
    if known is None or agreed is None or agreed < 0:
        return known
    factor = scaled[0.5] / left[0.5] if left[0.5] > 0 else 1.0
    points = sorted({(0.0, 0.0), (agreed * factor, known), *((float(d), s) for s, d in scaled.items())})
    return min(CERTAIN, _read_off(points, float(agreed)))


def _read_off(points: list[tuple[float, float]], at: float) -> float:
    highest = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= at < x1:
            return max(highest, y0 + (y1 - y0) * (at - x0) / (x1 - x0))
        highest = max(highest, y0)
    return points[-1][1]


def _difference(before: Forecast, after: Forecast) -> int | None:
    if before.p85_on is None or after.p85_on is None:
        return None
    return (after.p85_on - before.p85_on).days
