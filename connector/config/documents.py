"""The configuration's files: the main one, what it includes, and which line a value stands on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.config.texts import read_text
from mappings.errors import Fault, FaultsError
from mappings.positions import dotted, locate

Steps = tuple[str | int, ...]
"""Keys and array positions from the root of a document down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed TOML file."""

    file: str
    text: str
    values: Mapping[str, object]

    def fault(self, steps: Steps, *, found: str, expected: str) -> Fault:
        """Make a fault of a value in this file."""
        line = locate(self.text, steps)
        return Fault(file=self.file, line=line, key=dotted(steps), found=found, expected=expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """All files as one document: `[defaults]` under each project, included projects behind our own."""

    main: Document
    values: Mapping[str, object]
    origins: tuple[tuple[Document, int], ...]  # of each project: its file and position there

    def fault(self, steps: Steps, *, found: str, expected: str) -> Fault:
        """Make a fault of a value in the merged document, in the file where it was written."""
        document, written = self._written(steps)
        return document.fault(written, found=found, expected=expected)

    def _written(self, steps: Steps) -> tuple[Document, Steps]:
        match steps:
            case ("project", int(position), *rest) if position < len(self.origins):
                document, own = self.origins[position]
                below = tuple(rest)
                if not _holds(document.values, ("project", own, *below)) and _holds(
                    self.main.values, ("defaults", *below)
                ):
                    return self.main, ("defaults", *below)
                return document, ("project", own, *below)
            case _:
                return self.main, steps


def read_documents(path: Path) -> Merged:
    """Read the configuration and what it includes.

    Raises:
        UsageError: A file cannot be read.
        FaultsError: A file is no TOML, or an include names nothing.
    """
    main = _parse(path)
    included = [_parse(file) for file in _included(main, path.parent)]
    faults = [
        document.fault(
            (key,), found="a key that an included file may not have", expected="[[project]] tables only"
        )
        for document in included
        for key in document.values
        if key != "project"
    ]
    if faults:
        raise FaultsError(faults)
    return _merge(main, included)


def included_files(path: Path) -> tuple[Path, ...]:
    """Name the configuration's own files: the main one, then those it includes.

    Raises:
        UsageError: The main file cannot be read.
        FaultsError: It is no TOML, or an include names nothing.
    """
    return (path, *_included(_parse(path), path.parent))


def resolve(values: object, steps: Steps) -> object:
    """Give what stands at a place; None where nothing does."""
    for step in steps:
        if isinstance(values, list):
            values = dict(enumerate(values))
        if not isinstance(values, Mapping) or step not in values:
            return None
        values = values[step]
    return values


def _holds(values: object, steps: Steps) -> bool:
    return resolve(values, steps) is not None


def _parse(path: Path) -> Document:
    read = read_text(path)
    try:
        values = tomllib.loads(read.text)
    except tomllib.TOMLDecodeError as exc:
        where = re.search(r"line (\d+)", str(exc))
        line = int(where[1]) if where else read.text.count("\n") + 1
        fault = Fault(file=read.file, line=line, key="file", found=str(exc), expected="TOML")
        raise FaultsError([fault]) from None
    return Document(file=read.file, text=read.text, values=values)


def _included(main: Document, folder: Path) -> Sequence[Path]:
    patterns = main.values.get("include", [])
    if not isinstance(patterns, list) or not all(isinstance(one, str) and one for one in patterns):
        raise FaultsError(
            [main.fault(("include",), found=repr(patterns), expected='a list such as ["projects/*.toml"]')]
        )
    files: dict[Path, None] = {}
    for position, pattern in enumerate(patterns):
        found = [folder / pattern] if Path(pattern).is_absolute() else sorted(folder.glob(pattern))
        if not found and not re.search(r"[*?\[]", pattern):
            raise FaultsError(
                [
                    main.fault(
                        ("include", position),
                        found=f"no file {folder / pattern}",
                        expected="an existing file",
                    )
                ]
            )
        files.update(dict.fromkeys(found))
    return tuple(files)


def _merge(main: Document, included: Sequence[Document]) -> Merged:
    defaults = main.values.get("defaults", {})
    if not isinstance(defaults, dict):
        raise FaultsError([main.fault(("defaults",), found=repr(defaults), expected="a table [defaults]")])
    projects: list[object] = []
    origins: list[tuple[Document, int]] = []
    for document in (main, *included):
        own = document.values.get("project", [])
        if not isinstance(own, list):
            raise FaultsError(
                [document.fault(("project",), found="one table", expected="[[project]] tables")]
            )
        for position, project in enumerate(own):
            projects.append(_deep(defaults, project))
            origins.append((document, position))
    rest = {key: value for key, value in main.values.items() if key not in {"include", "defaults", "project"}}
    values = {**rest, "project": projects} if projects else rest
    return Merged(main=main, values=values, origins=tuple(origins))


def _deep(below: object, above: object) -> object:
    """Lay one table over another; what is no table replaces what is below it."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: _deep(below.get(key), value) for key, value in above.items()}}
