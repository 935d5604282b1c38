"""The story's calendar: working days before and after the day on which it is told."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
_SATURDAY = 5


class Days:
    """Counts working days (Monday to Friday) from today; on a weekend, today is the Friday before.

    Because every act is placed by a count of working days, the order of the story is the same
    whatever day it is told on.
    """

    def __init__(self, now: dt.datetime) -> None:
        """Begin with the instant at which the story is told, aware."""
        today = now.astimezone(ZONE).date()
        self._today = today - dt.timedelta(days=max(0, today.weekday() - _SATURDAY + 1))

    def on(self, count: int) -> dt.date:
        """Return the day that many working days from today; negative: before."""
        weeks, rest = divmod(self._today.weekday() + count, 5)
        return self._today + dt.timedelta(days=7 * weeks + rest - self._today.weekday())

    def at(self, count: int, hour: int = 10, minute: int = 0) -> dt.datetime:
        """Return an instant of that day, UTC; `hour` and `minute` are those of Berlin."""
        local = dt.datetime.combine(self.on(count), dt.time(hour, minute), ZONE)
        return local.astimezone(dt.UTC)
