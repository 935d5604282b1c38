"""What was entered here of feedback: each piece once, and every later step of it. Immutable."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mappings.concepts import Level, Stage

SOURCE = "recorded"  # source of the feedback that is entered here


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredFeedback:
    """A piece of feedback that no tracker holds. `title` and `text` are in words its giver may read."""

    number: int
    title: str
    on_at: dt.datetime  # when it was received
    recorded_at: dt.datetime
    recorded_by: str = ""  # the operating user
    text: str = ""  # Markdown
    kind: str = ""  # class; "" for none
    urgency: Level | None = None  # how urgent the client calls it
    given_by: str = ""  # who gave it: internal for ever
    note: str = ""  # internal
    linked: tuple[str, ...] = ()  # issue keys
    answers: str = ""  # key of the issue or edition it answers

    @property
    def ref(self) -> str:
        """What people call it: `FB-2`."""
        return f"FB-{self.number}"

    @property
    def key(self) -> str:
        """Its key among all feedback of the project."""
        return f"{SOURCE}:feedback:{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackStep:
    """A later step: a stage that entered feedback reached, or a priority that somebody set by name."""

    number: int  # of all steps of the project
    feedback: str  # key
    at: dt.datetime
    recorded_by: str = ""  # the operating user
    stage: Stage | None = None  # None: this step sets a priority
    milestone: str = ""  # key of the milestone it is planned for
    reason: str = ""  # why it was declined, in words its giver may read (Markdown)
    note: str = ""  # internal; of a priority, why
    by: str = ""  # who set the priority
    priority: Level | None = None  # of a priority step; None: the table counts again


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """All that was entered of one project, each ordered by number."""

    entered: tuple[EnteredFeedback, ...] = ()
    steps: tuple[FeedbackStep, ...] = ()


NOTHING_HEARD = Heard()
