"""How the project manager is told, and of what beside breaches of tolerance: tables of the configuration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from connector.config import addresses
from connector.config.section import Section
from connector.config.values import Cron, Days, Duration, Language, Quiet, Ratio, Timezone, expected, near

RULES = (
    "scope_creep",
    "scope_dropped",
    "slipping",
    "overdue",
    "buffer",
    "silently_at_risk",
    "volatile",
    "sync_failed",
    "guard_tripped",
    "sync_stale",
    "goal_idle",
    "ageing",
    "blocked",
    "waiting_on_client",
    "decision_overdue",
    "risk_unanswered",
    "edition_overdue",
    "token_ending",
    "channel_failed",
    "unmapped",
    "data_quality",
)
"""What people may call the rules of deviation by; `analysis.rulebook` describes each."""


def check_rule(name: str) -> str:
    """Check the name of a rule.

    Raises:
        PydanticCustomError: There is none of that name.
    """
    if name not in RULES:
        raise expected(f"a rule of deviation, {near(name, RULES)}")
    return name


class WatchSettings(Section):
    """`[project.watch]`: from when on the project manager is told."""

    goal_idle_days: Days = 28
    ageing_days: Days = 28
    blocked_days: Days = 5  # working days
    waiting_days: Days = 10  # working days
    risk_days: Days = 28
    edition_days: Days = 5  # working days
    stale_after: Duration = dt.timedelta(days=1)
    unmapped_ratio: Ratio = 0.1


RuleName = Annotated[str, AfterValidator(check_rule)]
Address = Annotated[str, AfterValidator(addresses.check_alert_address)]


class RouteSettings(Section):
    """`[[project.alerts.route]]`: further channels, for some alerts only."""

    to: Annotated[tuple[Address, ...], Field(min_length=1)]
    level: Literal["info", "warning", "critical"] = "warning"
    rules: tuple[RuleName, ...] = ()


class WebhookSettings(Section):
    """`[[project.alerts.webhook]]`: a receiver of one's own, that gets signed JSON."""

    url: Annotated[str, AfterValidator(addresses.check_webhook)]
    secret: Annotated[str, AfterValidator(addresses.check_secret)]
    level: Literal["info", "warning", "critical"] = "info"


class AlertSettings(Section):
    """`[project.alerts]`: how the project manager is told."""

    to: tuple[Address, ...] = ()
    language: Language | None = None  # of what it says; None: English
    timezone: Timezone | None = None  # of quiet hours and digests; None: the project's
    quiet_hours: Quiet | None = None
    repeat_after: Duration | None = None  # what nobody acknowledged is told again
    looks: Mapping[RuleName, Annotated[int, Field(strict=True, ge=1, le=1000)]] = Field(default_factory=dict)
    holds: Mapping[RuleName, Duration] = Field(default_factory=dict)  # how long a breach must stand
    digest_cron: Cron | None = None
    escalate_after: Duration | None = None
    escalate_to: tuple[Address, ...] = ()
    routes: tuple[RouteSettings, ...] = Field(default=(), alias="route")
    webhooks: tuple[WebhookSettings, ...] = Field(default=(), alias="webhook")

    @model_validator(mode="after")
    def _somebody_to_escalate_to(self) -> AlertSettings:
        if (self.escalate_after is None) != (not self.escalate_to):
            missing = "escalate_to" if not self.escalate_to else "escalate_after"
            raise expected("both escalate_after and escalate_to, or neither", key=(missing,), found="nothing")
        return self
