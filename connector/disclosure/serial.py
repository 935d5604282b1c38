"""Client views as JSON: kept with their edition, so that the next one can say what changed."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from html import escape
from typing import Final

from pydantic import TypeAdapter, ValidationError

from connector.disclosure.leaves import leaves
from connector.disclosure.scribe import strings
from connector.disclosure.view import ClientView

_LONGER: Final = frozenset({"text", "response"})  # fields of longer texts


def dump_view(view: ClientView) -> str:
    """Write a view as one JSON document; `load_view` gives it back equal."""
    return _adapter().dump_json(view).decode()


def load_view(text: str) -> ClientView | None:
    """Read a stored view; None if it was written by a version that had another idea of a view.

    What was added since has its default; longer texts, which once were a list of paragraphs, are read
    as what they are now.
    """
    try:
        return _adapter().validate_python(_renewed(json.loads(text)))
    except (ValidationError, ValueError):
        return None


def _renewed(value: object) -> object:
    """Return a stored value with its longer texts as this version writes them."""
    if isinstance(value, list):
        return [_renewed(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _rich(child) if name in _LONGER and isinstance(child, list) else _renewed(child)
        for name, child in value.items()
    }


def _rich(paragraphs: list[object]) -> dict[str, str] | None:
    lines = [str(each["value"]) for each in paragraphs if isinstance(each, dict)]
    html = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return {"html": html, "text": "\n\n".join(lines)} if lines else None


def fingerprint(view: ClientView) -> str:
    """Return a digest of what a client sees: 64 hex characters.

    Edition number, instants and ages are left out: it changes exactly when the content does. No
    internal value takes part in it.
    """
    digest = hashlib.sha256()
    for path, leaf in leaves(view, volatile=False):
        digest.update("\x1f".join((path, *strings(leaf))).encode())
        digest.update(b"\x1e")
    return digest.hexdigest()


@cache
def _adapter() -> TypeAdapter[ClientView]:
    return TypeAdapter(ClientView)
