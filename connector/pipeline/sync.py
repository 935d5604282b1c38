"""A sync: pull every source, judge, tell the PM. Publishes nothing.

A source that fails does not stop the others, a project that fails does not stop the next one.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.errors import AdapterError, PluginError, SettingsError, WaitTooLongError
from adapters.usage import Usage
from connector.analysis.state import ProjectState
from connector.errors import ConnectorError
from connector.pipeline import judging
from connector.pipeline.agreeing import take_configured
from connector.pipeline.alerting import alert, send
from connector.pipeline.pull import LONGEST_REST, Order, Outcome, Progress, Question, Setting, pull
from connector.pipeline.report import (
    EXIT_CONFIGURATION,
    EXIT_DONE,
    EXIT_SAFETY,
    EXIT_TRACKER,
    ProjectReport,
    RunReport,
    SourceReport,
    gravest,
)
from connector.pipeline.retiring import retire
from connector.pipeline.tallying import begun, ended
from connector.pipeline.workspace import OpenSource, Project, Workspace
from connector.store.locks import Lock, this_process
from connector.store.staging import PullKind
from mappings.errors import FaultsError

__all__ = ["alert", "send", "sync", "sync_key", "sync_project", "was_judged_before"]

_log = logging.getLogger(__name__)


def sync(workspace: Workspace, keys: Sequence[str], order: Order, progress: Progress) -> RunReport:
    """Sync projects, one after the other.

    Args:
        workspace: Configuration, store and clock.
        keys: Keys of the projects; empty for all.
        order: What was asked.
        progress: Told after every batch.

    Raises:
        UsageError: A key names no project.
    """
    asked = workspace.named(keys)
    started_at = workspace.now()
    reports = tuple(sync_key(workspace, key, order, progress) for key in asked)
    return RunReport(started_at=started_at, ended_at=workspace.now(), projects=reports)


def sync_key(workspace: Workspace, key: str, order: Order, progress: Progress) -> ProjectReport:
    """Sync a project by its key; a fault in its rules or sources is told in the report too."""
    started_at = workspace.now()
    try:
        project = workspace.project(key)
    except (ConnectorError, AdapterError, FaultsError) as error:
        return ended(workspace, _failed(workspace, key, started_at, str(error), EXIT_CONFIGURATION))
    return sync_project(workspace, project, order, progress)


def sync_project(workspace: Workspace, project: Project, order: Order, progress: Progress) -> ProjectReport:
    """Sync one project; whatever goes wrong is told in the report, the log and the totals."""
    begun(project.key)
    return ended(workspace, _synced(workspace, project, order, progress))


def _synced(workspace: Workspace, project: Project, order: Order, progress: Progress) -> ProjectReport:
    started_at = workspace.now()
    try:
        owner = this_process()
        with workspace.store.locks.project_lock(project.key, owner=owner, now=workspace.now) as lock:
            report = _locked(workspace, project, order, progress, lock)
            _keep(workspace, report)
            return report
    except ConnectorError as error:
        return _failed(workspace, project.key, started_at, str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the bulkhead: a project never stops another one
        _log.exception("project %s: unforeseen", project.key, extra={"event": "sync.failed"})
        text = f"something unforeseen happened ({type(error).__name__}); what was stored is intact"
        return _failed(workspace, project.key, started_at, text, 1)


@dataclass(frozen=True, slots=True)
class _Judged:
    state: ProjectState
    baseline_taken: int | None
    raised: int


def _locked(
    workspace: Workspace, project: Project, order: Order, progress: Progress, lock: Lock
) -> ProjectReport:
    started_at = workspace.now()
    is_first = not was_judged_before(workspace, project)
    setting = Setting(
        store=workspace.store,
        project=project.key,
        lock=lock,
        now=workspace.now,
        progress=progress,
        full_every=project.settings.full_sync_every,
        shrink_ratio=project.settings.guards.shrink_ratio,
    )
    sources = tuple(_sources(workspace, project, order, setting))
    workspace.store.milestones.sight(project.key, milestones=project.hand_milestones, at=workspace.now())
    has_read = any(source.exit_code == EXIT_DONE for source in sources)
    judged = _judge(workspace, project, is_first=is_first and has_read)
    if any(source.full or source.counted is not None for source in sources):  # once a day
        retire(workspace, project, lock=lock)
    warnings = send(workspace, project)
    state = judged.state
    return ProjectReport(
        project=project.key,
        started_at=started_at,
        ended_at=workspace.now(),
        exit_code=gravest(source.exit_code for source in sources),
        sources=sources,
        is_judged=has_read,
        health=state.health.status.value,
        deviations=len(state.deviations),
        baseline_taken=judged.baseline_taken,
        alerts_raised=judged.raised,
        warnings=warnings,
    )


def _judge(workspace: Workspace, project: Project, *, is_first: bool) -> _Judged:
    workspace.store.rules.note(project.key, project.counted_by, at=workspace.now())
    facts = judging.facts_of(workspace, project)
    taken = take_configured(workspace, project, facts)
    state = judging.judge_facts(workspace, project, facts, as_of=workspace.now(), with_forecasts=True)
    raised = alert(workspace, project, state, is_first=is_first)
    return _Judged(state=state, baseline_taken=None if taken is None else taken.number, raised=raised)


def was_judged_before(workspace: Workspace, project: Project) -> bool:
    """Say whether an earlier run of this project got as far as judging what a tracker told."""
    return any(
        ProjectReport.model_validate_json(run.report).is_judged
        for run in workspace.store.runs.last(project.key, count=_RUNS_LOOKED_AT)
    )


def _sources(
    workspace: Workspace, project: Project, order: Order, setting: Setting
) -> Iterator[SourceReport]:
    asked = _asked_before(workspace, project)
    for source in project.sources:
        began, usage = workspace.now(), Usage()
        question = Question(fingerprint=source.fingerprint, is_new=source.fingerprint not in asked)
        report = _source(workspace, source, order, setting, question, usage=usage)
        cost = {"requests": usage.requests, "waited_s": usage.waited_s}
        yield report.model_copy(update={"seconds": (workspace.now() - began).total_seconds(), **cost})


def _source(
    workspace: Workspace,
    source: OpenSource,
    order: Order,
    setting: Setting,
    question: Question,
    *,
    usage: Usage,
) -> SourceReport:
    if order.full:
        workspace.notes(setting.project, source).forget()
    try:
        adapter = workspace.open(setting.project, source, usage=usage)
    except (AdapterError, ConnectorError) as error:
        return _source_failed(setting, source.name, error)
    try:
        outcome = pull(setting, adapter, order, question)
    except AdapterError as error:
        return _source_failed(setting, source.name, error)
    finally:
        adapter.close()
    return _source_done(source, order, outcome)


def _source_done(source: OpenSource, order: Order, outcome: Outcome) -> SourceReport:
    applied, counts = outcome.applied, outcome.counts
    report = SourceReport(
        source=source.name,
        full=outcome.kind is PullKind.FULL,
        counted=outcome.counted,
        trips=outcome.trips,
        issues=counts.issues,
        changes=counts.changes,
        milestones=counts.milestones or 0,
        quarantined=tuple(f"{q.ref}: {q.field}: {q.reason}" for q in outcome.quarantined),
        exit_code=EXIT_SAFETY,
    )
    if applied is None:
        return report
    return report.model_copy(
        update={
            "exit_code": EXIT_DONE,
            "accepted_by": order.accepted_by if outcome.trips else "",
            "fingerprint": source.fingerprint,
            "new": applied.new,
            "changed": applied.changed,
            "gone": applied.gone,
            "returned": applied.returned,
        }
    )


def _source_failed(setting: Setting, name: str, error: AdapterError | ConnectorError) -> SourceReport:
    text, now = str(error), setting.now()
    retry_at = min(error.retry_at, now + LONGEST_REST) if isinstance(error, WaitTooLongError) else None
    setting.store.pulls.record_failure(setting.project, name, at=now, text=text, retry_at=retry_at)
    _log.warning("%s could not be read: %s", name, text, extra={"event": "source.failed"})
    is_configuration = isinstance(error, SettingsError | PluginError | ConnectorError)
    return SourceReport(
        source=name,
        exit_code=EXIT_CONFIGURATION if is_configuration else EXIT_TRACKER,
        error=text,
        remedy=error.remedy if isinstance(error, AdapterError) else "",
        retry_at=retry_at,
    )


_RUNS_LOOKED_AT = 50  # how far back a run that says something is looked for


def _asked_before(workspace: Workspace, project: Project) -> frozenset[str]:
    """Return what the sources were asked for when each was last pulled well."""
    latest: dict[str, str] = {}
    for run in workspace.store.runs.last(project.key, count=_RUNS_LOOKED_AT):
        for source in ProjectReport.model_validate_json(run.report).sources:
            if source.fingerprint:
                latest.setdefault(source.source, source.fingerprint)
    return frozenset(latest.values())


def _keep(workspace: Workspace, report: ProjectReport) -> None:
    workspace.store.runs.add(
        report.project,
        started_at=report.started_at,
        ended_at=report.ended_at,
        report=report.model_dump_json(),
    )


def _failed(workspace: Workspace, key: str, started_at: dt.datetime, text: str, code: int) -> ProjectReport:
    return ProjectReport(
        project=key, started_at=started_at, ended_at=workspace.now(), exit_code=code, error=text
    )
