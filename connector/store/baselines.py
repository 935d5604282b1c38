"""Baselines: numbered, immutable copies of what was agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, func, insert, select

from connector.analysis.facts import Baseline
from connector.errors import UsageError
from connector.store import codec, tables
from connector.store.engine import Database
from connector.store.evidence import keep_evidence


class Baselines:
    """Baselines are added and read; the database itself refuses to change or delete one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        project: str,
        baseline: Baseline,
        *,
        rule_texts: Mapping[str, str] | None = None,
        evidence: bytes | None = None,
    ) -> Baseline:
        """Record a baseline under the next number of its project; the number it came with is ignored.

        Args:
            project: Key of the project.
            baseline: The baseline; it may name evidence.
            rule_texts: The rules it was counted by: fingerprint to text of the file.
            evidence: The bytes of its evidence.

        Returns:
            The baseline with its number.
        """
        kept = tables.baselines
        with self._database.write() as connection:
            highest = connection.execute(
                select(func.max(kept.c.number)).where(kept.c.project == project)
            ).scalar()
            numbered = replace(baseline, number=(highest or 0) + 1)
            connection.execute(
                insert(kept).values(
                    project=project,
                    number=numbered.number,
                    on_at=numbered.on_at,
                    recorded_at=numbered.recorded_at,
                    record=codec.dump(codec.BASELINE, numbered),
                )
            )
            keep_evidence(connection, project, evidence)
            _keep_texts(connection, project, rule_texts or {})
        return numbered

    def list(self, project: str) -> tuple[Baseline, ...]:
        """List the baselines of a project, ordered by (on_at, number)."""
        kept = tables.baselines.c
        query = select(kept.record).where(kept.project == project).order_by(kept.on_at, kept.number)
        with self._database.read() as connection:
            return tuple(codec.BASELINE.validate_json(text) for text in connection.scalars(query))

    def get(self, project: str, number: int) -> Baseline:
        """Read one baseline.

        Raises:
            UsageError: There is none of that number.
        """
        found = {baseline.number: baseline for baseline in self.list(project)}
        if number not in found:
            known = ", ".join(map(str, sorted(found))) or "none yet"
            raise UsageError(f"project {project}: found no baseline {number}; expected one of: {known}")
        return found[number]

    def rule_text(self, project: str, fingerprint: str) -> str:
        """Read the rules that a baseline was counted by, as the file said them; "" if they were not kept."""
        kept = tables.rule_texts.c
        query = select(kept.text).where(kept.project == project, kept.fingerprint == fingerprint)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one_or_none() or ""


def _keep_texts(connection: Connection, project: str, texts: Mapping[str, str]) -> None:
    kept = tables.rule_texts
    known = set(connection.scalars(select(kept.c.fingerprint).where(kept.c.project == project)))
    rows = [
        {"project": project, "fingerprint": fingerprint, "text": text}
        for fingerprint, text in texts.items()
        if fingerprint not in known
    ]
    if rows:
        connection.execute(insert(kept), rows)
