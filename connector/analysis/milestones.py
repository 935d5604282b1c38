"""The dates of every milestone, kept apart: promised, agreed, in the tracker, forecast, actual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.protocol import DateHint
from adapters.records import Milestone, MilestoneSighting, MilestoneStatus
from connector.analysis import promises, trend
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.classes import classify, is_own
from connector.analysis.facts import Agreement
from connector.analysis.ledger import Ledger
from connector.analysis.state import NOT_FORECAST, Forecast, MilestoneClass, MilestoneState, Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """From when a milestone is looked at, and what tells when it came to be."""

    as_of: dt.datetime
    calendar: WorkingCalendar
    first_entry: Mapping[str, dt.datetime]  # milestone -> when the first item was put into it

    @property
    def today(self) -> dt.date:
        """The day of the look in the project's zone."""
        return self.calendar.local_day(self.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one milestone at an instant."""

    milestone: Milestone  # as seen last; its date is None before the first sighting
    sightings: tuple[MilestoneSighting, ...]  # up to the instant, oldest first
    actual_on: dt.date | None
    hints: tuple[DateHint, ...] = ()  # up to the instant, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What milestones are judged on."""

    agreement: Agreement
    ledger: Ledger
    look: Look
    promises: Mapping[str, tuple[Promise, ...]]  # by milestone
    forecasts: Mapping[str, Forecast] = field(default_factory=dict)  # by milestone


def known_at(
    sightings: Sequence[MilestoneSighting], look: Look, *, hints: Sequence[DateHint] = ()
) -> tuple[Known, ...]:
    """Return every milestone that exists at that look, in the order of their dates, then names.

    A milestone exists from its start date, the first item put into it, or its first sighting,
    whichever comes first; its date is unknown before the first sighting. One that its tracker no
    longer shows keeps its story, as cancelled unless it was done. A date that a webhook told since the
    last sighting is the tracker's.
    """
    told = promises.hinted(hint for hint in hints if hint.at <= look.as_of)
    last_look = _last_look(sightings, look.as_of)
    found = (
        _known(seen, tuple(told.get(key, ())), look, last_look)
        for key, seen in promises.sighted(sightings).items()
    )
    return tuple(sorted((known for known in found if known), key=_order))


def states(known: Iterable[Known], grounds: Grounds) -> tuple[MilestoneState, ...]:
    """Return the state of every milestone, in the order given."""
    dated = [_dated(each, grounds) for each in known]
    last = _last_agreed(dated)
    days = _buffer_days(grounds.agreement, grounds.look.as_of)
    if last is not None and days is not None:
        chain = _chain(dated, grounds)
        dated = [
            _with_buffer(state, days, chain, grounds.look.calendar) if state.key == last else state
            for state in dated
        ]
    return tuple(
        replace(
            state,
            milestone_class=classify(
                state, grounds.agreement, as_of=grounds.look.as_of, calendar=grounds.look.calendar
            ),
        )
        for state in dated
    )


def _last_look(sightings: Iterable[MilestoneSighting], as_of: dt.datetime) -> dict[str, dt.datetime]:
    """Return when each source was looked at last: a milestone not seen then, or later, is gone from it."""
    return {s.milestone.source: s.seen_at for s in sightings if s.seen_at <= as_of}


def _known(
    seen: Sequence[MilestoneSighting],
    hints: tuple[DateHint, ...],
    look: Look,
    last_look: Mapping[str, dt.datetime],
) -> Known | None:
    past = tuple(s for s in seen if s.seen_at <= look.as_of)
    actual_on = _actual_on(seen, look.today, look.calendar)
    if past:
        milestone = past[-1].milestone if len(past) < len(seen) else _present(past[-1], last_look)
        milestone = _with_hint(milestone, past[-1].seen_at, hints)
    else:
        milestone = replace(seen[0].milestone, due_on=None, status=MilestoneStatus.OPEN)
        if not _has_begun(milestone, look):
            return None
    if actual_on is not None:
        milestone = replace(milestone, status=MilestoneStatus.DONE)
    return Known(milestone=milestone, sightings=past, actual_on=actual_on, hints=hints)


def _has_begun(milestone: Milestone, look: Look) -> bool:
    entered_at = look.first_entry.get(milestone.key)
    started = milestone.start_on is not None and milestone.start_on <= look.today
    return started or (entered_at is not None and entered_at <= look.as_of)


def _with_hint(milestone: Milestone, seen_at: dt.datetime, hints: Sequence[DateHint]) -> Milestone:
    """Take the date that a webhook told since the milestone was last seen open."""
    if milestone.status is not MilestoneStatus.OPEN or not hints or hints[-1].at <= seen_at:
        return milestone
    return replace(milestone, due_on=hints[-1].new_on)


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


def _dated(known: Known, grounds: Grounds) -> MilestoneState:
    """Return the state without what hangs on others: buffer and class."""
    milestone, look, agreement = known.milestone, grounds.look, grounds.agreement
    entries = grounds.promises.get(milestone.key, ())
    baseline = agreement.in_force(look.as_of)
    baseline_on = baseline.dates.get(milestone.key) if baseline else None
    first_on = promises.first_on(entries)
    told = [day for at, day in agreement.told.get(milestone.key, ()) if at <= look.as_of]
    current_on = known.actual_on or milestone.due_on
    moves = promises.moves(known.sightings, known.hints)
    is_open = milestone.status is MilestoneStatus.OPEN
    reports = trend.reports(entries, until=look.today, calendar=look.calendar) if is_open else ()
    return MilestoneState(
        key=milestone.key,
        name=milestone.name,
        source=milestone.source,
        status=milestone.status,
        milestone_class=MilestoneClass.UNKNOWN,
        first_promised_on=first_on,
        baseline_on=baseline_on,
        due_on=milestone.due_on,
        actual_on=known.actual_on,
        variance_first=_variance(look.calendar, first_on, current_on),
        variance_baseline=_variance(look.calendar, baseline_on, current_on),
        variance_last_edition=_variance(look.calendar, told[-1] if told else None, current_on),
        moves=moves,
        done=len(grounds.ledger.done.get(milestone.key, ())),
        total=len(grounds.ledger.current.get(milestone.key, {})),
        forecast=grounds.forecasts.get(milestone.key, NOT_FORECAST),
        promises=entries,
        trend=trend.trend(moves, reports, look.calendar),
    )


def _variance(calendar: WorkingCalendar, since: dt.date | None, until: dt.date | None) -> int | None:
    return None if since is None or until is None else calendar.working_days(since, until)


def _last_agreed(states: Iterable[MilestoneState]) -> str | None:
    dated = [(state.baseline_on, state.key) for state in states if state.baseline_on is not None]
    return max(dated)[1] if dated else None


def _buffer_days(agreement: Agreement, as_of: dt.datetime) -> int | None:
    baseline = agreement.in_force(as_of)
    agreed = baseline.buffer_days if baseline else None
    return agreed if agreed is not None else agreement.buffer_days


def _chain(states: Iterable[MilestoneState], grounds: Grounds) -> tuple[int, int]:
    """Return the items, done and all, of the milestones agreed for a day after the agreement."""
    baseline = grounds.agreement.in_force(grounds.look.as_of)
    agreed_on = grounds.look.calendar.local_day(baseline.on_at) if baseline else dt.date.max
    ahead = [s.key for s in states if s.baseline_on is not None and s.baseline_on >= agreed_on]
    ledger = grounds.ledger
    items = {item for key in ahead for item in ledger.current.get(key, {})}
    done = {item for key in ahead for item in ledger.done.get(key, ())}
    return len(items & done), len(items)


def _with_buffer(
    state: MilestoneState, days: int, chain: tuple[int, int], calendar: WorkingCalendar
) -> MilestoneState:
    """Book the slip of the last milestone against the buffer before it.

    The fever chart looks ahead: there the even chance of the forecast counts where it lies later than the
    tracker's date.
    """
    used = max(0, state.variance_baseline or 0)
    looks_ahead = state.status is MilestoneStatus.OPEN and is_own(state.forecast)
    p50_on = state.forecast.p50_on if looks_ahead else None
    ahead = max(used, _variance(calendar, state.baseline_on, p50_on) or 0)
    fever = trend.fever(*chain, used_days=ahead, buffer_days=days)
    return replace(state, buffer_days=days, buffer_used_days=min(used, days), fever=fever)
