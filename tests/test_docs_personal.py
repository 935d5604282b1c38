"""The page about personal data names every place where somebody may be known: none is forgotten."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from adapters import records
from connector.analysis import facts, heard
from connector.disclosure.needles import FREE_TEXT
from connector.store import tables

PAGE = (Path(__file__).parents[1] / "docs" / "explanation" / "personal-data.md").read_text(encoding="utf-8")
NAMED = frozenset(re.findall(r"`([A-Za-z_]+(?:\.[a-z_]+)?)`", PAGE))
OF_PEOPLE = frozenset(
    {
        "account", "address", "approved_by", "author", "by", "created_by", "decided_by", "email", "given_by",
        "owner",
        "recorded_by", "revoked_by",
    }
)  # fmt: skip
NO_PERSON = {
    "deliveries.owner",  # a process
    "Telling.by",  # what `editions.approved_by` keeps, as analysis reads it
}


def fields_of(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield type and name of every field of the dataclasses that a module defines."""
    for name, found in inspect.getmembers(module, inspect.isclass):
        if dataclasses.is_dataclass(found) and found.__module__ == module.__name__:
            for field in dataclasses.fields(found):
                yield name, field.name


def holding_people() -> set[str]:
    """Name every field and every column that says by its name that it holds somebody."""
    kept = [*fields_of(records), *fields_of(facts), *fields_of(heard)]
    columns = [(table.name, column.name) for table in tables.metadata.sorted_tables for column in table.c]
    found = {f"{where}.{name}" for where, name in (*kept, *columns) if name in OF_PEOPLE}
    return found | {f"Person.{field.name}" for field in dataclasses.fields(records.Person)}


def test_every_field_that_holds_a_person_is_told_of() -> None:
    """A new field of a record, of what was agreed, or of a table is a decision on this page."""
    assert holding_people() - NO_PERSON - NAMED == set()


def test_every_free_text_is_told_of() -> None:
    """Whoever writes a text may name somebody in it."""
    assert sorted(FREE_TEXT - NAMED) == []


def test_every_table_is_told_of() -> None:
    """Also those that hold no person: somebody looked."""
    told = {name.partition(".")[0] for name in NAMED}
    assert {table.name for table in tables.metadata.sorted_tables} - told == set()


def test_the_page_names_nothing_that_is_not_there() -> None:
    """What was renamed or dropped is not told of any more."""
    there = {f"{where}.{name}" for where, name in (*fields_of(records), *fields_of(facts), *fields_of(heard))}
    there |= {f"{table.name}.{column.name}" for table in tables.metadata.sorted_tables for column in table.c}
    assert {name for name in NAMED if "." in name} - there - {"config.toml"} == set()
