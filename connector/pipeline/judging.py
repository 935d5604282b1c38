"""From what is stored to a verdict: facts, rules and agreement of one project, judged at an instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from adapters.protocol import CREDENTIAL_ENDS
from connector.alerts.failing import failing
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import (
    Agreement,
    DateRules,
    ProjectFacts,
    SourceFacts,
    Telling,
    Tolerance,
    told_dates,
)
from connector.analysis.forecast.chronicle import Chronicle, chronicle
from connector.analysis.hearing import hearings
from connector.analysis.history import Version
from connector.analysis.judge import judge
from connector.analysis.quality import quality
from connector.analysis.raised import raised
from connector.analysis.register import Register, register
from connector.analysis.state import Deviation, ProjectState, QualityNote
from connector.analysis.upkeep import Desk, FailingChannel, Limits, upkeep
from connector.analysis.walk import histories
from connector.config.schema import ToleranceSettings
from connector.pipeline.pricing import priced
from connector.pipeline.pull import GUARD_MARK
from connector.pipeline.rhythm import next_at
from connector.pipeline.sprinting import running
from connector.pipeline.workspace import Project, Workspace
from connector.store.editions import Edition
from connector.store.milestones import CONFIG_SOURCE
from connector.store.outbox import MessageState


def facts_of(workspace: Workspace, project: Project) -> ProjectFacts:
    """Load everything stored of a project's configured sources."""
    names = [source.name for source in project.sources]
    stored = workspace.store.facts.load(project.key, sources=[*names, CONFIG_SOURCE])
    return ProjectFacts(
        project=project.key,
        name=project.settings.title,
        issues=stored.issues,
        changes=stored.changes,
        links=stored.links,
        sightings=stored.sightings,
        iterations=stored.iterations,
        hints=stored.hints,
        gone=stored.gone,
        first_seen=stored.first_seen,
        rules=project.rules,
        ruled_since=workspace.store.rules.since(project.key, project.counted_by),
        sources=_with_unread(names, stored.sources),
        hand_milestones=project.selections,
    )


def _with_unread(names: Sequence[str], read: Sequence[SourceFacts]) -> tuple[SourceFacts, ...]:
    """Add the configured sources that were never read: what is not known yet is shown as not known."""
    known = {source.name for source in read}
    return (*read, *(SourceFacts(name=name) for name in names if name not in known))


def agreement_of(workspace: Workspace, project: Project, audience: str | None = None) -> Agreement:
    """Put together what was agreed: stored baselines, configured tolerances, dates told.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Whose editions count as told; None: those of all audiences.
    """
    settings = project.agreement
    tellings = _tellings(workspace.store.editions.list(project.key, audience))
    return Agreement(
        baselines=workspace.store.baselines.list(project.key),
        scope_tolerance_ratio=settings.scope_tolerance_ratio,
        tolerances={one.container: _tolerance(one) for one in settings.tolerances},
        slip_tolerance_days=settings.slip_tolerance_days,
        buffer_days=settings.buffer_days,
        timezone=project.timezone,
        holidays=project.settings.working_holidays,
        blackouts=project.settings.blackout_days,
        dates=DateRules(**settings.dates.model_dump()),
        told=told_dates(tellings),
        tellings=tellings,
        changes=workspace.store.changes.list(project.key),
        heard=workspace.store.feedback.load(project.key),
    )


def calendar_of(project: Project) -> WorkingCalendar:
    """Return the working days that a project counts by."""
    settings = project.settings
    return WorkingCalendar(
        timezone=project.timezone, code=settings.working_holidays, blackouts=settings.blackout_days
    )


def _tellings(editions: Iterable[Edition]) -> tuple[Telling, ...]:
    found = (
        Telling(
            number=edition.number,
            audience=edition.audience,
            at=edition.published_at,
            told=edition.told,
            by=edition.approved_by,
            note=edition.note,
        )
        for edition in editions
    )
    return tuple(sorted(found, key=lambda telling: telling.at))


def _tolerance(settings: ToleranceSettings) -> Tolerance:
    usual = Tolerance.around(settings.warning_ratio)
    return Tolerance(
        warning_ratio=settings.warning_ratio,
        critical_ratio=usual.critical_ratio if settings.critical_ratio is None else settings.critical_ratio,
        off_ratio=usual.off_ratio if settings.off_ratio is None else settings.off_ratio,
    )


def history_of(
    facts: ProjectFacts, agreement: Agreement, told: Mapping[str, Sequence[Version]] | None = None
) -> Chronicle:
    """Read a project's history as forecasting sees it; the dates agreed in it are plans.

    Args:
        facts: What was pulled.
        agreement: With its baselines.
        told: What `walk.histories` says of the facts, where it was read already.
    """
    told = histories(facts) if told is None else told
    return chronicle(facts, told, timezone=agreement.timezone, agreed=agreement.baselines)


def judge_facts(
    workspace: Workspace,
    project: Project,
    facts: ProjectFacts,
    *,
    as_of: dt.datetime,
    audience: str | None = None,
    with_forecasts: bool = False,
) -> ProjectState:
    """Judge facts of a project at an instant."""
    agreement = agreement_of(workspace, project, audience)
    if with_forecasts and (tested := workspace.store.backtests.last(project.key, at=as_of)):
        agreement = replace(agreement, record=tested[1])
    told = histories(facts)
    history = history_of(facts, agreement, told) if with_forecasts else None
    state = judge(facts, agreement, as_of=as_of, history=history, told=told)
    if history is not None:
        state = replace(priced(state, history, agreement), sprints=running(history, as_of=as_of))
    state = replace(state, quality=_quality(workspace, project, facts, state))
    cared = upkeep(_desk(workspace, project, facts, state))
    state = replace(state, deviations=(*(_by_cause(deviation) for deviation in state.deviations), *cared))
    heard = hearings(state.picture.feedback, calendar_of(project), as_of=as_of)
    return replace(state, register=_register(project, facts, told, state), hearings=heard)


def _register(
    project: Project, facts: ProjectFacts, told: Mapping[str, Sequence[Version]], state: ProjectState
) -> Register:
    """Keep the register of risks; what the records raise is told of now alone."""
    today = calendar_of(project).local_day(state.as_of)
    kept = register(facts, told, state.picture.risks, as_of=state.as_of, today=today)
    return kept if _is_past(facts, state) else replace(kept, raised=raised(facts, state))


def _desk(workspace: Workspace, project: Project, facts: ProjectFacts, state: ProjectState) -> Desk:
    return Desk(
        facts=facts,
        state=state,
        calendar=calendar_of(project),
        limits=Limits(**project.settings.watch.model_dump()),
        editions_due=_editions_due(workspace, project, state.as_of),
        channels=_failing(workspace, project, facts, state),
        credentials=_credentials(workspace, project, facts, state),
    )


def _failing(
    workspace: Workspace, project: Project, facts: ProjectFacts, state: ProjectState
) -> tuple[FailingChannel, ...]:
    """Look at the channels as they are now; nothing is kept of how they were."""
    if _is_past(facts, state):
        return ()
    box, channels = workspace.store.outbox, workspace.route(project).to
    unsent = box.list(project.key, MessageState.WAITING)
    return tuple(failing(channels, unsent, box.last_ended(project.key), now=state.as_of))


def _credentials(
    workspace: Workspace, project: Project, facts: ProjectFacts, state: ProjectState
) -> Mapping[str, dt.datetime]:
    """Say when the credential of each source ends, of those that tell."""
    if _is_past(facts, state):
        return {}
    told = {one.name: workspace.notes(project.key, one).read(CREDENTIAL_ENDS) for one in project.sources}
    return {name: dt.datetime.fromisoformat(text) for name, text in told.items() if text}


def _editions_due(workspace: Workspace, project: Project, as_of: dt.datetime) -> Mapping[str, dt.datetime]:
    """Say since when an edition has been due, of each audience whose readers have had one before."""
    found = {}
    for name, audience in project.settings.audiences.items():
        past = [e for e in workspace.store.editions.list(project.key, name) if e.published_at <= as_of]
        due_at = None
        if past:
            zone = audience.timezone or project.timezone
            due_at = next_at(audience.publish_cron, zone, after=past[-1].published_at)
        if due_at is not None and due_at <= as_of:
            found[name] = due_at
    return found


def _quality(
    workspace: Workspace, project: Project, facts: ProjectFacts, state: ProjectState
) -> tuple[QualityNote, ...]:
    """Look at the records as they are now; of a day before they were last read nothing is told."""
    if _is_past(facts, state):
        return ()
    unread = workspace.store.facts.unread(project.key, sources=[source.name for source in project.sources])
    today = state.as_of.astimezone(ZoneInfo(project.timezone)).date()
    return quality(facts, state, today=today, unread=unread)


def _is_past(facts: ProjectFacts, state: ProjectState) -> bool:
    """Say whether a state is of a day before the records were last read."""
    read = (source.last_success_at for source in facts.sources)
    return any(at is not None and at > state.as_of for at in read)


def judge_project(
    workspace: Workspace, project: Project, *, as_of: dt.datetime, with_forecasts: bool = False
) -> ProjectState:
    """Judge what is stored of a project at an instant."""
    facts = facts_of(workspace, project)
    return judge_facts(workspace, project, facts, as_of=as_of, with_forecasts=with_forecasts)


def _by_cause(deviation: Deviation) -> Deviation:
    """Tell a source whose answer was not believed from one that gave none."""
    reason = deviation.facts.get("reason")
    if deviation.rule != "sync_failed" or not isinstance(reason, str) or not reason.startswith(GUARD_MARK):
        return deviation
    return replace(
        deviation,
        id=f"guard_tripped:{deviation.object}",
        rule="guard_tripped",
        facts={**deviation.facts, "reason": reason.removeprefix(GUARD_MARK)},
    )
