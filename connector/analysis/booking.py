"""Books steps of the walk as ledger entries, beside the stored copy of what was agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from adapters.records import Issue
from connector.analysis.decomposition import ADDED, Families, decompose
from connector.analysis.facts import Baseline, ProjectFacts
from connector.analysis.state import PROJECT, EntryKind, LedgerEntry
from connector.analysis.walk import ITEMS, NOWHERE, Standing, Step, Walk
from mappings.classify import nature_of, origin_of
from mappings.concepts import Nature, Origin

Sizes = dict[str, dict[str, float | None]]
"""Container -> item key -> size (None: unsized)."""


class UnknownItemError(Exception):
    """A baseline holds an item of which no record is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """An approved change request that covers an item."""

    request: str  # its ref
    decided_at: dt.datetime


_MakeEntry = Callable[..., LedgerEntry]
_IN_PROJECT = frozenset({PROJECT})
CoverOf = Callable[[str], Cover | None]


def amount_of(size: float | None, unit: str) -> float:
    """Return what an item counts in a unit; an unsized one counts nothing but in items."""
    return 1.0 if unit == ITEMS else (size or 0.0)


@dataclass(slots=True, kw_only=True)
class Booker:
    """Turns steps into entries."""

    facts: ProjectFacts
    baseline: Baseline | None
    cover_of: CoverOf
    units: tuple[str, ...]
    copy: Sizes = field(default_factory=dict)
    _standings: dict[str, Standing] = field(default_factory=dict)  # follows what has been booked
    _issues: dict[str, Issue] = field(default_factory=dict)
    _entries: list[LedgerEntry] = field(default_factory=list)
    _late: dict[str, dt.datetime] = field(default_factory=dict)  # item -> when it was first seen
    _hidden: dict[str, Step] = field(default_factory=dict)  # last step of a late item before that
    _families: Families = field(init=False)
    _marked: tuple[Issue, Nature, Origin] | None = None  # of the version asked for last

    def __post_init__(self) -> None:
        """Read which issues were split into which."""
        self._families = Families.of(self.facts.links)

    def open(self, walk: Walk) -> None:
        """Lay the stored copy beside what the records say of that day, and book what differs.

        An item the copy lacks, though its history lies before it, was seen late: it enters when
        it was first seen. What the copy holds and the records no longer tell leaves at once.

        Raises:
            UnknownItemError: The copy holds an item of which no record is left.
        """
        if self.baseline is None:
            return
        self._issues = {issue.key: issue for issue in self.facts.issues}
        self.copy = {name: dict(items) for name, items in self.baseline.containers.items() if items}
        agreed = self._agreed()
        for key in sorted(set(agreed) | set(walk.standings)):
            self._compare(key, agreed.get(key, NOWHERE), walk.standings.get(key, NOWHERE), self.baseline)

    def book(self, step: Step) -> None:
        """Book one step in every container and unit; a late item's steps wait until it is seen."""
        key = step.issue.key
        self._families.note(step.issue, step.after.goals)
        seen_at = self._late.get(key)
        if seen_at is not None and step.at < seen_at:
            self._hidden[key] = step
            return
        self._show(key)
        self._put(step, late=False)

    def closed(self, as_of: dt.datetime) -> list[LedgerEntry]:
        """Return all entries: late items shown if seen by `as_of`, halves of an act joined, splits told."""
        for key in [key for key, seen_at in self._late.items() if seen_at <= as_of]:
            self._show(key)
        joined = sorted(self._joined(), key=lambda entry: entry.at)
        known = {key: issue.ref for key, issue in self._issues.items() if issue.created_at <= as_of}
        return decompose(joined, self._families.among(known), family_of=self._family)

    @property
    def unseen(self) -> frozenset[str]:
        """Late items that nobody has seen yet; asked after `closed`."""
        return frozenset(self._late)

    @property
    def late(self) -> Mapping[str, dt.datetime]:
        """Late items that were not booked yet, and when each was first seen."""
        return dict(self._late)

    # -- the stored copy -----------------------------------------------------------------------

    def _agreed(self) -> dict[str, Standing]:
        found: dict[str, Standing] = {}
        for container, items in self.copy.items():
            for key, size in items.items():
                known = found.get(key, replace(NOWHERE, size=size))
                found[key] = self._with(known, container)
        return found

    def _with(self, standing: Standing, container: str) -> Standing:
        if container == PROJECT:
            return standing
        if container in self._issues:
            return replace(standing, goals=standing.goals | {container})
        return replace(standing, milestones=standing.milestones | {container})

    def _compare(self, key: str, told: Standing, now: Standing, baseline: Baseline) -> None:
        if (told.containers, told.size) == (now.containers, now.size):
            self._standings[key] = now
            return
        if key not in self._issues:
            raise UnknownItemError(
                f"baseline {baseline.number} holds {key}, of which no record is left;"
                " restore the store from a backup"
            )
        self._standings[key] = told
        step = Step(
            at=baseline.on_at, act="", issue=self._issues[key], before=told, after=now, why="taken_out"
        )
        if told.containers:
            self._put(step, late=False)
        elif now.containers:
            self._late[key] = max(self.facts.first_seen.get(key, baseline.on_at), baseline.on_at)
            self._hidden[key] = step

    def _show(self, key: str) -> None:
        """Book the entry of a late item whose hour has come."""
        hidden, seen_at = self._hidden.pop(key, None), self._late.pop(key, None)
        if hidden is not None and seen_at is not None:
            self._put(replace(hidden, at=seen_at), late=True)

    # -- entries of one step -------------------------------------------------------------------

    def _put(self, step: Step, *, late: bool) -> None:
        known = self._standings.get(step.issue.key, NOWHERE)
        self._standings[step.issue.key] = step.after
        whole = step if step.before == known else replace(step, before=known)
        for unit in self.units:
            self._entries += self._of_step(whole, unit, late=late)

    def _of_step(self, step: Step, unit: str, *, late: bool) -> Iterator[LedgerEntry]:
        before, after = step.before, step.after
        is_resized = amount_of(before.size, unit) != amount_of(after.size, unit)
        for was, now in (
            (before.milestones, after.milestones),
            (before.goals, after.goals),
            (_project(before), _project(after)),
        ):
            if was != now or (is_resized and now):
                yield from self._of_family(step, unit, was, now, late=late)

    def _of_family(
        self, step: Step, unit: str, before: frozenset[str], after: frozenset[str], *, late: bool
    ) -> Iterator[LedgerEntry]:
        """Book one family of containers: what leaves one and enters another in one act is a transfer."""
        left, entered = sorted(before - after), sorted(after - before)
        was, now = amount_of(step.before.size, unit), amount_of(step.after.size, unit)
        entry = _entry(step, unit, late=late)
        for out, into in zip(left, entered, strict=False):
            yield entry(container=out, kind=EntryKind.TRANSFERRED_OUT, amount=was, other=into)
            yield entry(container=into, kind=EntryKind.TRANSFERRED_IN, amount=was, other=out)
        met = min(len(left), len(entered))
        for container in left[met:]:
            yield self._removed(entry, step, container, was)
        for container in entered[met:]:
            yield self._added(entry, step.issue, container, now)
        if was != now:
            for container in sorted((before & after) | set(entered[:met])):
                yield entry(container=container, kind=EntryKind.REESTIMATED, amount=now - was)

    def _removed(self, entry: _MakeEntry, step: Step, container: str, amount: float) -> LedgerEntry:
        cover = self.cover_of(step.issue.key)
        return entry(
            container=container,
            kind=EntryKind.REMOVED,
            amount=amount,
            why=step.why,
            change_request=cover.request if cover else None,
        )

    def _added(self, entry: _MakeEntry, issue: Issue, container: str, amount: float) -> LedgerEntry:
        cover = self.cover_of(issue.key)
        nature, origin = self._marks(issue)
        return entry(
            container=container,
            kind=EntryKind.APPROVED_ADD if cover else EntryKind.UNAPPROVED_ADD,
            amount=amount,
            change_request=cover.request if cover else None,
            nature=nature,
            origin=origin,
        )

    def _marks(self, issue: Issue) -> tuple[Nature, Origin]:
        """Say what an addition is and whose wish; asked for one version once, though booked many times."""
        if self._marked is None or self._marked[0] is not issue:
            rules = self.facts.rules[issue.source]
            self._marked = (issue, nature_of(issue, rules), origin_of(issue, rules))
        return self._marked[1:]

    # -- halves of one act ---------------------------------------------------------------------

    def _joined(self) -> list[LedgerEntry]:
        """Join what one act did in two steps: out of one container and into another is a transfer."""
        kept: list[LedgerEntry | None] = []
        removals: dict[tuple[str, str, str, str], int] = {}
        for entry in self._entries:
            slot = (entry.item_key, entry.cause, entry.unit, self._family(entry.container))
            kept.append(entry)
            if entry.cause and entry.kind is EntryKind.REMOVED:
                removals[slot] = len(kept) - 1
            elif entry.kind in ADDED and slot in removals:
                _meet(kept, removals.pop(slot))
        return [entry for entry in kept if entry is not None]

    def _family(self, container: str) -> str:
        if container == PROJECT:
            return PROJECT
        return "goal" if container in self._issues else "milestone"


def _meet(kept: list[LedgerEntry | None], index: int) -> None:
    """Rewrite a removal and the addition at the end that undoes it elsewhere, if they are as large."""
    out, into = kept[index], kept[-1]
    if out is None or into is None or out.amount != into.amount:
        return
    if out.container == into.container:  # left and came back in one act: nothing happened
        kept[index] = kept[-1] = None
        return
    kept[index] = replace(
        out, kind=EntryKind.TRANSFERRED_OUT, other=into.container, why="", change_request=None
    )
    kept[-1] = replace(into, kind=EntryKind.TRANSFERRED_IN, other=out.container, change_request=None)


def _project(standing: Standing) -> frozenset[str]:
    return _IN_PROJECT if standing.milestones or standing.goals else frozenset()


def _entry(step: Step, unit: str, *, late: bool) -> _MakeEntry:
    """Prepare the entries of a step: they differ in container, kind, amount and what goes with these."""
    return partial(
        LedgerEntry,
        at=step.at,
        unit=unit,
        item_key=step.issue.key,
        item=step.issue.ref,
        cause=step.act,
        late=late,
    )
