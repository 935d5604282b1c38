"""The page answers in order, holds no script, asks nothing of the network, and stays whole whatever comes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from connector.disclosure.catalogue import LANGUAGES
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import ClientView
from connector.publish.render import render
from connector.publish.timeline import draw
from mappings.concepts import Picture
from tests.connector import disclosure_sample as sample
from tests.connector.page_parts import Page

VIEW = sample.projection(previous=sample.earlier_view(), next_edition_on=sample.day("2026-11-30")).view
FILES = render(VIEW)
PAGE = Page(FILES["index.html"])
MARKED = {"strong", "em", "code", "ul", "ol", "li", "p", "br"}  # what disclosure lets pass of Markdown
HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "an image": '<img src=x onerror="alert(1)">',
    "a closing tag": "</h3></section><h1>Owned</h1>",
    "an attribute": '" onmouseover="alert(1)',
    "a comment": "<!-- --><b>",
    "CDATA": "]]><svg onload=alert(1)>",
    "a style": "</style><style>*{display:none}</style>",
    "a script link": "javascript:alert(1)",
    "a data link": "data:text/html,<script>alert(1)</script>",
    "an entity": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "template syntax": "{{ 7*7 }}{% raw %}{# x #}",
    "a format": "{0.__class__} %s ${x}",
    "right-to-left override": "invoice\u202excod.exe",
    "bidi isolates": "\u2066a\u2069\u200fb",
    "zero width": "pay\u200bment\ufeff \u2060x",
    "control characters": "a\x00b\x08c\x1b[31md",
    "a line separator": "a\u2028b\u2029c",
    "tag characters": "x\U000e0041\U000e0042",
    "stacked marks": "Z" + "\u0351" * 60,
    "a surrogate": "a\ud800b",
    "private use": "a\ue000b\U000f0000c",
    "a formula": "=HYPERLINK(\"http://x\",\"y\")",
    "a markdown link": "[x](javascript:alert(1)) ![y](http://z)",
    "a markdown heading": "# Owned\n\n## Twice",
    "a table cell": "a | b | c",
    "a front matter": "---\ntitle: x\n---",
    "ten thousand letters": "W" * 10_000,
    "ten thousand words": "word " * 10_000,
    "emoji": "🚀👨‍👩‍👧‍👦",
    "Arabic": "مشروع المتجر الإلكتروني",
    "Chinese without spaces": "多语言商品目录搜索与支付结算流程优化" * 8,
    "only white space": " \t\n\u00a0",
    "only hidden characters": "\u200b\u2060\ufeff",
    "nothing": "",
    "quotes": "\"'`´“”",
    "a key inside a word": "xKITE-61y",
    "a null string": "null",
    "a URL": "https://tracker.example/browse/KITE-61",
}  # fmt: skip


def with_text(text: str) -> ClientView:
    """Project a project whose every client-visible text is this one."""
    picture = Picture(
        goals=tuple(replace(g, title=text, client_text=text) for g in sample.PICTURE.goals),
        risks=tuple(
            replace(r, client_title=text, client_text=text, client_response=text)
            for r in sample.PICTURE.risks
        ),
        change_requests=tuple(replace(c, client_title=text) for c in sample.PICTURE.change_requests),
        decisions=tuple(replace(d, client_title=text) for d in sample.PICTURE.decisions),
        client_actions=tuple(replace(a, client_title=text) for a in sample.PICTURE.client_actions),
        feedback=tuple(replace(f, client_title=text) for f in sample.PICTURE.feedback),
    )
    milestones = tuple(replace(m, name=text) for m in sample.MILESTONES)
    state = replace(sample.STATE, picture=picture, milestones=milestones)
    given = sample.given(state, previous=VIEW)
    return project_for_client(replace(given, project_name=text, client_name=text, publisher=text)).view


def test_answers_in_order() -> None:
    """Verdict, changes, needs, goals, milestones, scope, risks, decisions, requests, feedback, freshness."""
    headings = [
        "Are we on track?", "At a glance", "What changed", "What we need from you", "What comes next",
        "Goals", "Milestones", "Scope", "Risks and what we do about them", "Decisions",
        "Requested changes", "Your feedback", "Next dates and your contact", "How fresh the data is",
        "How to read this page", "How to check this edition",
    ]  # fmt: skip
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", FILES["index.html"].decode()) == headings


def test_is_well_formed() -> None:
    """Every tag is closed in its order, every id is used once, every reference has its target."""
    ids = [attributes["id"] for _, attributes in PAGE.tags if "id" in attributes]
    wanted = {i for _, a in PAGE.tags for i in a.get("aria-labelledby", "").split()}
    assert PAGE.unclosed == []
    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)


def test_has_no_script_and_no_outside_address() -> None:
    """No script, no handler, no outside request, and a policy that forbids them all."""
    names = {name for name, _ in PAGE.tags}
    attributes = {name for _, found in PAGE.tags for name in found}
    assert not names & {"script", "img", "iframe", "link", "object", "embed", "form", "base"}
    assert not [name for name in attributes if name.startswith("on") or name in {"src", "style", "srcset"}]
    assert b"url(" not in FILES["index.html"]
    assert b"http://" not in FILES["index.html"].replace(b"http://www.w3.org", b"")
    assert b"https://" not in FILES["index.html"]


def test_the_policy_allows_this_style_alone() -> None:
    """The page forbids everything but its own style, named by its digest."""
    source = FILES["index.html"].decode()
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    rule = next(m["content"] for m in PAGE.named("meta") if m.get("http-equiv"))
    assert rule == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_speaks_one_language(language: str) -> None:
    """The page names its language, and shows the texts of that catalogue."""
    view = sample.projection(language=language).view
    page = Page(render(view)["index.html"])
    assert page.named("html")[0]["lang"] == language
    assert str(view.texts["goals_title"]) in page.texts


def test_moved_dates_are_struck_out_and_told() -> None:
    """A replaced date stays, crossed out, with a word for those who listen."""
    source = FILES["index.html"].decode()
    assert re.search(
        r'<s><span class="unseen">replaced date </span><time[^>]*>4 December 2026</time></s>', source
    )


def test_is_small() -> None:
    """A usual project's page is well under 150 kB."""
    assert len(FILES["index.html"]) < 60_000


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_harmless(text: str) -> None:
    """Whatever people write in a tracker, it stays text: same tags, no markup, no hidden characters."""
    files = render(with_text(text))
    page = Page(files["index.html"])
    assert page.unclosed == []
    assert {name for name, _ in page.tags} <= {name for name, _ in PAGE.tags} | MARKED
    assert not [name for _, found in page.tags for name in found if name.startswith("on")]
    for content in files.values():
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]", content.decode()
        )
    assert "<script" not in files["summary.md"].decode()


def test_long_titles_are_cut() -> None:
    """A title longer than 200 characters ends in an ellipsis."""
    view = with_text("W" * 10_000)
    assert len(str(view.milestones[0].head.title)) == 200
    assert str(view.milestones[0].head.title).endswith("…")


def test_an_empty_project_reads_well() -> None:
    """Without goals, dates and words the page still gives verdict, changes, needs and freshness."""
    state = replace(
        sample.STATE, goals=(), milestones=(), scope=(), picture=Picture(), sources=(), baseline=None
    )
    page = Page(render(project_for_client(sample.given(state)).view)["index.html"])
    assert page.unclosed == []
    assert "Goals" not in page.texts
    assert "Nothing is waiting on you at the moment." in page.texts


def test_five_hundred_milestones_read_well() -> None:
    """Of many milestones the last reached stay in sight; twenty more are folded, the rest is counted."""
    reached = replace(sample.MILESTONES[0], moves=())
    many = tuple(replace(reached, key=f"v{n}", name=f"Step {n}") for n in range(500))
    state = replace(sample.STATE, milestones=(*many, *sample.MILESTONES))
    view = project_for_client(sample.given(state)).view
    page = Page(render(view)["index.html"])
    assert len(render(view)["index.html"]) < 150_000
    assert "Milestones reached earlier" in page.texts
    assert "More, not listed here" in page.texts
    assert {"499", "479"} <= {text.strip() for text in page.texts}
    listed = [row for row in page.named("tr") if "class" in row and row["class"] != "now-row"]
    assert len(listed) == 6 + 20


def test_the_drawing_says_what_the_list_says() -> None:
    """Each row of the timeline has a title with the dates of the list."""
    source = FILES["index.html"].decode()
    assert "<title>Public launch. Agreed: 29 January 2027. Planned: 29 January 2027.</title>" in source


def test_one_date_makes_no_drawing() -> None:
    """A single date needs no timeline."""
    one = (replace(sample.MILESTONES[3], moves=()),)
    view = project_for_client(sample.given(replace(sample.STATE, milestones=one))).view
    assert draw(view.milestones, today=view.edition.today, ticks=view.ticks) is None


def test_the_data_is_the_same_edition() -> None:
    """summary.json holds schema, codes, ISO days and numbers; nothing unknown is null."""
    data = json.loads(FILES["summary.json"])
    assert data["schema"] == "clientview.edition/1"
    assert data["verdict"]["state"]["code"] == "at_risk"
    assert data["edition"]["number"] == 7
    assert data["milestones"][2]["planned"] == "2026-12-11"
    assert data["goals"][2]["progress"] == {"done": 9, "total": 16, "percent": 56}
    assert "null" not in FILES["summary.json"].decode()


def test_markdown_holds_the_same_facts() -> None:
    """summary.md tells the verdict, the needs and every milestone."""
    text = FILES["summary.md"].decode()
    assert text.startswith("# Kite web shop\n")
    assert "**The project is moving, but part of what was agreed is in doubt\\.**" in text
    assert "| Public launch |" in text
    assert "~~27 November 2026~~" in text


def test_opened_keys_and_links_show() -> None:
    """Where the policy opens keys and links, both stand beside the thing; only https addresses do."""
    opened = sample.policy(show={"risks": frozenset({"title", "key", "link"})})
    urls = {"jira:issue:301": "https://t.example/KITE-61", "jira:issue:302": "javascript:alert(1)"}
    page = Page(render(sample.projection(policy=opened, urls=urls).view)["index.html"])
    assert "KITE-61" in page.texts
    assert [a["href"] for a in page.named("a")] == ["#content", "https://t.example/KITE-61"]
