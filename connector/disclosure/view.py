"""What a client may see: frozen values that are safe to print, and nothing else.

Everything that reaches a page, a mail or a data file for clients is a field of `ClientView`. Only
`connector.disclosure.projector` makes one. This module imports nothing of ours but the leaves, so
whoever renders a view cannot reach a record through it.

Values are *leaves* (see `leaf`) held by *parts*.
Fields marked volatile change with every edition even where the project did not.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from connector.disclosure.account_view import (
    BurnPoint,
    BurnUpView,
    ScopeLine,
    ScopePart,
    ScopeView,
    TrendLineView,
    TrendPoint,
)
from connector.disclosure.leaf import (
    Amount,
    ClientText,
    Code,
    Colour,
    Day,
    Image,
    Leaf,
    Link,
    Moment,
    Progress,
    RichText,
    State,
    Tone,
)

__all__ = [
    "FIXED", "VOLATILE", "Amount", "BurnPoint", "BurnUpView", "ChangeKind", "ChangeView", "Changes",
    "ClientText", "ClientView", "Code", "Colour", "ContactView", "Day", "DecisionView", "EditionView",
    "Entry", "FeedbackView", "ForecastView", "GoalView", "Image", "Leaf", "Link", "MilestoneView",
    "Moment", "MoveView", "NeedView", "Progress", "ProofView", "RequestView", "RichText", "RiskView",
    "ScopeLine", "ScopePart", "ScopeView", "SourceView", "StageView", "State", "StepView", "Theme",
    "Thing", "Tone", "TrendLineView", "TrendPoint", "Verdict", "WorkView",
]  # fmt: skip

VOLATILE: Final = {"volatile": True}
FIXED: Final = {"volatile": True, "fixed": True}  # wording of the page itself: no news to anybody
_ACCENT: Final = Colour("#1f5f8b")
_ACCENT_DARK: Final = Colour("#8ec5ee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Are we on track: a word, a sentence, and the reasons in general words."""

    state: State
    sentence: ClientText
    reasons: tuple[ClientText, ...] = ()


class ChangeKind(enum.Enum):
    """What a change since the last edition is about."""

    FINISHED = "finished"
    DATE = "date"
    STATE = "state"
    NEW = "new"
    NUMBER = "number"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One change since the last edition: as a sentence, and in its parts."""

    kind: ChangeKind
    word: ClientText  # the kind in words
    what: ClientText  # which goal, milestone, total
    sentence: ClientText
    before: ClientText | None = None
    after: ClientText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed since the edition before; `since` is None for the first edition."""

    since: Day | None = None
    sentence: ClientText
    entries: tuple[ChangeView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What all told things share. `id` is opaque and stable over editions.

    `title` is None where the policy keeps it closed, `key` and `link` unless it opens them.
    """

    id: ClientText
    title: ClientText | None = None
    text: RichText | None = None
    state: State | None = None
    key: ClientText | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A told thing: what all share, and in the subclasses what only its kind has."""

    head: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView(Thing):
    """Something the client owes us."""

    needed_by: Day | None = None
    since: Day | None = None
    waiting: ClientText | None = field(default=None, metadata=VOLATILE)  # `waiting for 12 days`
    late: bool = field(default=False, metadata=VOLATILE)
    answer: Link | None = None  # how to answer: a mail whose subject holds the opaque id


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalView(Thing):
    """A goal and how far it is."""

    progress: Progress | None = None
    due: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """A date that was replaced by another; None: there was, or is, no date."""

    before: Day | None
    after: Day | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastView:
    """When something is likely to be done: a range, a "not before", or why nothing is said.

    `early` is the 50 % day, `late` the 85 % day. `basis` says from what: how often such dates held
    here, or that it is general experience.
    """

    sentence: ClientText
    early: Day | None = None
    late: Day | None = None
    not_before: Day | None = None
    basis: ClientText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneView(Thing):
    """A milestone. Its dates are different things and stay apart.

    `promised` is the first date that was agreed or told; `agreed` the one agreed now; `planned` the
    tracker's; `actual` the day it was reached. `moves` keep every replaced date visible. `starts` is
    the tracker's first day, `reserve_until` the last day of the agreed reserve, `after` the ids of
    the milestones it waits for.
    """

    starts: Day | None = None
    forecast: ForecastView | None = None
    reserve_until: Day | None = None
    after: tuple[ClientText, ...] = ()

    promised: Day | None = None
    agreed: Day | None = None
    planned: Day | None = None
    actual: Day | None = None
    moves: tuple[MoveView, ...] = ()
    progress: Progress | None = None
    remark: ClientText | None = None  # `6 working days later than agreed`


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """What comes next: a milestone ahead, and what will be needed from the client for it."""

    milestone: ClientText  # opaque id
    title: ClientText
    day: Day | None = None
    needs: tuple[ClientText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView(Thing):
    """A piece of work that somebody worded for the client."""

    goal: ClientText | None = None
    size: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView(Thing):
    """A step of what we do about a risk."""

    due: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskView(Thing):
    """A risk and what we do about it.

    `treatment` is how it is met, `proximity` the day from which it would strike, `review` the day on
    which it is looked at again.
    """

    likelihood: State | None = None
    impact: State | None = None
    response: RichText | None = None
    treatment: State | None = None
    proximity: Day | None = None
    review: Day | None = None
    steps: tuple[StepView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView(Thing):
    """A decision, open or taken."""

    needed_by: Day | None = None
    decided: Day | None = None
    answer: Link | None = None  # of an open one
    options: RichText | None = None  # of an open one: what can be chosen, with what effect
    outcome: RichText | None = None  # of one that is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView(Thing):
    """A request to change what was agreed."""

    raised: Day | None = None
    decided: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackView(Thing):
    """What the client told us, and where it stands.

    `kind` is its class, `planned` the title of the milestone it is planned for, `reason` why it was declined.
    """

    received: Day | None = None
    kind: ClientText | None = None
    planned: ClientText | None = None
    answered: Day | None = None
    reason: RichText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """How fresh the data of one tracker is."""

    label: ClientText
    as_of: Moment | None = field(default=None, metadata=VOLATILE)
    is_behind: bool = field(default=False, metadata=VOLATILE)  # newer data could not be read
    sentence: ClientText = field(metadata=VOLATILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionView:
    """Which edition this is. `fingerprint` covers what the client sees, and nothing else."""

    number: Amount = field(metadata=VOLATILE)
    label: ClientText = field(metadata=VOLATILE)  # `Edition 3`
    published: Moment = field(metadata=VOLATILE)
    today: Day = field(metadata=VOLATILE)
    fingerprint: ClientText = field(metadata=VOLATILE)
    as_of: Moment | None = field(default=None, metadata=VOLATILE)  # of the oldest data in it
    next_on: Day | None = field(default=None, metadata=VOLATILE)
    review_on: Day | None = field(default=None, metadata=VOLATILE)  # of the next review meeting
    answer: Link | None = field(default=None, metadata=VOLATILE)  # to answer the edition as a whole
    page: Link | None = field(default=None, metadata=VOLATILE)  # where the page itself lies, for other forms
    series: ClientText | None = field(default=None, metadata=FIXED)  # opaque id of the audience's editions
    archive: Link | None = field(default=None, metadata=VOLATILE)  # the editions before
    feed: Link | None = field(default=None, metadata=VOLATILE)  # to be told of the next ones
    calendar: Link | None = field(default=None, metadata=VOLATILE)  # the dates, for a calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """How to check that an edition is what was approved: whose key signed it, and where the key lies."""

    key: ClientText  # fingerprint of the public key, in blocks
    link: Link | None = None  # address of the public key


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """Whom the client may ask."""

    name: ClientText
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """How the page presents itself in both modes; contrast is checked when the configuration is read.

    `colours` are further style variables by name, e.g. `good`, `good-dark`.
    """

    accent: Colour = _ACCENT
    accent_dark: Colour = _ACCENT_DARK
    colours: Mapping[str, Colour] = field(default_factory=dict)
    logo: Image | None = None
    footer: ClientText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientView:
    """One edition for one audience, in the order in which the page answers."""

    language: ClientText  # BCP 47, e.g. `zh-CN`
    direction: ClientText  # ltr or rtl
    project: ClientText
    client: ClientText
    publisher: ClientText
    timezone: ClientText  # for machines: `Europe/Berlin`
    clock: ClientText = field(metadata=FIXED)  # for people: `Central European Time`
    edition: EditionView
    verdict: Verdict | None
    note: RichText | None = None  # what the project manager says to this edition
    changes: Changes = field(metadata=VOLATILE)
    needs: tuple[NeedView, ...] = ()
    needs_note: ClientText | None = None  # said where nothing is needed
    stages: tuple[StageView, ...] = ()
    goals: tuple[GoalView, ...] = ()
    milestones: tuple[MilestoneView, ...] = ()
    trend: tuple[TrendLineView, ...] = field(default=(), metadata=VOLATILE)  # has a new point each week
    scope: tuple[ScopeView, ...] = ()
    burn_up: BurnUpView | None = field(default=None, metadata=VOLATILE)
    work: tuple[WorkView, ...] = ()
    risks: tuple[RiskView, ...] = ()
    decisions: tuple[DecisionView, ...] = ()
    requests: tuple[RequestView, ...] = ()
    feedback: tuple[FeedbackView, ...] = ()
    sources: tuple[SourceView, ...] = ()
    contact: ContactView | None = None
    proof: ProofView | None = field(default=None, metadata=FIXED)
    ticks: tuple[Day, ...] = field(default=(), metadata=FIXED)  # months or years along the timeline
    texts: Mapping[str, ClientText] = field(metadata=FIXED)
    theme: Theme = field(default_factory=Theme, metadata=FIXED)
