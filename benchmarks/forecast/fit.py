"""Fits general experience from open data, and prints it as the tables of `prior.py`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.forecast.sources import Named
from connector.analysis.forecast import prior
from connector.analysis.forecast.board import Board
from connector.analysis.forecast.experience import Experience, dot
from connector.analysis.forecast.ridge import Moments, Row
from connector.analysis.forecast.spread import Spread
from connector.analysis.forecast.track import Kind

ERRORS = 40  # quantiles that stand for all errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One finished milestone: its features and outcomes at each replay. Projects weigh by the root of n."""

    project: str
    rows: Sequence[Row]
    outcomes: Sequence[float]
    moments: Moments
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What `prior.MOMENTS` and `prior.ERRORS` are."""

    moments: Moments
    errors: Sequence[float]


def examples(projects: Iterable[Named]) -> list[Example]:
    """Return every finished milestone of some projects."""
    found = [example for each in projects for example in _examples(each)]
    count = Counter(name for name, _, _ in found)
    return [
        Example(
            project=name,
            rows=rows,
            outcomes=outcomes,
            moments=Moments.of(rows, outcomes),
            weight=1.0 / math.sqrt(count[name]),
        )
        for name, rows, outcomes in found
    ]


def fit(found: Sequence[Example]) -> Fitted:
    """Fit moments on all examples, and errors on each project by what the others teach."""
    errors: list[tuple[float, float]] = []
    for project in sorted({each.project for each in found}):
        coefficients = _coefficients(_mean([each for each in found if each.project != project] or found))
        for each in found:
            if each.project == project:
                missed = (
                    outcome - dot(coefficients, row)
                    for row, outcome in zip(each.rows, each.outcomes, strict=True)
                )
                errors += ((error, each.weight / len(each.rows)) for error in missed)
    spread = Spread.of(errors)
    return Fitted(
        moments=_mean(found), errors=[spread.quantile((index + 0.5) / ERRORS) for index in range(ERRORS)]
    )


def _examples(each: Named) -> Iterator[tuple[str, Sequence[Row], Sequence[float]]]:
    experience = Experience(each.chronicle, Board(each.chronicle))
    for past in experience.pasts(Kind.MILESTONE):
        yield each.name, *experience.replayed(past)


def _mean(found: Sequence[Example]) -> Moments:
    total = sum(each.weight for each in found)
    weighted = [each.moments.times(each.weight / total) for each in found]
    return weighted[0].plus(weighted[1:])


def _coefficients(moments: Moments) -> Sequence[float]:
    return moments.coefficients(penalty=prior.PENALTY, never_below_zero=prior.NEVER_BELOW_ZERO)
