"""What lay in which container when, and when each item was done: one walk over the history."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connector.analysis.facts import ProjectFacts
from connector.analysis.forecast.track import Kind, Spell, Stay
from connector.analysis.history import Version
from connector.analysis.walk import Standing, Step, Walk
from mappings.classify import disposition_of, place
from mappings.concepts import Concept, Disposition

_END = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Stays by container, in the order of entering, and spells by item."""

    kinds: Mapping[str, Kind]
    stays: Mapping[str, tuple[Stay, ...]]
    spells: Mapping[str, tuple[Spell, ...]]


@dataclass(slots=True)
class _Book:
    """Who is where since when, as steps are booked."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    inside: dict[tuple[str, str], dt.datetime] = field(default_factory=dict)  # container, item -> since
    stays: dict[str, list[Stay]] = field(default_factory=lambda: defaultdict(list))

    def move(self, item: str, at: dt.datetime, before: frozenset[str], after: frozenset[str]) -> None:
        """Book that an item left some containers and entered others."""
        for container in sorted(before - after):
            entered_at = self.inside.pop((container, item))
            if entered_at < at:
                self.stays[container].append(Stay(item=item, entered_at=entered_at, left_at=at))
        for container in after - before:
            self.inside[container, item] = at

    def closed(self) -> Mapping[str, tuple[Stay, ...]]:
        """Return the stays by container; who is still inside has not left."""
        for (container, item), entered_at in self.inside.items():
            self.stays[container].append(Stay(item=item, entered_at=entered_at))
        return {
            key: tuple(sorted(stays, key=lambda stay: (stay.entered_at, stay.item)))
            for key, stays in sorted(self.stays.items())
        }


def read(facts: ProjectFacts, told: Mapping[str, Sequence[Version]]) -> Contents:
    """Walk the history once.

    Args:
        facts: What was pulled.
        told: What `walk.histories` says of the facts.

    Returns:
        Every container an item was ever in. Dropped, deleted and moved items leave; an item put
        in and taken out at one instant was never in.
    """
    book = _Book()
    hand = {each.key for each in facts.hand_milestones}
    for step in Walk(facts, told).advance(_END):
        _book_step(book, step, hand)
    for key, history in told.items():
        if any(version.issue.iterations for version in history):
            _book_iterations(book, facts, key, history)
    stays = book.closed()
    items = {stay.item for each in stays.values() for stay in each}
    return Contents(
        kinds={key: book.kinds[key] for key in stays},
        stays=stays,
        spells={key: spells for key in sorted(items) if (spells := _spells(facts, told[key]))},
    )


def _book_step(book: _Book, step: Step, hand: set[str]) -> None:
    for standing in (step.before, step.after):
        book.kinds |= dict.fromkeys(standing.goals, Kind.GOAL)
        book.kinds |= {key: Kind.GROUP if key in hand else Kind.MILESTONE for key in standing.milestones}
    book.move(step.issue.key, step.at, _held(step.before), _held(step.after))


def _held(standing: Standing) -> frozenset[str]:
    return standing.milestones | standing.goals


def _book_iterations(book: _Book, facts: ProjectFacts, key: str, history: Sequence[Version]) -> None:
    """Book an item's sprints, which the walk does not follow."""
    inside: frozenset[str] = frozenset()
    for at, now in _in_iterations(facts, key, history):
        book.kinds |= dict.fromkeys(now, Kind.ITERATION)
        book.move(key, at, inside, now)
        inside = now


def _in_iterations(
    facts: ProjectFacts, key: str, history: Sequence[Version]
) -> Iterator[tuple[dt.datetime, frozenset[str]]]:
    """Yield from when on an item is in which sprints."""
    gone = facts.gone.get(key)
    for version in history:
        if gone is not None and version.at >= gone.at:
            break
        placement = place(version.issue, facts.rules[version.issue.source], has_children=False)
        counts = placement.concept is Concept.SCOPE_ITEM and placement.disposition is not Disposition.DROPPED
        yield version.at, frozenset(version.issue.iterations) if counts else frozenset()
    if gone is not None:
        yield gone.at, frozenset()


def _spells(facts: ProjectFacts, history: Sequence[Version]) -> tuple[Spell, ...]:
    """Return when an item was done and when it was not; open before the first."""
    told: list[Spell] = []
    for version in history:
        rules = facts.rules[version.issue.source]
        done = disposition_of(version.issue, rules) is Disposition.DONE
        if done != (told[-1].done if told else False):
            told.append(Spell(at=version.at, done=done))
    return tuple(told)
