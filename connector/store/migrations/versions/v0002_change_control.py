"""Change control: decisions recorded here, evidence of approvals, the rules a baseline was counted by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

IMMUTABLE = ("recorded_changes", "evidence", "rule_texts")


def upgrade() -> None:
    """Create the tables, and forbid changing or deleting what they hold."""
    op.create_table(
        "recorded_changes",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("on_at", sa.String(27), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_table(
        "evidence",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "rule_texts",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    for table in IMMUTABLE:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table}: what is recorded stays as it is'); END"
            )
