"""Working days of a project: its zone, weekends, holidays, blackouts, and days worked to make up for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = dt.timedelta(days=1)
_LONGEST_BREAK_DAYS = 1000  # calendar days without a working one, after which a calendar is nonsense


class WorkingCalendar:
    """Counts working days. Without a holiday code, Monday to Friday."""

    def __init__(
        self,
        *,
        timezone: str = "UTC",
        code: str | None = None,
        blackouts: Iterable[tuple[dt.date, dt.date]] = (),
    ) -> None:
        """Take an IANA zone, a holiday code such as `DE` or `DE-BE` (ISO 3166), and when nobody works.

        Args:
            timezone: IANA name.
            code: Whose holidays; make-up working days, as in China, are part of them.
            blackouts: First and last day of each break of the project's own; also over weekends.

        Raises:
            KeyError, NotImplementedError: Unknown zone or code; the configuration checks both first.
        """
        self.zone = ZoneInfo(timezone)
        self._holidays = _holidays(code) if code else None
        self._blackouts = tuple(blackouts)
        self._known: dict[dt.date, bool] = {}

    def is_working(self, day: dt.date) -> bool:
        """Whether people work on that day."""
        if day not in self._known:
            self._known[day] = self._works_on(day)
        return self._known[day]

    def _works_on(self, day: dt.date) -> bool:
        if any(first <= day <= last for first, last in self._blackouts):
            return False
        if self._holidays is None:
            return day.weekday() < 5
        return bool(self._holidays.is_working_day(day))

    def working_days(self, start: dt.date, end: dt.date) -> int:
        """Return the working days after `start` up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days(end, start)
        return sum(self.is_working(start + ONE_DAY * step) for step in range(1, (end - start).days + 1))

    def later(self, day: dt.date, working_days: int) -> dt.date:
        """Return the day that many working days after `day`; `day` itself for none.

        Raises:
            ValueError: The number is below zero, or nobody works for years.
        """
        if working_days < 0:
            raise ValueError(f"found {working_days} working days to add; expected none or more")
        left, found, idle = working_days, day, 0
        while left:
            found += ONE_DAY
            idle = 0 if self.is_working(found) else idle + 1
            left -= not idle
            if idle > _LONGEST_BREAK_DAYS:
                raise ValueError(f"found no working day in the {idle} days before {found}; expected some")
        return found

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
