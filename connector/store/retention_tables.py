"""The table of issues that texts or names were taken out of."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from connector.store.tables import metadata

stripped = Table(
    "stripped_issues",
    metadata,
    Column("project", String(64), primary_key=True),
    Column("key", String(300), primary_key=True),
    Column("sha256", String(64), nullable=False),  # of the issue as the tracker told it last
)
