"""What was run, and what a person took on despite a guard."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from connector.store import tables
from connector.store.engine import Database, insert_one

KEPT = 2000  # runs of a project: three weeks of a sync every quarter of an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run and its report."""

    id: int
    project: str
    started_at: dt.datetime
    ended_at: dt.datetime
    report: str  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Somebody took a state that a guard had refused."""

    source: str
    at: dt.datetime
    name: str
    reason: str
    what: str  # what the guard had said


class Runs:
    """Run reports and acceptances, by project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project: str, *, started_at: dt.datetime, ended_at: dt.datetime, report: str) -> int:
        """Keep the report (JSON) of a run, for the last `KEPT` runs; returns its id."""
        values = {"project": project, "started_at": started_at, "ended_at": ended_at, "report": report}
        kept = tables.runs.c
        with self._database.write() as connection:
            number = insert_one(connection, tables.runs, values)
            too_old = select(kept.id).where(kept.project == project).order_by(kept.id.desc()).offset(KEPT)
            connection.execute(delete(tables.runs).where(kept.id.in_(too_old)))
        return number

    def last(self, project: str, *, count: int = 1) -> tuple[StoredRun, ...]:
        """List the last runs, newest first."""
        kept = tables.runs
        query = select(kept).where(kept.c.project == project).order_by(kept.c.id.desc()).limit(count)
        with self._database.read() as connection:
            return tuple(StoredRun(**row) for row in connection.execute(query).mappings())

    def accept(self, project: str, acceptance: Acceptance) -> None:
        """Record who took a refused state, and why; never changed afterwards."""
        values = {name: getattr(acceptance, name) for name in Acceptance.__slots__}
        with self._database.write() as connection:
            connection.execute(insert(tables.acceptances).values(project=project, **values))

    def acceptances(self, project: str) -> tuple[Acceptance, ...]:
        """List them, oldest first."""
        kept = tables.acceptances.c
        columns = [kept[name] for name in Acceptance.__slots__]
        query = select(*columns).where(kept.project == project).order_by(kept.at, kept.id)
        with self._database.read() as connection:
            return tuple(Acceptance(**row) for row in connection.execute(query).mappings())
