"""Drafts, and what the project manager wants to say with the next edition."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from connector.store.edition_tables import draft_notes, drafts
from connector.store.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What `preview` built. One an audience: the newest replaces the one before.

    `waiting_since_at` is when the first draft since the last edition was built; `reviewed_at` when a
    person saw this one, None: the service made it and nobody has seen it.
    """

    project: str
    audience: str
    built_at: dt.datetime
    content_hash: str  # of what the client would read, without instants of building
    artefact_hash: str  # of the rendered bytes
    view: str  # JSON
    manifest: str  # JSON
    waiting_since_at: dt.datetime | None = None
    reviewed_at: dt.datetime | None = None


class Drafts:
    """Drafts and notes, by project and audience."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, draft: Draft) -> None:
        """Keep a draft in place of the one before."""
        values = {name: getattr(draft, name) for name in Draft.__slots__}
        with self._database.write() as connection:
            _drop(connection, draft.project, draft.audience)
            connection.execute(insert(drafts).values(values))

    def get(self, project: str, audience: str) -> Draft | None:
        """Read the draft, None if there is none."""
        query = select(drafts).where(drafts.c.project == project, drafts.c.audience == audience)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else Draft(**row)

    def drop(self, project: str, audience: str) -> None:
        """Forget the draft."""
        with self._database.write() as connection:
            _drop(connection, project, audience)

    def note(self, project: str, audience: str) -> str:
        """Read the note to the next edition, "" if there is none."""
        kept = draft_notes.c
        query = select(kept.text).where(kept.project == project, kept.audience == audience)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one_or_none() or ""

    def write_note(self, project: str, audience: str, text: str, *, at: dt.datetime) -> None:
        """Keep a note in place of the one before; "" takes it away."""
        with self._database.write() as connection:
            _drop_note(connection, project, audience)
            if text:
                row = {"project": project, "audience": audience, "text": text, "written_at": at}
                connection.execute(insert(draft_notes).values(row))


def forget(connection: Connection, project: str, audience: str, *, built_at: dt.datetime) -> None:
    """Drop the draft of an edition, and the note it was built with; a later note stays.

    Args:
        connection: Of the transaction that records the edition.
        project: Key of the project.
        audience: Name of the audience.
        built_at: When the edition was built.
    """
    _drop(connection, project, audience)
    _drop_note(connection, project, audience, until=built_at)


def _drop(connection: Connection, project: str, audience: str) -> None:
    connection.execute(delete(drafts).where(drafts.c.project == project, drafts.c.audience == audience))


def _drop_note(
    connection: Connection, project: str, audience: str, *, until: dt.datetime | None = None
) -> None:
    kept = draft_notes.c
    query = delete(draft_notes).where(kept.project == project, kept.audience == audience)
    connection.execute(query if until is None else query.where(kept.written_at <= until))
