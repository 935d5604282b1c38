"""The census: what is gone is found by counting, concluded from a whole count alone, and named as what it is.

Tests that name a trap guard against a known way in which such pulls go wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.errors import UnreachableError
from adapters.memory import MemoryAdapter
from adapters.protocol import Batch, Census, Fate, Whereabouts
from adapters.records import Link, LinkKind
from connector.store.staging import PullKind
from tests.builders import SOURCE, day, issue, milestone
from tests.connector.puller import Puller, puller, story

NEXT_DAY = 1.01


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Puller]:
    """Six issues and a milestone, pulled on day 0; it is a day later."""
    with puller(tmp_path) as made:
        made.pull()
        made.at = NEXT_DAY
        yield made


@dataclass(slots=True, kw_only=True)
class Lagging(MemoryAdapter):
    """A tracker whose index knows less than it has: `unlisted` neither in pulls nor in a census."""

    unlisted: frozenset[str] = frozenset()
    breaks_off: bool = False  # its census never comes to the last part
    asked_for: Sequence[str] = ()

    def census(self) -> Iterator[Census]:
        """Leave out what the index does not know yet."""
        for part in MemoryAdapter.census(self):
            present = tuple(one for one in part.present if one.key not in self.unlisted)
            yield Census(present=present, last=not self.breaks_off)

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Read by key, past the index."""
        self.asked_for = (*self.asked_for, *keys)
        yield from MemoryAdapter.fetch(self, keys)


def lagging(site: Puller, **settings: object) -> Lagging:
    """Put a tracker in place whose index lags, with the same issues."""
    made = Lagging(source=SOURCE, issues=site.adapter.issues, milestones=site.adapter.milestones, **settings)  # type: ignore[arg-type] # what the test sets
    site.adapter = made
    return made


def test_trap_27_deleted_issues_do_not_live_forever(site: Puller) -> None:
    """No tracker leaves a tombstone; a day later the count finds what is missing, without a full pull."""
    site.drop(2)
    outcome = site.pull()
    assert (outcome.kind, outcome.counted) == (PullKind.CENSUS, 5)
    assert site.gone == {"APO-2": "deleted"}


def test_between_two_censuses_nothing_is_said_to_be_gone(site: Puller) -> None:
    """A pull of what changed brings what changed: absence says nothing there."""
    site.at = 0.5
    site.drop(2)
    assert site.pull().kind is PullKind.CHANGES
    assert site.gone == {}


@pytest.mark.parametrize(
    ("fate", "why"),
    [
        pytest.param(Fate.OUTSIDE, "moved_out", id="left the selection"),
        pytest.param(Fate.MOVED, "moved_out", id="trap 29: moved to another project"),
        pytest.param(Fate.TRANSFERRED, "transferred", id="transferred to another repository"),
        pytest.param(Fate.CONVERTED, "converted", id="became a discussion"),
        pytest.param(Fate.DELETED, "deleted", id="deleted"),
        pytest.param(Fate.INVISIBLE, "invisible", id="trap 30: hidden, or deleted: nobody tells"),
    ],
)
def test_each_fate_is_kept_as_what_it_is(site: Puller, fate: Fate, why: str) -> None:
    """A moved issue is not a deleted one, and a hidden one never is."""
    site.drop(3)
    site.adapter.whereabouts = {issue(3).key: Whereabouts(fate=fate)}
    site.pull()
    assert site.gone == {"APO-3": why}


def test_trap_28_half_of_the_issues_missing_is_a_lost_right(site: Puller) -> None:
    """Permission lost, a partial answer: the count is not believed, and nothing changes."""
    site.drop(1, 2, 3)
    outcome = site.pull()
    assert [trip.guard for trip in outcome.trips] == ["shrunk"]
    assert outcome.applied is None
    assert site.gone == {}


def test_trap_28_an_empty_answer_is_an_expired_token(site: Puller) -> None:
    """200 with nothing is no finished project."""
    site.adapter.issues = []
    assert [trip.guard for trip in site.pull().trips] == ["turned_empty"]


def test_an_empty_answer_to_what_changed_is_recognised_by_its_milestones(site: Puller) -> None:
    """Of an expired token no issue is ordinary between two censuses; no milestone is not."""
    site.at = 0.1
    site.adapter.issues, site.adapter.milestones = [], []
    assert [trip.guard for trip in site.pull().trips] == ["milestones_vanished"]


def test_a_person_may_take_what_the_guards_refuse(site: Puller) -> None:
    """Then the fates are looked up, too."""
    site.drop(1, 2, 3)
    site.pull()
    site.pull(accepted_by="P. Manager")
    assert set(site.gone) == {"APO-1", "APO-2", "APO-3"}


def test_trap_75_nothing_is_concluded_from_a_failed_page(site: Puller) -> None:
    """A census that fails leaves everything as it was; the next sync takes a whole one."""
    site.drop(2)
    site.adapter.fail_after, site.adapter.batch_issues = 1, 3
    with pytest.raises(UnreachableError):
        site.pull()
    assert site.gone == {}
    site.adapter.fail_after = None
    site.pull()
    assert site.gone == {"APO-2": "deleted"}


def test_trap_75_nothing_is_concluded_from_a_census_without_its_end(site: Puller) -> None:
    """One that breaks off without an error is doubted like a pull that does."""
    lagging(site, breaks_off=True, unlisted=frozenset({issue(2).key}))
    assert [trip.guard for trip in site.pull().trips] == ["half_read"]
    assert site.gone == {}


def test_trap_10_what_an_index_does_not_list_yet_is_not_deleted(site: Puller) -> None:
    """It is looked for by name, found, and read by key."""
    tracker = lagging(site, unlisted=frozenset({issue(4).key}))
    tracker.issues = [replace(one, title="renamed") if one.ref == "APO-4" else one for one in tracker.issues]
    site.pull()
    assert site.gone == {}
    assert site.titles["APO-4"] == "renamed"


def test_trap_11_a_day_is_read_again_with_every_census(site: Puller) -> None:
    """What was indexed hours late is brought by a window of 24 hours; otherwise five minutes overlap."""
    site.pull()
    site.at += 0.1
    site.pull()
    since = [window.since for window in site.adapter.opened_with[1:]]
    assert since == [day(0) - dt.timedelta(hours=24), day(0) - dt.timedelta(minutes=5)]


def test_trap_8_what_comes_again_changes_nothing(site: Puller) -> None:
    """Overlapping windows bring the same issues again and again."""
    applied = site.pull().applied
    assert applied is not None
    assert (applied.new, applied.changed, applied.unchanged) == (0, 0, 1)


def test_trap_57_a_new_parent_is_noticed_without_an_update(site: Puller) -> None:
    """Hanging an issue below another does not touch its update instant: the census tells of parents."""
    tracker = lagging(site)
    child = story(5, parent=issue(1).key)
    tracker.issues = [child if one.key == child.key else one for one in tracker.issues]
    site.pull()
    assert tracker.asked_for == (child.key,)
    assert child in site.store.facts.load("apollo").issues


def test_trap_59_a_new_blocker_is_noticed_without_an_update(site: Puller) -> None:
    """A dependency touches neither end's update instant: the census counts blockers."""
    tracker = lagging(site)
    link = Link(id="1", source=SOURCE, a=issue(1).key, b=issue(2).key, kind=LinkKind.BLOCKS)
    tracker.links = [link]
    site.pull()
    assert tracker.asked_for == (issue(2).key,)
    assert site.store.facts.load("apollo").links == (link,)


def test_an_issue_that_is_back_is_no_longer_gone(site: Puller) -> None:
    """A right that comes back brings back what it hid."""
    known = site.adapter.issues
    site.drop(2)
    site.pull()
    site.adapter.issues = known
    site.at += 1
    outcome = site.pull()
    assert outcome.applied is not None
    assert outcome.applied.returned == 1
    assert site.gone == {}


def test_trap_79_a_renamed_milestone_is_the_same_one(site: Puller) -> None:
    """It is known by its key: not one removed and one added."""
    site.adapter.milestones = [milestone(1, name="R1 (final)")]
    assert site.pull().trips == ()
    names = [one.milestone.name for one in site.store.facts.load("apollo").sightings]
    assert names == ["R1", "R1 (final)"]
