"""Words the months or years along the timeline, as many as can be read beside each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.standing import days_of, is_current
from connector.disclosure.view import Day, MilestoneView

MOST_TICKS: Final = 7
_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)  # months from one tick to the next
_MONTHS: Final = 12


def ticks(scribe: Scribe, milestones: Iterable[MilestoneView], *, today: Day) -> tuple[Day, ...]:
    """Word the first days of months or years between the first and the last day of the timeline.

    Args:
        scribe: Makes the leaves.
        milestones: All told milestones; those long over are not in the drawing.
        today: The day of the edition; it is always in the drawing.
    """
    days = [day.on for m in milestones if is_current(m, today.on) for day in days_of(m)]
    if not days:
        return ()
    first, last = min(*days, today.on), max(*days, today.on)
    step = _step(first, last)
    origin = Origin(field="milestones' days as told", rule="milestones")
    return tuple(scribe.tick(on, origin, is_year=step >= _MONTHS) for on in _firsts(first, last, step))


def _step(first: dt.date, last: dt.date) -> int:
    months = _month(last) - _month(first)
    return next((step for step in _STEPS if months <= step * MOST_TICKS), _STEPS[-1])


def _firsts(first: dt.date, last: dt.date, step: int) -> Iterator[dt.date]:
    start = -(-_month(first) // step) * step
    for month in range(start, _month(last) + 1, step):
        on = dt.date(month // _MONTHS, month % _MONTHS + 1, 1)
        if first <= on <= last:
            yield on


def _month(on: dt.date) -> int:
    return on.year * _MONTHS + on.month - 1
