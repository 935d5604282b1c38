"""The tables of the addresses that clients read by, and of who read when."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from connector.store.tables import Instant, metadata

client_links = Table(
    "client_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("audience", String(64), nullable=False),
    Column("label", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of what the address holds; the address itself is not kept
    Column("passphrase", Text, nullable=False),  # salted and stretched; "" asks for none
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("expires_at", Instant),  # NULL: never
    Column("revoked_at", Instant),
    Column("revoked_by", String(200), nullable=False),
    Column("visits", Integer, nullable=False),  # also of those whose rows were forgotten
    Column("last_visit_at", Instant),
    UniqueConstraint("digest", name="uq_client_links_digest"),
    Index("ix_client_links_project", "project"),
)

client_visits = Table(
    "client_visits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("link", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("name", String(200), nullable=False),  # of the file that was read
    Column("address", String(50), nullable=False),  # truncated: a /24 or a /48
    Index("ix_client_visits_link", "project", "link", "at"),
    Index("ix_client_visits_at", "at"),
)
