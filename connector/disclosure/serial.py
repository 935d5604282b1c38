"""Client views as JSON: kept with their edition, so that the next one can say what changed."""

from __future__ import annotations

import hashlib
from functools import cache

from pydantic import TypeAdapter, ValidationError

from connector.disclosure.leaves import leaves
from connector.disclosure.scribe import strings
from connector.disclosure.view import ClientView


def dump_view(view: ClientView) -> str:
    """Write a view as one JSON document; `load_view` gives it back equal."""
    return _adapter().dump_json(view).decode()


def load_view(text: str) -> ClientView | None:
    """Read a stored view; None if it was written by a version that had another idea of a view."""
    try:
        return _adapter().validate_json(text)
    except ValidationError:
        return None


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
