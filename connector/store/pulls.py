"""The second half of a pull: what is staged becomes live, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from connector.analysis.facts import Gone
from connector.store import links, tables
from connector.store import staged_tables as staged
from connector.store.hints import settle_fates
from connector.store.locks import Lock, check_lock
from connector.store.retention import keep_stripped
from connector.store.sightings import ITERATIONS, MILESTONES, Kind, Record, record_sightings
from connector.store.staging import Pull, PullKind, Staging, end_applied, require_open


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
    last_census_at: dt.datetime | None = None  # a full pull counts as one
    high_water_at: dt.datetime | None = None
    complete: bool = False
    failed_since: dt.datetime | None = None
    failure: str = ""
    retry_at: dt.datetime | None = None  # it asked not to be asked before


class Pulls(Staging):
    """Pulls of a source from begin to apply. Live data change in `apply` alone."""

    def apply(
        self,
        pull: Pull,
        *,
        finished_at: dt.datetime,
        gone: Mapping[str, Gone],
        settled: Collection[str] = (),
        lock: Lock | None = None,
    ) -> Applied:
        """Make what is staged the live state, all of it or nothing.

        Issues and their history are replaced, links merged, every milestone and iteration sighted
        at `finished_at`, `gone` marked, an issue that is there again is no longer gone. What
        webhooks told of issues that this pull brought or settled is done with.

        Args:
            pull: A pull whose last batch is staged.
            finished_at: When it ended.
            gone: Issues that are not where they were, by key.
            settled: Issues of which webhooks told, and that were looked for by name.
            lock: The project's lock; checked inside the transaction.

        Raises:
            StoreError: The pull has ended meanwhile, or the database refused.
            LockedError: Another process took over the project.
        """
        with self._database.write() as connection:
            check_lock(connection, lock)
            require_open(connection, pull)
            keep_stripped(connection, pull)
            applied = _apply_issues(connection, pull, at=finished_at)
            _apply_links(connection, pull)
            _mark_gone(connection, pull, gone)
            _apply_unread(connection, pull)
            _sight(connection, pull, MILESTONES, staged.milestones, at=finished_at)
            _sight(connection, pull, ITERATIONS, staged.iterations, at=finished_at)
            settle_fates(connection, pull, settled=settled)
            if pull.kind is not PullKind.NAMED:
                _record_success(connection, pull, at=finished_at)
            end_applied(connection, pull, at=finished_at)
        return Applied(gone=len(gone), **applied)

    def record_failure(
        self,
        project: str,
        source: str,
        *,
        at: dt.datetime,
        text: str,
        retry_at: dt.datetime | None = None,
    ) -> None:
        """Note that a source could not be read; `failed_since` keeps the first instant.

        Args:
            project: Key of the project.
            source: Name of the source.
            at: When it failed.
            text: Why, in plain words.
            retry_at: When it asked to be asked again, at the earliest.
        """
        with self._database.write() as connection:
            before = _state(connection, project, source)
            values = {"complete": False, "failed_since": before.failed_since or at, "failure": text}
            _put_source(connection, project, source, {**values, "retry_at": retry_at})

    def source_state(self, project: str, source: str) -> SourceState:
        """Say what is known of a source; a source never pulled has the defaults."""
        with self._database.read() as connection:
            return _state(connection, project, source)


def _sight(
    connection: Connection, pull: Pull, kind: Kind[Record], brought: Table, *, at: dt.datetime
) -> None:
    query = select(brought.c.key, brought.c.record).where(brought.c.pull == pull.id).order_by(brought.c.key)
    rows = [(row.key, row.record) for row in connection.execute(query)]
    record_sightings(connection, kind, (pull.project, pull.source), rows=rows, at=at)


def _apply_issues(connection: Connection, pull: Pull, *, at: dt.datetime) -> dict[str, int]:
    live, brought = tables.issues, staged.issues
    counts = _issue_counts(connection, pull)
    columns = ("ref", "updated_at", "parent", "record", "history")
    known = select(live.c.key).where(live.c.project == pull.project)
    of_pull = brought.c.pull == pull.id
    changed = or_(
        live.c.record != brought.c.record,
        live.c.history != brought.c.history,
        live.c.source != pull.source,
        live.c.gone_at.is_not(None),
    )
    connection.execute(
        update(live)
        .where(of_pull, live.c.project == pull.project, live.c.key == brought.c.key, changed)
        .values(**{name: brought.c[name] for name in columns}, source=pull.source, gone_at=None, gone_why="")
    )
    connection.execute(
        insert(live).from_select(
            ["project", "key", "source", "first_seen_at", "gone_why", *columns],
            select(
                literal(pull.project),
                brought.c.key,
                literal(pull.source),
                literal(at, tables.Instant()),
                literal("", String()),
                *(brought.c[name] for name in columns),
            ).where(of_pull, brought.c.key.not_in(known)),
        )
    )
    return counts


def _issue_counts(connection: Connection, pull: Pull) -> dict[str, int]:
    live, brought = tables.issues.c, staged.issues.c
    pairs = select(func.count()).where(
        live.project == pull.project, brought.pull == pull.id, live.key == brought.key
    )
    total = connection.execute(select(func.count()).where(brought.pull == pull.id)).scalar_one()
    known = connection.execute(pairs).scalar_one()
    same = (live.record == brought.record, live.history == brought.history, live.gone_at.is_(None))
    unchanged = connection.execute(pairs.where(*same)).scalar_one()
    returned = connection.execute(pairs.where(live.gone_at.is_not(None))).scalar_one()
    return {
        "new": total - known,
        "changed": known - unchanged - returned,
        "unchanged": unchanged,
        "returned": returned,
    }


def _apply_links(connection: Connection, pull: Pull) -> None:
    if pull.kind is PullKind.FULL:
        _replace_links(connection, pull)
    else:
        _merge_links(connection, pull)


def _replace_links(connection: Connection, pull: Pull) -> None:
    """Take the links of a full pull as they are: what it does not tell is not there."""
    live, brought = tables.links, staged.links
    connection.execute(delete(live).where(live.c.project == pull.project, live.c.source == pull.source))
    of_pull = select(
        literal(pull.project), literal(pull.source), *(brought.c[name] for name in _LINK_COLUMNS)
    ).where(brought.c.pull == pull.id)
    connection.execute(insert(live).from_select(["project", "source", *_LINK_COLUMNS], of_pull))


def _merge_links(connection: Connection, pull: Pull) -> None:
    live, brought = tables.links, staged.links
    of_source = (live.c.project == pull.project, live.c.source == pull.source)
    pulled = select(staged.issues.c.key).where(staged.issues.c.pull == pull.id)
    told = select(brought.c.id).where(brought.c.pull == pull.id)
    touched = or_(live.c.a.in_(pulled), live.c.b.in_(pulled), live.c.id.in_(told))
    dropped, written = links.merge(
        _link_rows(connection, select(live).where(*of_source, touched)),
        _link_rows(connection, select(brought).where(brought.c.pull == pull.id)),
        pulled=frozenset(connection.scalars(pulled)),
    )
    replaced = dropped | {row.id for row in written}
    if replaced:
        connection.execute(
            delete(live).where(*of_source, live.c.id == bindparam("gone_id")),
            [{"gone_id": one} for one in sorted(replaced)],
        )
    if written:
        where = {"project": pull.project, "source": pull.source}
        connection.execute(insert(live), [{**where, **row.values()} for row in written])


_LINK_COLUMNS = ("id", "a", "b", "told_by_a", "told_by_b", "kind", "record")


def _link_rows(connection: Connection, query: Select[tuple[object, ...]]) -> list[links.LinkRow]:
    return [_link_row(row) for row in connection.execute(query).mappings()]


def _link_row(row: RowMapping) -> links.LinkRow:
    return links.LinkRow(**{name: row[name] for name in _LINK_COLUMNS})


def _apply_unread(connection: Connection, pull: Pull) -> None:
    """Keep which issues could not be read when they came last."""
    live, brought = tables.quarantined, staged.quarantined.c
    of_source = (live.c.project == pull.project, live.c.source == pull.source)
    unread = select(brought.ref).where(brought.pull == pull.id)
    read = select(staged.issues.c.ref).where(staged.issues.c.pull == pull.id)
    lost = select(tables.issues.c.ref).where(
        tables.issues.c.project == pull.project, tables.issues.c.gone_at.is_not(None)
    )
    if pull.kind is PullKind.FULL:
        connection.execute(delete(live).where(*of_source))
    else:
        done = or_(*(live.c.ref.in_(refs) for refs in (unread, read, lost)))
        connection.execute(delete(live).where(*of_source, done))
    rows = select(literal(pull.project), literal(pull.source), brought.ref, brought.record)
    connection.execute(
        insert(live).from_select(["project", "source", "ref", "record"], rows.where(brought.pull == pull.id))
    )


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
    brought = staged.issues.c
    newest = connection.execute(select(func.max(brought.updated_at)).where(brought.pull == pull.id)).scalar()
    before = _state(connection, pull.project, pull.source)
    # never behind what was known, never ahead of the pull's own start: what changed while it ran comes again
    water = min(newest, pull.started_at) if newest else None
    marks = [mark for mark in (before.high_water_at, water) if mark]
    values = {
        "last_success_at": at,
        "last_full_at": at if pull.kind is PullKind.FULL else before.last_full_at,
        "last_census_at": at if pull.concludes else before.last_census_at,
        "high_water_at": max(marks, default=None),
        "complete": True,
        "failed_since": None,
        "failure": "",
        "retry_at": None,
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
