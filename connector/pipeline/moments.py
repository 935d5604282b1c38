"""What a date or instant on the command line means. Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from connector.errors import UsageError

_EXPECTED = "expected a day such as 2026-11-23, or an instant with zone such as 2026-11-23T09:00:00Z"


def moment(text: str | None, *, timezone: str, now: dt.datetime, option: str) -> dt.datetime:
    """Read an instant from what a person gave.

    Args:
        text: A day (the end of that day in `timezone`), an instant with zone, or None for `now`.
        timezone: IANA name of the project's zone.
        now: The present; nothing later is answered.
        option: The option's name, for the error.

    Returns:
        Aware UTC, never later than `now`.

    Raises:
        UsageError: The text is neither a day nor an instant with zone.
    """
    if text is None:
        return now
    day = _day(text)
    at = _instant(text, option) if day is None else end_of(day, timezone=timezone)
    return min(at, now)


def past(text: str | None, *, timezone: str, now: dt.datetime, option: str) -> dt.datetime:
    """Read an instant as `moment` does, and refuse one that has not come; today counts as come.

    Raises:
        UsageError: The text is neither a day nor an instant with zone, or it lies in the future.
    """
    at = moment(text, timezone=timezone, now=now, option=option)
    day = None if text is None else _day(text)
    today = now.astimezone(ZoneInfo(timezone)).date()
    is_to_come = text is not None and (_instant(text, option) > now if day is None else day > today)
    if is_to_come:
        raise UsageError(f"{option}: found {text!r}, which is still to come; expected today or a past day")
    return at


def coming(text: str, *, timezone: str, now: dt.datetime, option: str) -> dt.datetime:
    """Read an instant that is still to come; of a day, its end, today's included.

    Raises:
        UsageError: The text is neither a day nor an instant with zone, or it has come.
    """
    day = _day(text)
    at = _instant(text, option) if day is None else end_of(day, timezone=timezone)
    if at <= now:
        raise UsageError(f"{option}: found {text!r}, which is over; expected a day or instant to come")
    return at


def end_of(day: dt.date, *, timezone: str) -> dt.datetime:
    """Return the last microsecond of a day in a zone, as aware UTC."""
    try:
        next_day = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=ZoneInfo(timezone))
        return next_day.astimezone(dt.UTC) - dt.timedelta(microseconds=1)
    except OverflowError:
        return dt.datetime.max.replace(tzinfo=dt.UTC)


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone yet
    except ValueError:
        return None


def _instant(text: str, option: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(f"{option}: found {text!r}, {_EXPECTED}") from exc
    if at.tzinfo is None:
        raise UsageError(f"{option}: found {text!r}, an instant without zone; {_EXPECTED}")
    return at.astimezone(dt.UTC)
