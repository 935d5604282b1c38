"""How a milestone stands to its promises: one class each, the first that holds. Pure.

1. `done`: its tracker says so.
2. `unknown`: it was given up. Its dates stay.
3. `overdue`: its day is over. Where the tracker's date was taken out, the day that was agreed, else
   first promised, counts: no date is no way out.
4. `unknown`: it has no date.
5. `recovering`: the date was moved back towards what was agreed, from beyond the tolerance, and is not
   there yet; not if it is volatile.
6. `slipping`: beyond what was agreed, else first promised, by more than the tolerance; or that day is
   over; or later than the last edition told. An agreement made after an edition takes its place.
7. `silently_at_risk`: the tracker's date stands, but the 85 % date lies beyond it and the buffer left;
   only where the forecast rests on the project's own finished milestones.
8. `volatile`: the date went to and fro, or moved often, of late.
9. `replanned`: it has another day than an earlier agreement or edition gave it, by approval.
10. `on_time`.

Only an approval makes a late milestone anything below `silently_at_risk` again, or the date's return.
"""

from __future__ import annotations

import datetime as dt

from adapters.records import MilestoneStatus
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement, DateRules
from connector.analysis.forecast.forecast import OWN
from connector.analysis.state import Forecast, MilestoneClass, MilestoneState
from connector.analysis.trend import daily, turns


def classify(
    state: MilestoneState, agreement: Agreement, *, as_of: dt.datetime, calendar: WorkingCalendar
) -> MilestoneClass:
    """Return the class of a milestone, all its other fields being known.

    Args:
        state: The milestone.
        agreement: What was agreed, and the tolerances.
        as_of: The instant, aware UTC.
        calendar: The project's working days.
    """
    today = calendar.local_day(as_of)
    if state.status is MilestoneStatus.DONE:
        return MilestoneClass.DONE
    if state.status is MilestoneStatus.CANCELLED:
        return MilestoneClass.UNKNOWN
    due_on = due_or_promised_on(state)
    if due_on is not None and due_on < today:
        return MilestoneClass.OVERDUE
    if state.due_on is None:
        return MilestoneClass.UNKNOWN
    return _late(state, agreement, as_of, calendar) or _in_time(state, agreement, as_of, calendar)


def counted_on(state: MilestoneState) -> dt.date | None:
    """Return the day that slips count from: what was agreed, else the first promise."""
    return state.baseline_on if state.baseline_on is not None else state.first_promised_on


def due_or_promised_on(state: MilestoneState) -> dt.date | None:
    """Return the tracker's date; where there is none, the day that slips count from."""
    return state.due_on if state.due_on is not None else counted_on(state)


def slip_days(state: MilestoneState) -> int:
    """Return the slip that counts: against what was agreed, else against the first promise. Working days."""
    agreed = state.variance_baseline if state.baseline_on is not None else state.variance_first
    return agreed or 0


def risk_limit_on(state: MilestoneState, calendar: WorkingCalendar) -> dt.date | None:
    """Return the last day that the 85 % date may be: the tracker's date, and the buffer left behind it."""
    if state.due_on is None:
        return None
    return calendar.later(state.due_on, (state.buffer_days or 0) - (state.buffer_used_days or 0))


def is_volatile(
    state: MilestoneState, rules: DateRules, *, today: dt.date, calendar: WorkingCalendar
) -> bool:
    """Say whether the date went to and fro, or moved often, of late."""
    steps = daily(state.moves, calendar)
    moved = sum((today - on).days < rules.volatile_move_days for on, _ in steps)
    turned = sum((today - on).days < rules.volatile_turn_days for on in turns(steps))
    return moved >= rules.volatile_moves or turned >= rules.volatile_turns


def is_own(forecast: Forecast) -> bool:
    """Say whether a forecast rests on this project: what others lived through accuses nobody here."""
    return forecast.refused is None and forecast.basis.n >= OWN


def is_silently_at_risk(state: MilestoneState, calendar: WorkingCalendar) -> bool:
    """Say whether the 85 % date, by the project's own past, lies beyond the date and the buffer left."""
    limit_on, p85_on = risk_limit_on(state, calendar), state.forecast.p85_on
    return limit_on is not None and p85_on is not None and is_own(state.forecast) and p85_on > limit_on


def _late(
    state: MilestoneState, agreement: Agreement, as_of: dt.datetime, calendar: WorkingCalendar
) -> MilestoneClass | None:
    today = calendar.local_day(as_of)
    is_zigzag = is_volatile(state, agreement.dates, today=today, calendar=calendar)
    if not is_zigzag and _is_recovering(state, agreement.slip_tolerance_days, calendar):
        return MilestoneClass.RECOVERING
    counted = counted_on(state)
    is_past = counted is not None and counted < today
    if (
        is_past
        or slip_days(state) > agreement.slip_tolerance_days
        or _is_beyond_told(state, agreement, as_of)
    ):
        return MilestoneClass.SLIPPING
    return None


def _in_time(
    state: MilestoneState, agreement: Agreement, as_of: dt.datetime, calendar: WorkingCalendar
) -> MilestoneClass:
    if is_silently_at_risk(state, calendar):
        return MilestoneClass.SILENTLY_AT_RISK
    if is_volatile(state, agreement.dates, today=calendar.local_day(as_of), calendar=calendar):
        return MilestoneClass.VOLATILE
    return MilestoneClass.REPLANNED if _is_replanned(state, agreement, as_of) else MilestoneClass.ON_TIME


def _is_recovering(state: MilestoneState, tolerance_days: int, calendar: WorkingCalendar) -> bool:
    """Say whether the last moves brought the date back, from beyond the tolerance, but not all the way."""
    counted = counted_on(state)
    came_from = None
    for move in reversed(state.moves):
        if move.from_on is None or move.to_on is None or move.to_on >= move.from_on:
            break
        came_from = move.from_on
    if counted is None or came_from is None or slip_days(state) <= 0:
        return False
    return calendar.working_days(counted, came_from) > tolerance_days


def _is_beyond_told(state: MilestoneState, agreement: Agreement, as_of: dt.datetime) -> bool:
    told_at = max((at for at, _ in agreement.told.get(state.key, ()) if at <= as_of), default=None)
    baseline = agreement.in_force(as_of)
    is_superseded = (
        told_at is not None and state.baseline_on is not None and baseline is not None
    ) and baseline.on_at > told_at
    return (state.variance_last_edition or 0) > 0 and not is_superseded


def _is_replanned(state: MilestoneState, agreement: Agreement, as_of: dt.datetime) -> bool:
    in_force = agreement.in_force(as_of)
    if in_force is None or state.baseline_on is None:
        return False
    earlier = {b.dates.get(state.key) for b in agreement.baselines if b.on_at <= as_of and b is not in_force}
    earlier |= {day for at, day in agreement.told.get(state.key, ()) if at < in_force.on_at}
    return bool(earlier - {None, state.baseline_on})
