"""A mail says what matters first, looks right in any program, and stays small enough to be shown whole."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from connector.disclosure.catalogue import LANGUAGES
from connector.disclosure.view import ClientView, Colour, Link, Theme
from connector.publish.mail import MOST_BYTES, WIDTH, email, fixed_texts
from tests.connector.made_views import Shape, made_view
from tests.connector.page_parts import Page

PAGE = "https://status.example.com/kite/client/"


def usual(**shape: object) -> ClientView:
    """Make a view in which every part shows, and which knows where its page lies."""
    view = made_view(Shape(**shape))  # type: ignore[arg-type]  # fields of the shape, by name
    return replace(view, edition=replace(view.edition, page=Link(PAGE)))


def html(view: ClientView) -> str:
    """Return the HTML part."""
    return email(view)["email.html"].decode()


def text(view: ClientView) -> str:
    """Return the text part."""
    return email(view)["email.txt"].decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_tells_what_matters_in_order(language: str) -> None:
    """Verdict, note, changes, needs, decisions, dates, what comes next, risks: in both parts."""
    view = usual(language=language)
    names = ["mail_note", "changes_title", "needs_title", "decisions_title", "mail_dates", "mail_next"]
    titles = [view.texts[name].value for name in [*names, "risks_title"]]
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", html(view)) == titles
    assert re.findall(r"^== (.*) ==$", text(view), re.MULTILINE) == titles
    assert view.verdict is not None
    for part in (html(view), text(view)):
        assert 0 < part.index(view.verdict.sentence.value) < part.index(titles[0])


def test_says_the_verdict_before_the_mail_is_opened() -> None:
    """The first words of the body, which lists of mails show, are the verdict's sentence."""
    view = usual()
    assert view.verdict is not None
    page = Page(html(view).encode())
    assert page.texts[1] == view.verdict.sentence.value


def test_has_no_script_no_picture_and_asks_nothing_of_the_network() -> None:
    """Only links that a person follows lead out of a mail."""
    page = html(usual())
    tags = {name for name, _ in Page(page.encode()).tags}
    assert not tags & {"script", "img", "link", "iframe", "form", "svg", "video"}
    assert not re.search(r"url\(|@import|\bsrc=|\bon[a-z]+=", page)


def test_every_style_stands_at_its_element() -> None:
    """Programs that drop style sheets still show the layout; the sheet left holds narrow and dark screens."""
    page = html(usual())
    sheet = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    body = page.partition("<body")[2]
    assert len(sheet) == 1
    assert re.fullmatch(r"\s*(@media \([^)]*\) \{(\s*[^{}@]+\{[^{}]*\})*\s*\}\s*)+", sheet[0])
    assert all("style=" in tag for tag in re.findall(r"<(?:td|h1|h2|a|p|ul)\b[^>]*>", body))


def test_is_laid_out_by_tables_of_one_column() -> None:
    """No column is wider than 600 pixels; tables that only lay out say so to screen readers."""
    page = html(usual())
    tables = Page(page.encode()).named("table")
    assert "max-width: 600px" in page
    assert [t["class"] for t in tables if t.get("role") != "presentation"] == ["rows"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_its_language(language: str) -> None:
    """Screen readers and translators learn the language and the direction."""
    root = Page(html(usual(language=language)).encode()).named("html")[0]
    assert (root["lang"], root["dir"]) == (language, "ltr")


def test_is_ready_for_dark_screens() -> None:
    """It says that it knows both modes, and has the colours of the theme for each."""
    view = usual()
    page = html(replace(view, theme=Theme(accent=Colour("#123456"), accent_dark=Colour("#abcdef"))))
    dark = page.partition("(prefers-color-scheme: dark)")[2].partition("</style>")[0]
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "#abcdef" in dark
    assert "#123456" not in dark
    assert "#123456" in page


def test_a_publishers_own_colours_stand_in_the_mail() -> None:
    """A colour of the theme takes the place of the usual one."""
    colours = {"caution": Colour("#654321"), "caution-dark": Colour("#fedcba")}
    page = html(replace(usual(), theme=Theme(colours=colours)))
    assert "#654321" in page
    assert "#fedcba" in page
    assert "#7d5200" not in page


def test_links_to_answer_and_to_the_page() -> None:
    """Each thing asked for can be answered by one touch, and the whole page is one touch away."""
    view = usual()
    links = [tag["href"] for tag in Page(html(view).encode()).named("a")]
    answers = [need.answer.value for need in view.needs if need.answer]
    assert answers
    assert PAGE in links
    assert set(answers) <= set(links)
    assert all(answer in text(view) for answer in [*answers, PAGE])


def test_an_edition_whose_page_is_not_known_has_no_link_to_it() -> None:
    """Nothing stands in place of what is not known."""
    view = made_view(Shape())
    view = replace(view, edition=replace(view.edition, page=None))
    assert view.texts["mail_open_page"].value not in html(view) + text(view)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param({"things": 0, "goals": 0, "milestones": 0, "work": 0}, id="nothing"),
        pytest.param({"things": 1, "milestones": 1}, id="one of each"),
        pytest.param({"things": 500, "milestones": 500, "goals": 40}, id="500 of each"),
        pytest.param({"things": 40, "milestones": 40, "title": "标题" * 100}, id="long Chinese titles"),
        pytest.param({"things": 40, "milestones": 40, "title": "<b>&\"'" * 40}, id="markup in titles"),
        pytest.param({"things": 40, "milestones": 40, "title": "🚀" * 200}, id="emoji"),
    ],
)
def test_is_small_whatever_the_project(shape: dict[str, int | str]) -> None:
    """Readers' programs cut a mail above 100 kB; a long list is shortened instead, and says so."""
    view = usual(**shape)
    files = email(view)
    assert len(files["email.html"]) < MOST_BYTES
    assert Page(files["email.html"]).unclosed == []


def test_says_how_many_more_the_page_has() -> None:
    """Of 20 things that are needed six stand in the mail."""
    view = usual(things=20)
    more = f"{view.texts['mail_more']}: 14"
    assert more in html(view)
    assert more in text(view)


def test_what_people_wrote_stays_text() -> None:
    """Markup in a title is shown, never read."""
    page = html(usual(title="<script>alert(1)</script>"))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_part_reads_without_markup(language: str) -> None:
    """Plain text: no entity, no tag, no Markdown escape, lines of at most 72 characters, no gaps."""
    part = text(usual(language=language))
    lines = part.splitlines()
    assert not re.search(r"&[a-z]+;|<[a-z/]|\\[-.!_]", part)
    assert all(len(line) <= WIDTH or "mailto:" in line or not line.isascii() for line in lines)
    assert "\n\n\n" not in part


def test_the_same_view_gives_the_same_mail() -> None:
    """Nothing but the view is in it."""
    assert email(usual()) == email(usual())


def test_its_fixed_texts_cover_every_style() -> None:
    """What stands in a style is never taken for a value; a style that is not its own is no fixed text."""
    view = usual()
    files = email(view)
    fixed = set(fixed_texts(files, view.theme))
    assert set(re.findall(r'style="([^"]*)"', files["email.html"].decode())) <= fixed
    smuggled = {**files, "email.html": files["email.html"].replace(b"max-width: 600px", b"max-width: 60px")}
    left = set(re.findall(r'style="([^"]*)"', smuggled["email.html"].decode()))
    assert not left <= set(fixed_texts(smuggled, view.theme))
