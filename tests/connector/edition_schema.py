"""Derives the JSON Schema of `summary.json` from the types of a client view, for the test and to write it."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import types
import typing
from typing import Final

from connector.disclosure import view
from connector.publish.document import SCHEMA

Json = str | int | bool | list["Json"] | dict[str, "Json"]

NOT_DATA: Final = frozenset({"texts", "theme", "direction", "ticks", "clock"})
TEXT: Final[dict[str, Json]] = {"type": "string"}
LEAVES: Final[dict[type, dict[str, Json]]] = {
    view.ClientText: TEXT,
    view.RichText: {"description": "Paragraphs, without markup.", "type": "array", "items": TEXT},
    view.Link: TEXT,
    view.Image: TEXT,
    view.Day: {"type": "string", "format": "date"},
    view.Moment: {"type": "string", "format": "date-time"},
    view.Amount: {
        "description": "A number; a text where the number is too small to be told exactly.",
        "type": ["number", "string"],
    },
    view.Progress: {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "done": {"type": "integer"},
            "total": {"type": "integer"},
            "percent": {"type": "integer"},
        },
        "required": ["done", "total"],
    },
    view.State: {
        "type": "object",
        "additionalProperties": False,
        "properties": {"code": {"enum": [code.value for code in view.Code]}, "word": TEXT},
        "required": ["code", "word"],
    },
    bool: {"type": "boolean"},
}


def edition_schema() -> dict[str, Json]:
    """Return the schema of one edition as data."""
    definitions: dict[str, Json] = {}
    body = _object(view.ClientView, definitions)
    properties, required = body["properties"], body["required"]
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "description": "One edition for one audience. Unknown, empty and closed parts are left out.",
        **body,
        "properties": {"schema": {"const": SCHEMA}, **properties},
        "required": ["schema", *required],
        "$defs": dict(sorted(definitions.items())),
    }


def _object(part: type, definitions: dict[str, Json]) -> dict[str, Json]:
    hints = typing.get_type_hints(part)
    assert dataclasses.is_dataclass(part)
    fields = [field for field in dataclasses.fields(part) if field.name not in NOT_DATA]
    described = {field.name: _described(hints[field.name], definitions) for field in fields}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: schema for name, (schema, _) in described.items()},
        "required": [name for name, (_, is_required) in described.items() if is_required],
    }


def _described(hint: object, definitions: dict[str, Json]) -> tuple[Json, bool]:
    """Return the schema of a type, and whether a value of it is always there."""
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": _described(typing.get_args(hint)[0], definitions)[0]}, False
    if isinstance(hint, types.UnionType):
        known = [each for each in typing.get_args(hint) if each is not type(None)]
        return _described(known[0], definitions)[0], len(known) == len(typing.get_args(hint))
    assert isinstance(hint, type)
    if hint in LEAVES:
        return LEAVES[hint], True
    if issubclass(hint, enum.Enum):
        return {"enum": [str(word.value) for word in hint]}, True
    if hint.__name__ not in definitions:
        description = (inspect.getdoc(hint) or "").partition("\n")[0]
        definitions[hint.__name__] = {"description": description, **_object(hint, definitions)}
    return {"$ref": f"#/$defs/{hint.__name__}"}, True
