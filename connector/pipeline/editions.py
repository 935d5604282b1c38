"""Editions: approved, recorded, then written; repaired after a crash.

An edition is recorded in the store with its bytes and its signed statement before its files are
written: killed between the two, the next start writes what is missing. A reader sees the old edition
or the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from connector.disclosure.serial import dump_view, fingerprint, load_view
from connector.errors import ConnectorError, SafetyError
from connector.pipeline import mailing, portals
from connector.pipeline.disclosing import Built, build, policy_digest, refuse_leaks, refuse_untrue, with_print
from connector.pipeline.drafted import digest_of, is_unchanged, keep_draft, manifest_of, needs_approval
from connector.pipeline.places import left_behind_lines
from connector.pipeline.reviewing import review
from connector.pipeline.sealing import Given, made_by, seal
from connector.pipeline.shelving import mend, page_of, shelve
from connector.pipeline.workspace import Project, Workspace
from connector.store.chain import LinkKind
from connector.store.editions import Edition
from connector.store.locks import Lock, this_process


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a person said when publishing. All "" where the rhythm publishes by itself."""

    approved_by: str = ""
    note: str = ""
    reason: str = ""  # for publishing what would be held
    fresh: bool = False  # take what is built now, whatever was previewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How publishing for one audience ended. `number` None: no new edition; `waits_for` says why.

    `warnings` tell what a crash had kept from being written, and what beside the edition failed.
    """

    audience: str
    number: int | None
    page: Path
    waits_for: str = ""  # "" also where nothing changed
    warnings: tuple[str, ...] = ()


def publish(workspace: Workspace, project: Project, audience: str, approval: Approval) -> Published:
    """Publish the next edition for an audience.

    Raises:
        SafetyError: An approval is missing, the draft is no longer what was previewed, something
            leaked, the page would be untrue, or the clock is moved and `[site] rehearsal` is not set.
        UsageError: There is no such audience or policy.
        LockedError: Another process works on the project.
    """
    refuse_rehearsal(workspace)
    with locked(workspace, project) as lock:
        mended = mend(workspace, project)
        built = build(workspace, project, audience)
        refuse_leaks(built)
        if is_unchanged(built):
            workspace.store.drafts.drop(project.key, audience)
            warnings = (*mended, *beside_the_edition(workspace, project, audience))
            return _nothing(workspace, project, audience, warnings=warnings)
        if not approval.fresh:
            _refuse_changed(workspace, project, built)
        refuse_untrue(built, reason=approval.reason)
        _refuse_unapproved(project, built, approval)
        return _record(workspace, project, with_print(built), approval, lock=lock, warnings=mended)


def publish_scheduled(
    workspace: Workspace, project: Project, audience: str, *, only: Callable[[Built], bool] | None = None
) -> Published:
    """Publish the next edition if nobody has to look at it first; else keep it as a draft.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Name of the audience.
        only: Says of what was built whether it is to go out now at all; None: it is.

    Raises:
        SafetyError: Something leaked, the page would be untrue (the draft is kept), or the clock is
            moved and `[site] rehearsal` is not set.
        UsageError: There is no such audience or policy.
        LockedError: Another process works on the project.
    """
    refuse_rehearsal(workspace)
    with locked(workspace, project) as lock:
        mended = mend(workspace, project)
        built = build(workspace, project, audience)
        refuse_leaks(built)
        if is_unchanged(built):
            return _nothing(workspace, project, audience, warnings=mended)
        if only is not None and not only(built):
            return _nothing(workspace, project, audience, warnings=mended)
        if built.seen.held or needs_approval(project, built):
            keep_draft(workspace, project, built, reviewed_at=None)
            refuse_untrue(built, reason="")
            waits_for = f"approval: {_asked(project, built)}"
            return _nothing(workspace, project, audience, warnings=mended, waits_for=waits_for)
        return _record(workspace, project, with_print(built), Approval(), lock=lock, warnings=mended)


def locked(workspace: Workspace, project: Project) -> AbstractContextManager[Lock]:
    """Hold the project's lock for a block of work.

    Raises:
        LockedError: Another process works on the project.
    """
    return workspace.store.locks.project_lock(project.key, owner=this_process(), now=workspace.now)


def refuse_rehearsal(workspace: Workspace) -> None:
    """Stop where the clock is moved and the configuration is made for nothing else.

    Raises:
        SafetyError: It is.
    """
    if workspace.clock.is_rehearsed and not workspace.config.site.rehearsal:
        raise SafetyError(
            "CLIENTVIEW_NOW moves the clock, and an edition would carry its date for ever."
            " Unset it, or set `rehearsal = true` under [site] in a configuration made for rehearsals"
        )


def beside_the_edition(workspace: Workspace, project: Project, audience: str) -> tuple[str, ...]:
    """Write anew what shows several projects; what fails there is a warning, the edition is out.

    Returns:
        A line for each failure, and for each folder that is still readable at an old address.
    """
    left = left_behind_lines(workspace.config)
    try:
        portals.refresh(workspace, project.key, audience)
    except ConnectorError as error:
        return (str(error), *left)
    return left


def _record(
    workspace: Workspace,
    project: Project,
    built: Built,
    approval: Approval,
    *,
    lock: Lock,
    warnings: tuple[str, ...],
) -> Published:
    """Record an edition, write it, and hand it over to those who are sent it."""
    edition, audience = _edition(workspace, project, built, approval), built.seen.audience
    given = Given(
        kind=LinkKind.PUBLISHED,
        audience=audience,
        number=edition.number,
        at=edition.published_at,
        inside=built.artefacts,
        beside=built.beside,
    )
    link = seal(workspace, project, given)
    workspace.store.editions.add(edition, artefacts=link.inside, link=(link.link, link.files), lock=lock)
    page = shelve(workspace, project, audience)
    mailing.enqueue(workspace, project, audience, edition)
    failed = beside_the_edition(workspace, project, audience)
    told = (*warnings, *([built.unprinted] if built.unprinted else []), *failed)
    return Published(audience=audience, number=edition.number, page=page, warnings=told)


def _nothing(
    workspace: Workspace, project: Project, audience: str, *, warnings: tuple[str, ...], waits_for: str = ""
) -> Published:
    page = page_of(workspace, project, audience)
    return Published(audience=audience, number=None, page=page, waits_for=waits_for, warnings=warnings)


def _edition(workspace: Workspace, project: Project, built: Built, approval: Approval) -> Edition:
    seen = built.seen
    note = "; ".join(part for part in (approval.note, _reason(seen.held, approval)) if part)
    made = made_by(workspace, project, seen.audience)
    return Edition(
        project=project.key,
        audience=seen.audience,
        number=seen.number,
        published_at=built.built_at,
        approved_by=approval.approved_by,
        note=note,
        content_hash=fingerprint(seen.view),
        artefact_hash=digest_of(built.artefacts),
        sources_as_of={source.name: source.last_success_at for source in seen.state.sources},
        versions={
            "program": made.program,
            "policy": made.policy,
            "policy_digest": policy_digest(workspace, project, seen.audience),
            "templates": made.templates,
        },
        told=seen.told,
        view=dump_view(seen.view),
        manifest=manifest_of(built),
    )


def _reason(held: str, approval: Approval) -> str:
    return f"published although held ({held}): {approval.reason}" if held and approval.reason else ""


def _refuse_changed(workspace: Workspace, project: Project, built: Built) -> None:
    """Stop where the client would read something else than a person previewed."""
    draft = workspace.store.drafts.get(project.key, built.seen.audience)
    if draft is None or draft.reviewed_at is None or draft.content_hash == fingerprint(built.seen.view):
        return
    news = review(built.seen.view, load_view(draft.view)).lines or ("wording of the page itself",)
    raise SafetyError(
        f"audience {built.seen.audience}: this changed since the preview of"
        f" {draft.reviewed_at:%Y-%m-%dT%H:%M:%SZ}:\n"
        + "\n".join(f"  {line}" for line in news)
        + "\nPreview it again, or publish it as it is now with --fresh"
    )


def _refuse_unapproved(project: Project, built: Built, approval: Approval) -> None:
    if approval.approved_by or not needs_approval(project, built):
        return
    raise SafetyError(
        f"audience {built.seen.audience}: {_asked(project, built)};"
        f" look at `clientview preview {project.key}`, then publish with --approved-by NAME"
    )


def _asked(project: Project, built: Built) -> str:
    """Say by which rule a person has to approve."""
    if built.seen.follows_withdrawal:
        return "the edition before was withdrawn, so a person approves this one"
    mode = project.settings.audience(built.seen.audience).approval
    what = "every edition" if mode == "always" else "new text"
    return f'approval = "{mode}" asks for a person\'s approval of {what}'
