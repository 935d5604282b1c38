"""How every container ended by its tracker, and since when that is known."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from adapters.records import (
    Field,
    Issue,
    Iteration,
    IterationSighting,
    IterationStatus,
    Milestone,
    MilestoneSighting,
    MilestoneStatus,
)
from connector.analysis.facts import ProjectFacts
from connector.analysis.forecast.contents import Contents
from connector.analysis.forecast.track import Kind, Turn
from connector.analysis.history import Version
from mappings.classify import disposition_of
from mappings.concepts import Disposition

QUIET = dt.timedelta(days=14)
"""So long after its last item was done, a milestone made by hand that nothing joined counts as finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a container is, and its turns in the order of `at`."""

    key: str
    kind: Kind
    name: str = ""
    turns: tuple[Turn, ...] = ()
    began_at: dt.datetime | None = None
    seen_at: dt.datetime | None = None


def outcomes(
    facts: ProjectFacts, told: Mapping[str, Sequence[Version]], *, zone: ZoneInfo, contents: Contents
) -> Mapping[str, Outcome]:
    """Return the outcome of all that was ever sighted, of goals, and of what is gone without a trace.

    What trackers tell late counts from the day it happened, as everywhere: a release day from that
    day, a close from its instant. Where they tell no day, an end counts from the sighting that showed it.
    """
    found = {each.key: each for each in _sighted(facts, zone, contents)}
    found |= {each.key: each for each in _sprints(facts, zone)}
    goals = (key for key, kind in contents.kinds.items() if kind is Kind.GOAL and key in told)
    found |= {key: _goal(facts, key, told[key], zone) for key in goals}
    return found | {each.key: each for each in _unseen(facts, contents, found.keys())}


# -- what the tracker no longer has --------------------------------------------------------------------


def _unseen(facts: ProjectFacts, contents: Contents, known: Collection[str]) -> Iterator[Outcome]:
    """Yield what only the history of items tells of: deleted or merged before anybody looked.

    It was there while items lay in it, and bears the last name that the history knows. From the first
    look at its tracker on it is known to be gone, for nobody could show it any more.
    """
    sources = {issue.key: issue.source for issue in facts.issues}
    names = _names(facts)
    for key, kind in contents.kinds.items():
        if key not in known and kind is not Kind.GROUP:
            source = next((sources[stay.item] for stay in contents.stays[key] if stay.item in sources), "")
            looked_at = _first_look(facts, source, kind)
            gone = () if looked_at is None else (Turn(at=looked_at, status=MilestoneStatus.CANCELLED),)
            yield Outcome(key=key, kind=kind, name=names.get(key, ""), turns=gone)


def _first_look(facts: ProjectFacts, source: str, kind: Kind) -> dt.datetime | None:
    """Return since when a tracker's containers of a kind are known; None: they never were listed."""
    if kind is Kind.ITERATION:
        looks = [each.seen_at for each in facts.iterations if each.iteration.source == source]
    else:
        looks = [each.seen_at for each in facts.sightings if each.milestone.source == source]
    return min(looks, default=None)


def _names(facts: ProjectFacts) -> Mapping[str, str]:
    """Return what each milestone was called last, as far as the history of items tells."""
    told: dict[str, tuple[dt.datetime, str]] = {}
    for changes in facts.changes.values():
        for change in changes:
            if change.field == Field.MILESTONES:
                for key, name in ((change.old, change.old_text), (change.new, change.new_text)):
                    if key and name:
                        told[key] = max(told.get(key, (change.at, name)), (change.at, name))
    return {key: name for key, (_at, name) in told.items()}


# -- milestones ----------------------------------------------------------------------------------------


def _sighted(facts: ProjectFacts, zone: ZoneInfo, contents: Contents) -> Iterator[Outcome]:
    seen: dict[str, list[MilestoneSighting]] = defaultdict(list)
    looks: dict[str, set[dt.datetime]] = defaultdict(set)
    hand = {each.key for each in facts.hand_milestones}
    for sighting in facts.sightings:
        seen[sighting.milestone.key].append(sighting)
        looks[sighting.milestone.source].add(sighting.seen_at)
    for key, sightings in seen.items():
        vanished_at = min(
            (at for at in looks[sightings[-1].milestone.source] if at > sightings[-1].seen_at), default=None
        )
        turns = _turns(sightings, vanished_at, zone)
        yield Outcome(
            key=key,
            kind=Kind.GROUP if key in hand else Kind.MILESTONE,
            name=sightings[-1].milestone.name,
            turns=_quiet(contents, key, zone) if key in hand else turns,
            seen_at=sightings[0].seen_at,
        )


def _turns(
    sightings: Sequence[MilestoneSighting], vanished_at: dt.datetime | None, zone: ZoneInfo
) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for sighting in sightings:
        _turn(turns, _of(sighting.milestone, sighting.seen_at, zone))
    is_open = not turns or turns[-1].status is MilestoneStatus.OPEN
    if vanished_at is not None and is_open:
        turns.append(Turn(at=vanished_at, status=MilestoneStatus.CANCELLED))
    return tuple(turns)


def _of(milestone: Milestone, seen_at: dt.datetime, zone: ZoneInfo) -> Turn:
    if milestone.status is not MilestoneStatus.DONE:
        return Turn(at=seen_at, status=milestone.status)
    day, at = milestone.released_on, milestone.closed_at
    if day is not None:
        at = dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)
    elif at is not None:
        day = at.astimezone(zone).date()
    return Turn(at=seen_at if at is None else min(at, seen_at), status=MilestoneStatus.DONE, day=day)


def _turn(turns: list[Turn], told: Turn) -> None:
    """Add what was told next. The last word on an end counts; without a day, the first."""
    last = turns[-1] if turns else None
    if told.status is (last.status if last else MilestoneStatus.OPEN):
        if last is None or told.status is not MilestoneStatus.DONE or told.day in (None, last.day):
            return
        turns.pop()
    while turns and turns[-1].at >= told.at:
        turns.pop()
    turns.append(told)


def _quiet(contents: Contents, key: str, zone: ZoneInfo) -> tuple[Turn, ...]:
    """Return the turns of a milestone made by hand: no tracker closes it, so its items do."""
    changes = sorted(_open_changes(contents, key))
    turns: list[Turn] = []
    open_items = 0
    for index, (at, change) in enumerate(changes):
        open_items += change
        following = changes[index + 1][0] if index + 1 < len(changes) else None
        if turns and turns[-1].status is MilestoneStatus.DONE:
            turns.append(Turn(at=at, status=MilestoneStatus.OPEN))
        if open_items == 0 and change < 0 and (following is None or following > at + QUIET):
            turns.append(Turn(at=at + QUIET, status=MilestoneStatus.DONE, day=at.astimezone(zone).date()))
    return tuple(turns)


def _open_changes(contents: Contents, key: str) -> Iterator[tuple[dt.datetime, int]]:
    """Yield when one open item more, or less, lay in a container."""
    for stay in contents.stays.get(key, ()):
        spells = contents.spells.get(stay.item, ())
        is_open = not next((s.done for s in reversed(spells) if s.at <= stay.entered_at), False)
        if is_open:
            yield stay.entered_at, 1
        for spell in spells:
            if stay.entered_at < spell.at and (stay.left_at is None or spell.at < stay.left_at):
                yield spell.at, -1 if spell.done else 1
                is_open = not spell.done
        if stay.left_at is not None and is_open:
            yield stay.left_at, -1


# -- sprints -------------------------------------------------------------------------------------------


def _sprints(facts: ProjectFacts, zone: ZoneInfo) -> Iterator[Outcome]:
    seen: dict[str, list[IterationSighting]] = defaultdict(list)
    for sighting in facts.iterations:
        seen[sighting.iteration.key].append(sighting)
    for key, sightings in seen.items():
        last = sightings[-1]
        yield Outcome(
            key=key,
            kind=Kind.ITERATION,
            name=last.iteration.name,
            turns=_sprint_turns(last.iteration, last.seen_at, zone),
            began_at=last.iteration.start_at,
            seen_at=sightings[0].seen_at,
        )


def _sprint_turns(sprint: Iteration, seen_at: dt.datetime, zone: ZoneInfo) -> tuple[Turn, ...]:
    if sprint.status is not IterationStatus.CLOSED:
        return ()
    at = sprint.completed_at
    day = at.astimezone(zone).date() if at else None
    return (Turn(at=min(at or seen_at, seen_at), status=MilestoneStatus.DONE, day=day),)


# -- goals ---------------------------------------------------------------------------------------------


def _goal(facts: ProjectFacts, key: str, history: Sequence[Version], zone: ZoneInfo) -> Outcome:
    turns: list[Turn] = []
    gone = facts.gone.get(key)
    for version in history:
        if gone is None or version.at < gone.at:
            _turn(turns, _goal_turn(version, _status(facts, version.issue), zone))
    if gone is not None:
        _turn(turns, Turn(at=gone.at, status=MilestoneStatus.CANCELLED))
    return Outcome(key=key, kind=Kind.GOAL, name=history[-1].issue.title, turns=tuple(turns))


def _status(facts: ProjectFacts, issue: Issue) -> MilestoneStatus:
    disposition = disposition_of(issue, facts.rules[issue.source])
    if disposition is Disposition.DROPPED:
        return MilestoneStatus.CANCELLED
    return MilestoneStatus.DONE if disposition is Disposition.DONE else MilestoneStatus.OPEN


def _goal_turn(version: Version, status: MilestoneStatus, zone: ZoneInfo) -> Turn:
    if status is not MilestoneStatus.DONE:
        return Turn(at=version.at, status=status)
    at = min(version.issue.closed_at or version.at, version.at)
    return Turn(at=at, status=status, day=at.astimezone(zone).date())
