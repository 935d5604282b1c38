"""The tables, as the newest migration leaves them. Instants are ISO 8601 text: sortable, portable."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant as UTC text of fixed width."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, _dialect: Dialect) -> str | None:
        """Write it; a datetime without zone is a defect."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("found a datetime without zone, expected an aware one")
        utc = value.astimezone(dt.UTC).replace(tzinfo=None)
        return f"{utc.isoformat(timespec='microseconds')}Z"

    def process_result_value(self, value: str | None, _dialect: Dialect) -> dt.datetime | None:
        """Read it back, aware UTC."""
        return None if value is None else dt.datetime.fromisoformat(value)


metadata = MetaData()


def _project() -> Column[str]:
    return Column("project", String(64), primary_key=True)


sources = Table(
    "sources",
    metadata,
    _project(),
    Column("source", String(200), primary_key=True),
    Column("last_success_at", Instant),
    Column("last_full_at", Instant),
    Column("last_census_at", Instant),  # a full pull counts as one
    Column("high_water_at", Instant),  # everything updated up to here was seen
    Column("complete", Boolean, nullable=False),
    Column("failed_since", Instant),
    Column("failure", Text, nullable=False),
    Column("retry_at", Instant),  # not to be asked before; it said so
)

issues = Table(
    "issues",
    metadata,
    _project(),
    Column("key", String(300), primary_key=True),
    Column("source", String(200), nullable=False),
    Column("ref", String(300), nullable=False),
    Column("updated_at", Instant, nullable=False),  # this and `parent` are in the record, too
    Column("parent", String(300), nullable=False),  # "": none
    Column("first_seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
    Column("gone_why", String(20), nullable=False),
    Column("record", Text, nullable=False),
    Column("history", Text, nullable=False),
    Index("ix_issues_source", "project", "source", "gone_at"),
)

links = Table(
    "links",
    metadata,
    _project(),
    Column("source", String(200), primary_key=True),
    Column("id", String(300), primary_key=True),
    Column("a", String(300), nullable=False),
    Column("b", String(300), nullable=False),
    Column("told_by_a", Boolean, nullable=False),
    Column("told_by_b", Boolean, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("record", Text, nullable=False),
    Index("ix_links_b", "project", "source", "b"),
)

quarantined = Table(  # issues that could not be read when they came last
    "quarantined",
    metadata,
    _project(),
    Column("source", String(200), primary_key=True),
    Column("ref", String(300), primary_key=True),
    Column("record", Text, nullable=False),
)

looks = Table(  # what a milestone looked like; many sightings share one
    "milestone_looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("key", String(300), nullable=False),
    Column("record", Text, nullable=False),
    Index("ix_looks_key", "project", "source", "key"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("key", String(300), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("look", ForeignKey("milestone_looks.id"), nullable=False),
    Index("ix_sightings_key", "project", "source", "key", "seen_at"),
)

iteration_looks = Table(
    "iteration_looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("key", String(300), nullable=False),
    Column("record", Text, nullable=False),
    Index("ix_iteration_looks_key", "project", "source", "key"),
)

iteration_sightings = Table(
    "iteration_sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("key", String(300), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("look", ForeignKey("iteration_looks.id"), nullable=False),
    Index("ix_iteration_sightings_key", "project", "source", "key", "seen_at"),
)

date_hints = Table(  # what webhooks told of dates; never changed, never deleted
    "date_hints",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("key", String(300), nullable=False),
    Column("at", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("record", Text, nullable=False),
    UniqueConstraint("project", "source", "key", "at", "record", name="uq_date_hints"),
)

fates = Table(  # what webhooks told of issues, until a pull has looked
    "fates",
    metadata,
    _project(),
    Column("source", String(200), primary_key=True),
    Column("key", String(300), primary_key=True),
    Column("fate", String(20), nullable=False),
    Column("ref", String(300), nullable=False),
    Column("told_at", Instant, nullable=False),
)

notes = Table(  # what an adapter remembers; may be lost
    "notes",
    metadata,
    _project(),
    Column("source", String(200), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("question", String(64), nullable=False),  # by whom: another one finds nothing
    Column("text", Text, nullable=False),
    Column("until", Instant, nullable=False),
)

baselines = Table(
    "baselines",
    metadata,
    _project(),
    Column("number", Integer, primary_key=True),
    Column("on_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("record", Text, nullable=False),
)

recorded_changes = Table(
    "recorded_changes",
    metadata,
    _project(),
    Column("number", Integer, primary_key=True),
    Column("on_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("record", Text, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    _project(),
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

rule_texts = Table(
    "rule_texts",
    metadata,
    _project(),
    Column("fingerprint", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

rule_uses = Table(
    "rule_uses",
    metadata,
    _project(),
    Column("source", String(200), primary_key=True),
    Column("since_at", Instant, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
)

alert_states = Table(
    "alert_states",
    metadata,
    _project(),
    Column("rule", String(100), primary_key=True),
    Column("object", String(300), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("record", Text, nullable=False),
)

alert_transitions = Table(
    "alert_transitions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("rule", String(100), nullable=False),
    Column("object", String(300), nullable=False),
    Column("at", Instant, nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_alert_transitions_project", "project", "at"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("rule", String(100), nullable=False),  # "": any
    Column("object", String(300), nullable=False),  # "": any
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_silences_project", "project", "until"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("channel", Text, nullable=False),  # as the configuration names it: a reference, never its content
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("dedupe_key", String(300), nullable=False),
    Column("state", String(10), nullable=False),  # waiting, sent, failed
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("claimed_until", Instant),
    Column("ended_at", Instant),
    Column("last_error", Text, nullable=False),
    UniqueConstraint("project", "dedupe_key", name="uq_messages_dedupe_key"),
    Index("ix_messages_state", "state", "next_at"),
    Index("ix_messages_project", "project", "state"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("audience", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("way", String(10), nullable=False),  # mail, chat
    Column("address", Text, nullable=False),  # as the configuration names it
    Column("state", String(10), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("owner", String(200), nullable=False),  # process that has claimed it; "": none
    Column("claimed_until", Instant),
    Column("ended_at", Instant),
    Column("last_error", Text, nullable=False),
    UniqueConstraint("project", "audience", "number", "way", "address", name="uq_deliveries_address"),
    Index("ix_deliveries_state", "project", "state", "next_at"),
)

mailings = Table(  # editions whose deliveries were put in, even if there were none
    "mailings",
    metadata,
    _project(),
    Column("audience", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
)

backtests = Table(
    "backtests",
    metadata,
    _project(),
    Column("made_at", Instant, primary_key=True),
    Column("record", Text, nullable=False),  # JSON
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("report", Text, nullable=False),
    Index("ix_runs_project", "project", "ended_at"),
)

run_totals = Table(  # over all runs, also those whose report is no longer kept
    "run_totals",
    metadata,
    _project(),
    Column("source", String(200), primary_key=True),  # "": the run as a whole
    Column("outcome", String(20), primary_key=True),
    Column("runs", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("waited_s", Float, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("last_s", Float, nullable=False),
)

acceptances = Table(
    "acceptances",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("what", Text, nullable=False),
)

locks = Table(
    "locks",
    metadata,
    _project(),
    Column("owner", String(200), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
