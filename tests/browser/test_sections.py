"""A reader finds every part of the page, in the order of what they want to know; no part is empty."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from connector.disclosure.catalogue import LANGUAGES
from tests.browser.pages import PAGES, Gallery
from tests.browser.screen import Reader, needs_chromium, opened

pytestmark = needs_chromium
ORDER = (
    "verdict", "glance", "note", "changes", "needs", "stages", "goals", "milestones", "scope", "work",
    "risks", "decisions", "requests", "feedback", "closing", "sources", "read", "verify",
)  # fmt: skip
ALWAYS = {"verdict", "glance", "changes", "needs", "sources", "read", "verify"}
IN_WORDS = "[...document.querySelectorAll('h2')].map(h => h.textContent.trim())"


def headings(page: Page, name: str) -> list[str]:
    """Return the parts of a page by name, as they follow each other on the screen."""
    texts = {str(text): key for key, text in PAGES[name]().texts.items() if key.endswith("_title")}
    tops = page.evaluate("[...document.querySelectorAll('h2')].map(h => h.getBoundingClientRect().top)")
    assert tops == sorted(tops)
    return [texts[words].removesuffix("_title") for words in page.evaluate(IN_WORDS)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_there_in_order(browser: Browser, gallery: Gallery, language: str) -> None:
    """Are we on track, what changed, what do you need from me, ... who can I ask, can I trust this page."""
    with opened(browser, gallery[language], Reader(width=390)) as page:
        assert headings(page, language) == list(ORDER)


def test_empty_parts_disappear(browser: Browser, gallery: Gallery) -> None:
    """Of a project of which nothing is known there is a verdict, no change, no need, and how to check."""
    with opened(browser, gallery["nothing"], Reader(width=390)) as page:
        assert set(headings(page, "nothing")) == ALWAYS


def test_little_is_shown_as_little(browser: Browser, gallery: Gallery) -> None:
    """Three pieces of work make a short page: no list of risks, decisions, requests or feedback."""
    with opened(browser, gallery["three items"], Reader(width=390)) as page:
        assert not set(headings(page, "three items")) & {"risks", "decisions", "requests", "feedback"}
        assert page.evaluate("document.documentElement.scrollHeight") < 5_000


def test_charts_and_their_facts_in_words(browser: Browser, gallery: Gallery) -> None:
    """Each chart has a table or list of the same facts beside it; the narrow screen has one of its own."""
    with opened(browser, gallery["en"]) as page:
        assert page.evaluate("document.querySelectorAll('svg title').length") >= 3
        assert page.evaluate("document.querySelectorAll('table').length") >= 2
        wide = page.evaluate("document.querySelector('svg[role=img]').getBoundingClientRect().width")
        page.set_viewport_size({"width": 390, "height": 800})
        letters = page.evaluate(
            """Math.min(...[...document.querySelectorAll('svg text')].filter(e => e.getClientRects().length)
            .map(e => e.getBoundingClientRect().height))"""
        )
        assert wide > 390
        assert letters >= 10
