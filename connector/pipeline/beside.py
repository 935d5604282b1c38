"""What the store knows of an audience's other editions, for the files that lie beside the newest one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from connector.disclosure.own import numbered
from connector.disclosure.portal_view import PastEdition, past_edition
from connector.disclosure.serial import load_view
from connector.disclosure.view import ClientView
from connector.pipeline.workspace import Workspace
from connector.store.chain import LinkKind
from connector.store.editions import Edition


def past_editions(workspace: Workspace, project: str, audience: str) -> tuple[PastEdition, ...]:
    """Tell of every edition in the store, oldest first, withdrawn ones among them.

    Args:
        workspace: Configuration and store.
        project: The project's key.
        audience: Name of the audience.
    """
    gone = withdrawn(workspace, project, audience)
    editions = workspace.store.editions.list(project, audience)
    return tuple(_told(workspace, edition, gone.get(edition.number)) for edition in editions)


def withdrawn(workspace: Workspace, project: str, audience: str) -> Mapping[int, dt.datetime]:
    """Return when each withdrawn edition was withdrawn, by its number."""
    links = workspace.store.chain.list(project, audience)
    return {link.number: link.recorded_at for link in links if link.kind is LinkKind.WITHDRAWN}


def newest_standing(workspace: Workspace, project: str, audience: str) -> tuple[Edition, ClientView] | None:
    """Return the newest edition that was not withdrawn, with what it said; None where there is none.

    One that a version of the program wrote whose views can no longer be read does not count.
    """
    gone = withdrawn(workspace, project, audience)
    for edition in reversed(workspace.store.editions.list(project, audience)):
        view = load_view(edition.view)
        if edition.number not in gone and view is not None:
            return edition, view
    return None


def _told(workspace: Workspace, edition: Edition, withdrawn_at: dt.datetime | None) -> PastEdition:
    view = load_view(edition.view)
    if view is None:
        return _by_number(workspace, edition, withdrawn_at)
    return past_edition(view, withdrawn_at=withdrawn_at)


def _by_number(workspace: Workspace, edition: Edition, withdrawn_at: dt.datetime | None) -> PastEdition:
    """Tell of an edition whose view can no longer be read: which one it is, and of when."""
    settings = workspace.config.project(edition.project)
    chosen = settings.audience(edition.audience)
    return numbered(
        edition.number,
        edition.published_at,
        language=chosen.language or settings.language,
        timezone=chosen.timezone or settings.timezone,
        withdrawn_at=withdrawn_at,
    )
