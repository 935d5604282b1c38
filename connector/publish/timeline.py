"""Where things stand in the timeline drawing: geometry only, computed from the view.

Across it is time, 0-100; down it is one row for each milestone, all of one height. Rows are told from
each other by their place, marks by their shape: no meaning hangs on a colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from connector.disclosure.standing import day_of, days_of, is_current
from connector.disclosure.view import ClientText, Day, MilestoneView, State
from connector.publish.scale import FULL, Band, DayScale, Mark, with_room

MARGIN_SHARE: Final = 0.04  # of the time shown, left free on both sides
MOST_ROWS: Final = 16  # the drawing shows the milestones nearest to today; the list shows all
_WORD: Final = 12.0  # per cent of the width that the word of a tick needs
_BEND: Final = 1.2  # per cent from a mark to the bend of the line that leaves it


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One milestone: its bar, the agreed date, the date it has now, the likely ones, the replaced ones."""

    milestone: MilestoneView
    title: ClientText
    state: State | None
    top: float  # where its row begins, 0-100
    y: float  # its middle
    bar: Band | None  # from its first day to the date it has now
    agreed: Mark | None
    promised: Mark | None  # drawn only where nothing was agreed, and the date has moved since
    current: Mark | None
    is_actual: bool
    likely: Band | None
    not_before: Mark | None
    reserve: Band | None
    replaced: tuple[Mark, ...]
    left: float  # of the line that joins the marks
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A line from a milestone to one that waits for it: along, down or up, along."""

    x_from: float
    y_from: float
    x_bend: float
    x_to: float
    y_to: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Which kinds of marks occur: the legend names no other."""

    agreed: bool
    promised: bool
    planned: bool
    actual: bool
    replaced: bool
    likely: bool
    not_before: bool
    reserve: bool
    waits: bool
    bar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole drawing."""

    rows: tuple[Row, ...]
    waits: tuple[Wait, ...]
    today: Mark
    ticks: tuple[Mark, ...]
    words: tuple[Mark, ...]  # those of the ticks that have room for their word
    shown: Shown


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
    chosen = _nearest(drawn, today)
    if len({day.on for milestone in chosen for day in days_of(milestone)}) < 2:
        return None
    days = {day.on for milestone in chosen for day in _drawn_days(milestone)}
    scale = DayScale([*days, today.on], margin=MARGIN_SHARE)
    height = FULL / len(chosen)
    rows = tuple(_row(m, scale, top=height * n, height=height) for n, m in enumerate(chosen))
    waits = tuple(_waits(rows))
    marks = tuple(scale.mark(tick) for tick in ticks if scale.holds(tick))
    return Timeline(
        rows=rows,
        waits=waits,
        today=scale.mark(today),
        ticks=marks,
        words=with_room(marks, _WORD),
        shown=_shown(rows, waits),
    )


def _drawn_days(milestone: MilestoneView) -> Iterator[Day]:
    """Yield every day that the drawing shows of a milestone."""
    yield from days_of(milestone)
    likely = milestone.forecast
    further = (likely.early, likely.late, likely.not_before) if likely and not milestone.actual else ()
    yield from (day for day in (milestone.starts, milestone.reserve_until, *further) if day)


def _nearest(milestones: Sequence[MilestoneView], today: Day) -> list[MilestoneView]:
    by_distance = sorted(milestones, key=lambda m: min(abs((day.on - today.on).days) for day in days_of(m)))
    kept = {m.head.id.value for m in by_distance[:MOST_ROWS]}
    return [m for m in milestones if m.head.id.value in kept]


def _row(milestone: MilestoneView, scale: DayScale, *, top: float, height: float) -> Row:
    agreed, now, starts = milestone.agreed, day_of(milestone), milestone.starts
    promised = milestone.promised if not agreed and milestone.promised != now else None
    forecast = None if milestone.actual else milestone.forecast
    places = [scale.at(day.on) for day in days_of(milestone)]
    title = milestone.head.title
    if title is None:
        raise AssertionError("a milestone without a title is not drawn")
    return Row(
        milestone=milestone,
        title=title,
        state=milestone.head.state,
        top=round(top, 2),
        y=round(top + height / 2, 2),
        bar=scale.band(starts, now) if starts and now and starts.on < now.on else None,
        agreed=_mark(scale, agreed),
        promised=_mark(scale, promised),
        current=_mark(scale, now),
        is_actual=milestone.actual is not None,
        likely=_band(scale, forecast.early, forecast.late) if forecast else None,
        not_before=_mark(scale, forecast.not_before) if forecast else None,
        reserve=_band(scale, agreed or now, milestone.reserve_until),
        replaced=tuple(scale.mark(move.before) for move in milestone.moves if move.before),
        left=min(places),
        right=max(places),
    )


def _mark(scale: DayScale, day: Day | None) -> Mark | None:
    return scale.mark(day) if day else None


def _band(scale: DayScale, first: Day | None, last: Day | None) -> Band | None:
    return scale.band(first, last) if first and last else None


def _waits(rows: Sequence[Row]) -> Iterator[Wait]:
    """Yield a line for each pair of drawn milestones of which one waits for the other."""
    by_id = {row.milestone.head.id.value: row for row in rows}
    for row in rows:
        before = (by_id.get(handle.value) for handle in row.milestone.after)
        yield from (_wait(source, row) for source in before if source and source is not row)


def _wait(source: Row, target: Row) -> Wait:
    x_from = source.current.x if source.current else source.right
    x_to = target.bar.left if target.bar else target.left
    bend = max(x_from + _BEND, x_to - _BEND) if x_to > x_from + 2 * _BEND else x_from + _BEND
    return Wait(x_from=x_from, y_from=source.y, x_bend=round(min(bend, FULL), 1), x_to=x_to, y_to=target.y)


def _shown(rows: Sequence[Row], waits: Sequence[Wait]) -> Shown:
    return Shown(
        agreed=any(row.agreed for row in rows),
        promised=any(row.promised for row in rows),
        planned=any(row.current and not row.is_actual for row in rows),
        actual=any(row.is_actual for row in rows),
        replaced=any(row.replaced for row in rows),
        likely=any(row.likely for row in rows),
        not_before=any(row.not_before for row in rows),
        reserve=any(row.reserve for row in rows),
        waits=bool(waits),
        bar=any(row.bar for row in rows),
    )
