"""What a backtest found stays in the store, with its instant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from connector.analysis.record import Record
from connector.store import open_store

AT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_a_past_day_is_shown_with_the_record_of_that_day(tmp_path: Path) -> None:
    """Of several backtests, the last made at or before an instant counts; before the first there is none."""
    first, second = Record(coverage=0.8, n=5), Record(recall=0.5, false_alarms=0.1, coverage=0.9, n=6)
    with open_store("sqlite:///store.db", folder=tmp_path) as store:
        store.backtests.add("apollo", first, at=AT)
        store.backtests.add("apollo", second, at=AT + DAY)
        store.backtests.add("other", Record(), at=AT)
        assert store.backtests.last("apollo", at=AT - DAY) is None
        assert store.backtests.last("apollo", at=AT) == (AT, first)
        assert store.backtests.last("apollo", at=AT + 2 * DAY) == (AT + DAY, second)


def test_a_backtest_of_the_same_instant_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """Where the clock stands still, the later answer counts."""
    with open_store("sqlite:///store.db", folder=tmp_path) as store:
        store.backtests.add("apollo", Record(n=1), at=AT)
        store.backtests.add("apollo", Record(n=2), at=AT)
        assert store.backtests.last("apollo", at=AT) == (AT, Record(n=2))
