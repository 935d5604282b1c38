"""What the document of the agreement holds: parts of a client view, and the terms that were agreed.

Like `view` it imports nothing but leaves and parts, so whoever renders it can reach no record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.disclosure.view import Amount, ClientText, ClientView, Day, GoalView, MilestoneView, WorkView


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePair:
    """A milestone's date in the version before and in this one; None: no date agreed."""

    title: ClientText
    before: Day | None
    now: Day | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of pieces of work, with what it counts."""

    label: ClientText
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """What changed from the version of the agreement before."""

    number: Amount
    agreed_on: Day
    counts: tuple[Count, ...] = ()
    dates: tuple[DatePair, ...] = ()  # those that differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed, beyond what a client view tells. `reserve` is None where none was agreed."""

    number: Amount
    agreed_on: Day
    written_on: Day
    approved_by: ClientText
    reserve: ClientText | None
    difference: DifferenceView | None  # None for the first version
    words: Mapping[str, ClientText]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementView:
    """The document: the terms, and of the client view what belongs to the agreement."""

    view: ClientView
    terms: Terms
    goals: tuple[GoalView, ...] = ()
    milestones: tuple[MilestoneView, ...] = ()
    work: tuple[WorkView, ...] = ()
