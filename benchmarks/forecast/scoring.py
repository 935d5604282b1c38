"""Losses, coverage and their intervals. A quantile's loss is in days; what it misses late costs more."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

RESAMPLED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One answer: days that were left in truth, by the 50 % date, and by the 85 % date."""

    truth: float
    half: float
    late: float
    refused: bool = False

    @property
    def loss_50(self) -> float:
        """Return the loss of the 50 % date."""
        return _loss(self.truth, self.half, 0.5)

    @property
    def loss_85(self) -> float:
        """Return the loss of the 85 % date."""
        return _loss(self.truth, self.late, 0.85)

    @property
    def held(self) -> bool:
        """Whether the 85 % date held."""
        return self.truth <= self.late


Scored = Mapping[str, Sequence[Point]]
"""Points by container: each counts once, however many points it has."""


def row(name: str, scored: Scored) -> str:
    """Return a line of a table."""
    points = [point for each in scored.values() for point in each]
    cells = [f"{name:34}", f"{len(scored):5}", f"{len(points):6}"]
    for what in (lambda one: one.loss_50, lambda one: one.loss_85):
        low, high = interval(scored, what)
        cells.append(f"{mean(scored, what):7.1f} [{low:5.1f}, {high:5.1f}]")
    low, high = interval(scored, lambda one: float(one.held))
    cells.append(f"{mean(scored, lambda one: float(one.held)):6.2f} [{low:.2f}, {high:.2f}]")
    cells.append(f"{median(abs(point.truth - point.half) for point in points):7.1f}")
    cells.append(f"{fmean(point.refused for point in points):6.2f}")
    return " ".join(cells)


HEAD = (
    f"{'':34} {'n':>5} {'points':>6} {'P50 loss [95 %]':>22} {'P85 loss [95 %]':>22} "
    f"{'P85 held [95 %]':>19} {'median':>7} {'refus.':>6}"
)


def mean(scored: Scored, what: Callable[[Point], float]) -> float:
    """Return the mean over containers of their means."""
    return fmean(fmean(what(point) for point in points) for points in scored.values())


def interval(scored: Scored, what: Callable[[Point], float]) -> tuple[float, float]:
    """Return the 95 % interval by drawing containers anew."""
    each = [fmean(what(point) for point in points) for points in scored.values()]
    draw = random.Random(7)
    found = sorted(fmean(draw.choices(each, k=len(each))) for _ in range(RESAMPLED))
    return found[int(0.025 * RESAMPLED)], found[int(0.975 * RESAMPLED)]


def _loss(truth: float, said: float, share: float) -> float:
    return share * (truth - said) if truth >= said else (1 - share) * (said - truth)
