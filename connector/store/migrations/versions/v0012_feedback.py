"""Feedback that was entered here, and every later step of it: added to, never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

IMMUTABLE = ("entered_feedback", "feedback_steps")


def upgrade() -> None:
    """Create the tables, and forbid changing or deleting what they hold."""
    op.create_table(
        "entered_feedback",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_table(
        "feedback_steps",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    for table in IMMUTABLE:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table}: what is recorded stays as it is'); END"
            )
