"""Whole copies of a store's file: taken while others write, put in place as one transaction.

Of SQLite alone, whose online backup gives both: a reader's one consistent state as a file of its own,
and a file's content written into a store as a transaction that a crash rolls back.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from connector.store.engine import BUSY_TIMEOUT_MS
from connector.store.errors import StoreError, plain

_PATIENCE: Final = 20  # tries, each waiting the busy timeout, before another writer is called stuck
_COUNTED: Final = MappingProxyType(
    {
        "editions": "editions",
        "baselines": "baselines",
        "recorded_changes": "recorded changes",
        "entered_feedback": "entered feedback",
        "sightings": "sightings",
        "issues": "issues",
    }
)
"""Tables whose rows people would miss, and what they are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a store holds of a project: rows by what people call them, and when it was synced last."""

    rows: Mapping[str, int]
    last_run_at: str = ""  # ISO 8601; "": never


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a store's file holds. `revision` None: nothing yet."""

    revision: str | None
    projects: Mapping[str, Holding]
    fences: Mapping[str, int]  # the highest number of each project's lock


def copy_store(source: Path, target: Path) -> None:
    """Copy a store as it is at one instant into a file of its own, while others go on writing.

    Args:
        source: The store's file; it may be open in other processes.
        target: A file to be; private to its owner. It is one file: nothing of it lies beside it.

    Raises:
        StoreError: The store cannot be read, or the copy cannot be written.
    """
    os.close(os.open(target, os.O_CREAT | os.O_RDWR | os.O_EXCL, 0o600))
    with told_plainly(source), closing(open_file(source)) as reader, closing(open_file(target)) as writer:
        reader.backup(writer, progress=_patient())
        writer.execute("PRAGMA journal_mode = DELETE")


def put_in_place(copy: Path, store: Path) -> None:
    """Make a store's content that of a copy, as one transaction: a crash leaves the one or the other.

    Other processes that have the store open read the new content from their next transaction on.

    Args:
        copy: A copy that `copy_store` made.
        store: The store's file, made if there is none.

    Raises:
        StoreError: The store cannot be written.
    """
    os.close(os.open(store, os.O_CREAT | os.O_RDWR, 0o600))
    with told_plainly(store), closing(open_file(copy)) as reader, closing(open_file(store)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA synchronous = FULL")
        reader.backup(writer, progress=_patient())


def contents(file: Path) -> Contents:
    """Say what a store's file holds, of whatever version it is.

    Raises:
        StoreError: It is no store of ours, or damaged.
    """
    with told_plainly(file), closing(open_file(file)) as reader:
        tables = {row[0] for row in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return Contents(revision=None, projects={}, fences={})
        if "alembic_version" not in tables:
            raise StoreError(f"store {file}: found tables of another program; expected a store of ours")
        (revision,) = reader.execute("SELECT max(version_num) FROM alembic_version").fetchone()
        return Contents(
            revision=revision,
            projects=_holdings(reader, tables),
            fences=dict(reader.execute("SELECT project, fence FROM locks")) if "locks" in tables else {},
        )


def check_whole(file: Path) -> None:
    """Refuse a damaged file: every page and index is looked at.

    Raises:
        StoreError: It is damaged.
    """
    with told_plainly(file), closing(open_file(file)) as reader:
        (found,) = reader.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"store {file}: found it damaged ({found}); expected a whole one")


def fence_off(file: Path, fences: Mapping[str, int]) -> None:
    """Raise the lock numbers of a store, so that whoever held a lower one can write no more.

    Args:
        file: A store that nobody else has open.
        fences: By project, a number that was given out.
    """
    raised = "fence = max(fence, excluded.fence), owner = '', expires_at = excluded.expires_at"
    over = "1970-01-01T00:00:00.000000Z"
    with told_plainly(file), closing(open_file(file)) as writer, writer:
        writer.executemany(
            "INSERT INTO locks (project, owner, fence, expires_at) VALUES (?, '', ?, ?)"  # noqa: S608 - fixed text
            f" ON CONFLICT (project) DO UPDATE SET {raised}",
            [(project, number + 1, over) for project, number in fences.items()],
        )


def open_file(file: Path) -> sqlite3.Connection:
    """Open a store's file for what goes beyond single statements; the caller closes it."""
    return sqlite3.connect(file, timeout=BUSY_TIMEOUT_MS / 1000)


@contextmanager
def told_plainly(file: Path) -> Iterator[None]:
    """Tell the driver's own errors as a StoreError, in plain words."""
    try:
        yield
    except sqlite3.Error as exc:
        raise plain(exc, where=str(file)) from exc


def _holdings(reader: sqlite3.Connection, tables: set[str]) -> dict[str, Holding]:
    rows: dict[str, dict[str, int]] = {}
    for table in _COUNTED.keys() & tables:
        query = f"SELECT project, count(*) FROM {table} GROUP BY project"  # noqa: S608 - our own names
        for project, count in reader.execute(query):
            rows.setdefault(project, {})[_COUNTED[table]] = count
    last = "SELECT project, max(ended_at) FROM runs GROUP BY project"
    runs: dict[str, str] = dict(reader.execute(last)) if "runs" in tables else {}
    return {
        project: Holding(
            rows={word: rows.get(project, {}).get(word, 0) for word in _COUNTED.values()},
            last_run_at=runs.get(project, ""),
        )
        for project in sorted(rows.keys() | runs.keys())
    }


def _patient() -> Callable[[int, int, int], None]:
    """Give up on a store that others never leave: the backup itself would try for ever."""
    refused = 0

    def look(status: int, _left: int, _all: int) -> None:
        nonlocal refused
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            refused += 1
        if refused > _PATIENCE:
            raise sqlite3.OperationalError("database is locked")

    return look
