"""Dates as data for charts: timeline, milestone trend chart, scorecard. Nothing is drawn here. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from adapters.records import MilestoneStatus
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.classes import risk_limit_on
from connector.analysis.record import Record
from connector.analysis.state import ExecutionIndex, MilestoneClass, MilestoneState, Promise
from connector.analysis.trend import Report, reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One milestone on the timeline. Days are None where they are not known, or not to be forecast."""

    key: str
    name: str
    milestone_class: MilestoneClass
    promised_on: dt.date | None  # the first day agreed or told
    first_on: dt.date | None  # the first day ever seen
    agreed_on: dt.date | None
    due_on: dt.date | None
    actual_on: dt.date | None
    buffer_until_on: dt.date | None  # the last day of the buffer left; None where there is none
    p50_on: dt.date | None
    p85_on: dt.date | None
    not_before_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendLine:
    """The tracker's date of one milestone, week by week, and each day that a client was promised."""

    key: str
    name: str
    points: tuple[Report, ...]  # oldest first; weeks without a date are left out
    promised: tuple[Report, ...]  # (day of the agreement or edition, day promised), oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A milestone that is done, against what was promised. Working days; positive means later."""

    key: str
    name: str
    agreed_on: dt.date | None
    first_on: dt.date | None
    actual_on: dt.date
    late_days: int | None  # against the agreement
    late_first_days: int | None  # against the first promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """How dates held: of milestones, and of forecasts as the last backtest measured them."""

    execution: ExecutionIndex
    outcomes: tuple[Outcome, ...]  # in order of the day they were done
    record: Record | None


def timeline(milestones: Iterable[MilestoneState], calendar: WorkingCalendar) -> tuple[Bar, ...]:
    """Return a bar for each milestone that was not given up, in the order given."""
    live = (state for state in milestones if state.status is not MilestoneStatus.CANCELLED)
    return tuple(_bar(state, calendar) for state in live)


def trend_lines(
    milestones: Iterable[MilestoneState], *, today: dt.date, calendar: WorkingCalendar
) -> tuple[TrendLine, ...]:
    """Return the lines of the milestone trend chart, of every milestone that ever had a date.

    A line ends with the day the milestone was done. What lies on the diagonal or below it, and is not
    done, was missed or is not kept up.

    Args:
        milestones: As they stand.
        today: The day of the last report.
        calendar: For the zone.
    """
    lines = (
        TrendLine(
            key=state.key,
            name=state.name,
            points=reports(
                state.promises, until=min(today, state.actual_on or today), calendar=calendar, most=None
            ),
            promised=_promised(state.promises, calendar),
        )
        for state in milestones
    )
    return tuple(line for line in lines if line.points or line.promised)


def scorecard(
    milestones: Iterable[MilestoneState], execution: ExecutionIndex, record: Record | None
) -> Scorecard:
    """Return how dates held.

    Args:
        milestones: As they stand.
        execution: Of the project.
        record: What the last backtest measured; None where there was none.
    """
    done = (
        Outcome(
            key=state.key,
            name=state.name,
            agreed_on=state.baseline_on,
            first_on=state.first_promised_on,
            actual_on=state.actual_on,
            late_days=state.variance_baseline,
            late_first_days=state.variance_first,
        )
        for state in milestones
        if state.actual_on is not None
    )
    outcomes = tuple(sorted(done, key=lambda outcome: (outcome.actual_on, outcome.key)))
    return Scorecard(execution=execution, outcomes=outcomes, record=record)


def _bar(state: MilestoneState, calendar: WorkingCalendar) -> Bar:
    limit_on = risk_limit_on(state, calendar) if state.status is MilestoneStatus.OPEN else None
    forecast, is_said = state.forecast, state.forecast.refused is None
    is_near = is_said and forecast.not_before_on is None
    promised = _promised(state.promises, calendar)
    return Bar(
        key=state.key,
        name=state.name,
        milestone_class=state.milestone_class,
        promised_on=promised[0][1] if promised else None,
        first_on=state.first_promised_on,
        agreed_on=state.baseline_on,
        due_on=state.due_on,
        actual_on=state.actual_on,
        buffer_until_on=limit_on if limit_on != state.due_on else None,
        p50_on=forecast.p50_on if is_near else None,
        p85_on=forecast.p85_on if is_near else None,
        not_before_on=forecast.not_before_on if is_said else None,
    )


def _promised(promises: Iterable[Promise], calendar: WorkingCalendar) -> tuple[Report, ...]:
    return tuple(
        (calendar.local_day(promise.at), promise.day)
        for promise in promises
        if promise.is_to_client and promise.day is not None
    )
