"""Working days of a project: its time zone, weekends and holidays, make-up working days included."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = dt.timedelta(days=1)


class WorkingCalendar:
    """Counts working days. Without a holiday code, Monday to Friday."""

    def __init__(self, *, timezone: str = "UTC", code: str | None = None) -> None:
        """Take an IANA zone and a holiday code such as `DE` or `DE-BE` (ISO 3166).

        Raises:
            KeyError, NotImplementedError: Unknown zone or code; the configuration checks both first.
        """
        self.zone = ZoneInfo(timezone)
        self._holidays = _holidays(code) if code else None

    def is_working(self, day: dt.date) -> bool:
        """Whether people work on that day."""
        if self._holidays is None:
            return day.weekday() < 5
        return bool(self._holidays.is_working_day(day))

    def working_days(self, start: dt.date, end: dt.date) -> int:
        """Return the working days after `start` up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days(end, start)
        return sum(self.is_working(start + ONE_DAY * step) for step in range(1, (end - start).days + 1))

    def local_day(self, instant: dt.datetime) -> dt.date:
        """Return the calendar day of an instant in the project's zone."""
        return instant.astimezone(self.zone).date()

    def end_of(self, day: dt.date) -> dt.datetime:
        """Return the last instant of a day in the project's zone, in UTC: where overdue begins."""
        following = dt.datetime.combine(day + ONE_DAY, dt.time(), tzinfo=self.zone)
        return following.astimezone(dt.UTC) - dt.timedelta(microseconds=1)


@lru_cache(maxsize=64)
def _holidays(code: str) -> holidays.HolidayBase:
    country, _, subdivision = code.partition("-")
    return holidays.country_holidays(country, subdiv=subdivision or None)
