"""Walks a project's whole history once, in time order, and says which item stood in which container.

One pass over all versions: every step costs what it touches (the issue, and for a moved parent its
descendants), never a replay of the past.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.records import Issue
from connector.analysis import aliases
from connector.analysis.decomposition import BECAME_GOAL
from connector.analysis.facts import ProjectFacts
from connector.analysis.history import Version, versions
from connector.analysis.selection import belongs, names_of
from connector.analysis.state import PROJECT
from mappings.classify import Placement, place, size_of
from mappings.concepts import Concept, Disposition
from mappings.goals import goal_chain

ITEMS = "items"  # the unit in which every item counts one


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an item counts at an instant. NOWHERE: it is no item, or out of scope."""

    milestones: frozenset[str] = frozenset()
    goals: frozenset[str] = frozenset()
    size: float | None = None
    done: bool = False

    @property
    def containers(self) -> frozenset[str]:
        """All containers it counts in; `project` too if it is in any other."""
        inside = self.milestones | self.goals
        return inside | {PROJECT} if inside else inside


NOWHERE = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One item's standing changed.

    `why` tells a removal apart: dropped, taken_out, became_goal, or as of `Gone`.
    """

    at: dt.datetime
    act: str
    issue: Issue
    before: Standing
    after: Standing
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    at: dt.datetime
    key: str
    act: str
    issue: Issue | None  # None: gone
    why: str = ""


@dataclass(slots=True)
class Walk:
    """The project as it stands at the last step taken. Take steps with `advance`."""

    facts: ProjectFacts
    told: Mapping[str, Sequence[Version]]  # what `histories` says of the facts
    issues: dict[str, Issue] = field(default_factory=dict)
    placements: dict[str, Placement] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    first_entry: dict[str, dt.datetime] = field(default_factory=dict)  # container -> first item put into it
    _children: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _counting: dict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )  # parent -> children that are something
    _events: list[_Event] = field(default_factory=list)
    _next: int = 0
    _unit: str = ITEMS
    _names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out every version of every issue in time order."""
        self._unit = size_unit(self.facts)
        self._names = names_of(self.facts)
        self._events = sorted(_events(self.facts, self.told), key=lambda event: (event.at, event.key))

    def advance(self, until: dt.datetime) -> Iterator[Step]:
        """Take all steps up to and with `until`; yields those that changed an item's standing."""
        while self._next < len(self._events) and self._events[self._next].at <= until:
            event = self._events[self._next]
            self._next += 1
            yield from self._take(event)

    # -- one event ---------------------------------------------------------------------------

    def _take(self, event: _Event) -> Iterator[Step]:
        known = self.issues.get(event.key)
        affected = self._replace(event, known)
        for key in affected:
            step = self._restand(key, event)
            if step is not None:
                yield step
        if event.issue is None:
            self.issues.pop(event.key, None)

    def _replace(self, event: _Event, known: Issue | None) -> list[str]:
        """Put the new version in place; return the keys whose standing may have changed, the issue first."""
        key, new = event.key, event.issue
        old_parent, new_parent = (known.parent if known else None), (new.parent if new else None)
        if new is not None:
            self.issues[key] = new
        if old_parent != new_parent:
            self._move_child(key, old_parent, new_parent)
        was_goal = self._is_goal(key)
        self._place(key, new)
        affected = [key]
        for parent in _distinct(old_parent, new_parent):
            affected += self._recount(parent, key, is_child=parent == new_parent)
        if old_parent != new_parent or was_goal != self._is_goal(key):
            affected += self._descendants(key)
        return list(dict.fromkeys(affected))

    def _move_child(self, key: str, old: str | None, new: str | None) -> None:
        if old is not None:
            self._children[old].discard(key)
        if new is not None:
            self._children[new].add(key)

    def _place(self, key: str, issue: Issue | None) -> None:
        if issue is None:
            self.placements.pop(key, None)
            return
        rules = self.facts.rules[issue.source]
        self.placements[key] = place(issue, rules, has_children=bool(self._counting.get(key)))

    def _recount(self, parent: str, child: str, *, is_child: bool) -> list[str]:
        """Count a child of `parent` anew; return whom it affects that there are children now, or none."""
        placement = self.placements.get(child)
        counts = is_child and placement is not None and placement.concept is not Concept.NONE
        had = bool(self._counting.get(parent))
        (self._counting[parent].add if counts else self._counting[parent].discard)(child)
        if had == bool(self._counting[parent]) or parent not in self.issues:
            return []
        was_goal = self._is_goal(parent)
        self._place(parent, self.issues[parent])
        return [parent, *(self._descendants(parent) if was_goal != self._is_goal(parent) else [])]

    def _descendants(self, key: str) -> list[str]:
        found: dict[str, None] = {}
        waiting = sorted(self._children.get(key, ()))
        while waiting:
            child = waiting.pop()
            if child not in found:
                found[child] = None
                waiting += sorted(self._children.get(child, ()))
        return list(found)

    def _restand(self, key: str, event: _Event) -> Step | None:
        issue = self.issues.get(key)
        if issue is None:
            return None
        before = self.standings.get(key, NOWHERE)
        is_gone = event.issue is None and key == event.key
        after = NOWHERE if is_gone else self._standing(issue)
        if after == before:
            return None
        self.standings[key] = after
        for container in after.containers - before.containers:
            self.first_entry.setdefault(container, event.at)
        why = event.why if is_gone else self._why(key)
        return Step(at=event.at, act=event.act, issue=issue, before=before, after=after, why=why)

    def _why(self, key: str) -> str:
        if self.placements[key].disposition is Disposition.DROPPED:
            return "dropped"
        return BECAME_GOAL if self._is_goal(key) else "taken_out"

    # -- where an item stands --------------------------------------------------------------------

    def _is_goal(self, key: str) -> bool:
        placement = self.placements.get(key)
        return placement is not None and placement.concept is Concept.GOAL

    def _parent_of(self, key: str) -> str | None:
        issue = self.issues.get(key)
        return issue.parent if issue else None

    def _standing(self, issue: Issue) -> Standing:
        placement = self.placements[issue.key]
        if placement.concept is not Concept.SCOPE_ITEM or placement.disposition is Disposition.DROPPED:
            return NOWHERE
        hand = (m.key for m in self.facts.hand_milestones if belongs(issue, m, self._names))
        goals = goal_chain(issue.key, self._parent_of, self._is_goal)
        inside = frozenset((*issue.milestones, *hand))
        if not inside and not goals:
            return NOWHERE
        rules = self.facts.rules[issue.source]
        return Standing(
            milestones=inside,
            goals=frozenset(goals),
            size=size_of(issue, rules) if rules.size_unit == self._unit else None,
            done=placement.disposition is Disposition.DONE,
        )


def size_unit(facts: ProjectFacts) -> str:
    """Return the project's mapped size unit: the first of its sources' that is not items.

    Items of a source that measures otherwise are unsized in it: points and hours do not add up.
    """
    units = [facts.rules[name].size_unit for name in sorted(facts.rules)]
    return next((unit for unit in units if unit != ITEMS), ITEMS)


def sources_in(facts: ProjectFacts, unit: str) -> frozenset[str]:
    """Return the sources that measure in a unit."""
    return frozenset(name for name, rules in facts.rules.items() if rules.size_unit == unit)


def histories(facts: ProjectFacts) -> Mapping[str, tuple[Version, ...]]:
    """Return every issue's versions, milestone titles resolved."""
    resolve = aliases.resolver(facts.issues, facts.changes, facts.sightings)
    return {
        issue.key: versions(issue, facts.changes.get(issue.key, ()), resolve=resolve)
        for issue in facts.issues
    }


def _events(facts: ProjectFacts, told: Mapping[str, Sequence[Version]]) -> Iterable[_Event]:
    for key, history in told.items():
        gone = facts.gone.get(key)
        for version in history:
            if gone is None or version.at < gone.at:
                yield _Event(at=version.at, key=key, act=version.act, issue=version.issue)
        if gone is not None:
            yield _Event(at=gone.at, key=key, act="", issue=None, why=gone.why)


def _distinct(*parents: str | None) -> list[str]:
    return [parent for parent in dict.fromkeys(parents) if parent is not None]
