"""Breaches of what was agreed about dates, with since when and the facts. See `rulebook` for the limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.records import MilestoneStatus
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.classes import (
    due_or_promised_on,
    is_silently_at_risk,
    is_volatile,
    risk_limit_on,
    slip_days,
)
from connector.analysis.facts import Agreement
from connector.analysis.state import Deviation, Fact, FeverZone, MilestoneClass, MilestoneState, Severity
from connector.analysis.trend import red_line

CRITICAL_FACTOR = 2.0  # a slip of more than twice the tolerance is critical; the lesser one a warning
_LATE = frozenset({MilestoneClass.OVERDUE, MilestoneClass.SLIPPING, MilestoneClass.RECOVERING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What dates are measured by."""

    agreement: Agreement
    calendar: WorkingCalendar
    as_of: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day of the look in the project's zone."""
        return self.calendar.local_day(self.as_of)


def breaches(milestones: Sequence[MilestoneState], measure: Measure) -> list[Deviation]:
    """Return every breach about dates, by rule, then in the order of the milestones."""
    live = [state for state in milestones if state.status is MilestoneStatus.OPEN]
    return [found for rule in _RULES for state in live if (found := rule(state, measure)) is not None]


def slipping(state: MilestoneState, measure: Measure) -> Deviation | None:
    """Tell that the date lies later than agreed (or first promised) by more than the tolerance."""
    days, tolerance = slip_days(state), measure.agreement.slip_tolerance_days
    if days <= tolerance:
        return None
    facts: dict[str, Fact] = {
        "days": days,
        "tolerance_days": tolerance,
        "off_days": measure.agreement.dates.slip_off(tolerance),
        "agreed_on": _text(state.baseline_on),
        "first_promised_on": _text(state.first_promised_on),
        "due_on": _text(state.due_on),
        "moves": len(state.moves),
        "extrapolated_on": _text(state.trend.extrapolated_on),
    }
    severity = Severity.CRITICAL if days > CRITICAL_FACTOR * tolerance else Severity.WARNING
    return _deviation("slipping", state, severity, _moved_at(state, measure), facts)


def overdue(state: MilestoneState, measure: Measure) -> Deviation | None:
    """Tell that a milestone is open after the end of its day in the project's zone."""
    due_on = due_or_promised_on(state)
    if due_on is None or due_on >= measure.today:
        return None
    days = measure.calendar.working_days(due_on, measure.today)
    facts: dict[str, Fact] = {"days": days, "due_on": str(due_on), "open": state.total - state.done}
    severity = Severity.CRITICAL if days > measure.agreement.slip_tolerance_days else Severity.WARNING
    return _deviation("overdue", state, severity, measure.calendar.end_of(due_on), facts)


def buffer(state: MilestoneState, measure: Measure) -> Deviation | None:
    """Tell that the buffer is used up faster than the work is done: the fever chart is red.

    Critical where the tracker's date itself lies beyond the buffer. Information where only the forecast
    makes it red, until forecasts have held in the project's own past.
    """
    fever = state.fever
    if fever is None or fever.zone is not FeverZone.RED:
        return None
    facts: dict[str, Fact] = {
        "used_ratio": round(fever.used_ratio, 4),
        "done_ratio": round(fever.done_ratio, 4),
        "red_ratio": round(red_line(fever.done_ratio), 4),
        "off_ratio": round(_buffer_off(fever.done_ratio, measure), 4),
        "days": state.buffer_days,
        "used_days": state.buffer_used_days,
    }
    return _deviation("buffer", state, _buffer_severity(state, measure), _moved_at(state, measure), facts)


def silently_at_risk(state: MilestoneState, measure: Measure) -> Deviation | None:
    """Tell that the date stands, but the 85 % date lies beyond it and the buffer left.

    Information until such warnings have held in the project's own past; never critical.
    """
    limit_on, p85_on = risk_limit_on(state, measure.calendar), state.forecast.p85_on
    is_late = state.milestone_class in _LATE
    if is_late or not is_silently_at_risk(state, measure.calendar) or limit_on is None or p85_on is None:
        return None
    record = measure.agreement.record
    facts: dict[str, Fact] = {
        "days": measure.calendar.working_days(limit_on, p85_on),
        "due_on": _text(state.due_on),
        "limit_on": str(limit_on),
        "p85_on": str(p85_on),
        "likelihood": state.forecast.likelihood,
        "n": state.forecast.basis.n,
        "coverage": state.forecast.basis.coverage,
        "recall": record.recall if record else None,
        "false_alarms": record.false_alarms if record else None,
        "backtest_n": record.n if record else None,
    }
    severity = Severity.WARNING if record is not None and record.is_trusted else Severity.INFO
    return _deviation("silently_at_risk", state, severity, measure.as_of, facts)


def volatile(state: MilestoneState, measure: Measure) -> Deviation | None:
    """Tell that a date went to and fro, or moved often, of late. Information."""
    rules = measure.agreement.dates
    if not is_volatile(state, rules, today=measure.today, calendar=measure.calendar):
        return None
    trend = state.trend
    facts: dict[str, Fact] = {
        "moves": trend.moves,
        "turns": trend.turns,
        "net_days": trend.net_days,
        "total_days": trend.total_days,
        "due_on": _text(state.due_on),
        "move_days": rules.volatile_move_days,
        "turn_days": rules.volatile_turn_days,
    }
    return _deviation("volatile", state, Severity.INFO, _moved_at(state, measure), facts)


def wavering(milestones: Iterable[MilestoneState], measure: Measure) -> tuple[str, ...]:
    """Return the ids of breaches about dates that are none any more, but not yet calm enough to be over.

    A milestone that is done or given up is calm. An `overdue` one is no longer so, or is: no wavering.
    """
    live = [state for state in milestones if state.status is MilestoneStatus.OPEN]
    return tuple(
        f"{rule}:{state.key}"
        for rule, is_wavering in _WAVERING.items()
        for state in live
        if is_wavering(state, measure)
    )


def _wavers_slipping(state: MilestoneState, measure: Measure) -> bool:
    tolerance = measure.agreement.slip_tolerance_days
    return measure.agreement.dates.slip_off(tolerance) < slip_days(state) <= tolerance


def _wavers_at_risk(state: MilestoneState, measure: Measure) -> bool:
    """Say whether the 85 % date is within the limit, but nearer to it than is safe."""
    limit_on, p85_on = risk_limit_on(state, measure.calendar), state.forecast.p85_on
    if limit_on is None or p85_on is None or silently_at_risk(state, measure) is not None:
        return False
    return measure.calendar.working_days(p85_on, limit_on) < measure.agreement.dates.risk_off_days


def _wavers_buffer(state: MilestoneState, measure: Measure) -> bool:
    fever = state.fever
    if fever is None or fever.zone is FeverZone.RED:
        return False
    return fever.used_ratio > _buffer_off(fever.done_ratio, measure)


def _buffer_severity(state: MilestoneState, measure: Measure) -> Severity:
    fever, record = state.fever, measure.agreement.record
    tracked_ratio = max(0, state.variance_baseline or 0) / (state.buffer_days or 1)
    if tracked_ratio > 1:
        return Severity.CRITICAL
    is_seen = fever is not None and tracked_ratio > red_line(fever.done_ratio)
    return Severity.WARNING if is_seen or (record is not None and record.is_trusted) else Severity.INFO


def _buffer_off(done_ratio: float, measure: Measure) -> float:
    return measure.agreement.dates.buffer_off_ratio * red_line(done_ratio)


def _moved_at(state: MilestoneState, measure: Measure) -> dt.datetime:
    return state.moves[-1].seen_at if state.moves else measure.as_of


def _text(day: dt.date | None) -> str | None:
    return None if day is None else str(day)


def _deviation(
    rule: str, state: MilestoneState, severity: Severity, since: dt.datetime, facts: Mapping[str, Fact]
) -> Deviation:
    return Deviation(
        id=f"{rule}:{state.key}",
        rule=rule,
        object=state.key,
        object_name=state.name,
        severity=severity,
        since=since,
        facts=facts,
    )


_Rule = Callable[[MilestoneState, Measure], Deviation | None]
_RULES: tuple[_Rule, ...] = (slipping, overdue, buffer, silently_at_risk, volatile)
_WAVERING: Mapping[str, Callable[[MilestoneState, Measure], bool]] = {
    "slipping": _wavers_slipping,
    "silently_at_risk": _wavers_at_risk,
    "buffer": _wavers_buffer,
}
