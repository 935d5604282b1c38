"""When an audience's next edition is due by its `publish_cron`. Weekdays are names, hours local."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

LOOKED_BACK = dt.timedelta(days=62)


def trigger(cron: str, timezone: str) -> CronTrigger:
    """Make the trigger of a cron line; the configuration has checked that weekdays are names."""
    return CronTrigger.from_crontab(cron, timezone=ZoneInfo(timezone))


def next_at(cron: str | None, timezone: str, *, after: dt.datetime) -> dt.datetime | None:
    """Return the instant of the next edition after an instant; None where there is no rhythm."""
    if cron is None:
        return None
    fires: dt.datetime | None = trigger(cron, timezone).get_next_fire_time(
        None, after + dt.timedelta(seconds=1)
    )
    return fires


def last_two(cron: str, timezone: str, *, now: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the last two instants of a rhythm up to `now`, the earlier first; None: two months had none."""
    fires = trigger(cron, timezone)
    found: list[dt.datetime] = []
    at = fires.get_next_fire_time(None, now - LOOKED_BACK)
    while at is not None and at <= now:
        found = [*found[-1:], at]
        at = fires.get_next_fire_time(at, at + dt.timedelta(seconds=1))
    return (found[0], found[1]) if len(found) == 2 else None


def next_on(cron: str | None, timezone: str, *, after: dt.datetime) -> dt.date | None:
    """Return the local day of the next edition after an instant; None where there is no rhythm."""
    fires = next_at(cron, timezone, after=after)
    return None if fires is None else fires.astimezone(ZoneInfo(timezone)).date()


def is_due(cron: str | None, timezone: str, *, last: dt.datetime | None, now: dt.datetime) -> bool:
    """Say whether an edition has come due since the last one; one never published is due at once."""
    if cron is None:
        return False
    if last is None:
        return True
    fires = next_at(cron, timezone, after=last)
    return fires is not None and fires <= now
