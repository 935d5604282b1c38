"""Which feedback comes first: a table by class, the client's urgency, and what it touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mappings.concepts import FeedbackClass, Level

_WRONG = (FeedbackClass.DEFECT.value, FeedbackClass.COMPLAINT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the priority of feedback for which all that is given holds. Empty: of any."""

    priority: Level
    classes: tuple[str, ...] = ()
    urgency: tuple[Level, ...] = ()
    touches: bool | None = None  # whether it must, or must not, touch a goal or milestone

    def fits(self, kind: str, urgency: Level | None, *, touches: bool) -> bool:
        """Tell whether feedback of this class and urgency belongs here."""
        return (
            (not self.classes or kind in self.classes)
            and (not self.urgency or urgency in self.urgency)
            and self.touches in {None, touches}
        )


DEFAULT = (
    Row(classes=(FeedbackClass.PRAISE.value,), priority=Level.LOW),
    Row(classes=_WRONG, urgency=(Level.HIGH,), priority=Level.HIGH),
    Row(classes=_WRONG, touches=True, priority=Level.HIGH),
    Row(urgency=(Level.HIGH,), touches=True, priority=Level.HIGH),
    Row(classes=_WRONG, priority=Level.MEDIUM),
    Row(classes=(FeedbackClass.QUESTION.value,), priority=Level.MEDIUM),
    Row(urgency=(Level.HIGH,), priority=Level.MEDIUM),
    Row(urgency=(Level.MEDIUM,), touches=True, priority=Level.MEDIUM),
    Row(priority=Level.LOW),
)
"""Where the rules give no table: what is wrong before what is wished, the urgent before the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A priority and why. `priority` None: no row fits."""

    priority: Level | None
    why: str


def weigh(rows: Sequence[Row], kind: str, urgency: Level | None, *, touches: bool) -> Weighed:
    """Find the priority of a piece of feedback.

    Args:
        rows: The table, asked from above; the first row that fits counts. Empty: `DEFAULT`.
        kind: Its class, "" for none.
        urgency: How urgent the client calls it; None where nobody said.
        touches: Whether it touches a goal or a milestone.
    """
    table, name = (rows, "table of the rules") if rows else (DEFAULT, "default table")
    facts = ", ".join(
        (
            kind or "no class",
            f"urgency {urgency.value}" if urgency else "no urgency",
            "touches a goal or milestone" if touches else "touches no goal or milestone",
        )
    )
    for number, row in enumerate(table, start=1):
        if row.fits(kind, urgency, touches=touches):
            return Weighed(priority=row.priority, why=f"{facts}: row {number} of the {name}")
    return Weighed(priority=None, why=f"{facts}: no row of the {name} fits")
