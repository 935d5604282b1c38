"""Everybody can read the page: with a screen reader, with the keyboard, without colours."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page

from connector.disclosure.catalogue import LANGUAGES
from tests.browser.measures import FOCUS
from tests.browser.pages import Gallery
from tests.browser.screen import Reader, needs_chromium, opened

pytestmark = needs_chromium
STOPS = "a[href], summary, button, input, select, textarea, [tabindex]:not([tabindex='-1'])"
SEEN = "e.checkVisibility({contentVisibilityAuto: true})"  # what a closed fold holds cannot be reached
COLOURS = {"runOnly": ["color-contrast"]}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(browser: Browser, gallery: Gallery, language: str) -> None:
    """No rule of WCAG 2.2 AA that a machine can check is broken, in any language; nor in dark mode."""
    with opened(browser, gallery[language]) as page:
        assert broken(page, RULES, passing=20) == []
        page.emulate_media(color_scheme="dark")
        assert broken(page, COLOURS, passing=1) == []


def test_axe_finds_nothing_on_a_phone(browser: Browser, gallery: Gallery) -> None:
    """The narrow layout is as accessible as the wide one."""
    with opened(browser, gallery["en"], Reader(width=390)) as page:
        assert broken(page, RULES, passing=20) == []


def broken(page: Page, rules: Mapping[str, list[str]], *, passing: int) -> list[str]:
    """Return which rules are broken where; so many must have found something to check."""
    found = Axe().run(page, options={**rules, "resultTypes": ["violations"]}).response
    assert len(found["passes"]) >= passing
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


def test_the_keyboard_reaches_what_can_be_used(browser: Browser, gallery: Gallery) -> None:
    """The first stop is the way to the content; then every link in order, with a ring in sight."""
    with opened(browser, gallery["en"]) as page:
        stops = page.evaluate(f"[...document.querySelectorAll({STOPS!r})].filter(e => {SEEN}).length")
        focused = []
        for _ in range(stops):
            page.keyboard.press("Tab")
            focused.append(page.evaluate(FOCUS))
        assert [each for each in focused if not (each["ring"] and each["seen"])] == []
        places = [each["place"] for each in focused]
        assert places == sorted(set(places))


def test_the_first_stop_skips_to_the_content(browser: Browser, gallery: Gallery) -> None:
    """Who does not want the head of the page skips it with two keys."""
    with opened(browser, gallery["en"]) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#content"
        assert page.evaluate("document.querySelector(location.hash) !== null")


@pytest.mark.parametrize("name", ["en", "nothing", "three items"])
def test_headings_go_down_step_by_step(browser: Browser, gallery: Gallery, name: str) -> None:
    """One first heading, and no level left out."""
    with opened(browser, gallery[name]) as page:
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_drawing_has_a_name_and_its_facts_in_words(browser: Browser, gallery: Gallery) -> None:
    """A drawing is an image with a title, or hidden where words beside it say the same."""
    with opened(browser, gallery["en"]) as page:
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('svg')].filter(e => !e.closest('[aria-hidden=true]')
            && !e.parentElement.closest('svg')
            && !(e.querySelector(':scope title') && e.getAttribute('role') === 'img')).length"""
        )
        assert nameless == 0
