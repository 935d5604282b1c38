"""Census, sprints, what webhooks tell, what adapters remember; the alert of a slip by its new name."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

STAGED = ("staged_issues", "staged_links", "staged_milestones", "staged_quarantined")
ROWS_AT_A_TIME = 1000


def upgrade() -> None:
    """Create and widen the tables. A pull under way is begun anew: what it staged says too little."""
    for table in STAGED:
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
    op.execute("UPDATE pulls SET state = 'discarded' WHERE state = 'open'")
    _widen_pulls()
    _widen_records()
    _create_pulled()
    _create_told()
    _rename_slips()


def _widen_pulls() -> None:
    op.add_column("pulls", sa.Column("kind", sa.String(10), nullable=False, server_default="changes"))
    op.execute("UPDATE pulls SET kind = 'full' WHERE \"full\" = 1")
    op.drop_column("pulls", "full")
    op.add_column("pulls", sa.Column("question", sa.String(64), nullable=False, server_default=""))
    for name in ("is_read", "is_counted"):
        op.add_column("pulls", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sources", sa.Column("last_census_at", sa.String(27)))
    op.add_column("sources", sa.Column("retry_at", sa.String(27)))
    op.execute("UPDATE sources SET last_census_at = last_full_at")
    _create("staged_iterations", _pull(), *_text_columns("key"))
    _create(
        "staged_present",
        _pull(),
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("updated_at", sa.String(27)),
        sa.Column("parent", sa.String(300)),
        sa.Column("blockers", sa.Integer()),
    )


def _widen_records() -> None:
    op.add_column("staged_issues", sa.Column("parent", sa.String(300), nullable=False, server_default=""))
    op.add_column("issues", sa.Column("updated_at", sa.String(27), nullable=False, server_default=""))
    op.add_column("issues", sa.Column("parent", sa.String(300), nullable=False, server_default=""))
    for table in ("links", "staged_links"):
        op.add_column(table, sa.Column("kind", sa.String(20), nullable=False, server_default="relates"))
    op.create_index("ix_links_b", "links", ["project", "source", "b"])
    _fill(
        "issues",
        "UPDATE issues SET updated_at = :updated_at, parent = :parent WHERE rowid = :rowid",
        lambda record: {"updated_at": _instant(record["updated_at"]), "parent": record.get("parent") or ""},
    )
    _fill(
        "links",
        "UPDATE links SET kind = :kind WHERE rowid = :rowid",
        lambda record: {"kind": record.get("kind", "relates")},
    )


def _fill(table: str, statement: str, columns: Callable[[Mapping[str, str]], Mapping[str, str]]) -> None:
    connection = op.get_bind()
    for rows in _chunks(connection, table):
        connection.execute(
            sa.text(statement), [{"rowid": row.rowid, **columns(json.loads(row.record))} for row in rows]
        )


def _chunks(connection: sa.Connection, table: str) -> Iterator[list[sa.Row[tuple[int, str]]]]:
    last = -1
    query = sa.text(
        f"SELECT rowid, record FROM {table} WHERE rowid > :last ORDER BY rowid LIMIT {ROWS_AT_A_TIME}"  # noqa: S608 - names of our own
    )
    while rows := list(connection.execute(query, {"last": last})):
        yield rows
        last = rows[-1].rowid


def _instant(text: str) -> str:
    """Write an instant of a record as the columns have it: UTC, with microseconds, and `Z`."""
    utc = dt.datetime.fromisoformat(text).astimezone(dt.UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='microseconds')}Z"


def _create_pulled() -> None:
    _create(
        "quarantined",
        _project(),
        sa.Column("source", sa.String(200), primary_key=True),
        *_text_columns("ref"),
    )
    _create("iteration_looks", _number(), *_of_key(), sa.Column("record", sa.Text(), nullable=False))
    op.create_index("ix_iteration_looks_key", "iteration_looks", ["project", "source", "key"])
    _create(
        "iteration_sightings",
        _number(),
        *_of_key(),
        sa.Column("seen_at", sa.String(27), nullable=False),
        sa.Column("look", sa.Integer(), sa.ForeignKey("iteration_looks.id"), nullable=False),
    )
    op.create_index(
        "ix_iteration_sightings_key", "iteration_sightings", ["project", "source", "key", "seen_at"]
    )


def _create_told() -> None:
    _create(
        "date_hints",
        _number(),
        *_of_key(),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("told_at", sa.String(27), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.UniqueConstraint("project", "source", "key", "at", "record", name="uq_date_hints"),
    )
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER date_hints_no_{act.lower()} BEFORE {act} ON date_hints"
            " BEGIN SELECT RAISE(ABORT, 'date_hints: what is recorded stays as it is'); END"
        )
    _create(
        "fates",
        _project(),
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("fate", sa.String(20), nullable=False),
        sa.Column("ref", sa.String(300), nullable=False),
        sa.Column("told_at", sa.String(27), nullable=False),
    )
    _create(
        "notes",
        _project(),
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
    )


def _rename_slips() -> None:
    op.execute(
        """UPDATE alert_states SET rule = 'slipping',"""
        """ record = replace(record, '"rule":"milestone_slip"', '"rule":"slipping"')"""
        """ WHERE rule = 'milestone_slip'"""
    )
    op.execute("UPDATE alert_transitions SET rule = 'slipping' WHERE rule = 'milestone_slip'")
    op.execute(
        "UPDATE messages SET body = replace(body, 'milestone_slip:', 'slipping:') WHERE state = 'waiting'"
    )


def _create(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(table, *columns)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _project() -> sa.Column[str]:
    return sa.Column("project", sa.String(64), primary_key=True)


def _pull() -> sa.Column[int]:
    return sa.Column("pull", sa.Integer(), sa.ForeignKey("pulls.id", ondelete="CASCADE"), primary_key=True)


def _of_key() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
    )


def _text_columns(key: str) -> tuple[sa.Column[str], ...]:
    return (sa.Column(key, sa.String(300), primary_key=True), sa.Column("record", sa.Text(), nullable=False))
