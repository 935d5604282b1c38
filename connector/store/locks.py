"""One process a project. Every taking of the lock gets a higher fencing number, which writers check."""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from connector.store import tables
from connector.store.engine import Database
from connector.store.errors import LockedError

LOCK_TTL = dt.timedelta(minutes=10)  # without a sign of life; renewed between the steps of a run


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The right to write a project, as long as nobody has a higher `fence`."""

    project: str
    owner: str
    fence: int


class Locks:
    """Locks of projects, kept in the store itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def project_lock(
        self, project: str, *, owner: str, now: Callable[[], dt.datetime], ttl: dt.timedelta = LOCK_TTL
    ) -> Iterator[Lock]:
        """Hold the project's lock for a block of work.

        The lock of an owner that shows no sign of life for its `ttl`, or whose process on this
        machine has ended, is taken over.

        Args:
            project: Key of the project.
            owner: Who asks: `this_process()`.
            now: The clock.
            ttl: How long the lock holds without `renew`.

        Raises:
            LockedError: Somebody else holds it.
        """
        lock = self.acquire(project, owner=owner, now=now(), ttl=ttl)
        try:
            yield lock
        finally:
            self.release(lock, now=now())

    def acquire(self, project: str, *, owner: str, now: dt.datetime, ttl: dt.timedelta = LOCK_TTL) -> Lock:
        """Take the lock; see `project_lock`."""
        held = tables.locks
        with self._database.write() as connection:
            row = connection.execute(select(held).where(held.c.project == project)).one_or_none()
            if row is not None and row.expires_at > now and not is_dead(row.owner):
                raise LockedError(project, owner=row.owner, expires_at=row.expires_at)
            fence = 1 if row is None else row.fence + 1
            values = {"owner": owner, "fence": fence, "expires_at": now + ttl}
            if row is None:
                connection.execute(insert(held).values(project=project, **values))
            else:
                connection.execute(update(held).where(held.c.project == project).values(values))
        return Lock(project=project, owner=owner, fence=fence)

    def renew(self, lock: Lock, *, now: dt.datetime, ttl: dt.timedelta = LOCK_TTL) -> None:
        """Give a sign of life.

        Raises:
            LockedError: Somebody took it over.
        """
        with self._database.write() as connection:
            check_lock(connection, lock)
            _set_expiry(connection, lock, at=now + ttl)

    def check(self, lock: Lock) -> None:
        """Refuse to go on with a lock that somebody took over.

        Raises:
            LockedError: Somebody did.
        """
        with self._database.read() as connection:
            check_lock(connection, lock)

    def release(self, lock: Lock, *, now: dt.datetime) -> None:
        """Give it back; nothing happens if it was taken over."""
        with self._database.write() as connection:
            _set_expiry(connection, lock, at=now)


def check_lock(connection: Connection, lock: Lock | None) -> None:
    """Check a lock within the caller's transaction; None: nothing to check.

    Raises:
        LockedError: Somebody took it over.
    """
    if lock is None:
        return
    held = tables.locks
    row = connection.execute(select(held).where(held.c.project == lock.project)).one()
    if row.fence != lock.fence:
        raise LockedError(lock.project, owner=row.owner, expires_at=row.expires_at)


def this_process() -> str:
    """Name this process as the owner of a lock: `host:pid`."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(owner: str) -> bool:
    """Whether the owner was a process of this machine that has ended. Others: not known, so no."""
    host, _, pid = owner.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _set_expiry(connection: Connection, lock: Lock, *, at: dt.datetime) -> None:
    held = tables.locks
    connection.execute(
        update(held).where(held.c.project == lock.project, held.c.fence == lock.fence).values(expires_at=at)
    )
