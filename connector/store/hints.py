"""What was told besides records: old dates of milestones, for ever; fates of issues, until a pull looked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, insert, or_, select

from adapters.protocol import DateHint, Fate, Whereabouts
from connector.store import codec, tables
from connector.store import staged_tables as staged
from connector.store.engine import Database
from connector.store.staging import Pull


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was new of what a webhook told."""

    dates: int = 0
    fates: int = 0


class HintsTold:
    """What webhooks told, by project and source."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(
        self,
        project: str,
        source: str,
        *,
        dates: Iterable[DateHint],
        fates: Mapping[str, Whereabouts],
        at: dt.datetime,
    ) -> Taken:
        """Keep what a webhook told; what was told before changes nothing.

        Args:
            project: Key of the project.
            source: Name of the source whose payload it was.
            dates: Moved dates of milestones.
            fates: What became of issues, by key.
            at: When we were told.

        Returns:
            How much of it was new.
        """
        where = {"project": project, "source": source}
        with self._database.write() as connection:
            new_dates = sum(_keep_date(connection, where, hint, at=at) for hint in dates)
            new_fates = sum(_keep_fate(connection, where, key, one, at=at) for key, one in fates.items())
        return Taken(dates=new_dates, fates=new_fates)

    def leave(self, project: str, source: str, keys: Collection[str], *, at: dt.datetime) -> None:
        """Keep that issues were seen outside the source's selection; of those never inside, nothing.

        Args:
            project: Key of the project.
            source: Name of the source that saw them.
            keys: Their keys.
            at: When they were seen.
        """
        if not keys:
            return
        where, live = {"project": project, "source": source}, tables.issues.c
        inside = select(live.key).where(
            live.project == project, live.source == source, live.gone_at.is_(None)
        )
        with self._database.write() as connection:
            for key in sorted(frozenset(keys).intersection(connection.scalars(inside))):
                _keep_fate(connection, where, key, Whereabouts(fate=Fate.OUTSIDE), at=at)

    def fates(self, project: str, source: str) -> Mapping[str, Whereabouts]:
        """Read what is said to have become of issues that are still live, by key."""
        told, live = tables.fates.c, tables.issues.c
        query = (
            select(told.key, told.fate, told.ref)
            .join(tables.issues, (live.project == told.project) & (live.key == told.key))
            .where(told.project == project, told.source == source, live.gone_at.is_(None))
            .where(live.source == source)
            .order_by(told.key)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {row.key: Whereabouts(fate=Fate(row.fate), ref=row.ref) for row in rows}


def load_hints(
    connection: Connection, project: str, *, sources: Collection[str] | None
) -> tuple[DateHint, ...]:
    """Read the moved dates that webhooks told of, ordered by instant; `sources` None: of all sources."""
    told = tables.date_hints.c
    query = select(told.record).where(told.project == project).order_by(told.at, told.id)
    if sources is not None:
        query = query.where(told.source.in_(sources))
    return tuple(codec.HINT.validate_json(text) for text in connection.scalars(query))


def settle_fates(connection: Connection, pull: Pull, *, settled: Collection[str]) -> None:
    """Forget what was told of issues that have been looked after; in the caller's transaction.

    Args:
        connection: Open for writing.
        pull: The pull that is applied; an issue that it brought, changed since we were told, is there.
        settled: Issues that were looked for by name.
    """
    told, brought, live = tables.fates, staged.issues.c, tables.issues.c
    of_source = (told.c.project == pull.project, told.c.source == pull.source)
    newer = (brought.pull == pull.id, brought.key == told.c.key, brought.updated_at > told.c.told_at)
    lost = (live.project == told.c.project, live.key == told.c.key, live.gone_at.is_not(None))
    done = or_(exists().where(*newer), exists().where(*lost))
    connection.execute(delete(told).where(*of_source, done))
    if settled:
        connection.execute(
            delete(told).where(*of_source, told.c.key == bindparam("settled_key")),
            [{"settled_key": key} for key in sorted(settled)],
        )


def _keep_date(connection: Connection, where: Mapping[str, str], hint: DateHint, *, at: dt.datetime) -> bool:
    told = tables.date_hints
    row = {**where, "key": hint.key, "at": hint.at, "record": codec.dump(codec.HINT, hint)}
    same = (told.c[name] == value for name, value in row.items())
    if connection.execute(select(told.c.id).where(*same)).first() is not None:
        return False
    connection.execute(insert(told).values(**row, told_at=at))
    return True


def _keep_fate(
    connection: Connection, where: Mapping[str, str], key: str, one: Whereabouts, *, at: dt.datetime
) -> bool:
    told = tables.fates
    of_issue = (told.c[name] == value for name, value in {**where, "key": key}.items())
    before = connection.execute(select(told.c.fate, told.c.ref).where(*of_issue)).one_or_none()
    if before is not None and (before.fate, before.ref) == (one.fate, one.ref):
        return False
    of_issue = (told.c[name] == value for name, value in {**where, "key": key}.items())
    connection.execute(delete(told).where(*of_issue))
    connection.execute(insert(told).values(**where, key=key, fate=one.fate, ref=one.ref, told_at=at))
    return True
