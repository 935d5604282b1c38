"""Whatever people write, in the tracker or for the client, is read as words everywhere, or not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath

import pytest

from connector.analysis.state import ProjectState
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import ClientView
from mappings.concepts import Picture
from tests.connector import disclosure_sample as sample
from tests.connector.forms import forms
from tests.connector.hostile import HOSTILE
from tests.connector.readers import READERS, Skeleton, page, tags

WORD = "Word"
NOTHING = "\u200b"
ALLOWED = {"p", "ul", "ol", "li", "strong", "em", "code", "br", "a", "blockquote"}
UNREADABLE = {"Cc", "Cs", "Co", "Cn"}
TURNING = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff\u00ad\u200e\u200f"}
Files = Mapping[str, bytes]


def picture(title: str) -> Picture:
    """Return one of each concept, with a text as the client's title."""
    held = sample.PICTURE
    return Picture(
        goals=(replace(held.goals[0], title=title),),
        risks=(replace(held.risks[0], client_title=title),),
        change_requests=(replace(held.change_requests[0], client_title=title),),
        decisions=(replace(held.decisions[0], client_title=title),),
        client_actions=(replace(held.client_actions[0], client_title=title),),
        feedback=(replace(held.feedback[0], client_title=title),),
    )


def state(title: str) -> ProjectState:
    """Return a small project in which everything is called alike."""
    return replace(
        sample.STATE,
        name=title,
        goals=(replace(sample.GOAL_STATES[0], title=title),),
        milestones=tuple(replace(milestone, name=title) for milestone in sample.MILESTONES[2:4]),
        picture=picture(title),
    )


@cache
def titled(text: str) -> Files:
    """Return every artefact of an edition in which a text stands wherever a title or a name can."""
    given = sample.given(
        state(text), project_name=text, client_name=text, publisher=text, contact_name=text,
        contact_email="contact@northwind.example",
    )  # fmt: skip
    return forms(project_for_client(given).view).files


@cache
def told(*, is_hostile: bool = True) -> ClientView:
    """Return an edition that tells every hostile text as a client text, a response and a note."""
    risk = sample.PICTURE.risks[0]
    all_texts = tuple(HOSTILE.values()) if is_hostile else (WORD,) * len(HOSTILE)
    risks = tuple(
        replace(risk, key=f"{risk.key}{n}", client_title=WORD, client_text=text, client_response=text)
        for n, text in enumerate(all_texts)
    )
    held = replace(state(WORD), picture=replace(picture(WORD), risks=risks))
    return project_for_client(sample.given(held, note="\n\n".join(all_texts))).view


@cache
def texts(*, is_hostile: bool = True) -> Files:
    """Return every artefact of the edition with all hostile texts, or as many harmless ones."""
    return forms(told(is_hostile=is_hostile)).files


@cache
def skeletons(text: str) -> Mapping[str, Skeleton]:
    """Read every artefact by the kind of program it is for."""
    return {name: READERS[PurePosixPath(name).suffix](content) for name, content in titled(text).items()}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_title_is_words(case: str) -> None:
    """As title, milestone, name of project, client, publisher and contact: not a tag, key or header more."""
    expected = skeletons(NOTHING if _vanishes(HOSTILE[case]) else WORD)
    for name, skeleton in skeletons(f"{_kept(case)}{HOSTILE[case]}").items():
        assert skeleton == expected[name], name
    assert _unreadable(titled(HOSTILE[case])) == {}


def test_a_title_is_shown_as_it_was_written() -> None:
    """Harmless is not gone: the words of a script are read on the page, in data, calendar and feed."""
    files = titled(HOSTILE["a script"])
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in files["index.html"]
    assert b'"<script>alert(1)</script>"' in files["summary.json"]
    assert b"SUMMARY:<script>alert(1)</script>" in files["milestones.ics"]
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in files["feed.xml"]


def test_hostile_client_texts_hold_no_markup_but_simple_emphasis() -> None:
    """As client text, response and note: paragraphs, lists, emphasis and harmless links, and nothing else."""
    for name in ("index.html", "email.html"):
        own, read = {tag.split()[0] for tag in page(texts(is_hostile=False)[name])}, tags(texts()[name])
        assert {tag.split()[0] for tag in read.tags} <= own | ALLOWED, name
        assert read.handlers == []
        allowed = ("#", "https://", "mailto:", "editions/", "feed.xml", "milestones.ics", "summary.")
        assert [address for address in read.addresses if not address.startswith(allowed)] == []
    assert len(told().risks) == len(HOSTILE)


def test_hostile_client_texts_are_read_by_every_reader() -> None:
    """Data, mail, feed, calendar, drawing and Markdown are what they claim to be, whatever the texts."""
    assert all(READERS[PurePosixPath(name).suffix](content) is not None for name, content in texts().items())
    assert _unreadable(texts()) == {}


@pytest.mark.parametrize("case", ["huge text", "a very long word", "stacked marks", "many stars"])
def test_a_flood_is_cut(case: str) -> None:
    """A title adds at most 200 characters wherever it stands."""
    more = len(titled(HOSTILE[case])["summary.json"]) - len(titled(WORD)["summary.json"])
    places = titled(WORD)["summary.json"].count(WORD.encode())
    assert 0 < more < places * 200 * 4


def _unreadable(files: Files) -> Mapping[str, set[str]]:
    """Return by artefact the characters that are controls, unassigned, private, hidden or turn others."""
    found = {name: set(content.decode()) - {"\n", "\r", "\t"} for name, content in files.items()}
    bad = {
        name: {char for char in shown if unicodedata.category(char) in UNREADABLE} | (shown & TURNING)
        for name, shown in found.items()
    }
    return {name: chars for name, chars in bad.items() if chars}


def _kept(case: str) -> str:
    """Put a word before what redaction would take out whole: a title of which nothing is left is closed."""
    return "Seen: " if "address" in case else ""


def _vanishes(text: str) -> bool:
    """Tell whether nothing readable is in a text."""
    return not any(unicodedata.category(char)[0] in "LNPSM" for char in text)
