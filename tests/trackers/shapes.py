"""Shapes of JSON: which types a path holds, and what one shape lacks beside another."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

_NAMES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
_LINES_AN_EXCHANGE = 11


def types_at(value: object, path: str) -> set[str]:
    """Return the JSON types found at a path such as `issues[].fields.status.name`; "absent" where nothing is.

    An empty list on the way holds no opinion.
    """
    found = {"absent"} if value is _ABSENT else set()
    if value is _ABSENT:
        return found
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    inner = _child(value, name) if name else value
    if head.endswith("[]"):
        rows = inner if isinstance(inner, list) else [] if inner is None else [_ABSENT]
        return set().union(*(types_at(row, rest) if rest else {_name(row)} for row in rows))
    if rest:
        return set() if inner is None else types_at(inner, rest)
    return {_name(inner)}


def differences(ours: object, recorded: object, paths: Sequence[str]) -> list[str]:
    """Return, for each path, how our answer differs from recorded ones: absent, or of another type.

    A null may stand for any type, on either side; recorded types may be more than ours.
    """
    told = []
    for path in paths:
        mine, theirs = types_at(ours, path), types_at(recorded, path)
        if not theirs - {"absent"}:
            told.append(f"{path}: the recording has nothing there")
        elif not mine:
            told.append(f"{path}: our answer has nothing to compare")
        elif "null" not in theirs and mine - theirs - {"null"}:
            told.append(f"{path}: ours {sorted(mine)}, recorded {sorted(theirs)}")
        elif "absent" in mine and "absent" not in theirs:
            told.append(f"{path}: absent in ours, recorded {sorted(theirs)}")
    return told


def document(path: Path) -> object:
    """Return the JSON document of a file, or the list of the `payload`s of a file of lines."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    if ".jsonl" not in path.name:
        return json.loads(text)
    return [json.loads(line).get("payload") for line in text.split("\n") if line.strip()]


def exchanges(path: Path) -> Iterator[tuple[str, int, object]]:
    """Yield path, status and body of the JSON answers in a recording of HTTP exchanges."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for start in range(0, len(lines) - _LINES_AN_EXCHANGE + 2, _LINES_AN_EXCHANGE):
        block = lines[start : start + _LINES_AN_EXCHANGE]
        body = block[9]
        if body.startswith(("{", "[")):
            yield block[4], int(block[7]), json.loads(body)


class _Absent:
    """Nothing was there."""


_ABSENT = _Absent()


def _child(value: object, name: str) -> object:
    return value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT


def _name(value: object) -> str:
    return "absent" if value is _ABSENT else "null" if value is None else _NAMES[type(value)]
