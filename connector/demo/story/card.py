"""What is written on one card of the story, before it becomes an issue of a tracker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody wrote for the client."""

    title: str
    text: str = ""
    response: str = ""
    options: str = ""
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One issue. Days are working days from today, negative before it; None: has not happened.

    `raised` is when it is created, `started` when somebody takes it up, `ended` when it is closed
    with `resolution`, by way of `end_status`.
    """

    summary: str
    type: str = "Story"
    under: str = ""  # handle of the card it belongs to
    release: str = ""
    points: float | None = None
    raised: int = -80
    started: int | None = None
    ended: int | None = None
    end_status: str = "Done"
    resolution: str = "Done"
    description: str = ""
    labels: tuple[str, ...] = ()
    by: str = "mira"
    words: Words | None = None
    likelihood: str = ""
    impact: str = ""
    response: str = ""
    needed: int | None = None
    security: str = ""
