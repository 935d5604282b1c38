"""The second half of a pull: what is staged becomes live, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    String,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from connector.analysis.facts import Gone
from connector.store import links, tables
from connector.store.locks import Lock, check_lock
from connector.store.milestones import record_sightings
from connector.store.staging import Pull, Staging, end_applied, require_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a pull did to the live data, in issues. `returned`: were gone, are there again."""

    new: int
    changed: int
    unchanged: int
    gone: int
    returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a source's pulls. `high_water_at`: everything updated up to there was seen."""

    last_success_at: dt.datetime | None = None
    last_full_at: dt.datetime | None = None
    high_water_at: dt.datetime | None = None
    complete: bool = False
    failed_since: dt.datetime | None = None
    failure: str = ""


class Pulls(Staging):
    """Pulls of a source from begin to apply. Live data change in `apply` alone."""

    def apply(
        self, pull: Pull, *, finished_at: dt.datetime, gone: Mapping[str, Gone], lock: Lock | None = None
    ) -> Applied:
        """Make what is staged the live state, all of it or nothing.

        Issues and their history are replaced, links merged, every milestone sighted at
        `finished_at`, `gone` marked, an issue that is there again is no longer gone.

        Args:
            pull: A pull whose last batch is staged.
            finished_at: When it ended.
            gone: Issues that a full pull did not find, by key.
            lock: The project's lock; checked inside the transaction.

        Raises:
            StoreError: The pull has ended meanwhile, or the database refused.
            LockedError: Another process took over the project.
        """
        with self._database.write() as connection:
            check_lock(connection, lock)
            require_open(connection, pull)
            applied = _apply_issues(connection, pull, at=finished_at)
            _apply_links(connection, pull)
            _mark_gone(connection, pull, gone)
            rows = connection.execute(_staged_milestones(pull)).all()
            record_sightings(
                connection,
                pull.project,
                source=pull.source,
                rows=[(row.key, row.record) for row in rows],
                at=finished_at,
            )
            _record_success(connection, pull, at=finished_at)
            end_applied(connection, pull, at=finished_at)
        return Applied(gone=len(gone), **applied)

    def record_failure(self, project: str, source: str, *, at: dt.datetime, text: str) -> None:
        """Note that a source could not be read; `failed_since` keeps the first instant."""
        with self._database.write() as connection:
            before = _state(connection, project, source)
            values = {"complete": False, "failed_since": before.failed_since or at, "failure": text}
            _put_source(connection, project, source, values)

    def source_state(self, project: str, source: str) -> SourceState:
        """Say what is known of a source; a source never pulled has the defaults."""
        with self._database.read() as connection:
            return _state(connection, project, source)

    def live_count(self, project: str, source: str) -> int:
        """Count the issues of a source that are not gone: what a guard compares with."""
        live = tables.issues.c
        query = select(func.count()).where(
            live.project == project, live.source == source, live.gone_at.is_(None)
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()


def _staged_milestones(pull: Pull) -> Select[tuple[str, str]]:
    staged = tables.staged_milestones.c
    return select(staged.key, staged.record).where(staged.pull == pull.id).order_by(staged.key)


def _apply_issues(connection: Connection, pull: Pull, *, at: dt.datetime) -> dict[str, int]:
    live, staged = tables.issues, tables.staged_issues
    both = (live.c.project == pull.project, staged.c.pull == pull.id, live.c.key == staged.c.key)
    counts = _issue_counts(connection, pull)
    columns = ("ref", "record", "history")
    fresh = {name: select(staged.c[name]).where(*both).scalar_subquery() for name in columns}
    staged_keys = select(staged.c.key).where(staged.c.pull == pull.id)
    connection.execute(
        update(live)
        .where(live.c.project == pull.project, live.c.key.in_(staged_keys))
        .values(**fresh, source=pull.source, gone_at=None, gone_why="")
    )
    known = select(live.c.key).where(live.c.project == pull.project)
    connection.execute(
        insert(live).from_select(
            ["project", "key", "source", "first_seen_at", "gone_why", *columns],
            select(
                literal(pull.project),
                staged.c.key,
                literal(pull.source),
                literal(at, tables.Instant()),
                literal("", String()),
                *(staged.c[name] for name in columns),
            ).where(staged.c.pull == pull.id, staged.c.key.not_in(known)),
        )
    )
    return counts


def _issue_counts(connection: Connection, pull: Pull) -> dict[str, int]:
    live, staged = tables.issues.c, tables.staged_issues.c
    pairs = select(func.count()).where(
        live.project == pull.project, staged.pull == pull.id, live.key == staged.key
    )
    total = connection.execute(select(func.count()).where(staged.pull == pull.id)).scalar_one()
    known = connection.execute(pairs).scalar_one()
    same = (live.record == staged.record, live.history == staged.history, live.gone_at.is_(None))
    unchanged = connection.execute(pairs.where(*same)).scalar_one()
    returned = connection.execute(pairs.where(live.gone_at.is_not(None))).scalar_one()
    return {
        "new": total - known,
        "changed": known - unchanged - returned,
        "unchanged": unchanged,
        "returned": returned,
    }


def _apply_links(connection: Connection, pull: Pull) -> None:
    live, staged = tables.links, tables.staged_links
    of_source = (live.c.project == pull.project, live.c.source == pull.source)
    before = [_link_row(row) for row in connection.execute(select(live).where(*of_source)).mappings()]
    brought = [
        _link_row(row)
        for row in connection.execute(select(staged).where(staged.c.pull == pull.id)).mappings()
    ]
    staged_issues = tables.staged_issues.c
    pulled = frozenset(connection.scalars(select(staged_issues.key).where(staged_issues.pull == pull.id)))
    dropped, written = links.merge(before, brought, pulled=pulled)
    if pull.full:
        dropped = frozenset(row.id for row in before)
    replaced = dropped | {row.id for row in written}
    if replaced:
        connection.execute(
            delete(live).where(*of_source, live.c.id == bindparam("gone_id")),
            [{"gone_id": one} for one in sorted(replaced)],
        )
    if written:
        where = {"project": pull.project, "source": pull.source}
        connection.execute(insert(live), [{**where, **row.values()} for row in written])


def _link_row(row: RowMapping) -> links.LinkRow:
    names = ("id", "a", "b", "told_by_a", "told_by_b", "record")
    return links.LinkRow(**{name: row[name] for name in names})


def _mark_gone(connection: Connection, pull: Pull, gone: Mapping[str, Gone]) -> None:
    live = tables.issues
    if gone:
        connection.execute(
            update(live)
            .where(live.c.project == pull.project, live.c.key == bindparam("gone_key"))
            .values(gone_at=bindparam("at"), gone_why=bindparam("why")),
            [{"gone_key": key, "at": one.at, "why": one.why} for key, one in gone.items()],
        )


def _record_success(connection: Connection, pull: Pull, *, at: dt.datetime) -> None:
    staged = tables.staged_issues.c
    newest = connection.execute(select(func.max(staged.updated_at)).where(staged.pull == pull.id)).scalar()
    before = _state(connection, pull.project, pull.source)
    # never behind what was known, never ahead of the pull's own start: what changed while it ran comes again
    water = min(newest, pull.started_at) if newest else None
    marks = [mark for mark in (before.high_water_at, water) if mark]
    values = {
        "last_success_at": at,
        "last_full_at": at if pull.full else before.last_full_at,
        "high_water_at": max(marks, default=None),
        "complete": True,
        "failed_since": None,
        "failure": "",
    }
    _put_source(connection, pull.project, pull.source, values)


def _state(connection: Connection, project: str, source: str) -> SourceState:
    known = tables.sources.c
    row = (
        connection.execute(select(tables.sources).where(known.project == project, known.source == source))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return SourceState()
    return SourceState(**{key: value for key, value in row.items() if key not in {"project", "source"}})


def _put_source(connection: Connection, project: str, source: str, values: Mapping[str, object]) -> None:
    known = tables.sources.c
    where = (known.project == project, known.source == source)
    if not connection.execute(update(tables.sources).where(*where).values(values)).rowcount:
        connection.execute(insert(tables.sources).values(project=project, source=source, **values))
