"""The database connection: pragmas, honest transactions, plain-worded errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from connector.errors import UsageError
from connector.store.errors import told

BUSY_TIMEOUT_MS = 30_000  # how long a writer waits for another one to commit
_WRITES = "clientview_writes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database. `where` is what people call it: the path of its file."""

    engine: Engine
    where: str
    file: Path | None  # None: in memory

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state and writes nothing."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose work is stored as a whole, or not at all.

        Raises:
            StoreError: The database refused: disk full, locked, damaged.
        """
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as opened:
                connection = opened.execution_options(**{_WRITES: writes})
                with connection.begin():
                    yield connection
        except DBAPIError as exc:
            plain_words = told(exc, where=self.where)
            if plain_words is None:
                raise
            raise plain_words from exc

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def open_database(url: str, *, folder: Path) -> Database:
    """Connect to the database that `[store] url` names; a new file is readable by its owner alone.

    Args:
        url: `sqlite:///FILE`, FILE relative to `folder` or absolute; `sqlite://` is in memory.
        folder: The configuration's folder.

    Raises:
        UsageError: The URL is none, or names another database than SQLite.
    """
    file = store_file(url, folder=folder)
    if file is not None:
        _create_private(file)
    engine = create_engine("sqlite://" if file is None else f"sqlite:///{file}")
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return Database(engine=engine, where=str(file or "in memory"), file=file)


def store_file(url: str, *, folder: Path) -> Path | None:
    """Say which file `[store] url` names; None: the store is in memory.

    Raises:
        UsageError: The URL is none, or names another database than SQLite.
    """
    expected = "expected sqlite:///FILE such as sqlite:///clientview.db"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError(f"[store] url: found something that is no database URL; {expected}") from None
    if parsed.get_backend_name() != "sqlite":
        raise UsageError(f"[store] url: found a {parsed.get_backend_name()} database; {expected}")
    if not parsed.database or parsed.database == ":memory:":
        return None
    return (folder / parsed.database).absolute()


def insert_one(connection: Connection, table: Table, values: Mapping[str, object]) -> int:
    """Insert a row into a table that numbers its rows; returns the number."""
    return int(connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


def _create_private(file: Path) -> None:
    """Make a file and the folders above it, for their owner alone; what is there stays as it is."""
    try:
        for folder in reversed(file.parents):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as exc:
        raise UsageError(f"store {file}: cannot be opened: {exc.strerror}") from exc


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we begin ourselves: the driver's own way splits transactions
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",  # what we report as stored survives a power cut
        "foreign_keys = ON",
        "secure_delete = ON",  # what is deleted is overwritten; the default of some builds alone
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
