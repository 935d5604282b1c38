"""One process a project. Every taking of the lock gets a higher fencing number, which writers check."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from connector.store import tables
from connector.store.engine import Database
from connector.store.errors import LockedError
from connector.store.processes import is_dead, shown, this_process

__all__ = [
    "LOCK_TTL",
    "LONGEST_HOLD",
    "WATCHED_TTL",
    "Lock",
    "Locks",
    "check_lock",
    "is_dead",
    "this_process",
]

LOCK_TTL = dt.timedelta(minutes=10)  # without a sign of life; renewed between the steps of a run
WATCHED_TTL = dt.timedelta(minutes=3)  # of a process that calls `renew_held` every half minute
LONGEST_HOLD = dt.timedelta(hours=6)  # what hangs for longer is no longer vouched for by its process


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
        self.ttl = LOCK_TTL  # a process that gives signs of life by itself sets `WATCHED_TTL`
        self._guard = threading.Lock()
        self._held: dict[Lock, dt.datetime] = {}  # by this object, and since when

    @contextmanager
    def project_lock(
        self, project: str, *, owner: str, now: Callable[[], dt.datetime], ttl: dt.timedelta | None = None
    ) -> Iterator[Lock]:
        """Hold the project's lock for a block of work.

        The lock of an owner that shows no sign of life for its `ttl`, or whose process on this
        machine has ended, is taken over.

        Args:
            project: Key of the project.
            owner: Who asks: `this_process()`.
            now: The clock.
            ttl: How long the lock holds without `renew`; by default the `ttl` of this object.

        Raises:
            LockedError: Somebody else holds it.
        """
        lock = self.acquire(project, owner=owner, now=now(), ttl=ttl)
        try:
            yield lock
        finally:
            self.release(lock, now=now())

    def acquire(self, project: str, *, owner: str, now: dt.datetime, ttl: dt.timedelta | None = None) -> Lock:
        """Take the lock; see `project_lock`."""
        held = tables.locks
        with self._database.write() as connection:
            row = connection.execute(select(held).where(held.c.project == project)).one_or_none()
            if row is not None and row.expires_at > now and not is_dead(row.owner):
                raise LockedError(project, owner=shown(row.owner), expires_at=row.expires_at)
            fence = 1 if row is None else row.fence + 1
            values = {"owner": owner, "fence": fence, "expires_at": now + (ttl or self.ttl)}
            if row is None:
                connection.execute(insert(held).values(project=project, **values))
            else:
                connection.execute(update(held).where(held.c.project == project).values(values))
        lock = Lock(project=project, owner=owner, fence=fence)
        with self._guard:
            self._held[lock] = now
        return lock

    def holder(self, project: str, *, now: dt.datetime) -> str:
        """Return who holds a project's lock now; "" if it is free to take."""
        held = tables.locks.c
        query = select(held.owner).where(held.project == project, held.expires_at > now)
        with self._database.read() as connection:
            owner: str = connection.execute(query).scalar_one_or_none() or ""
        return "" if is_dead(owner) else owner

    def renew_held(self, *, now: dt.datetime) -> None:
        """Give a sign of life for every lock that was taken here, as a living process does in long waits.

        One held for longer than `LONGEST_HOLD` is left to expire; one taken over is left alone.
        """
        with self._guard:
            vouched = [lock for lock, since in self._held.items() if now - since < LONGEST_HOLD]
        for lock in vouched:
            with suppress(LockedError):
                self.renew(lock, now=now)

    def release_held(self, *, now: dt.datetime) -> None:
        """Give back every lock that was taken here, before the process ends with work under way."""
        with self._guard:
            left = tuple(self._held)
        for lock in left:
            self.release(lock, now=now)

    def renew(self, lock: Lock, *, now: dt.datetime) -> None:
        """Give a sign of life.

        Raises:
            LockedError: Somebody took it over.
        """
        with self._database.write() as connection:
            check_lock(connection, lock)
            _set_expiry(connection, lock, at=now + self.ttl)

    def check(self, lock: Lock) -> None:
        """Refuse to go on with a lock that somebody took over.

        Raises:
            LockedError: Somebody did.
        """
        with self._database.read() as connection:
            check_lock(connection, lock)

    def held(self, *, now: dt.datetime) -> tuple[Lock, ...]:
        """List the locks that hold at an instant, by project; those of ended processes are none."""
        kept = tables.locks.c
        query = select(kept.project, kept.owner, kept.fence).where(kept.expires_at > now)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(kept.project)).mappings().all()
        return tuple(Lock(**row) for row in rows if not is_dead(row["owner"]))

    def release(self, lock: Lock, *, now: dt.datetime) -> None:
        """Give it back; nothing happens if it was taken over."""
        with self._guard:
            self._held.pop(lock, None)
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
        raise LockedError(lock.project, owner=shown(row.owner), expires_at=row.expires_at)


def _set_expiry(connection: Connection, lock: Lock, *, at: dt.datetime) -> None:
    held = tables.locks
    connection.execute(
        update(held).where(held.c.project == lock.project, held.c.fence == lock.fence).values(expires_at=at)
    )
