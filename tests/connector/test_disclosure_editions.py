"""What successive editions tell together: no small number, and nothing lost of what was stored before."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from connector.analysis.state import ProjectState, ScopeRow
from connector.disclosure import account
from connector.disclosure.catalogue import catalogue
from connector.disclosure.changes import NoveltyKind, new_to_audience
from connector.disclosure.policy import shipped
from connector.disclosure.projector import project_for_client
from connector.disclosure.scribe import Scribe
from connector.disclosure.serial import dump_view, load_view
from connector.disclosure.view import ClientView, ScopePart, ScopeView
from tests.connector import disclosure_ahead as ahead
from tests.connector import disclosure_sample as sample

K = 3
ROW = sample.SCOPE[0]
counts = st.integers(min_value=0, max_value=12)


def state(row: ScopeRow) -> ProjectState:
    """Return the sample with this account."""
    return replace(sample.STATE, scope=(row,))


def row(*, approved: int = 6, undecided: int = 4, removed: int = 5) -> ScopeRow:
    """Make an account that adds up."""
    return replace(
        ROW,
        approved_added=approved,
        unapproved_added=undecided,
        removed=removed,
        current=38 + approved + undecided - removed,
        done=0,
    )


def unagreed(total: int) -> ScopeRow:
    """Make the account of a project without an agreement."""
    return ScopeRow(container=ROW.container, unit="items", current=total, done=0)


def editions(*rows: ScopeRow) -> list[ClientView]:
    """Return an edition for each account, each knowing the one before."""
    views: list[ClientView] = []
    for each in rows:
        previous = views[-1] if views else None
        views.append(project_for_client(sample.given(state(each), previous=previous)).view)
    return views


def accounts(*rows: ScopeRow) -> list[ScopeView]:
    """Return the account alone of an edition for each row, each knowing the one before."""
    told: list[ScopeView] = []
    for each in rows:
        scribe = Scribe(catalogue("en"), timezone="UTC", k=K, id_key=sample.ID_KEY)
        told += account.scope(scribe, shipped("client-default"), state(each), tuple(told[-1:]))
    return told


def amounts(told: ScopeView) -> dict[ScopePart, tuple[float | None, str]]:
    """Return what is told of each total: its number, if it is told, and its words."""
    return {line.part: (line.amount.value, str(line.amount.text)) for line in told.lines}


def test_one_more_is_not_told_by_two_editions() -> None:
    """40, then 41: the second edition tells a range, and so does a third that has the same total."""
    told = [
        amounts(view.scope[0])[ScopePart.CURRENT]
        for view in editions(unagreed(40), unagreed(41), unagreed(41))
    ]
    assert told == [(40, "40"), (None, "41 to 42"), (None, "41 to 42")]


def test_enough_more_is_told() -> None:
    """40, then 41, then 43: three more than the total told last are told."""
    told = [amounts(one)[ScopePart.CURRENT] for one in accounts(unagreed(40), unagreed(41), unagreed(43))]
    assert told[2] == (43, "43")


def test_back_to_what_was_told_is_told() -> None:
    """40, then 41, then 40 again: what was told before may be told again."""
    told = [amounts(one)[ScopePart.CURRENT] for one in accounts(unagreed(40), unagreed(41), unagreed(40))]
    assert told[2] == (40, "40")


def test_the_same_account_is_no_news() -> None:
    """A range that is told again as it was is neither a change nor another content."""
    views = editions(row(undecided=4), row(undecided=5), row(undecided=5))
    assert views[2].changes.entries == ()
    assert views[1].edition.fingerprint == views[2].edition.fingerprint


def test_agreed_and_done_are_always_exact() -> None:
    """What was agreed, and how much is done, is never coarsened by an edition before."""
    told = amounts(accounts(replace(row(), done=10), replace(row(), done=11))[1])
    assert told[ScopePart.DONE] == (11, "11")
    assert told[ScopePart.AGREED] == (38, "38")


def agreed_and_today(*totals: int) -> list[tuple[float | None, str]]:
    """Return what successive accounts tell of today's total, 38 agreed and nothing else open."""
    policy = sample.policy(show={"scope": frozenset({"agreed", "current"})})
    told: list[ScopeView] = []
    for total in totals:
        scribe = Scribe(catalogue("en"), timezone="UTC", k=K, id_key=sample.ID_KEY)
        each = state(replace(row(), current=total))
        told += account.scope(scribe, policy, each, tuple(told[-1:]))
    return [amounts(one)[ScopePart.CURRENT] for one in told]


@pytest.mark.parametrize(
    ("total", "told"),
    [
        (35, "35"),
        (36, "36 to 37"),
        (37, "36 to 37"),
        (38, "38"),
        (39, "39 to 40"),
        (40, "39 to 40"),
        (41, "41"),
    ],
)
def test_today_beside_what_was_agreed_tells_no_small_number(total: int, told: str) -> None:
    """Where only both totals are told, a difference of fewer than k is a range on either side."""
    assert [words for _, words in agreed_and_today(total)] == [told]


@pytest.mark.parametrize(
    ("totals", "told"),
    [((50, 39, 48), ["50", "39 to 40", "48 to 49"]), ((26, 37, 28), ["26", "36 to 37", "27 to 28"])],
)
def test_a_range_beside_what_was_agreed_forgets_no_total(totals: tuple[int, ...], told: list[str]) -> None:
    """After such a range the total told before it still counts: no small number follows from both."""
    assert [words for _, words in agreed_and_today(*totals)] == told


def test_the_total_of_today_hides_what_a_part_hides() -> None:
    """Where one part is a range against the edition before, the sum of all is one too."""
    told = amounts(accounts(row(undecided=4), row(undecided=5))[1])
    assert told[ScopePart.UNDECIDED] == (None, "5 to 6")
    assert told[ScopePart.CURRENT] == (None, "44 to 45")


@settings(max_examples=40)
@examples(st.lists(st.tuples(counts, counts, counts), min_size=2, max_size=4))
def test_no_two_told_totals_in_a_row_differ_by_a_small_number(story: list[tuple[int, int, int]]) -> None:
    """Of approved, undecided and taken out, exact numbers of successive editions are 0 or k apart."""
    rows = [row(approved=a, undecided=u, removed=r) for a, u, r in story]
    told = [amounts(one) for one in accounts(*rows)]
    for part in (ScopePart.APPROVED, ScopePart.UNDECIDED, ScopePart.TAKEN_OUT):
        exact = [each[part][0] for each in told if each[part][0] is not None]
        assert all(
            abs(b - a) not in range(1, K) for a, b in pairwise(exact) if a is not None and b is not None
        )


@settings(max_examples=60)
@examples(st.integers(min_value=0, max_value=12), st.integers(min_value=0, max_value=12))
def test_a_range_is_told_of_more_than_one_number(before: int, now: int) -> None:
    """Whoever knows these rules and both editions still finds two numbers at least behind a range."""
    first = row(undecided=before)
    told = {
        value: amounts(accounts(first, row(undecided=value))[1])[ScopePart.UNDECIDED]
        for value in range(13 + K)
    }
    number, words = told[now]
    alike = [value for value, said in told.items() if said == (number, words)]
    assert len(alike) >= (1 if number is not None else K - 1)
    assert now in alike


def test_a_range_stays_one_for_whoever_knows_all_editions() -> None:
    """Of all stories of three editions that read the same, two have different numbers behind each range."""
    alike = defaultdict(set)
    for story in product(range(8), repeat=3):
        alike[_as_read(story)].add(story)
    behind = [
        {story[place] for story in stories}
        for read, stories in alike.items()
        for place, (number, _) in enumerate(read)
        if number is None and max(max(story) for story in stories) < 8 - K  # larger ones were not tried
    ]
    assert len(behind) > 30
    assert min(len(values) for values in behind) > 1


@cache
def _account(story: tuple[int, ...]) -> ScopeView:
    """Return the last account of a story of undecided items."""
    before = (_account(story[:-1]),) if story[1:] else ()
    scribe = Scribe(catalogue("en"), timezone="UTC", k=K, id_key=sample.ID_KEY)
    return account.scope(scribe, shipped("client-default"), state(row(undecided=story[-1])), before)[0]


def _as_read(story: tuple[int, ...]) -> tuple[tuple[float | None, str], ...]:
    told = (amounts(_account(story[: place + 1])) for place in range(len(story)))
    return tuple(each[ScopePart.UNDECIDED] for each in told)


@settings(max_examples=40)
@examples(st.tuples(counts, counts, counts), st.tuples(counts, counts, counts))
def test_a_range_holds_the_number(before: tuple[int, int, int], now: tuple[int, int, int]) -> None:
    """What is told of today's total is true: exact, or a range with the number in it."""
    first, second = (row(approved=a, undecided=u, removed=r) for a, u, r in (before, now))
    number, words = amounts(accounts(first, second)[1])[ScopePart.CURRENT]
    low, _, high = words.partition(" to ")
    assert number in {None, second.current}
    assert float(low) <= second.current <= float(high or low)


# ------------------------------------------------------------------------------------ new to review


def kinds(view: ClientView, previous: ClientView | None) -> dict[str, NoveltyKind]:
    """Return what is new by its path."""
    return {one.path: one.kind for one in new_to_audience(view, previous)}


def test_a_note_is_new_text_every_time() -> None:
    """What the project manager says to an edition was never approved before, even if said before."""
    one = ahead.view()
    assert kinds(ahead.view(previous=one), one) == {"note": NoveltyKind.TEXT}


def test_a_note_is_no_change_of_the_project() -> None:
    """The page does not list its own note among what changed."""
    one = ahead.view(note="")
    assert ahead.view(previous=one).changes.entries == ()


def test_a_longer_text_and_an_address_are_new_text() -> None:
    """Words in paragraphs and addresses say something: a person looks at them first."""
    one = ahead.view(note="")
    risk = replace(sample.PICTURE.risks[0], client_response="We look for a third provider.")
    picture = replace(sample.PICTURE, risks=(risk, *sample.PICTURE.risks[1:]))
    other = ahead.view(
        replace(ahead.FORESEEN, picture=picture), note="", contact_email="new@northwind.example", previous=one
    )
    found = kinds(other, one)
    assert set(found.values()) == {NoveltyKind.TEXT}
    assert sorted(path.rpartition(".")[2] for path in found) == ["link", "response"]


def test_a_text_that_was_told_elsewhere_is_not_new() -> None:
    """The same paragraph at another thing was approved already."""
    one = ahead.view(note="")
    first, second, *others = sample.PICTURE.risks
    risk = replace(second, client_response=first.client_response)
    picture = replace(sample.PICTURE, risks=(first, risk, *others))
    other = ahead.view(replace(ahead.FORESEEN, picture=picture), note="", previous=one)
    assert kinds(other, one) == {}


# ------------------------------------------------------------------------------------ stored views


def test_a_view_comes_back_equal() -> None:
    """What was stored is read as it was."""
    view = ahead.view()
    assert load_view(dump_view(view)) == view


def test_a_view_of_an_earlier_version_is_read() -> None:
    """Texts were lists of paragraphs once, and much of today's view did not exist."""
    old = json.loads(dump_view(project_for_client(sample.given()).view))
    for name in ("note", "stages", "trend", "burn_up", "contact", "proof"):
        del old[name]
    for name in ("review_on", "answer", "page", "archive", "feed", "calendar", "series"):
        del old["edition"][name]
    paragraphs = 0
    for thing in _things(old):
        paragraphs += _in_paragraphs(thing["head"], "text")
        paragraphs += _in_paragraphs(thing, "response")
    assert paragraphs > 2
    read = load_view(json.dumps(old))
    assert read is not None
    assert str(read.risks[0].response) == sample.PICTURE.risks[0].client_response
    news = new_to_audience(project_for_client(sample.given(previous=read)).view, read)
    assert {one.path.partition("[")[0] for one in news} == {"stages"}


def test_a_view_that_cannot_be_read_is_none() -> None:
    """Neither other data nor no data at all is taken for a view."""
    assert load_view('{"language": 5}') is None
    assert load_view("half a docu") is None


@pytest.mark.parametrize("language", ["en", "de", "zh-CN"])
def test_nothing_new_is_said_in_every_language(language: str) -> None:
    """The full view, told twice, has no news but its note."""
    policy = shipped("client-detailed")
    one = ahead.view(language=language, policy=policy)
    other = ahead.view(language=language, policy=policy, previous=one)
    assert other.changes.entries == ()
    assert set(kinds(other, one)) == {"note"}


def _things(old: dict[str, Any]) -> list[dict[str, Any]]:
    return [thing for part in old.values() if isinstance(part, list) for thing in part if "head" in thing]


def _in_paragraphs(thing: dict[str, Any], name: str) -> int:
    """Write a text as versions before did; return how many paragraphs it has."""
    if name not in thing:
        return 0
    told = thing[name]
    lines = told["text"].split("\n\n") if told else []
    thing[name] = [{"value": line, "written": True} for line in lines]
    return len(lines)
