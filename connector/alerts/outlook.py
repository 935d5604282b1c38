"""A forecast in words, as far as it may be said: a date, a range of weeks, "not before", or why not. Pure.

A date stands alone only where one was planned and enough finished milestones lie behind it. What it
rests on, and how often such dates held, is always said.
"""

from __future__ import annotations

import datetime as dt

from connector.alerts import words
from connector.analysis.forecast.forecast import OWN
from connector.analysis.record import LEAST_COMPARED, LEAST_HELD, Record
from connector.analysis.state import Basis, Forecast

LEAST_FINISHED = 5  # milestones of the project before one date may stand alone
GENERAL = "from general experience, not this project"
_PLANNED = "planned_date"
_COUNTED = "milestones"  # by a backtest


def outlook(forecast: Forecast, record: Record | None = None, *, today: dt.date) -> str:
    """Say what a forecast says, and what it rests on.

    Args:
        forecast: Or its refusal.
        record: What the project's last backtest measured, if there was one.
        today: The day it was made, from which weeks are counted.
    """
    if forecast.refused is not None:
        return f"no forecast: {forecast.refused}"
    doubt = ": doubtful" if warning(forecast.basis, record) else ""
    return f"{short(forecast, today=today)} ({rests_on(forecast.basis, record)}{doubt})"


def short(forecast: Forecast, *, today: dt.date) -> str:
    """Say the dates alone, in a few words; "none" of a refusal."""
    if forecast.refused is not None or forecast.p50_on is None or forecast.p85_on is None:
        return "none"
    if forecast.not_before_on is not None:
        return f"not before {words.day(forecast.not_before_on)}"
    decided = ", a decision" if forecast.decision_date else ""
    basis = forecast.basis
    if basis.method == _PLANNED and basis.n >= LEAST_FINISHED:
        return f"by {words.day(forecast.p85_on)}, 85 %{decided}"
    low, high = (max(0, (day - today).days) // 7 for day in (forecast.p50_on, forecast.p85_on))
    weeks = words.count(high + 1, "weeks")
    return f"in {low} to {weeks}{decided}"


def rests_on(basis: Basis, record: Record | None = None, *, what: str = _COUNTED) -> str:
    """Say how many finished milestones are behind a forecast, and how often such dates held.

    One sentence, wherever a forecast is shown. How often dates held is counted over finished
    milestones, each once, by the date that was given half way; see `Record`.

    Args:
        basis: Of the forecast.
        record: What the project's last backtest measured, if there was one.
        what: What such a thing is called, in the plural. Backtests count milestones alone.
    """
    own = f"{words.count(basis.n, f'finished {what}')} here"
    if basis.n < OWN:
        return f"{own}: {GENERAL}"
    if what != _COUNTED:
        return f"{own}; how often such dates hold is counted of {_COUNTED} alone"
    if record is None:
        return f"{own}; how often such dates hold has not been counted: clientview backtest"
    if not record.is_telling:
        compared = f"{record.n} compared, {LEAST_COMPARED} needed"
        return f"{own}; how often such dates hold is {GENERAL} ({compared})"
    return f"{own}; {held(record)}"


def held(record: Record) -> str:
    """Say how many dates held, of how many."""
    return f"such dates, given half way, held for {record.held} of {record.n}"


def warning(basis: Basis, record: Record | None = None) -> str | None:
    """Return the warning that goes with a date whose like held too seldom; None where they held.

    Before the first backtest, the forecast's own look back at what is finished decides.
    """
    if record is not None and record.is_telling:
        return f"{held(record)} only: expect it to be later" if record.is_doubtful else None
    if basis.n < OWN or basis.coverage is None or basis.coverage >= LEAST_HELD:
        return None
    return "looking back, such dates held too seldom: expect it to be later"
