"""First version of the store."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NEVER_CHANGED = ("sightings", "milestone_looks", "alert_transitions", "acceptances")
NEVER_DELETED = ("baselines", "editions", "edition_artefacts")


def upgrade() -> None:
    """Create all tables, and forbid changing what is immutable."""
    _pulls()
    _live()
    _agreed_and_told()
    _alerts()
    _service()
    for table in (*NEVER_CHANGED, *NEVER_DELETED):
        _forbid("UPDATE", table)
    for table in NEVER_DELETED:
        _forbid("DELETE", table)


def _forbid(act: str, table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table}: what is recorded stays as it is'); END"
    )


def _pulls() -> None:
    op.create_table(
        "pulls",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("since", sa.String(27)),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("cursor", sa.Text()),
        sa.Column("has_milestones", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("ended_at", sa.String(27)),
    )
    op.create_index("ix_pulls_open", "pulls", ["project", "source", "state"])
    op.create_table(
        "staged_issues",
        sa.Column("pull", sa.Integer(), sa.ForeignKey("pulls.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("ref", sa.String(300), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
    )
    op.create_table(
        "staged_links",
        sa.Column("pull", sa.Integer(), sa.ForeignKey("pulls.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", sa.String(300), primary_key=True),
        sa.Column("a", sa.String(300), nullable=False),
        sa.Column("b", sa.String(300), nullable=False),
        sa.Column("told_by_a", sa.Boolean(), nullable=False),
        sa.Column("told_by_b", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_table(
        "staged_milestones",
        sa.Column("pull", sa.Integer(), sa.ForeignKey("pulls.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_table(
        "staged_quarantined",
        sa.Column("pull", sa.Integer(), sa.ForeignKey("pulls.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ref", sa.String(300), primary_key=True),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("last_success_at", sa.String(27)),
        sa.Column("last_full_at", sa.String(27)),
        sa.Column("high_water_at", sa.String(27)),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("failed_since", sa.String(27)),
        sa.Column("failure", sa.Text(), nullable=False),
    )


def _live() -> None:
    op.create_table(
        "issues",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("ref", sa.String(300), nullable=False),
        sa.Column("first_seen_at", sa.String(27), nullable=False),
        sa.Column("gone_at", sa.String(27)),
        sa.Column("gone_why", sa.String(20), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
    )
    op.create_index("ix_issues_source", "issues", ["project", "source"])
    op.create_table(
        "links",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("id", sa.String(300), primary_key=True),
        sa.Column("a", sa.String(300), nullable=False),
        sa.Column("b", sa.String(300), nullable=False),
        sa.Column("told_by_a", sa.Boolean(), nullable=False),
        sa.Column("told_by_b", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_table(
        "milestone_looks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_index("ix_looks_key", "milestone_looks", ["project", "source", "key"])
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("seen_at", sa.String(27), nullable=False),
        sa.Column("look", sa.Integer(), sa.ForeignKey("milestone_looks.id"), nullable=False),
    )
    op.create_index("ix_sightings_key", "sightings", ["project", "source", "key", "seen_at"])


def _agreed_and_told() -> None:
    op.create_table(
        "baselines",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("on_at", sa.String(27), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_table(
        "drafts",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("audience", sa.String(64), primary_key=True),
        sa.Column("built_at", sa.String(27), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("artefact_hash", sa.String(64), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
    )
    op.create_table(
        "editions",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("audience", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("published_at", sa.String(27), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("artefact_hash", sa.String(64), nullable=False),
        sa.Column("sources_as_of", sa.Text(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
    )
    op.create_table(
        "edition_artefacts",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("audience", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )


def _alerts() -> None:
    op.create_table(
        "alert_states",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("rule", sa.String(100), primary_key=True),
        sa.Column("object", sa.String(300), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_table(
        "alert_transitions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("object", sa.String(300), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("before", sa.String(20), nullable=False),
        sa.Column("after", sa.String(20), nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_alert_transitions_project", "alert_transitions", ["project", "at"])
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(300), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.String(27), nullable=False),
        sa.Column("claimed_until", sa.String(27)),
        sa.Column("ended_at", sa.String(27)),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.UniqueConstraint("project", "dedupe_key", name="uq_messages_dedupe_key"),
    )
    op.create_index("ix_messages_state", "messages", ["state", "next_at"])


def _service() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("ended_at", sa.String(27), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
    )
    op.create_index("ix_runs_project", "runs", ["project", "ended_at"])
    op.create_table(
        "acceptances",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
    )
    op.create_table(
        "locks",
        sa.Column("project", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
    )
