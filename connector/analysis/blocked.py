"""Work on the way to a milestone that cannot go on: what holds it, since when, what waits for it. Pure.

Trackers keep no history of links: that one issue waits for another counts from when both stood and the
waiting one was begun. Work that nobody has begun and that waits for other work is a plan, no blockage.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Final

from adapters.records import Category, Issue, LinkKind, MilestoneStatus
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import ProjectFacts
from connector.analysis.history import Version, versions
from connector.analysis.state import Deviation, Fact, MilestoneState, ProjectState, Severity
from mappings.concepts import Disposition, ScopeItem

TOP: Final = 5  # refs that a deviation names
_OPEN: Final = frozenset({Disposition.OPEN, Disposition.DOING})
_UNFINISHED: Final = frozenset({Category.TODO, Category.DOING})
_SAYS_BLOCKED: Final = re.compile(
    r"\b(blocked|impeded|impediment|on[ -]hold|stalled|blockiert|angehalten)\b|阻塞|受阻|挂起", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A piece of work that cannot go on. `by`: open issues it waits for; empty: only a word says so."""

    item: ScopeItem
    since: dt.datetime
    by: tuple[str, ...]


def blocked(
    facts: ProjectFacts, state: ProjectState, calendar: WorkingCalendar, *, limit_days: int
) -> Iterator[Deviation]:
    """Tell, for each open milestone with a date, of work that has been blocked for longer than a limit.

    Args:
        facts: All stored facts, without the links where the judgement is of a past day.
        state: The same facts, judged.
        calendar: The project's working days.
        limit_days: Working days that a piece of work may be blocked.

    Yields:
        One deviation a milestone: a warning, or information where a longer chain of open work leads
        past everything that is blocked.
    """
    board = _Board(facts=facts, state=state)
    today = calendar.local_day(state.as_of)
    old = [one for one in board.held if _limit_on(one, calendar, limit_days) < today]
    for milestone in state.milestones:
        own = [one for one in old if milestone.key in one.item.milestones]
        if own and milestone.status is MilestoneStatus.OPEN and milestone.due_on is not None:
            chain = board.chain(milestone.key, blocked=frozenset(one.item.key for one in own))
            yield _deviation(milestone, own, chain, board, calendar, limit_days)


def _limit_on(one: _Held, calendar: WorkingCalendar, limit_days: int) -> dt.date:
    return calendar.later(calendar.local_day(one.since), limit_days)


def _deviation(
    milestone: MilestoneState,
    own: list[_Held],
    chain: tuple[str, ...],
    board: _Board,
    calendar: WorkingCalendar,
    limit_days: int,
) -> Deviation:
    is_in_the_way = not chain or any(one.item.key in chain for one in own)
    first_on = calendar.local_day(own[0].since)
    blockers = dict.fromkeys(ref for one in own for ref in board.refs(one.by))
    told: dict[str, Fact] = {
        "count": len(own),
        "items": tuple(one.item.ref for one in own[:TOP]),
        "since_on": first_on.isoformat(),
        "days": calendar.working_days(first_on, calendar.local_day(board.state.as_of)),
        "blocked_by": tuple(blockers)[:TOP],
        "chain": board.refs(chain) if is_in_the_way else (),
    }
    return Deviation(
        id=f"blocked:{milestone.key}",
        rule="blocked",
        object=milestone.key,
        object_name=milestone.name,
        severity=Severity.WARNING if is_in_the_way else Severity.INFO,
        since=calendar.end_of(_limit_on(own[0], calendar, limit_days)),
        facts=told,
    )


@dataclass(frozen=True, kw_only=True)
class _Board:
    """The open work of a project, and what waits for what."""

    facts: ProjectFacts
    state: ProjectState

    @cached_property
    def held(self) -> list[_Held]:
        """What is blocked, the longest so first."""
        items = (one for one in self.state.picture.items if one.disposition in _OPEN and one.milestones)
        found = [held for item in items if (held := self._held(item)) is not None]
        return sorted(found, key=lambda one: (one.since, one.item.key))

    def refs(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return what people call these issues."""
        return tuple(self._issues[key].ref for key in keys)

    def chain(self, milestone: str, *, blocked: frozenset[str]) -> tuple[str, ...]:
        """Return the longest chain of open work that ends in a milestone, what is to be done first in front.

        Issues that wait for each other in a circle are in no chain. Of chains of one length it is one
        that something blocked lies on, else the first by its keys.

        Args:
            milestone: Its key.
            blocked: Keys of what is blocked.

        Returns:
            Keys; empty where nothing of the milestone waits for anything.
        """

        def worst_first(chain: tuple[str, ...]) -> tuple[int, bool, tuple[str, ...]]:
            return (-len(chain), blocked.isdisjoint(chain), chain)

        waits = self._waits_of(
            [
                one.key
                for one in self.state.picture.items
                if one.disposition in _OPEN and milestone in one.milestones
            ]
        )
        before: dict[str, tuple[str, ...]] = {}
        for key in _in_order(waits):
            ways = [before[blocker] for blocker in waits[key] if blocker in before]
            before[key] = (*min(ways, key=worst_first, default=()), key)
        longest = min(before.values(), key=worst_first, default=())
        return longest if len(longest) > 1 else ()

    @cached_property
    def _issues(self) -> Mapping[str, Issue]:
        return {issue.key: issue for issue in self.facts.issues}

    @cached_property
    def _is_open(self) -> Mapping[str, bool]:
        picture = self.state.picture
        placed = (picture.goals, picture.items, picture.risks, picture.change_requests, picture.decisions)
        more = (picture.client_actions, picture.feedback)
        told = {one.key: one.disposition in _OPEN for ones in (*placed, *more) for one in ones}
        others = {issue.key: issue.category in _UNFINISHED for issue in self.facts.issues}
        return {key: is_open and key not in self.facts.gone for key, is_open in (others | told).items()}

    @cached_property
    def _blockers(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        for link in self.facts.links:
            if link.kind is LinkKind.BLOCKS and link.a != link.b and self._is_open.get(link.a):
                found.setdefault(link.b, set()).add(link.a)
        return {key: tuple(sorted(others)) for key, others in found.items()}

    def _waits_of(self, keys: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Return what these issues wait for, and what that waits for in turn."""
        found: dict[str, tuple[str, ...]] = {}
        left = list(keys)
        while left:
            key = left.pop()
            if key not in found:
                found[key] = self._blockers.get(key, ())
                left.extend(found[key])
        return found

    def _held(self, item: ScopeItem) -> _Held | None:
        issue = self._issues.get(item.key)
        if issue is None:
            return None
        told = self._told(issue)
        blockers = self._blockers.get(item.key, ())
        starts = [_so_since(told, _says_blocked)]
        begun = _so_since(told, lambda one: one.category is Category.DOING)
        if begun is not None:
            stood = [_so_since(self._told(self._issues[key]), _is_unfinished) for key in blockers]
            starts += [max(begun, since) for since in stood if since is not None]
        known = [since for since in starts if since is not None]
        return _Held(item=item, since=min(known), by=blockers) if known else None

    def _told(self, issue: Issue) -> list[Version]:
        """Return how an issue stood up to the judgement, the latest first."""
        told = versions(issue, self.facts.changes.get(issue.key, ()))
        return [one for one in reversed(told) if one.at <= self.state.as_of]


def _says_blocked(issue: Issue) -> bool:
    return any(_SAYS_BLOCKED.search(word) for word in (issue.status, *issue.labels))


def _is_unfinished(issue: Issue) -> bool:
    return issue.category in _UNFINISHED


def _so_since(latest_first: Iterable[Version], holds: Callable[[Issue], bool]) -> dt.datetime | None:
    """Return since when something has held without a break; None: it does not hold."""
    since = None
    for version in latest_first:
        if not holds(version.issue):
            break
        since = version.at
    return since


def _in_order(waits: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what waits for nothing first, then what waits for it; what waits in a circle never."""
    sorter = TopologicalSorter(waits)
    with suppress(CycleError):  # what is in no circle is handed out all the same
        sorter.prepare()
    while ready := sorter.get_ready():
        yield from sorted(ready)
        sorter.done(*ready)
