"""Where issues are: what a census tells of each, and what became of one that is missing. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from adapters.errors import MalformedError, NotFoundError, RefusedError
from adapters.github.assemble import is_selected
from adapters.github.parse import Context, key_of
from adapters.github.payloads import (
    home_of,
    is_pull_request,
    number_of,
    read_parent,
    total_blocked_by,
)
from adapters.protocol import Fate, Present, Whereabouts
from adapters.wire import JSON

_DISCUSSION = re.compile(r"/discussions/\d+(?:\s|$)")


def present_of(raw: Mapping[str, JSON], *, context: Context, home: str = "") -> Present:
    """Read what a census wants to know of an issue, from a REST row or a light GraphQL node.

    Args:
        raw: Row or node.
        context: Where it comes from.
        home: The repository's name in this answer; by default, where the row says it lives.

    Raises:
        MalformedError: It lacks its number or its instant: nothing may be concluded from the rest.
    """
    number = number_of(raw)
    try:
        updated_at = dt.datetime.fromisoformat(str(raw.get("updated_at") or raw.get("updatedAt")))
        parent = read_parent(raw)
    except (ValueError, ValidationError) as exc:
        raise MalformedError(
            f"issue {number} of a census cannot be read; expected an instant, and a parent with a number"
        ) from exc
    if number is None or updated_at.tzinfo is None:
        raise MalformedError(f"issue {number} of a census lacks its number or its time zone")
    above = "" if parent is None else key_of(parent, home=home or home_of(raw), context=context)
    return Present(
        key=context.issue_key(number),
        updated_at=updated_at.astimezone(dt.UTC),
        parent=above if {"parent", "repository_url"} & raw.keys() else None,
        blockers=total_blocked_by(raw),
    )


def place_of(raw: JSON, *, number: int, home: str, context: Context, select: Sequence[str]) -> Whereabouts:
    """Say what became of an issue by what answered when it was asked for.

    Args:
        raw: The row or node that came, wherever it lives now.
        number: What was asked for.
        home: The repository's name now.
        context: Where it comes from.
        select: Labels of which an issue of the source carries one.
    """
    there, found = home_of(raw), number_of(raw)
    ref = ref_of(raw, context=context, home=home)
    if is_pull_request(raw) or _DISCUSSION.search(_pages_of(raw)) or _tells_of_conversion(raw):
        return Whereabouts(fate=Fate.CONVERTED, ref=ref)
    if found != number or there.casefold() not in {home.casefold(), context.repository.casefold()}:
        return Whereabouts(fate=Fate.TRANSFERRED, ref=ref)
    return Whereabouts(fate=Fate.PRESENT if is_selected(raw, select) else Fate.OUTSIDE, ref=ref)


def ref_of(raw: JSON, *, context: Context, home: str = "") -> str:
    """Return what people call an issue in the repository it lives in now: `attic#4`.

    One that lives in our own repository is called by the name in the settings, renamed or not.
    """
    there, number = home_of(raw), number_of(raw)
    if there.casefold() in {"", home.casefold(), context.repository.casefold()}:
        return context.ref("?" if number is None else number)
    return f"{there.rpartition('/')[2]}#{number}"


def fate_of_gone(error: NotFoundError) -> Fate:
    """Say what a 410 tells.

    Raises:
        RefusedError: It is not about the issue: the repository's issues are switched off.

    Source:
        GitHub's REST documentation, "Get an issue": 410 for an issue that was deleted from a
        repository that the token may read.
    """
    words = str(error).rpartition(" answered ")[2].lower()  # before it stands an address
    if "disabled" in words:
        raise RefusedError(f"nothing can be said of single issues: {error}") from error
    return Fate.CONVERTED if "discussion" in words else Fate.DELETED


def issue_number(key: str, *, context: Context) -> int | None:
    """Return the number in the key of one of our issues; None for any other key."""
    prefix = context.issue_key_prefix
    number = key.removeprefix(prefix)
    is_ours = key.startswith(prefix) and number.isascii() and number.isdigit()
    return int(number) if is_ours else None


def is_conversion(event: JSON) -> bool:
    """Whether an event of REST or GraphQL says that the issue became a discussion."""
    word = (event.get("event") or event.get("__typename")) if isinstance(event, Mapping) else None
    return word in {"converted_to_discussion", "ConvertedToDiscussionEvent"}


def _tells_of_conversion(raw: JSON) -> bool:
    events = raw.get("timelineItems") if isinstance(raw, Mapping) else None
    nodes = events.get("nodes") if isinstance(events, Mapping) else None
    return isinstance(nodes, Sequence) and any(map(is_conversion, nodes))


def _pages_of(raw: JSON) -> str:
    return f"{raw.get('html_url')} {raw.get('url')}" if isinstance(raw, Mapping) else ""
