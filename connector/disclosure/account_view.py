"""The account of scope and the curves beside it, as parts of a client view; see `view`.

Like `view` it imports nothing of ours but the leaves.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from connector.disclosure.leaf import Amount, ClientText, Day, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """The date a milestone had on a day."""

    seen: Day
    day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendLineView:
    """How the date of one milestone moved, oldest first. `milestone` is its opaque id."""

    milestone: ClientText
    title: ClientText
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnPoint:
    """Scope on a day. None: nothing was agreed yet, or it is not told exactly."""

    on: Day
    agreed: Amount | None = None
    total: Amount | None = None
    done: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnUpView:
    """Scope over time: agreed, in all, done; oldest first."""

    unit: ClientText
    points: tuple[BurnPoint, ...]


class ScopePart(enum.Enum):
    """What a line of the scope account is, for machines and for its sign in the sum."""

    AGREED = "agreed"
    APPROVED = "approved"
    UNDECIDED = "undecided"
    TAKEN_OUT = "taken_out"
    RESIZED = "resized"
    CURRENT = "current"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeLine:
    """One total of the scope account, in words."""

    part: ScopePart
    label: ClientText
    amount: Amount
    explanation: ClientText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeView:
    """The scope account in one unit: agreed, approved, undecided, taken out, current, done."""

    unit: ClientText
    agreed_on: Day | None = None
    lines: tuple[ScopeLine, ...] = ()
    is_sum: bool = False  # agreed + approved + undecided - taken out + resized = current
    share: Progress | None = None  # done out of current, where both are told exactly
    note: ClientText | None = None
