"""Where each risk stands in the matrix: across how likely it is, up how much it would hurt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector.disclosure.view import Code, RiskView, Tone

LEVELS: Final = (Code.LOW, Code.MEDIUM, Code.HIGH)
FEWEST: Final = 2  # a matrix of fewer risks says nothing that their list does not
# A risk low in one and medium in the other is nothing to worry about; one high in both is.
_TONES: Final = (Tone.NEUTRAL, Tone.NEUTRAL, Tone.CAUTION, Tone.BAD, Tone.BAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A risk with its number in the list, from 1."""

    number: int
    risk: RiskView


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The risks of one likelihood and one impact."""

    tone: Tone
    risks: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """The cells of one impact, from low to high likelihood."""

    impact: Code
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The whole matrix, the highest impact first."""

    likelihoods: tuple[Code, ...]
    rows: tuple[MatrixRow, ...]


def draw(risks: Sequence[RiskView]) -> Matrix | None:
    """Place the risks that are in sight, numbered in their order.

    Args:
        risks: The risks as they are listed.

    Returns:
        The matrix; None where fewer than two of them have both a likelihood and an impact.
    """
    placed = [
        Placed(number=number, risk=risk)
        for number, risk in enumerate(risks, start=1)
        if _level(risk, is_impact=True) and _level(risk, is_impact=False)
    ]
    if len(placed) < FEWEST:
        return None
    return Matrix(likelihoods=LEVELS, rows=tuple(_row(impact, placed) for impact in reversed(LEVELS)))


def _row(impact: Code, placed: Sequence[Placed]) -> MatrixRow:
    return MatrixRow(
        impact=impact,
        cells=tuple(
            Cell(
                tone=_TONES[LEVELS.index(impact) + LEVELS.index(likelihood)],
                risks=tuple(
                    each
                    for each in placed
                    if _level(each.risk, is_impact=True) is impact
                    and _level(each.risk, is_impact=False) is likelihood
                ),
            )
            for likelihood in LEVELS
        ),
    )


def _level(risk: RiskView, *, is_impact: bool) -> Code | None:
    state = risk.impact if is_impact else risk.likelihood
    return state.code if state and state.code in LEVELS else None
