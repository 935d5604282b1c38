"""Sprints that deliver less than committed: fitted on other boards, levelled by a board's earlier sprints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from benchmarks.forecast.fit import logistic
from benchmarks.forecast.tables import Iterated
from connector.analysis.forecast.experience import dot
from connector.analysis.forecast.sprints import LAST, chance, level

FOLDS = 5
LEAST = 10  # sprints of a board that is measured
WEIGHT = 4.0  # of other boards, in sprints, where a running base rate is formed

Judged = tuple[float, float, bool]
"""Our probability, the running base rate, and whether the sprint fell short."""


def judged(boards: Mapping[str, Sequence[Iterated]]) -> list[Judged]:
    """Return every sprint of the larger boards, in folds of boards."""
    names = list(boards)
    found: list[Judged] = []
    for fold in range(FOLDS):
        held_out = set(names[fold::FOLDS])
        others = [boards[name] for name in names if name not in held_out]
        model = logistic(others)
        base = fmean(one.fell_short for board in others for one in board)
        for name in sorted(held_out):
            if len(boards[name]) >= LEAST:
                found += _judged(boards[name], model, base)
    return found


def _judged(board: Sequence[Iterated], model: Sequence[float], base: float) -> Iterator[Judged]:
    scores = [dot(model, one.features) for one in board]
    outcomes = [one.fell_short for one in board]
    for index, score in enumerate(scores):
        past = slice(max(0, index - LAST), index)
        own = level(scores[past], outcomes[past])
        running = (WEIGHT * base + sum(outcomes[:index])) / (WEIGHT + index)
        yield chance(score + own), running, outcomes[index]


def brier(said: Sequence[tuple[float, bool]]) -> float:
    """Return the mean squared error of probabilities."""
    return fmean((likely - outcome) ** 2 for likely, outcome in said)


def area(said: Sequence[tuple[float, bool]]) -> float:
    """Return how often one that fell short was thought likelier to than one that did not."""
    fell = [likely for likely, outcome in said if outcome]
    held = [likely for likely, outcome in said if not outcome]
    return fmean((one > other) + 0.5 * (one == other) for one in fell for other in held)
