"""Where things stand in the timeline drawing: geometry only, computed from the view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connector.disclosure.standing import day_of, days_of, is_current
from connector.disclosure.view import ClientText, Day, MilestoneView, State

WIDTH: Final = 100.0  # per cent of the drawing's width
MARGIN_SHARE: Final = 0.04  # of the time shown, left free on both sides
MOST_ROWS: Final = 16  # the drawing shows the milestones nearest to today; the list shows all


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One date in the drawing; `x` is 0-100."""

    x: float
    day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One milestone: the agreed date, the date it has now, and the replaced ones."""

    title: ClientText
    state: State | None
    agreed: Mark | None
    promised: Mark | None  # drawn only where nothing was agreed, and the date has moved since
    current: Mark | None
    is_actual: bool
    replaced: tuple[Mark, ...]
    left: float  # of the line that joins the marks
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole drawing."""

    rows: tuple[Row, ...]
    today: Mark
    ticks: tuple[Mark, ...]
    has_agreed: bool
    has_promised: bool
    has_replaced: bool


def draw(milestones: Iterable[MilestoneView], *, today: Day, ticks: Iterable[Day] = ()) -> Timeline | None:
    """Lay out the milestones that are still to come, or were over lately; those nearest to today.

    Args:
        milestones: The milestones in sight.
        today: The day of the edition.
        ticks: Worded days along the axis; those outside of what is drawn are left out.

    Returns:
        The drawing; None where fewer than two dates would be shown.
    """
    drawn = [m for m in milestones if m.head.title and is_current(m, today.on)]
    chosen = _nearest(drawn, today.on)
    days = {day.on for milestone in chosen for day in days_of(milestone)}
    if len(days) < 2:
        return None
    scale = _Scale([*days, today.on])
    rows = tuple(_row(milestone, scale) for milestone in chosen)
    return Timeline(
        rows=rows,
        today=scale.mark(today),
        ticks=tuple(scale.mark(tick) for tick in ticks if scale.holds(tick)),
        has_agreed=any(row.agreed for row in rows),
        has_promised=any(row.promised for row in rows),
        has_replaced=any(row.replaced for row in rows),
    )


class _Scale:
    def __init__(self, days: Iterable[dt.date]) -> None:
        numbers = [day.toordinal() for day in days]
        margin = max(1.0, (max(numbers) - min(numbers)) * MARGIN_SHARE)
        self._start = min(numbers) - margin
        self._length = max(numbers) + margin - self._start

    def holds(self, day: Day) -> bool:
        return self._start <= day.on.toordinal() <= self._start + self._length

    def mark(self, day: Day) -> Mark:
        return Mark(x=round((day.on.toordinal() - self._start) / self._length * WIDTH, 1), day=day)


def _nearest(milestones: list[MilestoneView], today: dt.date) -> list[MilestoneView]:
    by_distance = sorted(milestones, key=lambda m: min(abs((day.on - today).days) for day in days_of(m)))
    kept = {m.head.id.value for m in by_distance[:MOST_ROWS]}
    return [m for m in milestones if m.head.id.value in kept]


def _row(milestone: MilestoneView, scale: _Scale) -> Row:
    agreed, now = milestone.agreed, day_of(milestone)
    promised = milestone.promised if not agreed and milestone.promised != now else None
    marks = [scale.mark(day) for day in days_of(milestone)]
    title = milestone.head.title
    if title is None:
        raise AssertionError("a milestone without a title is not drawn")
    return Row(
        title=title,
        state=milestone.head.state,
        agreed=scale.mark(agreed) if agreed else None,
        promised=scale.mark(promised) if promised else None,
        current=scale.mark(now) if now else None,
        is_actual=milestone.actual is not None,
        replaced=tuple(scale.mark(move.before) for move in milestone.moves if move.before),
        left=min(mark.x for mark in marks),
        right=max(mark.x for mark in marks),
    )
