"""Everything stored of one project, as analysis wants it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, func, select

from adapters.protocol import DateHint
from adapters.records import Change, Issue, IterationSighting, Link, MilestoneSighting, Quarantined
from connector.analysis.facts import Gone, SourceFacts
from connector.store import codec, tables
from connector.store.engine import Database
from connector.store.hints import load_hints
from connector.store.sightings import load_iterations, load_milestones


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFacts:
    """The stored half of `ProjectFacts`; field names and meanings are the same."""

    issues: tuple[Issue, ...] = ()  # ordered by key; gone ones included
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    sightings: tuple[MilestoneSighting, ...] = ()
    iterations: tuple[IterationSighting, ...] = ()
    hints: tuple[DateHint, ...] = ()
    gone: Mapping[str, Gone] = field(default_factory=dict)
    first_seen: Mapping[str, dt.datetime] = field(default_factory=dict)
    sources: tuple[SourceFacts, ...] = ()  # ordered by name


class Facts:
    """Reads facts; writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, project: str, *, sources: Collection[str] | None = None) -> StoredFacts:
        """Read all facts of a project from one consistent state.

        Args:
            project: Key of the project.
            sources: Names of the sources to read, `config` among them for milestones made by hand;
                None: all that were ever stored.
        """
        with self._database.read() as connection:
            rows = _issue_rows(connection, project, sources)
            issues = codec.load_all(codec.ISSUES, [row.record for row in rows])
            return StoredFacts(
                issues=issues,
                changes={
                    row.key: codec.HISTORY.validate_json(row.history) for row in rows if row.history != "[]"
                },
                links=_links(connection, project, sources),
                sightings=load_milestones(connection, project, sources=sources),
                iterations=load_iterations(connection, project, sources=sources),
                hints=load_hints(connection, project, sources=sources),
                gone={row.key: Gone(at=row.gone_at, why=row.gone_why) for row in rows if row.gone_at},
                first_seen={row.key: row.first_seen_at for row in rows},
                sources=_sources(connection, project, sources),
            )

    def unread(self, project: str, *, sources: Collection[str]) -> tuple[Quarantined, ...]:
        """List the issues that could not be read when they came last, ordered by ref."""
        kept = tables.quarantined.c
        query = select(kept.record).where(kept.project == project, kept.source.in_(sources))
        with self._database.read() as connection:
            texts = connection.scalars(query.order_by(kept.ref)).all()
        return tuple(codec.QUARANTINED.validate_json(text) for text in texts)

    def sources(self, project: str) -> tuple[SourceFacts, ...]:
        """Read the state of the sources alone, ordered by name."""
        with self._database.read() as connection:
            return _sources(connection, project, None)


def _issue_rows(
    connection: Connection, project: str, sources: Collection[str] | None
) -> Sequence[Row[str, str, str, dt.datetime, dt.datetime | None, str]]:
    live = tables.issues.c
    query = select(live.key, live.record, live.history, live.first_seen_at, live.gone_at, live.gone_why)
    if sources is not None:
        query = query.where(live.source.in_(sources))
    return connection.execute(query.where(live.project == project).order_by(live.key)).all()


def _links(connection: Connection, project: str, sources: Collection[str] | None) -> tuple[Link, ...]:
    live = tables.links.c
    query = select(live.record).where(live.project == project).order_by(live.source, live.id)
    if sources is not None:
        query = query.where(live.source.in_(sources))
    return codec.load_all(codec.LINKS, connection.scalars(query).all())


def _sources(
    connection: Connection, project: str, sources: Collection[str] | None
) -> tuple[SourceFacts, ...]:
    known, live = tables.sources.c, tables.issues.c
    query = select(tables.sources).where(known.project == project).order_by(known.source)
    if sources is not None:
        query = query.where(known.source.in_(sources))
    counted = connection.execute(
        select(live.source, func.count())
        .where(live.project == project, live.gone_at.is_(None))
        .group_by(live.source)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in counted}
    return tuple(
        SourceFacts(
            name=row.source,
            last_success_at=row.last_success_at,
            complete=row.complete,
            issues=counts.get(row.source, 0),
            failed_since=row.failed_since,
            failure=row.failure,
        )
        for row in connection.execute(query)
    )
