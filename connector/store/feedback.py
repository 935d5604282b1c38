"""Feedback entered here: numbered, immutable; what becomes of it is added as steps."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, insert, select

from connector.analysis.heard import EnteredFeedback, FeedbackStep, Heard
from connector.store import codec
from connector.store.engine import Database
from connector.store.feedback_tables import entered_feedback, feedback_steps


class FeedbackEntries:
    """Pieces and steps are added and read; the database itself refuses to change or delete one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, project: str, entry: EnteredFeedback) -> EnteredFeedback:
        """Keep a piece under the next number of its project; the number it came with is ignored.

        Returns:
            The piece with its number.
        """
        with self._database.write() as connection:
            number = len(_entered(connection, project)) + 1  # nothing is ever deleted
            numbered = replace(entry, number=number)
            connection.execute(
                insert(entered_feedback).values(
                    project=project,
                    number=number,
                    recorded_at=numbered.recorded_at,
                    record=codec.dump(codec.FEEDBACK, numbered),
                )
            )
        return numbered

    def add_step(self, project: str, step: FeedbackStep) -> FeedbackStep:
        """Keep a step under the next number of its project; the number it came with is ignored.

        Returns:
            The step with its number.
        """
        with self._database.write() as connection:
            numbered = replace(step, number=len(_steps(connection, project)) + 1)
            connection.execute(
                insert(feedback_steps).values(
                    project=project,
                    number=numbered.number,
                    at=numbered.at,
                    record=codec.dump(codec.FEEDBACK_STEP, numbered),
                )
            )
        return numbered

    def load(self, project: str) -> Heard:
        """Return all that was entered of a project."""
        with self._database.read() as connection:
            return Heard(entered=_entered(connection, project), steps=_steps(connection, project))


def _entered(connection: Connection, project: str) -> tuple[EnteredFeedback, ...]:
    kept = entered_feedback.c
    query = select(kept.record).where(kept.project == project).order_by(kept.number)
    return tuple(codec.FEEDBACK.validate_json(text) for text in connection.scalars(query))


def _steps(connection: Connection, project: str) -> tuple[FeedbackStep, ...]:
    kept = feedback_steps.c
    query = select(kept.record).where(kept.project == project).order_by(kept.number)
    return tuple(codec.FEEDBACK_STEP.validate_json(text) for text in connection.scalars(query))
