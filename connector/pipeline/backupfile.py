"""The file of a backup: a ZIP whose manifest tells every other file in it by size and SHA-256.

    manifest.json        what this is, of which program and store, and what it holds
    store.db             the store at one instant
    keys/NAME            what lies in `.clientview`: the installation's own keys
    configuration/PATH   the configuration and the files it names, secrets never

It is written beside its place and put there in one step, so a file of that name is whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, Literal
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connector import __version__
from connector.errors import UsageError
from connector.pipeline.unfinished import STORE
from connector.store.locks import is_dead, this_process

_MANIFEST: Final = "manifest.json"
_WORKSHOP: Final = ".clientview-backup-"
_LEVEL: Final = 3  # of compression: a third of the time of the usual 6, a tenth larger
_CHUNK: Final = 1 << 20
_LARGEST_MANIFEST: Final = 16 << 20


class BackupError(UsageError):
    """A file is no backup, is not whole, or is of a newer program; a backup cannot be written."""


class Entry(BaseModel):
    """A file in a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup is and holds."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    kind: Literal["clientview.backup/1"] = Field(default="clientview.backup/1", alias="schema")
    program: str = __version__
    store_version: str
    made_at: dt.datetime
    configuration: str  # name of the main file
    left_out: tuple[str, ...] = ()  # files that the configuration names and the backup lacks
    entries: tuple[Entry, ...] = ()


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """Give a private folder inside another one; those that dead processes left there are removed.

    Raises:
        OSError: The folder cannot be written.
    """
    for left in folder.glob(f"{_WORKSHOP}*"):
        if is_dead(unquote(left.name.removeprefix(_WORKSHOP))):
            shutil.rmtree(left)
    made = folder / f"{_WORKSHOP}{quote(this_process(), safe='')}"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write_backup(target: Path, manifest: Manifest, files: Mapping[str, Path], *, draft: Path) -> None:
    """Write a backup where no file is yet, whole or not at all; private to its owner.

    Args:
        target: The file to be.
        manifest: All but its entries.
        files: By name in the backup, the file to take.
        draft: Where to write it first, on the same disk.

    Raises:
        BackupError: There is a file already.
        OSError: It cannot be written.
    """
    entries = tuple(_entry(name, file) for name, file in sorted(files.items()))
    told = manifest.model_copy(update={"entries": entries})
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            for name, file in sorted(files.items()):
                archive.write(file, name)
            archive.writestr(_MANIFEST, told.model_dump_json(by_alias=True, indent=2))
        stream.flush()
        os.fsync(stream.fileno())
    refuse_taken(target)
    draft.rename(target)
    sync_folder(target.parent)


def refuse_taken(target: Path) -> None:
    """Refuse to write over a file.

    Raises:
        BackupError: There is one.
    """
    if target.exists():
        raise BackupError(f"{target}: found a file there already; expected a new name, such as with the day")


def read_backup(file: Path, folder: Path) -> Manifest:
    """Unpack a backup, and check every file in it against its manifest.

    Args:
        file: The backup.
        folder: An empty folder that gets its files.

    Raises:
        BackupError: It is no backup, not whole, or of a newer kind.
        OSError: It cannot be read, or the folder not be written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            for entry in manifest.entries:
                _extract(archive, entry, file, folder)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, zlib.error) as exc:
        raise BackupError(
            f"{file}: found no whole backup ({_reason(exc)}); expected a file that `clientview backup` wrote"
        ) from exc
    return manifest


def sync_folder(folder: Path) -> None:
    """See to it that what was put into a folder is there after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def stamp(at: dt.datetime) -> str:
    """Write an instant for a file's name: `20261123T090000Z`."""
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
        raise BackupError(f"{file}: found a manifest beyond all measure; expected a backup of ours")
    try:
        manifest = Manifest.model_validate_json(archive.read(_MANIFEST))
    except ValidationError as exc:
        raise BackupError(
            f"{file}: found a manifest that this program ({__version__}) does not know;"
            " expected clientview.backup/1. A newer clientview may have made it: install that one"
        ) from exc
    if STORE not in {entry.name for entry in manifest.entries}:
        raise BackupError(f"{file}: found no {STORE} in it; expected the store")
    return manifest


def _extract(archive: zipfile.ZipFile, entry: Entry, file: Path, folder: Path) -> None:
    target = folder / _safe(entry.name, file)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with archive.open(entry.name) as source, os.fdopen(descriptor, "wb") as stream:
        while size <= entry.size_bytes and (chunk := source.read(_CHUNK)):
            digest.update(chunk)
            size += len(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    if (size, digest.hexdigest()) != (entry.size_bytes, entry.sha256):
        raise BackupError(
            f"{file}: {entry.name} in it is not what was backed up (its SHA-256 differs);"
            " nothing was restored"
        )


def _safe(name: str, file: Path) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name:
        raise BackupError(f"{file}: found {name!r} in it; expected names below the backup's own folder")
    return path


def _entry(name: str, file: Path) -> Entry:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    return Entry(name=name, size_bytes=file.stat().st_size, sha256=digest.hexdigest())


def _reason(exc: Exception) -> str:
    return str(exc).strip("'\"").lower() or type(exc).__name__
