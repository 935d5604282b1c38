"""Whether an open store can still be used: asked of its file anew, as a process that starts would."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from connector.store.engine import Database
from connector.store.errors import StoreError, told
from connector.store.migrate import HEAD

WAIT_S = 1.0  # for another writer; one that writes now is a good sign


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFile:
    """The file of a store. `mode` are its permission bits."""

    path: Path
    size_bytes: int
    mode: int
    version: str


class Probe:
    """Looks at the store beside the connections that are open."""

    def __init__(self, database: Database) -> None:
        self._file = database.file
        self._where = database.where
        self._opened = None if database.file is None else _identity(database.file)

    def look(self) -> StoreFile | None:
        """Open the file once more, read its version, and begin a write that is taken back.

        Returns:
            What was found; None for a store in memory.

        Raises:
            StoreError: It is missing, another file than the one that is open, of another version,
                damaged or read-only.
        """
        file = self._file
        if file is None:
            return None
        if not file.is_file():
            raise StoreError(f"store {file}: found no such file; put back a backup, or restart where it is")
        if _identity(file) != self._opened:
            raise StoreError(f"store {file}: found another file than the one that is open; restart")
        found = file.stat()
        version = self._asked(file)
        if version != HEAD:
            raise StoreError(f"store {file}: found version {version}, expected {HEAD}; restart")
        return StoreFile(
            path=file, size_bytes=found.st_size, mode=stat.S_IMODE(found.st_mode), version=version
        )

    def _asked(self, file: Path) -> str:
        wait = {"timeout": WAIT_S, "isolation_level": None}
        engine = create_engine(f"sqlite:///{file}", poolclass=NullPool, connect_args=wait)
        try:
            with engine.connect() as connection:
                version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
                _try_to_write(connection)
        except DBAPIError as exc:
            raise told(exc, where=self._where) or StoreError(
                f"store {file}: found tables of another program; expected our own store"
            ) from exc
        finally:
            engine.dispose()
        return str(version)


def _try_to_write(connection: Connection) -> None:
    """Begin a write and take it back; where another one writes, it can be written."""
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except DBAPIError as exc:
        if "locked" not in str(exc.orig):
            raise
        return
    connection.exec_driver_sql("ROLLBACK")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
