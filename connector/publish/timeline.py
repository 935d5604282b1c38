"""Where things stand in the timeline drawing: geometry only, computed from the view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

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
    current: Mark | None
    is_actual: bool
    replaced: tuple[Mark, ...]
    left: float  # of the line that joins the marks
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole drawing; `first` and `last` are the ends of its axis."""

    rows: tuple[Row, ...]
    today: Mark
    first: Mark
    last: Mark
    has_agreed: bool
    has_replaced: bool


def draw(milestones: Iterable[MilestoneView], *, today: Day) -> Timeline | None:
    """Lay out milestones, those nearest to today; None where fewer than two dates would be shown."""
    chosen = _nearest([m for m in milestones if m.head.title and _days(m)], today.on)
    days = [day for milestone in chosen for day in _days(milestone)]
    if len({day.on for day in days}) < 2:
        return None
    ordered = sorted([*days, today], key=lambda day: day.on)
    scale = _Scale([day.on for day in ordered])
    rows = tuple(_row(milestone, scale) for milestone in chosen)
    return Timeline(
        rows=rows,
        today=scale.mark(today),
        first=scale.mark(ordered[0]),
        last=scale.mark(ordered[-1]),
        has_agreed=any(row.agreed for row in rows),
        has_replaced=any(row.replaced for row in rows),
    )


class _Scale:
    def __init__(self, days: Iterable[dt.date]) -> None:
        numbers = [day.toordinal() for day in days]
        margin = max(1.0, (max(numbers) - min(numbers)) * MARGIN_SHARE)
        self._start = min(numbers) - margin
        self._length = max(numbers) + margin - self._start

    def mark(self, day: Day) -> Mark:
        return Mark(x=round((day.on.toordinal() - self._start) / self._length * WIDTH, 1), day=day)


def _nearest(milestones: list[MilestoneView], today: dt.date) -> list[MilestoneView]:
    by_distance = sorted(milestones, key=lambda m: min(abs((day.on - today).days) for day in _days(m)))
    kept = {m.head.id.value for m in by_distance[:MOST_ROWS]}
    return [m for m in milestones if m.head.id.value in kept]


def _current(milestone: MilestoneView) -> Day | None:
    return milestone.actual or milestone.planned


def _days(milestone: MilestoneView) -> list[Day]:
    return [
        day
        for day in (milestone.agreed or milestone.promised, _current(milestone), *_replaced(milestone))
        if day is not None
    ]


def _replaced(milestone: MilestoneView) -> list[Day]:
    return [move.before for move in milestone.moves if move.before is not None]


def _row(milestone: MilestoneView, scale: _Scale) -> Row:
    agreed = milestone.agreed or milestone.promised
    current = _current(milestone)
    marks = [scale.mark(day) for day in _days(milestone)]
    title = milestone.head.title
    if title is None:
        raise AssertionError("a milestone without a title is not drawn")
    return Row(
        title=title,
        state=milestone.head.state,
        agreed=scale.mark(agreed) if agreed else None,
        current=scale.mark(current) if current else None,
        is_actual=milestone.actual is not None,
        replaced=tuple(scale.mark(day) for day in _replaced(milestone)),
        left=min(mark.x for mark in marks),
        right=max(mark.x for mark in marks),
    )
