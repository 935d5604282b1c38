"""Dates that are shown hold about as often as they say, whatever rhythm a project has."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from statistics import fmean

from connector.analysis.forecast.chronicle import Chronicle
from connector.analysis.forecast.forecast import Forecaster
from tests.connector.chronicles import Life, chronicle_of, track

PROJECTS = 14
MILESTONES = 10
SHARES = (0.15, 0.35, 0.55, 0.75, 0.9)  # of a milestone's life


def spans(draw: random.Random) -> Iterator[tuple[int, int]]:
    """Yield begins and ends of milestones that follow each other or overlap, of one project's rhythm."""
    usual, varies = math.exp(draw.uniform(math.log(25), math.log(200))), draw.uniform(0.2, 0.7)
    overlap, begin = draw.choice([0.0, 0.3, 0.8]), 0
    for _ in range(MILESTONES):
        span = max(16, round(math.exp(draw.gauss(math.log(usual), varies))))
        yield begin, begin + span
        begin += round(span * (1 - overlap * draw.random()))


def project(draw: random.Random) -> Chronicle:
    """Return a project whose work comes in early or late, and is done steadily or in a burst at the end."""
    burst = draw.random()
    return chronicle_of(
        *(
            track(f"m{n}", [life(draw, begin, end, burst) for _ in range(draw.randint(6, 30))], finished=end)
            for n, (begin, end) in enumerate(spans(draw))
        )
    )


def life(draw: random.Random, begin: int, end: int, burst: float) -> Life:
    """Return an item's life: done in the end, or moved out of the milestone shortly before."""
    entered = begin + (end - begin) * (draw.betavariate(1, 2) if draw.random() < 0.7 else 0)
    share = draw.betavariate(4, 1) if draw.random() < burst else draw.random()
    if draw.random() < 0.15:
        return entered, None, end - 0.01
    return entered, entered + (end - entered) * share, None


def held(whole: Chronicle) -> Iterator[float]:
    """Yield, for each milestone, how often its 85 % date held."""
    forecaster = Forecaster(whole)
    for key, one in whole.tracks.items():
        assert one.finish is not None
        begin, end = one.stays[0].entered_at, one.turns[0].at
        days = [begin + share * (end - begin) for share in SHARES]
        said = [forecast for at in days if (forecast := forecaster.at(at).get(key)) is not None]
        dates = [each.p85_on for each in said if each.p85_on is not None]
        if dates:
            yield fmean(date >= one.finish.day for date in dates)


def seeded(number: int) -> random.Random:
    """Return draws that are the same on every run."""
    return random.Random(number)  # noqa: S311 - no secret


def test_the_85_percent_date_holds_about_that_often() -> None:
    """On generated projects of every rhythm it holds in 80 to 96 of 100 cases, cold starts included."""
    shares = [share for number in range(PROJECTS) for share in held(project(seeded(number)))]
    assert len(shares) > 0.9 * PROJECTS * MILESTONES
    assert 0.80 <= fmean(shares) <= 0.96
