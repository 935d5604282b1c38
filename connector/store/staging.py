"""Pulls in progress: batches wait here, apart from the live data, until the pull is complete."""

from __future__ import annotations

import datetime as dt
import enum
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, func, insert, select, update

from adapters.protocol import Batch, Census
from adapters.records import Change, Iteration, Milestone, Quarantined
from connector.store import codec
from connector.store import staged_tables as staged
from connector.store.engine import Database, insert_one
from connector.store.errors import StoreError
from connector.store.links import LinkRow, tellers

_IDS_A_QUERY = 500  # SQLite bounds the variables of one statement


class PullKind(enum.StrEnum):
    """What a pull brings.

    FULL: everything. CENSUS: what changed, and then every issue by name, so that what is gone is
    known. CHANGES: what changed. NAMED: some issues asked for by key; it says nothing of the rest.
    """

    FULL = "full"
    CENSUS = "census"
    CHANGES = "changes"
    NAMED = "named"


_REACH = (PullKind.CHANGES, PullKind.CENSUS, PullKind.FULL)  # each brings what those before it bring


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a pull is begun for. `question`: a fingerprint of what is asked of the tracker."""

    kind: PullKind
    since: dt.datetime | None = None
    started_at: dt.datetime
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull that is under way. `since` and `cursor` belong together: a resumed pull keeps both."""

    id: int
    project: str
    source: str
    kind: PullKind
    since: dt.datetime | None
    started_at: dt.datetime
    question: str = ""
    cursor: str | None = None  # go on behind this; None: nothing staged yet
    is_read: bool = False  # the last batch is staged
    is_counted: bool = False  # the last part of the census is staged
    resumed: bool = False

    @property
    def concludes(self) -> bool:
        """Whether what it does not bring is missing, once it is complete."""
        return self.kind in {PullKind.FULL, PullKind.CENSUS}

    @property
    def is_complete(self) -> bool:
        """Whether everything it is for is staged."""
        return self.is_read and (self.is_counted or self.kind is not PullKind.CENSUS)


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

    def begin(self, project: str, source: str, plan: Plan) -> Pull:
        """Start a pull, or go on with an unfinished one that brings as much for the same question.

        Another unfinished one is discarded. A resumed pull keeps its own kind, `since` and
        `started_at`: its cursor belongs to that window. A NAMED one is never resumed, and leaves
        others alone.
        """
        with self._database.write() as connection:
            for row in connection.execute(select(staged.pulls).where(*_open(project, source))).all():
                if _carries(row, plan):
                    return _pull(row)
                if (row.kind == PullKind.NAMED) == (plan.kind is PullKind.NAMED):
                    _end(connection, row.id, state="discarded", at=plan.started_at)
            values = {name: getattr(plan, name) for name in Plan.__slots__}
            new = {**values, "project": project, "source": source, "state": "open"}
            flags = {"has_milestones": False, "is_read": False, "is_counted": False}
            number = insert_one(connection, staged.pulls, new | flags)
        return Pull(id=number, project=project, source=source, **values)

    def stage(self, pull: Pull, batch: Batch) -> Pull:
        """Put a batch and its cursor by, in one transaction. Staging it twice changes nothing.

        What comes behind the pull's last batch, asked for by key, leaves its cursor as it is.

        Returns:
            The pull with the batch's cursor.

        Raises:
            StoreError: The pull has ended meanwhile, or the database refused.
        """
        with self._database.write() as connection:
            require_open(connection, pull)
            _put(connection, staged.issues, pull.id, "key", _issue_rows(batch))
            _put(connection, staged.links, pull.id, "id", _link_rows(connection, pull, batch))
            _put(connection, staged.milestones, pull.id, "key", _milestone_rows(batch.milestones or ()))
            _put(connection, staged.iterations, pull.id, "key", _iteration_rows(batch.iterations or ()))
            _put(connection, staged.quarantined, pull.id, "ref", _quarantined_rows(batch.quarantined))
            changes: dict[str, object] = {}
            if not pull.is_read:
                changes |= {"cursor": batch.cursor, "is_read": batch.last}
            if batch.milestones is not None:
                changes["has_milestones"] = True
            _note(connection, pull, changes)
        return pull if pull.is_read else replace(pull, cursor=batch.cursor, is_read=batch.last)

    def count_anew(self, pull: Pull) -> None:
        """Forget the parts of a census that did not come to its end: they are not of one look."""
        with self._database.write() as connection:
            require_open(connection, pull)
            connection.execute(delete(staged.present).where(staged.present.c.pull == pull.id))

    def stage_census(self, pull: Pull, part: Census) -> Pull:
        """Put a part of a census by, in one transaction; `is_counted` once its last part is.

        Raises:
            StoreError: The pull has ended meanwhile, or the database refused.
        """
        names = ("key", "updated_at", "parent", "blockers")
        rows = [{name: getattr(one, name) for name in names} for one in part.present]
        with self._database.write() as connection:
            require_open(connection, pull)
            _put(connection, staged.present, pull.id, "key", rows)
            _note(connection, pull, {"is_counted": part.last})
        return replace(pull, is_counted=part.last)

    def counts(self, pull: Pull) -> StagedCounts:
        """Count what is staged, over all sessions of a resumed pull."""
        with self._database.read() as connection:
            brought = staged.issues.c
            issues, changes = connection.execute(
                select(func.count(), func.coalesce(func.sum(brought.changes), 0)).where(
                    brought.pull == pull.id
                )
            ).one()
            has_milestones = connection.execute(
                select(staged.pulls.c.has_milestones).where(staged.pulls.c.id == pull.id)
            ).scalar_one()
            milestones = _count(connection, staged.milestones, pull)
            return StagedCounts(
                issues=issues,
                changes=changes,
                links=_count(connection, staged.links, pull),
                milestones=milestones if has_milestones else None,
                quarantined=_count(connection, staged.quarantined, pull),
            )

    def quarantined(self, pull: Pull) -> tuple[Quarantined, ...]:
        """List the issues that could not be read, ordered by ref."""
        unread = staged.quarantined.c
        with self._database.read() as connection:
            texts = connection.scalars(
                select(unread.record).where(unread.pull == pull.id).order_by(unread.ref)
            ).all()
        return tuple(codec.QUARANTINED.validate_json(text) for text in texts)

    def discard(self, pull: Pull, *, at: dt.datetime) -> None:
        """Throw away what is staged; live data were never touched."""
        with self._database.write() as connection:
            _end(connection, pull.id, state="discarded", at=at)


def require_open(connection: Connection, pull: Pull) -> None:
    """Refuse to go on with a pull that was applied or discarded meanwhile.

    Raises:
        StoreError: It is no longer open.
    """
    state = connection.execute(select(staged.pulls.c.state).where(staged.pulls.c.id == pull.id)).scalar()
    if state != "open":
        raise StoreError(
            f"project {pull.project}: the pull of {pull.source} was ended by another process"
            f" ({state or 'unknown'}). Nothing was stored; run the sync again."
        )


def end_applied(connection: Connection, pull: Pull, *, at: dt.datetime) -> None:
    """Mark a pull applied and empty its staging, within the caller's transaction."""
    _end(connection, pull.id, state="applied", at=at)


def _end(connection: Connection, number: int, *, state: str, at: dt.datetime) -> None:
    for table in staged.EMPTIED:
        connection.execute(delete(table).where(table.c.pull == number))
    connection.execute(
        update(staged.pulls).where(staged.pulls.c.id == number).values(state=state, ended_at=at)
    )


def _open(project: str, source: str) -> tuple[ColumnElement[bool], ...]:
    pulls = staged.pulls.c
    return (pulls.project == project, pulls.source == source, pulls.state == "open")


def _carries(row: Row[tuple[object, ...]], plan: Plan) -> bool:
    """Whether an unfinished pull, once finished, answers what is asked now."""
    if PullKind.NAMED in {row.kind, plan.kind} or row.question != plan.question:
        return False
    return _REACH.index(row.kind) >= _REACH.index(plan.kind)


def _pull(row: Row[tuple[object, ...]]) -> Pull:
    names = ("id", "project", "source", "since", "started_at", "question", "cursor", "is_read", "is_counted")
    kept = {name: getattr(row, name) for name in names}
    return Pull(kind=PullKind(row.kind), resumed=True, **kept)


def _note(connection: Connection, pull: Pull, changes: dict[str, object]) -> None:
    if changes:
        connection.execute(update(staged.pulls).where(staged.pulls.c.id == pull.id).values(changes))


def _put(
    connection: Connection, table: Table, pull: int, column: str, rows: Iterable[dict[str, object]]
) -> None:
    """Insert rows, in place of earlier ones of the same key: the later one counts."""
    latest = {str(row[column]): {"pull": pull, **row} for row in rows}
    if not latest:
        return
    of_pull = table.c.pull == pull
    for keys in _chunks(list(latest)):
        known = (of_pull, table.c[column].in_(keys))
        if connection.execute(select(table.c[column]).where(*known).limit(1)).first() is not None:
            connection.execute(delete(table).where(*known))
    connection.execute(insert(table), list(latest.values()))


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(keys), _IDS_A_QUERY):
        yield keys[start : start + _IDS_A_QUERY]


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
            "parent": issue.parent or "",
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
            kind=link.kind,
            record=codec.dump(codec.LINK, link),
        )
        yield row.values()


def _told_before(connection: Connection, pull: Pull, ids: Sequence[str]) -> dict[str, tuple[bool, bool]]:
    """Return which ends of these links told of them in earlier batches, by id of the link."""
    before = staged.links.c
    query = select(before.id, before.told_by_a, before.told_by_b).where(before.pull == pull.id)
    found: dict[str, tuple[bool, bool]] = {}
    for chunk in _chunks(ids):
        found |= {row[0]: (row[1], row[2]) for row in connection.execute(query.where(before.id.in_(chunk)))}
    return found


def _milestone_rows(milestones: Iterable[Milestone]) -> Iterable[dict[str, object]]:
    for milestone in milestones:
        yield {"key": milestone.key, "record": codec.dump(codec.MILESTONE, milestone)}


def _iteration_rows(iterations: Iterable[Iteration]) -> Iterable[dict[str, object]]:
    for iteration in iterations:
        yield {"key": iteration.key, "record": codec.dump(codec.ITERATION, iteration)}


def _quarantined_rows(quarantined: Iterable[Quarantined]) -> Iterable[dict[str, object]]:
    for one in quarantined:
        yield {"ref": one.ref, "record": codec.dump(codec.QUARANTINED, one)}


def _count(connection: Connection, table: Table, pull: Pull) -> int:
    return connection.execute(select(func.count()).where(table.c.pull == pull.id)).scalar_one()
