"""Milestones without a planned date: each project forecast by the product, leaning only on the others."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.forecast.fit import Example, fit
from benchmarks.forecast.scoring import Point, Scored
from benchmarks.forecast.sources import GITHUB, Named
from connector.analysis.forecast import prior
from connector.analysis.forecast.board import Board
from connector.analysis.forecast.experience import Experience
from connector.analysis.forecast.forecast import Forecaster
from connector.analysis.forecast.track import Kind, Track
from connector.analysis.state import Forecast

DESIGNS = ("2090", "weekly")
LEAST_ITEMS = 5
LEAST_OF_GITHUB = 2
EVERY_DAYS = 7
ELAPSED_50, ELAPSED_85 = 0.82, 2.28  # days left as a multiple of the days gone
Answers = Mapping[tuple[str, str], tuple[dt.date, dt.date]]
"""The 50 and 85 % dates by milestone and as-of day."""


def points(project: Named, design: str) -> Iterator[tuple[Track, dt.date]]:
    """Yield what is to be forecast: every 7 days from 20 to 90 % of a span, or weekly to the day before."""
    least = LEAST_OF_GITHUB if project.name == GITHUB else LEAST_ITEMS
    experience = Experience(project.chronicle, Board(project.chronicle))
    for past in experience.pasts(Kind.MILESTONE):
        if past.course.scope_at(past.day + 4.0) < least:
            continue
        span = past.day + 1.0 - past.course.born
        start, end = (0.2 * span, 0.9 * span) if design == "2090" else (7.0, span - 2.0)
        while start <= end:
            yield past.course.track, dt.date(1970, 1, 1) + dt.timedelta(days=int(past.course.born + start))
            start += EVERY_DAYS


def left_out(examples: Sequence[Example], project: str) -> prior.General:
    """Return general experience without a project."""
    fitted = fit([each for each in examples if each.project != project])
    return prior.General(moments=fitted.moments, errors=fitted.errors)


def ours(project: Named, general: prior.General) -> Callable[[Track, dt.date], Forecast | None]:
    """Return what forecasts a milestone as of the end of a day."""
    forecaster = Forecaster(project.chronicle, general)
    made: dict[dt.date, Mapping[str, Forecast]] = {}

    def answer(track: Track, day: dt.date) -> Forecast | None:
        if day not in made:
            made[day] = forecaster.at(dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=dt.UTC))
        return made[day].get(track.key)

    return answer


def scored(project: Named, asked: Sequence[tuple[Track, dt.date]], general: prior.General) -> Scored:
    """Return our points; a refusal is filled with the elapsed rule."""
    answer = ours(project, general)
    found: dict[str, list[Point]] = defaultdict(list)
    for track, day in asked:
        said = answer(track, day)
        if said is None or said.p50_on is None or said.p85_on is None:
            found[track.key].append(_elapsed(track, day, refused=True))
        else:
            found[track.key].append(_point(track, day, said.p50_on, said.p85_on))
    return found


def elapsed(asked: Sequence[tuple[Track, dt.date]]) -> Scored:
    """Return the points of a rule that knows only how long a milestone has been running."""
    found: dict[str, list[Point]] = defaultdict(list)
    for track, day in asked:
        found[track.key].append(_elapsed(track, day))
    return found


def of_reference(asked: Sequence[tuple[Track, dt.date]], answers: Answers) -> Scored:
    """Return the points of another method; what it refuses is filled with the elapsed rule."""
    found: dict[str, list[Point]] = defaultdict(list)
    for track, day in asked:
        said = answers.get((track.key, day.isoformat()))
        found[track.key].append(_point(track, day, *said) if said else _elapsed(track, day, refused=True))
    return found


def read_answers(path: Path) -> Answers:
    """Read another method's answers, one JSON document a line; a missing date is a refusal."""
    told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {
        (f"jira:version:{one['milestone']}", one["as_of"]): (
            dt.date.fromisoformat(one["p50"]),
            dt.date.fromisoformat(one["p85"]),
        )
        for one in told
        if one.get("p50") and one.get("p85")
    }


def asked_by(project: Named, path: Path) -> list[tuple[Track, dt.date]]:
    """Return the milestones and days that a file of answers is about."""
    told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        (project.chronicle.tracks[f"jira:version:{one['milestone']}"], dt.date.fromisoformat(one["as_of"]))
        for one in told
    ]


def _point(track: Track, day: dt.date, half: dt.date, late: dt.date) -> Point:
    return Point(
        truth=_truth(track, day),
        half=max((half - day).days, 0),
        late=max((late - day).days, (half - day).days, 0),
    )


def _elapsed(track: Track, day: dt.date, *, refused: bool = False) -> Point:
    gone = max(1.0, (day - track.stays[0].entered_at.date()).days + 1.0)
    truth = _truth(track, day)
    return Point(truth=truth, half=ELAPSED_50 * gone, late=ELAPSED_85 * gone, refused=refused)


def _truth(track: Track, day: dt.date) -> float:
    return (track.finish.day - day).days if track.finish else 0.0
