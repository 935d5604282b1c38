"""The tables of pulls under way: what was brought waits here until it becomes live as a whole."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from connector.store.tables import Instant, metadata

pulls = Table(
    "pulls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("kind", String(10), nullable=False),  # full, census, changes, named
    Column("question", String(64), nullable=False),  # what was asked for, as a fingerprint
    Column("since", Instant),
    Column("started_at", Instant, nullable=False),
    Column("cursor", Text),
    Column("has_milestones", Boolean, nullable=False),
    Column("is_read", Boolean, nullable=False),  # its last batch is staged
    Column("is_counted", Boolean, nullable=False),  # the last part of its census is staged
    Column("state", String(10), nullable=False),  # open, applied, discarded
    Column("ended_at", Instant),
    Index("ix_pulls_open", "project", "source", "state"),
)


def _pull() -> Column[int]:
    return Column("pull", ForeignKey("pulls.id", ondelete="CASCADE"), primary_key=True)


issues = Table(
    "staged_issues",
    metadata,
    _pull(),
    Column("key", String(300), primary_key=True),
    Column("ref", String(300), nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("parent", String(300), nullable=False),
    Column("changes", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Column("history", Text, nullable=False),  # its changes, in order of time
)

links = Table(
    "staged_links",
    metadata,
    _pull(),
    Column("id", String(300), primary_key=True),
    Column("a", String(300), nullable=False),
    Column("b", String(300), nullable=False),
    Column("told_by_a", Boolean, nullable=False),
    Column("told_by_b", Boolean, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("record", Text, nullable=False),
)

milestones = Table(
    "staged_milestones",
    metadata,
    _pull(),
    Column("key", String(300), primary_key=True),
    Column("record", Text, nullable=False),
)

iterations = Table(
    "staged_iterations",
    metadata,
    _pull(),
    Column("key", String(300), primary_key=True),
    Column("record", Text, nullable=False),
)

quarantined = Table(
    "staged_quarantined",
    metadata,
    _pull(),
    Column("ref", String(300), primary_key=True),
    Column("record", Text, nullable=False),
)

present = Table(  # what a census saw
    "staged_present",
    metadata,
    _pull(),
    Column("key", String(300), primary_key=True),
    Column("updated_at", Instant),
    Column("parent", String(300)),
    Column("blockers", Integer),
)

EMPTIED = (issues, links, milestones, iterations, quarantined, present)
"""What holds nothing of a pull that has ended."""
