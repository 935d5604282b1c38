"""Takes a client's project out of an installation, and proves it: store, pages, reports, drafts.

What to search for is sampled before anything is deleted and kept in `.clientview/purge` until the
search has found nothing, so that a purge that was cut off is ended, and proved, by doing it again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from connector.config import Config
from connector.config.documents import included_files
from connector.errors import SafetyError, UsageError
from connector.pipeline import portals
from connector.pipeline.keyring import FOLDER
from connector.pipeline.places import every_place, portal_place
from connector.pipeline.wording import wording_file
from connector.pipeline.workspace import Workspace
from connector.store import tables
from connector.store.engine import store_file
from connector.store.erasure import in_file
from connector.store.locks import this_process

_LEAST: Final = 6  # characters of a key that is searched for in bytes; a shorter one stands there by chance


class Journal(BaseModel):
    """What a purge that has begun needs to end: texts to search for, folders to remove."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    project: str
    needles: tuple[str, ...]
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a purge would delete: rows by table, and folders that are there."""

    project: str
    rows: Mapping[str, int]
    folders: tuple[Path, ...]
    is_configured: bool
    is_begun: bool  # an earlier purge was cut off

    @property
    def is_empty(self) -> bool:
        """Whether nothing is there any more."""
        return not (self.rows or self.folders or self.is_begun)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was deleted and what was searched; nothing was found."""

    plan: Plan
    needles: int
    store_bytes: int
    files: int  # below the output
    left: tuple[Path, ...]  # files of yours that still name something of it, for you to remove
    backups: tuple[Path, ...]  # beside the store, made before


def plan_purge(workspace: Workspace, project: str) -> Plan:
    """Say what a purge would delete.

    Args:
        workspace: Configuration and store.
        project: Key of a project, configured or not.

    Raises:
        UsageError: Nothing is known of such a project.
    """
    erasure, config = workspace.store.erasure, workspace.config
    is_configured = any(one.key == project for one in config.projects)
    journal = _journal_file(config, project)
    if not is_configured and not journal.is_file() and project not in erasure.projects():
        known = ", ".join(sorted({*erasure.projects(), *(one.key for one in config.projects)})) or "none"
        raise UsageError(f"found nothing of a project {project!r}; expected one of: {known}")
    return Plan(
        project=project,
        rows={name: count for name, count in erasure.rows(project).items() if name != tables.locks.name},
        folders=tuple(folder for folder in _folders(workspace, project) if folder.exists()),
        is_configured=is_configured,
        is_begun=journal.is_file(),
    )


def purge(workspace: Workspace, project: str) -> Purged:
    """Delete everything of a project, and search what is left.

    Killed at any moment it is ended by doing it again.

    Args:
        workspace: Configuration, store and clock.
        project: Key of the project, configured or not.

    Returns:
        What was done.

    Raises:
        UsageError: Nothing is known of such a project, or a file cannot be deleted.
        LockedError: Another process works on it.
        StoreError: The store could not be written.
        SafetyError: The search found something; it says what and where.
    """
    plan = plan_purge(workspace, project)
    store = workspace.store
    owner = this_process()
    with store.locks.project_lock(project, owner=owner, now=workspace.now) as lock:
        journal = _begin(workspace, project)
        _remove(Path(folder) for folder in journal.folders)
        store.locks.check(lock)
        store.erasure.erase(project, keep=(tables.locks,))
        _write_portals(workspace, project)
    store.erasure.erase(project)
    store.erasure.compact()
    searched = _prove(workspace, journal)
    _journal_file(workspace.config, project).unlink()
    return Purged(
        plan=plan,
        needles=len(journal.needles),
        store_bytes=_store_size(workspace.config),
        files=searched,
        left=tuple(_left(workspace.config, journal)),
        backups=tuple(_backups(workspace.config)),
    )


def _begin(workspace: Workspace, project: str) -> Journal:
    """Write down what to search for and to remove, together with what a purge before had."""
    file = _journal_file(workspace.config, project)
    before = _read(file, project)
    config = {one.key: one for one in workspace.config.projects}.get(project)
    named = (project, config.name) if config is not None else (project,)
    own = {text for text in named if len(text) >= _LEAST}
    sampled = {*own, *workspace.store.erasure.sample(project), *before.needles}
    folders = {str(folder) for folder in _folders(workspace, project)} | set(before.folders)
    journal = Journal(project=project, needles=tuple(sorted(sampled)), folders=tuple(sorted(folders)))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(journal.model_dump_json())
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    return journal


def _read(file: Path, project: str) -> Journal:
    if not file.is_file():
        return Journal(project=project, needles=(), folders=())
    try:
        return Journal.model_validate_json(file.read_bytes())
    except ValidationError as exc:
        raise UsageError(f"{file}: found a journal that is damaged; remove it, and purge again") from exc


def _journal_file(config: Config, project: str) -> Path:
    return config.folder / FOLDER / "purge" / f"{project}.json"


def _folders(workspace: Workspace, project: str) -> Iterator[Path]:
    """Yield every folder that is a project's alone, there or not."""
    config = workspace.config
    configured = {one.key: one for one in config.projects}.get(project)
    audiences = {*(configured.audiences if configured else ()), *workspace.store.erasure.audiences(project)}
    for place in every_place(config, project, sorted(audiences)):
        yield config.site.output / place
    yield config.folder / "reports" / project
    yield config.folder / FOLDER / "preview" / project


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        try:
            if folder.is_dir():
                shutil.rmtree(folder)
        except OSError as exc:
            raise UsageError(
                f"{exc.filename or folder}: cannot be deleted: {exc.strerror}; correct the rights, and"
                " purge again"
            ) from exc


def _write_portals(workspace: Workspace, project: str) -> None:
    """Write the pages over a client's projects anew, or remove them where no other project is left."""
    client = portals.client_of(workspace, project)
    if client is None:
        return
    others = [key for key in workspace.config.clients[client].projects if key != project]
    for audience in workspace.config.project(project).audiences:
        if any(workspace.store.editions.latest(key, audience) for key in others):
            portals.refresh(workspace, project, audience)
        else:
            _remove([workspace.config.site.output / portal_place(workspace, client, audience)])


def _prove(workspace: Workspace, journal: Journal) -> int:
    """Search the store and the output; returns how many files lie below the output.

    Raises:
        SafetyError: Something was found.
    """
    store, output = workspace.store, workspace.config.site.output
    rows = store.erasure.rows(journal.project)
    found = [f"store: {count} rows in {name}" for name, count in rows.items()]
    found += [f"store: {needle!r}" for needle in store.erasure.found(journal.needles)]
    files = [file for file in sorted(output.rglob("*")) if file.is_file()]
    hits = {file: tuple(in_file(file, journal.needles)) for file in files}
    shared = store.erasure.held({needle for needles in hits.values() for needle in needles})
    for file, needles in hits.items():
        found += [f"{file}: {needle!r}" for needle in needles if needle not in shared]
        if journal.project in file.relative_to(output).parts:
            found.append(f"{file}: lies in a folder of its name")
    if found:
        listed = "\n".join(f"  {line}" for line in found[:20])
        raise SafetyError(
            f"project {journal.project}: {len(found)} places still tell of it:\n{listed}\nWhat was deleted"
            " stays deleted. If a service runs, take the project out of its configuration; then purge again"
        )
    return len(files)


def _left(config: Config, journal: Journal) -> Iterator[Path]:
    """Yield files that people wrote and that still tell of the project."""
    configured = {one.key: one for one in config.projects}.get(journal.project)
    words = [config.folder / "wording" / f"{journal.project}.toml"]
    if configured is not None:
        words = [wording_file(config.folder, configured)]
    for file in (*included_files(config.file), *words):
        named = (journal.project, *journal.needles)
        if file.is_file() and (file in words or any(True for _ in in_file(file, named))):
            yield file


def _backups(config: Config) -> Iterator[Path]:
    store = store_file(config.store.url, folder=config.folder)
    if store is not None:
        beside = {f"{store.name}-wal", f"{store.name}-shm"}
        for file in sorted(store.parent.glob(f"{store.name}*")):
            if file != store and file.name not in beside:
                yield file


def _store_size(config: Config) -> int:
    store = store_file(config.store.url, folder=config.folder)
    return 0 if store is None else store.stat().st_size
