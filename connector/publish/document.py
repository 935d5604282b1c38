"""The edition as data: `summary.json`, schema `clientview.edition/1`."""

from __future__ import annotations

import dataclasses
import enum
import json
from typing import Final, assert_never

from connector.disclosure import view as view_module
from connector.disclosure.view import (
    Amount,
    ClientText,
    ClientView,
    Colour,
    Day,
    Image,
    Leaf,
    Link,
    Moment,
    Progress,
    RichText,
    State,
)

SCHEMA: Final = "clientview.edition/1"
_NOT_DATA: Final = frozenset(
    {"texts", "theme", "direction", "ticks", "clock"}
)  # how a page looks, not what it says

LEAVES: Final = (ClientText, RichText, Link, Image, State, Day, Moment, Amount, Progress, Colour)

Json = str | int | float | bool | list["Json"] | dict[str, "Json"]


def document(view: ClientView) -> bytes:
    """Write a view as JSON: what is unknown or closed is left out, never null.

    Days are `YYYY-MM-DD`, instants ISO 8601 UTC; a coarsened number is its wording alone.
    """
    data: dict[str, Json] = {"schema": SCHEMA, **_part(view)}
    members = ",\n".join(f" {_written(key)}: {_member(value)}" for key, value in data.items())
    return f"{{\n{members}\n}}\n".encode()


def _member(value: Json) -> str:
    """Write a part of the edition: of a list each thing on a line of its own."""
    if not isinstance(value, list):
        return _written(value)
    things = ",\n".join(f"  {_written(each)}" for each in value)
    return f"[\n{things}\n ]"


def _written(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def fixed_texts() -> tuple[str, ...]:
    """Return what the document holds besides values: its keys and machine words, as they are written."""
    kinds = [kind for kind in vars(view_module).values() if isinstance(kind, type)]
    words = {str(word.value) for kind in kinds if issubclass(kind, enum.Enum) for word in kind}
    names = {
        field.name for kind in kinds if dataclasses.is_dataclass(kind) for field in dataclasses.fields(kind)
    }
    keys = (f'"{name}":' for name in sorted(names | {"schema"}))
    return (json.dumps(SCHEMA), '": true', '": false', *keys, *map(json.dumps, sorted(words)))


def _part(part: object) -> dict[str, Json]:
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        raise TypeError(f"found {type(part).__name__} in a client view; expected parts and leaves only")
    found: dict[str, Json] = {}
    for field in dataclasses.fields(part):
        value = None if field.name in _NOT_DATA else _json(getattr(part, field.name))
        if value is not None and value != []:
            found[field.name] = value
    return found


def _json(value: object) -> Json | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return [item for each in value if (item := _json(each)) is not None]
    if isinstance(value, LEAVES):
        return _leaf(value)
    return _part(value)


def _leaf(leaf: Leaf) -> Json:
    match leaf:
        case ClientText() | Colour() | Link() | Image():
            return leaf.value
        case RichText():
            return [part.value for part in leaf.paragraphs]
        case State():
            return {"code": leaf.code.value, "word": leaf.word.value}
        case Day() | Moment():
            return leaf.iso.value
        case Amount() | Progress():
            return _number(leaf)
        case _:
            assert_never(leaf)


def _number(leaf: Amount | Progress) -> Json:
    if isinstance(leaf, Amount):
        return leaf.text.value if leaf.value is None else _plain(leaf.value)
    numbers: dict[str, Json] = {"done": leaf.done, "total": leaf.total}
    return numbers if leaf.percent is None else {**numbers, "percent": leaf.percent}


def _plain(value: float) -> int | float:
    """Write 13, not 13.0: as people read it, and unlike a tracker's own estimates."""
    return int(value) if float(value).is_integer() else value
