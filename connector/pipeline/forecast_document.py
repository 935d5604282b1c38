"""The shape of `forecast --json` and `backtest --json`: the published schemas are made from these models.

Internal: names milestones in the tracker's words. Keys are added, never renamed or removed.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from connector.analysis.forecast.backtest import Method
from connector.analysis.forecast.causes import Cause
from connector.analysis.forecast.track import Kind
from connector.pipeline.document import DeliveryPart, Forecast, RecordPart
from connector.pipeline.parts import Instant, Part


class MeasuredRecordPart(RecordPart):
    """How dates and warnings held in this project's past, and when that was measured."""

    measured_at: Instant


class CausePart(Part):
    """What one cause did to the 85 % date, in calendar days; positive means later."""

    cause: Cause
    days: int
    says: str


class MovedPart(Part):
    """Why the 85 % date moved since an instant; the parts sum to `days`. Refused: neither date is known."""

    since: Instant
    refused: str | None = None
    from_on: dt.date | None = Field(default=None, serialization_alias="from")
    to_on: dt.date | None = Field(default=None, serialization_alias="to")
    days: int | None = None
    parts: tuple[CausePart, ...] = ()


class CreepPart(Part):
    """What came in without a decision, and the days of the 85 % date that it costs; or why nobody can say."""

    items: int
    days: int | None
    refused: str | None
    says: str


class OutlookPart(Part):
    """One open container with its forecast, also in words."""

    key: str
    name: str
    kind: Kind
    due_on: dt.date | None = Field(description="The tracker's.")
    agreed_on: dt.date | None
    open: int = Field(description="Items that are not done.")
    total: int
    forecast: Forecast
    says: list[str]
    warning: str | None
    creep: CreepPart | None = Field(description="None without an agreement, or where nothing came in.")
    moved: MovedPart | None = Field(
        default=None, description="None where it was not asked, or of an idle one without --all."
    )
    idle: bool = Field(description="No date, and for 90 days nothing came in, left or was finished.")
    delivery: DeliveryPart | None = Field(default=None, description="Of a sprint that runs.")


class AskedPart(Part):
    """What was asked: all of it at once, from the instant of the forecast on."""

    drop: list[str] = Field(description="Refs of the items left out.")
    close: list[str] = Field(description="Refs of the items taken as done.")
    move: dict[str, dt.date] = Field(description="Milestone to planned day.")
    capacity: float = Field(description="The pace as a multiple of that of late.")
    ramp_days: int = Field(description="Calendar days until it is reached.")


class EffectPart(Part):
    """What it does to one milestone. `least` is with half of the capacity; the same where none was asked."""

    key: str
    name: str
    before: Forecast
    after: Forecast
    least: Forecast
    days: int | None = Field(description="Calendar days by which the 85 % date moves; positive: later.")
    least_days: int | None
    has_pace: bool = Field(description="False: nothing was finished of late, so only moved days are in it.")
    says: str


class WhatIfPart(Part):
    """The answer to a question."""

    asked: AskedPart
    effects: list[EffectPart]


class ForecastDocument(Part):
    """The forecasts of one project as of an instant. Never shown to a client."""

    schema_name: Literal["clientview.forecast/1"] = Field(
        default="clientview.forecast/1", serialization_alias="schema"
    )
    project: str
    name: str
    as_of: Instant
    record: MeasuredRecordPart | None = Field(description="None: never measured by `backtest` until then.")
    milestones: list[OutlookPart]
    goals: list[OutlookPart]
    iterations: list[OutlookPart]
    what_if: WhatIfPart | None = None


class FiguresPart(Part):
    """How a method did. Losses (pinball) and error in calendar days, averaged over milestones."""

    method: Method
    milestones: int
    looks: int
    refused: int
    answered: int = Field(description="Milestones that a date was given for.")
    held: int = Field(description="Of these, whose 85 % date held that was given half way.")
    p50_loss: float
    p85_loss: float
    coverage_50: float | None
    coverage_85: float | None
    coverage_85_low: float | None = Field(description="95 % interval, by resampling milestones.")
    coverage_85_high: float | None
    median_error_days: float | None


class WarningsPart(Part):
    """How early slips against the first plan were seen."""

    milestones: int
    slipped: int
    warned: int
    recall: float | None
    false_alarms: float | None = Field(description="Of milestones that held, how many were warned of.")
    precision: float | None
    lead_days: float | None


class BacktestDocument(Part):
    """What a backtest found. Never shown to a client."""

    schema_name: Literal["clientview.backtest/1"] = Field(
        default="clientview.backtest/1", serialization_alias="schema"
    )
    project: str
    name: str
    made_at: Instant
    first_on: dt.date | None
    last_on: dt.date | None
    days: int = Field(description="Looked at.")
    left_out_days: int = Field(description="Nothing had happened for 90 days, and nothing compared ran.")
    looks: int
    figures: list[FiguresPart]
    warnings: WarningsPart


class RowPart(Part):
    """A line of `backtest --jsonl`: what was forecast for one milestone on one day; null where refused."""

    project: str
    milestone: str
    as_of: dt.date
    p50: dt.date | None
    p85: dt.date | None
    likelihood: float | None
