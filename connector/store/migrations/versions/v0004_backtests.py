"""What backtests found, with the instant of each."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "backtests",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("made_at", sa.String(27), primary_key=True),
        sa.Column("record", sa.Text, nullable=False),
    )
