"""Drafts to look at before they go out: what is new to the audience, what is disclosed, the local page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from connector.errors import ConnectorError, SafetyError
from connector.pipeline.disclosing import Built, build, refuse_leaks, with_print
from connector.pipeline.drafted import is_unchanged, keep_draft, needs_approval
from connector.pipeline.editions import Approval, Published, locked, publish
from connector.pipeline.keyring import FOLDER
from connector.pipeline.marking import marked
from connector.pipeline.reviewing import Review, review
from connector.pipeline.shown import shown, titles
from connector.pipeline.statement import PAGE
from connector.pipeline.workspace import Project, Workspace
from connector.store.drafts import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A draft to look at: what is new to its audience, and where the local page lies."""

    audience: str
    page: Path
    verdict: str  # its word, "" where the page tells none
    review: Review
    previous: int  # number of the edition before; 0: there is none
    is_unchanged: bool  # nothing is new since the last edition
    needs_approval: bool
    waiting_days: int  # since the first draft after the last edition
    shown: tuple[str, ...]  # what the page shows, in words
    titles: tuple[str, ...]  # whose words its titles are
    missing_wording: int
    redacted: tuple[str, ...]  # what was taken out of the tracker's own text, a line a field
    held: str
    searched: int
    exempted: int
    unprinted: str = ""  # why there is no edition on paper, where one was asked for


def preview(
    workspace: Workspace, project: Project, audience: str, *, copy: Path | None = None, paper: bool = False
) -> Preview:
    """Build a draft, keep it as seen by a person, and write it as a local page.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Name of the audience.
        copy: Where to write the project manager's copy: marked, with the source of each value.
        paper: Also make the edition on paper, which takes a second.

    Raises:
        SafetyError: The leak check found something, a source was never read well, or `copy` lies
            where clients could read it.
        UsageError: There is no such audience or policy, or the copy cannot be written.
    """
    _refuse_published(workspace, copy)
    with locked(workspace, project):
        built = build(workspace, project, audience)
        refuse_leaks(built)
        built = with_print(built) if paper else built
        draft = keep_draft(workspace, project, built, reviewed_at=workspace.now())
        page = _write(workspace, project, built)
    if copy is not None:
        copy.write_bytes(marked(built.seen.projection, built.seen.previous_view))
    return _preview(project, built, draft, page)


def reviewed(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield project and audience of every draft that a person has looked at, as configured."""
    for settings in workspace.config.projects:
        for audience in settings.audiences:
            draft = workspace.store.drafts.get(settings.key, audience)
            if draft is not None and draft.reviewed_at is not None:
                yield settings.key, audience


def publish_reviewed(
    workspace: Workspace, approval: Approval
) -> Iterator[tuple[str, str, Published | ConnectorError]]:
    """Publish every draft exactly as it was previewed; what is refused stops no other.

    Args:
        workspace: Configuration, store and clock.
        approval: Who approves them all; `fresh` is not taken.

    Yields:
        Project, audience, and how it ended: a draft that changed since is a SafetyError.
    """
    for key, audience in tuple(reviewed(workspace)):
        try:
            yield key, audience, publish(workspace, workspace.project(key), audience, approval)
        except ConnectorError as error:
            yield key, audience, error


def _preview(project: Project, built: Built, draft: Draft, page: Path) -> Preview:
    seen = built.seen
    since = draft.waiting_since_at or built.built_at
    return Preview(
        unprinted=built.unprinted,
        audience=seen.audience,
        page=page,
        verdict=str(seen.view.verdict.state.word) if seen.view.verdict else "",
        review=review(seen.view, seen.previous_view),
        previous=0 if seen.previous is None else seen.previous.number,
        is_unchanged=is_unchanged(built),
        needs_approval=needs_approval(project, built),
        waiting_days=(built.built_at - since).days,
        shown=shown(seen.projection.manifest),
        titles=titles(seen.projection.manifest),
        missing_wording=seen.projection.missing_wording,
        redacted=seen.projection.redacted,
        held=seen.held,
        searched=built.leaks.searched,
        exempted=sum(exemption.count for exemption in built.leaks.exemptions),
    )


def _refuse_published(workspace: Workspace, copy: Path | None) -> None:
    output = workspace.config.site.output
    if copy is not None and copy.resolve().is_relative_to(output.resolve()):
        raise SafetyError(
            f"--html: found {copy} below {output}, where clients read; the project manager's copy names"
            " internal sources. Choose a place outside"
        )


def _write(workspace: Workspace, project: Project, built: Built) -> Path:
    folder = workspace.config.folder / FOLDER / "preview" / project.key / built.seen.audience
    files: Mapping[str, bytes] = {**built.beside, **built.artefacts}
    if folder.is_dir():
        shutil.rmtree(folder)  # what an earlier draft had and this one has not
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return (folder / PAGE).absolute()
