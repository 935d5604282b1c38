"""Words when a milestone is likely to be reached: a range with what it rests on, never a percentage."""

from __future__ import annotations

import datetime as dt
from typing import Final

from adapters.records import MilestoneStatus
from connector.analysis.state import NOT_FORECAST, Basis, Forecast, MilestoneState
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import ClientText, ForecastView

LEAST_CASES: Final = 5  # before "k of n" says anything of a project
_RULE: Final = "milestones.forecast"
_ROUNDING: Final = 1e-9  # a share of whole cases times their number is whole but for this
_WEEK: Final = dt.timedelta(days=7)


def forecast(scribe: Scribe, state: MilestoneState) -> ForecastView | None:
    """Say when an open milestone is likely to be reached.

    Args:
        scribe: Makes the leaves.
        state: The milestone with its forecast, made without what is withheld.

    Returns:
        The range between the 50 % and the 85 % day; beyond the horizon only what it will not be
        before; one sentence where the day is a decision or nothing can be said. None of a milestone
        that is over, or that holds nothing to forecast from.
    """
    if state.status is not MilestoneStatus.OPEN or state.actual_on or state.forecast == NOT_FORECAST:
        return None
    told, origin = state.forecast, Origin(field="MilestoneState.forecast", record=state.key, rule=_RULE)
    if told.refused is not None:
        return ForecastView(sentence=scribe.fixed("dates.forecast.none")) if state.total else None
    if told.decision_date:
        return ForecastView(sentence=scribe.fixed("dates.forecast.decision"))
    if told.not_before_on is not None:
        day = scribe.day(told.not_before_on, origin, is_past=True)  # rounded up it would say too much
        sentence = scribe.fixed("dates.forecast.not_before", day=day.text)
        return ForecastView(sentence=sentence, not_before=day, basis=_basis(scribe, told.basis, origin))
    return _range(scribe, told, origin)


def _range(scribe: Scribe, told: Forecast, origin: Origin) -> ForecastView | None:
    if told.p50_on is None or told.p85_on is None:
        return None
    early, late = scribe.day(told.p50_on, origin, is_past=True), scribe.day(told.p85_on, origin)
    if early.text.value == late.text.value:
        sentence = scribe.fixed("dates.forecast.by", late=late.text)
    else:
        sentence = scribe.fixed("dates.forecast.between", early=early.text, late=late.text)
    return ForecastView(sentence=sentence, early=early, late=late, basis=_basis(scribe, told.basis, origin))


def _basis(scribe: Scribe, basis: Basis, origin: Origin) -> ClientText:
    """Say how often such dates held here, where that was seen often enough; else whose experience it is.

    The first finished milestone has none before it to be forecast from: it is no case.
    """
    cases = basis.n - 1
    if cases < LEAST_CASES or basis.coverage is None:
        return scribe.fixed("dates.basis.general")
    held = scribe.amount(int(basis.coverage * cases + _ROUNDING), origin)
    return scribe.fixed("dates.basis.own", held=held.text, n=scribe.amount(cases, origin).text)


def is_news(before: ForecastView | None, after: ForecastView | None) -> bool:
    """Tell whether a forecast moved enough to be told of: by more than a week at either end.

    Args:
        before: As the edition before told it.
        after: As this one does.
    """
    if before is None or after is None:
        return False
    pairs = zip(_days(before), _days(after), strict=True)
    return any(one is not None and other is not None and abs(other - one) > _WEEK for one, other in pairs)


def _days(told: ForecastView) -> tuple[dt.date | None, ...]:
    return tuple(day.on if day else None for day in (told.early, told.late, told.not_before))
