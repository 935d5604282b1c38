"""How much a scope moved: growth, volatility, churn, monthly rate. Pure; None where undefined.

A worked table, in items, 60 days after 40 were agreed:

| agreed | added | re-estimated | removed | now | growth | volatility | churn | monthly rate |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| 40 | 8 | 0 | 2 | 46 | 15 % | 25 % | 5 % | 7.3 % |

Growth (46 - 40)/40; volatility (8 + 0 + 2)/40; churn min(8, 2)/40; rate (46/40)^(1/1.97) - 1.
Transfers between containers change where scope is, not what was agreed: growth sees them (it compares
two sums), volatility and churn do not.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

from connector.analysis.state import EntryKind, LedgerEntry

MONTH_DAYS = 30.436875  # a mean month of the calendar
MIN_RATE_DAYS = 7.0  # a rate per month from less than a week says nothing

_ADDED = frozenset({EntryKind.APPROVED_ADD, EntryKind.UNAPPROVED_ADD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Ratios to what was agreed; None where nothing was agreed."""

    growth_ratio: float | None = None
    volatility_ratio: float | None = None
    churn_ratio: float | None = None
    monthly_rate: float | None = None


def measure(agreed: float, current: float, entries: Iterable[LedgerEntry], span: dt.timedelta) -> Measures:
    """Return the measures of one container in one unit.

    Args:
        agreed: What the baseline holds.
        current: What is there now.
        entries: The ledger between the two.
        span: Time from the baseline to now.
    """
    if agreed <= 0:
        return Measures()
    told = list(entries)
    added = sum(entry.amount for entry in told if entry.kind in _ADDED)
    removed = sum(entry.amount for entry in told if entry.kind is EntryKind.REMOVED)
    changed = sum(abs(entry.amount) for entry in told if entry.kind is EntryKind.REESTIMATED)
    return Measures(
        growth_ratio=(current - agreed) / agreed,
        volatility_ratio=(added + changed + removed) / agreed,
        churn_ratio=min(added, removed) / agreed,
        monthly_rate=monthly_rate(agreed, current, span),
    )


def monthly_rate(start: float, end: float, span: dt.timedelta) -> float | None:
    """Return the growth per month that leads from `start` to `end`, compounded; None under a week."""
    days = span / dt.timedelta(days=1)
    if start <= 0 or end < 0 or days < MIN_RATE_DAYS:
        return None
    return math.pow(end / start, MONTH_DAYS / days) - 1
