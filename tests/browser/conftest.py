"""One browser for the tests of a file, and the pages they look at."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.pages import PAGES, Gallery
from tests.browser.screen import CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Start Debian's Chromium; while it runs, nothing else in this thread can run an event loop."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """Render each page when it is first looked at."""
    return Gallery(tmp_path_factory.mktemp("pages"), PAGES)
