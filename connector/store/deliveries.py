"""Editions on their way to addresses: each goes to each address once, and what is in doubt is never repeated.

    waiting    to be tried, now or later
    sending    about to be handed over; stored before it is
    sent       the channel took it
    failed     refused for good, or tried for too long: a person must act
    in_doubt   handed over, but no answer was seen: it may have arrived
    cancelled  not sent and not to be: withdrawn, or the address was taken out

A process that dies while it connects leaves `waiting`, and another tries again. One that dies after
`sending` was stored leaves what nobody can know from here: it becomes `in_doubt`, and only a person
sends it again.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import RowMapping, func, insert, select, update

from connector.errors import UsageError
from connector.store import tables
from connector.store.engine import Database
from connector.store.locks import is_dead

CLAIM = dt.timedelta(minutes=10)  # longer than any one delivery takes


class DeliveryState(enum.StrEnum):
    """Where a delivery is; see the module."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"


class Way(enum.StrEnum):
    """How an edition reaches an address."""

    MAIL = "mail"
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One edition to one address."""

    id: int
    project: str
    audience: str
    number: int  # of the edition
    way: Way
    address: str  # as the configuration names it: a reference, where it is secret
    state: DeliveryState
    created_at: dt.datetime
    attempts: int  # tries begun
    next_at: dt.datetime  # not to be tried before
    owner: str = ""  # the process that has claimed it
    claimed_until: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    last_error: str = ""


class Deliveries:
    """The way of every edition to every address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hand_over(
        self,
        project: str,
        audience: str,
        number: int,
        *,
        addresses: Iterable[tuple[Way, str]],
        at: dt.datetime,
    ) -> int:
        """Put in the deliveries of an edition, once: a second time changes nothing.

        Returns:
            How many were put in; 0 where the edition was handed over before.
        """
        known, where = tables.mailings, {"project": project, "audience": audience, "number": number}
        same = [known.c[name] == value for name, value in where.items()]
        with self._database.write() as connection:
            if connection.execute(select(known).where(*same)).one_or_none() is not None:
                return 0
            connection.execute(insert(known).values(**where, at=at))
            new = [_new(where, way, address, at) for way, address in dict.fromkeys(addresses)]
            if new:
                connection.execute(insert(tables.deliveries), new)
        return len(new)

    def last_handed_over(self, project: str, audience: str) -> int:
        """Return the number of the newest edition that was handed over, 0 before the first."""
        known = tables.mailings.c
        query = select(func.max(known.number)).where(known.project == project, known.audience == audience)
        with self._database.read() as connection:
            return connection.execute(query).scalar() or 0

    def due(self, project: str, *, now: dt.datetime, whatever_backoff: bool = False) -> tuple[Delivery, ...]:
        """List the waiting deliveries whose time has come, oldest first."""
        waiting = self.list(project, DeliveryState.WAITING)
        return tuple(one for one in waiting if whatever_backoff or one.next_at <= now)

    def claim(self, delivery: int, *, owner: str, now: dt.datetime) -> Delivery | None:
        """Take a delivery for trying; None: another living process has it, or it no longer waits."""
        box = tables.deliveries
        with self._database.write() as connection:
            row = connection.execute(select(box).where(box.c.id == delivery)).mappings().one()
            found = _delivery(row)
            if found.state is not DeliveryState.WAITING or _is_held(found, now):
                return None
            values = {"owner": owner, "claimed_until": now + CLAIM, "attempts": found.attempts + 1}
            connection.execute(update(box).where(box.c.id == delivery).values(values))
        return _delivery({**row, **values})

    def begin(self, claimed: Delivery) -> bool:
        """Store that a claimed delivery is about to be handed over.

        Returns:
            False: another process took it over meanwhile, and it must not be handed over here.
        """
        box = tables.deliveries
        with self._database.write() as connection:
            changed = connection.execute(
                update(box)
                .where(
                    box.c.id == claimed.id,
                    box.c.state == DeliveryState.WAITING,
                    box.c.attempts == claimed.attempts,
                )
                .values(state=DeliveryState.SENDING)
            )
        return changed.rowcount == 1

    def end(self, delivery: int, state: DeliveryState, *, at: dt.datetime, error: str = "") -> None:
        """Store how a delivery ended."""
        self._set(delivery, {"state": state, "ended_at": at, "last_error": error})

    def retry(self, delivery: int, *, error: str, next_at: dt.datetime) -> None:
        """Store why a delivery was not taken, and when to try again."""
        self._set(delivery, {"state": DeliveryState.WAITING, "next_at": next_at, "last_error": error})

    def settle(self, project: str, *, now: dt.datetime) -> int:
        """Put what a dead process was handing over in doubt; returns how many deliveries that were."""
        left = [one.id for one in self.list(project, DeliveryState.SENDING) if not _is_held(one, now)]
        for delivery in left:
            self.end(delivery, DeliveryState.IN_DOUBT, at=now, error="the process ended before an answer")
        return len(left)

    def again(self, project: str, delivery: int, *, at: dt.datetime) -> Delivery:
        """Let a delivery that failed or is in doubt be tried again, because a person asks.

        Raises:
            UsageError: There is no such delivery, or it is in another state.
        """
        found = {one.id: one for one in self.list(project)}.get(delivery)
        allowed = (DeliveryState.FAILED, DeliveryState.IN_DOUBT)
        if found is None or found.state not in allowed:
            what = "no such delivery" if found is None else f"one that is {found.state.value}"
            raise UsageError(
                f"project {project}, delivery {delivery}: found {what}; expected one that failed or is"
                f" in doubt, as `clientview deliveries list {project}` shows"
            )
        self._set(
            delivery,
            {"state": DeliveryState.WAITING, "created_at": at, "next_at": at, "ended_at": None},
        )
        return found

    def list(self, project: str, *states: DeliveryState) -> tuple[Delivery, ...]:
        """List deliveries in the order they came in; without states: all."""
        box = tables.deliveries
        query = select(box).where(box.c.project == project).order_by(box.c.created_at, box.c.id)
        if states:
            query = query.where(box.c.state.in_(states))
        with self._database.read() as connection:
            return tuple(_delivery(row) for row in connection.execute(query).mappings())

    def _set(self, delivery: int, values: Mapping[str, object]) -> None:
        box = tables.deliveries
        with self._database.write() as connection:
            connection.execute(
                update(box).where(box.c.id == delivery).values(owner="", claimed_until=None, **values)
            )


def _is_held(delivery: Delivery, now: dt.datetime) -> bool:
    """Tell whether a process that may be alive has the delivery in hand."""
    until = delivery.claimed_until
    return until is not None and until > now and not is_dead(delivery.owner)


def _new(where: Mapping[str, object], way: Way, address: str, at: dt.datetime) -> dict[str, object]:
    return {
        **where,
        "way": way,
        "address": address,
        "state": DeliveryState.WAITING,
        "created_at": at,
        "attempts": 0,
        "next_at": at,
        "owner": "",
        "last_error": "",
    }


def _delivery(row: RowMapping | Mapping[str, object]) -> Delivery:
    values = {**row, "state": DeliveryState(str(row["state"])), "way": Way(str(row["way"]))}
    return Delivery(**values)
