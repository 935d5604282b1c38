"""Issues that a pull of what changed sees outside the source's selection are moved out at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.errors import UnreachableError
from connector.store import open_store
from tests.builders import SOURCE, day
from tests.connector.puller import Puller, puller, story


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Puller]:
    """Six issues and a milestone, pulled on day 0."""
    with puller(tmp_path) as made:
        made.pull()
        made.at = 0.1
        yield made


def leave(site: Puller, *numbers: int) -> None:
    """Take issues out of the selection; they stay in the tracker."""
    site.drop(*numbers)
    site.adapter.outside = [story(number, updated_at=day(0.05)) for number in numbers]


def test_what_left_the_selection_is_moved_out_before_any_census(site: Puller) -> None:
    """It is looked for by key, and booked as what it is, within the hour."""
    leave(site, 2)
    outcome = site.pull()
    assert outcome.counted is None
    assert site.gone == {"APO-2": "moved_out"}
    assert site.store.hints.fates("apollo", SOURCE) == {}


def test_what_was_never_inside_leaves_no_trace(site: Puller) -> None:
    """On a shared tracker the issues of other clients change all day."""
    leave(site, 99)
    site.store.hints.leave("apollo", SOURCE, ["jira:issue:99"], at=day(0))
    assert site.store.hints.fates("apollo", SOURCE) == {}
    assert site.pull().trips == ()
    assert (site.gone, len(site.titles)) == ({}, 6)


def test_what_is_back_before_the_pull_ends_has_not_left(site: Puller) -> None:
    """Pages shift while labels change: what is found where it was is read, and stays."""
    leave(site, 2)
    site.adapter.issues = [*site.adapter.issues, story(2, title="Back", updated_at=day(0.08))]
    site.pull()
    assert site.gone == {}
    assert site.titles["APO-2"] == "Back"


def test_a_selection_that_loses_half_at_once_is_not_believed(site: Puller) -> None:
    """Its label was renamed, or its condition broke: a person decides, as after a census."""
    leave(site, 1, 2, 3)
    outcome = site.pull()
    assert [trip.guard for trip in outcome.trips] == ["shrunk"]
    assert site.gone == {}
    site.pull(accepted_by="P. Manager")
    assert site.gone == {"APO-1": "moved_out", "APO-2": "moved_out", "APO-3": "moved_out"}


def test_what_left_is_not_forgotten_by_a_pull_that_fails(site: Puller, tmp_path: Path) -> None:
    """It is noted before its batch is stored; whoever goes on behind that batch still looks for it."""
    leave(site, 2)
    site.adapter.batch_issues = 1
    site.adapter.issues = [story(n, updated_at=day(0.05)) for n in (1, 3, 4, 5, 6)]
    site.adapter.fail_after = 2
    with pytest.raises(UnreachableError):
        site.pull()
    site.adapter.fail_after = None
    with open_store("sqlite:///clientview.db", folder=tmp_path) as store:
        Puller(store, site.adapter, at=0.2).pull()
    assert site.gone == {"APO-2": "moved_out"}
