"""Everything of one project out of the store, beyond recovery, and the search that proves it.

A table holds a project's data if it has a column `project`, or a key into such a table; a new table
belongs here by that alone.
"""

from __future__ import annotations

import json
import mmap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    select,
    text,
)

from connector.store import tables
from connector.store.engine import BUSY_TIMEOUT_MS, Database
from connector.store.errors import StoreError
from connector.store.snapshot import open_file, told_plainly

_TELLING: Final = frozenset(
    {
        "title",
        "name",
        "email",
        "account",
        "author",
        "url",
        "approved_by",
        "by",
        "given_by",
        "subject",
        "label",
    }
)
"""Columns, and keys of stored JSON, whose values name something of a project.

References are not among them: `APO-2` in one column and `2026-…` in the next read as `APO-22`.
"""
_SHORTEST: Final = 6  # characters; a shorter value stands somewhere by chance
_PIECE: Final = 4_000_000  # bytes
_OF_EACH: Final = 100  # values of each kind that are searched for, spread over all of them


class Erasure:
    """Takes projects out. Needs a store in a file to search it; the rest works in memory, too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def projects(self) -> tuple[str, ...]:
        """Name all projects of which anything is stored, in order."""
        with self._database.read() as connection:
            found = {
                key
                for table in owned()
                if "project" in table.c
                for key in connection.scalars(select(table.c.project).distinct())
            }
        return tuple(sorted(found))

    def rows(self, project: str) -> Mapping[str, int]:
        """Count what is stored of a project, by table; tables without any are left out."""
        with self._database.read() as connection:
            counts = {
                table.name: connection.execute(
                    select(func.count()).select_from(table).where(_of(table, project))
                ).scalar_one()
                for table in owned()
            }
        return {name: count for name, count in counts.items() if count}

    def audiences(self, project: str) -> tuple[str, ...]:
        """Name the audiences that editions or drafts were ever made for, in order."""
        with self._database.read() as connection:
            found = {
                audience
                for table in owned()
                if {"project", "audience"} <= set(table.c.keys())
                for audience in connection.scalars(
                    select(table.c.audience).where(table.c.project == project).distinct()
                )
            }
        return tuple(sorted(found))

    def sample(self, project: str) -> tuple[str, ...]:
        """Choose names and values of a project to search for: titles, people, addresses, references.

        Returns:
            Distinct texts of at least six characters, ordered; of each kind some, spread over all.
        """
        found: dict[str, dict[str, None]] = defaultdict(dict)
        with self._database.read() as connection:
            for table in owned():
                for column in table.c:
                    if not isinstance(column.type, String | LargeBinary):
                        continue
                    for value in connection.scalars(select(column).where(_of(table, project))):
                        for kind, told in _values(column.name, value):
                            found[kind][told] = None
        return tuple(sorted({told for kind in found.values() for told in _spread(list(kind))}))

    def erase(self, project: str, *, keep: Iterable[Table] = ()) -> None:
        """Delete every row of a project in one transaction; what is recorded for ever is, too.

        Deleted bytes are overwritten at once; `compact` takes the rest.

        Args:
            project: Key of the project.
            keep: Tables that stay as they are.

        Raises:
            StoreError: The database refused; nothing was deleted.
        """
        kept = frozenset(keep)
        with self._database.write() as connection:
            guards = _guards(connection)
            for name in guards:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            for table in reversed(owned()):
                if table not in kept:
                    connection.execute(delete(table).where(_of(table, project)))
            for statement in guards.values():
                connection.exec_driver_sql(statement)

    def compact(self, *, patience_s: float = BUSY_TIMEOUT_MS / 1000) -> None:
        """Write the store anew from what is in it, so that nothing else is in its file.

        Args:
            patience_s: How long to wait for others to end what they read or write.

        Raises:
            StoreError: Others use the store, or the disk is full; nothing is lost.
        """
        if self._database.file is None:
            return
        file = self._database.file
        with told_plainly(file), closing(open_file(file)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {round(patience_s * 1000)}")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("VACUUM")
            (is_busy, *_rest) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise StoreError(
                f"store {file}: another process is reading it, so what was deleted still lies in {file}-wal."
                " Stop the service and run the command again"
            )

    def found(self, needles: Sequence[str]) -> tuple[str, ...]:
        """Search the store's files, byte by byte, for texts that no row of any project holds.

        Returns:
            Those that were found, ordered. One that another project has in its own data is not.
        """
        if self._database.file is None:
            return ()
        files = [Path(f"{self._database.file}{ending}") for ending in ("", "-wal")]
        hits = {needle for file in files for needle in in_file(file, needles)}
        return tuple(sorted(hits - self.held(hits)))

    def held(self, needles: Iterable[str]) -> frozenset[str]:
        """Tell which of these texts stand in what is stored, of whatever project."""
        sought = {needle: _forms(needle) for needle in needles}
        held: set[str] = set()
        with self._database.read() as connection:
            for piece in _stored(connection) if sought else ():
                held |= {needle for needle, forms in sought.items() if any(form in piece for form in forms)}
        return frozenset(held)


def owned() -> tuple[Table, ...]:
    """Return the tables that hold data of projects, those that others refer to first.

    Raises:
        StoreError: A table belongs to no project by any of its columns: a fault of the program.
    """
    found = tuple(tables.metadata.sorted_tables)
    for table in found:
        if "project" not in table.c and not any(True for _ in _parents(table)):
            raise StoreError(f"table {table.name}: found no column that says whose its rows are")
    return found


def in_file(file: Path, needles: Iterable[str]) -> Iterator[str]:
    """Yield the texts that stand in a file, as they are or as JSON or HTML would write them."""
    if not file.is_file() or not file.stat().st_size:
        return
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for needle in needles:
            if any(content.find(form) >= 0 for form in _forms(needle)):
                yield needle


def _forms(needle: str) -> frozenset[bytes]:
    as_html = needle.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    as_json = {json.dumps(needle, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    return frozenset(form.encode() for form in (needle, as_html, *as_json))


def _of(table: Table, project: str) -> ColumnElement[bool]:
    """Say which rows of a table are a project's."""
    if "project" in table.c:
        return table.c.project == project
    column, parent, key = next(_parents(table))
    return column.in_(select(key).where(parent.c.project == project))


def _parents(
    table: Table,
) -> Iterator[tuple[ColumnElement[object], Table, ColumnElement[object]]]:
    for foreign in table.foreign_keys:
        if "project" in foreign.column.table.c:
            yield foreign.parent, foreign.column.table, foreign.column


def _guards(connection: Connection) -> Mapping[str, str]:
    """Return the triggers that keep records from being deleted, with the statements that make them."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    return {row.name: row.sql for row in rows}


def _stored(connection: Connection) -> Iterator[bytes]:
    """Yield everything that is stored, of all projects, in pieces of some megabytes; the schema first."""
    yield "\0".join(connection.scalars(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))).encode()
    piece: list[bytes] = []
    size = 0
    for table in owned():
        columns = [column for column in table.c if isinstance(column.type, String | LargeBinary)]
        for row in connection.execute(select(*columns)):
            for value in row:
                if value is not None:
                    piece.append(value if isinstance(value, bytes) else str(value).encode())
                    size += len(piece[-1])
            if size > _PIECE:
                yield b"\0".join(piece)
                piece, size = [], 0
    yield b"\0".join(piece)


def _values(column: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield what a stored value tells: itself, or the values in its JSON."""
    if not isinstance(value, str):
        return
    if value[:1] in {"{", "["}:
        try:
            yield from _leaves(column, json.loads(value))
        except ValueError:
            return
    elif column in _TELLING:
        yield from _long_enough(column, value)


def _leaves(kind: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(kind, inner)
    elif isinstance(value, str) and kind in _TELLING:
        yield from _long_enough(kind, value)


def _long_enough(kind: str, value: str) -> Iterator[tuple[str, str]]:
    if len(value.strip()) >= _SHORTEST:
        yield kind, value.strip()


def _spread(values: Sequence[str]) -> Iterator[str]:
    step = max(1, -(-len(values) // _OF_EACH))
    yield from values[::step]
