"""A restore: a backup is checked whole, what it would replace is named and kept, then it takes effect."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from connector.config import Config, load_config
from connector.errors import SafetyError, UsageError
from connector.pipeline.backing import back_up
from connector.pipeline.backupfile import (
    BackupError,
    Manifest,
    read_backup,
    stamp,
)
from connector.pipeline.keyring import FOLDER
from connector.pipeline.unfinished import CONFIGURATION, KEYS, STORE, alone, carry_out, decide
from connector.store import StoreError
from connector.store.engine import open_database, store_file
from connector.store.locks import Locks, this_process
from connector.store.migrate import known_revisions
from connector.store.snapshot import Contents, Holding, check_whole, contents, fence_off

_STAGED: Final = "restore.new"
_AGAIN: Final = tuple(f"-{number}" for number in range(2, 1000))  # several restores in one second
_NOTHING: Final = Contents(revision=None, projects={}, fences={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did. `aside`: the backup of what was there before; None: there was nothing."""

    manifest: Manifest
    contents: Contents
    aside: Path | None
    kept: tuple[Path, ...]  # files of the configuration that were there already and are unlike the backup's


def restore(
    config_file: Path, backup: Path, *, force: bool = False, now: Callable[[], dt.datetime]
) -> Restored:
    """Make an installation what a backup says it was.

    Its configuration's files are put where none are; such as are there stay. A kill at any moment
    leaves the installation as it was, or has the next start end what was begun.

    Args:
        config_file: The configuration; taken out of the backup where there is none.
        backup: A file that `back_up` wrote.
        force: Replace a store that is not empty. It is backed up beside itself first.
        now: The clock.

    Returns:
        What was done.

    Raises:
        BackupError: The file is no whole backup, or a newer program's.
        SafetyError: The store there is not empty, and `force` was not given; what would be lost is named.
        LockedError: Another process works on a project.
        StoreError: A store cannot be read or written.
    """
    _refuse_missing(backup)
    if not config_file.is_file():
        _bring_configuration(config_file, backup)
    config = load_config(config_file)
    with alone(config.folder):
        carry_out(config)
        staged = config.folder / FOLDER / _STAGED
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(mode=0o700)
        try:
            return _restore(config, backup, staged, force=force, now=now)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def _restore(
    config: Config, backup: Path, staged: Path, *, force: bool, now: Callable[[], dt.datetime]
) -> Restored:
    manifest = read_backup(backup, staged)
    coming = _checked(manifest, staged / STORE, backup)
    there = _present(config, force=force)
    if not force:
        _refuse_loss(config, there, coming, staged)
    with _held(config, there, now=now) as fences:
        aside = _keep_aside(config, there, now=now())
        fence_off(staged / STORE, fences)
        kept = tuple(_unlike(staged / CONFIGURATION, config.folder))
        decide(config, staged)
        carry_out(config)
    return Restored(manifest=manifest, contents=coming, aside=aside, kept=kept)


def _refuse_missing(backup: Path) -> None:
    if not backup.is_file():
        raise BackupError(f"{backup}: found no such file; expected one that `clientview backup` wrote")


def _bring_configuration(config_file: Path, backup: Path) -> None:
    """Put the configuration of a backup where there is none, so that it says where the rest belongs."""
    home = config_file.absolute().parent
    home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        manifest = read_backup(backup, Path(folder))
        inside = Path(folder) / CONFIGURATION
        if not (inside / manifest.configuration).is_file():
            raise UsageError(f"{config_file}: found no such file, and none in the backup; write one first")
        for file in inside.rglob("*"):
            name = file.relative_to(inside)
            target = config_file if str(name) == manifest.configuration else home / name
            if file.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)


def _checked(manifest: Manifest, store: Path, backup: Path) -> Contents:
    """Check the backup's store."""
    if manifest.store_version not in known_revisions():
        raise BackupError(
            f"{backup}: found a store of version {manifest.store_version}, made by clientview"
            f" {manifest.program}, which is newer than this one; install that one, and restore with it"
        )
    check_whole(store)
    return contents(store)


def _present(config: Config, *, force: bool) -> Contents:
    """Say what the store holds that is there now; one that cannot be read holds nothing, if `force`."""
    store = store_file(config.store.url, folder=config.folder)
    if store is None:
        raise UsageError("[store] url: found a store in memory; expected one in a file")
    if not store.is_file() or not store.stat().st_size:
        return _NOTHING
    try:
        return contents(store)
    except StoreError as exc:
        if force:
            return _NOTHING
        raise SafetyError(f"{exc} Nothing was restored; --force sets the file aside and restores.") from exc


def _refuse_loss(config: Config, there: Contents, coming: Contents, staged: Path) -> None:
    keys = list(_unlike(staged / KEYS, config.folder / FOLDER))
    lost = [*_losses(there.projects, coming.projects), *(f"the key {key}" for key in keys)]
    if lost:
        told = "\n".join(f"  {line}" for line in lost)
        raise SafetyError(
            f"store {store_file(config.store.url, folder=config.folder)}: it is not empty."
            f" Restoring would replace:\n{told}\nNothing was restored."
            " --force replaces it, and keeps a backup of it beside it."
        )


def _losses(there: Mapping[str, Holding], coming: Mapping[str, Holding]) -> Iterator[str]:
    """Say of each project what is there, and what the backup has of it."""
    for project, held in there.items():
        backed_up = coming.get(project, Holding(rows=dict.fromkeys(held.rows, 0)))
        counts = ", ".join(f"{count} {word} ({backed_up.rows[word]})" for word, count in held.rows.items())
        newer = "newer than" if held.last_run_at > backed_up.last_run_at else "not newer than"
        since = f"last synced {held.last_run_at[:19]}Z" if held.last_run_at else "never synced"
        yield f"project {project}, {since}, {newer} the backup: {counts} in the backup"


@contextmanager
def _held(config: Config, there: Contents, *, now: Callable[[], dt.datetime]) -> Iterator[Mapping[str, int]]:
    """Hold the locks of all projects of the store that is there: nobody works on them meanwhile.

    They are released only if nothing was restored; else the restored store knows nothing of them.
    """
    if there.revision is None:
        yield {}
        return
    database = open_database(config.store.url, folder=config.folder)
    locks, owner = Locks(database), this_process()
    keys = sorted({*there.projects, *there.fences, *(project.key for project in config.projects)})
    try:
        with ExitStack() as stack:
            held = [stack.enter_context(locks.project_lock(key, owner=owner, now=now)) for key in keys]
            yield {lock.project: lock.fence for lock in held}
    finally:
        database.close()


def _keep_aside(config: Config, there: Contents, *, now: dt.datetime) -> Path | None:
    """Back up the store that is about to be replaced, beside itself."""
    store = store_file(config.store.url, folder=config.folder)
    if store is None or there.revision is None:
        return None
    names = (f"{store.name}.before-restore-{stamp(now)}{more}.zip" for more in ("", *_AGAIN))
    free = (place for name in names if not (place := store.with_name(name)).exists())
    return back_up(config, next(free), now=now).file


def _unlike(inside: Path, there: Path) -> Iterable[Path]:
    """Name the files that are there with another content than the backup's."""
    for file in sorted(inside.rglob("*")):
        other = there / file.relative_to(inside)
        if file.is_file() and other.is_file() and other.read_bytes() != file.read_bytes():
            yield other
