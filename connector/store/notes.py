"""What adapters remember from run to run, a source apart from the other. May be lost at any time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, or_, select

from connector.store import tables
from connector.store.engine import Database

MOST_CHARACTERS = 1_000_000  # of one note; a longer one is not kept
MOST_NOTES = 500  # of one source; those that end first go first


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNotes:
    """The notes of one source; keeps what `adapters.protocol.Notes` promises.

    Attributes:
        database: Where they are kept.
        project: Key of the project.
        source: Name of the source.
        question: What the source is asked for, as a fingerprint; notes of another one are not found.
        now: The clock.
    """

    database: Database
    project: str
    source: str
    question: str
    now: Callable[[], dt.datetime]

    def read(self, name: str) -> str | None:
        """Return a note that is still good; None if there is none."""
        kept = tables.notes.c
        query = select(kept.text).where(
            *self._own(), kept.name == name, kept.question == self.question, kept.until > self.now()
        )
        with self.database.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def write(self, name: str, text: str, *, until: dt.datetime) -> None:
        """Keep a note until an instant, in place of an earlier one of that name."""
        kept = tables.notes
        done = or_(kept.c.name == name, kept.c.until <= self.now(), kept.c.question != self.question)
        of_source = {"project": self.project, "source": self.source, "question": self.question}
        latest = select(kept.c.name).where(*self._own()).order_by(kept.c.until.desc()).limit(MOST_NOTES)
        with self.database.write() as connection:
            connection.execute(delete(kept).where(*self._own(), done))
            if len(text) <= MOST_CHARACTERS:
                connection.execute(insert(kept).values(**of_source, name=name, text=text, until=until))
            connection.execute(delete(kept).where(*self._own(), kept.c.name.not_in(latest)))

    def forget(self) -> None:
        """Throw all of them away."""
        with self.database.write() as connection:
            connection.execute(delete(tables.notes).where(*self._own()))

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        kept = tables.notes.c
        return (kept.project == self.project, kept.source == self.source)


class Notes:
    """Notes of all sources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(
        self, project: str, source: str, *, now: Callable[[], dt.datetime], question: str = ""
    ) -> SourceNotes:
        """Return the notes of one source; see `SourceNotes`."""
        return SourceNotes(
            database=self._database, project=project, source=source, question=question, now=now
        )
