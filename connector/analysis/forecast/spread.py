"""What may happen, as values with weights: quantiles and likelihoods without a formula's shape."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Spread:
    """Values in rising order, and the weight of each and all before it."""

    values: Sequence[float]
    cumulated: Sequence[float]

    @classmethod
    def of(
        cls, weighted: Iterable[tuple[float, float]], *, exceeded: Iterable[tuple[float, float]] = ()
    ) -> Self:
        """Make one of pairs of value and weight; those without weight are left out.

        Args:
            weighted: Values as they were observed.
            exceeded: Values that were passed and not yet observed to their end: their weight goes
                to the observed values above them. None above: to the highest one.

        Source:
            Kaplan and Meier, Nonparametric estimation from incomplete observations, 1958, with weights.
        """
        told = sorted(
            [(value, False, weight) for value, weight in weighted if weight > 0]
            + [(value, True, weight) for value, weight in exceeded]
        )
        values, masses = [], []
        left, surviving = sum(weight for _, _, weight in told), 1.0
        for value, is_open, weight in told:
            if not is_open:
                mass = surviving * min(weight / left, 1.0) if left > _ROUNDING else surviving
                values.append(value)
                masses.append(mass)
                surviving -= mass
            left -= weight
        if masses:
            masses[-1] += surviving
        return cls(values, list(itertools.accumulate(masses)))

    def __bool__(self) -> bool:
        return bool(self.values)

    @property
    def weight(self) -> float:
        """Return the weight of all values."""
        return self.cumulated[-1] if self.cumulated else 0.0

    def quantile(self, share: float) -> float:
        """Return the least value that is not below `share` (0 to 1) of the weight."""
        index = bisect_left(self.cumulated, share * self.weight - _ROUNDING)
        return self.values[min(index, len(self.values) - 1)]

    def share_upto(self, value: float) -> float:
        """Return the share of the weight that is not above a value."""
        index = bisect_right(self.values, value)
        return self.cumulated[index - 1] / self.weight if index else 0.0

    def above(self, value: float) -> Self:
        """Return what lies above a value, as if nothing else could happen."""
        index = bisect_right(self.values, value)
        before = self.cumulated[index - 1] if index else 0.0
        return type(self)(self.values[index:], [weight - before for weight in self.cumulated[index:]])

    def mapped(self, change: Callable[[float], float]) -> Self:
        """Return this with every value changed by a function that never falls."""
        return type(self)([change(value) for value in self.values], self.cumulated)

    def shifted(self, by: float) -> Self:
        """Return this with every value moved."""
        return self.mapped(lambda value: value + by)
