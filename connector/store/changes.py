"""Decisions recorded here: numbered, immutable; a later one may supersede an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from connector.analysis.facts import RecordedChange
from connector.errors import UsageError
from connector.store import codec, tables
from connector.store.engine import Database
from connector.store.evidence import keep_evidence


class Changes:
    """Records are added and read; the database itself refuses to change or delete one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project: str, change: RecordedChange, *, evidence: bytes | None = None) -> RecordedChange:
        """Record a decision under the next number of its project; the number it came with is ignored.

        Args:
            project: Key of the project.
            change: The decision; it may name evidence.
            evidence: The bytes of its evidence.

        Returns:
            The decision with its number.

        Raises:
            UsageError: What it supersedes is not there, or was superseded before.
        """
        with self._database.write() as connection:
            known = _list(connection, project)
            _refuse_superseded(project, change.supersedes, known)
            numbered = replace(change, number=len(known) + 1)  # nothing is ever deleted
            connection.execute(
                insert(tables.recorded_changes).values(
                    project=project,
                    number=numbered.number,
                    on_at=numbered.on_at,
                    recorded_at=numbered.recorded_at,
                    record=codec.dump(codec.CHANGE, numbered),
                )
            )
            keep_evidence(connection, project, evidence)
        return numbered

    def list(self, project: str) -> tuple[RecordedChange, ...]:
        """List all records of a project, superseded ones too, ordered by number."""
        with self._database.read() as connection:
            return _list(connection, project)


def _list(connection: Connection, project: str) -> tuple[RecordedChange, ...]:
    kept = tables.recorded_changes.c
    query = select(kept.record).where(kept.project == project).order_by(kept.number)
    return tuple(codec.CHANGE.validate_json(text) for text in connection.scalars(query))


def _refuse_superseded(project: str, number: int | None, known: Sequence[RecordedChange]) -> None:
    if number is None:
        return
    if not 1 <= number <= len(known):
        expected = ", ".join(change.ref for change in known) or "none: nothing was recorded yet"
        raise UsageError(f"project {project}: found no CR-{number} to supersede; expected one of: {expected}")
    for change in known:
        if change.supersedes == number:
            raise UsageError(
                f"project {project}: CR-{number} was superseded by {change.ref} before;"
                f" expected --supersedes {change.number}, or a later one"
            )
