"""Least squares that lean on a prior: no more than a handful of coefficients, none against common sense."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

Row = Sequence[float]


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums of products of features with each other and with the outcome: all that least squares need."""

    gram: Sequence[Sequence[float]]
    cross: Sequence[float]

    @classmethod
    def of(cls, rows: Sequence[Row], outcomes: Sequence[float]) -> Self:
        """Return the mean moments of some rows, so that many rows weigh no more than few."""
        size, count = len(rows[0]), len(rows)
        gram = [[sum(row[i] * row[j] for row in rows) / count for j in range(size)] for i in range(size)]
        pairs = list(zip(rows, outcomes, strict=True))
        return cls(gram, [sum(row[i] * outcome for row, outcome in pairs) / count for i in range(size)])

    def times(self, weight: float) -> Self:
        """Return these moments, weighted."""
        return type(self)(
            [[value * weight for value in row] for row in self.gram], [value * weight for value in self.cross]
        )

    def plus(self, others: Iterable[Moments]) -> Self:
        """Return the sum of these and others."""
        gram, cross = [list(row) for row in self.gram], list(self.cross)
        for other in others:
            for i, row in enumerate(other.gram):
                cross[i] += other.cross[i]
                for j, value in enumerate(row):
                    gram[i][j] += value
        return type(self)(gram, cross)

    def coefficients(self, *, penalty: float, never_below_zero: Collection[int] = ()) -> tuple[float, ...]:
        """Return the coefficients of least squares, the first of which is that of a constant.

        Args:
            penalty: On the square of every coefficient but the constant's.
            never_below_zero: Positions of coefficients that common sense knows the sign of; one
                that comes out below zero is left out, and the others are found without it.
        """
        active = list(range(len(self.cross)))
        while True:
            found = dict(zip(active, self._solve(active, penalty), strict=True))
            wrong = {at for at, value in found.items() if at in never_below_zero and value < 0}
            if not wrong:
                return tuple(found.get(at, 0.0) for at in range(len(self.cross)))
            active = [at for at in active if at not in wrong]

    def _solve(self, active: Sequence[int], penalty: float) -> list[float]:
        matrix = [
            [self.gram[i][j] + (penalty if i == j and i else 0.0) for j in active] + [self.cross[i]]
            for i in active
        ]
        return _solved(matrix)


def _solved(matrix: list[list[float]]) -> list[float]:
    """Solve by elimination, the largest pivot first. `matrix` has the right-hand side as last column."""
    size = len(matrix)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(matrix[row][column]))
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        head = matrix[column]
        for row in matrix[column + 1 :]:
            factor = row[column] / head[column]
            for at in range(column, size + 1):
                row[at] -= factor * head[at]
    found = [0.0] * size
    for row_at in reversed(range(size)):
        row = matrix[row_at]
        known = sum(row[at] * found[at] for at in range(row_at + 1, size))
        found[row_at] = (row[size] - known) / row[row_at]
    return found
