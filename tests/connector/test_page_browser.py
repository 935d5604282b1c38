"""The page in a real browser: wide and narrow, light and dark, on paper; it asks nothing of the network."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from connector.publish.render import render
from tests.connector import disclosure_sample as sample
from tests.connector.test_page import HOSTILE, with_text

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: install the package `chromium`"),
]
WIDTHS = (320, 390, 1280)


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Start Debian's Chromium once."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the sample in three languages, and one full of the longest hostile texts."""
    folder = tmp_path_factory.mktemp("pages")
    views = {
        language: sample.projection(language=language, previous=sample.earlier_view(language=language)).view
        for language in ("en", "de", "zh-CN")
    }
    views["long"] = with_text(HOSTILE["ten thousand letters"])
    views["chinese"] = with_text(HOSTILE["Chinese without spaces"])
    views["arabic"] = with_text(HOSTILE["Arabic"])
    paths = {name: folder / f"{name}.html" for name in views}
    for name, view in views.items():
        paths[name].write_bytes(render(view)["index.html"])
    return paths


def shown(browser: Browser, file: Path, *, width: int = 1280, dark: bool = False) -> Page:
    """Open a page; every request but its own file is written down in `asked`."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["en", "de", "zh-CN", "long", "chinese", "arabic"])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, files: dict[str, Path], name: str, width: int
) -> None:
    """At every width, whatever the text, the page scrolls in one direction only."""
    page = shown(browser, files[name], width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_asks_nothing_and_says_nothing_wrong(browser: Browser, files: dict[str, Path]) -> None:
    """The page makes no request but for itself, and the browser has nothing to complain about."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(files["en"].as_uri())
    page.wait_for_load_state("networkidle")
    assert asked == [files["en"].as_uri()]
    assert said == []
    context.close()


def test_the_style_is_applied(browser: Browser, files: dict[str, Path]) -> None:
    """The content policy lets the page's own style through: the verdict has its colour."""
    page = shown(browser, files["en"])
    colour = page.evaluate("getComputedStyle(document.querySelector('.verdict')).backgroundColor")
    assert colour == "rgb(252, 242, 218)"
    page.context.close()


def test_follows_the_readers_dark_mode(browser: Browser, files: dict[str, Path]) -> None:
    """In dark mode the page is dark."""
    page = shown(browser, files["en"], dark=True)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 21, 26)"
    page.context.close()


CONTRAST = """() => {
  const rgb = c => (c.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => { while (e) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c; e = e.parentElement; } return [255, 255, 255]; };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(e.className + ': ' + e.textContent.slice(0, 20) + ' ' + ratio.toFixed(2));
  }
  return poor; }"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_contrast(browser: Browser, files: dict[str, Path], dark: bool) -> None:
    """Every text has a contrast of 4.5 to 1 at least, in both modes (WCAG 2.2, 1.4.3)."""
    page = shown(browser, files["en"], dark=dark)
    assert page.evaluate(CONTRAST) == []
    page.context.close()


def test_the_keyboard_reaches_what_can_be_used(browser: Browser, files: dict[str, Path]) -> None:
    """The first stop is the link to the content, and it can be seen when focused."""
    page = shown(browser, files["en"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    page.context.close()


def test_prints_on_few_sheets(browser: Browser, files: dict[str, Path], tmp_path: Path) -> None:
    """The usual page prints on three sheets of A4 at most."""
    page = shown(browser, files["en"])
    sheets = page.pdf(format="A4", path=tmp_path / "page.pdf").count(b"/Type /Page\n")
    assert 1 <= sheets <= 3
    page.context.close()


def test_headings_go_down_step_by_step(browser: Browser, files: dict[str, Path]) -> None:
    """One first heading, and no level left out."""
    page = shown(browser, files["en"])
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    page.context.close()
