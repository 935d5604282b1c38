"""Where saved payloads lie, and reading them: JSON and JSON lines, gzipped or not.

Two layouts. A folder with `issues.jsonl`, `versions.json` or `milestones.json`, and, where they
were saved, `fields.json`, `statuses.json`, `issuetypes.json`. Or files that begin alike:
`APOLLO.issues_changelog.jsonl.gz` (or `.issues.jsonl.gz`) with `APOLLO.versions.json.gz`,
`APOLLO.project.json.gz` and so on.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.errors import MalformedError, SettingsError

_ISSUES = ("issues_changelog.jsonl", "issues.jsonl")
_SUFFIXES = ("", ".gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file, counted from 1. `value` None: it is no JSON object."""

    number: int
    value: Mapping[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The files of one recorded project. `stem` begins their names; "" where a folder is their own."""

    folder: Path
    stem: str
    issues: Path

    def document(self, name: str) -> object:
        """Read a JSON document such as `versions`, None where it was not saved.

        Raises:
            MalformedError: It is no JSON.
        """
        for suffix in _SUFFIXES:
            path = self.folder / f"{self.stem}{name}.json{suffix}"
            if path.is_file():
                return _loaded(path)
        return None

    def other_lines(self, name: str) -> Iterator[Line]:
        """Yield the lines of another file, such as `milestone_snapshots`; none where there is none."""
        for suffix in _SUFFIXES:
            path = self.folder / f"{self.stem}{name}.jsonl{suffix}"
            if path.is_file():
                yield from lines(path)
                return


def find(path: Path) -> Recording:
    """Find a recording by its folder or by how its files begin.

    Raises:
        SettingsError: There is none, or more than one.
    """
    if path.is_dir():
        own = _first(path, "")
        if own is not None:
            return Recording(folder=path, stem="", issues=own)
    folder, start = (path, "") if path.is_dir() else (path.parent, path.name)
    exact = _first(folder, f"{start}.") if start else None
    found = [exact] if exact else _beginning(folder, start)
    if len(found) != 1:
        names = ", ".join(one.name for one in found) or "none"
        raise SettingsError(f"path: found {names} at {path}, expected one {' or '.join(_ISSUES)}")
    stem = found[0].name[: _length(found[0].name)]
    return Recording(folder=folder, stem=stem, issues=found[0])


def lines(path: Path) -> Iterator[Line]:
    """Yield a file's lines; empty ones are passed over.

    A line as some exports have it, `{"url": …, "payload": …}`, counts as its payload.

    Raises:
        MalformedError: The file itself cannot be read to its end.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, text in enumerate(file, start=1):
                if text.strip():
                    yield Line(number=number, value=_object(text))
    except (OSError, EOFError) as exc:
        raise MalformedError(
            f"{path.name}: found a damaged or unreadable file ({type(exc).__name__})"
        ) from exc


def _object(text: bytes) -> Mapping[str, object] | None:
    try:
        loaded: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(loaded, Mapping) and isinstance(loaded.get("payload"), Mapping):
        loaded = loaded["payload"]
    return loaded if isinstance(loaded, Mapping) else None


def _loaded(path: Path) -> object:
    try:
        body = path.read_bytes()
        loaded: object = json.loads(gzip.decompress(body) if path.suffix == ".gz" else body)
    except (OSError, EOFError, ValueError, RecursionError) as exc:
        raise MalformedError(f"{path.name}: found no readable JSON ({type(exc).__name__})") from exc
    return loaded


def _first(folder: Path, stem: str) -> Path | None:
    names = (f"{stem}{issues}{suffix}" for issues in _ISSUES for suffix in _SUFFIXES)
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _beginning(folder: Path, start: str) -> list[Path]:
    """Return the issue files whose names begin so, of each recording the one with histories."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        length = _length(path.name)
        if length and path.name.startswith(start) and path.is_file():
            found.setdefault(path.name[:length], path)
    return list(found.values())


def _length(name: str) -> int:
    """Return how long the stem of an issue file's name is, its dot included; 0 for other files."""
    for issues in _ISSUES:
        for suffix in _SUFFIXES:
            if name.endswith(f".{issues}{suffix}"):
                return len(name) - len(issues) - len(suffix)
    return 0
