"""Signed editions in a chain for each audience, notes to drafts, when a draft was seen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NEVER_CHANGED = ("edition_links", "edition_link_files")


def upgrade() -> None:
    """Create the chain and the notes; widen the drafts, of which a person has seen every one so far."""
    op.create_table(
        "edition_links",
        *_place(),
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_table(
        "edition_link_files",
        *_place(),
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column("is_beside", sa.Boolean(), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    for table in NEVER_CHANGED:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table}: what is recorded stays as it is'); END"
            )
    op.create_table(
        "draft_notes",
        *_place(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.String(27), nullable=False),
    )
    op.add_column("drafts", sa.Column("waiting_since_at", sa.String(27)))
    op.add_column("drafts", sa.Column("reviewed_at", sa.String(27)))
    op.execute("UPDATE drafts SET waiting_since_at = built_at, reviewed_at = built_at")


def _place() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("audience", sa.String(64), primary_key=True),
    )
