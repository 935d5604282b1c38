"""What a message looks things up in: the judged state, its names, its ledger rows, its language. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from connector.alerts import words
from connector.alerts.decide import Notice
from connector.alerts.texts import Speech
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.deviations import dropped_entries
from connector.analysis.state import (
    PROJECT,
    EntryKind,
    LedgerEntry,
    MilestoneState,
    ProjectState,
    ScopeRow,
)
from connector.analysis.walk import ITEMS
from mappings.concepts import Disposition, ScopeItem

BOOKED: Mapping[str, EntryKind] = {
    "scope_creep": EntryKind.UNAPPROVED_ADD,
    "scope_dropped": EntryKind.REMOVED,
}
"""Rules about scope, and the entries that their deviations stand on."""
_OPEN = (Disposition.DOING, Disposition.OPEN)
_LONGEST_TITLE = 40  # characters, of an issue named within a sentence


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A project as it was judged, and the language to tell of it."""

    state: ProjectState
    calendar: WorkingCalendar
    speech: Speech
    _items: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def zone(self) -> dt.tzinfo:
        """The project's time zone."""
        return self.calendar.zone

    @property
    def today(self) -> dt.date:
        """The day of the judgement in the project's zone."""
        return self.calendar.local_day(self.state.as_of)

    @cached_property
    def rows(self) -> Mapping[str, ScopeRow]:
        """Ledger rows in items, by container."""
        return {row.container: row for row in self.state.scope if row.unit == ITEMS}

    @cached_property
    def milestones(self) -> Mapping[str, MilestoneState]:
        """Milestones by key."""
        return {milestone.key: milestone for milestone in self.state.milestones}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What people call each container; of a deviation, its own name counts first."""
        goals = {goal.key: words.one_line(goal.title or goal.ref) for goal in self.state.goals}
        return {key: words.one_line(one.name) for key, one in self.milestones.items()} | goals

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The tracker's titles as they are written, by issue key. Internal, as alerts are."""
        return {item.key: item.title for item in self.state.picture.items}

    @cached_property
    def refs(self) -> Mapping[str, str]:
        """What people call each issue, by its key: `APO-77`."""
        picture = self.state.picture
        kinds = (picture.goals, picture.items, picture.risks, picture.decisions, picture.client_actions)
        return {one.key: one.ref for kind in kinds for one in kind}

    @cached_property
    def open_work(self) -> Mapping[str, Sequence[ScopeItem]]:
        """Open pieces of work by milestone and goal: what is begun first, then the oldest."""
        found: dict[str, list[ScopeItem]] = {}
        for item in self.state.picture.items:
            if item.disposition in _OPEN:
                for container in (*item.milestones, *item.goals):
                    found.setdefault(container, []).append(item)
        for items in found.values():
            items.sort(key=lambda item: (_OPEN.index(item.disposition), item.created_at, item.key))
        return found

    def called(self, refs: Iterable[str]) -> Sequence[str]:
        """Name issues by what people call them, with the tracker's title where it is known."""
        return [self._titled(ref) for ref in refs]

    def _titled(self, ref: str) -> str:
        item = words.one_line(ref)
        title = words.one_line(self._by_ref.get(ref, ""), most=_LONGEST_TITLE)
        return self.speech.say("format.item", item=item, title=title) if title else item

    @cached_property
    def _by_ref(self) -> Mapping[str, str]:
        picture = self.state.picture
        known = [(one.ref, one.title) for one in picture.items]
        return dict(known + [(one.ref, one.title) for one in picture.unplaced])

    def label(self, key: str, name: str = "") -> str:
        """Say what people call an object.

        Args:
            key: Of a container, an issue, a source or an audience.
            name: What it is known to be called; "" where that is to be looked up.
        """
        if key == PROJECT:
            return self.speech.say("name.project")
        return words.one_line(name or self.names.get(key, key))

    def name(self, notice: Notice) -> str:
        """Say what people call the object of a notice."""
        return self.label(notice.alert.object, notice.alert.object_name)

    def quoted(self, notice: Notice) -> str:
        """Say the same within a sentence, set off as the language does."""
        name = self.name(notice)
        return name if notice.alert.object == PROJECT else self.speech.say("format.name", name=name)

    def since(self, notice: Notice) -> str:
        """Say since when the deviation of a notice has stood."""
        return self.speech.say("since", at=self.instant(notice.alert.since))

    def instant(self, at: dt.datetime) -> str:
        """Write an instant in the project's zone."""
        return self.speech.instant(at, self.zone)

    def rank(self, container: str) -> int:
        """Order containers by how near they are to a date: milestone 0, goal 1, project 2."""
        if container == PROJECT:
            return 2
        return 0 if container in self.milestones else 1

    def entries(self, rule: str, container: str) -> tuple[LedgerEntry, ...]:
        """List the ledger entries that a deviation of scope stands on, in order of time."""
        row = self.rows.get(container)
        kind = BOOKED.get(rule)
        if row is None:
            return ()
        if kind is EntryKind.REMOVED:
            return tuple(dropped_entries(row.entries, self._agreed(container)))
        return tuple(entry for entry in row.entries if entry.kind is kind and entry.amount)

    def items(self, rule: str, container: str) -> frozenset[str]:
        """Return the keys of the items that a deviation of scope stands on."""
        place = (rule, container)
        if place not in self._items:
            self._items[place] = frozenset(entry.item_key for entry in self.entries(rule, container))
        return self._items[place]

    def touched(self, rule: str, item_key: str) -> Iterable[str]:
        """Name the milestones and goals in which an item counts for that rule."""
        for container, name in self.names.items():
            if item_key in self.items(rule, container):
                yield name

    def _agreed(self, container: str) -> frozenset[str]:
        baseline = self.state.baseline
        return frozenset(baseline.containers.get(container, {}) if baseline else ())
