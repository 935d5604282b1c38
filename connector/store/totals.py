"""What all runs together did: counts that only grow, also when old run reports are dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from connector.store import tables
from connector.store.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotal:
    """What the runs of one outcome did. `source` "": a project's runs as a whole."""

    project: str
    source: str = ""
    outcome: str
    runs: int = 1
    seconds: float
    requests: int = 0
    waited_s: float = 0.0
    last_at: dt.datetime  # end of the last of them
    last_s: float  # how long that one took


class Totals:
    """Totals of all projects, by (project, source, outcome)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, ended: Iterable[RunTotal]) -> None:
        """Add what a run did to what those before it did."""
        with self._database.write() as connection:
            for one in ended:
                _add(connection, one)

    def list(self) -> tuple[RunTotal, ...]:
        """List the totals, ordered by (project, source, outcome)."""
        kept = tables.run_totals
        query = select(kept).order_by(kept.c.project, kept.c.source, kept.c.outcome)
        with self._database.read() as connection:
            return tuple(RunTotal(**row) for row in connection.execute(query).mappings())


def _add(connection: Connection, one: RunTotal) -> None:
    kept = tables.run_totals
    key = {"project": one.project, "source": one.source, "outcome": one.outcome}
    grown = {name: kept.c[name] + getattr(one, name) for name in ("runs", "seconds", "requests", "waited_s")}
    last = {"last_at": one.last_at, "last_s": one.last_s}
    where = [kept.c[name] == value for name, value in key.items()]
    if not connection.execute(update(kept).where(*where).values(**grown, **last)).rowcount:
        values = {name: getattr(one, name) for name in RunTotal.__slots__}
        connection.execute(insert(kept).values(values))
