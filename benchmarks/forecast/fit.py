"""Fits general experience from open data, and prints it as the tables of `prior.py`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.forecast.sources import Named
from benchmarks.forecast.tables import Dated, Iterated
from connector.analysis.forecast import prior
from connector.analysis.forecast.board import Board
from connector.analysis.forecast.experience import Experience, dot
from connector.analysis.forecast.ridge import Moments, Row
from connector.analysis.forecast.spread import Spread
from connector.analysis.forecast.sprints import chance
from connector.analysis.forecast.track import Kind

ERRORS = 40  # quantiles that stand for all errors
SHORTEST_DAYS = 7.0  # of a plan: shorter ones are no measure of an overrun
LONGEST_OVERRUN = 1.5
STEPS = 12  # of repeated least squares


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


# -- planned dates ---------------------------------------------------------------------------------------


def overrun_shares(found: Iterable[Dated], count: int) -> Sequence[float]:
    """Return even quantiles of overruns in shares of the planned length; projects weigh alike.

    Neglect of a tracker is no delay: shares are cut at `LONGEST_OVERRUN`.
    """
    dated = list(found)
    size = Counter(one.project for one in dated)
    spread = Spread.of((_overrun_share(one), 1.0 / size[one.project]) for one in dated)
    return [spread.quantile((index + 0.5) / count) for index in range(count)]


def _overrun_share(one: Dated) -> float:
    length = max((one.planned_at.date() - one.began_at.date()).days, SHORTEST_DAYS)
    return min((one.ended_at.date() - one.planned_at.date()).days / length, LONGEST_OVERRUN)


# -- sprints ---------------------------------------------------------------------------------------------


def logistic(boards: Iterable[Sequence[Iterated]]) -> Sequence[float]:
    """Fit the logistic model by repeated least squares; boards weigh by the root of their sprints."""
    weighted = [(one, 1.0 / math.sqrt(len(board))) for board in boards for one in board]
    total = sum(weight for _, weight in weighted)
    found: Sequence[float] = [0.0] * len(weighted[0][0].features)
    for _ in range(STEPS):
        parts = [_reweighted(one, found, weight / total) for one, weight in weighted]
        found = parts[0].plus(parts[1:]).coefficients(penalty=1.0 / len(weighted))
    return found


def _reweighted(one: Iterated, model: Sequence[float], weight: float) -> Moments:
    logit = dot(model, one.features)
    likely = chance(logit)
    variance = max(likely * (1.0 - likely), 1e-4)
    target = logit + (float(one.fell_short) - likely) / variance
    return Moments.of([one.features], [target]).times(weight * variance)
