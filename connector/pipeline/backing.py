"""A backup: everything that nobody can pull again, in one file, made while the service works.

The store has the sightings, promises, baselines, editions and alerts; the keys make ids and signatures
that clients hold. Secrets (`env:`, `file:`) are no part of it, nor are the pages: the store has their
bytes and writes them again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.config import Config
from connector.config.documents import included_files, read_documents
from connector.config.secrets import is_reference
from connector.config.texts import is_path
from connector.errors import UsageError
from connector.pipeline.backupfile import (
    BackupError,
    Manifest,
    refuse_taken,
    workshop,
    write_backup,
)
from connector.pipeline.keyring import FOLDER
from connector.pipeline.unfinished import CONFIGURATION, KEYS, STORE
from connector.pipeline.wording import wording_file
from connector.store.engine import store_file
from connector.store.snapshot import Contents, contents, copy_store

_OURS: Final = re.compile(r"[A-Za-z0-9_-]+\.(key|told)")  # a key being made has a number behind its name


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was made. `left_out`: files of the configuration that it lacks."""

    file: Path
    size_bytes: int
    contents: Contents
    left_out: tuple[str, ...]


def back_up(config: Config, target: Path, *, now: dt.datetime) -> Made:
    """Back up an installation into a file.

    Args:
        config: The configuration.
        target: The file to be, where none is yet.
        now: When it is made.

    Returns:
        What it holds.

    Raises:
        UsageError: There is no store, the file is there already, or it cannot be written.
        StoreError: The store cannot be read.
    """
    store = existing_store(config)
    refuse_taken(target)
    inside, left_out = _configuration(config)
    try:
        with workshop(target.absolute().parent) as folder:
            copy_store(store, folder / STORE)
            held = contents(folder / STORE)
            manifest = Manifest(
                store_version=held.revision or "",
                made_at=now,
                configuration=config.file.name,
                left_out=left_out,
            )
            files = {STORE: folder / STORE, **_keys(config), **inside}
            write_backup(target, manifest, files, draft=folder / "backup.zip")
    except OSError as exc:
        raise BackupError(
            f"{target}: the backup cannot be written: {exc.strerror}; expected a folder with space for a copy"
            " of the store, that this user may write"
        ) from exc
    return Made(file=target, size_bytes=target.stat().st_size, contents=held, left_out=left_out)


def existing_store(config: Config) -> Path:
    """Say where the store lies.

    Raises:
        UsageError: It is in memory, or was not made yet.
    """
    file = store_file(config.store.url, folder=config.folder)
    if file is None:
        raise UsageError("[store] url: found a store in memory; expected one in a file")
    if not file.is_file():
        raise UsageError(f"store {file}: found no such file; nothing was stored yet")
    return file


def _keys(config: Config) -> Mapping[str, Path]:
    folder, secret = config.folder / FOLDER, _secrets(config)
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        f"{KEYS}/{file.name}": file
        for file in found
        if file.is_file() and _OURS.fullmatch(file.name) and file.resolve() not in secret
    }


def _configuration(config: Config) -> tuple[Mapping[str, Path], tuple[str, ...]]:
    """Return the files of the configuration by their names in a backup, and those that it leaves out."""
    home, secret = config.folder.resolve(), _secrets(config)
    files = {file.resolve() for file in _named(config) if file.is_file()}
    taken = {file for file in files if file.is_relative_to(home) and file not in secret}
    own = {f"{CONFIGURATION}/{file.relative_to(home).as_posix()}": file for file in taken}
    signing = config.site.signing_key
    apart = [] if signing is None else [str(config.folder / signing.removeprefix("file:").strip())]
    return own, tuple(sorted([*(str(file) for file in files - taken), *apart]))


def _named(config: Config) -> Iterator[Path]:
    yield from included_files(config.file)
    if config.site.logo is not None:
        yield config.site.logo
    for project in config.projects:
        yield wording_file(config.folder, project)
        for source in project.sources:
            if is_path(source.rules_name):
                yield config.folder / source.rules_name
        for audience in project.audiences.values():
            if is_path(audience.policy):
                yield config.folder / audience.policy


def _secrets(config: Config) -> frozenset[Path]:
    """Return the files that hold secrets: those of `file:` references, but for the signing key."""
    own = config.site.signing_key
    references = {one for one in _references(read_documents(config.file).values) if one != own}
    return frozenset((config.folder / one.removeprefix("file:").strip()).resolve() for one in references)


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, str) and is_reference(value) and value.startswith("file:"):
        yield value
