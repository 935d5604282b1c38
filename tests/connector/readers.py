"""Reads artefacts as the programs do that clients open them with, and tells what is in them beside words."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Final
from xml.etree import ElementTree as ET

import feedparser  # type: ignore[import-untyped]  # comes without types
import icalendar
from markdown_it import MarkdownIt

Skeleton = tuple[str, ...]
"""What stands in an artefact beside words, in order: tags with names of attributes, keys, headers."""
_POINTING: Final = frozenset(
    {"href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset"}
)


class _Tags(HTMLParser):
    """Notes every tag with the names of its attributes, and every address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(" ".join((tag, *sorted(name for name, _ in attrs))))
        self.addresses += [value or "" for name, value in attrs if name in _POINTING]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_decl(self, decl: str) -> None:
        """Note a declaration."""
        self.tags.append(f"!{decl.split(maxsplit=1)[0].lower()}")

    def handle_comment(self, data: str) -> None:
        """Note a comment."""
        self.tags.append("!--")

    def handle_pi(self, data: str) -> None:
        """Note an instruction."""
        self.tags.append("?")


def tags(content: bytes) -> _Tags:
    """Read a page."""
    reader = _Tags()
    reader.feed(content.decode())
    reader.close()
    return reader


def page(content: bytes) -> Skeleton:
    """Return the tags of a page in order."""
    read = tags(content)
    assert read.handlers == []
    return tuple(read.tags)


def data(content: bytes) -> Skeleton:
    """Return the paths of a JSON document in order."""
    return tuple(_paths(json.loads(content)))


def _paths(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _paths(one, f"{path}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from _paths(one, f"{path}[]")
    else:
        yield path


def markdown(content: bytes) -> Skeleton:
    """Return the tags of a Markdown text as a reader with raw HTML and tables would show it."""
    return page(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(content.decode()).encode())


def plain(content: bytes) -> Skeleton:
    """Return nothing: a plain text has only words. It must hold no control but line ends."""
    assert not [char for char in content.decode() if ord(char) < 32 and char != "\n"]
    return ()


def calendar(content: bytes) -> Skeleton:
    """Return the components and properties of a calendar."""
    whole = icalendar.Calendar.from_ical(content)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return tuple(f"{component.name}.{name}" for component in whole.walk() for name in sorted(component))


def feed(content: bytes) -> Skeleton:
    """Return the elements of a feed; a second reader finds as many entries, and nothing wrong."""
    root = ET.fromstring(content)  # noqa: S314 - our own feed
    read = feedparser.parse(content)
    assert not read.bozo
    assert len(read.entries) == len(root.findall("{http://www.w3.org/2005/Atom}entry"))
    return tuple(" ".join((one.tag, *sorted(one.attrib))) for one in root.iter())


def drawing(content: bytes) -> Skeleton:
    """Return the elements of a drawing."""
    root = ET.fromstring(content)  # noqa: S314 - our own drawing
    return tuple(" ".join((one.tag, *sorted(one.attrib))) for one in root.iter())


def mail(content: bytes) -> Skeleton:
    """Return the headers of a mail, part by part, and the tags of its page."""
    read = email.message_from_bytes(content, policy=email.policy.default)
    found: list[str] = []
    for part in read.walk():
        assert not part.defects
        found += [f"{name}:" for name in part]
        if part.get_content_type() == "text/html":
            found += page(part.get_content().encode())
    assert read["To"] == "reader@tern.example"
    assert "\n" not in read["Subject"]
    return tuple(found)


READERS: Final[Mapping[str, Callable[[bytes], Skeleton]]] = {
    ".html": page,
    ".json": data,
    ".md": markdown,
    ".txt": plain,
    ".ics": calendar,
    ".xml": feed,
    ".svg": drawing,
    ".eml": mail,
}
