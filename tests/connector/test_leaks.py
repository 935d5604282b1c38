"""The leak check finds every internal value in every form, and lets pass only what was disclosed there."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.records import Person
from connector.disclosure.internal import InternalValue, values
from connector.disclosure.leaks import LeakReport, find_leaks
from connector.disclosure.manifest import CONFIGURED, FIXED_TEXT, Disclosure
from tests.connector import disclosure_sample as sample

SECRET = "Quarrel & debt with Ödegård about <invoices>"


def value(text: str, field: str = "Issue.title") -> InternalValue:
    """Make an internal value."""
    return InternalValue(text, field, "jira:issue:1")


def told(text: str, rule: str = "goals.title") -> Disclosure:
    """Make a disclosed text."""
    return Disclosure(path="goals[k1].head.title", text=text, source_field="Goal.title", record="", rule=rule)


def search(
    page: str, *internal: InternalValue, manifest: tuple[Disclosure, ...] = (), fixed: tuple[str, ...] = ()
) -> LeakReport:
    """Search one page."""
    return find_leaks({"index.html": page.encode()}, internal, manifest, fixed=fixed)


def spaced(text: str) -> str:
    """Write every white space as a line break and an indent."""
    return "\n     ".join(text.split())


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "entities": html.escape,
    "numeric entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(char):x};" for char in text),
    "URL": urllib.parse.quote,
    "URL with plus": urllib.parse.quote_plus,
    "JSON": json.dumps,
    "JSON in an attribute": lambda text: html.escape(json.dumps(text)),
    "upper case": str.upper,
    "lower case": str.lower,
    "line breaks": spaced,
    "no white space": lambda text: text.replace(" ", ""),
    "soft hyphens": "\u00ad".join,
    "zero-width spaces": "\u200b".join,
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "non-breaking spaces": lambda text: text.replace(" ", "\u00a0"),
    "markup between the letters": lambda text: "<b></b>".join(html.escape(char) for char in text),
    "Markdown": lambda text: "".join(f"\\{char}" if char in "&<>" else char for char in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 at offset 1": lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    "base64 at offset 2": lambda text: base64.b64encode(b"xy" + text.encode()).decode(),
    "URL-safe base64": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 in lines": lambda text: base64.encodebytes(text.encode() * 3).decode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_finds_a_value_in_every_encoding(encoding: Callable[[str], str]) -> None:
    """However it is written, an internal value is found, once, with artefact, place and source field."""
    report = search(f"<p>\n{encoding(SECRET)}\n</p>", value(SECRET), fixed=("<p>", "</p>"))
    assert [leak.source_field for leak in report.leaks] == ["Issue.title"]
    assert report.leaks[0].artefact == "index.html"


@given(st.text("abcdefghijklmnop qrstuvwxyzäöü0123456789", min_size=8).filter(lambda t: len(t.split()) == 1))
@settings(max_examples=60)
def test_finds_any_value_in_any_encoding(secret: str) -> None:
    """Whatever the value, each of the encodings gives it away."""
    for encode in (html.escape, urllib.parse.quote, json.dumps, str.upper, ENCODINGS["base64 at offset 1"]):
        assert not search(f"xx {encode(secret)} yy", value(secret)).is_clean


def test_never_repeats_the_secret() -> None:
    """The report names artefact, place and source field; the secret is in none of its texts."""
    report = search(f"line one\nand {SECRET}", value(SECRET))
    assert "Quarrel" not in str(report)
    assert report.leaks[0].place == "line 2 (as written)"


def test_searches_file_names() -> None:
    """A value in the name of a file is a leak as well; the report then tells the file by its number."""
    report = find_leaks(
        {"kite-1402-plan.html": b"<p>"}, [value("KITE-1402", "Issue.ref")], (), fixed=("<p>",)
    )
    assert (report.leaks[0].artefact, report.leaks[0].place) == (
        "file 1 of 1",
        "its name, line 1 (as written)",
    )
    assert "1402-plan" not in str(report)


def test_finds_a_key_inside_a_word() -> None:
    """A key counts also where it is part of a longer word."""
    assert not search("see xKITE-1402y", value("KITE-1402", "Issue.ref")).is_clean


def test_a_disclosed_text_may_hold_a_value() -> None:
    """A match wholly inside a disclosed text that stands there is exempt, and counted with its rule."""
    report = search(
        "<b>Search the catalogue</b>", value("catalogue"), manifest=(told("Search the catalogue"),)
    )
    assert report.is_clean
    assert [(e.rule, e.count) for e in report.exemptions] == [("goals.title", 2)]


def test_a_disclosed_text_excuses_no_other_place() -> None:
    """The same value outside the disclosed text is a leak."""
    page = "<b>Search the catalogue</b> <i>catalogue</i>"
    assert not search(page, value("catalogue"), manifest=(told("Search the catalogue"),)).is_clean


def test_a_match_across_the_edge_of_a_disclosed_text_counts() -> None:
    """A value that reaches beyond the disclosed text is not wholly inside it."""
    assert not search("Search of debts", value("Search of debts"), manifest=(told("Search of"),)).is_clean


def test_free_text_may_run_across_disclosed_texts() -> None:
    """A line of a body that consists of disclosed texts side by side gives nothing away; a title does."""
    manifest = (told("module build"), told("Release 7"))
    page = "<b>module build</b> Release 7"
    assert search(
        page, value("build</b> rel", "Issue.body"), manifest=manifest, fixed=("<b>", "</b>")
    ).is_clean
    assert not search(page, value("build</b> rel"), manifest=manifest, fixed=("<b>", "</b>")).is_clean


def test_a_value_beside_its_fields_name_may_be_what_was_disclosed() -> None:
    """`Likelihood: Low` on the page is what the policy told, though a field of that name says Low too."""
    report = search(
        "<p>Likelihood: Low</p>", value("Low", "Issue.fields[Likelihood]"), manifest=(told("Low"),)
    )
    assert report.is_clean


def test_a_label_that_pairs_name_and_value_may_be_what_was_disclosed() -> None:
    """The label `likelihood:medium` says no more than the page's own words with the told value."""
    label = value("likelihood:medium", "Issue.labels")
    page = "<p><span>Likelihood</span> <b>Medium</b></p>"
    fixed = ("<p><span>Likelihood</span> <b>", "</b></p>")
    assert search(page, label, manifest=(told("Medium"),), fixed=fixed).is_clean
    assert not search("<p>likelihood:medium</p>", label, fixed=fixed).is_clean


def test_the_digest_of_the_pages_own_style_is_no_leak() -> None:
    """A digest holds any short word by chance; one of a style that does not stand there still counts."""
    style = b"p { margin: 0 }"
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    label = value(digest[10:16], "Issue.labels")
    policy = f"<meta content=\"style-src 'sha256-{digest}'\">"
    assert search(f"{policy}<style>{style.decode()}</style>", label).is_clean
    assert not search(f"{policy}<style>p {{ margin: 1 }}</style>", label).is_clean


def test_an_escaped_disclosed_text_is_recognised() -> None:
    """A disclosed title with an ampersand is recognised in its HTML form."""
    page = f"<b>{html.escape('R&D <team> plan')}</b>"
    assert search(page, value("team"), manifest=(told("R&D <team> plan"),)).is_clean


def test_fixed_texts_may_hold_values() -> None:
    """A component called `goal` does not stop the page whose heading says Goals."""
    report = search("<h2>Goals</h2>", value("goal", "Issue.components"), fixed=("<h2>Goals</h2>",))
    assert report.is_clean


@pytest.mark.parametrize(
    ("field", "text"),
    [("Person.name", "Ann Quist"), ("Person.email", "ann@quist.example")],
    ids=["name", "e-mail"],
)
def test_people_count_even_in_disclosed_titles(field: str, text: str) -> None:
    """A title that names somebody the tracker knows is a leak, though the title itself is disclosed."""
    title = f"Plan by {text} for spring"
    assert not search(title, value(text, field), manifest=(told(title),)).is_clean


def test_the_publisher_may_be_a_person() -> None:
    """The operator's own words may hold a name that is also a tracker user's."""
    report = search("Ann Quist", value("Ann Quist", "Person.name"), manifest=(told("Ann Quist", CONFIGURED),))
    assert report.is_clean


def test_short_values_count_beside_their_field_only() -> None:
    """`P1` anywhere is nothing; `Priority: P1` is a leak."""
    short = value("P1", "Issue.priority")
    assert search("Step P1 of it", short).is_clean
    assert not search("Priority: P1", short).is_clean
    assert not search('{"priority": "P1"}', short).is_clean
    assert search("Priority: P12", short).is_clean


def test_the_trackers_vocabulary_counts_beside_its_field_only() -> None:
    """Status names are words of every page: they count as `Status: In Review` alone."""
    status = value("In Review", "Issue.status")
    assert search("The plan is in review", status).is_clean
    assert not search("<dt>Status</dt><dd>In Review</dd>", status).is_clean


def test_a_custom_field_counts_beside_its_name() -> None:
    """A short value of a custom field is found beside the name of that field."""
    assert not search("Budget class: B", value("B", "Issue.fields[Budget class]")).is_clean


def test_numbers_count_as_whole_numbers() -> None:
    """A budget is found as such, not within a longer number, nor among the coordinates of a drawing."""
    budget = value("12500", "Issue.fields[Budget]")
    assert not search("<p>12500 EUR</p>", budget).is_clean
    assert search("<p>9125001</p>", budget).is_clean
    assert search('<svg><rect x="12500" y="3"/></svg>', budget).is_clean


def test_two_wide_characters_are_wide_enough() -> None:
    """A Chinese name of two characters is searched like any other."""
    assert not search("<p>负责人王伟</p>", value("王伟", "Person.name")).is_clean


def test_every_value_of_the_facts_is_searched() -> None:
    """Whole titles, each line and sentence of a body, people, labels, keys, addresses, custom fields."""
    issue = sample.issue(
        7,
        "Swap the ledger",
        body="First line here.\n\nTwo sentences. In one line!\nab",
        labels=("legal-hold",),
        people=(Person(role="reporter", account="aquist", name="Ann Quist", email="ann@quist.example"),),
        fields={"Budget": 12500.0, "Tags": ("alpha",), "Empty": None, "Flag": True},
        url="https://tracker.example/browse/KITE-7",
    )  # fmt: skip
    found = {
        (v.reveal(), v.source_field) for v in values(sample.facts(issue), hosts=("jira.internal.example",))
    }
    assert {
        ("Swap the ledger", "Issue.title"),
        ("First line here.", "Issue.body"),
        ("Two sentences. In one line!", "Issue.body"),
        ("Two sentences.", "Issue.body"),
        ("In one line!", "Issue.body"),
        ("legal-hold", "Issue.labels"),
        ("Ann Quist", "Person.name"),
        ("aquist", "Person.account"),
        ("ann@quist.example", "Person.email"),
        ("12500", "Issue.fields[Budget]"),
        ("12,500", "Issue.fields[Budget]"),
        ("alpha", "Issue.fields[Tags]"),
        ("KITE-7", "Issue.ref"),
        ("jira:issue:7", "Issue.key"),
        ("https://tracker.example/browse/KITE-7", "Issue.url"),
        ("tracker.example", "tracker host"),
        ("jira.internal.example", "source host"),
        ("kite", "configuration project key"),
    } <= found


def test_a_clean_page_is_clean() -> None:
    """The fixed words of a page and what was disclosed are no leaks."""
    manifest = (told("Kite", CONFIGURED), told("Goals", FIXED_TEXT))
    assert search("<p>Goals of Kite</p>", value("Other text"), manifest=manifest).is_clean
