"""Sightings: what every milestone looked like whenever we looked. Nobody else keeps that.

Of a run of equal sightings of one milestone the first and the last are kept: those between say
nothing more (when we looked stands among the pulls), and a sync every quarter of an hour would
make tens of thousands of them a year.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from adapters.records import Milestone, MilestoneSighting
from connector.store import codec, tables
from connector.store.engine import Database, insert_one

CONFIG_SOURCE = "config"  # milestones that the configuration makes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A stored sighting."""

    id: int
    look: int
    record: str


class Milestones:
    """Sightings that no pull brings: those of milestones made by hand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sight(
        self, project: str, *, source: str = CONFIG_SOURCE, milestones: Iterable[Milestone], at: dt.datetime
    ) -> None:
        """Record what these milestones look like at `at`."""
        rows = [(milestone.key, codec.dump(codec.MILESTONE, milestone)) for milestone in milestones]
        with self._database.write() as connection:
            record_sightings(connection, project, source=source, rows=rows, at=at)


def record_sightings(
    connection: Connection, project: str, *, source: str, rows: Iterable[tuple[str, str]], at: dt.datetime
) -> None:
    """Append one sighting a milestone, within the caller's transaction. `rows`: key and record."""
    known = _last_two(connection, project, source=source)
    where = {"project": project, "source": source}
    for key, record in rows:
        recent = known.get(key, ())
        if recent and recent[0].record == record:
            look = recent[0].look
            if len(recent) == 2 and recent[1].look == look:
                connection.execute(delete(tables.sightings).where(tables.sightings.c.id == recent[0].id))
        else:
            look = insert_one(connection, tables.looks, {**where, "key": key, "record": record})
        connection.execute(insert(tables.sightings).values(**where, key=key, seen_at=at, look=look))


def load_sightings(
    connection: Connection, project: str, *, sources: Collection[str] | None
) -> tuple[MilestoneSighting, ...]:
    """Read the sightings of a project, ordered by instant; `sources` None: of all sources."""
    seen, looks = tables.sightings.c, tables.looks.c
    query = select(seen.seen_at, seen.look).where(seen.project == project).order_by(seen.seen_at, seen.id)
    if sources is not None:
        query = query.where(seen.source.in_(sources))
    texts = connection.execute(select(looks.id, looks.record).where(looks.project == project))
    parsed = {row.id: codec.MILESTONE.validate_json(row.record) for row in texts}
    return tuple(
        MilestoneSighting(seen_at=row.seen_at, milestone=parsed[row.look])
        for row in connection.execute(query)
    )


def _last_two(connection: Connection, project: str, *, source: str) -> Mapping[str, Sequence[_Seen]]:
    """Read the last two sightings of each milestone of a source, newest first."""
    seen = tables.sightings.c
    newest = func.row_number().over(partition_by=seen.key, order_by=(seen.seen_at.desc(), seen.id.desc()))
    ranked = (
        select(seen.id, seen.key, seen.look, newest.label("rank"))
        .where(seen.project == project, seen.source == source)
        .subquery()
    )
    found = connection.execute(
        select(ranked.c.id, ranked.c.key, ranked.c.look, tables.looks.c.record)
        .join(tables.looks, ranked.c.look == tables.looks.c.id)
        .where(ranked.c.rank <= 2)
        .order_by(ranked.c.key, ranked.c.rank)
    )
    recent: dict[str, list[_Seen]] = defaultdict(list)
    for row in found:
        recent[row.key].append(_Seen(id=row.id, look=row.look, record=row.record))
    return recent
