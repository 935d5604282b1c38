"""The page of all editions of an audience: which there are, each with its day and its verdict's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector.disclosure.portal_view import PastEdition, past_edition
from connector.disclosure.view import ClientView, Link
from connector.publish.dress import dressed

ARCHIVE: Final = "editions/index.html"  # below the page of an audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An edition in the list, with the way to it from here."""

    edition: PastEdition
    link: Link


def archive(view: ClientView, past: Sequence[PastEdition]) -> bytes:
    """Render the page; the same input gives the same bytes.

    Args:
        view: The newest edition that stands.
        past: Its other editions, in any order; withdrawn ones among them.

    Raises:
        UnsafeValueError: A text is not client-safe.
    """
    newest = past_edition(view)
    others = sorted(past, key=lambda one: -one.number)
    return dressed(
        "archive.html.j2",
        view.theme,
        view=view,
        newest=newest,
        rows=tuple(Row(edition=one, link=Link(f"{one.number}/index.html")) for one in (newest, *others)),
    )


def fixed_texts(view: ClientView, past: Sequence[PastEdition]) -> tuple[str, ...]:
    """Return what the page holds besides its template and values that the view tells: older editions."""
    words = (one.verdict.word for one in past if one.verdict)
    told = (text.value for one in past for text in (one.label, one.day.text, one.day.iso))
    links = (f"{one.number}/index.html" for one in (past_edition(view), *past))
    return (ARCHIVE, *told, *(word.value for word in words), *links)
