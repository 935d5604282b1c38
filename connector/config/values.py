"""Values that people write: durations, hours, zones, codes. Each says what it expects."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from mappings.positions import dotted

_DURATION = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12))
_CRON_PART = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A part of the day, local time; it may span midnight. `end` is no longer quiet."""

    start: dt.time
    end: dt.time

    def holds(self, time: dt.time) -> bool:
        """Whether this time of the day is quiet."""
        if self.start <= self.end:
            return self.start <= time < self.end
        return time >= self.start or time < self.end


def expected(text: str, *, key: tuple[str | int, ...] = (), found: str = "") -> PydanticCustomError:
    """Make the error of a validator.

    Args:
        text: What was expected.
        key: Path below the validated value, where the fault lies deeper.
        found: What was found, where showing the value itself would not tell, or tell too much.
    """
    context = {"expected": text, "path": key, "found": found}
    return PydanticCustomError("expected", "{expected}" + (f" at {dotted(key)}" if key else ""), context)


def near(word: str, known: tuple[str, ...]) -> str:
    """Name the nearest known word, or all where they are few and none is near."""
    close = get_close_matches(word, known, n=1, cutoff=0.55)
    if close:
        return f"perhaps {close[0]!r}"
    return f"one of {', '.join(known)}" if len(known) <= 40 else "a known one"


def _duration(value: object) -> dt.timedelta:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not seconds:
        raise expected('a duration above zero: a number and s, m, h, d or w, such as "15m"')
    return dt.timedelta(seconds=seconds)


def _quiet_hours(value: object) -> QuietHours:
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None or found.groups()[:2] == found.groups()[2:]:
        raise expected('two different times of the day such as "20:00-07:00"')
    hours = [int(part) for part in found.groups()]
    return QuietHours(start=dt.time(hours[0], hours[1]), end=dt.time(hours[2], hours[3]))


def _day_or_instant(value: object) -> dt.date | dt.datetime:
    text = 'a date such as 2026-09-01, or an instant with zone such as "2026-09-01T18:00:00Z"'
    moment = value
    if isinstance(moment, str):
        try:
            moment = dt.date.fromisoformat(moment) if len(moment) == 10 else dt.datetime.fromisoformat(moment)
        except ValueError:
            raise expected(text) from None
    if isinstance(moment, dt.datetime):
        if moment.tzinfo is None:
            raise expected(f"{text} (this one has no zone)")
        return moment.astimezone(dt.UTC)
    if isinstance(moment, dt.date):
        return moment
    raise expected(text)


def _blackout(value: object) -> tuple[dt.date, dt.date]:
    text = 'a day such as 2026-12-24, or first and last day as "2026-12-24/2027-01-02"'
    try:
        ends = [dt.date.fromisoformat(part) for part in str(value).split("/")]
    except ValueError:
        raise expected(text) from None
    if len(ends) > 2 or ends != sorted(ends):
        raise expected(text, found=repr(str(value)))
    return ends[0], ends[-1]


def _cron(value: str) -> str:
    parts = value.split()
    if len(parts) != 5:
        raise expected('five fields "minute hour day month weekday" such as "0 8 * * mon"')
    for part, (name, low, high) in zip(parts, _CRON_FIELDS, strict=False):
        if not all(_in_range(one, low, high) for one in part.split(",")):
            raise expected(f"{name} as *, a number, a range or a list of {low} to {high}", found=repr(part))
    days = re.split(r"[,-]", parts[4])
    if parts[4] != "*" and not all(day in _WEEKDAYS for day in days):
        raise expected(
            "weekday as * or by name: mon, tue, … such as mon,thu or mon-fri", found=repr(parts[4])
        )
    return value


def _in_range(part: str, low: int, high: int) -> bool:
    found = _CRON_PART.fullmatch(part)
    if found is None:
        return False
    first, last = int(found[1] or low), int(found[2] or found[1] or high)
    return low <= first <= last <= high


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = tuple(sorted(zoneinfo.available_timezones()))
        raise expected(f"an IANA time zone such as Europe/Berlin, {near(value, known)}") from None
    return value


def _language(value: str) -> str:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - only where a language is written

    try:
        Locale.parse(value, sep="-")
    except (UnknownLocaleError, ValueError):
        raise expected("a language such as en, de, zh-CN") from None
    return value


@lru_cache(maxsize=128)
def _known_holidays() -> dict[str, list[str]]:
    import holidays  # noqa: PLC0415 - a third of a second, only where holidays are written

    return holidays.list_supported_countries(include_aliases=True)


def _holidays(value: str) -> str:
    country, _, part = value.partition("-")
    known = _known_holidays()
    if country not in known:
        raise expected(f"a country or region such as DE or DE-BE, {near(country, tuple(sorted(known)))}")
    if part and part not in known[country]:
        regions = ", ".join(known[country]) or "none"
        raise expected(f"{country} alone or with one of its regions: {regions}")
    return value


Duration = Annotated[dt.timedelta, PlainValidator(_duration)]
"""A length of time, written `15m`, `6h`, `1d`."""
Quiet = Annotated[QuietHours, PlainValidator(_quiet_hours)]
DayOrInstant = Annotated[dt.date | dt.datetime, PlainValidator(_day_or_instant)]
"""A date, or an aware UTC instant."""
Blackout = Annotated[tuple[dt.date, dt.date], PlainValidator(_blackout)]
"""The first and the last day of a break; one day is both."""
Cron = Annotated[str, AfterValidator(_cron)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Language = Annotated[str, AfterValidator(_language)]
HolidayCode = Annotated[str, AfterValidator(_holidays)]
Flag = Annotated[bool, Field(strict=True)]
Ratio = Annotated[float, Field(strict=True, ge=0, le=1)]
Days = Annotated[int, Field(strict=True, ge=0, le=1000)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""A name that goes into paths and addresses."""
