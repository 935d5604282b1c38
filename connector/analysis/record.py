"""How a project's warnings and dates held in its own past: what a backtest leaves behind. Pure."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_RECALL = 0.6
MOST_FALSE_ALARMS = 0.3
LEAST_COMPARED = 5  # finished milestones before "k of n" says anything of a project
LEAST_HELD = 0.75  # of 85 % dates: below, every date carries a warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the last backtest of a project measured; ratios are 0 to 1, None where nothing could be.

    How often dates held is told as `held` of `n`: each finished milestone counts once, by the 85 %
    date that was given half way through it. `coverage` is of all dates that were given.
    """

    recall: float | None = None  # of slips, how many were warned of before
    false_alarms: float | None = None  # of milestones that did not slip, how many were warned of
    precision: float | None = None  # of warnings, how many were of a slip
    coverage: float | None = None  # of 85 % dates, how many held; each milestone's share, averaged
    held: int = 0  # milestones whose 85 % date, given half way, held
    n: int = 0  # finished milestones that a date was given for

    @property
    def is_telling(self) -> bool:
        """Whether enough milestones were compared to say how often dates hold here."""
        return self.n >= LEAST_COMPARED

    @property
    def is_doubtful(self) -> bool:
        """Whether dates held so seldom that they must carry a warning."""
        return self.is_telling and self.held < LEAST_HELD * self.n

    @property
    def is_trusted(self) -> bool:
        """Whether warnings of a silent risk have earned to be sent by themselves: not by one lucky hit."""
        if not self.is_telling or self.recall is None or self.false_alarms is None:
            return False
        return self.recall >= LEAST_RECALL and self.false_alarms <= MOST_FALSE_ALARMS
