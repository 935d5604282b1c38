"""Splits: a parent item that its children replace is no removal, and its children are no growth.

What counts as a split of a parent, and who its children are:

- *It becomes a goal* (items are put below it, or its type is raised): all items ever below it since
  the baseline; and itself, should it become an item again.
- *It is dropped or taken out*, and the tracker links it as split: the issues it was split into. Without
  a link: the issues that have it as parent and came in within a day.
- *It stays, made smaller*, and the tracker links it as split: the issues it was split into that came in
  within a day of the smaller estimate.
- A parent that was deleted or moved out of the project was not split.

What is booked, in every container and unit apart: the parent leaves with `decomposed`, amount 0. The
size it leaves behind pays for what its children add there: first for children no request covers,
then direct children, in order of time; a child is paid for by its first coming alone. What is not
paid for stays an addition, approved or not like any other, and names the parent. What is left of
the parent follows children that went to another container of the same kind, as a transfer. What is
left then is removed. So in items one parent replaced by n children grows by n - 1, and in points by
what the children are larger. An unsized parent pays for nothing in points.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.records import Issue, Link, LinkKind
from connector.analysis.state import EntryKind, LedgerEntry

ADDED = frozenset({EntryKind.APPROVED_ADD, EntryKind.UNAPPROVED_ADD})
BECAME_GOAL = "became_goal"
DECOMPOSED = "decomposed"  # why the rest of a parent is removed

_GIVEN_UP = frozenset({"dropped", "taken_out"})
_WINDOW = dt.timedelta(days=1)
_NOTHING = 1e-9


@dataclass(slots=True, kw_only=True)
class Families:
    """Who came of whom. `below` grows as the walk goes on: parent -> child -> stands right below it."""

    linked: Mapping[str, frozenset[str]]
    below: dict[str, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))
    refs: dict[str, str] = field(default_factory=dict)  # what children were called when last seen

    @classmethod
    def of(cls, links: Iterable[Link]) -> Families:
        """Read the links that say that one issue was split into another."""
        linked: dict[str, set[str]] = defaultdict(set)
        for link in links:
            if link.kind is LinkKind.SPLIT and link.a != link.b:
                linked[link.a].add(link.b)
        return cls(linked={parent: frozenset(children) for parent, children in linked.items()})

    def note(self, issue: Issue, goals: frozenset[str]) -> None:
        """Note whose child an issue is as it stands, and the goals above it."""
        self.refs[issue.key] = issue.ref
        for parent in goals:
            self.below[parent].setdefault(issue.key, False)
        if issue.parent:
            self.below[issue.parent][issue.key] = True

    def among(self, known: Mapping[str, str]) -> Families:
        """Return the families of the issues that are known, with what they are called."""
        linked = {parent: children & known.keys() for parent, children in self.linked.items()}
        return Families(linked=linked, below=self.below, refs={**known, **self.refs})

    def children(self, parent: str) -> frozenset[str]:
        """Return all children of a parent, however known."""
        return self.linked.get(parent, frozenset()) | self.below.get(parent, {}).keys()

    def is_direct(self, parent: str, child: str) -> bool:
        """Say whether a child stands right below, or was split off itself."""
        return child in self.linked.get(parent, ()) or self.below.get(parent, {}).get(child, False)


def decompose(
    entries: Sequence[LedgerEntry],
    families: Families,
    *,
    family_of: Callable[[str], str],
) -> list[LedgerEntry]:
    """Rewrite the entries of split parents and of their children. Sums stay what they are.

    Args:
        entries: As booked, in order of time.
        families: Who came of whom.
        family_of: The kind of a container: between containers of one kind things are transferred.
    """
    work = _Work(entries, families)
    for parent, unit in work.parents():
        work.pay(parent, unit, family_of)
    return list(work.rewritten())


class _Work:
    """What is left of every entry while parents pay for their children."""

    def __init__(self, entries: Sequence[LedgerEntry], families: Families) -> None:
        self._entries = entries
        self._families = families
        self._left = [abs(entry.amount) for entry in entries]
        self._split: set[int] = set()  # positions of parents' entries that are a split
        self._parents: dict[int, str] = {}  # position of a child's entry -> ref of the parent
        self._moved: dict[int, list[tuple[int, float]]] = defaultdict(list)  # position -> other end, amount
        self._by_item: dict[tuple[str, str], list[int]] = defaultdict(list)
        for position, entry in enumerate(entries):
            self._by_item[entry.item_key, entry.unit].append(position)

    def parents(self) -> list[tuple[str, str]]:
        """Return the items that have children, with every unit they are booked in."""
        return [slot for slot in self._by_item if self._families.children(slot[0])]

    def pay(self, parent: str, unit: str, family_of: Callable[[str], str]) -> None:
        """Let what a parent leaves behind pay for its children, in one unit."""
        leaving = [p for p in self._by_item[parent, unit] if self._leaves(self._entries[p])]
        claims = self._claims(parent, unit, leaving) if leaving else []
        met = [(out, into) for out in leaving for into in claims if self._accepts(out, into)]
        for out, into in met:
            self._meet(out, into)
        for out, into in met:
            self._follow(out, into, family_of)
        self._split |= {out for out, _ in met if self._is_split(out)}
        self._split |= {out for out in leaving if self._entries[out].why == BECAME_GOAL}
        self._parents |= {into: self._entries[out].item for out, into in met if out in self._split}

    def rewritten(self) -> Iterator[LedgerEntry]:
        """Yield all entries anew, in their order."""
        for position, entry in enumerate(self._entries):
            if position in self._split:
                yield from self._of_parent(position, entry)
            elif position in self._parents:
                yield from self._of_child(position, entry)
            else:
                yield entry

    # -- who pays for whom ---------------------------------------------------------------------

    def _leaves(self, entry: LedgerEntry) -> bool:
        if entry.kind is EntryKind.REESTIMATED:
            return entry.amount < 0 and entry.item_key in self._families.linked
        return entry.kind is EntryKind.REMOVED and entry.why in {BECAME_GOAL, *_GIVEN_UP}

    def _claims(self, parent: str, unit: str, leaving: Sequence[int]) -> list[int]:
        """Return positions of what children, and the parent come back, added; who is paid first, first."""
        claims: list[int] = []
        for child in self._families.children(parent) - {parent}:
            claims += self._first_comings(child, unit)
        if any(self._entries[out].why == BECAME_GOAL for out in leaving):
            own = self._by_item[parent, unit]
            claims += [p for p in own if p > leaving[0] and self._entries[p].kind in ADDED]
        return sorted(claims, key=lambda p: self._rank(parent, p))

    def _first_comings(self, child: str, unit: str) -> Iterable[int]:
        first: dict[str, int] = {}
        for position in self._by_item.get((child, unit), ()):
            if self._entries[position].kind in ADDED:
                first.setdefault(self._entries[position].container, position)
        return first.values()

    def _rank(self, parent: str, position: int) -> tuple[bool, bool, int]:
        entry = self._entries[position]
        is_direct = self._families.is_direct(parent, entry.item_key)
        return (entry.kind is EntryKind.APPROVED_ADD, not is_direct, position)

    def _accepts(self, out: int, into: int) -> bool:
        parent, child = self._entries[out], self._entries[into]
        if parent.item_key == child.item_key:
            return parent.why == BECAME_GOAL and into > out
        if parent.why == BECAME_GOAL:
            return True
        is_linked = child.item_key in self._families.linked.get(parent.item_key, ())
        if parent.kind is EntryKind.REMOVED and is_linked:
            return True
        is_direct = self._families.is_direct(parent.item_key, child.item_key)
        may = is_linked if parent.kind is EntryKind.REESTIMATED else is_direct
        return may and abs(child.at - parent.at) <= _WINDOW

    def _is_split(self, out: int) -> bool:
        """A smaller estimate is a split only as far as it paid for something."""
        entry = self._entries[out]
        return entry.kind is EntryKind.REMOVED or self._left[out] < abs(entry.amount)

    def _meet(self, out: int, into: int) -> None:
        if self._entries[out].container == self._entries[into].container:
            self._take(out, into)

    def _follow(self, out: int, into: int, family_of: Callable[[str], str]) -> None:
        """Let what is left of the parent follow a child to another container of the same kind."""
        here, there = self._entries[out].container, self._entries[into].container
        if here == there or family_of(here) != family_of(there):
            return
        amount = self._take(out, into)
        if amount > _NOTHING:
            self._moved[out].append((into, amount))
            self._moved[into].append((out, amount))

    def _take(self, out: int, into: int) -> float:
        amount = min(self._left[out], self._left[into])
        self._left[out] -= amount
        self._left[into] -= amount
        return amount

    # -- entries -------------------------------------------------------------------------------

    def _of_parent(self, position: int, entry: LedgerEntry) -> Iterator[LedgerEntry]:
        keys = tuple(sorted(self._families.children(entry.item_key)))
        bare = replace(entry, amount=0.0, change_request=None, why="", child_keys=(), children=())
        children = tuple(self._families.refs.get(key, key) for key in keys)
        yield replace(bare, kind=EntryKind.DECOMPOSED, child_keys=keys, children=children)
        for into, amount in self._moved.get(position, ()):
            there = self._entries[into].container
            yield replace(bare, kind=EntryKind.TRANSFERRED_OUT, amount=amount, other=there)
        left = self._left[position]
        if left > _NOTHING and entry.kind is EntryKind.REESTIMATED:
            yield replace(entry, amount=-left)
        elif left > _NOTHING:
            yield replace(entry, amount=left, why=DECOMPOSED)

    def _of_child(self, position: int, entry: LedgerEntry) -> Iterator[LedgerEntry]:
        bare = replace(entry, change_request=None, split_of=self._parents[position])
        for out, amount in self._moved.get(position, ()):
            here = self._entries[out].container
            yield replace(bare, kind=EntryKind.TRANSFERRED_IN, amount=amount, other=here)
        left = self._left[position]
        if left > _NOTHING:
            yield replace(entry, amount=left, split_of=self._parents[position])
