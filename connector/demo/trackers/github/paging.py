"""Connections: pages of GraphQL nodes by cursor, with the bounds GitHub insists on; and its errors."""

from __future__ import annotations

import base64
import binascii
import bisect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import FieldNode, GraphQLError, GraphQLResolveInfo

from connector.demo.trackers.exchange import Payload

MOST = 100
Row = TypeVar("Row")


class GraphError(GraphQLError):
    """An error of GitHub's own making; `kind` is its `type` in the answer."""

    def __init__(self, message: str, *, kind: str) -> None:
        """Keep the kind where the answer's formatter finds it."""
        super().__init__(message, extensions={"type": kind})


@dataclass(frozen=True, slots=True)
class Order:
    """By which field of a row a connection is ordered: a page begins behind a place, not an index."""

    name: str
    is_descending: bool = False

    def place(self, row: Payload) -> tuple[bool, str | int, int]:
        """Return a row's place: empty values last, then by value, then by number."""
        value = row.get(self.name)
        return (value is None, "" if value is None else value, row["number"])


def connection(
    info: GraphQLResolveInfo[Any],
    rows: Sequence[Row],
    asked: Mapping[str, object],
    *,
    make: Callable[[Row], object] = lambda row: row,
    order: Order | None = None,
    row: Callable[[Row], Payload] | None = None,
) -> Payload:
    """Return one page of a connection.

    Args:
        info: Of the field: whether it asks for nodes, and its name for errors.
        rows: Everything, in order.
        asked: The field's arguments: first, after, last, before.
        make: Makes a node of a row.
        order: With `row`: cursors name a place in this order, so that rows which move while one
            pages are not skipped. Without: an index.
        row: Gives a row's REST object.

    Raises:
        GraphError: No bound, a bound beyond 100, or no cursor.
    """
    size = _bound(info, asked)

    def place(index: int) -> tuple[object, ...]:
        return order.place(row(rows[index])) if order and row else (index,)

    start = _behind(len(rows), place, asked.get("after"), is_descending=bool(order and order.is_descending))
    stop = len(rows)
    if asked.get("last") is not None:
        start = max(start, stop - size)
    stop = min(stop, start + size)
    shown = range(start, stop)
    ends = (_cursor(place(start)), _cursor(place(stop - 1))) if shown else (None, None)
    return {
        "totalCount": len(rows),
        "pageInfo": {
            "hasNextPage": stop < len(rows),
            "hasPreviousPage": start > 0,
            "startCursor": ends[0],
            "endCursor": ends[1],
        },
        "nodes": lambda _info: [make(rows[index]) for index in shown],
        "edges": lambda _info: [{"cursor": _cursor(place(i)), "node": make(rows[i])} for i in shown],
    }


def _bound(info: GraphQLResolveInfo[Any], asked: Mapping[str, object]) -> int:
    name = info.field_name
    for word in ("first", "last"):
        size = asked.get(word)
        if not isinstance(size, int):
            continue
        if size > MOST:
            raise GraphError(
                f"Requesting {size} records on the `{name}` connection exceeds the `{word}` limit"
                f" of {MOST} records.",
                kind="EXCESSIVE_PAGINATION",
            )
        if size < 0:
            raise GraphError(
                f"`{word}` on the `{name}` connection cannot be less than zero.", kind="BAD_PAGINATION"
            )
        return size
    if _asks_for_nodes(info):
        raise GraphError(
            f"You must provide a `first` or `last` value to properly paginate the `{name}` connection.",
            kind="MISSING_PAGINATION_BOUNDARIES",
        )
    return 0


def _asks_for_nodes(info: GraphQLResolveInfo[Any]) -> bool:
    chosen = [
        one for field in info.field_nodes if field.selection_set for one in field.selection_set.selections
    ]
    return any(not isinstance(one, FieldNode) or one.name.value in ("nodes", "edges") for one in chosen)


def _cursor(place: tuple[object, ...]) -> str:
    return base64.b64encode(b"cursor:v2:" + json.dumps(place).encode()).decode()


def _behind(
    count: int, place: Callable[[int], tuple[Any, ...]], cursor: object, *, is_descending: bool
) -> int:
    """Return the first index behind a cursor: rows are in order of their places."""
    if not cursor:
        return 0
    try:
        decoded = base64.b64decode(str(cursor), validate=True)
        at = json.loads(decoded.removeprefix(b"cursor:v2:"))
    except (binascii.Error, ValueError) as exc:
        raise GraphError(
            f"`{cursor}` does not appear to be a valid cursor.", kind="INVALID_CURSOR_ARGUMENTS"
        ) from exc
    behind = tuple(at)

    def is_behind(index: int) -> bool:
        return place(index) < behind if is_descending else place(index) > behind

    return bisect.bisect_left(range(count), True, key=is_behind)
