"""Words what comes next: the milestones ahead, and what will be needed from the client for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.analysis.calendar import WorkingCalendar
from connector.disclosure.answers import is_taken
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.standing import day_of, is_over
from connector.disclosure.view import (
    ClientText,
    Day,
    DecisionView,
    MilestoneView,
    NeedView,
    StageView,
)

MOST_STAGES: Final = 4
MOST_LATE: Final = 2  # of them past their day: the page tells of all of those elsewhere
_NEED: Final = "dates.stage.need"
_DECISION: Final = "dates.stage.decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """Something that is needed from the client. `milestones` are ids of those it is known to hold up."""

    message: str
    what: ClientText
    by: Day | None
    milestones: frozenset[str] = frozenset()


def stages(
    scribe: Scribe,
    milestones: Iterable[MilestoneView],
    needs: Iterable[NeedView],
    decisions: Iterable[DecisionView],
    *,
    today: dt.date,
    holds_up: Mapping[str, frozenset[str]],
) -> tuple[StageView, ...]:
    """Word the next milestones ahead, each with what is asked for by then and not for one before.

    Args:
        scribe: Makes the leaves.
        milestones: All told ones, in the order of their days.
        needs: What the client owes.
        decisions: Open ones and those taken.
        today: The day of the edition.
        holds_up: Id of a need -> ids of the milestones that it holds up; empty where that is not told.
    """
    ahead = _ahead(milestones, today)
    asks = [*_of_needs(needs, holds_up), *_of_decisions(decisions)]
    found = []
    for milestone, day in ahead:
        mine = [ask for ask in asks if _belongs(ask, milestone.head.id.value, day.on)]
        asks = [ask for ask in asks if ask not in mine]
        found.append(_stage(scribe, milestone, day, mine, today=today))
    return tuple(stage for stage in found if stage is not None)


def waiting(
    scribe: Scribe, needs: Iterable[NeedView], calendar: WorkingCalendar, *, today: dt.date
) -> tuple[NeedView, ...]:
    """Say of each need how long it has waited, in working days of those who are to answer.

    Args:
        scribe: Makes the leaves.
        needs: Those told, with the day since when.
        calendar: The audience's working days.
        today: The day of the edition.
    """
    return tuple(_waiting(scribe, need, calendar, today) for need in needs)


def _waiting(scribe: Scribe, need: NeedView, calendar: WorkingCalendar, today: dt.date) -> NeedView:
    if need.since is None or scribe.is_rounding:  # the number of days would tell the day that is rounded
        return need
    days = max(0, calendar.working_days(need.since.on, today))
    origin = Origin(field="ClientAction.created_at", rule="actions.waiting")
    words = scribe.counted("dates.waiting", days, origin) if days else scribe.fixed("dates.waiting.today")
    return replace(need, waiting=words)


def _ahead(milestones: Iterable[MilestoneView], today: dt.date) -> Sequence[tuple[MilestoneView, Day]]:
    """Return the next milestones with their days; of those past their day the last ones."""
    dated = [
        (milestone, day)
        for milestone in milestones
        if not is_over(milestone) and milestone.head.title and (day := day_of(milestone) or milestone.agreed)
    ]
    dated.sort(key=lambda pair: pair[1].on)
    late = [pair for pair in dated if pair[1].on < today][-MOST_LATE:]
    return [*late, *(pair for pair in dated if pair[1].on >= today)][:MOST_STAGES]


def _of_needs(needs: Iterable[NeedView], holds_up: Mapping[str, frozenset[str]]) -> Iterable[_Ask]:
    for need in needs:
        if need.head.title:
            held = holds_up.get(need.head.id.value, frozenset())
            yield _Ask(message=_NEED, what=need.head.title, by=need.needed_by, milestones=held)


def _of_decisions(decisions: Iterable[DecisionView]) -> Iterable[_Ask]:
    for decision in decisions:
        if decision.head.title and not is_taken(decision):
            yield _Ask(message=_DECISION, what=decision.head.title, by=decision.needed_by)


def _belongs(ask: _Ask, milestone: str, until: dt.date) -> bool:
    """Tell whether something is asked for this milestone: it holds it up, or is needed by its day."""
    if ask.milestones:
        return milestone in ask.milestones
    return ask.by is not None and ask.by.on <= until


def _stage(
    scribe: Scribe, milestone: MilestoneView, day: Day, asks: Iterable[_Ask], *, today: dt.date
) -> StageView | None:
    if milestone.head.title is None:
        return None
    return StageView(
        milestone=milestone.head.id,
        title=milestone.head.title,
        day=day,
        needs=tuple(_said(scribe, ask, today=today) for ask in asks),
    )


def _said(scribe: Scribe, ask: _Ask, *, today: dt.date) -> ClientText:
    if ask.by is None:
        return scribe.fixed(ask.message, what=ask.what)
    when = "late" if ask.by.on < today else "by"
    return scribe.fixed(f"{ask.message}.{when}", what=ask.what, day=ask.by.text)
