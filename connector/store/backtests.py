"""What backtests found of each project.

Every one is kept: a forecast of a past day is shown with the record of that day.
"""

from __future__ import annotations

import datetime as dt

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select

from connector.analysis.record import Record
from connector.store import tables
from connector.store.engine import Database

_RECORD = TypeAdapter(Record)


class Backtests:
    """The records of backtests, by project and instant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project: str, record: Record, *, at: dt.datetime) -> None:
        """Keep what a backtest found; one of the same instant takes its place."""
        kept = tables.backtests.c
        values = {"project": project, "made_at": at, "record": _RECORD.dump_json(record).decode()}
        with self._database.write() as connection:
            connection.execute(delete(tables.backtests).where(kept.project == project, kept.made_at == at))
            connection.execute(insert(tables.backtests).values(values))

    def last(self, project: str, *, at: dt.datetime) -> tuple[dt.datetime, Record] | None:
        """Return the last one made at or before an instant, with its instant."""
        kept = tables.backtests.c
        query = select(kept.made_at, kept.record).where(kept.project == project, kept.made_at <= at)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(kept.made_at.desc()).limit(1)).first()
        return None if row is None else (row.made_at, _RECORD.validate_json(row.record))
