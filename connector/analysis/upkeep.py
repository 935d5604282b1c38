"""What needs care although every tolerance holds: idle goals, ageing work, what waits, what is overdue.

Pure; for the PM alone. None of it enters a verdict, nor anything a client reads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.records import Category, Field, MilestoneStatus
from connector.analysis.blocked import blocked
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import ProjectFacts
from connector.analysis.state import (
    PROJECT,
    Deviation,
    Fact,
    ProjectState,
    QualityKind,
    QualityNote,
    Severity,
)
from mappings.concepts import Base, Disposition, Level, ScopeItem

TOP = 5  # items that a deviation names
LEAST_UNMAPPED = 3  # records; fewer are no gap in the rules
MOST_UNSIZED_RATIO = 0.5  # of the work that counts; where more has no estimate, it is not estimated
TOKEN_NOTICE = dt.timedelta(days=14)  # before a token ends
POOR_RATIO = 0.25  # of the work that counts; less that is unreliable is ordinary
_POOR = (QualityKind.UNREADABLE, QualityKind.DONE_WITHOUT_RESOLUTION, QualityKind.MISSING_ESTIMATE)
_OPEN = frozenset({Disposition.OPEN, Disposition.DOING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on something needs care."""

    goal_idle_days: int = 28  # nothing of a begun goal was finished
    ageing_days: int = 28  # a piece of work has been begun
    blocked_days: int = 5  # working days that work on the way to a milestone has been blocked
    waiting_days: int = 10  # working days that the client has owed something
    risk_days: int = 28  # a grave risk has had no response
    edition_days: int = 5  # working days after an edition's day
    stale_after: dt.timedelta = dt.timedelta(days=1)  # since a source was read
    unmapped_ratio: float = 0.1  # of all records, that no rule placed


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingChannel:
    """A channel of alerts that has taken nothing since then; `name` as the configuration has it."""

    name: str
    since: dt.datetime
    reason: str
    waiting: int = 0  # messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What upkeep is judged from. `editions_due` says since when an edition has been due, by audience."""

    facts: ProjectFacts
    state: ProjectState
    calendar: WorkingCalendar
    limits: Limits = Limits()
    editions_due: Mapping[str, dt.datetime] = field(default_factory=dict)
    channels: tuple[FailingChannel, ...] = ()
    credentials: Mapping[str, dt.datetime] = field(default_factory=dict)  # when each source's ends

    @property
    def today(self) -> dt.date:
        """The day of the judgement in the project's zone."""
        return self.calendar.local_day(self.state.as_of)

    def is_past(self, at: dt.datetime) -> bool:
        """Whether an instant lies before the judgement."""
        return at < self.state.as_of


def upkeep(desk: Desk) -> tuple[Deviation, ...]:
    """Return what needs care, by rule and object."""
    begun = _begun(desk)
    found = [
        *_idle_goals(desk, begun),
        *_ageing(desk, begun),
        *blocked(desk.facts, desk.state, desk.calendar, limit_days=desk.limits.blocked_days),
        *_waiting(desk),
        *_late_decisions(desk),
        *_unanswered_risks(desk),
        *_late_editions(desk),
        *_stale_sources(desk),
        *_ending_tokens(desk),
        *_failing_channels(desk),
        *_unmapped(desk),
        *_poor_records(desk),
    ]
    return tuple(found)


def _begun(desk: Desk) -> Mapping[str, dt.datetime]:
    """Return since when each issue that was being worked on at the judgement had been so."""
    found: dict[str, dt.datetime] = {}
    for issue in desk.facts.issues:
        moves = [one for one in desk.facts.changes.get(issue.key, ()) if one.field == Field.CATEGORY]
        past = [one for one in moves if one.at <= desk.state.as_of]
        later = moves[len(past) :]
        stood = past[-1].new if past else later[0].old if later else issue.category
        if stood == Category.DOING:
            starts = [one.at for one in past if one.new == Category.DOING]
            found[issue.key] = max(starts, default=issue.created_at)
    return found


def _idle_goals(desk: Desk, begun: Mapping[str, dt.datetime]) -> Iterator[Deviation]:
    items = _by_goal(desk.state.picture.items)
    idle = dt.timedelta(days=desk.limits.goal_idle_days)
    for goal in desk.state.picture.goals:
        own = items.get(goal.key, [])
        left = [item for item in own if item.disposition in _OPEN]
        signs = [item.closed_at for item in own if item.disposition is Disposition.DONE and item.closed_at]
        signs += [begun[item.key] for item in left if item.key in begun]
        if goal.disposition in _OPEN and left and signs and desk.is_past(max(signs) + idle):
            facts: dict[str, Fact] = {"open": len(left), "last_on": _day(desk, max(signs))}
            yield _deviation("goal_idle", goal, Severity.WARNING, max(signs) + idle, facts)


def _by_goal(items: Sequence[ScopeItem]) -> dict[str, list[ScopeItem]]:
    found: dict[str, list[ScopeItem]] = {}
    for item in items:
        for goal in item.goals:
            found.setdefault(goal, []).append(item)
    return found


def _ageing(desk: Desk, begun: Mapping[str, dt.datetime]) -> Iterator[Deviation]:
    """Name, for each milestone ahead, the work that was begun too long ago, the oldest first."""
    age = dt.timedelta(days=desk.limits.ageing_days)
    working = (item for item in desk.state.picture.items if item.disposition in _OPEN and item.key in begun)
    aged = ((begun[item.key] + age, item) for item in working if desk.is_past(begun[item.key] + age))
    old = sorted(aged, key=lambda pair: (pair[0], pair[1].key))
    for milestone in desk.state.milestones:
        own = [(since, item) for since, item in old if milestone.key in item.milestones]
        if own and milestone.status is MilestoneStatus.OPEN and milestone.due_on is not None:
            yield Deviation(
                id=f"ageing:{milestone.key}",
                rule="ageing",
                object=milestone.key,
                object_name=milestone.name,
                severity=Severity.INFO,
                since=own[0][0],
                facts={"count": len(own), "items": tuple(item.ref for _, item in own[:TOP])},
            )


def _waiting(desk: Desk) -> Iterator[Deviation]:
    for action in desk.state.picture.client_actions:
        since_on = desk.calendar.local_day(action.created_at)
        limit_on = desk.calendar.later(since_on, desk.limits.waiting_days)
        if action.needed_by is not None:
            limit_on = min(limit_on, max(action.needed_by, since_on))
        if action.disposition in _OPEN and limit_on < desk.today:
            facts: dict[str, Fact] = {
                "days": desk.calendar.working_days(since_on, desk.today),
                "needed_by": None if action.needed_by is None else action.needed_by.isoformat(),
                "holds_up": len(action.holds_up),
            }
            since = desk.calendar.end_of(limit_on)
            yield _deviation("waiting_on_client", action, Severity.WARNING, since, facts)


def _late_decisions(desk: Desk) -> Iterator[Deviation]:
    for decision in desk.state.picture.decisions:
        needed_by = decision.needed_by
        if decision.disposition in _OPEN and needed_by is not None and needed_by < desk.today:
            days = desk.calendar.working_days(needed_by, desk.today)
            since = desk.calendar.end_of(needed_by)
            yield _deviation("decision_overdue", decision, Severity.WARNING, since, {"days": days})


def _unanswered_risks(desk: Desk) -> Iterator[Deviation]:
    grace = dt.timedelta(days=desk.limits.risk_days)
    for risk in desk.state.picture.risks:
        is_grave = Level.HIGH in {risk.likelihood, risk.impact}
        has_answer = bool(risk.response or risk.client_response)
        since = risk.created_at + grace
        if risk.disposition in _OPEN and is_grave and not has_answer and desk.is_past(since):
            yield _deviation("risk_unanswered", risk, Severity.WARNING, since, {})


def _late_editions(desk: Desk) -> Iterator[Deviation]:
    for audience, due_at in desk.editions_due.items():
        due_on = desk.calendar.local_day(due_at)
        limit_on = desk.calendar.later(due_on, desk.limits.edition_days)
        if limit_on < desk.today:
            yield Deviation(
                id=f"edition_overdue:{audience}",
                rule="edition_overdue",
                object=audience,
                object_name=audience,
                severity=Severity.WARNING,
                since=desk.calendar.end_of(limit_on),
                facts={"due_on": due_on.isoformat()},
            )


def _stale_sources(desk: Desk) -> Iterator[Deviation]:
    """Tell of sources that nobody asked for too long; one that was asked and failed has its own rule."""
    for source in desk.state.sources:
        if source.last_success_at is None or source.failed_since is not None:
            continue
        since = source.last_success_at + desk.limits.stale_after
        if desk.is_past(since):
            yield Deviation(
                id=f"sync_stale:{source.name}",
                rule="sync_stale",
                object=source.name,
                object_name=source.name,
                severity=Severity.WARNING,
                since=since,
            )


def _ending_tokens(desk: Desk) -> Iterator[Deviation]:
    for source, ends_at in desk.credentials.items():
        since = ends_at - TOKEN_NOTICE
        if desk.is_past(since):
            yield Deviation(
                id=f"token_ending:{source}",
                rule="token_ending",
                object=source,
                object_name=source,
                severity=Severity.WARNING,
                since=since,
                facts={
                    "ends_on": _day(desk, ends_at),
                    "days": (desk.calendar.local_day(ends_at) - desk.today).days,
                },
            )


def _failing_channels(desk: Desk) -> Iterator[Deviation]:
    for channel in desk.channels:
        yield Deviation(
            id=f"channel_failed:{channel.name}",
            rule="channel_failed",
            object=channel.name,
            object_name=channel.name,
            severity=Severity.WARNING,
            since=channel.since,
            facts={
                "reason": channel.reason,
                "waiting": channel.waiting,
                "since_on": _day(desk, channel.since),
            },
        )


def _unmapped(desk: Desk) -> Iterator[Deviation]:
    picture = desk.state.picture
    concepts = (
        picture.goals,
        picture.items,
        picture.risks,
        picture.change_requests,
        picture.decisions,
        picture.client_actions,
        picture.feedback,
    )
    gaps = len(picture.unplaced)
    total = gaps + picture.nothing + sum(len(things) for things in concepts)
    if gaps >= LEAST_UNMAPPED and gaps > desk.limits.unmapped_ratio * total:
        yield Deviation(
            id=f"unmapped:{PROJECT}",
            rule="unmapped",
            object=PROJECT,
            object_name=PROJECT,
            severity=Severity.INFO,
            since=desk.state.as_of,
            facts={"count": gaps, "total": total, "items": tuple(one.ref for one in picture.unplaced[:TOP])},
        )


def _poor_records(desk: Desk) -> Iterator[Deviation]:
    """Tell, in one, of everything that makes the records unreliable beyond the ordinary."""
    notes = {note.kind: note for note in desk.state.quality}
    poor = [notes[kind] for kind in _POOR if kind in notes and _is_poor(desk, notes[kind])]
    if poor:
        is_blind = poor[0].kind is QualityKind.UNREADABLE
        yield Deviation(
            id=f"data_quality:{PROJECT}",
            rule="data_quality",
            object=PROJECT,
            object_name=PROJECT,
            severity=Severity.WARNING if is_blind else Severity.INFO,
            since=desk.state.as_of,
            facts={
                "kinds": tuple(note.kind.value for note in poor),
                "counts": tuple(f"{note.kind.value}={note.count}" for note in poor),
                "examples": poor[0].examples,
            },
        )


def _is_poor(desk: Desk, note: QualityNote) -> bool:
    """Say whether a kind is beyond the ordinary: any, or a quarter of the work, and not all by choice."""
    counting = [one for one in desk.state.picture.items if one.disposition is not Disposition.DROPPED]
    if note.kind is QualityKind.UNREADABLE:
        return True
    if note.kind is QualityKind.MISSING_ESTIMATE and note.count > MOST_UNSIZED_RATIO * len(counting):
        return False  # nobody estimates here
    return note.count >= LEAST_UNMAPPED and note.count > POOR_RATIO * len(counting)


def _day(desk: Desk, at: dt.datetime) -> str:
    return desk.calendar.local_day(at).isoformat()


def _deviation(
    rule: str, about: Base, severity: Severity, since: dt.datetime, facts: Mapping[str, Fact]
) -> Deviation:
    return Deviation(
        id=f"{rule}:{about.key}",
        rule=rule,
        object=about.key,
        object_name=about.title,
        severity=severity,
        since=since,
        facts=facts,
    )
