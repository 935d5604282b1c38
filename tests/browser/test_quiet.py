"""The page does nothing but show itself: no script, no handler, no request, nothing refused by its policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import TITLES, Gallery
from tests.browser.screen import needs_chromium, opened

pytestmark = needs_chromium
ACTIVE = """() => [...document.querySelectorAll('*')].filter(e =>
  ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'FORM', 'BASE', 'LINK', 'VIDEO', 'AUDIO'].includes(e.tagName)
  || [...e.attributes].some(a => a.name.startsWith('on') || /^\\s*javascript:/i.test(a.value)))
  .map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("name", ["en", "de", "zh-CN", *TITLES])
def test_nothing_on_the_page_can_act(browser: Browser, gallery: Gallery, name: str) -> None:
    """No script, no frame, no form, no handler, no address that runs."""
    with opened(browser, gallery[name]) as page:
        page.wait_for_load_state("networkidle")
        assert page.evaluate(ACTIVE) == []


def test_the_policy_is_in_force(browser: Browser, gallery: Gallery) -> None:
    """A script and an outside picture, put there by force, are stopped by the page's own policy."""
    with pytest.raises(AssertionError, match="Content Security Policy"):
        _with_a_script(browser, gallery["en"])


def _with_a_script(browser: Browser, file: Path) -> None:
    with opened(browser, file) as page:
        page.evaluate(
            """() => { const s = document.createElement('script'); s.textContent = 'window.ran = true';
            document.body.append(s); }"""
        )
        assert page.evaluate("window.ran === undefined")


def test_no_type_face_is_fetched(browser: Browser, gallery: Gallery) -> None:
    """The page needs no font of its own."""
    with opened(browser, gallery["zh-CN"]) as page:
        assert page.evaluate("document.fonts.size") == 0
