"""What webhooks told: dates are kept for ever, fates until a pull has looked; notes while they are good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.protocol import DateHint, Fate, Whereabouts
from connector.store import Store, open_store
from connector.store import notes as kept
from connector.store.hints import Taken
from connector.store.notes import MOST_CHARACTERS, SourceNotes
from tests.builders import SOURCE, day, issue, version
from tests.connector.puller import Puller, puller

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Puller]:
    """Six issues and a milestone, pulled on day 0."""
    with puller(tmp_path) as made:
        made.pull()
        made.at = 0.1
        yield made


def hint(at: float, old: dt.date, new: dt.date) -> DateHint:
    """Make what a webhook told of R1."""
    return DateHint(key=version(1), name="R1", at=day(at), old_on=old, new_on=new)


def tell(store: Store, *dates: DateHint, at: float = 0, **fates: Fate) -> Taken:
    """Tell what a webhook told; fates by ref."""
    found = {f"jira:issue:{ref.removeprefix('APO_')}": Whereabouts(fate=fate) for ref, fate in fates.items()}
    return store.hints.take("apollo", SOURCE, dates=dates, fates=found, at=day(at))


def test_dates_come_in_the_order_they_moved(site: Puller) -> None:
    """Whatever the order in which deliveries came."""
    first, second = hint(-3, OCTOBER, NOVEMBER), hint(-2, NOVEMBER, OCTOBER)
    tell(site.store, second, first)
    assert site.store.facts.load("apollo").hints == (first, second)


def test_trap_47_the_same_delivery_twice_changes_nothing(site: Puller) -> None:
    """Trackers deliver again, in parallel and out of order."""
    moved = hint(-3, OCTOBER, NOVEMBER)
    assert tell(site.store, moved, APO_2=Fate.DELETED) == Taken(dates=1, fates=1)
    assert tell(site.store, moved, at=1, APO_2=Fate.DELETED) == Taken(dates=0, fates=0)
    assert site.store.facts.load("apollo").hints == (moved,)


def test_a_told_fate_is_looked_after_by_the_next_pull(site: Puller) -> None:
    """Nobody waits for the census, and the tracker's own word counts."""
    site.drop(2)
    tell(site.store, APO_2=Fate.DELETED)
    site.adapter.whereabouts = {issue(2).key: Whereabouts(fate=Fate.MOVED)}
    site.pull()
    assert site.gone == {"APO-2": "moved_out"}
    assert site.store.hints.fates("apollo", SOURCE) == {}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        pytest.param(Fate.DELETED, "deleted", id="deleted"),
        pytest.param(Fate.TRANSFERRED, "transferred", id="transferred"),
    ],
)
def test_a_webhook_counts_where_the_tracker_cannot_tell(site: Puller, told: Fate, why: str) -> None:
    """Deleted and hidden look alike to a reader; a webhook said which."""
    site.drop(2)
    tell(site.store, APO_2=told)
    site.adapter.whereabouts = {issue(2).key: Whereabouts(fate=Fate.INVISIBLE)}
    site.pull()
    assert site.gone == {"APO-2": why}


def test_a_told_fate_does_not_outweigh_an_issue_that_is_there(site: Puller) -> None:
    """A delivery that was wrong, or late, deletes nothing, and is forgotten."""
    tell(site.store, APO_2=Fate.DELETED)
    site.pull()
    assert site.gone == {}
    assert site.store.hints.fates("apollo", SOURCE) == {}


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[SourceNotes]:
    """The notes of a source on day 0."""
    with open_store("sqlite:///store.db", folder=tmp_path) as store:
        yield store.notes.of("apollo", SOURCE, now=lambda: day(0), question="a")


def test_a_note_is_good_until_its_end(notes: SourceNotes) -> None:
    """A later one of its name takes its place."""
    notes.write("board", "7", until=day(1))
    notes.write("board", "8", until=day(1))
    notes.write("zone", "UTC", until=day(0))
    assert (notes.read("board"), notes.read("zone"), notes.read("none")) == ("8", None, None)


def test_another_question_finds_no_note(notes: SourceNotes) -> None:
    """Another site, or other fields: what was remembered is of something else."""
    notes.write("board", "7", until=day(1))
    other = SourceNotes(
        database=notes.database, project="apollo", source=SOURCE, question="b", now=lambda: day(0)
    )
    assert other.read("board") is None


def test_notes_are_bounded(notes: SourceNotes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one note nor their number can grow without end; they may be thrown away."""
    notes.write("big", "x" * (MOST_CHARACTERS + 1), until=day(1))
    assert notes.read("big") is None
    monkeypatch.setattr(kept, "MOST_NOTES", 3)
    for number in range(4):
        notes.write(f"note {number}", "", until=day(1 + number))
    assert (notes.read("note 0"), notes.read("note 1")) == (None, "")
    notes.forget()
    assert notes.read("note 1") is None
