"""Sightings: every look at a milestone is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.protocol import Batch
from connector.store import Store, open_store
from connector.store.staging import Plan, PullKind
from tests.builders import SOURCE, day, milestone, seen

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def sync(store: Store, at: float, *due: dt.date | None) -> None:
    """Pull versions R1, R2, … with these dates, nothing else, finished at once."""
    pull = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.CHANGES, started_at=day(at)))
    milestones = tuple(milestone(number, due_on=on) for number, on in enumerate(due, start=1))
    pull = store.pulls.stage(pull, Batch(milestones=milestones, cursor="1"))
    store.pulls.apply(pull, finished_at=day(at), gone={})


def test_every_sync_sights_every_milestone(store: Store) -> None:
    """Two syncs on one day are two sightings, also when nothing moved."""
    sync(store, 0, OCTOBER, None)
    sync(store, 0.25, OCTOBER, None)
    both = (milestone(1, due_on=OCTOBER), milestone(2))
    assert store.facts.load("apollo").sightings == (*seen(0, *both), *seen(0.25, *both))


def test_a_move_is_seen_between_two_sightings(store: Store) -> None:
    """The date before and the date after are both known, each with its instant."""
    sync(store, 0, OCTOBER)
    sync(store, 1, NOVEMBER)
    found = [(one.seen_at, one.milestone.due_on) for one in store.facts.load("apollo").sightings]
    assert found == [(day(0), OCTOBER), (day(1), NOVEMBER)]


def test_a_date_that_comes_back_is_a_second_move(store: Store) -> None:
    """October, November, October are three different sightings."""
    for at, on in enumerate((OCTOBER, NOVEMBER, OCTOBER)):
        sync(store, at, on)
    found = [one.milestone.due_on for one in store.facts.load("apollo").sightings]
    assert found == [OCTOBER, NOVEMBER, OCTOBER]


def test_equal_sightings_between_two_others_say_nothing(store: Store) -> None:
    """Of ten equal looks the first and the last are kept; the next different one is a third."""
    for at in range(10):
        sync(store, at, OCTOBER)
    sync(store, 10, NOVEMBER)
    assert [one.seen_at for one in store.facts.load("apollo").sightings] == [day(0), day(9), day(10)]


def test_milestones_made_by_hand_are_sighted_too(store: Store) -> None:
    """Their source is `config`, beside those of the trackers."""
    own = milestone(1, key="config:launch", source="config", due_on=OCTOBER)
    store.milestones.sight("apollo", milestones=[own], at=day(0))
    sync(store, 1, NOVEMBER)
    keys = [one.milestone.key for one in store.facts.load("apollo").sightings]
    assert keys == ["config:launch", "jira:version:1"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dates=st.lists(st.sampled_from([None, OCTOBER, NOVEMBER]), min_size=1, max_size=12))
def test_thinning_loses_no_answer(dates: list[dt.date | None]) -> None:
    """For every instant the last sighting up to it says the same, thinned or not."""
    with open_store("sqlite://", folder=Path()) as store:
        for at, on in enumerate(dates):
            sync(store, at, on)
        thinned = store.facts.load("apollo").sightings
    for at, on in enumerate(dates):
        assert [one.milestone.due_on for one in thinned if one.seen_at <= day(at)][-1] == on
