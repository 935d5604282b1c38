"""Rhythms in local time, on the nights on which the clock jumps and on all others."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.pipeline.rhythm import is_due, last_two, next_at, next_on

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
LORD_HOWE, SHANGHAI = "Australia/Lord_Howe", "Asia/Shanghai"
ZONES = (BERLIN, NEW_YORK, LORD_HOWE, SHANGHAI)
LINES = ("30 2 * * *", "0 2 * * *", "15 1 * * sun", "0 8 * * mon", "30 1,2 * * *", "0 7 1 * *")
DAY = dt.timedelta(days=1)


def instant(text: str) -> dt.datetime:
    """Read an instant in UTC."""
    return dt.datetime.fromisoformat(f"{text}Z")


def told(cron: str, zone: str, *, after: str, until: str) -> list[str]:
    """List the instants of a rhythm, as the zone's clock shows them."""
    found, at = [], next_at(cron, zone, after=instant(after))
    while at is not None and at <= instant(until):
        found.append(at.astimezone(ZoneInfo(zone)).strftime("%d %H:%M %z"))
        at = next_at(cron, zone, after=at)
    return found


@pytest.mark.parametrize(
    ("cron", "zone", "after", "until", "expected"),
    [
        pytest.param(
            "30 2 * * *",
            BERLIN,
            "2026-03-28T00:00",
            "2026-03-30T12:00",
            ["28 02:30 +0100", "29 03:00 +0200", "30 02:30 +0200"],
            id="Berlin goes forward: in the first moment after the gap",
        ),
        pytest.param(
            "30 2 * * *",
            BERLIN,
            "2026-10-24T12:00",
            "2026-10-26T12:00",
            ["25 02:30 +0200", "26 02:30 +0100"],
            id="Berlin goes back: once, when it is shown first",
        ),
        pytest.param(
            "30 2 * * *",
            NEW_YORK,
            "2026-03-07T12:00",
            "2026-03-09T12:00",
            ["08 03:00 -0400", "09 02:30 -0400"],
            id="New York goes forward",
        ),
        pytest.param(
            "30 1 * * *",
            NEW_YORK,
            "2026-10-31T12:00",
            "2026-11-02T12:00",
            ["01 01:30 -0400", "02 01:30 -0500"],
            id="New York goes back",
        ),
        pytest.param(
            "15 2 * * *",
            LORD_HOWE,
            "2026-10-03T00:00",
            "2026-10-04T20:00",
            ["04 02:30 +1100", "05 02:15 +1100"],
            id="Lord Howe goes half an hour forward",
        ),
        pytest.param(
            "45 1 * * *",
            LORD_HOWE,
            "2026-04-04T00:00",
            "2026-04-05T20:00",
            ["05 01:45 +1100", "06 01:45 +1030"],
            id="Lord Howe goes half an hour back",
        ),
        pytest.param(
            "30 2 * * *",
            SHANGHAI,
            "2026-03-28T00:00",
            "2026-03-29T20:00",
            ["29 02:30 +0800", "30 02:30 +0800"],
            id="Shanghai never jumps",
        ),
        pytest.param(
            "*/20 2 * * *",
            BERLIN,
            "2026-03-28T12:00",
            "2026-03-29T12:00",
            ["29 03:00 +0200"],
            id="all that a gap swallows is due together, once",
        ),
    ],
)
def test_a_rhythm_when_the_clock_jumps(
    cron: str, zone: str, after: str, until: str, expected: list[str]
) -> None:
    """A time shown twice is due once; a time left out is due after the gap."""
    assert told(cron, zone, after=after, until=until) == expected


@given(
    cron=st.sampled_from(LINES),
    zone=st.sampled_from(ZONES),
    after=st.datetimes(min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2035, 1, 1)),  # noqa: DTZ001
)
def test_every_answer_is_of_one_mind(cron: str, zone: str, after: dt.datetime) -> None:
    """The next instant is later, due from then on and not before, and the last one once it is there."""
    now = after.replace(tzinfo=dt.UTC)
    at = next_at(cron, zone, after=now)
    assert at is not None
    assert at > now
    tick = dt.timedelta(microseconds=1)
    assert not is_due(cron, zone, last=now, now=at - tick)
    assert is_due(cron, zone, last=now, now=at)
    assert not is_due(cron, zone, last=at, now=at)
    assert next_on(cron, zone, after=now) == at.astimezone(ZoneInfo(zone)).date()
    two = last_two(cron, zone, now=at)
    assert two is not None
    assert two[1] == at
    assert two[0] <= now


@settings(max_examples=12, deadline=None)
@given(zone=st.sampled_from(ZONES), year=st.integers(2020, 2034))
def test_a_daily_time_comes_once_a_day(zone: str, year: int) -> None:
    """Whatever the clocks do: as often as the year has days, each local day once."""
    at = dt.datetime(year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC) - dt.timedelta(seconds=1)
    days: list[dt.date] = []
    while (found := next_at("30 2 * * *", zone, after=at)) is not None:
        day = found.astimezone(ZoneInfo(zone)).date()
        if day.year > year:
            break
        days.append(day)
        at = found
    assert days == [dt.date(year, 1, 1) + n * DAY for n in range(len(days))]
    assert len(days) in {365, 366}


def test_a_line_that_never_comes() -> None:
    """The thirtieth of February: no instant, nothing due again."""
    now = instant("2026-01-01T00:00")
    assert next_at("0 0 30 feb *", BERLIN, after=now) is None
    assert not is_due("0 0 30 feb *", BERLIN, last=now, now=now + 4000 * DAY)
    assert last_two("0 0 30 feb *", BERLIN, now=now) is None
