"""How an edition presents itself: what the configuration says of it, and which dates it tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.records import MilestoneStatus
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.state import ProjectState
from connector.disclosure.policy import Policy
from connector.disclosure.projector import Projection, ProjectionInput, project_for_client
from connector.pipeline.keyring import id_key
from connector.pipeline.places import series_of
from connector.pipeline.rhythm import next_on
from connector.pipeline.workspace import Project, Workspace

_TOLD_DATE = "MilestoneState.due_on"  # manifest field of the date that counts as told


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """What an audience may know of a project: facts, agreement and state without what is withheld."""

    policy: Policy
    facts: ProjectFacts
    agreement: Agreement
    state: ProjectState


def presented(workspace: Workspace, project: Project, audience: str, visible: Visible) -> ProjectionInput:
    """Put together what an edition for an audience is made from, but for what editions before it told.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Name of the audience.
        visible: What that audience may know.

    Raises:
        UsageError: There is no such audience.
    """
    settings, now = project.settings, visible.state.as_of  # one instant: a second look at the clock is later
    chosen = settings.audience(audience)
    timezone = chosen.timezone or settings.timezone
    return ProjectionInput(
        state=visible.state,
        agreement=visible.agreement,
        policy=visible.policy,
        project_name=settings.title,
        client_name=settings.client,
        publisher=workspace.config.site.publisher,
        language=chosen.language or settings.language,
        timezone=timezone,
        edition_number=1,
        published_at=now,
        id_key=id_key(workspace.config.folder),
        next_edition_on=next_on(chosen.publish_cron, timezone, after=now),
        series=series_of(workspace, project.key, audience),
    )


def projected(given: ProjectionInput) -> Projection:
    """Project; a date told here for the first time is a promise in this very edition already.

    Else it would become one only in the next edition, which would then differ without any news.
    """
    projection = project_for_client(given)
    told, now = dict(given.agreement.told), given.published_at
    for key, day in told_by(projection, given.state).items():
        told[key] = (*told.get(key, ()), (now, day))
    return project_for_client(replace(given, agreement=replace(given.agreement, told=told)))


def told_by(projection: Projection, state: ProjectState) -> Mapping[str, dt.date]:
    """Return the date a view tells of each open milestone, by key: of one that is over it is no promise."""
    shown = {d.record for d in projection.manifest if d.source_field == _TOLD_DATE}
    return {
        milestone.key: milestone.due_on
        for milestone in state.milestones
        if milestone.key in shown
        and milestone.status is MilestoneStatus.OPEN
        and milestone.due_on is not None
    }
