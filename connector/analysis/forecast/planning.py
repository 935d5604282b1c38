"""Which day was planned for a container, and since when that is known."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from adapters.records import Iteration, IterationStatus, MilestoneStatus
from connector.analysis.facts import Baseline, ProjectFacts
from connector.analysis.forecast.track import Plan


def plans(
    facts: ProjectFacts, agreed: Sequence[Baseline], *, zone: ZoneInfo
) -> Mapping[str, tuple[Plan, ...]]:
    """Return the plans of every container, in the order in which they became known.

    Sightings of what is still open tell one; a webhook also tells the date before it; a baseline
    what was agreed. A milestone first seen finished tells none: trackers rewrite its date then. A
    sprint first seen closed tells its planned end from its close on.
    """
    found: dict[str, list[Plan]] = defaultdict(list)
    for key, plan in (*_sighted(facts), *_hinted(facts), *_sprints(facts, zone), *_agreed(agreed)):
        found[key].append(plan)
    return {key: _ordered(told) for key, told in sorted(found.items())}


def _sighted(facts: ProjectFacts) -> Iterator[tuple[str, Plan]]:
    for sighting in facts.sightings:
        if sighting.milestone.status is MilestoneStatus.OPEN:
            yield sighting.milestone.key, Plan(at=sighting.seen_at, day=sighting.milestone.due_on)


def _hinted(facts: ProjectFacts) -> Iterator[tuple[str, Plan]]:
    for hint in facts.hints:
        yield hint.key, Plan(at=hint.at, day=hint.old_on)
        yield hint.key, Plan(at=hint.at, day=hint.new_on)


def _sprints(facts: ProjectFacts, zone: ZoneInfo) -> Iterator[tuple[str, Plan]]:
    known: set[str] = set()
    for sighting in facts.iterations:
        sprint = sighting.iteration
        if sprint.end_at is None or (sprint.status is IterationStatus.CLOSED and sprint.key in known):
            continue
        known.add(sprint.key)
        yield sprint.key, Plan(at=_known_at(sprint, sighting.seen_at), day=_day(sprint.end_at, zone))


def _known_at(sprint: Iteration, seen_at: dt.datetime) -> dt.datetime:
    if sprint.status is not IterationStatus.CLOSED or sprint.completed_at is None:
        return seen_at
    return min(sprint.completed_at, seen_at)


def _agreed(baselines: Sequence[Baseline]) -> Iterator[tuple[str, Plan]]:
    for baseline in baselines:
        for key, day in baseline.dates.items():
            if day is not None:
                yield key, Plan(at=baseline.on_at, day=day, agreed=True)


def _ordered(told: Sequence[Plan]) -> tuple[Plan, ...]:
    """Order plans, and drop those that say what is known already; no date before any is no news."""
    kept: list[Plan] = []
    last: dict[bool, dt.date | None] = {}
    for plan in sorted(told, key=lambda plan: plan.at):
        if last.get(plan.agreed) != plan.day:
            kept.append(plan)
        last[plan.agreed] = plan.day
    return tuple(kept)


def _day(instant: dt.datetime, zone: ZoneInfo) -> dt.date:
    return instant.astimezone(zone).date()
