"""When something with a rhythm in local time is due: editions, digests. Weekdays are names.

A rhythm is a cron line on the wall clock of a zone. On the two nights a year on which that clock jumps:

    back      a time that the clock shows twice is due once, when it is shown first
    forward   a time that the clock leaves out is due once, in the first moment after the gap

Source:
    RFC 5545, 3.3.5, for the time that occurs twice: the first occurrence. For the time that does not
    occur the end of the gap, as Debian's cron has it: due at once, and in order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

_LOOKED_BACK = tuple(dt.timedelta(days=days) for days in (2, 16, 128))
_SECOND = dt.timedelta(seconds=1)


def next_at(cron: str | None, timezone: str, *, after: dt.datetime) -> dt.datetime | None:
    """Return the first instant of a rhythm after an instant, in UTC.

    Args:
        cron: Five fields, weekdays as names; None: no rhythm.
        timezone: IANA name of the zone whose clock the line means.
        after: An aware instant; one of the rhythm itself is not returned again.

    Returns:
        The instant; None where there is no rhythm, or it never comes.
    """
    return None if cron is None else next(_instants(cron, ZoneInfo(timezone), after), None)


def last_two(cron: str, timezone: str, *, now: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the last two instants of a rhythm up to `now`, in order; None where four months had none."""
    for back in _LOOKED_BACK:
        found: list[dt.datetime] = []
        for at in _instants(cron, ZoneInfo(timezone), now - back):
            if at > now:
                break
            found = [*found[-1:], at]
        if len(found) == 2:
            return found[0], found[1]
    return None


def next_on(cron: str | None, timezone: str, *, after: dt.datetime) -> dt.date | None:
    """Return the local day of the next edition after an instant; None where there is no rhythm."""
    at = next_at(cron, timezone, after=after)
    return None if at is None else at.astimezone(ZoneInfo(timezone)).date()


def is_due(cron: str | None, timezone: str, *, last: dt.datetime | None, now: dt.datetime) -> bool:
    """Say whether an edition has come due since the last one; one never published is due at once."""
    if cron is None:
        return False
    if last is None:
        return True
    at = next_at(cron, timezone, after=last)
    return at is not None and at <= now


def _instants(cron: str, zone: ZoneInfo, after: dt.datetime) -> Iterator[dt.datetime]:
    """Give the instants of a rhythm after an instant, each once, in order."""
    line = _line(cron)
    last = after.astimezone(dt.UTC)
    shown = after.astimezone(zone).replace(tzinfo=dt.UTC, microsecond=0, fold=0)
    at: dt.datetime | None = line.get_next_fire_time(None, shown)
    while at is not None:
        instant = _instant(at.replace(tzinfo=None), zone)
        if instant > last:
            yield instant
            last = instant
        at = line.get_next_fire_time(None, at + _SECOND)


@lru_cache(maxsize=256)
def _line(cron: str) -> CronTrigger:
    """Read a line as times of a clock that never jumps: UTC stands for the wall."""
    return CronTrigger.from_crontab(cron, timezone=dt.UTC)


def _instant(shown: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return when a zone's clock shows a time first, or ends the gap that swallows it."""
    by_the_old = shown.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    if by_the_old.astimezone(zone).replace(tzinfo=None) == shown:
        return by_the_old
    before = shown.replace(tzinfo=zone, fold=1).astimezone(dt.UTC)
    return _jump_between(before, by_the_old, zone)


def _jump_between(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the first second after `before` at which a zone has the offset it has at `after`."""
    offset = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        is_past = (before + middle * _SECOND).astimezone(zone).utcoffset() == offset
        low, high = (low, middle) if is_past else (middle, high)
    return before + high * _SECOND
