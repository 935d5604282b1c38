"""The shape of `status --json`: the published schema is made from these models, so they cannot differ.

Internal: names issues and carries tracker text. Keys are added, never renamed or removed.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from adapters.records import MilestoneStatus
from connector.analysis.state import (
    EntryKind,
    Fact,
    FeverZone,
    HealthStatus,
    MilestoneClass,
    PromiseKind,
    QualityKind,
    Severity,
)
from connector.pipeline.feedback_document import FeedbackPart
from connector.pipeline.parts import ConceptPart, Instant, Part, Ref
from connector.pipeline.risk_document import ComputedRiskPart, ExposurePart, RiskPart
from mappings.concepts import Nature, Origin, Verdict


class Source(Part):
    """One source of the project."""

    name: str
    last_success_at: Instant | None
    complete: bool = Field(description="Whether the last pull ended well.")
    issues: int = Field(description="Issues known and not gone; GitHub: without pull requests.")
    failed_since: Instant | None
    failure: str


class HealthPart(Part):
    """The verdict, with machine-readable reasons."""

    status: HealthStatus
    reasons: list[str]


class GoalPart(Part):
    """Progress of one goal."""

    key: str
    item: str = Field(validation_alias="ref")
    title: str
    done: int
    total: int
    unit: Literal["items"] = "items"
    status: HealthStatus
    due_on: dt.date | None


def _or_none(text: str | None) -> str | None:
    return text or None


class Basis(Part):
    """What a forecast rests on."""

    n: int = Field(description="Finished milestones of this project behind it.")
    coverage: float | None = Field(description="How often dates like its 85 % one held; null: not measured.")
    method: Annotated[str | None, BeforeValidator(_or_none)]


class Forecast(Part):
    """Dates with probabilities, or the reason why there are none."""

    p50_on: dt.date | None
    p70_on: dt.date | None
    p85_on: dt.date | None
    p95_on: dt.date | None
    likelihood: float | None = Field(description="Of the agreed date, else the tracker's; at most 0.95.")
    refused: str | None
    seed: int
    basis: Basis
    not_before_on: dt.date | None = Field(description="Beyond the horizon: all that may be said aloud.")
    decision_date: bool


class Variance(Part):
    """Working days of the project's calendar; positive means later."""

    first: int | None
    baseline: int | None
    last_edition: int | None


class MovePart(Part):
    """The tracker's date moved: seen between two sightings, or told by a webhook."""

    seen_at: Instant
    from_on: dt.date | None = Field(validation_alias="from_on", serialization_alias="from")
    to_on: dt.date | None = Field(validation_alias="to_on", serialization_alias="to")


class Buffer(Part):
    """Buffer before the last milestone, in working days."""

    days: int | None
    used_days: int | None


class FeverPart(Part):
    """Position in the fever chart of the buffer: share used against share of the work done."""

    done_ratio: float
    used_ratio: float = Field(description="By the tracker's date, or the forecast's even chance if later.")
    zone: FeverZone


class TrendPart(Part):
    """Where the tracker's date is going. Days are working days, but for the slope."""

    slope: float | None = Field(description="Days of date per day of report; 1: never reached.")
    extrapolated_on: dt.date | None
    moves: int = Field(description="From one day to another; those of one day count as one.")
    turns: int
    net_days: int
    total_days: int
    volatility: float | None = Field(description="Total over net days; 1: all in one direction.")


class PromisePart(Part):
    """An entry of the promise ledger. Only what was agreed or told is promised to a client."""

    at: Instant
    kind: PromiseKind
    day: dt.date | None = Field(description="Null: the tracker's date was taken out.")
    name: str = Field(description="What the milestone was called then.")
    source: str
    by: str
    reason: str


class ExecutionPart(Part):
    """Milestones whose agreed day is over, and how many of them were done by it."""

    due: int
    kept: int
    done: int
    ratio: float | None


class MilestonePart(Part):
    """The dates of one milestone, kept apart."""

    key: str
    name: str
    source: str
    state: MilestoneStatus
    first_promised_on: dt.date | None
    baseline_on: dt.date | None
    due_on: dt.date | None
    actual_on: dt.date | None
    forecast: Forecast
    variance_working_days: Variance
    moves: list[MovePart]
    milestone_class: MilestoneClass = Field(serialization_alias="class")
    done: int
    total: int
    buffer: Buffer
    fever: FeverPart | None
    trend: TrendPart
    promises: list[PromisePart] = Field(description="Oldest first.")


class RecordPart(Part):
    """How forecasts held in this project's past, by its last backtest."""

    n: int = Field(description="Finished milestones that a date was given for.")
    held: int = Field(description="Of these, whose 85 % date held that was given half way.")
    coverage: float | None = Field(description="Of all 85 % dates given, how many held.")
    recall: float | None = Field(description="Of slips against the first plan, how many were warned of.")
    false_alarms: float | None = Field(description="Of milestones that held, how many were warned of.")
    precision: float | None = Field(description="Of warnings, how many were of a slip.")


class CallsPart(Part):
    """How judgements of closed sprints held, at the same share of their time."""

    n: int = Field(description="Closed sprints, each judged from at least three closed before.")
    right: int = Field(description="What was said to be likelier came.")
    error: float | None = Field(description="Mean squared error of the probabilities (Brier).")
    rate_error: float | None = Field(description="The same of the share that had fallen short until then.")


class DeliveryPart(Part):
    """How likely a running sprint delivers less than was committed, or why nobody can say."""

    less_than_committed: float | None
    n: int = Field(description="Closed sprints of this project behind it.")
    fell_short: int = Field(description="Of these, how many delivered less.")
    calls: CallsPart
    refused: str | None


class SprintPart(Part):
    """A sprint that runs."""

    key: str
    name: str
    due_on: dt.date | None = Field(description="Its planned end.")
    delivery: DeliveryPart


class Entry(Part):
    """One difference between baseline and now."""

    at: Instant
    item: str
    item_key: str
    kind: EntryKind
    amount: float
    change_request: str | None
    why: str
    other: str
    late: bool
    children: list[str]
    split_of: str
    nature: Nature
    origin: Origin


class Scope(Part):
    """The ledger of one container in one unit; baseline columns are null without a baseline."""

    container: str
    unit: Literal["items", "points", "hours"]
    baseline: float | None
    approved_added: float | None
    unapproved_added: float | None
    removed: float | None
    reestimated: float | None
    transferred_in: float | None
    transferred_out: float | None
    current: float
    done: float
    unsized: int
    creep_ratio: float | None
    growth_ratio: float | None
    volatility_ratio: float | None
    churn_ratio: float | None
    monthly_rate: float | None
    recounted_from: float | None
    recounted_on: dt.date | None
    creep_days: int | None = Field(
        description="Calendar days of the milestone's 85 % date that unapproved items cost; null: not known."
    )
    entries: list[Entry]


class ChangeRequestPart(ConceptPart):
    """A change of what was agreed, and the items it covers."""

    verdict: Verdict
    decided_at: Instant | None
    covers: list[Ref]


class DecisionPart(ConceptPart):
    """A question somebody must answer, or has."""

    needed_by: dt.date | None
    decided_on: dt.date | None
    decided_by: str
    options: str
    outcome: str


class ClientActionPart(ConceptPart):
    """Something the client owes, and the items it holds up."""

    needed_by: dt.date | None
    holds_up: list[Ref]


class DeviationPart(Part):
    """A breach of a tolerance."""

    id: str
    rule: str
    object: str
    object_name: str
    severity: Severity
    since: Instant
    facts: dict[str, Fact]


class BaselinePart(Part):
    """The baseline in force."""

    number: int
    on_at: Instant
    approved_by: str


class QualityPart(Part):
    """One thing that makes the tracker's records unreliable."""

    kind: QualityKind
    count: int
    examples: list[str] = Field(description="What people call the things, at most five.")


class StatusDocument(Part):
    """The PM's internal view of one project at an instant. Never shown to a client."""

    schema_name: Literal["clientview.status/1"] = Field(
        default="clientview.status/1", serialization_alias="schema"
    )
    project: str
    name: str
    as_of: Instant
    baseline: BaselinePart | None
    sources: list[Source]
    health: HealthPart
    goals: list[GoalPart]
    milestones: list[MilestonePart]
    execution_index: ExecutionPart
    record: RecordPart | None = Field(description="Null: no backtest was made.")
    scope: list[Scope]
    risks: list[RiskPart]
    computed_risks: list[ComputedRiskPart] = Field(
        description="Those that the records raise; none of a past day."
    )
    exposure: list[ExposurePart] = Field(description="Sum over all open, rated risks, at every change.")
    change_requests: list[ChangeRequestPart]
    decisions: list[DecisionPart]
    client_actions: list[ClientActionPart]
    feedback: list[FeedbackPart]
    deviations: list[DeviationPart]
    unmapped: int = Field(description="Records no rule placed, and ambiguous ones.")
    sprints: list[SprintPart] = Field(description="Those that run.")
    quality: list[QualityPart] = Field(description="Of the records as they are now; none of a past day.")
