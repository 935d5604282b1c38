"""The list of editions and the badge: what they tell, and that they ask for nothing."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from connector.disclosure.portal_view import PastEdition, past_edition
from connector.disclosure.view import ClientText, Colour, Theme, Tone
from connector.publish.archive import archive
from connector.publish.badge import badge
from tests.connector.made_views import NOW
from tests.connector.past_views import WEEK, edition

SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = ["en", "de", "zh-CN"]


def tree(body: bytes) -> ET.Element:
    """Read the elements of a picture that we drew ourselves."""
    return ET.fromstring(body)  # noqa: S314 - no stranger's XML


class Page(HTMLParser):
    """The links, texts and elements of a page."""

    def __init__(self, body: bytes) -> None:
        """Read it."""
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element, and where it leads."""
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.words.append(data.strip())


def past() -> tuple[PastEdition, ...]:
    """Give two older editions, the second withdrawn."""
    return past_edition(edition(1)), past_edition(edition(2), withdrawn_at=NOW + WEEK)


def test_lists_every_edition_newest_first() -> None:
    """With a way to each, to the newest page, to feed and calendar; nowhere else."""
    page = Page(archive(edition(3), past()))
    assert page.links == [
        "../feed.xml",
        "#content",
        "3/index.html",
        "2/index.html",
        "1/index.html",
        "../index.html",
        "../feed.xml",
        "../milestones.ics",
    ]
    assert [word for word in page.words if word.startswith("Edition ")] == [
        "Edition 3",
        "Edition 2",
        "Edition 1",
    ]


def test_of_older_editions_only_label_day_and_word_are_told() -> None:
    """What an older edition said may be closed today; a withdrawn one has lost its word too."""
    marked = dataclasses.replace(
        edition(1), project=ClientText("An older name"), client=ClientText("Other & Co")
    )
    body = archive(edition(3), (past_edition(marked), past()[1])).decode()
    assert "An older name" not in body
    assert "Other" not in body
    assert body.count("Withdrawn") == 1
    assert body.count("Needs attention") == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_for_nothing(language: str) -> None:
    """No script, no picture from outside, one style that its policy names; every text is there."""
    body = archive(edition(3, language=language), past())
    page = Page(body)
    assert page.tags.isdisjoint({"script", "iframe", "img", "object", "form"})
    assert "default-src 'none'; style-src 'sha256-" in body.decode()
    assert f'<html lang="{language}" dir="ltr">' in body.decode()


def test_the_same_editions_give_the_same_page() -> None:
    """In whatever order the older ones are handed in."""
    assert archive(edition(3), past()) == archive(edition(3), past()[::-1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_badge_tells_the_verdict_alone(language: str) -> None:
    """A picture with a title of its own, in the colour of the verdict; no name stands on it."""
    view = edition(1, language=language)
    assert view.verdict is not None
    root = tree(badge(view))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == [view.texts["portal_badge"].value, view.verdict.state.word.value]
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == ": ".join(filter(None, texts))
    assert root.get("aria-labelledby") == title.get("id")
    assert "#7d5200" in badge(view).decode()
    assert not re.search(r"Kite|Tern|Northwind|http(?!://www\.w3\.org)", badge(view).decode())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_badge_lies_within_it(language: str) -> None:
    """Each text is drawn as wide as it was measured, inside its half."""
    root = tree(badge(edition(1, language=language)))
    width = float(root.get("width", ""))
    edges = []
    for text in root.iter(f"{SVG}text"):
        middle, length = float(text.get("x", "")), float(text.get("textLength", ""))
        edges += [middle - length / 2, middle + length / 2]
    assert edges == sorted(edges)
    assert edges[0] > 0
    assert edges[-1] < width


def test_a_closed_verdict_leaves_the_number_of_the_edition() -> None:
    """The badge then says which edition is the newest, in no colour of a verdict."""
    body = badge(dataclasses.replace(edition(4), verdict=None)).decode()
    assert ">Edition 4<" in body
    assert "#4a5560" in body


def test_the_badge_has_the_publishers_colours() -> None:
    """A colour that was chosen for a tone is the badge's too."""
    theme = Theme(colours={Tone.CAUTION.value: Colour("#6b4600")})
    assert "#6b4600" in badge(dataclasses.replace(edition(1), theme=theme)).decode()
