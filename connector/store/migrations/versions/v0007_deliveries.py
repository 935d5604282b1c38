"""Deliveries of editions to addresses; editions published so far count as handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables; nobody is sent an old edition because of the upgrade."""
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.String(27), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("claimed_until", sa.String(27)),
        sa.Column("ended_at", sa.String(27)),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.UniqueConstraint("project", "audience", "number", "way", "address", name="uq_deliveries_address"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["project", "state", "next_at"])
    op.create_table(
        "mailings",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("audience", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("at", sa.String(27), nullable=False),
    )
    op.execute(
        "INSERT INTO mailings (project, audience, number, at)"
        " SELECT project, audience, number, published_at FROM editions"
    )
