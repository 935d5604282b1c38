"""Writes editions where clients read them. A reader sees the old edition or the new one, never half.

    OUTPUT/PROJECT/AUDIENCE/index.html          always the latest edition
    OUTPUT/PROJECT/AUDIENCE/editions/N/         every file of edition N, for ever

An edition's folder is written beside its place and renamed into it; the latest page is replaced
last, in one step. Nothing is changed before every byte of the new edition is safely on the disk.
One process writes for one audience at a time: the caller holds the project's lock.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from connector.errors import SafetyError, UsageError

LATEST: Final = "index.html"
_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_STAGED: Final = ".new"
_REPLACED: Final = ".old"


class OutputError(UsageError):
    """The output folder cannot be written: full, read-only, or not a folder."""


def write_edition(
    output: Path, *, project: str, audience: str, number: int, artefacts: Mapping[str, bytes]
) -> Path:
    """Write an edition and make it the latest one.

    Writing the same edition again changes nothing and repairs what is missing.

    Args:
        output: Folder of published pages; made if it does not exist.
        project: The project's key, a folder name.
        audience: The audience's name, a folder name.
        number: The edition's number, from 1.
        artefacts: File name to bytes; must hold `index.html`.

    Returns:
        Path of the latest page.

    Raises:
        SafetyError: A name is no plain file name, or the edition has no page.
        OutputError: The files could not be written; what clients see is as it was.
    """
    _refuse_names(project, audience, artefacts)
    home = output / project / audience
    place = home / "editions" / str(number)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _settle(place, artefacts)
        _replace(home / LATEST, artefacts[LATEST])
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        raise OutputError(
            f"edition {number} of {project}/{audience} could not be written below {output}: {reason};"
            " the last page stays as it was. Free space or correct the rights, then publish again"
        ) from exc
    return home / LATEST


def _refuse_names(project: str, audience: str, artefacts: Mapping[str, bytes]) -> None:
    for name in (project, audience, *artefacts):
        if not _PART.fullmatch(name):
            raise SafetyError(f"found the name {name!r}; expected a plain file name of A-Z a-z 0-9 . _ -")
    if not artefacts.get(LATEST):
        raise SafetyError(f"found an edition without {LATEST}; expected a page with content")


def _settle(place: Path, artefacts: Mapping[str, bytes]) -> None:
    """Put a whole folder in its place in one step."""
    if _holds(place, artefacts):
        return
    staged = place.with_name(f"{_STAGED}-{place.name}")
    replaced = place.with_name(f"{_REPLACED}-{place.name}")
    _remove(staged)
    _remove(replaced)
    try:
        staged.mkdir()
        for name, content in artefacts.items():
            _write(staged / name, content)
        _sync(staged)
        if place.exists():
            place.rename(replaced)
        staged.rename(place)
        _sync(place.parent)
    finally:
        _remove(staged)
        _remove(replaced)


def _holds(place: Path, artefacts: Mapping[str, bytes]) -> bool:
    if not place.is_dir() or {entry.name for entry in place.iterdir()} != set(artefacts):
        return False
    return all((place / name).read_bytes() == content for name, content in artefacts.items())


def _replace(page: Path, content: bytes) -> None:
    """Replace a file in one step."""
    if page.is_file() and page.read_bytes() == content:
        return
    staged = page.with_name(f"{_STAGED}-{page.name}")
    try:
        _write(staged, content)
        staged.replace(page)
        _sync(page.parent)
    finally:
        staged.unlink(missing_ok=True)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
