"""Walks a client view: every leaf with the path on which it stands."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Final

from connector.disclosure.view import (
    Amount,
    ClientText,
    Colour,
    Day,
    Image,
    Leaf,
    Link,
    Moment,
    Progress,
    RichText,
    State,
    Thing,
)

_LEAF_TYPES: Final = (ClientText, RichText, Link, Image, State, Day, Moment, Amount, Progress, Colour)


def leaves(value: object, *, volatile: bool = True, path: str = "") -> tuple[tuple[str, Leaf], ...]:
    """List the leaves of a view or a part of one, each with its path, in field order.

    Args:
        value: A view, a part of one, a tuple or mapping of parts, or a leaf.
        volatile: Also walk fields that change with every edition.
        path: Where `value` itself stands.

    Returns:
        Pairs of path and leaf. Elements that have an id stand under it (`goals[k3f…].title`), so
        that the same thing has the same path in the next edition.

    Raises:
        TypeError: Something in it is neither a part nor a leaf.
    """
    if isinstance(value, _LEAF_TYPES):
        return ((path, value),)
    if value is None or isinstance(value, bool | enum.Enum):
        return ()
    return tuple(
        leaf
        for name, child in _children(value, volatile=volatile)
        for leaf in leaves(child, volatile=volatile, path=_join(path, name))
    )


def _children(value: object, *, volatile: bool) -> list[tuple[str, object]]:
    if isinstance(value, tuple):
        return [(f"[{_handle(child, place)}]", child) for place, child in enumerate(value)]
    if isinstance(value, Mapping):
        return [(str(name), child) for name, child in value.items()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [
            (part.name, getattr(value, part.name))
            for part in dataclasses.fields(value)
            if volatile or not part.metadata.get("volatile")
        ]
    raise TypeError(f"found {type(value).__name__} in a client view; expected parts and leaves only")


def _handle(child: object, place: int) -> str:
    return str(child.head.id) if isinstance(child, Thing) else str(place)


def _join(path: str, name: str) -> str:
    return name if not path else f"{path}{name}" if name.startswith("[") else f"{path}.{name}"
