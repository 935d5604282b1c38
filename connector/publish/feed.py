"""The editions of an audience as an Atom feed: what changed in the newest one, and that others were.

Of an older edition only its label, its day and its verdict's word are told: what was disclosed once
may be closed today.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from connector.disclosure.portal_view import PastEdition, past_edition
from connector.disclosure.view import ClientText, ClientView

FEED: Final = "feed.xml"
EDITION_PAGE: Final = "editions/{number}/index.html"  # below the page of an audience
_PAGE: Final = "index.html"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_TAG: Final = "tag:clientview,2026:"  # RFC 4151; the same for every installation, so that it names none
_NAMELESS: Final = "editions"  # where a view does not know its series
_NOT_XML: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMES: Final = ("feed", "title", "id", "updated", "published", "author", "name", "link", "entry", "content")


def feed(view: ClientView, past: Sequence[PastEdition]) -> bytes:
    """Write the feed of an audience.

    Links are absolute where the view knows where its page lies, else relative to the feed itself.

    Args:
        view: The newest edition that stands.
        past: Its other editions, in any order; withdrawn ones among them.

    Returns:
        An XML document; the same input gives the same bytes.

    Source:
        RFC 4287 (Atom), RFC 4151 (tag addresses).
    """
    now = past_edition(view)
    root = ET.Element("feed", {"xmlns": _ATOM, _LANGUAGE: view.language.value})
    _text(root, "id", _identity(view))
    _text(root, "title", view.project)
    _text(root, "updated", _instant(max(one.changed_at for one in (now, *past))))
    _author(root, view)
    page = base(view)
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{page}{FEED}"})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": page or _PAGE})
    for edition in sorted((now, *past), key=lambda one: -one.number):
        _entry(root, view, edition)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def fixed_texts(view: ClientView, past: Sequence[PastEdition]) -> tuple[str, ...]:
    """Return what the feed holds besides values that the view tells: markup, and words of older editions."""
    older = (text for one in past for text in (_title(one, view), _instant(one.changed_at)))
    tags = (mark for name in _NAMES for mark in (f"<{name}", f"</{name}>"))
    links = ('rel="self" type="application/atom+xml" href="', 'rel="alternate" type="text/html" href="')
    return (FEED, _ATOM, _XHTML, _TAG, "xml:lang=", "editions/", _PAGE, *tags, *links, *older)


def base(view: ClientView) -> str:
    """Return the address of the folder of an audience's pages, with a slash behind it; "" if unknown."""
    if view.edition.page is None:
        return ""
    return view.edition.page.value.removesuffix(_PAGE).rstrip("/") + "/"


def _entry(root: ET.Element, view: ClientView, edition: PastEdition) -> None:
    entry = ET.SubElement(root, "entry")
    _text(entry, "id", f"{_identity(view)}:{edition.number}")
    _text(entry, "title", _title(edition, view))
    _text(entry, "published", _instant(edition.published.at))
    _text(entry, "updated", _instant(edition.changed_at))
    href = base(view) + EDITION_PAGE.format(number=edition.number)
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": href})
    content = ET.SubElement(entry, "content", {"type": "xhtml"})
    body = ET.SubElement(content, "div", {"xmlns": _XHTML})
    if edition.view is view:
        _news(body, view)
    else:
        _text(body, "p", _title(edition, view))


def _news(body: ET.Element, view: ClientView) -> None:
    """Tell the newest edition: how things are, and every change."""
    if view.verdict:
        _text(body, "p", view.verdict.sentence)
    _text(body, "p", view.changes.sentence)
    if view.changes.entries:
        changes = ET.SubElement(body, "ul")
        for change in view.changes.entries:
            _text(changes, "li", change.sentence)


def _title(edition: PastEdition, view: ClientView) -> str:
    word = (
        view.texts["portal_withdrawn"] if edition.is_withdrawn else edition.verdict and edition.verdict.word
    )
    return " · ".join(str(part) for part in (edition.label, edition.day.text, word) if part)


def _author(root: ET.Element, view: ClientView) -> None:
    _text(ET.SubElement(root, "author"), "name", view.publisher or view.project)


def _identity(view: ClientView) -> str:
    return f"{_TAG}{view.edition.series or _NAMELESS}"


def _text(parent: ET.Element, name: str, text: str | ClientText) -> None:
    ET.SubElement(parent, name).text = _NOT_XML.sub("", str(text))


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
