"""Silences: which alerts are not told until when, by whom and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from connector.errors import UsageError
from connector.store import tables
from connector.store.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that are not told until an instant: of a rule, of an object, or both; "" is any."""

    rule: str = ""
    object: str = ""
    since: dt.datetime
    until: dt.datetime
    by: str = ""
    reason: str = ""
    id: int = 0  # given by the store

    def covers(self, rule: str, about: str, *, now: dt.datetime) -> bool:
        """Whether an alert is not to be told now."""
        return now < self.until and self.rule in {"", rule} and self.object in {"", about}


class Silences:
    """Silences by project. None is ever deleted; one may be ended early."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project: str, silence: Silence) -> int:
        """Keep a silence; returns its number."""
        kept = tables.silences
        values = {name: getattr(silence, name) for name in Silence.__slots__ if name != "id"}
        with self._database.write() as connection:
            key = connection.execute(insert(kept).values(project=project, **values)).inserted_primary_key
        return int(key[0]) if key else 0

    def holding(self, project: str, *, now: dt.datetime) -> tuple[Silence, ...]:
        """List the silences that are not over, the oldest first."""
        kept = tables.silences
        query = select(kept).where(kept.c.project == project, kept.c.until > now).order_by(kept.c.id)
        with self._database.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return tuple(Silence(**{name: row[name] for name in Silence.__slots__}) for row in rows)

    def end(self, project: str, number: int, *, at: dt.datetime) -> None:
        """End a silence now.

        Raises:
            UsageError: No silence of that number holds.
        """
        kept = tables.silences
        mine = (kept.c.project == project, kept.c.id == number, kept.c.until > at)
        with self._database.write() as connection:
            ended = connection.execute(update(kept).where(*mine).values(until=at)).rowcount
        if ended != 1:
            holding = (
                ", ".join(str(one.id) for one in self.holding(project, now=at)) or "none: nothing is silenced"
            )
            raise UsageError(f"project {project}: found no silence {number}; expected one of: {holding}")
