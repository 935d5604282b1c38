"""Baselines: numbered, immutable copies of what was agreed."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, insert, select

from connector.analysis.facts import Baseline
from connector.errors import UsageError
from connector.store import codec, tables
from connector.store.engine import Database


class Baselines:
    """Baselines are added and read; the database itself refuses to change or delete one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project: str, baseline: Baseline) -> Baseline:
        """Record a baseline under the next number of its project; the number it came with is ignored.

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
