"""Since when each source is counted by its rules."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table, and forbid changing or deleting what it holds."""
    op.create_table(
        "rule_uses",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("since_at", sa.String(27), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
    )
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER rule_uses_no_{act.lower()} BEFORE {act} ON rule_uses"
            " BEGIN SELECT RAISE(ABORT, 'rule_uses: what is recorded stays as it is'); END"
        )
