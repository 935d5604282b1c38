"""What is said of running sprints: how likely each delivers less than was committed. Values alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from connector.analysis.record import LEAST_COMPARED

TRIFLE: Final = 0.005  # of a mean squared error of probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """How such judgements held: of sprints that are closed, at the same share of their time.

    Each is judged from those closed before. The errors are mean squared ones of probabilities (Brier):
    of the judgements, and of saying nothing but how many sprints fell short until then.
    """

    n: int = 0
    right: int = 0  # what was said to be likelier came
    error: float | None = None
    rate_error: float | None = None

    @property
    def is_telling(self) -> bool:
        """Whether there are enough of them to say something of this project."""
        return self.n >= LEAST_COMPARED

    @property
    def is_worth_it(self) -> bool:
        """Whether the judgements were no worse than the rate alone, by more than a trifle."""
        return self.error is None or self.rate_error is None or self.error <= self.rate_error + TRIFLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How likely a sprint delivers less than committed (0 to 1), and the closed sprints behind that."""

    less_than_committed: float | None
    n: int = 0
    fell_short: int = 0  # of these, how many delivered less
    calls: Calls = Calls()
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintState:
    """A sprint that runs."""

    key: str
    name: str
    due_on: dt.date | None  # its planned end
    delivery: Delivery
