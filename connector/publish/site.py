"""Writes editions where clients read them. A reader sees the old edition or the new one, never half.

    OUTPUT/PLACE/index.html          always the latest edition
    OUTPUT/PLACE/feed.xml, …         what lies beside the editions
    OUTPUT/PLACE/editions/N/         every file of edition N, for ever

Everything new is written beside its place first, and safely on the disk; then each file and each
folder is put there in one step, the latest page last. What lies there already stays untouched. One
process writes for one audience at a time: the caller holds the project's lock. What several projects
share is written by one thread of one process at a time.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from connector.errors import SafetyError, UsageError

LATEST: Final = "index.html"
_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EDITIONS: Final = "editions"
_STAGED: Final = ".new"
_REPLACED: Final = ".old"


class OutputError(UsageError):
    """The output folder cannot be written: full, read-only, or not a folder."""


def write_edition(
    output: Path,
    *,
    place: str,
    number: int,
    inside: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    absent: Iterable[str] = (),
) -> Path:
    """Write an edition's folder and what lies beside the editions.

    Writing the same again changes nothing and repairs what is missing.

    Args:
        output: Folder of published pages; made if it does not exist.
        place: The audience's folder below it, e.g. `apollo/client`.
        number: The edition's number, from 1.
        inside: File name to bytes of the edition; must hold `index.html`.
        beside: The same of what lies beside the editions; must hold `index.html`, the latest page.
            A name may begin with `editions/`.
        absent: Names of what must not lie beside the editions.

    Returns:
        Path of the latest page.

    Raises:
        SafetyError: A name is no plain file name, or there is no page.
        OutputError: The files could not be written; what clients see is as it was.
    """
    _refuse_names((*inside, *(part for path in (place, *beside) for part in path.split("/"))))
    _refuse_pageless(inside, beside)
    home = output / place
    try:
        (home / _EDITIONS).mkdir(parents=True, exist_ok=True)
        _put(home, number, inside, beside)
        _drop(home / name for name in absent)
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        raise OutputError(
            f"edition {number} of {place} could not be written below {output}: {reason};"
            " the last page stays as it was. Free space or correct the rights, then publish again"
        ) from exc
    return home / LATEST


def write_files(output: Path, files: Mapping[str, bytes]) -> None:
    """Write single files below the output, each in one step; such as lie there already stay untouched.

    Args:
        output: Folder of published pages; made if it does not exist.
        files: Path below it to bytes.

    Raises:
        SafetyError: A name is no plain file name.
        OutputError: A file could not be written.
    """
    _refuse_names(tuple(part for path in files for part in path.split("/")))
    try:
        output.mkdir(parents=True, exist_ok=True)
        with _alone(output):
            for name in files:
                (output / name).parent.mkdir(parents=True, exist_ok=True)
            with _staged(output, files) as staged:
                _move(staged)
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        raise OutputError(
            f"{', '.join(files)} could not be written below {output}: {reason}. Free space or correct"
            " the rights, then publish again"
        ) from exc


def is_written(output: Path, *, place: str, number: int, inside: Mapping[str, bytes]) -> bool:
    """Tell whether an edition's folder holds exactly these files."""
    return _holds_all(output / place / _EDITIONS / str(number), inside)


def holds(file: Path, content: bytes) -> bool:
    """Tell whether a file is there with exactly these bytes."""
    return file.is_file() and file.read_bytes() == content


def _refuse_names(names: Iterable[str]) -> None:
    for name in names:
        if not _PART.fullmatch(name):
            raise SafetyError(f"found the name {name!r}; expected a plain file name of A-Z a-z 0-9 . _ -")


def _refuse_pageless(*groups: Mapping[str, bytes]) -> None:
    if not all(group.get(LATEST) for group in groups):
        raise SafetyError(f"found an edition without {LATEST}; expected a page with content")


def _put(home: Path, number: int, inside: Mapping[str, bytes], beside: Mapping[str, bytes]) -> None:
    """Stage everything, then put it in its place: the folder, the files beside it, the latest page."""
    place = home / _EDITIONS / str(number)
    staged = place.with_name(f"{_STAGED}-{place.name}")
    replaced = place.with_name(f"{_REPLACED}-{place.name}")
    ordered = {**{name: beside[name] for name in beside if name != LATEST}, LATEST: beside[LATEST]}
    is_there = _holds_all(place, inside)
    _remove(staged, replaced)
    try:
        if not is_there:
            _fill(staged, inside)
        with _staged(home, ordered) as files:
            if not is_there:
                _exchange(staged, place, replaced)
            _move(files)
    finally:
        _remove(staged, replaced)


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, content in files.items():
        _write(folder / name, content)
    _sync(folder)


def _exchange(staged: Path, place: Path, replaced: Path) -> None:
    if place.exists():
        place.rename(replaced)
    staged.rename(place)
    _sync(place.parent)


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Keep others out who write what projects share: threads and processes, until this ends or dies."""
    folder = os.open(output, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@contextmanager
def _staged(home: Path, files: Mapping[str, bytes]) -> Iterator[Mapping[Path, Path]]:
    """Write files beside their places; give each with its place. What was not moved is taken away."""
    drafts = {(home / name).with_name(f"{_STAGED}-{Path(name).name}"): name for name in files}
    try:
        changed = [draft for draft, name in drafts.items() if not holds(home / name, files[name])]
        for draft in changed:
            _write(draft, files[drafts[draft]])
        yield {draft: home / drafts[draft] for draft in changed}
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _move(staged: Mapping[Path, Path]) -> None:
    for draft, place in staged.items():
        draft.replace(place)
    for folder in dict.fromkeys(place.parent for place in staged.values()):
        _sync(folder)


def _drop(files: Iterable[Path]) -> None:
    for file in files:
        if file.exists():
            file.unlink()
            _sync(file.parent)


def _holds_all(place: Path, files: Mapping[str, bytes]) -> bool:
    if not place.is_dir() or {entry.name for entry in place.iterdir()} != set(files):
        return False
    return all(holds(place / name, content) for name, content in files.items())


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


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.is_dir():
            shutil.rmtree(folder)
