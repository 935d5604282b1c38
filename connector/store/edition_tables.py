"""The tables of drafts, editions, and the chain of statements that vouches for them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text

from connector.store.tables import Instant, metadata


def _place() -> tuple[Column[str], Column[str]]:
    return (
        Column("project", String(64), primary_key=True),
        Column("audience", String(64), primary_key=True),
    )


drafts = Table(
    "drafts",
    metadata,
    *_place(),
    Column("built_at", Instant, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("artefact_hash", String(64), nullable=False),
    Column("view", Text, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("waiting_since_at", Instant),
    Column("reviewed_at", Instant),  # by a person; NULL: made by the service, nobody has seen it
)

draft_notes = Table(  # what the project manager says to the next edition
    "draft_notes",
    metadata,
    *_place(),
    Column("text", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    *_place(),
    Column("number", Integer, primary_key=True),
    Column("published_at", Instant, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("artefact_hash", String(64), nullable=False),
    Column("sources_as_of", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("view", Text, nullable=False),
    Column("manifest", Text, nullable=False),
)

artefacts = Table(
    "edition_artefacts",
    metadata,
    *_place(),
    Column("number", Integer, primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

links = Table(  # what was published and withdrawn, in order; never changed, never deleted
    "edition_links",
    metadata,
    *_place(),
    Column("sequence", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("kind", String(20), nullable=False),  # published, withdrawn
    Column("statement", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

link_files = Table(
    "edition_link_files",
    metadata,
    *_place(),
    Column("sequence", Integer, primary_key=True),
    Column("is_beside", Boolean, primary_key=True),  # beside the editions, not in the edition's folder
    Column("name", String(200), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
