"""A pull under way against what is stored: by SQL, so that a project of any size costs no memory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from adapters.records import LinkKind
from connector.store import staged_tables as staged
from connector.store import tables
from connector.store.engine import Database
from connector.store.staging import Pull


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored of a source: issues that are not gone, milestones that the last pull brought."""

    issues: int
    milestones: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest changes of the issues known both before and now; None where no instant is known."""

    before_at: dt.datetime | None
    now_at: dt.datetime | None


class Comparison:
    """Compares a pull with the live data; changes neither."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, project: str, source: str) -> Known:
        """Count what a guard compares with."""
        live, seen, sources = tables.issues.c, tables.sightings.c, tables.sources.c
        issues = select(func.count()).where(
            live.project == project, live.source == source, live.gone_at.is_(None)
        )
        ended = select(sources.last_success_at).where(sources.project == project, sources.source == source)
        milestones = select(func.count(seen.key.distinct())).where(
            seen.project == project, seen.source == source, seen.seen_at == ended.scalar_subquery()
        )
        with self._database.read() as connection:
            return Known(
                issues=connection.execute(issues).scalar_one(),
                milestones=connection.execute(milestones).scalar_one(),
            )

    def counted(self, pull: Pull) -> int:
        """Count the issues that the pull's census saw."""
        present = staged.present.c
        with self._database.read() as connection:
            return connection.execute(select(func.count()).where(present.pull == pull.id)).scalar_one()

    def newest(self, pull: Pull) -> Newest:
        """Compare the newest change of the issues that are live and in the pull's full answer or census."""
        live = tables.issues.c
        now = (staged.issues if pull.kind == "full" else staged.present).c
        query = select(func.max(live.updated_at), func.max(now.updated_at)).where(
            live.project == pull.project,
            live.source == pull.source,
            live.gone_at.is_(None),
            now.pull == pull.id,
            now.key == live.key,
            now.updated_at.is_not(None),
        )
        with self._database.read() as connection:
            before_at, now_at = connection.execute(query).one()
        return Newest(before_at=before_at, now_at=now_at)

    def missing_keys(self, pull: Pull) -> tuple[str, ...]:
        """List the live issues of the source that a complete full pull or census did not see, ordered.

        An issue that was quarantined is not missing: it was there, we could not read it.
        """
        live, unread, brought, present = (
            tables.issues.c,
            staged.quarantined.c,
            staged.issues.c,
            staged.present.c,
        )
        query = (
            select(live.key)
            .where(live.project == pull.project, live.source == pull.source, live.gone_at.is_(None))
            .where(live.key.not_in(select(brought.key).where(brought.pull == pull.id)))
            .where(live.key.not_in(select(present.key).where(present.pull == pull.id)))
            .where(live.ref.not_in(select(unread.ref).where(unread.pull == pull.id)))
            .order_by(live.key)
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(query))

    def unlike_keys(self, pull: Pull) -> tuple[str, ...]:
        """List what a census saw otherwise than it is known: new, back again, or changed; ordered.

        What the pull brought after that is known. Changed means: a later update, another parent,
        another number of blockers; what the census did not say is not compared.
        """
        present, live, brought = staged.present, tables.issues, staged.issues
        here = (live.c.project == pull.project) & (live.c.key == present.c.key)
        fresh = (brought.c.pull == pull.id) & (brought.c.key == present.c.key)
        query = (
            select(present.c.key)
            .outerjoin(live, here)
            .outerjoin(brought, fresh)
            .where(present.c.pull == pull.id, or_(*_unlike(pull)))
            .order_by(present.c.key)
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(query))


def _unlike(pull: Pull) -> tuple[ColumnElement[bool], ...]:
    """Say what makes a counted issue unlike the one known; those brought by the pull only if older."""
    present, live, brought = staged.present.c, tables.issues.c, staged.issues.c
    unknown = or_(live.key.is_(None), live.gone_at.is_not(None), live.source != pull.source)
    stale = present.updated_at > live.updated_at
    elsewhere = present.parent != live.parent
    blocked = present.blockers != func.coalesce(_blockers(pull).scalar_subquery(), 0)
    return (
        and_(brought.key.is_(None), or_(unknown, stale, elsewhere, blocked)),
        present.updated_at > brought.updated_at,
    )


def _blockers(pull: Pull) -> Select[int]:
    link, present = tables.links.c, staged.present.c
    return (
        select(func.count())
        .where(link.project == pull.project, link.source == pull.source)
        .where(link.b == present.key, link.kind == LinkKind.BLOCKS)
        .correlate(staged.present)
    )
