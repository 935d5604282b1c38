"""Sightings: what every milestone looked like whenever we looked. Nobody else keeps that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, func, insert, or_, select

from adapters.records import Milestone, MilestoneSighting
from connector.store import codec, tables
from connector.store.engine import Database

CONFIG_SOURCE = "config"  # milestones that the configuration makes


class Milestones:
    """Sightings of one project after the other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sight(
        self, project: str, *, source: str = CONFIG_SOURCE, milestones: Iterable[Milestone], at: dt.datetime
    ) -> None:
        """Record what these milestones look like at `at`."""
        rows = [(milestone.key, codec.dump(codec.MILESTONE, milestone)) for milestone in milestones]
        with self._database.write() as connection:
            record_sightings(connection, project, source=source, rows=rows, at=at)

    def sightings(self, project: str, key: str) -> tuple[MilestoneSighting, ...]:
        """List every single sighting of one milestone, ordered by instant."""
        seen = tables.sightings.c
        with self._database.read() as connection:
            found = connection.execute(
                select(seen.seen_at, tables.looks.c.record)
                .join(tables.looks, seen.look == tables.looks.c.id)
                .where(seen.project == project, seen.key == key)
                .order_by(seen.seen_at, seen.id)
            ).all()
        return tuple(
            MilestoneSighting(seen_at=row.seen_at, milestone=codec.MILESTONE.validate_json(row.record))
            for row in found
        )


def record_sightings(
    connection: Connection, project: str, *, source: str, rows: Iterable[tuple[str, str]], at: dt.datetime
) -> None:
    """Append one sighting a milestone, within the caller's transaction. `rows`: key and record."""
    known = _latest_looks(connection, project, source=source)
    for key, record in rows:
        look, before = known.get(key, (None, ""))
        if look is None or before != record:
            values = {"project": project, "source": source, "key": key, "record": record}
            look = connection.execute(insert(tables.looks).values(values)).lastrowid
        connection.execute(
            insert(tables.sightings).values(project=project, source=source, key=key, seen_at=at, look=look)
        )


def _latest_looks(connection: Connection, project: str, *, source: str) -> dict[str, tuple[int, str]]:
    looks = tables.looks.c
    newest = (
        select(func.max(looks.id)).where(looks.project == project, looks.source == source).group_by(looks.key)
    )
    found = connection.execute(select(looks.key, looks.id, looks.record).where(looks.id.in_(newest)))
    return {row.key: (row.id, row.record) for row in found}


def load_sightings(
    connection: Connection, project: str, *, sources: Collection[str] | None
) -> tuple[MilestoneSighting, ...]:
    """Read the sightings that tell something, ordered by instant.

    Of a run of equal sightings of one milestone, the first and the last are given: those between
    say nothing more, and a sync every quarter of an hour makes tens of thousands of them a year.
    """
    seen = tables.sightings.c
    of_key, in_time = (seen.source, seen.key), (seen.seen_at, seen.id)
    marked = (
        select(
            seen.id,
            seen.seen_at,
            seen.look,
            func.lag(seen.look).over(partition_by=of_key, order_by=in_time).label("before"),
            func.lead(seen.look).over(partition_by=of_key, order_by=in_time).label("after"),
        )
        .where(seen.project == project, *([] if sources is None else [seen.source.in_(sources)]))
        .subquery()
    )
    edge = or_(
        marked.c.before.is_(None),
        marked.c.after.is_(None),
        marked.c.before != marked.c.look,
        marked.c.after != marked.c.look,
    )
    found = connection.execute(
        select(marked.c.seen_at, marked.c.look).where(edge).order_by(marked.c.seen_at, marked.c.id)
    ).all()
    looks = tables.looks.c
    texts = connection.execute(select(looks.id, looks.record).where(looks.project == project))
    parsed = {row.id: codec.MILESTONE.validate_json(row.record) for row in texts}
    return tuple(MilestoneSighting(seen_at=row.seen_at, milestone=parsed[row.look]) for row in found)
