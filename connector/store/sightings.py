"""Sightings: what every milestone and iteration looked like whenever we looked. Nobody else keeps that.

Of a run of equal sightings of one thing the first and the last are kept: those between say
nothing more (when we looked stands among the pulls), and a sync every quarter of an hour would
make tens of thousands of them a year.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, delete, func, insert, select

from adapters.records import Iteration, IterationSighting, Milestone, MilestoneSighting
from connector.store import codec, tables
from connector.store.engine import insert_one

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Record]):
    """What is sighted, and where that is kept. `looks` holds what it looked like: many share one."""

    looks: Table
    sightings: Table
    codec: TypeAdapter[Record]


MILESTONES: Kind[Milestone] = Kind(looks=tables.looks, sightings=tables.sightings, codec=codec.MILESTONE)
ITERATIONS: Kind[Iteration] = Kind(
    looks=tables.iteration_looks, sightings=tables.iteration_sightings, codec=codec.ITERATION
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A stored sighting."""

    id: int
    look: int
    record: str


def record_sightings(
    connection: Connection,
    kind: Kind[Record],
    of: tuple[str, str],
    *,
    rows: Iterable[tuple[str, str]],
    at: dt.datetime,
) -> None:
    """Append one sighting each, within the caller's transaction.

    Args:
        connection: Open for writing.
        kind: What is sighted.
        of: The project's key and the source's name.
        rows: Key and record.
        at: When we looked.
    """
    project, source = of
    seen = kind.sightings
    known = _last_two(connection, kind, project, source=source)
    where = {"project": project, "source": source}
    for key, record in rows:
        recent = known.get(key, ())
        if recent and recent[0].record == record:
            look = recent[0].look
            if len(recent) == 2 and recent[1].look == look:
                connection.execute(delete(seen).where(seen.c.id == recent[0].id))
        else:
            look = insert_one(connection, kind.looks, {**where, "key": key, "record": record})
        connection.execute(insert(seen).values(**where, key=key, seen_at=at, look=look))


def load_milestones(
    connection: Connection, project: str, *, sources: Collection[str] | None
) -> tuple[MilestoneSighting, ...]:
    """Read the sightings of milestones, ordered by instant; `sources` None: of all sources."""
    rows = _load(connection, MILESTONES, project, sources)
    return tuple(MilestoneSighting(seen_at=at, milestone=record) for at, record in rows)


def load_iterations(
    connection: Connection, project: str, *, sources: Collection[str] | None
) -> tuple[IterationSighting, ...]:
    """Read the sightings of iterations, ordered by instant; `sources` None: of all sources."""
    rows = _load(connection, ITERATIONS, project, sources)
    return tuple(IterationSighting(seen_at=at, iteration=record) for at, record in rows)


def _load(
    connection: Connection, kind: Kind[Record], project: str, sources: Collection[str] | None
) -> Sequence[tuple[dt.datetime, Record]]:
    seen, looks = kind.sightings.c, kind.looks.c
    query = select(seen.seen_at, seen.look).where(seen.project == project).order_by(seen.seen_at, seen.id)
    if sources is not None:
        query = query.where(seen.source.in_(sources))
    texts = connection.execute(select(looks.id, looks.record).where(looks.project == project))
    parsed = {row.id: kind.codec.validate_json(row.record) for row in texts}
    return [(row.seen_at, parsed[row.look]) for row in connection.execute(query)]


def _last_two(
    connection: Connection, kind: Kind[Record], project: str, *, source: str
) -> Mapping[str, Sequence[_Seen]]:
    """Read the last two sightings of each thing of a source, newest first."""
    seen, looks = kind.sightings.c, kind.looks
    newest = func.row_number().over(partition_by=seen.key, order_by=(seen.seen_at.desc(), seen.id.desc()))
    ranked = (
        select(seen.id, seen.key, seen.look, newest.label("rank"))
        .where(seen.project == project, seen.source == source)
        .subquery()
    )
    found = connection.execute(
        select(ranked.c.id, ranked.c.key, ranked.c.look, looks.c.record)
        .join(looks, ranked.c.look == looks.c.id)
        .where(ranked.c.rank <= 2)
        .order_by(ranked.c.key, ranked.c.rank)
    )
    recent: dict[str, list[_Seen]] = defaultdict(list)
    for row in found:
        recent[row.key].append(_Seen(id=row.id, look=row.look, record=row.record))
    return recent
