"""Every form of one edition, made from the view alone: the files of its folder, and those beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connector.disclosure.portal_view import PastEdition
from connector.disclosure.view import ClientView
from connector.publish import archive, badge, calendar, environment, feed, mail, pdf, render

BESIDE: Final = (feed.FEED, calendar.CALENDAR, badge.BADGE, archive.ARCHIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The files of an edition. `beside` holds what all editions of an audience share."""

    inside: Mapping[str, bytes]
    beside: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def files(self) -> Mapping[str, bytes]:
        """All of them, to be searched."""
        return {**self.inside, **self.beside}


def bundle(view: ClientView, past: Sequence[PastEdition] = ()) -> Bundle:
    """Make every form of an edition but the one on paper: see `printed`.

    Args:
        view: What the client may see; nothing else is read.
        past: The audience's other editions, in any order; withdrawn ones among them.

    Returns:
        Its files. The same input gives the same bytes.

    Raises:
        UnsafeValueError: A template tried to print something that is not client-safe.
    """
    return Bundle(inside={**render.render(view), **mail.email(view)}, beside=beside(view, past))


def can_print() -> bool:
    """Tell whether the edition on paper can be made here."""
    return pdf.is_available()


def printed(view: ClientView) -> Mapping[str, bytes]:
    """Make the edition on paper, which takes a second; nothing where it cannot be made here.

    Args:
        view: What the client may see; nothing else is read.

    Raises:
        MissingGlyphsError: No font has a character of the text.
        UnsafeValueError: A template tried to print something that is not client-safe.
    """
    return {pdf.PDF: pdf.pdf(view)} if can_print() else {}


def beside(view: ClientView, past: Sequence[PastEdition] = ()) -> Mapping[str, bytes]:
    """Make what lies beside the editions of an audience: feed, calendar, badge, list of editions.

    Args:
        view: The newest edition that stands.
        past: Its other editions, in any order; withdrawn ones among them.
    """
    return {
        feed.FEED: feed.feed(view, past),
        calendar.CALENDAR: calendar.calendar(view, past),
        badge.BADGE: badge.badge(view),
        archive.ARCHIVE: archive.archive(view, past),
    }


def fixed_texts(
    view: ClientView, past: Sequence[PastEdition] = (), inside: Mapping[str, bytes] | None = None
) -> tuple[str, ...]:
    """Return every text that the files hold whatever the project; the leak check takes them as `fixed`.

    Args:
        view: What the files were made of.
        past: What else they were made of.
        inside: The files of the edition's folder, where they are searched, too.
    """
    return (
        *render.fixed_texts(view.theme),
        *(mail.fixed_texts(inside, view.theme) if inside else ()),
        *feed.fixed_texts(view, past),
        *calendar.fixed_texts(view, past),
        *badge.fixed_texts(view),
        *archive.fixed_texts(view, past),
    )


def templates_digest() -> str:
    """Return the digest of all templates: which form an edition was given."""
    digest = hashlib.sha256()
    for name in environment.template_names():
        digest.update(f"{name}\0{environment.template_source(name)}\0".encode())
    return digest.hexdigest()
