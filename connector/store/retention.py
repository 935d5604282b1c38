"""Texts and names taken out of stored issues, so that the same issue pulled again is no change."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from adapters.records import Change, Issue
from connector.store import codec, tables
from connector.store import staged_tables as staged
from connector.store.engine import Database
from connector.store.locks import Lock, check_lock
from connector.store.retention_tables import stripped
from connector.store.staging import Pull


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """An issue and its history as they are to be kept."""

    issue: Issue
    changes: tuple[Change, ...]


class Retention:
    """Replaces stored issues by shorter ones, and remembers what they were told as by a fingerprint."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def strip(self, project: str, shorter: Sequence[Stripped], *, lock: Lock | None = None) -> None:
        """Keep issues in a shorter form, in one transaction; what they had is overwritten.

        Args:
            project: Key of the project.
            shorter: Issues that are stored.
            lock: The project's lock; checked inside the transaction.

        Raises:
            LockedError: Another process took over the project.
        """
        with self._database.write() as connection:
            check_lock(connection, lock)
            for one in shorter:
                _strip(connection, project, one)

    def forget(self, project: str) -> None:
        """Let whole issues come back with the next full pull."""
        with self._database.write() as connection:
            connection.execute(delete(stripped).where(stripped.c.project == project))

    def count(self, project: str) -> int:
        """Count the issues that something was taken out of."""
        with self._database.read() as connection:
            return len(connection.scalars(select(stripped.c.key).where(stripped.c.project == project)).all())

    def empty_messages(self, project: str, *, before: dt.datetime) -> int:
        """Empty the texts of messages whose life ended before an instant; returns how many there were."""
        sent = tables.messages
        with self._database.write() as connection:
            return connection.execute(
                update(sent)
                .where(sent.c.project == project, sent.c.ended_at < before, sent.c.body != "")
                .values(subject="", body="")
            ).rowcount


def keep_stripped(connection: Connection, pull: Pull) -> None:
    """Put the stored form in the place of what a pull brought unchanged, within the caller's transaction.

    An issue that did change comes whole, and is not known as stripped any more.
    """
    brought, live = staged.issues, tables.issues
    rows = connection.execute(
        select(brought.c.key, brought.c.record, brought.c.history, stripped.c.sha256)
        .join(stripped, stripped.c.key == brought.c.key)
        .where(brought.c.pull == pull.id, stripped.c.project == pull.project)
    ).all()
    same = [row.key for row in rows if _fingerprint(row.record, row.history) == row.sha256]
    changed = [row.key for row in rows if row.key not in frozenset(same)]
    here = (live.c.project == pull.project, live.c.key == bindparam("of"))
    shorter = {name: select(live.c[name]).where(*here).scalar_subquery() for name in ("record", "history")}
    if same:
        connection.execute(
            update(brought)
            .where(brought.c.pull == pull.id, brought.c.key == bindparam("of"))
            .values(shorter),
            [{"of": key} for key in same],
        )
    if changed:
        connection.execute(
            delete(stripped).where(stripped.c.project == pull.project, stripped.c.key == bindparam("of")),
            [{"of": key} for key in changed],
        )


def _strip(connection: Connection, project: str, one: Stripped) -> None:
    live = tables.issues
    here = (live.c.project == project, live.c.key == one.issue.key)
    row = connection.execute(select(live.c.record, live.c.history).where(*here)).one()
    known = (stripped.c.project == project, stripped.c.key == one.issue.key)
    if connection.execute(select(stripped.c.key).where(*known)).first() is None:
        told = _fingerprint(row.record, row.history)
        connection.execute(insert(stripped).values(project=project, key=one.issue.key, sha256=told))
    record, history = codec.dump(codec.ISSUE, one.issue), codec.dump_history(one.changes)
    connection.execute(update(live).where(*here).values(record=record, history=history))


def _fingerprint(record: str, history: str) -> str:
    return hashlib.sha256(f"{record}\0{history}".encode()).hexdigest()
