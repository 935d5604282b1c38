"""Opens a page as a reader would, and stands guard: it asks for nothing, the browser has no complaint."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page

CHROMIUM: Final = shutil.which("chromium")
SCREENS: Final = Path(__file__).parents[2] / "artefacts" / "screens"
WIDTHS: Final = (320, 390, 1280)

needs_chromium: Final = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: install the package `chromium`"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How somebody reads: width of the screen in CSS pixels, enlargement, colours."""

    width: int = 1280
    zoom: float = 1
    dark: bool = False
    forced: bool = False
    paper: bool = False


@contextmanager
def opened(browser: Browser, file: Path, reader: Reader | None = None) -> Iterator[Page]:
    """Open a file of ours.

    Raises:
        AssertionError: At the end, if the page asked for anything, or the browser complained.
    """
    how = reader or Reader()
    context = browser.new_context(
        viewport={"width": round(how.width / how.zoom), "height": round(800 / how.zoom)},
        device_scale_factor=how.zoom,
        color_scheme="dark" if how.dark else "light",
        forced_colors="active" if how.forced else "none",
    )
    asked: list[str] = []
    said: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    if how.paper:
        page.emulate_media(media="print")
    page.goto(file.as_uri())
    try:
        yield page
    finally:
        context.close()
    assert asked == [file.as_uri()], f"the page asked for {asked}"
    assert said == [], f"the browser says {said}"


def kept(page: Page, name: str, *, kind: Literal["whole", "first"] = "whole") -> None:
    """Keep a picture of what the reader sees, for whoever looks at the run."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png", full_page=kind == "whole")
