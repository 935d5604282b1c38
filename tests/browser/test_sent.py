"""What reaches readers otherwise, in a browser: the mail as a webmail shows it, and a withdrawal's notice."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from connector.disclosure.catalogue import LANGUAGES
from connector.disclosure.notice import NoticeInput, notice_view
from connector.publish.mail import email
from connector.publish.notice import notice
from tests.browser.measures import CONTRAST, OUTSIDE, TEXT_OVERLAPS
from tests.browser.pages import PAGES, TITLES
from tests.browser.screen import WIDTHS, Reader, kept, needs_chromium, opened
from tests.browser.test_access import COLOURS, RULES, broken
from tests.connector.made_views import NOW, Shape, made_view

pytestmark = needs_chromium
LETTER = {"runOnly": [tag for tag in RULES["runOnly"] if tag != "best-practice"]}  # a mail has no landmarks


def written(folder: Path, name: str, body: bytes) -> Path:
    """Write a page."""
    file = folder / f"{name}.html"
    file.write_bytes(body)
    return file


@pytest.mark.parametrize("name", [*LANGUAGES, "nothing", *TITLES])
def test_a_mail_fits_every_screen(browser: Browser, tmp_path: Path, name: str) -> None:
    """A mail, whatever people wrote, scrolls in one direction, asks for nothing and is small."""
    body = email(PAGES[name]())["email.html"]
    assert len(body) < 100_000
    with opened(browser, written(tmp_path, "mail", body)) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            kept(page, f"mail-{name.replace(' ', '-')}-{width}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert [*page.evaluate(OUTSIDE), *page.evaluate(TEXT_OVERLAPS)] == []


def test_a_mail_can_be_read_by_everybody(browser: Browser, tmp_path: Path) -> None:
    """No rule that a machine can check is broken, in light and in dark."""
    with opened(browser, written(tmp_path, "mail", email(made_view(Shape()))["email.html"])) as page:
        assert broken(page, LETTER, passing=10) == []
        page.emulate_media(color_scheme="dark")
        kept(page, "mail-dark")
        assert broken(page, COLOURS, passing=1) == []
        assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_is_as_good_to_read(browser: Browser, tmp_path: Path, language: str) -> None:
    """The notice of a withdrawn edition fits every width, in both modes, without fault."""
    view = made_view(Shape())
    told = NoticeInput(
        number=7,
        withdrawn_at=NOW,
        language=language,
        timezone="Europe/Berlin",
        project_name=TITLES["two hundred letters without a space"][:200],
        publisher="Northwind Studio",
        contact=view.contact,
        theme=view.theme,
    )
    file = written(tmp_path, "notice", notice(notice_view(told))["index.html"])
    with opened(browser, file, Reader(width=320)) as page:
        kept(page, f"notice-{language}")
        assert broken(page, RULES, passing=10) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert [*page.evaluate(OUTSIDE), *page.evaluate(TEXT_OVERLAPS), *page.evaluate(CONTRAST)] == []
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(CONTRAST) == []
