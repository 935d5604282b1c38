"""A forecast in words, as far as it may be said: a date, a range of weeks, "not before", or why not. Pure.

A date stands alone only where one was planned and enough finished milestones lie behind it. What it
rests on, and how often such dates held, is always said.
"""

from __future__ import annotations

import datetime as dt

from connector.alerts import words
from connector.analysis.forecast.forecast import OWN
from connector.analysis.record import Record
from connector.analysis.state import Basis, Forecast

LEAST_FINISHED = 5  # milestones of the project before one date may stand alone
DOUBTFUL_COVERAGE = 0.75  # measured below this, a forecast carries a warning
_PLANNED = "planned_date"


def outlook(forecast: Forecast, record: Record | None = None, *, today: dt.date) -> str:
    """Say what a forecast says, and what it rests on.

    Args:
        forecast: Or its refusal.
        record: What the project's last backtest measured, if there was one.
        today: The day it was made, from which weeks are counted.
    """
    if forecast.refused is not None:
        return f"no forecast: {forecast.refused}"
    return f"{short(forecast, today=today)} ({rests_on(forecast.basis, record)})"


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


def rests_on(basis: Basis, record: Record | None = None) -> str:
    """Say how many finished milestones are behind a forecast, and how often such dates held.

    What the last backtest measured goes before what the forecast says of itself.
    """
    own = f"{words.count(basis.n, 'milestones')} done here"
    if basis.n < OWN:
        own += ": general experience, not this project's"
    coverage = basis.coverage
    if record is not None and record.coverage is not None and record.n:
        coverage = record.coverage
        held = f"{own}; such dates held in {round(coverage * record.n)} of {record.n} cases"
    elif coverage is not None:
        held = f"{own}; such dates held in {words.percent(round(coverage, 2))} of cases"
    else:
        return f"{own}; not measured yet how often such dates hold"
    return f"{held}: doubtful" if coverage < DOUBTFUL_COVERAGE else held
