"""Data quality for `check --online`: of what is stored, or, before a first sync, of what was just read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from adapters.protocol import Catalogue
from adapters.records import Issue, MilestoneSighting
from connector.analysis.facts import Agreement, ProjectFacts, SourceFacts
from connector.analysis.judge import judge
from connector.analysis.quality import quality
from connector.analysis.state import PROJECT, QualityNote
from connector.pipeline.judging import facts_of
from connector.pipeline.workspace import Project, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look at one source of a project brought; `issues` empty where some are stored."""

    source: str
    catalogue: Catalogue
    issues: Sequence[Issue] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityCheck:
    """The notes, and whether they are of what is stored or of what was just read."""

    notes: tuple[QualityNote, ...]
    is_stored: bool


def quality_check(workspace: Workspace, project: Project, looked: Sequence[Looked]) -> QualityCheck:
    """Say how far the records of a project can be relied on.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        looked: What its trackers just told, a source each; those that failed are left out.
    """
    now = workspace.now()
    stored = facts_of(workspace, project)
    facts = stored if stored.issues else _read_now(project, looked, now)
    names = [source.name for source in project.sources]
    notes = quality(
        facts,
        judge(facts, Agreement(timezone=project.timezone), as_of=now),
        today=now.astimezone(ZoneInfo(project.timezone)).date(),
        unread=workspace.store.facts.unread(project.key, sources=names),
        zones=_zones(project, looked),
    )
    return QualityCheck(notes=notes, is_stored=bool(stored.issues))


def _zones(project: Project, looked: Sequence[Looked]) -> Mapping[str, str]:
    """Give the zone of the account that reads each source: the tracker shows its days by it."""
    return {PROJECT: project.timezone} | {one.source: one.catalogue.timezone for one in looked}


def _read_now(project: Project, looked: Sequence[Looked], now: dt.datetime) -> ProjectFacts:
    milestones = [milestone for one in looked for milestone in one.catalogue.milestones]
    return ProjectFacts(
        project=project.key,
        name=project.settings.title,
        issues=tuple(issue for one in looked for issue in one.issues),
        changes={},
        sightings=tuple(MilestoneSighting(seen_at=now, milestone=one) for one in milestones),
        rules=project.rules,
        sources=tuple(SourceFacts(name=one.source, last_success_at=now, complete=True) for one in looked),
        hand_milestones=project.selections,
    )
