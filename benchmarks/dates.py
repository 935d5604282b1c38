"""Forecasting: how the cost grows with a project. A history is read once; a day of it costs little."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from benchmarks.judge import facts_of
from benchmarks.worlds import NOW
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.forecast.backtest import replay
from connector.analysis.forecast.chronicle import Chronicle, chronicle
from connector.analysis.forecast.forecast import Forecaster
from connector.analysis.walk import histories

SIZES = (1_000, 2_000, 5_000, 10_000)
WEEKS = 104
Value = TypeVar("Value")


def main() -> None:
    """Print CPU seconds per size: reading the history, one forecast of everything, two years weekly."""
    print(f"{'issues':>8}{'history s':>11}{'forecast s':>12}{'weekly backtest s':>19}")
    days = [NOW.date() - dt.timedelta(weeks=week) for week in range(WEEKS, 0, -1)]
    for size in SIZES:
        facts = facts_of(size)
        told, reading_s = _timed(lambda facts=facts: histories(facts))
        past, laying_s = _timed(lambda facts=facts, told=told: chronicle(facts, told, timezone="UTC"))
        _, forecast_s = _timed(lambda past=past: Forecaster(past).at(NOW))
        _, replay_s = _timed(lambda past=past: _replayed(past, days))
        print(f"{size:8}{reading_s + laying_s:11.2f}{forecast_s:12.3f}{replay_s:19.2f}")


def _replayed(past: Chronicle, days: Sequence[dt.date]) -> int:
    forecaster = Forecaster(past)
    looks = replay(past, days, lambda _, at: forecaster.at(at), calendar=WorkingCalendar())
    return sum(1 for _ in looks)


def _timed(work: Callable[[], Value]) -> tuple[Value, float]:
    began_s = time.process_time()
    value = work()
    return value, time.process_time() - began_s
