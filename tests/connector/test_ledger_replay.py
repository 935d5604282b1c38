"""Replaying history: in whatever batches it came, the ledger is the same, and counts nothing twice."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from adapters.protocol import Batch
from adapters.records import Issue
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import EntryKind, ProjectState, ScopeRow
from connector.store import Store, open_store
from connector.store.staging import Plan, PullKind
from tests.builders import SOURCE, day, milestone
from tests.connector.storyteller import (
    LAST,
    OTHER,
    WHAT,
    Script,
    contents,
    play,
    scripts,
    with_baseline,
)

ALL_KINDS = frozenset(EntryKind)


def batches(base: ProjectFacts, source: str, order: random.Random, *, size: int) -> list[Batch]:
    """Cut what a source holds into batches of some size, in some order."""
    told = [one for one in contents(base).values() if one[0].source == source and one[0].key not in base.gone]
    order.shuffle(told)
    cut = [told[start : start + size] for start in range(0, len(told), size)]
    made = [
        Batch(
            issues=tuple(one for one, _ in part),
            changes=tuple(change for _, changes in part for change in changes),
            cursor=str(number),
        )
        for number, part in enumerate(cut)
    ]
    first = Batch(milestones=tuple(milestone(n) for n in (1, 2, 3)) if source == SOURCE else (), cursor="m")
    links = Batch(links=base.links if source == SOURCE else (), cursor="l")
    return [first, *made, links]


def pull(store: Store, base: ProjectFacts, at: float, order: random.Random, *, size: int) -> None:
    """Pull both sources whole; what is gone is marked when it went."""
    known = {one.key for one in store.facts.load("apollo").issues}
    for source in (SOURCE, OTHER):
        under_way = store.pulls.begin("apollo", source, Plan(kind=PullKind.FULL, started_at=day(at)))
        for batch in batches(base, source, order, size=size):
            under_way = store.pulls.stage(under_way, batch)
        mine = {one.key for one in base.issues if one.source == source}
        gone = {key: mark for key, mark in base.gone.items() if key in mine & known}
        store.pulls.apply(under_way, finished_at=day(at + 0.1), gone=gone)


def stored(looks: Sequence[ProjectFacts], *, seed: int, size: int) -> ProjectFacts:
    """Return what the store holds after these looks at a tracker, one a hundred days."""
    order = random.Random(seed)  # noqa: S311 - an order of batches, no secret
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store("sqlite:///store.db", folder=Path(folder)) as store,
    ):
        for number, base in enumerate(looks, start=1):
            pull(store, base, 100.0 * number, order, size=size)
        kept = store.facts.load("apollo")
    last = looks[-1]
    return replace(last, issues=kept.issues, changes=kept.changes, links=kept.links, gone=kept.gone)


def everything(state: ProjectState) -> dict[tuple[str, str], tuple[ScopeRow, frozenset[object]]]:
    """Return every row, its entries without order."""
    return {(r.container, r.unit): (replace(r, entries=()), frozenset(r.entries)) for r in state.scope}


@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate))  # shrinking takes minutes
@given(scripts, st.floats(1, LAST), st.integers(0, 999), st.integers(1, 9), st.floats(31, LAST))
@example([(3, 42.0, "convert", 2)], 19.0, 209, 4, 55.0)  # a parent and its child change at one instant
def test_any_batches_in_any_order_give_the_same_ledger(
    script: Script, agreed_on: float, seed: int, size: int, looked_on: float
) -> None:
    """Pulled at once, or look by look with batches of any size in any order: one and the same ledger."""
    early, late = ungone(play(script, until=looked_on)), play(script)
    agreement = with_baseline(late, agreed_on)
    expected = judge(late, agreement, as_of=day(LAST))
    known = ungone(late)  # a census marks what an earlier look saw
    for looks in ([known, late], [early, known, late]):
        found = stored(looks, seed=seed, size=size)
        assert everything(judge(found, agreement, as_of=day(LAST))) == everything(expected)


def ungone(base: ProjectFacts) -> ProjectFacts:
    """Return the facts before anybody noticed what is gone."""
    return replace(base, gone={})


def families(entries: Iterable[object], issues: Sequence[Issue]) -> dict[str, str]:
    """Map every item to one of its family: whatever was split into one another goes together."""
    head = {one.key: one.key for one in issues}

    def top(key: str) -> str:
        while head[key] != key:
            key = head[key]
        return key

    for entry in entries:
        for child in getattr(entry, "child_keys", ()):
            head[top(child)] = top(getattr(entry, "item_key", child))
    return {key: top(key) for key in head}


@settings(max_examples=120, deadline=None)
@given(scripts, st.floats(1, LAST), st.floats(1, LAST + 1))
def test_nothing_is_counted_twice(script: Script, agreed_on: float, instant: float) -> None:
    """What the entries of an item say is exactly how it differs from the copy; of a split, of the family."""
    base = play(script)
    agreement = with_baseline(base, agreed_on)
    now = with_baseline(base, instant).baselines[0].containers  # what is where at that instant, by replay
    state = judge(base, agreement, as_of=day(instant))
    for row in (r for r in state.scope if r.baseline is not None):
        family = families(row.entries, base.issues)
        net: dict[str, float] = defaultdict(float)
        for entry in row.entries:
            leaves = entry.kind in {EntryKind.REMOVED, EntryKind.TRANSFERRED_OUT}
            net[family[entry.item_key]] += -entry.amount if leaves else entry.amount
        for sign, held in ((1, now), (-1, agreed(agreement))):
            for key, size in held.get(row.container, {}).items():
                net[family[key]] -= sign * (1.0 if row.unit == "items" else size or 0.0)
        assert [key for key, left in net.items() if abs(left) > 1e-6] == []


def agreed(agreement: Agreement) -> dict[str, dict[str, float | None]]:
    """Return the copy that was agreed."""
    return {name: dict(items) for name, items in agreement.baselines[0].containers.items()}


def test_the_generated_histories_book_every_kind_of_entry() -> None:
    """Properties over histories that never split or approve would prove little."""
    order = random.Random(4)  # noqa: S311 - a fixed choice of histories, no secret
    seen: set[EntryKind] = set()
    for _ in range(60):
        script = [
            (order.randint(1, 6), order.uniform(0.5, LAST), order.choice(WHAT), order.randint(1, 3))
            for _ in range(40)
        ]
        base = play(script)
        state = judge(base, with_baseline(base, 15), as_of=day(LAST))
        seen |= {entry.kind for row in state.scope for entry in row.entries}
    assert seen == ALL_KINDS
