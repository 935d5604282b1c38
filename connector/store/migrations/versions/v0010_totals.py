"""What all runs together did, and indexes by which an operator's figures are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table; widen an index so that counting reads no issue."""
    op.create_table(
        "run_totals",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("outcome", sa.String(20), primary_key=True),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.Column("last_at", sa.String(27), nullable=False),
        sa.Column("last_s", sa.Float(), nullable=False),
    )
    op.drop_index("ix_issues_source", "issues")
    op.create_index("ix_issues_source", "issues", ["project", "source", "gone_at"])
    op.create_index("ix_messages_project", "messages", ["project", "state"])
