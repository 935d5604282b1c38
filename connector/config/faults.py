"""Pydantic's errors as faults that a person can act on. Secret values are never repeated."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator, Mapping

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from connector.config.documents import Merged, Steps, resolve
from connector.config.schema import Config
from connector.config.values import near
from mappings.errors import Fault

NOT_SHOWN = "a value (not shown)"
_SHOWN = 60  # characters of a value that are repeated
_PRIVATE = {"to", "chat", "server", "signing_key", "proxy", "url", "token", "password", "secret"}
_FOUND_EXPECTED = re.compile(
    r"(?:Value error, )?(?:(?P<key>\w+): )?found (?P<found>.+?)[,;] expected (?P<expected>.+)", re.DOTALL
)
_WORDS = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a table",
    "mapping_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": "a date such as 2026-09-01",
    "date_parsing": "a date such as 2026-09-01",
    "date_from_datetime_inexact": "a date without a time",
    "date_from_datetime_parsing": "a date such as 2026-09-01",
    "missing": "a value",
}
_PATTERNS = {
    "^[a-z0-9][a-z0-9-]{0,62}$": "a name of a-z, 0-9 and -, starting with a letter or digit, at most 63 long",
    "^#[0-9a-fA-F]{6}$": "a colour such as #1f5f8b",
    r"^[^\s@<>\"',;:]+@[^\s@<>\"',;:]+$": "a mail address alone, such as anna@example.com",
    "^[a-z][a-z0-9_-]*$": "the kind of a tracker, such as jira or github",
}


def schema_fault(merged: Merged, error: ErrorDetails) -> Fault:
    """Tell one error of the schema."""
    steps = _steps(error["loc"])
    context = error.get("ctx", {})
    if error["type"] == "expected":
        steps = (*steps, *context["path"])
    return merged.fault(
        steps, found=_found(error, merged.values, steps), expected=_expected(error, steps, known_keys)
    )


def option_fault(merged: Merged, error: ErrorDetails, *, source: Steps, keys: tuple[str, ...]) -> Fault:
    """Tell one error of an adapter's settings; `keys`: what a source of this kind may have."""
    told = _FOUND_EXPECTED.fullmatch(error["msg"])
    key = (told["key"],) if told and told["key"] and not error["loc"] else ()
    steps = (*source, *_steps(error["loc"]), *key)
    below = len(source) + 1

    def known(table: Steps) -> tuple[str, ...]:
        return keys if len(table) < below else ()

    return merged.fault(
        steps, found=_found(error, merged.values, steps), expected=_expected(error, steps, known)
    )


def known_keys(table: Steps) -> tuple[str, ...]:
    """List the keys that the schema knows in the table at `table`."""
    model: type[BaseModel] | None = Config
    for step in table:
        if isinstance(step, int) or model is None:
            continue
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        if step in fields:
            model = next(_models(fields[step]), None)
    if model is None:
        return ()
    names = tuple(field.alias or name for name, field in model.model_fields.items() if not field.exclude)
    return (*names, "include", "defaults") if model is Config else names


def shown(value: object, steps: Steps) -> str:
    """Repeat a short value, unless it may be a secret."""
    if value is None:
        return "nothing"
    if _is_private(steps):
        return NOT_SHOWN
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = repr(value) if isinstance(value, str | bool | int | float) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _is_private(steps: Steps) -> bool:
    return not _PRIVATE.isdisjoint(map(str, steps))


def _steps(loc: tuple[int | str, ...]) -> Steps:
    return tuple(step for step in loc if step != "[key]")


def _found(error: ErrorDetails, values: object, steps: Steps) -> str:
    context = error.get("ctx", {})
    if context.get("found"):
        return str(context["found"])
    if error["type"] == "extra_forbidden":
        return "an unknown key"
    if error["loc"][-1:] == ("[key]",):
        return repr(steps[-1])
    told = _FOUND_EXPECTED.fullmatch(error["msg"])
    if told and not _is_private(steps):
        return told["found"]
    return shown(resolve(values, steps), steps)


def _expected(error: ErrorDetails, steps: Steps, known: Callable[[Steps], tuple[str, ...]]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "expected":
        return str(context["expected"])
    if kind == "extra_forbidden":
        keys = known(steps[:-1])
        return f"a known key, {near(str(steps[-1]), keys)}" if keys else "no such key"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context["pattern"]), f"text that matches {context['pattern']}")
    told = _FOUND_EXPECTED.fullmatch(error["msg"])
    if told:
        return told["expected"]
    return _WORDS.get(kind) or error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models(part)
