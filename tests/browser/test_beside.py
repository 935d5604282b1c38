"""What lies beside an edition is as good to read: the list of editions, and a client's projects."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from connector.disclosure.catalogue import LANGUAGES
from connector.disclosure.portal_view import past_edition
from connector.disclosure.view import ClientText, ClientView, Image
from connector.publish.archive import archive
from connector.publish.badge import badge
from connector.publish.portal import portal
from tests.browser.measures import OUTSIDE, TEXT_OVERLAPS
from tests.browser.pages import TITLES
from tests.browser.screen import WIDTHS, kept, needs_chromium, opened
from tests.browser.test_access import COLOURS, RULES, broken
from tests.connector.made_views import NOW
from tests.connector.past_views import WEEK, edition, side_by_side

pytestmark = needs_chromium
LOGO = Image(
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def branded(view: ClientView) -> ClientView:
    """Give a view a publisher's logo and last line."""
    footer = ClientText("Northwind Studio · Hamburg", written=True)
    return dataclasses.replace(view, theme=dataclasses.replace(view.theme, logo=LOGO, footer=footer))


def pages(folder: Path, language: str) -> dict[str, Path]:
    """Write both pages in a language; names of projects as people write them at their worst."""
    view = branded(edition(9, language=language))
    past = [past_edition(edition(n, language=language)) for n in range(1, 8)]
    past.append(past_edition(edition(8, language=language), withdrawn_at=NOW + WEEK))
    named = [
        dataclasses.replace(view, project=ClientText(title[:200], written=True)) for title in TITLES.values()
    ]
    written = {"editions": archive(view, past), "projects": portal(side_by_side(view, *named))}
    for name, body in written.items():
        (folder / f"{name}.html").write_bytes(body)
    return {name: folder / f"{name}.html" for name in written}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_beside_an_edition_are_whole(browser: Browser, tmp_path: Path, language: str) -> None:
    """They fit every width, break no rule of WCAG 2.2 AA in either mode, and ask for nothing."""
    for name, file in pages(tmp_path, language).items():
        with opened(browser, file) as page:
            assert broken(page, RULES, passing=15) == []
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                kept(page, f"{name}-{language}-{width}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert [*page.evaluate(OUTSIDE), *page.evaluate(TEXT_OVERLAPS)] == []
            page.emulate_media(color_scheme="dark")
            kept(page, f"{name}-{language}-dark")
            assert broken(page, COLOURS, passing=1) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_the_badge_are_not_squeezed(browser: Browser, tmp_path: Path, language: str) -> None:
    """The width that was measured without a font is within a quarter of that of a real one."""
    file = tmp_path / "badge.svg"
    file.write_bytes(badge(edition(1, language=language)))
    drawn = """() => [...document.querySelectorAll('text')].map(e => {
      const wanted = e.textLength.baseVal.value; e.removeAttribute('textLength');
      return wanted / e.getComputedTextLength(); })"""
    with opened(browser, file) as page:
        kept(page, f"badge-{language}", kind="first")
        assert all(0.8 < ratio < 1.25 for ratio in page.evaluate(drawn))
