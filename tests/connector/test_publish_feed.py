"""The feed: valid Atom, stable names, and of older editions nothing but that they were."""

from __future__ import annotations

import dataclasses
import datetime as dt
import xml.etree.ElementTree as ET

import feedparser  # type: ignore[import-untyped]  # comes without types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.disclosure.portal_view import past_edition
from connector.disclosure.view import ChangeKind, ChangeView, ClientText
from connector.publish.feed import feed
from tests.connector.made_views import NOW
from tests.connector.past_views import PAGE, SERIES, WEEK, edition

ATOM = "{http://www.w3.org/2005/Atom}"
THREE = (past_edition(edition(1)), past_edition(edition(2)))


def tree(body: bytes) -> ET.Element:
    """Read the elements of a document that we wrote ourselves."""
    return ET.fromstring(body)  # noqa: S314 - no stranger's XML


def parsed(body: bytes) -> feedparser.FeedParserDict:
    """Read a feed as a reader's program does; a fault of its form is an error."""
    found = feedparser.parse(body)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def test_a_feed_reader_understands_it() -> None:
    """Title, author, instants and one entry an edition, the newest first."""
    found = parsed(feed(edition(3), THREE))
    assert found.feed.title == "Kite web shop"
    assert found.feed.author == "Northwind Studio"
    assert found.feed.updated == "2026-12-07T08:00:00Z"
    assert [entry.title for entry in found.entries] == [
        "Edition 3 · 7 December 2026 · Needs attention",
        "Edition 2 · 30 November 2026 · Needs attention",
        "Edition 1 · 23 November 2026 · Needs attention",
    ]


@pytest.mark.parametrize("language", ["en", "de", "zh-CN"])
def test_it_has_what_the_standard_asks_for(language: str) -> None:
    """Feed and entries each have one id, title and instant; the feed has its language and an author."""
    root = tree(feed(edition(3, language=language), THREE))
    assert root.tag == f"{ATOM}feed"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    for part in (root, *root.findall(f"{ATOM}entry")):
        assert all(len(part.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated"))
    assert len(root.findall(f"{ATOM}author")) == 1


def test_names_are_stable_and_tell_nothing() -> None:
    """The ids of feed and entries are made of the opaque series alone: no host, project or audience."""
    one, other = parsed(feed(edition(2), THREE[:1])), parsed(feed(edition(3), THREE))
    assert one.feed.id == other.feed.id == f"tag:clientview,2026:{SERIES}"
    assert [entry.id for entry in other.entries[1:]] == [entry.id for entry in one.entries]
    elsewhere = parsed(feed(edition(3, page="https://elsewhere.example/x/"), THREE))
    assert [entry.id for entry in elsewhere.entries] == [entry.id for entry in other.entries]


def test_links_are_absolute_where_the_address_is_known() -> None:
    """A feed reader opens the edition itself."""
    found = parsed(feed(edition(3), THREE))
    assert found.feed.link == PAGE
    assert [entry.link for entry in found.entries] == [f"{PAGE}editions/{n}/index.html" for n in (3, 2, 1)]
    named = edition(3, page=f"{PAGE}index.html")
    assert parsed(feed(named, ())).entries[0].link == f"{PAGE}editions/3/index.html"


def test_links_are_relative_where_it_is_not() -> None:
    """Without a base address links start from where the feed lies."""
    root = tree(feed(edition(3, page=None), THREE))
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": "feed.xml", "alternate": "index.html"}
    first = root.find(f"{ATOM}entry/{ATOM}link")
    assert first is not None
    assert first.get("href") == "editions/3/index.html"


def test_only_the_newest_edition_says_what_changed() -> None:
    """What was told once may be closed today: of older editions the label, day and word stand alone."""
    secret = "What only edition 2 said"
    told = dataclasses.replace(
        edition(2), changes=dataclasses.replace(edition(2).changes, sentence=ClientText(secret))
    )
    body = feed(edition(3), (past_edition(told),))
    newest, older = parsed(body).entries
    assert "Step 2 moved by a week." in newest.content[0].value
    assert newest.content[0].type == "application/xhtml+xml"
    assert "moved" not in older.content[0].value
    assert secret not in body.decode()


def test_a_withdrawn_edition_is_told_as_such() -> None:
    """Readers that kept the old entry are told of its withdrawal by a newer instant."""
    at = NOW + 3 * WEEK
    found = parsed(feed(edition(1), (past_edition(edition(2), withdrawn_at=at),)))
    assert found.entries[0].title == "Edition 2 · 30 November 2026 · Withdrawn"
    assert found.entries[0].updated == found.feed.updated == "2026-12-14T08:00:00Z"
    assert "moved" in found.entries[1].content[0].value


def test_a_closed_verdict_says_nothing() -> None:
    """Where the policy keeps the verdict closed the feed has no word for it."""
    view = dataclasses.replace(edition(1), verdict=None)
    assert parsed(feed(view, ())).entries[0].title == "Edition 1 · 23 November 2026"


def test_the_same_editions_give_the_same_bytes() -> None:
    """In whatever order the older ones are handed in."""
    assert feed(edition(3), THREE) == feed(edition(3), THREE[::-1])


@given(words=st.text(max_size=60))
def test_any_words_keep_it_well_formed(words: str) -> None:
    """Markup, entities, controls, half characters: what people wrote is text, or nothing."""
    change = ChangeView(
        kind=ChangeKind.NEW,
        word=ClientText("New"),
        what=ClientText("It"),
        sentence=ClientText(words, written=True),
    )
    made = edition(1)
    view = dataclasses.replace(
        made,
        project=ClientText(words or "x", written=True),
        changes=dataclasses.replace(made.changes, entries=(change,)),
    )
    root = tree(feed(view, ()))
    said = [one.text or "" for one in root.iter("{http://www.w3.org/1999/xhtml}li")]
    assert len(said) == 1
    assert not list(root.iter("{http://www.w3.org/1999/xhtml}script"))
    kept = [letter for letter in words if letter.isprintable() and letter.isalnum()]
    assert [letter for letter in said[0] if letter.isalnum()] == kept


def test_instants_are_those_of_the_editions() -> None:
    """Published is when it went out, in UTC, whatever the audience's time zone."""
    entry = parsed(feed(edition(2), ())).entries[0]
    published = dt.datetime.fromisoformat(entry.published)
    assert published == edition(2).edition.published.at
