"""Where things stand in the drawing of moved dates: across the day we looked, up the date we saw.

A milestone that keeps its date makes a level line; one that moves climbs. A line ends on the diagonal
when the milestone is reached: there the date it had is the day itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.disclosure.standing import is_over
from connector.disclosure.view import ClientText, ClientView, Day, MilestoneView, TrendLineView, TrendPoint
from connector.publish.scale import FULL, DayScale, Mark, apart, with_room

MOST_LINES: Final = 8  # more cannot be told apart
_MARGIN: Final = 0.06  # of the time shown, left free above and below
_WORD: Final = 10.0  # per cent of the height that the word of a tick needs
_LABEL_GAP: Final = 14.0  # per cent of the height between two labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One corner of a line; both are 0-100, `y` from the top."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One milestone: its corners, its dates, and its label."""

    number: int  # from 1
    title: ClientText
    corners: tuple[Point, ...]
    turns: tuple[Point, ...]  # where a date was seen for the first time
    points: tuple[TrendPoint, ...]
    kept: tuple[TrendPoint, ...]  # one for each date that followed upon another
    end: Point
    label_y: float
    has_moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The whole drawing. `level` are worded days up the axis; their `x` counts from the bottom."""

    lines: tuple[Line, ...]
    diagonal: tuple[Point, Point] | None
    first: Day
    today: Day
    level: tuple[Mark, ...]


def draw(view: ClientView) -> Trend | None:
    """Lay out how the dates of the milestones moved.

    Args:
        view: The edition; its milestones say which are reached.

    Returns:
        The drawing; None where no date has moved, or all is seen on one day.
    """
    told = [line for line in view.trend if line.points]
    today = view.edition.today
    if not any(_has_moved(line) for line in told):
        return None
    chosen = _chosen(told)
    seen = [point.seen for line in chosen for point in line.points]
    first = min(seen, key=lambda day: day.on)
    if first.on >= today.on:
        return None
    across = DayScale([first.on, today.on])
    dates = [point.day.on for line in chosen for point in line.points]
    up = DayScale(dates, margin=_MARGIN)
    over = {m.head.id.value for m in view.milestones if is_over(m)}
    ends = {m.head.id.value: m for m in view.milestones}
    lines = [
        _line(n, line, across, up, until=_until(ends.get(line.milestone.value), today, line, over))
        for n, line in enumerate(chosen, start=1)
    ]
    return Trend(
        lines=_labelled(lines),
        diagonal=_diagonal(first, today, up),
        first=first,
        today=today,
        level=with_room((up.mark(tick) for tick in view.ticks if up.holds(tick)), _WORD),
    )


def _has_moved(line: TrendLineView) -> bool:
    return len({point.day.on for point in line.points}) > 1


def _chosen(lines: Sequence[TrendLineView]) -> list[TrendLineView]:
    """Return the lines that moved before those that did not, in the order of the edition."""
    ranked = sorted(lines, key=lambda line: not _has_moved(line))[:MOST_LINES]
    kept = {line.milestone.value for line in ranked}
    return [line for line in lines if line.milestone.value in kept]


def _until(milestone: MilestoneView | None, today: Day, line: TrendLineView, over: Iterable[str]) -> Day:
    """Return the day a line ends: reached, or today."""
    if milestone is None or milestone.head.id.value not in over:
        return today
    end = milestone.actual or line.points[-1].seen
    return min(end, today, key=lambda day: day.on)


def _line(number: int, line: TrendLineView, across: DayScale, up: DayScale, *, until: Day) -> Line:
    kept = _kept(line.points)
    turns = tuple(Point(x=across.at(point.seen.on), y=_flipped(up.at(point.day.on))) for point in kept)
    end = Point(x=max(turns[-1].x, across.at(until.on)), y=turns[-1].y)
    return Line(
        number=number,
        title=line.title,
        corners=(*_steps(turns), end),
        turns=turns,
        points=line.points,
        kept=kept,
        end=end,
        label_y=end.y,
        has_moved=_has_moved(line),
    )


def _steps(seen: Sequence[Point]) -> list[Point]:
    """Return the corners of a line that stays level until the next date is seen."""
    corners = [seen[0]]
    for point in seen[1:]:
        corners += [Point(x=point.x, y=corners[-1].y), point]
    return corners


def _kept(points: Sequence[TrendPoint]) -> tuple[TrendPoint, ...]:
    return tuple(point for n, point in enumerate(points) if not n or point.day.on != points[n - 1].day.on)


def _labelled(lines: Sequence[Line]) -> tuple[Line, ...]:
    places = apart([line.end.y for line in lines], _LABEL_GAP)
    return tuple(replace(line, label_y=place) for line, place in zip(lines, places, strict=True))


def _diagonal(first: Day, today: Day, up: DayScale) -> tuple[Point, Point] | None:
    """Return where the date is the day itself, as far as it is inside; None where it is outside."""
    low, high = _flipped(up.at(first.on)), _flipped(up.at(today.on))
    if low == high or high >= FULL or low <= 0:
        return None
    slope = FULL / (high - low)
    ends = [Point(x=round((y - low) * slope, 1), y=round(y, 1)) for y in (min(low, FULL), max(high, 0.0))]
    return (ends[0], ends[1])


def _flipped(place: float) -> float:
    return round(FULL - place, 1)
