"""Sprints and milestones with a planned date: each project forecast by the product, leaning on the others."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from adapters.records import MilestoneStatus
from benchmarks.forecast.fit import overrun_shares
from benchmarks.forecast.scoring import Point, Scored
from benchmarks.forecast.tables import Dated
from connector.analysis.forecast import prior
from connector.analysis.forecast.chronicle import Chronicle, Finish, Kind, Plan, Track, Turn
from connector.analysis.forecast.forecast import Forecaster

SHARES = (0.0, 0.3, 0.5, 0.8)
QUANTILES = 20


def projects(found: Iterable[Dated]) -> dict[str, list[Dated]]:
    """Return what is dated, by project; one project is one team."""
    by_project: dict[str, list[Dated]] = defaultdict(list)
    for one in found:
        by_project[one.project].append(one)
    return by_project


def measured(own: Sequence[Dated], others: Iterable[Dated], kind: Kind) -> tuple[Scored, Scored]:
    """Return our points at four shares of the planned time, and those of the planned date at face value."""
    quantiles = overrun_shares(others, QUANTILES)
    general = prior.General(overruns=quantiles, sprint_overruns=quantiles)
    forecaster = Forecaster(_chronicle(own, kind), general)
    ours: dict[str, list[Point]] = defaultdict(list)
    face: dict[str, list[Point]] = defaultdict(list)
    for number, one in enumerate(own):
        for share in SHARES:
            at = one.began_at + share * (one.planned_at - one.began_at)
            said = forecaster.at(at).get(str(number)) if at < one.ended_at else None
            if said is None:
                continue
            truth, planned = _days(at, one.ended_at), max(_days(at, one.planned_at), 0)
            refused = said.p50_on is None or said.p85_on is None
            half = planned if said.p50_on is None else (said.p50_on - at.date()).days
            late = planned if said.p85_on is None else (said.p85_on - at.date()).days
            ours[f"{one.project} {number}"].append(Point(truth=truth, half=half, late=late, refused=refused))
            face[f"{one.project} {number}"].append(Point(truth=truth, half=planned, late=planned))
    return ours, face


def _chronicle(own: Sequence[Dated], kind: Kind) -> Chronicle:
    tracks = {str(number): _track(str(number), one, kind) for number, one in enumerate(own)}
    return Chronicle(project=own[0].project, timezone="UTC", tracks=tracks, spells={})


def _track(key: str, one: Dated, kind: Kind) -> Track:
    day = one.ended_at.astimezone(dt.UTC).date()
    return Track(
        key=key,
        name=key,
        kind=kind,
        plans=(Plan(at=one.began_at, day=one.planned_at.astimezone(dt.UTC).date()),),
        turns=(Turn(at=one.ended_at, status=MilestoneStatus.DONE, day=day),),
        finish=Finish(day=day),
        began_at=one.began_at,
        seen_at=one.began_at,
    )


def _days(start: dt.datetime, end: dt.datetime) -> int:
    return (end.astimezone(dt.UTC).date() - start.astimezone(dt.UTC).date()).days
