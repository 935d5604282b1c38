"""Says forecasts, causes and effects in English, for the PM. Pure.

A date alone is told only where it has been planned and five finished milestones stand behind it; else a
range; far ahead only what it will not be before. What it rests on is always told with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from connector.alerts import outlook
from connector.alerts.outlook import LEAST_FINISHED
from connector.analysis.delivery import Delivery
from connector.analysis.forecast.causes import Cause, Explanation, Part
from connector.analysis.forecast.track import Kind
from connector.analysis.forecast.whatif import Effect
from connector.analysis.record import Record
from connector.analysis.state import Forecast
from connector.pipeline.pricing import NO_PACE, Cost

PLANNED: Final = "planned_date"  # the method of a forecast that rests on a planned day
TOO_FAR: Final = "too far ahead for a day"
_NAMES: Final = {Kind.GOAL: "goals", Kind.ITERATION: "sprints"}  # of what is finished; else milestones


def told(forecast: Forecast, record: Record | None, kind: Kind = Kind.MILESTONE) -> Iterator[str]:
    """Yield what is said of a forecast: the date, its likelihood, what it rests on."""
    if forecast.refused is not None:
        yield f"no date: {forecast.refused}"
        return
    if forecast.decision_date:
        yield "the date is a decision: nothing is left to do, or nothing moves"
    yield _date(forecast)
    if forecast.likelihood is not None:
        yield f"likelihood of the planned date: {_percent(forecast.likelihood)}"
    yield f"rests on {outlook.rests_on(forecast.basis, record, what=_NAMES.get(kind, 'milestones'))}"


def _date(forecast: Forecast) -> str:
    if forecast.not_before_on is not None:
        return f"not before {_day(forecast.not_before_on)}; further ahead nothing can be said"
    if is_single(forecast):
        return f"by {_day(forecast.p85_on)} (85 %)"
    return f"between {_day(forecast.p50_on)} (as likely later as earlier) and {_day(forecast.p85_on)} (85 %)"


def is_single(forecast: Forecast) -> bool:
    """Whether one date may be told instead of a range."""
    return forecast.basis.method == PLANNED and forecast.basis.n >= LEAST_FINISHED


def warning(forecast: Forecast, record: Record | None) -> str | None:
    """Return the warning that goes with a date that has held too seldom."""
    return None if forecast.refused is not None else outlook.warning(forecast.basis, record)


def delivery(found: Delivery) -> Iterator[str]:
    """Yield what is said of a running sprint: how likely it falls short, and what that rests on."""
    if found.less_than_committed is None:
        yield f"whether it delivers less than committed cannot be said: {found.refused}"
        return
    yield f"likelihood that it delivers less than committed: {_percent(found.less_than_committed)}"
    yield delivery_basis(found)
    if found.calls.is_telling and not found.calls.is_worth_it:
        yield "warning: here such judgements were no better than that share alone"


def delivery_basis(found: Delivery) -> str:
    """Say how closed sprints went, and how often such judgements of them were right."""
    own = f"{found.fell_short} of {_count(found.n, 'closed sprint')} here did"
    if not found.calls.is_telling:
        return f"{own}; how often such a judgement is right is {outlook.general()}"
    return f"{own}; judged as early, {found.calls.right} of {found.calls.n} were judged right"


# ------------------------------------------------------------------------------------ causes


def cause_of(part: Part, found: Explanation) -> str:
    """Say what one cause did, with the items and days behind it."""
    return f"{_CAUSES[part.cause](part, found)}: {shift(part.days)}"


def shift(days: int | None) -> str:
    """Say by how many days a date moves."""
    if days is None:
        return "no date to compare"
    if days == 0:
        return "no effect on the date"
    return f"{_count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"


def _scope(what: str) -> Callable[[Part, Explanation], str]:
    def say(part: Part, _found: Explanation) -> str:
        return f"{what} ({part.count_in} in, {part.count_out} out)"

    return say


def _pace(part: Part, found: Explanation) -> str:
    finished = _count(part.count_in, "item")
    return (
        f"pace ({finished} of it finished in {_count(found.passed_days, 'day')}, against what was counted on)"
    )


def _replanned(part: Part, found: Explanation) -> str:
    planned = "planned day unchanged"
    if found.plan_since_on != found.plan_until_on:
        planned = f"planned day moved from {_day(found.plan_since_on)} to {_day(found.plan_until_on)}"
    moved = (
        f"; {part.count_in} moved in, {part.count_out} moved out" if part.count_in or part.count_out else ""
    )
    return f"re-planning ({planned}{moved})"


_CAUSES: Final[Mapping[Cause, Callable[[Part, Explanation], str]]] = {
    Cause.APPROVED: _scope("approved changes of scope"),
    Cause.CREEP: _scope("changes of scope that nobody approved"),
    Cause.PACE: _pace,
    Cause.CALENDAR: lambda _part, _found: "other working days",
    Cause.ORDER: lambda _part, _found: "changes of other milestones, worked before it or beside it",
    Cause.REPLANNING: _replanned,
}


# ----------------------------------------------------------------------------------- what-if


def cost(found: Cost) -> str:
    """Say what items that came in without a decision cost."""
    came = f"{_count(found.items, 'item')} came in without a decision"
    if found.days is None:
        return f"{came}; how many days that costs cannot be said: {found.refused}"
    return f"{came}: without, the 85 % date would be {_count(found.days, 'day')} earlier"


def effect(found: Effect) -> str:
    """Say what an alternative does to one milestone."""
    if found.before.refused is not None:
        return f"no date: {found.before.refused}"
    if not found.has_pace and not found.days:
        return f"what it would do cannot be said: {NO_PACE}"
    days = shift(found.days)
    if found.least_days != found.days:
        days = f"between {shift(found.least_days)} (half of it comes) and {days} (all of it)"
    dates = f"85 % date {_day(found.before.p85_on)} -> {_day(found.after.p85_on)}"
    if found.before.not_before_on is not None or found.after.not_before_on is not None:
        dates = TOO_FAR
    return f"{days}; {dates}{_odds(found)}"


def _odds(found: Effect) -> str:
    before, after = found.before.likelihood, found.after.likelihood
    if before is None or after is None:
        return ""
    return f"; likelihood of the planned date {_percent(before)} -> {_percent(after)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _day(day: dt.date | None) -> str:
    return "no date" if day is None else day.isoformat()
