"""The dates of every milestone, kept apart: promised, agreed, in the tracker, actual."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.records import Milestone, MilestoneSighting, MilestoneStatus
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement, Baseline
from connector.analysis.ledger import Ledger
from connector.analysis.state import MilestoneClass, MilestoneState, Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one milestone at an instant."""

    milestone: Milestone  # as seen last; its date is None before the first sighting
    sightings: tuple[MilestoneSighting, ...]  # up to the instant, oldest first
    actual_on: dt.date | None


def known_at(
    sightings: Sequence[MilestoneSighting],
    *,
    as_of: dt.datetime,
    calendar: WorkingCalendar,
    first_entry: Mapping[str, dt.datetime],
) -> tuple[Known, ...]:
    """Return every milestone that exists at `as_of`, in the order of their dates, then names.

    A milestone exists from its start date, the first item put into it, or its first sighting,
    whichever comes first; its date is unknown before the first sighting. One that its tracker no
    longer shows keeps its story, as cancelled unless it was done.
    """
    by_key: dict[str, list[MilestoneSighting]] = defaultdict(list)
    for sighting in sightings:
        by_key[sighting.milestone.key].append(sighting)
    last_look = _last_look(sightings, as_of)
    found = (
        _known(seen, as_of=as_of, calendar=calendar, first_entry=first_entry, last_look=last_look)
        for seen in by_key.values()
    )
    return tuple(sorted((known for known in found if known), key=_order))


def states(
    known: Iterable[Known],
    *,
    ledger: Ledger,
    agreement: Agreement,
    calendar: WorkingCalendar,
    as_of: dt.datetime,
) -> tuple[MilestoneState, ...]:
    """Return the state of every milestone, in the order given."""
    judged = [_state(each, ledger, agreement, calendar, as_of) for each in known]
    last = _last_agreed(judged)
    days = _buffer_days(agreement, as_of)
    if last is None or days is None:
        return tuple(judged)
    return tuple(_with_buffer(state, days) if state.key == last else state for state in judged)


def _last_look(sightings: Iterable[MilestoneSighting], as_of: dt.datetime) -> dict[str, dt.datetime]:
    """Return when each source was looked at last: a milestone not seen then, or later, is gone from it."""
    return {s.milestone.source: s.seen_at for s in sightings if s.seen_at <= as_of}


def _known(
    seen: Sequence[MilestoneSighting],
    *,
    as_of: dt.datetime,
    calendar: WorkingCalendar,
    first_entry: Mapping[str, dt.datetime],
    last_look: Mapping[str, dt.datetime],
) -> Known | None:
    today = calendar.local_day(as_of)
    past = tuple(s for s in seen if s.seen_at <= as_of)
    actual_on = _actual_on(seen, today, calendar)
    if past:
        milestone = past[-1].milestone if len(past) < len(seen) else _present(past[-1], last_look)
    else:
        milestone = replace(seen[0].milestone, due_on=None, status=MilestoneStatus.OPEN)
        entered_at = first_entry.get(milestone.key)
        started = milestone.start_on is not None and milestone.start_on <= today
        if not started and (entered_at is None or entered_at > as_of):
            return None
    if actual_on is not None:
        milestone = replace(milestone, status=MilestoneStatus.DONE)
    return Known(milestone=milestone, sightings=past, actual_on=actual_on)


def _present(last: MilestoneSighting, last_look: Mapping[str, dt.datetime]) -> Milestone:
    milestone = last.milestone
    vanished = last.seen_at < last_look[milestone.source]
    if vanished and milestone.status is MilestoneStatus.OPEN:
        return replace(milestone, status=MilestoneStatus.CANCELLED)
    return milestone


def _actual_on(
    seen: Sequence[MilestoneSighting], today: dt.date, calendar: WorkingCalendar
) -> dt.date | None:
    """Return the day it was done, if that day is not after today; reopening takes it back."""
    last = seen[-1].milestone
    if last.status is not MilestoneStatus.DONE:
        return None
    day = last.released_on or (calendar.local_day(last.closed_at) if last.closed_at else None)
    if day is None:
        day = _seen_done_on(seen, calendar)
    return day if day is not None and day <= today else None


def _seen_done_on(seen: Sequence[MilestoneSighting], calendar: WorkingCalendar) -> dt.date | None:
    """Return the day it was first seen done, if it had been seen open before; else nobody knows."""
    first = next(i for i, s in enumerate(seen) if s.milestone.status is MilestoneStatus.DONE)
    return calendar.local_day(seen[first].seen_at) if first else None


def _order(known: Known) -> tuple[dt.date, int, str]:
    day = known.actual_on or known.milestone.due_on or dt.date.max
    return (day, known.milestone.position, known.milestone.name)


def _state(
    known: Known, ledger: Ledger, agreement: Agreement, calendar: WorkingCalendar, as_of: dt.datetime
) -> MilestoneState:
    milestone = known.milestone
    baseline = agreement.in_force(as_of)
    baseline_on = baseline.dates.get(milestone.key) if baseline else None
    first_on = first_promised_on(known, agreement, as_of)
    told = [day for at, day in agreement.told.get(milestone.key, ()) if at <= as_of]
    current_on = known.actual_on or milestone.due_on
    state = MilestoneState(
        key=milestone.key,
        name=milestone.name,
        source=milestone.source,
        status=milestone.status,
        milestone_class=MilestoneClass.UNKNOWN,
        first_promised_on=first_on,
        baseline_on=baseline_on,
        due_on=milestone.due_on,
        actual_on=known.actual_on,
        variance_first=_variance(calendar, first_on, current_on),
        variance_baseline=_variance(calendar, baseline_on, current_on),
        variance_last_edition=_variance(calendar, told[-1] if told else None, current_on),
        moves=moves(known.sightings),
        done=len(ledger.done.get(milestone.key, ())),
        total=len(ledger.current.get(milestone.key, {})),
    )
    return replace(state, milestone_class=_class(state, agreement, calendar.local_day(as_of), as_of))


def first_promised_on(known: Known, agreement: Agreement, as_of: dt.datetime) -> dt.date | None:
    """Return the earliest date ever promised: seen, agreed or told; None if it was done when first seen."""
    if known.sightings and known.sightings[0].milestone.status is MilestoneStatus.DONE:
        return None
    key = known.milestone.key
    promises = [(s.seen_at, s.milestone.due_on) for s in known.sightings]
    promises += [(b.on_at, b.dates.get(key)) for b in agreement.baselines if b.on_at <= as_of]
    promises += [(at, day) for at, day in agreement.told.get(key, ()) if at <= as_of]
    dated = sorted((at, day) for at, day in promises if day is not None)
    return dated[0][1] if dated else None


def moves(sightings: Sequence[MilestoneSighting]) -> tuple[Move, ...]:
    """Return every change of the tracker's date between two sightings, oldest first."""
    pairs = itertools.pairwise(sightings)
    return tuple(
        Move(seen_at=after.seen_at, from_on=before.milestone.due_on, to_on=after.milestone.due_on)
        for before, after in pairs
        if before.milestone.due_on != after.milestone.due_on
    )


def _variance(calendar: WorkingCalendar, since: dt.date | None, until: dt.date | None) -> int | None:
    return None if since is None or until is None else calendar.working_days(since, until)


def _class(state: MilestoneState, agreement: Agreement, today: dt.date, as_of: dt.datetime) -> MilestoneClass:
    if state.status is MilestoneStatus.DONE:
        return MilestoneClass.DONE
    if state.status is MilestoneStatus.CANCELLED or state.due_on is None:
        return MilestoneClass.UNKNOWN
    if state.due_on < today:
        return MilestoneClass.OVERDUE
    if slip_days(state) > agreement.slip_tolerance_days or (state.variance_last_edition or 0) > 0:
        return MilestoneClass.SLIPPING
    return MilestoneClass.REPLANNED if _is_replanned(state, agreement, as_of) else MilestoneClass.ON_TIME


def slip_days(state: MilestoneState) -> int:
    """Return the slip that counts: against what was agreed, else against the first promise. Working days."""
    agreed = state.variance_baseline if state.baseline_on is not None else state.variance_first
    return agreed or 0


def _is_replanned(state: MilestoneState, agreement: Agreement, as_of: dt.datetime) -> bool:
    agreed: list[Baseline] = [b for b in agreement.baselines if b.on_at <= as_of]
    earlier = {b.dates.get(state.key) for b in agreed[:-1]} - {None}
    return bool(earlier) and state.baseline_on is not None and earlier != {state.baseline_on}


def _last_agreed(states: Iterable[MilestoneState]) -> str | None:
    dated = [(state.baseline_on, state.key) for state in states if state.baseline_on is not None]
    return max(dated)[1] if dated else None


def _buffer_days(agreement: Agreement, as_of: dt.datetime) -> int | None:
    baseline = agreement.in_force(as_of)
    agreed = baseline.buffer_days if baseline else None
    return agreed if agreed is not None else agreement.buffer_days


def _with_buffer(state: MilestoneState, days: int) -> MilestoneState:
    """Book the slip of the last milestone against the buffer before it."""
    used = max(0, state.variance_baseline or 0)
    return replace(state, buffer_days=days, buffer_used_days=min(used, days))
