"""Judges one project: puts ledger, milestones, picture, deviations and health together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.analysis import (
    approvals,
    deviations,
    health,
    hearing,
    promises,
    recorded,
    recount,
    scope,
    slips,
    trend,
)
from connector.analysis import milestones as dates
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement, ProjectFacts, RecordedChange, Tolerance
from connector.analysis.forecast.forecast import forecast
from connector.analysis.forecast.track import Chronicle
from connector.analysis.history import Version
from connector.analysis.history import at as version_at
from connector.analysis.ledger import Ledger, keep
from connector.analysis.state import (
    PROJECT,
    Deviation,
    ExecutionIndex,
    Forecast,
    MilestoneState,
    ProjectState,
    ScopeRow,
)
from connector.analysis.walk import ITEMS, Walk, histories, size_unit
from mappings.concepts import Picture
from mappings.picture import map_project


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What the parts of a judgement share."""

    facts: ProjectFacts
    agreement: Agreement
    as_of: dt.datetime
    calendar: WorkingCalendar
    counted: recount.Recount | None = None  # the baseline in force, if its rules are no longer the present

    @property
    def measure(self) -> slips.Measure:
        """What dates are measured by."""
        return slips.Measure(agreement=self.agreement, calendar=self.calendar, as_of=self.as_of)


def judge(
    facts: ProjectFacts,
    agreement: Agreement,
    *,
    as_of: dt.datetime,
    history: Chronicle | None = None,
    told: Mapping[str, Sequence[Version]] | None = None,
) -> ProjectState:
    """Return the state of a project at an instant, from stored facts alone.

    Args:
        facts: What was pulled. Nothing later than `as_of` is used, except that what a tracker
            told later of an earlier instant counts (trackers tell late).
        agreement: Baselines, tolerances, calendar; the baseline in force at `as_of` counts.
        as_of: The instant, aware UTC.
        history: The same project as forecasting sees it; for the PM milestones are forecast from it.
            Without, none is `silently_at_risk`: so is what a client is shown, and what asks for scope
            alone is quicker.
        told: What `walk.histories` says of the facts, where it was read already.

    Raises:
        UnbalancedLedgerError: The ledger does not sum up (a defect, named by its items).
    """
    calendar = agreement.calendar()
    told = histories(facts) if told is None else told
    counted = recount.recount(facts, told, agreement.in_force(as_of))
    agreement = recount.in_force(agreement, counted)
    now = _Now(facts=facts, agreement=agreement, as_of=as_of, calendar=calendar, counted=counted)
    picture = picture_at(facts, told, as_of, agreement.changes)
    baseline = agreement.in_force(as_of)
    cover_of = approvals.coverage(picture.change_requests, as_of=as_of)
    ledger = keep(Walk(facts, told), baseline, as_of=as_of, unit=size_unit(facts), cover_of=cover_of)
    look = dates.Look(as_of=as_of, calendar=calendar, first_entry=ledger.first_entry)
    known = dates.known_at(facts.sightings, look, hints=facts.hints)
    over = frozenset(each.milestone.key for each in known if each.milestone.status != "open")
    picture = hearing.heard(picture, agreement.heard, facts.rules, told, as_of=as_of, over=over)
    grounds = dates.Grounds(
        agreement=agreement,
        ledger=ledger,
        look=look,
        promises=promises.ledgers(facts.sightings, facts.hints, agreement, as_of=as_of),
        forecasts={} if history is None else _forecasts(now, history),
    )
    milestones = dates.states(known, grounds)
    rows = _rows(now, ledger, picture, milestones)
    found = _deviations(now, rows, picture, milestones)
    return ProjectState(
        project=facts.project,
        name=facts.name,
        as_of=as_of,
        sources=facts.sources,
        health=health.project_health(milestones, found, facts.sources, baseline),
        goals=health.goal_states(picture.goals, ledger, milestones, found),
        milestones=milestones,
        scope=rows,
        deviations=tuple(found),
        picture=picture,
        baseline=baseline,
        execution=_execution(now, milestones),
        record=agreement.record,
        wavering=_wavering(now, rows, picture, milestones),
    )


def picture_at(
    facts: ProjectFacts,
    told: Mapping[str, Sequence[Version]],
    as_of: dt.datetime,
    changes: Sequence[RecordedChange] = (),
) -> Picture:
    """Return what the records meant at `as_of`: the time machine for a whole project.

    `told` is what `walk.histories` says of the facts; `changes` are the decisions recorded here.
    """
    standing = [
        issue
        for key, history in told.items()
        if (issue := version_at(history, as_of)) is not None and not _is_gone(facts, key, as_of)
    ]
    picture = approvals.dated(map_project(standing, facts.links, facts.rules), told, facts.rules, as_of=as_of)
    return recorded.applied(picture, changes, told, as_of=as_of)


def _forecasts(now: _Now, history: Chronicle) -> Mapping[str, Forecast]:
    baseline = now.agreement.in_force(now.as_of)
    dates = baseline.dates if baseline else {}
    agreed_on = {key: day for key, day in dates.items() if day is not None}
    return forecast(history, as_of=now.as_of, agreed_on=agreed_on)


def _is_gone(facts: ProjectFacts, key: str, as_of: dt.datetime) -> bool:
    gone = facts.gone.get(key)
    return gone is not None and gone.at <= as_of


def _defects_apart(facts: ProjectFacts) -> bool:
    return any(rules.defects == "apart" for rules in facts.rules.values())


def _rows(
    now: _Now, ledger: Ledger, picture: Picture, milestones: tuple[MilestoneState, ...]
) -> tuple[ScopeRow, ...]:
    containers = [*(m.key for m in milestones), *(g.key for g in picture.goals), PROJECT]
    unit, baseline = size_unit(now.facts), now.agreement.in_force(now.as_of)
    found = scope.rows(
        ledger,
        containers,
        units=(ITEMS,) if unit == ITEMS else (ITEMS, unit),
        span=now.as_of - baseline.on_at if baseline else None,
        defects_apart=_defects_apart(now.facts),
    )
    if now.counted is None:
        return found
    on = now.calendar.local_day(recount.since(now.facts, now.counted, now.as_of))
    return scope.recounted(found, now.counted, on=on)


def _deviations(
    now: _Now, rows: tuple[ScopeRow, ...], picture: Picture, milestones: tuple[MilestoneState, ...]
) -> list[Deviation]:
    names = _names(picture, milestones)
    live = _live(rows, picture, milestones)
    baseline = now.agreement.in_force(now.as_of)
    return [
        *deviations.scope_creep(
            live, names, _tolerances(now.agreement, picture, names), defects_apart=_defects_apart(now.facts)
        ),
        *deviations.scope_dropped(live, baseline.containers if baseline else {}, names),
        *slips.breaches(milestones, now.measure),
        *deviations.sync_failed(now.facts.sources),
    ]


def _live(
    rows: tuple[ScopeRow, ...], picture: Picture, milestones: tuple[MilestoneState, ...]
) -> list[ScopeRow]:
    """Return the rows of what is not over: nobody is alarmed about a finished release."""
    closed = {m.key for m in milestones if m.status != "open"} | {
        g.key for g in picture.goals if g.disposition in {"done", "dropped"}
    }
    return [row for row in rows if row.container not in closed]


def _wavering(
    now: _Now, rows: tuple[ScopeRow, ...], picture: Picture, milestones: tuple[MilestoneState, ...]
) -> tuple[str, ...]:
    tolerances = _tolerances(now.agreement, picture, _names(picture, milestones))
    creeping = deviations.wavering(_live(rows, picture, milestones), tolerances)
    return (*creeping, *slips.wavering(milestones, now.measure))


def _execution(now: _Now, milestones: Sequence[MilestoneState]) -> ExecutionIndex:
    baseline = now.agreement.in_force(now.as_of)
    today = now.calendar.local_day(now.as_of)
    agreed_on = now.calendar.local_day(baseline.on_at) if baseline else today
    return trend.execution_index(milestones, baseline, today=today, agreed_on=agreed_on)


def _tolerances(agreement: Agreement, picture: Picture, names: Mapping[str, str]) -> Mapping[str, Tolerance]:
    """Return every container's tolerance; one is given by its key, its name, or the ref of a goal."""
    refs = {goal.key: goal.ref for goal in picture.goals}
    return {key: agreement.tolerance(key, name, refs.get(key, key)) for key, name in names.items()}


def _names(picture: Picture, milestones: tuple[MilestoneState, ...]) -> Mapping[str, str]:
    return {m.key: m.name for m in milestones} | {g.key: g.title for g in picture.goals} | {PROJECT: PROJECT}
