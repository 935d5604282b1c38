"""A project is taken out of every table there is, beyond recovery, and nobody else loses a byte."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)

from connector.store import Store, StoreError, erasure, open_store, tables
from connector.store.snapshot import open_file

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def canary(project: str, table: str) -> str:
    """Return a text that stands in one table for one project and nowhere else."""
    return f'canary of {project} in {table} Ünïcode "quoted"'


def value(column: Column[object], project: str, number: int, keys: Mapping[str, int]) -> object:
    """Make a value for a column, of its project where it can tell."""
    told = json.dumps({"title": canary(project, column.table.name), "n": number}, ensure_ascii=False)
    made: Mapping[type, object] = {
        tables.Instant: NOW + dt.timedelta(minutes=number),
        Boolean: False,
        Integer: number,
        Float: float(number),
        LargeBinary: f"bytes of {project} {number}".encode(),
        Text: told,
        String: project if column.name == "project" else f"{project}-{number}",
    }
    parents = [keys[foreign.column.table.name] for foreign in column.foreign_keys]
    return parents[0] if parents else made[type(column.type)]


def fill_every_table(store: Store, project: str, numbers: Iterator[int]) -> None:
    """Put a row of a project into each table, whatever tables there are."""
    keys: dict[str, int] = {}
    with store._database.write() as connection:
        for table in tables.metadata.sorted_tables:
            number = next(numbers)
            row = {column.name: value(column, project, number, keys) for column in table.c}
            connection.execute(insert(table).values(row))
            keys[table.name] = number


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Read everything that is stored, by table."""
    with store._database.read() as connection:
        return {
            t.name: [tuple(row) for row in connection.execute(select(t))]
            for t in tables.metadata.sorted_tables
        }


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with nothing in it."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def test_every_table_is_emptied_of_a_project_and_of_it_alone(store: Store) -> None:
    """Whatever tables there are or will be: the other project's rows stay as they were."""
    numbers = count(1)
    fill_every_table(store, "beta-works", numbers)
    before = rows(store)
    fill_every_table(store, "apollo-shop", numbers)
    assert set(store.erasure.rows("apollo-shop")) == set(before)
    store.erasure.erase("apollo-shop")
    assert store.erasure.rows("apollo-shop") == {}
    assert rows(store) == before


def test_nothing_of_it_is_left_in_the_files(store: Store, tmp_path: Path) -> None:
    """Not in the store's file, not in what SQLite keeps beside it."""
    numbers = count(1)
    fill_every_table(store, "beta-works", numbers)
    fill_every_table(store, "apollo-shop", numbers)
    store.erasure.erase("apollo-shop")
    store.erasure.compact()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"apollo-shop" not in content
    assert b"beta-works" in content


def test_what_is_searched_for_is_sampled_from_every_table(store: Store) -> None:
    """Titles and names in stored JSON are told, with the quotes and letters they have."""
    fill_every_table(store, "apollo-shop", count(1))
    sampled = store.erasure.sample("apollo-shop")
    assert canary("apollo-shop", "issues") in sampled
    assert canary("apollo-shop", "staged_issues") in sampled


def test_the_search_finds_what_was_not_deleted(store: Store) -> None:
    """Bytes that no row holds any more are found in the file; what rows hold is not counted."""
    fill_every_table(store, "apollo-shop", count(1))
    sampled = store.erasure.sample("apollo-shop")
    assert store.erasure.found(sampled) == ()
    with closing(open_file(Path(store.where))) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("PRAGMA foreign_keys = OFF")
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for table in tables.metadata.sorted_tables:
            connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - our own names
        connection.commit()
    assert canary("apollo-shop", "issues") in store.erasure.found(sampled)
    store.erasure.compact()
    assert store.erasure.found(sampled) == ()


def test_what_another_project_has_too_is_not_held_against_it(store: Store) -> None:
    """A person who works on both projects is still named in the other one's data."""
    numbers = count(1)
    fill_every_table(store, "beta-works", numbers)
    fill_every_table(store, "apollo-shop", numbers)
    store.erasure.erase("apollo-shop")
    store.erasure.compact()
    assert store.erasure.found([canary("beta-works", "issues"), canary("apollo-shop", "issues")]) == ()


def test_records_are_guarded_again_afterwards(store: Store) -> None:
    """What may never be deleted row by row is as safe after a purge as before."""
    guards = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    with closing(open_file(Path(store.where))) as connection:
        before = connection.execute(guards).fetchall()
        store.erasure.erase("apollo-shop")
        assert connection.execute(guards).fetchall() == before
    assert before


def test_a_store_that_others_read_is_not_called_clean(store: Store) -> None:
    """While another process holds an old state the deleted bytes are still there, and it is said."""
    fill_every_table(store, "apollo-shop", count(1))
    with closing(open_file(Path(store.where))) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM issues").fetchone()
        store.erasure.erase("apollo-shop")
        with pytest.raises(StoreError, match="another process is reading it"):
            store.erasure.compact(patience_s=0.1)
        reader.rollback()
    store.erasure.compact()


def test_a_table_that_belongs_to_no_project_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can add a table that a purge does not know how to empty."""
    later = MetaData()
    Table("project_of", later, Column("id", Integer, primary_key=True), Column("project", String(64)))
    Table("below", later, Column("id", Integer, primary_key=True), Column("of", ForeignKey("project_of.id")))
    monkeypatch.setattr(tables, "metadata", later)
    assert [table.name for table in erasure.owned()] == ["project_of", "below"]
    Table("orphans", later, Column("id", Integer, primary_key=True))
    with pytest.raises(StoreError, match="table orphans: found no column that says whose"):
        erasure.owned()
