"""How a project's warnings and dates held in its own past: what a backtest leaves behind. Pure."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_RECALL = 0.6
MOST_FALSE_ALARMS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the last backtest of a project measured; ratios are 0 to 1, None where nothing could be."""

    recall: float | None = None  # of slips, how many were warned of before
    false_alarms: float | None = None  # of warnings, how many were of no slip
    coverage: float | None = None  # of 85 % dates, how many held
    n: int = 0  # finished milestones behind it

    @property
    def is_trusted(self) -> bool:
        """Whether warnings of a silent risk have earned to be sent by themselves."""
        if self.recall is None or self.false_alarms is None:
            return False
        return self.recall >= LEAST_RECALL and self.false_alarms <= MOST_FALSE_ALARMS
