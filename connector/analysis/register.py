"""The risk register: how exposed the project is, how that moved, what is due. Pure; for the PM.

Exposure is likelihood times impact on a scale of 1 to 3 each, so 1 to 9: the probability and impact
matrix of the PMBOK Guide with three steps. A risk that is over exposes to nothing; one that nobody
rated is not known, and in no sum.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connector.analysis.facts import ProjectFacts
from connector.analysis.history import Version
from mappings.classify import place
from mappings.concepts import Concept, Disposition, Level, Risk
from mappings.risks import make_risk
from mappings.rules import Rules

TREND_DAYS = 28
_RANK: Mapping[Level, int] = {Level.LOW: 1, Level.MEDIUM: 2, Level.HIGH: 3}
_OPEN = frozenset({Disposition.OPEN, Disposition.DOING})


class Direction(enum.StrEnum):
    """Where an exposure is going, against `TREND_DAYS` ago."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposurePoint:
    """An exposure from an instant on; None: nobody rated it."""

    at: dt.datetime
    exposure: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredRisk:
    """A mapped risk as the register sees it."""

    key: str
    exposure: int | None
    direction: Direction | None  # None: it was not there, or not rated, then or now
    points: tuple[ExposurePoint, ...]  # every change of its exposure, oldest first
    is_review_due: bool = False
    overdue_actions: tuple[str, ...] = ()  # refs


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedRisk:
    """A risk of a rule. `key` is `computed:RULE:OBJECT`, stable while it stands."""

    key: str
    rule: str
    object: str
    title: str
    category: str
    since: dt.datetime | None = None  # None: not known
    facts: Mapping[str, str | int | float | bool | tuple[str, ...] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All mapped risks, the exposure of the whole project over time, and what the records raise."""

    risks: tuple[RegisteredRisk, ...] = ()  # in the order of the picture
    total: tuple[ExposurePoint, ...] = ()  # sum of all that are rated, at every change, oldest first
    raised: tuple[RaisedRisk, ...] = ()  # by rule and object; none of a past day

    def of(self, key: str) -> RegisteredRisk | None:
        """Find a risk by its key."""
        return next((one for one in self.risks if one.key == key), None)


NO_REGISTER = Register()


def exposure(risk: Risk) -> int | None:
    """Return likelihood times impact, 1 to 9; 0 for a risk that is over, None for one nobody rated."""
    if risk.disposition not in _OPEN:
        return 0
    if risk.likelihood is None or risk.impact is None:
        return None
    return _RANK[risk.likelihood] * _RANK[risk.impact]


def register(
    facts: ProjectFacts,
    told: Mapping[str, Sequence[Version]],
    risks: Iterable[Risk],
    *,
    as_of: dt.datetime,
    today: dt.date,
) -> Register:
    """Keep the register of a project.

    Args:
        facts: What was pulled; its rules say what a version of an issue meant.
        told: What `walk.histories` says of the facts.
        risks: Those of the picture at `as_of`.
        as_of: The instant; nothing later counts.
        today: Its local day, by which reviews and actions are due.
    """
    found = [_registered(facts, told, risk, as_of=as_of, today=today) for risk in risks]
    return Register(risks=tuple(found), total=tuple(_sum(found)))


def _registered(
    facts: ProjectFacts,
    told: Mapping[str, Sequence[Version]],
    risk: Risk,
    *,
    as_of: dt.datetime,
    today: dt.date,
) -> RegisteredRisk:
    rules = facts.rules.get(risk.source)
    past = [version for version in told.get(risk.key, ()) if version.at <= as_of]
    points = tuple(_points(past, rules)) if rules else ()
    is_open = risk.disposition in _OPEN
    return RegisteredRisk(
        key=risk.key,
        exposure=exposure(risk),
        direction=_direction(points, exposure(risk), before=as_of - dt.timedelta(days=TREND_DAYS)),
        points=points,
        is_review_due=is_open and risk.review_on is not None and risk.review_on <= today,
        overdue_actions=tuple(
            action.ref
            for action in risk.actions
            if is_open and action.disposition in _OPEN and action.due_on is not None and action.due_on < today
        ),
    )


def _points(past: Iterable[Version], rules: Rules) -> Iterator[ExposurePoint]:
    """Yield each change of a risk's exposure; a time when the issue was no risk is a time of 0."""
    known: list[int | None] = []
    for version in past:
        placement = place(version.issue, rules, has_children=False)
        is_risk = placement.concept is Concept.RISK
        found = exposure(make_risk(version.issue, rules, placement.disposition)) if is_risk else 0
        if known[-1:] != [found] and (known or found != 0):
            known.append(found)
            yield ExposurePoint(at=version.at, exposure=found)


def _direction(points: Sequence[ExposurePoint], now: int | None, *, before: dt.datetime) -> Direction | None:
    earlier = [point.exposure for point in points if point.at <= before]
    if not earlier or earlier[-1] is None or now is None:
        return None
    if now == earlier[-1]:
        return Direction.STEADY
    return Direction.RISING if now > earlier[-1] else Direction.FALLING


def _sum(risks: Sequence[RegisteredRisk]) -> Iterator[ExposurePoint]:
    """Yield the sum of all exposures at every instant at which one of them changed."""
    steps = sorted(
        (
            (point.at, number, point.exposure or 0)
            for number, risk in enumerate(risks)
            for point in risk.points
        )
    )
    current: dict[int, int] = {}
    for position, (at, number, value) in enumerate(steps):
        current[number] = value
        if position + 1 == len(steps) or steps[position + 1][0] != at:
            yield ExposurePoint(at=at, exposure=sum(current.values()))
