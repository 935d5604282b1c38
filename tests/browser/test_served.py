"""A client's way through links in a browser: passphrase, page, list of editions; nothing complains."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.screen import needs_chromium
from tests.connector.web_house import SERVED, served

pytestmark = needs_chromium
PLAIN = SERVED.replace(
    "https://status.example.com", "http://127.0.0.1:9"
)  # as far as pages tell, nobody is there
RIGHT = "blue harbour 9"


def test_a_page_is_read_through_a_link(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The form takes the passphrase without script; page and list show under the strict headers."""
    monkeypatch.setenv("DOOR", RIGHT)
    with served(tmp_path, monkeypatch, capsys, head=PLAIN) as house:
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(house.server.url + house.link("apollo", "--passphrase", "env:DOOR"))
        assert page.title() == "This page asks for a passphrase"
        said.clear()  # the browser notes that the first answer is 403
        page.get_by_label("Passphrase").fill(RIGHT)
        page.get_by_role("button").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Apollo web shop"
        assert page.evaluate("getComputedStyle(document.querySelector('.sheet')).maxWidth") != "none"
        page.goto(f"{page.url}editions/")
        page.get_by_role("link", name="Newest edition").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "Apollo web shop"
        page.goto(house.server.url + house.link())
        assert page.get_by_role("heading", level=1).inner_text() == "Apollo web shop"
        page.close()
    assert said == []
