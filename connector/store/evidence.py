"""Evidence of approvals: the bytes of signed documents and mails, by their SHA-256."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, insert, select

from connector.errors import UsageError
from connector.store import tables
from connector.store.engine import Database

_SHORTEST = 6  # characters of a hash that are enough to ask by


class EvidenceFiles:
    """Evidence is added with the record it belongs to; the database refuses to change or delete it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, project: str, sha256: str) -> bytes:
        """Read a document by its hash, or the beginning of it.

        Raises:
            UsageError: No document, or more than one, has a hash that begins so.
        """
        kept = tables.evidence.c
        query = select(kept.sha256, kept.content).where(kept.project == project)
        wanted = sha256.strip().lower()
        with self._database.read() as connection:
            rows = [row for row in connection.execute(query) if row.sha256.startswith(wanted)]
        if len(wanted) < _SHORTEST or len(rows) != 1:
            found = f"{len(rows)} documents" if len(wanted) >= _SHORTEST else f"{len(wanted)} characters"
            raise UsageError(
                f"project {project}: found {found} for evidence {sha256!r}; expected the hash, or at least"
                f" {_SHORTEST} characters of it, as `change list` and `baseline show` print it"
            )
        return bytes(rows[0].content)


def keep_evidence(connection: Connection, project: str, content: bytes | None) -> None:
    """Keep the bytes of a document, once however often they are given; None is nothing to keep."""
    if content is None:
        return
    kept = tables.evidence
    digest = hashlib.sha256(content).hexdigest()
    query = select(kept.c.sha256).where(kept.c.project == project, kept.c.sha256 == digest)
    if connection.execute(query).first() is None:
        connection.execute(insert(kept).values(project=project, sha256=digest, content=content))
