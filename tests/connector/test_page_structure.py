"""What the page is built of: every part in its place, folded where long, in words of the catalogue alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from connector.disclosure.catalogue import LANGUAGES
from connector.disclosure.view import ClientText, ClientView, Code, Colour, Image, Link, RichText, Theme
from connector.publish import dress, outline
from connector.publish.render import render
from tests.connector.made_views import Shape, made_view
from tests.connector.page_parts import Page

FULL = made_view(Shape())
PIXEL = Image("data:image/png;base64,iVBORw0KGgo=")


def source(view: ClientView) -> str:
    """Render a page."""
    return render(view)["index.html"].decode()


def headings(view: ClientView) -> list[str]:
    """Return the headings of the sections in sight, in order."""
    return re.findall(r'<h2 id="([a-z]+)"', source(view))


def bare(**more: object) -> ClientView:
    """Return the full view without anything that may be missing."""
    empty = dict.fromkeys(("needs", "stages", "goals", "milestones", "trend", "scope", "work"), ())
    lists = dict.fromkeys(("risks", "decisions", "requests", "feedback", "sources", "ticks"), ())
    none = dict.fromkeys(("verdict", "note", "burn_up", "contact", "proof", "needs_note"))
    edition = replace(FULL.edition, next_on=None, review_on=None, answer=None, as_of=None)
    return replace(FULL, **empty, **lists, **none, edition=edition, **more)  # type: ignore[arg-type]  # by name


def test_the_parts_stand_in_order() -> None:
    """Verdict and note come first, then what changed, what is needed and what comes next."""
    assert headings(FULL) == [
        "verdict", "glance", "note", "changes", "needs", "stages", "goals", "milestones", "scope", "work",
        "risks", "decisions", "requests", "feedback", "closing",
    ]  # fmt: skip


def test_parts_without_content_disappear() -> None:
    """Where nothing is told, only what changed remains, and no empty section, list or heading."""
    page = source(bare())
    assert headings(bare()) == ["changes"]
    assert not re.search(r"<(ul|ol|dl|table|section|h[123])[^>]*>\s*</\1>", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fixed_word_is_hard_coded(language: str) -> None:
    """Every text between tags is the view's, or a sign, number or command."""
    view = made_view(Shape(language=language, title="§"))
    words = set(re.findall(r"[A-Za-z]{4,}", " ".join(Page(render(view)["index.html"]).texts)))
    known = set(re.findall(r"[A-Za-z]{4,}", repr(view)))
    assert words - known <= {"clientview", "verify", "index", "html"}


def test_every_id_is_used_once_and_every_reference_has_its_target() -> None:
    """Labels, descriptions and links within the page lead somewhere, to one place."""
    page = Page(render(FULL)["index.html"])
    ids = [found["id"] for _, found in page.tags if "id" in found]
    wanted = {i for _, found in page.tags for i in found.get("aria-labelledby", "").split()}
    wanted |= {a["href"][1:] for a in page.named("a") if a["href"].startswith("#")}
    assert page.unclosed == []
    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)


def test_nothing_needs_a_style_of_its_own_or_a_script() -> None:
    """The policy allows the style sheet alone: no element has a style or a handler, none loads anything."""
    for _, found in Page(render(replace(FULL, theme=Theme(logo=PIXEL)))["index.html"]).tags:
        assert not [name for name in found if name == "style" or name.startswith("on")]
        assert found.get("src", "data:").startswith("data:")


def test_the_publisher_dresses_the_page() -> None:
    """Logo, colours in both modes and footer are the publisher's; a name the style has not is nothing."""
    chosen = {"good": Colour("#105030"), "good-dark": Colour("#90e0b0"), "font": Colour("#123456")}
    theme = Theme(
        accent=Colour("#703060"), colours=chosen, logo=PIXEL, footer=ClientText("Berlin <3", written=True)
    )
    page = source(replace(FULL, theme=theme))
    assert '<img class="logo" src="data:image/png;base64,iVBORw0KGgo=" alt="Northwind Studio">' in page
    assert "<bdi>Berlin &lt;3</bdi>" in page
    light, dark = dress.style(theme).split("prefers-color-scheme: dark", 1)
    assert "--accent: #703060;" in light
    assert light.rindex("--good: #105030;") > light.index("--good: #176b41;")
    assert dark.rindex("--good: #90e0b0;") > dark.index("--good: #86d9ab;")
    assert "#123456" not in page


def test_what_waits_can_be_answered() -> None:
    """Each need, each open decision and the edition have a link to answer, named after the thing."""
    page = source(FULL)
    named = re.findall(
        r'<a class="act" href="mailto:[^"]+"[^>]*>([^<]+)(?:<span class="unseen"> ([^/]*))?', page
    )
    assert len(named) == len(FULL.needs) + sum(1 for d in FULL.decisions if d.answer) + 1
    assert named[0] == ("Answer", "<bdi>Need 0<")
    assert named[-1][0] == "Reply to this edition"


def test_next_dates_and_what_is_beside_the_page_are_told() -> None:
    """Next edition, review, contact, and links to earlier editions, calendar and feed."""
    edition = replace(
        FULL.edition, archive=Link("editions/index.html"), feed=Link("feed.xml"), calendar=Link("m.ics")
    )
    page = source(replace(FULL, edition=edition))
    closing = page[page.index('id="closing"') : page.index("</main>")]
    for text in (
        "30 November 2026",
        "2 December 2026",
        "Rita Falk",
        "editions/index.html",
        "feed.xml",
        "m.ics",
    ):
        assert text in closing


def test_a_signed_edition_says_how_to_check_it() -> None:
    """With a key: its fingerprint, its place and the command; without: only the mark."""
    signed, plain = source(FULL), source(replace(FULL, proof=None))
    assert "1f0a 77c2 90be 41d5" in signed
    assert 'href="https://n.example/key.pem"' in signed
    assert "clientview verify index.html --key clientview-key.pem" in signed
    assert "clientview verify" not in plain
    assert str(FULL.edition.fingerprint) in plain


def test_likely_dates_stand_beside_the_planned_one() -> None:
    """A range is told with both ends, and what it rests on once; a refusal with its sentence."""
    page = source(FULL)
    assert re.search(r"2 December 2026</time> –</span> <time[^>]*>23 December 2026</time>", page)
    assert page.count("Such dates held in 17 of 20 cases here.") == 1
    forecast = FULL.milestones[4].forecast
    assert forecast is not None
    none = replace(forecast, sentence=ClientText("Too early to say."), early=None, late=None)
    changed = replace(FULL, milestones=(*FULL.milestones[:4], replace(FULL.milestones[4], forecast=none)))
    assert '<span class="remark">Too early to say.</span>' in source(changed)


def test_today_stands_between_what_was_and_what_comes() -> None:
    """The list of milestones has a line for today, before the first one still to come."""
    page = source(FULL)
    table = page[page.index('<table class="dates"') :]
    assert table.index("Milestone 1") < table.index("Today · ") < table.index("Milestone 2")


@pytest.mark.parametrize("part", ["burn", "trend"])
def test_a_drawing_has_its_facts_in_a_table(part: str) -> None:
    """Title, description, and a table with every day of the drawing."""
    page = source(FULL)
    figure = page[page.index(f'<figure class="chart {part}"') :]
    figure = figure[: figure.index("</figure>")]
    assert re.search(r"<title id=[^>]+>[^<]+</title>", figure)
    assert re.search(r"<desc id=[^>]+>[^<]+</desc>", figure)
    told = FULL.burn_up.points if FULL.burn_up and part == "burn" else FULL.trend[4].points
    days = [point.on if part == "burn" else point.seen for point in told]  # type: ignore[union-attr]  # by part
    table = figure[figure.index("<tbody>") :]
    assert all(str(each.text) in table for each in days)


def test_risks_are_numbered_as_in_their_matrix() -> None:
    """Each number of the matrix leads to its risk, and names it for those who listen."""
    page = source(FULL)
    table = page[page.index('<table class="matrix">') : page.index('<div class="risk-list">')]
    links = re.findall(r'href="#([^"]+)">(\d+)<span class="unseen"> <bdi>([^<]+)', table)
    expected = [(str(r.head.id), str(n), str(r.head.title)) for n, r in enumerate(FULL.risks, start=1)]
    assert sorted(links, key=lambda link: link[1]) == expected
    assert '<ol class="rows numbered">' in page


def test_what_is_settled_stands_last() -> None:
    """Open decisions stay in sight; those taken unfold where there is room."""
    placed = outline.placed(FULL)
    assert {d.head.state.code for d in placed.decisions.open if d.head.state} <= {Code.OPEN, Code.DOING}
    assert {d.head.state.code for d in placed.decisions.settled.rows if d.head.state} == {Code.DONE}
    page = source(FULL)
    assert page.index("Decision 2") < page.index("Decided earlier") < page.index("Decision 1")


def test_long_lists_are_folded_and_counted() -> None:
    """Two hundred of each: ten open ones in sight, twenty more folded, the rest counted."""
    placed = outline.placed(made_view(Shape(things=200)))
    assert len(placed.needs.open) == outline.MOST_OPEN
    further = placed.needs.further
    assert (len(further.rows), further.count, further.more) == (20, 190, 170)


def test_the_page_stops_growing() -> None:
    """A usual page is well under 150 kB; beyond what it lists, a larger project makes no larger one."""
    large = [
        len(source(made_view(Shape(goals=goals, milestones=milestones, things=things, work=1_000))))
        for goals, milestones, things in ((60, 60, 60), (400, 500, 200))
    ]
    assert large[1] < large[0] * 1.05
    assert len(source(FULL)) < 100_000


def test_the_note_is_shown_as_it_was_marked() -> None:
    """Emphasis of the note survives; it is signed by the contact."""
    note = RichText(html="<p>We are <strong>ready</strong>.</p>", text="We are ready.")
    page = source(replace(FULL, note=note))
    assert '<div class="body" dir="auto"><p>We are <strong>ready</strong>.</p></div>' in page
    assert '<p class="signed"><bdi>Rita Falk</bdi></p>' in page


def test_text_and_data_say_the_same() -> None:
    """Note, stages, likely dates and the key are in every form; curves only in the data."""
    files = {name: content.decode() for name, content in render(FULL).items()}
    for text in (
        "The texts are the last thing we wait for",
        "Three people who test it",
        "1f0a 77c2 90be 41d5",
    ):
        assert all(text in content.replace("\\", "") for content in files.values())
    assert "Likely between 2 December 2026 and 23 December 2026" in files["summary.md"].replace("\\", "")
    assert '"burn_up"' in files["summary.json"]
    assert '"trend"' in files["summary.json"]


def test_the_style_knows_no_left_and_no_right() -> None:
    """A page that reads from right to left is laid out by the same style: it names starts and ends."""
    sides = r"(?:left|right)"
    physical = rf"(?:margin|padding|border)-{sides}|(?:text-align|float): {sides}|[;{{ ]{sides}:"
    assert re.findall(physical, dress.style(Theme())) == []
    page = Page(render(replace(FULL, direction=ClientText("rtl"), language=ClientText("ar")))["index.html"])
    assert page.named("html")[0] == {"lang": "ar", "dir": "rtl"}
