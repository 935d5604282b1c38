"""What a client talks about. Frozen; every concept keeps the key of the record it came from.

A *picture* is what the records of one project mean on a day. `client_*` texts are words that
somebody wrote for the client; everything else here is internal until `disclosure` lets it out.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass


class Concept(enum.StrEnum):
    """What a record can be. NONE: known and deliberately nothing of its own (a sub-task)."""

    GOAL = "goal"
    SCOPE_ITEM = "scope_item"
    RISK = "risk"
    CHANGE_REQUEST = "change_request"
    DECISION = "decision"
    CLIENT_ACTION = "client_action"
    FEEDBACK = "feedback"
    NONE = "none"


class Disposition(enum.StrEnum):
    """Where a record stands. DROPPED: given up, out of scope from that instant on."""

    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


class Nature(enum.StrEnum):
    """What an addition is."""

    NEW = "new"
    DEFECT = "defect"
    UNKNOWN = "unknown"


class Origin(enum.StrEnum):
    """Whose wish an addition is."""

    CLIENT = "client"
    SUPPLIER = "supplier"
    THIRD_PARTY = "third_party"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What all concepts share."""

    key: str  # of the issue
    ref: str  # internal
    title: str  # the tracker's own text: internal
    client_title: str = ""  # words for the client, of a mapped field; "" while nobody wrote any
    client_text: str = ""  # further words for the client (Markdown), "" if none
    block_title: str = ""  # the same, of a marked block in the text
    block_text: str = ""
    disposition: Disposition = Disposition.OPEN
    labels: tuple[str, ...] = ()  # internal
    security: str = ""  # security level: not "" means withheld
    type: str = ""
    source: str = ""
    created_at: dt.datetime
    closed_at: dt.datetime | None = None
    due_on: dt.date | None = None

    @property
    def words(self) -> str:
        """The title that somebody wrote for the client, of the field or the block; "" while nobody did."""
        return self.client_title or self.block_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Base):
    """What the client pays for; a container of scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeItem(Base):
    """A piece of work that counts."""

    goals: tuple[str, ...] = ()  # keys of the goals above it, nearest first
    milestones: tuple[str, ...] = ()
    size: float | None = None  # in the mapped unit; None: unsized, counted apart
    nature: Nature = Nature.UNKNOWN
    origin: Origin = Origin.UNKNOWN


class Level(enum.StrEnum):
    """Likelihood or impact of a risk."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Treatment(enum.StrEnum):
    """How a risk is met: the five responses to a threat, those of PMBOK and PRINCE2 under one name each."""

    AVOID = "avoid"
    REDUCE = "reduce"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAction(Base):
    """A step of the response to a risk: an issue below the risk's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Base):
    """Something that may go wrong."""

    likelihood: Level | None = None
    impact: Level | None = None
    category: str = ""
    proximity_on: dt.date | None = None  # when it would strike
    treatment: Treatment | None = None
    owner: str = ""  # who watches it: internal for ever
    review_on: dt.date | None = None  # when it is to be looked at again
    actions: tuple[RiskAction, ...] = ()  # ordered by key
    response: str = ""  # internal
    client_response: str = ""  # what we do about it, in client words
    block_response: str = ""  # the same, of a marked block


class Verdict(enum.StrEnum):
    """Where a change request or decision stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest(Base):
    """A change of what was agreed. Covers items by link, by parent, or as listed."""

    verdict: Verdict = Verdict.PROPOSED
    decided_at: dt.datetime | None = None
    covers: tuple[str, ...] = ()  # keys of issues


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Base):
    """A question that somebody must answer, or has. What can be chosen, and what was."""

    needed_by: dt.date | None = None
    decided_on: dt.date | None = None  # as somebody wrote it; None: when it was closed
    decided_by: str = ""  # internal for ever
    options: str = ""  # with their effects, for the team
    client_options: str = ""  # the same in words for the client (Markdown), of a mapped field
    block_options: str = ""  # of a marked block
    outcome: str = ""
    client_outcome: str = ""
    block_outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAction(Base):
    """Something the client owes: an input, an approval, an acceptance test."""

    needed_by: dt.date | None = None
    holds_up: tuple[str, ...] = ()  # keys of issues it blocks


class Stage(enum.StrEnum):
    """Where feedback stands, for those who gave it. PLANNED: work on it is in a milestone."""

    RECEIVED = "received"
    LOOKED_AT = "looked_at"
    PLANNED = "planned"
    DONE = "done"
    DECLINED = "declined"


class FeedbackClass(enum.StrEnum):
    """The classes of feedback that every reader's language has a word for; rules may name others."""

    DEFECT = "defect"
    WISH = "wish"
    QUESTION = "question"
    PRAISE = "praise"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback(Base):
    """What the client told us. What mapping cannot tell from one record, analysis fills in."""

    state: str = ""  # the rules' own words of where it stands, for the team
    stage: Stage = Stage.RECEIVED
    kind: str = ""  # a `FeedbackClass`, a class of the rules' own, "" for none
    kind_words: str = ""  # words for the client of a class of the rules' own; "" while nobody wrote any
    urgency: Level | None = None  # how urgent the client calls it
    linked: tuple[str, ...] = ()  # keys of the issues it is linked to
    milestones: tuple[str, ...] = ()  # keys of those it is planned for: its own, or of linked open work
    reason: str = ""  # why it was declined, for the team
    client_reason: str = ""  # the same in words for the client (Markdown), of a mapped field
    block_reason: str = ""  # of a marked block
    given_by: str = ""  # internal for ever
    answers: str = ""  # what of ours it answers: key of an issue, or of an edition
    priority: Level | None = None  # None: no row of the table fits
    priority_why: str = ""
    first_look_at: dt.datetime | None = None  # when it left the stage it came in; None: not yet, or not known
    answered_at: dt.datetime | None = None  # since when it is done or declined


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A record that no rule placed, or that several concepts claim."""

    key: str
    ref: str
    title: str
    type: str
    reason: str  # "no rule matched", or the rules in conflict
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the records of one project mean on a day.

    Every issue is in exactly one list, or counted in `nothing` (sub-tasks and the like). All lists
    are ordered by key.
    """

    goals: tuple[Goal, ...] = ()
    items: tuple[ScopeItem, ...] = ()
    risks: tuple[Risk, ...] = ()
    change_requests: tuple[ChangeRequest, ...] = ()
    decisions: tuple[Decision, ...] = ()
    client_actions: tuple[ClientAction, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    nothing: int = 0
