"""How much of everything there is, and how old: counted by the database, no fact is loaded."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, and_, func, or_, select

from connector.store import edition_tables, tables
from connector.store.alerts import AlertPhase
from connector.store.engine import Database
from connector.store.link_tables import client_links
from connector.store.outbox import MessageState

Pair = tuple[str, str]
"""(project, source), (project, state) or (project, audience)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """A source as it stands. `issues`: known and not gone."""

    project: str
    source: str
    issues: int
    last_success_at: dt.datetime | None
    failed_since: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionCount:
    """The editions of an audience: how many there were, and when the newest was published."""

    project: str
    audience: str
    number: int
    published_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the store holds at one moment."""

    sources: tuple[SourceCount, ...] = ()
    alerts: Mapping[tuple[str, str, str], int]  # by (project, severity, state), resolved ones left out
    messages: Mapping[Pair, int]  # by (project, state)
    waiting_since: Mapping[str, dt.datetime]  # of the oldest message that waits, by project
    deliveries: Mapping[Pair, int]  # by (project, state)
    editions: tuple[EditionCount, ...] = ()
    drafts: Mapping[Pair, dt.datetime]  # (project, audience) -> since when one waits
    links: Mapping[Pair, int]  # by (project, audience): neither revoked nor expired


class Counting:
    """Counts over all projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, *, now: dt.datetime) -> Counts:
        """Count everything as of one state of the store.

        Args:
            now: Links that ended before count no longer.
        """
        with self._database.read() as connection:
            return Counts(
                sources=_sources(connection),
                alerts=_alerts(connection),
                messages=_by_state(connection, tables.messages),
                waiting_since=_waiting_since(connection),
                deliveries=_by_state(connection, tables.deliveries),
                editions=_editions(connection),
                drafts=_drafts(connection),
                links=_links(connection, now),
            )

    def has_editions(self) -> bool:
        """Tell whether anything was ever published."""
        query = select(edition_tables.editions.c.number).limit(1)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def size_bytes(self) -> int:
        """Return how large the store's files are together; 0 in memory."""
        file = self._database.file
        if file is None:
            return 0
        parts = (file, file.with_name(f"{file.name}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())


def _sources(connection: Connection) -> tuple[SourceCount, ...]:
    live, known = tables.issues.c, tables.sources.c
    query = select(live.project, live.source, func.count()).where(live.gone_at.is_(None))
    issues = {
        (project, source): number
        for project, source, number in connection.execute(query.group_by(live.project, live.source))
    }
    states = select(known.project, known.source, known.last_success_at, known.failed_since)
    return tuple(
        SourceCount(issues=issues.get((str(row["project"]), str(row["source"])), 0), **row)
        for row in connection.execute(states.order_by(known.project, known.source)).mappings()
    )


def _alerts(connection: Connection) -> Mapping[tuple[str, str, str], int]:
    kept = tables.alert_states.c
    query = select(kept.project, kept.state, kept.record).where(kept.state != AlertPhase.RESOLVED)
    return Counter(
        (row.project, str(json.loads(row.record)["severity"]), row.state) for row in connection.execute(query)
    )


def _by_state(connection: Connection, table: Table) -> Mapping[Pair, int]:
    query = select(table.c.project, table.c.state, func.count()).group_by(table.c.project, table.c.state)
    return {(project, state): number for project, state, number in connection.execute(query)}


def _waiting_since(connection: Connection) -> Mapping[str, dt.datetime]:
    box = tables.messages.c
    query = select(box.project, func.min(box.created_at)).where(box.state == MessageState.WAITING)
    rows = connection.execute(query.group_by(box.project))
    return {project: since for project, since in rows if since is not None}


def _editions(connection: Connection) -> tuple[EditionCount, ...]:
    """Look up the newest of each audience by number: the rows hold whole views."""
    kept = edition_tables.editions.c
    newest = (
        select(kept.project, kept.audience, func.max(kept.number).label("number"))
        .group_by(kept.project, kept.audience)
        .subquery()
    )
    is_newest = and_(*(kept[name] == newest.c[name] for name in ("project", "audience", "number")))
    query = select(kept.project, kept.audience, kept.number, kept.published_at).join(newest, is_newest)
    rows = connection.execute(query.order_by(kept.project, kept.audience)).mappings()
    return tuple(EditionCount(**row) for row in rows)


def _drafts(connection: Connection) -> Mapping[Pair, dt.datetime]:
    kept = edition_tables.drafts.c
    query = select(kept.project, kept.audience, kept.built_at, kept.waiting_since_at)
    return {
        (row.project, row.audience): row.waiting_since_at or row.built_at for row in connection.execute(query)
    }


def _links(connection: Connection, now: dt.datetime) -> Mapping[Pair, int]:
    kept = client_links.c
    is_open = and_(kept.revoked_at.is_(None), or_(kept.expires_at.is_(None), kept.expires_at > now))
    query = select(kept.project, kept.audience, func.count()).where(is_open)
    rows = connection.execute(query.group_by(kept.project, kept.audience))
    return {(project, audience): number for project, audience, number in rows}
