"""State of alerts. A change of state and the message that tells of it are stored together."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, insert, select

from connector.analysis.state import Fact, Severity
from connector.store import tables
from connector.store.engine import Database
from connector.store.outbox import NewMessage, put_messages


class AlertPhase(enum.StrEnum):
    """Where an alert is in its life."""

    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """An alert as it stands, keyed by (project, rule, object)."""

    rule: str
    object: str
    object_name: str = ""
    phase: AlertPhase
    severity: Severity
    since: dt.datetime  # of the deviation
    changed_at: dt.datetime  # of the phase or severity
    seen: int = 0  # syncs in a row that showed it
    absent: int = 0  # syncs in a row that did not
    last_notified_at: dt.datetime | None = None  # None: nobody was told so far
    fired: tuple[dt.datetime, ...] = ()  # when it began of late, the last times
    gone_at: dt.datetime | None = None  # since when looks have not shown it; None: the last one did
    escalated_at: dt.datetime | None = None  # somebody else was told that nobody acknowledged it
    acknowledged_by: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTransition:
    """A change of an alert's phase or severity. `before` "": there was none."""

    rule: str
    object: str
    at: dt.datetime
    before: str
    after: AlertPhase
    severity: Severity
    note: str = ""


_STATE = TypeAdapter(AlertState)


class Alerts:
    """States and their changes, by project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, project: str) -> tuple[AlertState, ...]:
        """List all alert states of a project, resolved ones included, ordered by (rule, object)."""
        kept = tables.alert_states.c
        query = select(kept.record).where(kept.project == project).order_by(kept.rule, kept.object)
        with self._database.read() as connection:
            return tuple(_STATE.validate_json(text) for text in connection.scalars(query))

    def save(
        self,
        project: str,
        *,
        states: Iterable[AlertState],
        transitions: Iterable[AlertTransition] = (),
        messages: Iterable[NewMessage] = (),
        at: dt.datetime,
    ) -> int:
        """Store new states, what changed, and the messages that tell of it, in one transaction.

        Args:
            project: Key of the project.
            states: Each replaces the stored one of the same (rule, object); others stay.
            transitions: Appended.
            messages: Put into the outbox.
            at: When.

        Returns:
            How many messages were new.
        """
        with self._database.write() as connection:
            for state in states:
                _put_state(connection, project, state)
            rows = [_transition_row(project, one) for one in transitions]
            if rows:
                connection.execute(insert(tables.alert_transitions), rows)
            return put_messages(connection, project, messages, at=at)

    def transitions(self, project: str) -> tuple[AlertTransition, ...]:
        """List what changed, oldest first."""
        kept = tables.alert_transitions
        query = select(kept).where(kept.c.project == project).order_by(kept.c.at, kept.c.id)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(
            AlertTransition(
                rule=row.rule,
                object=row.object,
                at=row.at,
                before=row.before,
                after=AlertPhase(row.after),
                severity=Severity(row.severity),
                note=row.note,
            )
            for row in rows
        )


def _put_state(connection: Connection, project: str, state: AlertState) -> None:
    kept = tables.alert_states
    key = {"project": project, "rule": state.rule, "object": state.object}
    connection.execute(delete(kept).where(*(kept.c[name] == value for name, value in key.items())))
    record = _STATE.dump_json(state).decode()
    connection.execute(insert(kept).values(**key, state=state.phase, record=record))


def _transition_row(project: str, one: AlertTransition) -> dict[str, object]:
    return {"project": project, **{name: getattr(one, name) for name in AlertTransition.__slots__}}
