"""A forecast in words, as far as it may be said: a date, a range of weeks, "not before", or why not. Pure.

A date stands alone only where one was planned and enough finished milestones lie behind it. What it
rests on, and how often such dates held, is always said. Without a speech, all of it is English.
"""

from __future__ import annotations

import datetime as dt

from connector.alerts.texts import ENGLISH, Speech
from connector.alerts.texts import speech as speech_of
from connector.analysis.forecast.forecast import OWN
from connector.analysis.record import LEAST_COMPARED, LEAST_HELD, Record
from connector.analysis.state import Basis, Forecast

LEAST_FINISHED = 5  # milestones of the project before one date may stand alone
_PLANNED = "planned_date"
_COUNTED = "milestones"  # by a backtest


def outlook(
    forecast: Forecast, record: Record | None = None, *, today: dt.date, speech: Speech | None = None
) -> str:
    """Say what a forecast says, and what it rests on.

    Args:
        forecast: Or its refusal, whose reason is told in English alone.
        record: What the project's last backtest measured, if there was one.
        today: The day it was made, from which weeks are counted.
        speech: The language.
    """
    say = speech or speech_of()
    if forecast.refused is not None:
        reason = forecast.refused if say.language == ENGLISH else say.say("outlook.too_little")
        return say.say("outlook.refused", reason=reason)
    dates = short(forecast, today=today, speech=say)
    basis = rests_on(forecast.basis, record, speech=say)
    is_doubtful = warning(forecast.basis, record) is not None
    return say.say("outlook.doubtful" if is_doubtful else "outlook.plain", dates=dates, basis=basis)


def short(forecast: Forecast, *, today: dt.date, speech: Speech | None = None) -> str:
    """Say the dates alone, in a few words; "none" of a refusal."""
    say = speech or speech_of()
    if forecast.refused is not None or forecast.p50_on is None or forecast.p85_on is None:
        return say.say("dates.none")
    if forecast.not_before_on is not None:
        return say.say("dates.not_before", on=forecast.not_before_on)
    dates = _dates(forecast, forecast.p50_on, forecast.p85_on, today=today, say=say)
    return say.say("dates.decision", dates=dates) if forecast.decision_date else dates


def _dates(forecast: Forecast, p50_on: dt.date, p85_on: dt.date, *, today: dt.date, say: Speech) -> str:
    basis = forecast.basis
    if basis.method == _PLANNED and basis.n >= LEAST_FINISHED:
        return say.say("dates.by", on=p85_on)
    low, high = (max(0, (day - today).days) // 7 for day in (p50_on, p85_on))
    return say.count("dates.weeks", high + 1, low=low)


def rests_on(
    basis: Basis, record: Record | None = None, *, what: str = _COUNTED, speech: Speech | None = None
) -> str:
    """Say how many finished milestones are behind a forecast, and how often such dates held.

    One sentence, wherever a forecast is shown. How often dates held is counted over finished
    milestones, each once, by the date that was given half way; see `Record`.

    Args:
        basis: Of the forecast.
        record: What the project's last backtest measured, if there was one.
        what: `milestones`, `goals` or `sprints`. Backtests count milestones alone.
        speech: The language.
    """
    say = speech or speech_of()
    own = say.count(f"basis.{what}", basis.n)
    if basis.n < OWN:
        return say.say("basis.cold", own=own, general=general(say))
    if what != _COUNTED:
        return say.say("basis.of_milestones", own=own)
    if record is None:
        return say.say("basis.uncounted", own=own)
    if not record.is_telling:
        return say.say("basis.few", own=own, general=general(say), compared=record.n, needed=LEAST_COMPARED)
    return say.say("basis.held", own=own, held=held(record, speech=say))


def general(speech: Speech | None = None) -> str:
    """Say that a figure rests on general experience, not on this project's past."""
    return (speech or speech_of()).say("basis.general")


def held(record: Record, *, speech: Speech | None = None) -> str:
    """Say how many dates held, of how many."""
    return (speech or speech_of()).say("held", held=record.held, n=record.n)


def warning(basis: Basis, record: Record | None = None) -> str | None:
    """Return the warning, in English, that goes with a date whose like held too seldom; None where they held.

    Before the first backtest, the forecast's own look back at what is finished decides.
    """
    if record is not None and record.is_telling:
        return f"{held(record)} only: expect it to be later" if record.is_doubtful else None
    if basis.n < OWN or basis.coverage is None or basis.coverage >= LEAST_HELD:
        return None
    return "looking back, such dates held too seldom: expect it to be later"
