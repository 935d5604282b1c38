"""`init`: looks at the tracker where it can, and writes first drafts without overwriting anything."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from adapters import registry
from adapters.protocol import Catalogue, Environment
from connector.clock import Clock
from connector.config.sources import Source
from connector.errors import UsageError
from connector.pipeline import drafting
from connector.pipeline.drafting import Guess, Start
from mappings.presets import preset_text
from mappings.rules import parse_rules

INCLUDE = "projects/*.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What was written, and what its rules would make of what the tracker has."""

    files: tuple[Path, ...]
    catalogue: Catalogue | None = None
    guesses: tuple[Guess, ...] = ()


def look(start: Start, folder: Path, clock: Clock) -> Catalogue:
    """Look at the tracker that a first configuration is to name.

    Raises:
        UsageError: The token is missing, or the settings cannot be used.
        AdapterError: The tracker could not be read.
    """
    preset = preset_text(drafting.DEFAULT_RULES[start.kind])
    source = Source.model_validate({"kind": start.kind, **start.settings}, context={"folder": folder})
    environment = Environment(
        now=clock.now, sleep=clock.sleep, fields=parse_rules(preset, file="preset").fields
    )
    adapter = registry.adapter_class(start.kind).open(source.settings(), environment)
    try:
        return adapter.catalogue()
    finally:
        adapter.close()


def write_first(file: Path, start: Start, catalogue: Catalogue | None, clock: Clock) -> Drafted:
    """Write a first configuration, and with a catalogue its rule file.

    Raises:
        UsageError: One of the files is there already; nothing was written.
    """
    drafted = _rules(start, catalogue)
    with_rules = replace(start, rules=drafted[0]) if drafted else start
    texts = {file: drafting.configuration(with_rules, catalogue)}
    return _written(texts, drafted, catalogue, file.parent, clock)


def add_project(file: Path, start: Start, catalogue: Catalogue | None, clock: Clock) -> Drafted:
    """Write a project of its own file beside a configuration, which is made to include it.

    Raises:
        UsageError: The project is there already, the configuration is not or includes other files.
    """
    if not file.is_file():
        raise UsageError(f"{file}: found no such file; expected the configuration to add to")
    target = file.parent / "projects" / f"{start.key}.toml"
    included = _include(file)
    drafted = _rules(start, catalogue)
    with_rules = replace(start, rules=drafted[0]) if drafted else start
    texts = {target: drafting.addition(with_rules, catalogue)}
    done = _written(texts, drafted, catalogue, file.parent, clock)
    if included is not None:
        _replace(file, included)
    return done


def _rules(start: Start, catalogue: Catalogue | None) -> tuple[str, str] | None:
    """Draft the rule file: its path for the configuration, and its text."""
    if start.rules or (catalogue is None and start.defects == "in"):
        return None
    preset = preset_text(drafting.DEFAULT_RULES[start.kind])
    text = preset.replace('defects = "in"', f'defects = "{start.defects}"')
    if catalogue is not None:
        text = drafting.rule_file(text, catalogue)
    return f"rules/{start.key}.toml", text


def _written(
    texts: Mapping[Path, str],
    drafted: tuple[str, str] | None,
    catalogue: Catalogue | None,
    folder: Path,
    clock: Clock,
) -> Drafted:
    whole = dict(texts)
    if drafted:
        whole[folder / drafted[0]] = drafted[1]
    _create(whole)
    files = tuple(whole)
    if catalogue is None or drafted is None:
        return Drafted(files=files, catalogue=catalogue)
    rules = parse_rules(drafted[1], file=drafted[0])
    guesses = drafting.guesses(catalogue, rules, seen_at=clock.now())
    return Drafted(files=files, catalogue=catalogue, guesses=guesses)


def _create(texts: Mapping[Path, str]) -> None:
    """Write new files; where one is there already, none."""
    for path in texts:
        if path.exists():
            raise UsageError(f"{path}: found a file already; init overwrites nothing. Nothing was written")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as out:
            out.write(text)


def _include(file: Path) -> str | None:
    """Return the configuration's text with the include added; None where it includes the file already."""
    text = file.read_text(encoding="utf-8")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise UsageError(f"{file}: {exc}; expected TOML. `clientview check` names every fault") from exc
    patterns = values.get("include")
    if patterns is None:
        return f'include = ["{INCLUDE}"]\n\n{text}'
    if _covers(patterns):
        return None
    raise UsageError(
        f"{file}: include: found {patterns!r}; add {INCLUDE!r} to it by hand, then run init --add again"
    )


def _covers(patterns: object) -> bool:
    names: Sequence[object] = patterns if isinstance(patterns, list) else ()
    return any(isinstance(name, str) and fnmatch("projects/x.toml", name) for name in names)


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(file.stat().st_mode)
    draft.replace(file)
