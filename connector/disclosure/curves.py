"""Words the charts over time: how dates of milestones moved, how scope grew and was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from connector.analysis.burnup import BurnUp, Point
from connector.analysis.charts import TrendLine
from connector.analysis.state import PROJECT
from connector.analysis.trend import Report
from connector.disclosure.policy import Policy
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.standing import is_over
from connector.disclosure.view import (
    Amount,
    BurnPoint,
    BurnUpView,
    MilestoneView,
    TrendLineView,
    TrendPoint,
)

_T = TypeVar("_T")

MOST_LINES: Final = 8
MOST_TREND_POINTS: Final = 40  # a line
MOST_BURN_POINTS: Final = 60
_LEAST_POINTS: Final = 2  # of which a line is made
_TREND: Final = "milestones.trend"
_OVER_TIME: Final = "scope.over_time"


def trend(
    scribe: Scribe,
    policy: Policy,
    lines: Iterable[TrendLine],
    milestones: Mapping[str, MilestoneView],
) -> tuple[TrendLineView, ...]:
    """Word how the dates of milestones ahead moved, of those that did.

    Args:
        scribe: Makes the leaves.
        policy: Opens `milestones.trend`; the tracker's dates only where `planned` and `moves` are open
            too, else what was promised.
        lines: Of all milestones.
        milestones: The told ones, by their key, in the order of the page.
    """
    if not policy.shows("milestones", "trend"):
        return ()
    by_key = {line.key: line for line in lines}
    is_open = policy.shows("milestones", "planned") and policy.shows("milestones", "moves")
    lines_told = [
        _line(scribe, key, view, points)
        for key, view in milestones.items()
        if key in by_key and view.head.title and not is_over(view)
        if _has_moved(points := _points(by_key[key], is_open=is_open))
    ]
    return tuple(lines_told[:MOST_LINES])


def burn_up(scribe: Scribe, policy: Policy, series: BurnUp | None) -> BurnUpView | None:
    """Word scope over time: agreed, in all, done.

    Args:
        scribe: Makes the leaves.
        policy: Opens `scope.over_time`; each line only where `agreed`, `current`, `done` are open too.
        series: Of the whole project, in items; None where nobody asked for it.

    Returns:
        At most `MOST_BURN_POINTS` points. A total is told only where it does not give a small number
        away: what came in since the agreement, or since the total told last, is nothing or `k` at least.
    """
    if series is None or not policy.shows("scope", "over_time"):
        return None
    points = thinned(_begun(series.points), MOST_BURN_POINTS)
    if len(points) < _LEAST_POINTS:
        return None
    totals = list(_told_totals(points, scribe))
    return BurnUpView(
        unit=scribe.fixed(f"unit.{series.unit}"),
        points=tuple(
            _burn_point(scribe, policy, point, total) for point, total in zip(points, totals, strict=True)
        ),
    )


def thinned(points: Sequence[_T], most: int) -> tuple[_T, ...]:
    """Return at most that many points, the first and the last among them, evenly spread."""
    if len(points) <= most:
        return tuple(points)
    last = len(points) - 1
    return tuple(points[round(place * last / (most - 1))] for place in range(most))


def _points(line: TrendLine, *, is_open: bool) -> tuple[Report, ...]:
    """Return the days a client may know of, without those between two that are like both."""
    reports = line.points if is_open else line.promised
    last = len(reports) - 1
    telling = [
        report
        for place, report in enumerate(reports)
        if place in {0, last} or not reports[place - 1][1] == report[1] == reports[place + 1][1]
    ]
    return thinned(telling, MOST_TREND_POINTS)


def _has_moved(points: Iterable[Report]) -> bool:
    return len({day for _, day in points}) > 1


def _line(scribe: Scribe, key: str, view: MilestoneView, points: Iterable[Report]) -> TrendLineView:
    if view.head.title is None:
        raise AssertionError("a milestone without a title has no line")
    origin = Origin(field="MilestoneState.promises", record=key, rule=_TREND)
    return TrendLineView(
        milestone=view.head.id,
        title=view.head.title,
        points=tuple(
            TrendPoint(seen=scribe.look(seen, origin), day=scribe.day(day, origin)) for seen, day in points
        ),
    )


def _begun(points: Sequence[Point]) -> Sequence[Point]:
    """Leave out the points before there was anything, but for the last of them."""
    first = next((place for place, each in enumerate(points) if each.actual or each.agreed), len(points))
    return points[max(0, first - 1) :]


def _told_totals(points: Iterable[Point], scribe: Scribe) -> Iterator[float | None]:
    """Yield each total, or None where the step to it from a total told before would be a small number."""
    last: float | None = None
    for point in points:
        known = [one for one in (point.agreed, last) if one is not None]
        if any(scribe.is_coarse(abs(point.actual - one)) for one in known):
            yield None
        else:
            last = point.actual
            yield point.actual


def _burn_point(scribe: Scribe, policy: Policy, point: Point, total: float | None) -> BurnPoint:
    return BurnPoint(
        on=scribe.look(point.at, Origin(field="Point.at", rule=_OVER_TIME)),
        agreed=_amount(scribe, policy, "agreed", point.agreed),
        total=_amount(scribe, policy, "current", total),
        done=_amount(scribe, policy, "done", point.done),
    )


def _amount(scribe: Scribe, policy: Policy, part: str, value: float | None) -> Amount | None:
    if value is None or not policy.shows("scope", part):
        return None
    return scribe.amount(value, Origin(field=f"BurnUp.{part}", record=PROJECT, rule=_OVER_TIME))
