"""When something needs the project manager's care although every tolerance holds."""

from __future__ import annotations

import datetime as dt

from connector.config.section import Section
from connector.config.values import Days, Duration, Ratio, expected, near

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
    "waiting_on_client",
    "decision_overdue",
    "risk_unanswered",
    "edition_overdue",
    "unmapped",
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
    waiting_days: Days = 10  # working days
    risk_days: Days = 28
    edition_days: Days = 5  # working days
    stale_after: Duration = dt.timedelta(days=1)
    unmapped_ratio: Ratio = 0.1
