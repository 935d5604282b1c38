"""The page over a client's projects: written anew whenever an edition of one of them was published.

A page shows the projects that `[client.KEY]` lists, each for the audience of the same name, as the
newest edition tells of it that stands. Nothing of it is new: every value stands in one of those
editions, and the bytes are searched for the internal values of all of them, and for the names of
every other client of the installation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.config.publication import ClientGroup
from connector.disclosure import own
from connector.disclosure.internal import InternalValue, OtherProject, of_others
from connector.disclosure.leaks import find_leaks
from connector.disclosure.manifest import CONFIGURED, Disclosure
from connector.disclosure.portal_view import PortalProject, PortalView
from connector.disclosure.standing import is_over
from connector.disclosure.view import ClientView, Link, MilestoneView, Theme
from connector.errors import SafetyError
from connector.pipeline import judging
from connector.pipeline.beside import newest_standing
from connector.pipeline.disclosing import internal_values
from connector.pipeline.drafted import disclosed_by
from connector.pipeline.places import place_of, portal_place
from connector.pipeline.workspace import Workspace
from connector.publish.portal import PORTAL, fixed_texts, portal
from connector.publish.render import fixed_texts as page_texts
from connector.publish.site import write_files
from connector.store.editions import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A project of a client as its newest edition for an audience tells of it."""

    edition: Edition
    view: ClientView
    place: str


def refresh(workspace: Workspace, project: str, audience: str) -> Path | None:
    """Write the page on which a project stands beside the client's others, for one audience.

    It is written again until it tells what the store holds: of two processes that publish at the
    same time the later one wins.

    Args:
        workspace: Configuration, store and key.
        project: Key of the project whose edition was published or withdrawn.
        audience: Name of the audience.

    Returns:
        Path of the page; None where no client lists the project.

    Raises:
        SafetyError: The search found an internal value; the page stays as it was.
        OutputError: The page could not be written; it stays as it was.
    """
    client = client_of(workspace, project)
    if client is None:
        return None
    place = f"{portal_place(workspace, client, audience)}/{PORTAL}"
    shown: Sequence[Member] | None = None
    while (members := _members(workspace, client, audience)) != shown:
        write_files(workspace.config.site.output, {place: _page(workspace, client, audience, members)})
        shown = members
    return workspace.config.site.output / place


def client_of(workspace: Workspace, project: str) -> str | None:
    """Return the key of the client that lists a project; None where none does."""
    clients = workspace.config.clients
    return next((key for key, group in clients.items() if project in group.projects), None)


def _members(workspace: Workspace, client: str, audience: str) -> Sequence[Member]:
    found = []
    for key in workspace.config.clients[client].projects:
        newest = None
        if audience in workspace.config.project(key).audiences:
            newest = newest_standing(workspace, key, audience)
        if newest is not None:
            found.append(Member(edition=newest[0], view=newest[1], place=place_of(workspace, key, audience)))
    return found


def _page(workspace: Workspace, client: str, audience: str, members: Sequence[Member]) -> bytes:
    """Render the page and search it.

    Raises:
        SafetyError: An internal value stands in it.
    """
    depth = portal_place(workspace, client, audience).count("/") + 1
    view = _view(workspace, workspace.config.clients[client], audience, members, depth)
    page = portal(view)
    found = find_leaks(
        {PORTAL: page},
        tuple(_internal(workspace, client)),
        (
            *_disclosed(view),
            *(entry for one in members for entry in disclosed_by(one.edition)),
        ),
        fixed=(*page_texts(view.theme), *fixed_texts(view)),
    )
    if not found.is_clean:
        places = "\n".join(f"  {leak}" for leak in found.leaks)
        raise SafetyError(
            f"client {client}, audience {audience}: internal values stand in the page over its projects:\n"
            f"{places}\nThe edition is published; this page stays as it was."
        )
    return page


def _view(
    workspace: Workspace, group: ClientGroup, audience: str, members: Sequence[Member], depth: int
) -> PortalView:
    first = workspace.config.project(group.projects[0])
    chosen = first.audiences.get(audience)
    language = (chosen and chosen.language) or first.language
    newest = max(members, key=lambda one: one.edition.published_at, default=None)
    return PortalView(
        language=own.for_machines(language),
        direction=newest.view.direction if newest else own.for_machines("ltr"),
        client=own.configured(group.name or first.client or first.title),
        publisher=own.configured(workspace.config.site.publisher),
        projects=tuple(_project(one, depth) for one in members),
        texts=own.page_texts(language),
        theme=newest.view.theme if newest else Theme(),
    )


def _project(member: Member, depth: int) -> PortalProject:
    view = member.view
    return PortalProject(
        language=view.language,
        direction=view.direction,
        title=view.project,
        label=view.edition.label,
        day=view.edition.today,
        verdict=view.verdict.state if view.verdict else None,
        sentence=view.verdict.sentence if view.verdict else None,
        milestone=_next(view),
        link=Link(f"{'../' * depth}{member.place}/index.html"),
        texts=view.texts,
    )


def _next(view: ClientView) -> MilestoneView | None:
    """Pick the milestone that comes next after the day of the edition."""
    coming = [one for one in view.milestones if not is_over(one) and one.head.title and one.planned]
    ahead = [one for one in coming if one.planned and one.planned.on >= view.edition.today.on]
    return min(ahead, key=lambda one: one.planned.on if one.planned else view.edition.today.on, default=None)


def _disclosed(view: PortalView) -> Iterator[Disclosure]:
    """Yield what the page tells from the configuration alone."""
    for path, text in (("client", view.client), ("publisher", view.publisher)):
        yield Disclosure(path=path, text=text.value, source_field=path, record="", rule=CONFIGURED)


def _internal(workspace: Workspace, client: str) -> Iterator[InternalValue]:
    """Yield what the page must not hold: of the client's own projects, and the names of all others."""
    config = workspace.config
    group = config.clients[client]
    for key in group.projects:
        project = workspace.project(key)
        yield from internal_values(workspace, project, judging.facts_of(workspace, project))
    told = [
        text
        for key in group.projects
        for one in [config.project(key)]
        for text in (key, one.name, one.client)
    ]
    others = (
        OtherProject(key=one.key, name=one.name, client=one.client, group=_group_name(workspace, one.key))
        for one in config.projects
        if one.key not in group.projects
    )
    yield from of_others(others, own=(*told, client, group.name, config.site.publisher))


def _group_name(workspace: Workspace, project: str) -> str:
    client = client_of(workspace, project)
    return "" if client is None else workspace.config.clients[client].name
