"""What pydantic found wrong with a file that a person wrote, as faults with line, key and remedy."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mappings.errors import Fault, FaultsError
from mappings.positions import Path, dotted, locate

SHOWN_CHARACTERS = 60  # of a found value; enough to recognise it
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")


def read_toml(text: str, *, file: str) -> dict[str, object]:
    """Read a TOML text.

    Args:
        text: The document.
        file: Its name, for the fault.

    Raises:
        FaultsError: The text is no TOML; the one fault names the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        found = _TOML_LINE.search(str(exc))
        line = int(found.group(1)) if found else text.count("\n") + 1
        message = _TOML_LINE.sub("", str(exc)).strip()
        raise FaultsError(
            [Fault(file=file, line=line, key="TOML", found=message, expected="TOML 1.0")]
        ) from exc
    except RecursionError as exc:
        fault = Fault(file=file, line=0, key="TOML", found="hundreds of nested brackets", expected="TOML 1.0")
        raise FaultsError([fault]) from exc


def faults_of(
    error: ValidationError,
    model: type[BaseModel],
    *,
    text: str,
    file: str,
    is_secret: Callable[[Path], bool] = lambda _: False,
) -> tuple[Fault, ...]:
    """Turn what pydantic found into faults, ordered by line.

    Args:
        error: What validation of the document raised.
        model: The model of the document's root; its fields are the known keys.
        text: The document as written.
        file: Its name.
        is_secret: Whether the value at a path must not be shown.

    Returns:
        One fault for each error, each with the line of its key or of the table that lacks it.
    """
    found = [_fault(details, model, text=text, file=file, is_secret=is_secret) for details in error.errors()]
    return tuple(sorted(found, key=lambda fault: (fault.line, fault.key)))


def fault_at(path: Path, *, text: str, file: str, found: str, expected: str) -> Fault:
    """Make a fault of what is written at `path`."""
    return Fault(file=file, line=locate(text, path), key=dotted(path), found=found, expected=expected)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that `word` was most likely meant to be, "" if none is near."""
    close = difflib.get_close_matches(word.casefold(), sorted(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def expected_key(word: str, known: Iterable[str]) -> str:
    """Say which key was expected where `word` was found."""
    names = sorted(known)
    close = nearest(word, names)
    listed = "one of " + ", ".join(f"`{name}`" for name in names)
    return f"`{close}`, or {listed}" if close else listed


# ----------------------------------------------------------------------------------- private


def _fault(
    details: ErrorDetails, model: type[BaseModel], *, text: str, file: str, is_secret: Callable[[Path], bool]
) -> Fault:
    path: Path = tuple(details["loc"])
    kind = details["type"]
    if kind == "extra_forbidden":
        word = str(path[-1])
        found, expected = f"unknown key `{word}`", expected_key(word, _known_keys(model, path[:-1]))
    elif kind == "missing":
        found, expected = "nothing", f"a value for `{path[-1]}`"
    else:
        found = "a value that is not shown" if is_secret(path) else _shown(details["input"])
        expected = _expected(details)
    return fault_at(path, text=text, file=file, found=found, expected=expected)


def _expected(details: ErrorDetails) -> str:
    message = details["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    value, allowed = details["input"], details.get("ctx", {}).get("expected")
    if not isinstance(value, str) or not isinstance(allowed, str):
        return message
    close = nearest(value, re.findall(r"'([^']*)'", allowed))
    return f"{message} (did you mean '{close}'?)" if close else message


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _known_keys(model: type[BaseModel], path: Path) -> list[str]:
    """Names of the fields of the model that stands at `path` below `model`."""
    here = model
    for part in path:
        known = {info.alias or name: info for name, info in here.model_fields.items()}
        if isinstance(part, str) and part in known:
            here = _model_in(known[part].annotation) or here
    return [info.alias or name for name, info in here.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
