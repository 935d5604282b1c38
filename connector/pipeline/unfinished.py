"""A restore that has been decided is carried out, by whoever comes first: it, or the next start after a kill.

Until a restore renames its folder to `ready`, nothing of the installation is touched; from then on every
start does what is left of it, before it opens the store. Each step can be done again.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from connector.config import Config
from connector.errors import UsageError
from connector.pipeline.keyring import FOLDER
from connector.store import StoreError
from connector.store.engine import store_file
from connector.store.snapshot import contents, put_in_place

STORE: Final = "store.db"
KEYS: Final = "keys"
CONFIGURATION: Final = "configuration"
_READY: Final = "restore.ready"
_DONE: Final = "restore.done"
_GUARD: Final = "restore.lock"


def finish_restore(config: Config) -> bool:
    """Carry out a restore that was decided and cut off; costs one look where there is none.

    Args:
        config: The configuration.

    Returns:
        Whether there was one.

    Raises:
        UsageError: A file cannot be written.
        StoreError: The store cannot be written.
    """
    if not (config.folder / FOLDER / _READY).is_dir():
        return False
    with alone(config.folder):
        return carry_out(config)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process at a time restore: the others wait.

    Args:
        folder: The configuration's folder.
    """
    guard = folder / FOLDER / _GUARD
    guard.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(guard, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def decide(config: Config, staged: Path) -> None:
    """Decide a restore: from here on it is carried out, whatever happens. The caller is `alone`.

    Args:
        config: The configuration.
        staged: A folder in `.clientview` that holds the checked files of a backup.
    """
    staged.rename(config.folder / FOLDER / _READY)
    _sync(config.folder / FOLDER)


def carry_out(config: Config) -> bool:
    """Do what is left of a decided restore; the caller is `alone`. See `finish_restore`."""
    home = config.folder / FOLDER
    ready, done = home / _READY, home / _DONE
    shutil.rmtree(done, ignore_errors=True)
    if not ready.is_dir():
        return False
    try:
        _place_store(config, ready / STORE)
        for key in sorted((ready / KEYS).glob("*")):
            _place(key, home / key.name)
        for file in sorted((ready / CONFIGURATION).rglob("*")):
            if file.is_file():
                _place_missing(file, config.folder / file.relative_to(ready / CONFIGURATION))
        ready.rename(done)
    except OSError as exc:
        raise UsageError(
            f"the restore cannot be carried out: {exc.filename or home}: {exc.strerror}; correct that,"
            " and any command goes on with it"
        ) from exc
    shutil.rmtree(done)
    return True


def _place_store(config: Config, copy: Path) -> None:
    store = store_file(config.store.url, folder=config.folder)
    if store is None:
        raise UsageError("[store] url: found a store in memory; expected one in a file")
    store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _set_unreadable_aside(store)
    put_in_place(copy, store)


def _set_unreadable_aside(store: Path) -> None:
    """Move a file away that is no store, or a damaged one: nothing can be written into it."""
    if not store.is_file():
        return
    try:
        contents(store)
    except StoreError:
        for ending in ("-wal", "-shm", ""):
            part = store.with_name(store.name + ending)
            if part.exists():
                part.rename(store.with_name(f"{store.name}.damaged{ending}"))


def _place(source: Path, target: Path) -> None:
    """Put a file in its place in one step; another content that lay there is kept beside it."""
    content = source.read_bytes()
    if target.is_file():
        before = target.read_bytes()
        if before == content:
            return
        _write(target.with_name(f"{target.name}.before-restore"), before)
    _write(target, content)


def _place_missing(source: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, source.read_bytes())


def _write(file: Path, content: bytes) -> None:
    draft = file.with_name(f"{file.name}.restoring")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(file)
    _sync(file.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
