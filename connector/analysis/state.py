"""What analysis answers: the state of one project at an instant. Internal; `status --json` prints it."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.records import MilestoneStatus
from connector.analysis.delivery import SprintState
from connector.analysis.facts import Baseline, SourceFacts
from connector.analysis.hearing import Hearing
from connector.analysis.record import Record
from connector.analysis.register import NO_REGISTER, Register
from mappings.concepts import Nature, Origin, Picture

PROJECT = "project"  # the container that holds every item in any milestone or goal


class EntryKind(enum.StrEnum):
    """What a ledger entry books."""

    APPROVED_ADD = "approved_add"
    UNAPPROVED_ADD = "unapproved_add"
    REMOVED = "removed"
    REESTIMATED = "reestimated"
    TRANSFERRED_IN = "transferred_in"
    TRANSFERRED_OUT = "transferred_out"
    DECOMPOSED = "decomposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One difference between baseline and now. `amount` ≥ 0, but signed for REESTIMATED.

    DECOMPOSED has amount 0 and names the children; what they exceed the parent by is an addition
    with `split_of`.
    """

    at: dt.datetime
    container: str
    unit: str
    item_key: str
    item: str  # its ref
    kind: EntryKind
    amount: float
    change_request: str | None = None  # ref of the request that covers it
    why: str = ""  # of a removal: dropped, moved_out, deleted, taken_out, became_goal, decomposed (its rest)
    other: str = ""  # of a transfer: the container at the other end
    cause: str = ""  # id of the change that made it; "" when seen, not recorded
    late: bool = False  # its history lies before the baseline, it was seen after it
    children: tuple[str, ...] = ()  # of a decomposition: refs
    child_keys: tuple[str, ...] = ()
    split_of: str = ""  # ref of the parent that this came of
    nature: Nature = Nature.UNKNOWN
    origin: Origin = Origin.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRow:
    """The scope ledger of one container in one unit. Without a baseline only `current` and counts are known.

    current = baseline + approved_added + unapproved_added - removed + reestimated
              + transferred_in - transferred_out
    """

    container: str
    unit: str  # items, points or hours
    current: float
    done: float
    unsized: int = 0  # items without a size, counted apart
    baseline: float | None = None
    approved_added: float | None = None
    unapproved_added: float | None = None
    removed: float | None = None
    reestimated: float | None = None
    transferred_in: float | None = None
    transferred_out: float | None = None
    creep_ratio: float | None = None  # unapproved_added / baseline; None where baseline is 0 or unknown
    growth_ratio: float | None = None  # these four: see `measures`
    volatility_ratio: float | None = None
    churn_ratio: float | None = None
    monthly_rate: float | None = None
    recounted_from: float | None = None  # what was agreed, by the rules of that day; None: same rules
    recounted_on: dt.date | None = None  # since when the present rules count
    creep_days: int | None = None  # of the 85 % date, that unapproved items cost; None: not known
    entries: tuple[LedgerEntry, ...] = ()  # ordered by (at, item_key)


class MilestoneClass(enum.StrEnum):
    """How a milestone stands to its promises."""

    ON_TIME = "on_time"
    SLIPPING = "slipping"
    SILENTLY_AT_RISK = "silently_at_risk"
    OVERDUE = "overdue"
    REPLANNED = "replanned"
    RECOVERING = "recovering"
    VOLATILE = "volatile"
    DONE = "done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The tracker's date moved: seen between two sightings, or told by a webhook. None: no date."""

    seen_at: dt.datetime
    from_on: dt.date | None
    to_on: dt.date | None


class PromiseKind(enum.StrEnum):
    """How a date of a milestone came to be known. Only what was agreed or told is promised to a client."""

    SEEN = "seen"  # in the tracker, by a sync
    WEBHOOK = "webhook"  # in the tracker, as a webhook told
    AGREED = "agreed"  # in a baseline
    TOLD = "told"  # in an edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An entry of the promise ledger: a day that a milestone was given, or that was taken back (None)."""

    milestone: str  # key
    at: dt.datetime  # since when it is known or holds
    kind: PromiseKind
    day: dt.date | None
    name: str  # of the milestone at that time
    source: str  # a tracker's name, `webhook`, `baseline 2`, `edition 3 for client`
    by: str = ""  # who approved the baseline or the edition, as claimed
    reason: str = ""  # where one is known

    @property
    def is_to_client(self) -> bool:
        """Whether a client was given this day."""
        return self.kind in {PromiseKind.AGREED, PromiseKind.TOLD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Where a milestone's date is going: the numbers of a milestone trend chart. See `trend`."""

    slope: float | None = None  # days of date per day of report; 1: never reached. None: too few reports
    extrapolated_on: dt.date | None = None  # where date and report day meet; None: never, or not known
    moves: int = 0  # from one day to another
    turns: int = 0  # moves in the other direction than the one before
    net_days: int = 0  # working days; positive means later
    total_days: int = 0  # working days moved, to and fro
    volatility: float | None = None  # total over net, 1 or more: 1 is all in one direction; None: no move


class FeverZone(enum.StrEnum):
    """Where a milestone stands in the fever chart of its buffer."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fever:
    """Buffer used against work done, both as ratios; `used_ratio` may exceed 1."""

    done_ratio: float
    used_ratio: float
    zone: FeverZone


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionIndex:
    """Of the milestones agreed to be done by now, how many were, by the day agreed. See `trend`."""

    due: int = 0
    kept: int = 0  # done by their agreed day
    done: int = 0  # done at all

    @property
    def ratio(self) -> float | None:
        """Kept among those due, 0 to 1; None where none was due."""
        return self.kept / self.due if self.due else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a forecast rests on, printed with every one of them."""

    n: int = 0  # finished milestones of this project behind it
    coverage: float | None = None  # how often dates like its 85 % one held here; None: not measured yet
    method: str = ""  # planned_date, learned, pooled; "" where refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When a milestone will be finished, as days with their probability; or a refusal with its reason.

    The four days rise. They are filled unless refused, also beyond the horizon, where only
    `not_before_on` may be said aloud.
    """

    p50_on: dt.date | None = None
    p70_on: dt.date | None = None
    p85_on: dt.date | None = None
    p95_on: dt.date | None = None
    likelihood: float | None = None  # of the agreed date, else the tracker's; at most 0.95 while work is left
    refused: str | None = None
    seed: int = 0
    basis: Basis = Basis()
    not_before_on: dt.date | None = None  # beyond the horizon: what can honestly be said
    decision_date: bool = False  # nothing left to do, or all idle: the date is decided, not worked off


NOT_FORECAST = Forecast(refused="nothing was forecast")


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneState:
    """The dates of one milestone, kept apart. Variances are working days, positive means later."""

    key: str
    name: str
    source: str
    status: MilestoneStatus
    milestone_class: MilestoneClass
    first_promised_on: dt.date | None = None
    baseline_on: dt.date | None = None
    due_on: dt.date | None = None  # the tracker's
    actual_on: dt.date | None = None
    variance_first: int | None = None
    variance_baseline: int | None = None
    variance_last_edition: int | None = None
    moves: tuple[Move, ...] = ()
    done: int = 0  # items done
    total: int = 0  # items in it
    buffer_days: int | None = None
    buffer_used_days: int | None = None
    forecast: Forecast = NOT_FORECAST
    promises: tuple[Promise, ...] = ()  # up to the instant, oldest first
    trend: Trend = Trend()
    fever: Fever | None = None  # of the milestone that the buffer stands before


class HealthStatus(enum.StrEnum):
    """How the project, or a goal, stands. Missing knowledge is UNKNOWN, never green."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    COMPLETE = "complete"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalState:
    """Progress of one goal in items."""

    key: str
    ref: str
    title: str
    done: int
    total: int
    status: HealthStatus
    due_on: dt.date | None = None


class Severity(enum.StrEnum):
    """How bad a deviation is, in rising order: info, warning, critical."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


Fact = str | int | float | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A breach of a tolerance. `id` is `rule:object`, stable across runs."""

    id: str
    rule: str  # a name of `rulebook.RULES`
    object: str  # container, milestone or source
    object_name: str  # what people call it: internal
    severity: Severity
    since: dt.datetime
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The verdict. `reasons` are machine words with their object: `overdue jira:version:10021`."""

    status: HealthStatus
    reasons: tuple[str, ...] = ()


class QualityKind(enum.StrEnum):
    """What makes records unreliable."""

    MISSING_ESTIMATE = "missing_estimate"
    ORPHAN = "orphan"  # work in no milestone and no goal
    DONE_WITHOUT_RESOLUTION = "done_without_resolution"
    MILESTONE_WITHOUT_DATE = "milestone_without_date"
    RELEASED_WITH_OPEN_ISSUES = "released_with_open_issues"
    DATE_IN_THE_PAST = "date_in_the_past"
    UNMAPPED = "unmapped"
    MIXED_TIME_ZONES = "mixed_time_zones"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityNote:
    """One thing that makes the records unreliable: how often, and a few examples by name."""

    kind: QualityKind
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectState:
    """Everything known of one project at `as_of`. Lists are in the order people read them."""

    project: str
    name: str
    as_of: dt.datetime
    sources: tuple[SourceFacts, ...]
    health: Health
    goals: tuple[GoalState, ...]
    milestones: tuple[MilestoneState, ...]
    scope: tuple[ScopeRow, ...]
    deviations: tuple[Deviation, ...]
    picture: Picture
    baseline: Baseline | None = None
    execution: ExecutionIndex = ExecutionIndex()
    record: Record | None = None  # of the forecasts made before; None: not measured
    wavering: tuple[str, ...] = ()  # ids of breaches below their limit that have not calmed enough to be over
    sprints: tuple[SprintState, ...] = ()  # that run, for the PM alone; what a client is shown has none
    quality: tuple[QualityNote, ...] = ()  # of the records as they are now; none of a past day
    register: Register = NO_REGISTER  # of risks
    hearings: tuple[Hearing, ...] = ()  # of feedback, in the order of the picture
