"""Words when a milestone is likely to be reached: a range with what it rests on, never a percentage."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from adapters.records import MilestoneStatus
from connector.analysis.state import NOT_FORECAST, Basis, Forecast, MilestoneState
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import ClientText, ForecastView, MilestoneView

LEAST_CASES: Final = 5  # before "k of n" says anything of a project
_RULE: Final = "milestones.forecast"
_ROUNDING: Final = 1e-9  # a share of whole cases times their number is whole but for this
_WEEK: Final = dt.timedelta(days=7)


def forecast(
    scribe: Scribe, state: MilestoneState, *, before: MilestoneView | None, today: dt.date
) -> ForecastView | None:
    """Say when an open milestone is likely to be reached.

    Args:
        scribe: Makes the leaves.
        state: The milestone with its forecast, made without what is withheld.
        before: The milestone as the edition before told it. While its own day stays and the range
            moves by no more than a week, the range is told again as it was: a page whose days waver
            from edition to edition says nothing.
        today: The day of the edition.

    Returns:
        The range between the 50 % and the 85 % day; beyond the horizon only what it will not be
        before, where its own day does not say that already; one sentence where the day is a decision
        or nothing can be said. None of a milestone that is over, or that holds nothing to forecast from.
    """
    found = state.forecast
    if not _is_open(state):
        return None
    if found.refused is not None:
        return ForecastView(sentence=scribe.fixed("dates.forecast.none")) if state.total else None
    if found.decision_date:
        return ForecastView(sentence=scribe.fixed("dates.forecast.decision"))
    origin = Origin(field="MilestoneState.forecast", record=state.key, rule=_RULE)
    told = _told(scribe, _Days.of(found), found.basis, origin)
    if told is None or before is None or _has_moved(scribe, state, before):
        return told
    days = _kept(told, before.forecast, today=today)
    return told if days is None else _told(scribe, days, found.basis, origin)


def _is_open(state: MilestoneState) -> bool:
    """Tell whether something may be said: it is open, was forecast, and its own day says less."""
    found = state.forecast
    if state.status is not MilestoneStatus.OPEN or state.actual_on or found == NOT_FORECAST:
        return False
    return not (found.not_before_on and state.due_on and found.not_before_on <= state.due_on)


def is_news(before: ForecastView | None, after: ForecastView | None) -> bool:
    """Tell whether a forecast moved enough to be told of: by more than a week at either end.

    Args:
        before: As the edition before told it.
        after: As this one does.
    """
    if before is None or after is None:
        return False
    one, other = _Days.told(before), _Days.told(after)
    if one.last is None or other.last is None:
        return False
    pairs = ((one.early, other.early), (one.late, other.late), (one.not_before, other.not_before))
    return any(_is_apart(*pair) for pair in pairs)


def in_words(scribe: Scribe, told: ForecastView, *, again: bool = False) -> ClientText | None:
    """Say the days of a forecast alone; None where it has none.

    Args:
        scribe: Makes the leaves.
        told: The forecast.
        again: The edition before told it.
    """
    days = [day for day in (told.early, told.late, told.not_before) if day is not None]
    texts = [scribe.repeated(day.text) if again else day.text for day in days]
    match texts:
        case [early, late]:
            return scribe.fixed("dates.range", early=early, late=late)
        case [day]:
            return scribe.fixed("dates.range.not_before", day=day)
        case _:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """What a forecast tells: a range, or a first day."""

    early: dt.date | None
    late: dt.date | None
    not_before: dt.date | None

    @classmethod
    def of(cls, found: Forecast) -> _Days:
        if found.not_before_on is not None:
            return cls(early=None, late=None, not_before=found.not_before_on)
        return cls(early=found.p50_on, late=found.p85_on, not_before=None)

    @classmethod
    def told(cls, view: ForecastView) -> _Days:
        early, late, first = (day.on if day else None for day in (view.early, view.late, view.not_before))
        return cls(early=early, late=late, not_before=first)

    @property
    def last(self) -> dt.date | None:
        return self.late or self.not_before


def _kept(told: ForecastView, before: ForecastView | None, *, today: dt.date) -> _Days | None:
    """Return the days told before, where they are near enough, and not all past, to be told again."""
    if before is None or is_news(before, told):
        return None
    days = _Days.told(before)
    return None if days.last is None or days.last < today else days


def _told(scribe: Scribe, days: _Days, basis: Basis, origin: Origin) -> ForecastView | None:
    if days.not_before is not None:
        day = scribe.day(days.not_before, origin, is_past=True)  # rounded up it would say too much
        sentence = scribe.fixed("dates.forecast.not_before", day=day.text)
        return ForecastView(sentence=sentence, not_before=day, basis=_basis(scribe, basis, origin))
    if days.early is None or days.late is None:
        return None
    early, late = scribe.day(days.early, origin, is_past=True), scribe.day(days.late, origin)
    if early.text.value == late.text.value:
        sentence = scribe.fixed("dates.forecast.by", late=late.text)
    else:
        sentence = scribe.fixed("dates.forecast.between", early=early.text, late=late.text)
    return ForecastView(sentence=sentence, early=early, late=late, basis=_basis(scribe, basis, origin))


def _basis(scribe: Scribe, basis: Basis, origin: Origin) -> ClientText:
    """Say how often such dates held here, where that was seen often enough; else whose experience it is.

    The first finished milestone has none before it to be forecast from: it is no case.
    """
    cases = basis.n - 1
    if cases < LEAST_CASES or basis.coverage is None:
        return scribe.fixed("dates.basis.general")
    held = scribe.amount(int(basis.coverage * cases + _ROUNDING), origin)
    return scribe.fixed("dates.basis.own", held=held.text, n=scribe.amount(cases, origin).text)


def _has_moved(scribe: Scribe, state: MilestoneState, before: MilestoneView) -> bool:
    """Tell whether the day it is planned for is another one than the edition before told."""
    if before.planned is None:
        return state.due_on is not None
    return state.due_on is None or scribe.rounded(state.due_on) != before.planned.on


def _is_apart(one: dt.date | None, other: dt.date | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(other - one) > _WEEK
