"""The page in the reader's colours, and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from connector.disclosure.catalogue import LANGUAGES
from tests.browser.measures import CONTRAST, OVERLAPS
from tests.browser.pages import Gallery
from tests.browser.screen import Reader, kept, needs_chromium, opened

pytestmark = needs_chromium
MODES = {
    "light": Reader(),
    "dark": Reader(dark=True),
    "forced": Reader(forced=True),
    "forced-dark": Reader(forced=True, dark=True),
    "print": Reader(paper=True),
    "print-of-a-dark-screen": Reader(paper=True, dark=True),
}
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.parametrize("mode", MODES)
def test_every_text_has_contrast(browser: Browser, gallery: Gallery, mode: str) -> None:
    """Every text has a contrast of 4.5 to 1 at least, in every mode (WCAG 2.2, 1.4.3)."""
    with opened(browser, gallery["en"], MODES[mode]) as page:
        kept(page, mode)
        assert page.evaluate(CONTRAST) == []


def test_follows_the_readers_dark_mode(browser: Browser, gallery: Gallery) -> None:
    """In dark mode the page is dark; in light mode it is light."""
    dark = "(c => c.match(/[0-9]+/g).map(Number).reduce((a, b) => a + b) < 200)"
    with opened(browser, gallery["en"], MODES["dark"]) as page:
        assert page.evaluate(f"{dark}({BACKGROUND})")
    with opened(browser, gallery["en"], MODES["light"]) as page:
        assert not page.evaluate(f"{dark}({BACKGROUND})")


def test_the_style_is_applied(browser: Browser, gallery: Gallery) -> None:
    """The content policy lets the page's own style through: the verdict has a colour of its own."""
    with opened(browser, gallery["en"]) as page:
        verdict = page.evaluate("getComputedStyle(document.querySelector('.verdict')).backgroundColor")
        assert verdict != page.evaluate(BACKGROUND)


@pytest.mark.parametrize("language", LANGUAGES)
def test_prints_on_two_sheets(browser: Browser, gallery: Gallery, tmp_path: Path, language: str) -> None:
    """The usual page prints on two sheets of A4, three at most where everything there is shows at once."""
    with opened(browser, gallery[f"sample {language}"], Reader(paper=True)) as page:
        assert sheets(page.pdf(format="A4", path=tmp_path / "usual.pdf")) <= 2
    with opened(browser, gallery[language], Reader(paper=True)) as page:
        assert sheets(page.pdf(format="A4", path=tmp_path / "full.pdf")) <= 3
        assert page.evaluate(OVERLAPS) == []


def test_paper_is_white(browser: Browser, gallery: Gallery) -> None:
    """A sheet costs no ink for its ground, whatever mode the screen is in."""
    with opened(browser, gallery["en"], MODES["print-of-a-dark-screen"]) as page:
        assert page.evaluate(BACKGROUND) in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}


def sheets(paper: bytes) -> int:
    """Count the sheets of a printed page."""
    return paper.count(b"/Type /Page\n")
