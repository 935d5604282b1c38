"""How an edition presents itself: what the configuration says of it, and which dates it tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from connector.analysis.calendar import WorkingCalendar
from connector.config.logo import data_address
from connector.config.schema import Site
from connector.disclosure import own
from connector.disclosure.known import known
from connector.disclosure.projector import Projection, ProjectionInput, project_for_client
from connector.disclosure.view import Colour, Image, Theme
from connector.pipeline.keyring import id_key
from connector.pipeline.places import base_of, place_of, series_of
from connector.pipeline.rhythm import next_on
from connector.pipeline.signing import in_blocks, public_key
from connector.pipeline.visible import Visible
from connector.pipeline.wording import words_of
from connector.pipeline.workspace import Project, Workspace

__all__ = ["Visible", "presented", "projected"]

_ACCENTS: Final = {"accent": "accent", "accent-dark": "accent_dark"}  # name of a colour -> field of a theme


def presented(workspace: Workspace, project: Project, audience: str, visible: Visible) -> ProjectionInput:
    """Put together what an edition for an audience is made from, but for what editions before it told.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Name of the audience.
        visible: What that audience may know.

    Raises:
        UsageError: There is no such audience.
        FaultsError: The wording file has faults.
    """
    given = _configured(workspace, project, audience, visible)
    key = public_key(workspace)
    return replace(
        given,
        state=visible.with_forecasts,
        starts=visible.starts,
        after=visible.after,
        trend=visible.trend,
        burn_up=visible.burn_up,
        wording=words_of(workspace.config.folder, project.settings, visible.facts),
        known=known(visible.facts, hosts=project.hosts),
        proof_key=in_blocks(key.fingerprint),
        proof_url=key.url or "",
    )


def _configured(workspace: Workspace, project: Project, audience: str, visible: Visible) -> ProjectionInput:
    settings, now = project.settings, visible.state.as_of  # one instant: a second look at the clock is later
    chosen = settings.audience(audience)
    timezone = chosen.timezone or settings.timezone
    base = base_of(workspace, place_of(workspace, project.key, audience)) or ""
    return ProjectionInput(
        state=visible.state,
        agreement=visible.agreement,
        policy=visible.policy,
        audience=audience,
        project_name=settings.title,
        client_name=settings.client,
        publisher=workspace.config.site.publisher,
        language=chosen.language or settings.language,
        timezone=timezone,
        edition_number=1,
        published_at=now,
        id_key=id_key(workspace.config.folder),
        next_edition_on=next_on(chosen.publish_cron, timezone, after=now),
        review_on=next_on(settings.review_cron, timezone, after=now),
        contact_name=settings.contact.name,
        contact_email=settings.contact.email or "",
        waiting_calendar=_waiting_calendar(project, audience, timezone),
        series=series_of(workspace, project.key, audience),
        page_url=base,
        archive_url=f"{base}editions/" if base else "",
        feed_url=f"{base}feed.xml" if base else "",
        calendar_url=f"{base}milestones.ics" if base else "",
        theme=_theme(workspace.config.site),
    )


def _waiting_calendar(project: Project, audience: str, timezone: str) -> WorkingCalendar:
    """Return the working days of those who are to answer: the audience's own, else the project's."""
    own = project.settings.audience(audience).holidays
    if own is not None:
        return WorkingCalendar(timezone=timezone, code=own)
    settings = project.settings
    return WorkingCalendar(
        timezone=timezone, code=settings.working_holidays, blackouts=settings.blackout_days
    )


def _theme(site: Site) -> Theme:
    colours = {name: Colour(value) for name, value in site.colours.items()}
    accent = {field: colours.pop(name) for name, field in _ACCENTS.items() if name in colours}
    return Theme(
        **accent,
        colours=colours,
        logo=Image(data_address(site.logo)) if site.logo else None,
        footer=own.configured(site.footer) if site.footer else None,
    )


def projected(given: ProjectionInput) -> Projection:
    """Project; a date told here for the first time is a promise in this very edition already.

    Else it would become one only in the next edition, which would then differ without any news.
    """
    projection = project_for_client(given)
    told, now = dict(given.agreement.told), given.published_at
    for key, day in projection.told.items():
        told[key] = (*told.get(key, ()), (now, day))
    return project_for_client(replace(given, agreement=replace(given.agreement, told=told)))
