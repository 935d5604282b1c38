"""Messages on their way out: at least once, never lost by a crash, never sent by two processes at once."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, RowMapping, func, insert, or_, select, update

from connector.store import tables
from connector.store.engine import Database

CLAIM = dt.timedelta(minutes=5)  # longer than any one delivery takes


class MessageState(enum.StrEnum):
    """Where a message is. FAILED: given up, a person must act."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to send. A second one of the same project and `dedupe_key` is not taken."""

    channel: str  # as the configuration names it: a reference, never its content
    subject: str
    body: str
    dedupe_key: str
    not_before_at: dt.datetime | None = None  # quiet hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in the outbox."""

    id: int
    project: str
    channel: str
    subject: str
    body: str
    dedupe_key: str
    state: MessageState
    created_at: dt.datetime
    attempts: int  # tries begun
    next_at: dt.datetime  # not to be tried before
    claimed_until: dt.datetime | None = None
    ended_at: dt.datetime | None = None  # sent, or given up
    last_error: str = ""
    in_doubt: bool = False  # an earlier try ended unrecorded: it may have gone out then


class Outbox:
    """Messages of all projects, each bound to its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, project: str, messages: Iterable[NewMessage], *, at: dt.datetime) -> int:
        """Put messages in; returns how many were new."""
        with self._database.write() as connection:
            return put_messages(connection, project, messages, at=at)

    def due(self, project: str, *, now: dt.datetime, whatever_backoff: bool = False) -> tuple[int, ...]:
        """List the ids of waiting messages whose time has come, oldest first."""
        box = tables.messages.c
        query = select(box.id).where(box.project == project, box.state == MessageState.WAITING)
        if not whatever_backoff:
            query = query.where(box.next_at <= now)
        with self._database.read() as connection:
            return tuple(connection.scalars(query.order_by(box.created_at, box.id)))

    def claim(self, message: int, *, now: dt.datetime, lease: dt.timedelta = CLAIM) -> Message | None:
        """Take a message for sending; None: another process has it, or it is done.

        A claim that is neither marked sent nor retried ends with its lease: the process died,
        and the message is sent again rather than lost, `in_doubt`.
        """
        box = tables.messages
        free = or_(box.c.claimed_until.is_(None), box.c.claimed_until <= now)
        with self._database.write() as connection:
            before = connection.scalar(select(box.c.claimed_until).where(box.c.id == message))
            taken = connection.execute(
                update(box)
                .where(box.c.id == message, box.c.state == MessageState.WAITING, free)
                .values(claimed_until=now + lease, attempts=box.c.attempts + 1)
            )
            if taken.rowcount != 1:
                return None
            row = connection.execute(select(box).where(box.c.id == message)).mappings().one()
            return replace(_message(row), in_doubt=before is not None)

    def mark_sent(self, message: int, *, at: dt.datetime) -> None:
        """Note that the channel took it."""
        self._set(message, {"state": MessageState.SENT, "ended_at": at, "last_error": ""})

    def retry(
        self, message: int, *, error: str, next_at: dt.datetime, in_doubt_at: dt.datetime | None = None
    ) -> None:
        """Note why it did not go out, and when to try again.

        Args:
            message: Its id.
            error: Why.
            next_at: When.
            in_doubt_at: The instant of this try, where an earlier one ended unrecorded: that stays known.
        """
        self._set(message, {"next_at": next_at, "last_error": error, "claimed_until": in_doubt_at})

    def give_up(self, message: int, *, error: str, at: dt.datetime) -> None:
        """Note that it will not go out without a person."""
        self._set(message, {"state": MessageState.FAILED, "ended_at": at, "last_error": error})

    def put_at(self, project: str, key: str) -> dt.datetime | None:
        """Return when the first message whose key begins so was put in; None: there is none."""
        box = tables.messages.c
        query = select(func.min(box.created_at)).where(
            box.project == project, box.dedupe_key.startswith(key, autoescape=True)
        )
        with self._database.read() as connection:
            at: dt.datetime | None = connection.scalar(query)
        return at

    def last_ended(self, project: str) -> tuple[Message, ...]:
        """Return the message that ended last of each channel, sent or given up."""
        box = tables.messages
        mine = (box.c.project == project, box.c.ended_at.is_not(None))
        last = select(box.c.channel, func.max(box.c.ended_at).label("at")).where(*mine)
        ends = last.group_by(box.c.channel).subquery()
        same = (box.c.channel == ends.c.channel) & (box.c.ended_at == ends.c.at)
        query = select(box).join(ends, same).where(*mine).order_by(box.c.id)
        with self._database.read() as connection:
            found = [_message(row) for row in connection.execute(query).mappings()]
        return tuple({one.channel: one for one in found}.values())

    def list(self, project: str, *states: MessageState) -> tuple[Message, ...]:
        """List messages in the order they came in; without states: all."""
        box = tables.messages
        query = select(box).where(box.c.project == project).order_by(box.c.created_at, box.c.id)
        if states:
            query = query.where(box.c.state.in_(states))
        with self._database.read() as connection:
            return tuple(_message(row) for row in connection.execute(query).mappings())

    def _set(self, message: int, values: Mapping[str, object]) -> None:
        box = tables.messages
        with self._database.write() as connection:
            connection.execute(
                update(box).where(box.c.id == message).values(**{"claimed_until": None, **values})
            )


def put_messages(
    connection: Connection, project: str, messages: Iterable[NewMessage], *, at: dt.datetime
) -> int:
    """Put messages in within the caller's transaction; returns how many were new."""
    box = tables.messages
    offered = {one.dedupe_key: one for one in messages}
    same = select(box.c.dedupe_key).where(box.c.project == project, box.c.dedupe_key.in_(offered))
    known = set(connection.scalars(same))
    new = {key: one for key, one in offered.items() if key not in known}
    for one in new.values():
        connection.execute(
            insert(box).values(
                project=project,
                channel=one.channel,
                subject=one.subject,
                body=one.body,
                dedupe_key=one.dedupe_key,
                state=MessageState.WAITING,
                created_at=at,
                attempts=0,
                next_at=max(at, one.not_before_at or at),
                last_error="",
            )
        )
    return len(new)


def _message(row: RowMapping) -> Message:
    values = {**row, "state": MessageState(str(row["state"]))}
    return Message(**values)
