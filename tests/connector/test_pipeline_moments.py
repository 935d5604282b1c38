"""Dates on the command line mean the end of that day where the project lives, never the future."""

from __future__ import annotations

import datetime as dt

import pytest

from connector.errors import UsageError
from connector.pipeline.moments import moment

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "timezone", "expected"),
    [
        pytest.param(None, "UTC", NOW, id="nothing means now"),
        pytest.param(
            "2026-11-20",
            "Europe/Berlin",
            dt.datetime(2026, 11, 20, 22, 59, 59, 999999, tzinfo=dt.UTC),
            id="a day ends where the project lives",
        ),
        pytest.param(
            "2026-10-25",
            "Europe/Berlin",
            dt.datetime(2026, 10, 25, 22, 59, 59, 999999, tzinfo=dt.UTC),
            id="a day of 25 hours",
        ),
        pytest.param("2026-11-23", "Asia/Shanghai", NOW, id="today has not ended: now"),
        pytest.param("2031-01-01", "UTC", NOW, id="the future is now"),
        pytest.param(
            "2026-11-20T10:00:00+01:00",
            "UTC",
            dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC),
            id="an instant is itself",
        ),
        pytest.param("9999-12-31", "UTC", NOW, id="the last day there is"),
    ],
)
def test_reads_days_and_instants(text: str | None, timezone: str, expected: dt.datetime) -> None:
    """A bare day is its end in the project's zone; nothing lies after the present."""
    assert moment(text, timezone=timezone, now=NOW, option="--as-of") == expected


@pytest.mark.parametrize("text", ["yesterday", "2026-11-20T10:00:00", "20261120", "2026-02-30", ""])
def test_refuses_what_is_neither(text: str) -> None:
    """Anything else names the option, what was found and what was expected."""
    with pytest.raises(UsageError, match=r"--as-of: found .* expected a day such as"):
        moment(text, timezone="UTC", now=NOW, option="--as-of")
