"""The file and the disk below the store."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.protocol import Batch
from connector.errors import UsageError
from connector.store import Store, StoreError, open_store
from connector.store.staging import Plan, PullKind
from tests.builders import SOURCE, day, issue


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def pragma(store: Store, text: str) -> None:
    """Set a pragma of the connection that the store uses."""
    with store._database.read() as connection:
        connection.exec_driver_sql(f"PRAGMA {text}")


def large(start: int) -> Batch:
    """Make a batch of about a megabyte."""
    numbers = range(start, start + 10)
    return Batch(issues=tuple(issue(one, body="x" * 100_000) for one in numbers), cursor=str(start))


def test_the_file_is_private_and_relative_to_the_folder(tmp_path: Path) -> None:
    """Only its owner reads it, also the files SQLite keeps beside it; folders are made."""
    with open_store("sqlite:///data/store.db", folder=tmp_path) as store:
        store.runs.add("apollo", started_at=day(0), ended_at=day(0), report="{}")
        modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "data").iterdir()}
    assert modes == {0o600}


def test_an_absolute_path_stays_where_it_is(tmp_path: Path) -> None:
    """Four slashes begin an absolute path."""
    open_store(f"sqlite:///{tmp_path / 'a.db'}", folder=tmp_path / "elsewhere").close()
    assert (tmp_path / "a.db").is_file()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("postgresql://user:s3cret@host/db", "found a postgresql database", id="other database"),
        pytest.param("clientview.db", "found something that is no database URL", id="bare path"),
    ],
)
def test_another_url_is_refused_without_repeating_it(tmp_path: Path, url: str, told: str) -> None:
    """The error says what to write, and shows no password."""
    with pytest.raises(UsageError, match=told) as caught:
        open_store(url, folder=tmp_path)
    assert "sqlite:///clientview.db" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    """What the system says is passed on with the path."""
    (tmp_path / "data").touch()
    with pytest.raises(UsageError, match=r"store .*data/store\.db: cannot be opened"):
        open_store("sqlite:///data/store.db", folder=tmp_path)


def test_a_full_disk_stops_a_step_and_loses_nothing(store: Store) -> None:
    """The batch that did not fit is not stored, its predecessor is; with space the pull goes on."""
    pull = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.FULL, started_at=day(0)))
    pull = store.pulls.stage(pull, large(0))
    pragma(store, "max_page_count = 300")
    with pytest.raises(StoreError, match=r"the disk is full.*free some space") as caught:
        store.pulls.stage(pull, large(10))
    assert caught.value.exit_code == 2
    pragma(store, "max_page_count = 100000")
    resumed = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.FULL, started_at=day(0)))
    assert (resumed.cursor, store.pulls.counts(resumed).issues) == ("0", 10)
    assert store.pulls.counts(store.pulls.stage(resumed, large(10))).issues == 20


def test_a_full_disk_while_applying_leaves_the_old_state(store: Store) -> None:
    """Live data and staged data are both as they were."""
    pull = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.FULL, started_at=day(0)))
    pull = store.pulls.stage(pull, large(0))
    pragma(store, "max_page_count = 300")
    with pytest.raises(StoreError, match="the disk is full"):
        store.pulls.apply(pull, finished_at=day(1), gone={})
    assert store.facts.load("apollo").issues == ()
    assert store.pulls.counts(pull).issues == 10


def test_a_writer_that_never_ends_is_told(store: Store, tmp_path: Path) -> None:
    """After its patience the store says that another process is writing."""
    pragma(store, "busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process has been writing"):
        store.runs.add("apollo", started_at=day(0), ended_at=day(0), report="{}")
    other.close()


def test_a_reader_is_not_held_up_by_a_writer(store: Store, tmp_path: Path) -> None:
    """Reading sees the last committed state while somebody writes."""
    store.runs.add("apollo", started_at=day(0), ended_at=day(0), report="{}")
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM runs")
    assert len(store.runs.last("apollo")) == 1
    other.close()


def test_an_instant_without_zone_is_a_defect(store: Store) -> None:
    """It is refused before it is stored as the wrong instant."""
    with pytest.raises(Exception, match="without zone"):
        store.runs.add("apollo", started_at=day(0).replace(tzinfo=None), ended_at=day(0), report="{}")
