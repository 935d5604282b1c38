"""How a told milestone stands to a day, from what the client reads of it alone."""

from __future__ import annotations

import datetime as dt
from typing import Final

from connector.disclosure.view import Code, Day, MilestoneView

RECENT: Final = dt.timedelta(days=366)  # a milestone that was over longer ago is history


def day_of(milestone: MilestoneView) -> Day | None:
    """Return the day it stands for now: reached, else planned."""
    return milestone.actual or milestone.planned


def days_of(milestone: MilestoneView) -> tuple[Day, ...]:
    """Return every day that belongs to it: agreed or promised, now, and the replaced ones."""
    replaced = [move.before for move in milestone.moves]
    first = milestone.agreed or milestone.promised
    return tuple(day for day in (first, day_of(milestone), *replaced) if day is not None)


def is_over(milestone: MilestoneView) -> bool:
    """Tell whether nothing more is to be expected of it: reached, or called off."""
    code = milestone.head.state.code if milestone.head.state else None
    return milestone.actual is not None or code in {Code.DONE, Code.CANCELLED}


def is_current(milestone: MilestoneView, today: dt.date) -> bool:
    """Tell whether it has a date and is still to come, or was over less than a year ago."""
    day = day_of(milestone) or milestone.agreed or milestone.promised
    return day is not None and (not is_over(milestone) or day.on > today - RECENT)
