"""Withdraws a published edition: a notice takes the place of its files, its record and bytes stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from connector.disclosure.internal import InternalValue
from connector.disclosure.leaks import find_leaks
from connector.disclosure.notice import NoticeInput, notice_told, notice_view
from connector.disclosure.notice_view import NoticeView
from connector.disclosure.portal_view import PastEdition
from connector.disclosure.serial import load_view
from connector.disclosure.view import Theme
from connector.errors import UsageError
from connector.pipeline import judging
from connector.pipeline.beside import past_editions, withdrawn
from connector.pipeline.disclosing import internal_values
from connector.pipeline.drafted import disclosed_by
from connector.pipeline.editions import Approval, beside_the_edition, locked, refuse_rehearsal
from connector.pipeline.neighbours import of_other_projects
from connector.pipeline.sealing import Given, seal
from connector.pipeline.shelving import mend, shelve
from connector.pipeline.workspace import Project, Workspace
from connector.publish.bundle import beside, fixed_texts
from connector.publish.notice import fixed_texts as fixed_words
from connector.publish.notice import notice
from connector.store.chain import LinkKind
from connector.store.editions import Edition

_BARE = (
    "the notice leaves out contact, logo and footer of the edition: what stood in them is internal today,"
    " and the configuration no longer says it"
)
_UNSAFE = (
    "feed, calendar, badge and list of editions were taken away: what stood in them of older editions is"
    " internal today. They come back with the next edition"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """How a withdrawal ended; `warnings` tell what else a person should know."""

    page: Path
    warnings: tuple[str, ...] = ()


def withdraw(
    workspace: Workspace, project: Project, audience: str, number: int, approval: Approval
) -> Withdrawn:
    """Put a notice in the place of an edition's files, as a new link of the audience's chain.

    Where it is the latest edition, the latest page shows the notice until there is a next one. The
    reason is recorded, and no client ever reads it.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Whose edition it is.
        number: Its number.
        approval: By whom and why; `reason` is asked for.

    Raises:
        UsageError: There is no such edition, or it was withdrawn already.
        SafetyError: The clock is moved and `[site] rehearsal` is not set.
        LockedError: Another process works on the project.
    """
    refuse_rehearsal(workspace)
    with locked(workspace, project) as lock:
        mended = mend(workspace, project)
        edition = workspace.store.editions.get(project.key, audience, number)
        if number in withdrawn(workspace, project.key, audience):
            raise UsageError(f"project {project.key}: edition {number} for {audience} was withdrawn already")
        values = _internal(workspace, project)
        inside, said = _notice(workspace, project, edition, values)
        shown, warnings = _beside(workspace, edition, values)
        given = Given(
            kind=LinkKind.WITHDRAWN,
            audience=audience,
            number=number,
            at=workspace.now(),
            inside=inside,
            beside=shown,
            by=approval.approved_by,
            reason=approval.reason,
        )
        link = seal(workspace, project, given)
        workspace.store.editions.withdraw(link.link, link.files, lock=lock)
        page = shelve(workspace, project, audience)
        failed = beside_the_edition(workspace, project, audience)
    return Withdrawn(page=page, warnings=(*mended, *said, *warnings, *failed))


def _internal(workspace: Workspace, project: Project) -> tuple[InternalValue, ...]:
    """Return what neither the notice nor what lies beside the editions may hold."""
    facts = judging.facts_of(workspace, project)
    return (*internal_values(workspace, project, facts), *of_other_projects(workspace, project))


def _notice(
    workspace: Workspace, project: Project, edition: Edition, values: Sequence[InternalValue]
) -> tuple[Mapping[str, bytes], tuple[str, ...]]:
    """Make the notice's files; of the fewest words where the edition's own are internal today.

    A withdrawal takes words back: nothing that is found holds it up.
    """
    view = _notice_view(workspace, project, edition)
    files = notice(view)
    told = notice_told(view, own=_configured(workspace, project))
    if find_leaks(files, values, told, fixed=fixed_words(view)).is_clean:
        return files, ()
    return notice(replace(view, contact=None, theme=Theme())), (_BARE,)


def _configured(workspace: Workspace, project: Project) -> tuple[str, ...]:
    """Return what the configuration says to clients today, and a notice may therefore say."""
    site, contact = workspace.config.site, project.settings.contact
    return tuple(filter(None, (site.footer, contact.name, contact.email)))


def _notice_view(workspace: Workspace, project: Project, edition: Edition) -> NoticeView:
    settings = project.settings
    chosen = settings.audience(edition.audience)
    view = load_view(edition.view)
    standing = _standing(workspace, edition, at=workspace.now())
    return notice_view(
        NoticeInput(
            number=edition.number,
            withdrawn_at=workspace.now(),
            language=chosen.language or settings.language,
            timezone=chosen.timezone or settings.timezone,
            project_name=settings.title,
            publisher=workspace.config.site.publisher,
            standing=standing[1] if standing else None,
            contact=view.contact if view else None,
            theme=view.theme if view else Theme(),
        )
    )


def _beside(
    workspace: Workspace, edition: Edition, values: Sequence[InternalValue]
) -> tuple[Mapping[str, bytes], tuple[str, ...]]:
    """Make what lies beside the editions once this one is withdrawn; nothing where that is not safe.

    A withdrawal takes words back: it is never held up by others.
    """
    now = workspace.now()
    standing = _standing(workspace, edition, at=now)
    view = load_view(standing[0].view) if standing else None
    if standing is None or view is None:
        return {}, ()
    past = _past(workspace, edition, at=now, without=standing[0].number)
    files = beside(view, past)
    leaks = find_leaks(files, values, disclosed_by(standing[0]), fixed=fixed_texts(view, past))
    return (files, ()) if leaks.is_clean else ({}, (_UNSAFE,))


def _standing(
    workspace: Workspace, edition: Edition, *, at: dt.datetime
) -> tuple[Edition, PastEdition] | None:
    """Find the newest edition that stands once this one is withdrawn."""
    stands = [one for one in _past(workspace, edition, at=at) if not one.is_withdrawn]
    if not stands:
        return None
    newest = max(stands, key=lambda one: one.number)
    return workspace.store.editions.get(edition.project, edition.audience, newest.number), newest


def _past(
    workspace: Workspace, edition: Edition, *, at: dt.datetime, without: int = 0
) -> tuple[PastEdition, ...]:
    """Tell of every edition as it stands once this one is withdrawn."""
    return tuple(
        replace(one, withdrawn_at=at) if one.number == edition.number else one
        for one in past_editions(workspace, edition.project, edition.audience)
        if one.number != without
    )
