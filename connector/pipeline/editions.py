"""Drafts and editions: previewed, approved, recorded, then written; repaired after a crash.

An edition is recorded in the store before its files are written, with their bytes: killed between
the two, the next start writes what is missing. A reader sees the old edition or the new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from connector import __version__
from connector.disclosure.changes import NoveltyKind, new_to_audience
from connector.disclosure.serial import dump_view, fingerprint, load_view
from connector.errors import SafetyError
from connector.pipeline.disclosing import Built, build, refuse_leaks, refuse_untrue
from connector.pipeline.keyring import FOLDER
from connector.pipeline.reviewing import Review, review
from connector.pipeline.shown import shown, titles
from connector.pipeline.workspace import Project, Workspace
from connector.publish.site import write_edition
from connector.store.drafts import Draft
from connector.store.editions import Edition
from connector.store.locks import Lock, this_process

PAGE = "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A draft to look at: what is new to its audience, and where the local page lies."""

    audience: str
    page: Path
    review: Review
    previous: int  # number of the edition before; 0: there is none
    is_unchanged: bool  # nothing is new since the last edition
    needs_approval: bool
    shown: tuple[str, ...]  # what the page shows, in words
    titles: tuple[str, ...]  # whose words its titles are
    missing_wording: int
    held: str
    searched: int
    exempted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a person said when publishing. All "" where the rhythm publishes by itself."""

    approved_by: str = ""
    note: str = ""
    reason: str = ""  # for publishing what would be held
    fresh: bool = False  # take what is built now, whatever was previewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How publishing for one audience ended. `number` None: nothing changed, no new edition."""

    audience: str
    number: int | None
    page: Path
    mended: tuple[str, ...] = ()  # what a crash had kept from being written


def preview(workspace: Workspace, project: Project, audience: str) -> Preview:
    """Build a draft, keep it, and write it as a local page.

    Raises:
        SafetyError: The leak check found something, or a source was never read well.
        UsageError: There is no such audience or policy.
    """
    with _locked(workspace, project):
        built = build(workspace, project, audience)
        refuse_leaks(built)
        workspace.store.drafts.put(_draft(project, built))
        page = _write_preview(workspace, project, built)
    seen = built.seen
    return Preview(
        audience=audience,
        page=page,
        review=review(seen.view, seen.previous_view),
        previous=0 if seen.previous is None else seen.previous.number,
        is_unchanged=_is_unchanged(built),
        needs_approval=needs_approval(project, built),
        shown=shown(seen.projection.manifest),
        titles=titles(seen.projection.manifest),
        missing_wording=seen.projection.missing_wording,
        held=seen.held,
        searched=built.leaks.searched,
        exempted=sum(exemption.count for exemption in built.leaks.exemptions),
    )


def publish(workspace: Workspace, project: Project, audience: str, approval: Approval) -> Published:
    """Publish the next edition for an audience.

    Raises:
        SafetyError: An approval is missing, the draft is no longer what was previewed, something
            leaked, the page would be untrue, or the clock is moved and `[site] rehearsal` is not set.
        UsageError: There is no such audience or policy.
        LockedError: Another process works on the project.
    """
    _refuse_rehearsal(workspace)
    with _locked(workspace, project) as lock:
        mended = mend(workspace, project)
        built = build(workspace, project, audience)
        refuse_leaks(built)
        if _is_unchanged(built):
            workspace.store.drafts.drop(project.key, audience)
            page = _page(workspace, project, audience)
            return Published(audience=audience, number=None, page=page, mended=mended)
        if not approval.fresh:
            _refuse_changed(workspace, project, built)
        refuse_untrue(built, reason=approval.reason)
        _refuse_unapproved(project, built, approval)
        edition = _edition(project, built, approval)
        workspace.store.editions.add(edition, artefacts=built.artefacts, lock=lock)
        _write(workspace, edition, built.artefacts)
    page = _page(workspace, project, audience)
    return Published(audience=audience, number=edition.number, page=page, mended=mended)


def needs_approval(project: Project, built: Built) -> bool:
    """Say whether a person must approve this view before it goes out."""
    mode = project.settings.audience(built.seen.audience).approval
    if mode == "new-text":
        news = new_to_audience(built.seen.view, built.seen.previous_view)
        return any(novelty.kind is NoveltyKind.TEXT for novelty in news)
    return mode == "always"


def mend(workspace: Workspace, project: Project) -> tuple[str, ...]:
    """Write the files of recorded editions that a crash kept from being written.

    Returns:
        A line for each edition that was written again.
    """
    mended = []
    for audience in project.settings.audiences:
        latest = workspace.store.editions.latest(project.key, audience)
        if latest is None:
            continue
        artefacts = workspace.store.editions.artefacts(project.key, audience, latest.number)
        if not _is_written(workspace, latest, artefacts):
            _write(workspace, latest, artefacts)
            mended.append(f"edition {latest.number} for {audience} was recorded but not written: written now")
    return tuple(mended)


def _locked(workspace: Workspace, project: Project) -> AbstractContextManager[Lock]:
    return workspace.store.locks.project_lock(project.key, owner=this_process(), now=workspace.now)


def _draft(project: Project, built: Built) -> Draft:
    return Draft(
        project=project.key,
        audience=built.seen.audience,
        built_at=built.built_at,
        content_hash=fingerprint(built.seen.view),
        artefact_hash=_digest(built.artefacts),
        view=dump_view(built.seen.view),
        manifest=_manifest(built),
    )


def _edition(project: Project, built: Built, approval: Approval) -> Edition:
    seen = built.seen
    note = "; ".join(part for part in (approval.note, _reason(seen.held, approval)) if part)
    return Edition(
        project=project.key,
        audience=seen.audience,
        number=1 if seen.previous is None else seen.previous.number + 1,
        published_at=built.built_at,
        approved_by=approval.approved_by,
        note=note,
        content_hash=fingerprint(seen.view),
        artefact_hash=_digest(built.artefacts),
        sources_as_of={source.name: source.last_success_at for source in seen.state.sources},
        versions={"program": __version__, "policy": seen.policy.name},
        told=seen.told,
        view=dump_view(seen.view),
        manifest=_manifest(built),
    )


def _reason(held: str, approval: Approval) -> str:
    return f"published although held ({held}): {approval.reason}" if held and approval.reason else ""


def _manifest(built: Built) -> str:
    """Write what was disclosed, and what the search let pass, as JSON."""
    entries = [
        {"path": d.path, "text": d.text, "source_field": d.source_field, "record": d.record, "rule": d.rule}
        for d in built.seen.projection.manifest
    ]
    exemptions = [
        {"source_field": e.source_field, "record": e.record, "rule": e.rule, "count": e.count}
        for e in built.leaks.exemptions
    ]
    return json.dumps(
        {"disclosed": entries, "exemptions": exemptions, "searched": built.leaks.searched}, ensure_ascii=False
    )


def _digest(artefacts: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(artefacts):
        digest.update(f"{name}\0{len(artefacts[name])}\0".encode())
        digest.update(artefacts[name])
    return digest.hexdigest()


def _is_unchanged(built: Built) -> bool:
    previous = built.seen.previous
    return previous is not None and previous.content_hash == fingerprint(built.seen.view)


def _refuse_rehearsal(workspace: Workspace) -> None:
    if workspace.clock.is_rehearsed and not workspace.config.site.rehearsal:
        raise SafetyError(
            "CLIENTVIEW_NOW moves the clock, and an edition would carry its date for ever."
            " Unset it, or set `rehearsal = true` under [site] in a configuration made for rehearsals"
        )


def _refuse_changed(workspace: Workspace, project: Project, built: Built) -> None:
    """Stop where the client would read something else than was previewed."""
    draft = workspace.store.drafts.get(project.key, built.seen.audience)
    if draft is None or draft.content_hash == fingerprint(built.seen.view):
        return
    news = review(built.seen.view, load_view(draft.view)).lines or ("wording of the page itself",)
    raise SafetyError(
        f"audience {built.seen.audience}: this changed since the preview of"
        f" {draft.built_at:%Y-%m-%dT%H:%M:%SZ}:\n"
        + "\n".join(f"  {line}" for line in news)
        + "\nPreview it again, or publish it as it is now with --fresh"
    )


def _refuse_unapproved(project: Project, built: Built, approval: Approval) -> None:
    if approval.approved_by or not needs_approval(project, built):
        return
    mode = project.settings.audience(built.seen.audience).approval
    what = "every edition" if mode == "always" else "new text"
    raise SafetyError(
        f'audience {built.seen.audience}: approval = "{mode}" asks for a person\'s approval of {what};'
        f" look at `clientview preview {project.key}`, then publish with --approved-by NAME"
    )


def _write_preview(workspace: Workspace, project: Project, built: Built) -> Path:
    folder = workspace.config.folder / FOLDER / "preview" / project.key / built.seen.audience
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in built.artefacts.items():
        (folder / name).write_bytes(content)
    return (folder / PAGE).absolute()


def _write(workspace: Workspace, edition: Edition, artefacts: Mapping[str, bytes]) -> None:
    write_edition(
        workspace.config.site.output,
        project=edition.project,
        audience=edition.audience,
        number=edition.number,
        artefacts=artefacts,
    )


def _is_written(workspace: Workspace, edition: Edition, artefacts: Mapping[str, bytes]) -> bool:
    home = workspace.config.site.output / edition.project / edition.audience
    folder = home / "editions" / str(edition.number)
    return _holds(home / PAGE, artefacts.get(PAGE, b"")) and all(
        _holds(folder / name, content) for name, content in artefacts.items()
    )


def _holds(file: Path, content: bytes) -> bool:
    return file.is_file() and file.read_bytes() == content


def _page(workspace: Workspace, project: Project, audience: str) -> Path:
    return (workspace.config.site.output / project.key / audience / PAGE).absolute()
