"""Reads a project's whole history once, for forecasts as of any day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from adapters.records import LinkKind, MilestoneStatus
from connector.analysis.facts import Baseline, ProjectFacts
from connector.analysis.forecast.contents import Contents, read
from connector.analysis.forecast.outcomes import Outcome, outcomes
from connector.analysis.forecast.planning import plans
from connector.analysis.forecast.track import (
    Chronicle,
    Finish,
    Kind,
    Plan,
    Spell,
    Stay,
    Track,
    Turn,
)
from connector.analysis.history import Version

__all__ = ["Chronicle", "Finish", "Kind", "Plan", "Spell", "Stay", "Track", "Turn", "chronicle"]


def chronicle(
    facts: ProjectFacts,
    told: Mapping[str, Sequence[Version]],
    *,
    timezone: str,
    agreed: Sequence[Baseline] = (),
) -> Chronicle:
    """Read a project's history: every container's contents, dates and end, each known from its instant on.

    Args:
        facts: What was pulled.
        told: What `walk.histories` says of the facts.
        timezone: IANA zone in which the project's days begin.
        agreed: The baselines; a date agreed in one is a plan from its instant on.
    """
    zone = ZoneInfo(timezone)
    contents = read(facts, told)
    ends = outcomes(facts, told, zone=zone, contents=contents)
    planned = plans(facts, agreed, zone=zone)
    tracks = {
        key: _track(contents, ends.get(key, Outcome(key=key, kind=kind)), planned.get(key, ()))
        for key, kind in sorted({**contents.kinds, **{key: end.kind for key, end in ends.items()}}.items())
    }
    return Chronicle(
        project=facts.project,
        timezone=timezone,
        tracks=tracks,
        spells=contents.spells,
        blocks=_blocks(facts),
    )


def _track(contents: Contents, end: Outcome, planned: tuple[Plan, ...]) -> Track:
    last = end.turns[-1] if end.turns else None
    is_done = last is not None and last.status is MilestoneStatus.DONE
    return Track(
        key=end.key,
        name=end.name or end.key,
        kind=end.kind,
        stays=contents.stays.get(end.key, ()),
        plans=planned,
        finish=Finish(day=last.day) if is_done and last and last.day else None,
        cancelled=last is not None and last.status is MilestoneStatus.CANCELLED,
        turns=end.turns,
        began_at=end.began_at,
        seen_at=end.seen_at,
    )


def _blocks(facts: ProjectFacts) -> Mapping[str, tuple[str, ...]]:
    waiting: dict[str, set[str]] = defaultdict(set)
    for link in facts.links:
        if link.kind is LinkKind.BLOCKS:
            waiting[link.a].add(link.b)
    return {key: tuple(sorted(others)) for key, others in sorted(waiting.items())}
