"""The page keeps its shape: on every width, enlarged, whatever people write and however much there is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from connector.disclosure.catalogue import LANGUAGES
from tests.browser.measures import OUTSIDE, OVERLAPS, TEXT_OVERLAPS
from tests.browser.pages import EXTREMES, Gallery
from tests.browser.screen import WIDTHS, Reader, kept, needs_chromium, opened

pytestmark = needs_chromium
MOST_BYTES = 400_000  # of a page, however large the project is


def faults(page: Page, width: float) -> list[str]:
    """Return what is out of shape: the page, elements over the side, texts upon each other."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    scrolls = [f"scrolls sideways to {wide}"] if wide > width else []
    return [*scrolls, *page.evaluate(OUTSIDE), *page.evaluate(OVERLAPS), *page.evaluate(TEXT_OVERLAPS)]


@pytest.mark.parametrize("name", LANGUAGES)
def test_nothing_is_wider_than_the_screen(browser: Browser, gallery: Gallery, name: str) -> None:
    """At every width the page scrolls in one direction only, and no text lies upon another."""
    with opened(browser, gallery[name]) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            kept(page, f"{name}-{width}")
            assert faults(page, width) == []


@pytest.mark.parametrize("name", EXTREMES)
def test_the_worst_content_fits(browser: Browser, gallery: Gallery, name: str) -> None:
    """Long words, emoji, other scripts, nothing, very much, very long times: on a desk and on 320 pixels."""
    with opened(browser, gallery[name]) as page:
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            kept(page, f"extreme-{name.replace(' ', '-')}-{width}", kind="first")
            assert faults(page, width) == []


@pytest.mark.parametrize("name", EXTREMES)
def test_a_page_stays_small(gallery: Gallery, name: str) -> None:
    """However large the project, a phone loads the page at once."""
    assert gallery[name].stat().st_size < MOST_BYTES


@pytest.mark.parametrize("width", [1280, 640])
def test_twice_as_large(browser: Browser, gallery: Gallery, width: int) -> None:
    """Enlarged to 200 %, on a desk and on half of it, nothing has to be scrolled sideways."""
    with opened(browser, gallery["en"], Reader(width=width, zoom=2)) as page:
        kept(page, f"zoom-{width}")
        assert faults(page, width / 2) == []


def test_larger_letters(browser: Browser, gallery: Gallery) -> None:
    """Who asks for letters twice the size gets them, on a small screen too (WCAG 2.2, 1.4.4)."""
    size = "parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)"
    with opened(browser, gallery["en"], Reader(width=640)) as page:
        before = page.evaluate(size)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(size) >= 1.5 * before
        assert faults(page, 640) == []
