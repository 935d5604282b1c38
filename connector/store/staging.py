"""Pulls in progress: batches wait here, apart from the live data, until the pull is complete."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, delete, func, insert, select, update

from adapters.protocol import Batch
from adapters.records import Change, Milestone, Quarantined
from connector.store import codec, tables
from connector.store.engine import Database, insert_one
from connector.store.errors import StoreError
from connector.store.links import LinkRow, tellers

_IDS_A_QUERY = 500  # SQLite bounds the variables of one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull that is under way. `since` and `cursor` belong together: a resumed pull keeps both."""

    id: int
    project: str
    source: str
    full: bool
    since: dt.datetime | None
    started_at: dt.datetime
    cursor: str | None = None  # go on behind this; None: nothing staged yet
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedCounts:
    """What a pull has brought so far. `milestones` None: it has not brought the milestones yet."""

    issues: int
    changes: int
    links: int
    milestones: int | None
    quarantined: int


class Staging:
    """The first half of a pull, one transaction a batch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, project: str, source: str, *, full: bool, since: dt.datetime | None, started_at: dt.datetime
    ) -> Pull:
        """Start a pull, or go on with the unfinished one of the same kind.

        An unfinished pull of the other kind is discarded. A resumed pull keeps its own `since`
        and `started_at`: its cursor belongs to that window.
        """
        with self._database.write() as connection:
            for row in connection.execute(select(tables.pulls).where(*_open(project, source))).all():
                if row.full == full:
                    return _pull(row, resumed=True)
                _end(connection, row.id, state="discarded", at=started_at)
            values = {"project": project, "source": source, "full": full, "since": since, "state": "open"}
            new = {**values, "started_at": started_at, "has_milestones": False}
            number = insert_one(connection, tables.pulls, new)
        return Pull(id=number, project=project, source=source, full=full, since=since, started_at=started_at)

    def stage(self, pull: Pull, batch: Batch) -> Pull:
        """Put a batch and its cursor by, in one transaction. Staging it twice changes nothing.

        Returns:
            The pull with the batch's cursor.

        Raises:
            StoreError: The pull has ended meanwhile, or the database refused.
        """
        with self._database.write() as connection:
            require_open(connection, pull)
            _put(connection, tables.staged_issues, pull.id, "key", _issue_rows(batch))
            _put(connection, tables.staged_links, pull.id, "id", _link_rows(connection, pull, batch))
            _put(
                connection, tables.staged_milestones, pull.id, "key", _milestone_rows(batch.milestones or ())
            )
            _put(connection, tables.staged_quarantined, pull.id, "ref", _quarantined_rows(batch.quarantined))
            changes: dict[str, object] = {"cursor": batch.cursor}
            if batch.milestones is not None:
                changes["has_milestones"] = True
            connection.execute(update(tables.pulls).where(tables.pulls.c.id == pull.id).values(changes))
        return replace(pull, cursor=batch.cursor)

    def counts(self, pull: Pull) -> StagedCounts:
        """Count what is staged, over all sessions of a resumed pull."""
        with self._database.read() as connection:
            staged = tables.staged_issues.c
            issues, changes = connection.execute(
                select(func.count(), func.coalesce(func.sum(staged.changes), 0)).where(staged.pull == pull.id)
            ).one()
            has_milestones = connection.execute(
                select(tables.pulls.c.has_milestones).where(tables.pulls.c.id == pull.id)
            ).scalar_one()
            milestones = _count(connection, tables.staged_milestones, pull)
            return StagedCounts(
                issues=issues,
                changes=changes,
                links=_count(connection, tables.staged_links, pull),
                milestones=milestones if has_milestones else None,
                quarantined=_count(connection, tables.staged_quarantined, pull),
            )

    def quarantined(self, pull: Pull) -> tuple[Quarantined, ...]:
        """List the issues that could not be read, ordered by ref."""
        staged = tables.staged_quarantined.c
        with self._database.read() as connection:
            texts = connection.scalars(
                select(staged.record).where(staged.pull == pull.id).order_by(staged.ref)
            ).all()
        return tuple(codec.QUARANTINED.validate_json(text) for text in texts)

    def missing_keys(self, pull: Pull) -> tuple[str, ...]:
        """List the live issues of the source that a complete full pull did not bring, ordered.

        An issue that was quarantined is not missing: it was there, we could not read it.
        """
        live, staged, unread = tables.issues.c, tables.staged_issues.c, tables.staged_quarantined.c
        query = (
            select(live.key)
            .where(live.project == pull.project, live.source == pull.source, live.gone_at.is_(None))
            .where(live.key.not_in(select(staged.key).where(staged.pull == pull.id)))
            .where(live.ref.not_in(select(unread.ref).where(unread.pull == pull.id)))
            .order_by(live.key)
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(query))

    def discard(self, pull: Pull, *, at: dt.datetime) -> None:
        """Throw away what is staged; live data were never touched."""
        with self._database.write() as connection:
            _end(connection, pull.id, state="discarded", at=at)


def require_open(connection: Connection, pull: Pull) -> None:
    """Refuse to go on with a pull that was applied or discarded meanwhile.

    Raises:
        StoreError: It is no longer open.
    """
    state = connection.execute(select(tables.pulls.c.state).where(tables.pulls.c.id == pull.id)).scalar()
    if state != "open":
        raise StoreError(
            f"project {pull.project}: the pull of {pull.source} was ended by another process"
            f" ({state or 'unknown'}). Nothing was stored; run the sync again."
        )


def end_applied(connection: Connection, pull: Pull, *, at: dt.datetime) -> None:
    """Mark a pull applied and empty its staging, within the caller's transaction."""
    _end(connection, pull.id, state="applied", at=at)


def _end(connection: Connection, number: int, *, state: str, at: dt.datetime) -> None:
    for table in (
        tables.staged_issues,
        tables.staged_links,
        tables.staged_milestones,
        tables.staged_quarantined,
    ):
        connection.execute(delete(table).where(table.c.pull == number))
    connection.execute(
        update(tables.pulls).where(tables.pulls.c.id == number).values(state=state, ended_at=at)
    )


def _open(project: str, source: str) -> tuple[ColumnElement[bool], ...]:
    pulls = tables.pulls.c
    return (pulls.project == project, pulls.source == source, pulls.state == "open")


def _pull(row: Row[tuple[object, ...]], *, resumed: bool) -> Pull:
    return Pull(
        id=row.id,
        project=row.project,
        source=row.source,
        full=row.full,
        since=row.since,
        started_at=row.started_at,
        cursor=row.cursor,
        resumed=resumed,
    )


def _put(
    connection: Connection, table: Table, pull: int, column: str, rows: Iterable[dict[str, object]]
) -> None:
    """Insert rows, in place of earlier ones of the same key: the later one counts."""
    latest = {row[column]: {"pull": pull, **row} for row in rows}
    if not latest:
        return
    earlier = delete(table).where(table.c.pull == pull, table.c[column] == bindparam("earlier"))
    connection.execute(earlier, [{"earlier": key} for key in latest])
    connection.execute(insert(table), list(latest.values()))


def _issue_rows(batch: Batch) -> Iterable[dict[str, object]]:
    histories: dict[str, list[Change]] = defaultdict(list)
    for change in batch.changes:
        histories[change.issue].append(change)
    for issue in batch.issues:
        changes = histories.get(issue.key, [])
        yield {
            "key": issue.key,
            "ref": issue.ref,
            "updated_at": issue.updated_at,
            "changes": len(changes),
            "record": codec.dump(codec.ISSUE, issue),
            "history": codec.dump_history(changes),
        }


def _link_rows(connection: Connection, pull: Pull, batch: Batch) -> Iterable[dict[str, object]]:
    keys = frozenset(issue.key for issue in batch.issues)
    earlier = _told_before(connection, pull, [link.id for link in batch.links])
    for link in batch.links:
        told_by_a, told_by_b = tellers(link, keys)
        before_a, before_b = earlier.get(link.id, (False, False))
        row = LinkRow(
            id=link.id,
            a=link.a,
            b=link.b,
            told_by_a=told_by_a or before_a,
            told_by_b=told_by_b or before_b,
            record=codec.dump(codec.LINK, link),
        )
        yield row.values()


def _told_before(connection: Connection, pull: Pull, ids: Sequence[str]) -> dict[str, tuple[bool, bool]]:
    """Return which ends of these links told of them in earlier batches, by id of the link."""
    staged = tables.staged_links.c
    query = select(staged.id, staged.told_by_a, staged.told_by_b).where(staged.pull == pull.id)
    found: dict[str, tuple[bool, bool]] = {}
    for start in range(0, len(ids), _IDS_A_QUERY):
        chunk = ids[start : start + _IDS_A_QUERY]
        found |= {row[0]: (row[1], row[2]) for row in connection.execute(query.where(staged.id.in_(chunk)))}
    return found


def _milestone_rows(milestones: Iterable[Milestone]) -> Iterable[dict[str, object]]:
    for milestone in milestones:
        yield {"key": milestone.key, "record": codec.dump(codec.MILESTONE, milestone)}


def _quarantined_rows(quarantined: Iterable[Quarantined]) -> Iterable[dict[str, object]]:
    for one in quarantined:
        yield {"ref": one.ref, "record": codec.dump(codec.QUARANTINED, one)}


def _count(connection: Connection, table: Table, pull: Pull) -> int:
    return connection.execute(select(func.count()).where(table.c.pull == pull.id)).scalar_one()
