"""The tables of feedback that was entered here, and of every later step of it."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from connector.store.tables import Instant, metadata

entered_feedback = Table(
    "entered_feedback",
    metadata,
    Column("project", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    Column("record", Text, nullable=False),
)

feedback_steps = Table(
    "feedback_steps",
    metadata,
    Column("project", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("record", Text, nullable=False),
)
