"""Baselines and editions: what was agreed and told is numbered and never changed."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connector.analysis.facts import Baseline
from connector.errors import UsageError
from connector.store import LockedError, Store, StoreError, open_store
from connector.store.drafts import Draft
from connector.store.editions import Edition
from tests.builders import day, milestone


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def baseline(at: float = 0, **overrides: object) -> Baseline:
    """Make a baseline of one milestone with a sized and an unsized item."""
    values: dict[str, object] = {
        "number": 0,
        "on_at": day(at),
        "recorded_at": day(9),
        "approved_by": "J. Doe, Acme",
        "containers": {"jira:version:1": {"jira:issue:1": 3.0, "jira:issue:2": None}},
        "dates": {"jira:version:1": dt.date(2026, 10, 1), "jira:version:2": None},
    }
    return Baseline(**(values | overrides))  # type: ignore[arg-type] # whatever the test overrides


def draft(audience: str = "client", **overrides: str) -> Draft:
    """Make a draft."""
    made = Draft(
        project="apollo",
        audience=audience,
        built_at=day(0),
        content_hash="c0",
        artefact_hash="a0",
        view='{"title": "Apollo"}',
        manifest="[]",
    )
    return replace(made, **overrides)  # type: ignore[arg-type] # whatever the test overrides


def edition(number: int = 1, *, audience: str = "client", at: float = 0, **told: dt.date) -> Edition:
    """Make an edition that tells these dates of milestones."""
    return Edition(
        project="apollo",
        audience=audience,
        number=number,
        published_at=day(at),
        approved_by="P. Manager",
        content_hash="c1",
        artefact_hash="a1",
        sources_as_of={"jira:APO": day(0), "github:acme/apollo": None},
        versions={"policy": "1", "program": "0.1.0"},
        told=told,
        view="{}",
        manifest="[]",
    )


def test_baselines_are_numbered_in_the_order_they_are_recorded(store: Store) -> None:
    """The store gives the number; each project counts for itself."""
    assert store.baselines.add("apollo", baseline(5)).number == 1
    assert store.baselines.add("apollo", baseline(1, number=77)).number == 2
    assert store.baselines.add("other", baseline()).number == 1


def test_baselines_are_listed_by_the_day_they_hold_from(store: Store) -> None:
    """One recorded later may hold from an earlier day."""
    store.baselines.add("apollo", baseline(5))
    store.baselines.add("apollo", baseline(1))
    assert [one.number for one in store.baselines.list("apollo")] == [2, 1]
    assert store.baselines.list("other") == ()


def test_a_baseline_comes_back_as_it_was(store: Store) -> None:
    """Unsized items and unknown dates stay what they are."""
    stored = store.baselines.add("apollo", baseline(buffer_days=10, note="signed", recorded_by="pm"))
    assert (
        store.baselines.get("apollo", 1)
        == stored
        == baseline(number=1, buffer_days=10, note="signed", recorded_by="pm")
    )


def test_a_baseline_that_is_not_there_is_told_with_those_that_are(store: Store) -> None:
    """The error names the numbers."""
    with pytest.raises(UsageError, match="found no baseline 3; expected one of: none yet"):
        store.baselines.get("apollo", 3)


def test_a_draft_takes_the_place_of_the_one_before(store: Store) -> None:
    """An audience has one draft; audiences have their own."""
    store.drafts.put(draft())
    store.drafts.put(draft("board"))
    store.drafts.put(draft(content_hash="c2"))
    assert store.drafts.get("apollo", "client") == draft(content_hash="c2")
    store.drafts.drop("apollo", "client")
    assert store.drafts.get("apollo", "client") is None
    assert store.drafts.get("apollo", "board") == draft("board")


def test_an_edition_comes_back_with_its_bytes(store: Store) -> None:
    """View, manifest, versions, instants and every artefact are kept as published."""
    artefacts = {"index.html": b"<html>\xff", "summary.json": b"{}"}
    store.editions.add(edition(), artefacts=artefacts)
    assert store.editions.latest("apollo", "client") == edition()
    assert store.editions.artefacts("apollo", "client", 1) == artefacts


def test_publishing_uses_up_the_draft(store: Store) -> None:
    """What was published is no draft any more; other audiences keep theirs."""
    store.drafts.put(draft())
    store.drafts.put(draft("board"))
    store.editions.add(edition(), artefacts={})
    assert store.drafts.get("apollo", "client") is None
    assert store.drafts.get("apollo", "board") is not None


def test_editions_are_numbered_by_audience_without_gaps(store: Store) -> None:
    """A number that is not the next one is refused, and nothing is stored."""
    assert store.editions.next_number("apollo", "client") == 1
    store.editions.add(edition(), artefacts={})
    assert store.editions.next_number("apollo", "client") == 2
    assert store.editions.next_number("apollo", "board") == 1
    for number in (1, 3):
        with pytest.raises(StoreError, match="expected number 2"):
            store.editions.add(edition(number), artefacts={"index.html": b""})
    assert len(store.editions.list("apollo")) == 1


def test_an_edition_is_published_under_the_lock(store: Store) -> None:
    """A process whose lock was taken over publishes nothing."""
    lock = store.locks.acquire("apollo", owner="elsewhere:1", now=day(0))
    store.locks.acquire("apollo", owner="elsewhere:2", now=day(1))
    with pytest.raises(LockedError):
        store.editions.add(edition(), artefacts={}, lock=lock)
    assert store.editions.list("apollo") == ()


def test_the_told_dates_are_remembered_by_milestone(store: Store) -> None:
    """Each edition keeps the dates it told, of all audiences or of one."""
    first, second = dt.date(2026, 10, 1), dt.date(2026, 10, 15)
    store.editions.add(edition(at=1, r1=first), artefacts={})
    store.editions.add(edition(audience="board", at=2, r1=second), artefacts={})
    kept = {one.audience: (one.published_at, one.told) for one in store.editions.list("apollo")}
    assert kept == {"client": (day(1), {"r1": first}), "board": (day(2), {"r1": second})}
    assert [one.told for one in store.editions.list("apollo", "client")] == [{"r1": first}]


def test_an_edition_that_is_not_there_is_told_with_those_that_are(store: Store) -> None:
    """The error names the numbers."""
    with pytest.raises(UsageError, match="nothing was published yet"):
        store.editions.get("apollo", "client", 1)
    store.editions.add(edition(), artefacts={})
    with pytest.raises(UsageError, match="found no edition 2; expected 1 to 1"):
        store.editions.get("apollo", "client", 2)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE baselines SET record = '{}'",
        "DELETE FROM baselines",
        "UPDATE editions SET view = '{}'",
        "DELETE FROM editions",
        "UPDATE edition_artefacts SET content = x'00'",
        "DELETE FROM edition_artefacts",
        "UPDATE sightings SET seen_at = '2020-01-01T00:00:00.000000Z'",
        "UPDATE milestone_looks SET record = '{}'",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_recorded(
    store: Store, tmp_path: Path, statement: str
) -> None:
    """Not even another program rewrites a baseline, an edition or a sighting through SQL."""
    store.baselines.add("apollo", baseline())
    store.editions.add(replace(edition(), note="x"), artefacts={"index.html": b"x"})
    store.milestones.sight("apollo", milestones=[milestone(1)], at=day(0))
    connection = sqlite3.connect(tmp_path / "store.db")
    with pytest.raises(sqlite3.IntegrityError, match="what is recorded stays as it is"):
        connection.execute(statement)
    connection.close()
