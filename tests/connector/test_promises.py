"""The promise ledger: every date ever given, none lost or changed by what comes later. Day 0: 2026-09-01."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from connector.analysis import promises
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import MilestoneClass, Promise, PromiseKind
from tests.builders import day, facts, issue, milestone, released, seen
from tests.connector.dated import ON, R1, UTC, agreed, baseline, hint, history, only, telling

SEEN, WEBHOOK, AGREED, TOLD = PromiseKind


def ledger(base: ProjectFacts, agreement: Agreement, offset: float) -> tuple[Promise, ...]:
    """Return the entries of R1 as of a day."""
    found = promises.ledgers(base.sightings, base.hints, agreement, as_of=day(offset))
    return found.get(R1, ())


def kinds(entries: tuple[Promise, ...]) -> list[tuple[PromiseKind, dt.date | None]]:
    """Return kind and day of each entry."""
    return [(entry.kind, entry.day) for entry in entries]


def test_every_date_is_an_entry_with_where_it_comes_from() -> None:
    """Seen, agreed, told, moved by a webhook: in order, each with its source and who stands for it."""
    base = history((1, ON(2026, 10, 1)), hints=[hint(20, ON(2026, 10, 1), ON(2026, 10, 9))])
    agreement = agreed(baseline(1, 5, ON(2026, 10, 1)), tellings=(telling(3, 9, ON(2026, 10, 1)),))
    entries = ledger(base, agreement, 30)
    assert kinds(entries) == [
        (SEEN, ON(2026, 10, 1)),
        (AGREED, ON(2026, 10, 1)),
        (TOLD, ON(2026, 10, 1)),
        (WEBHOOK, ON(2026, 10, 9)),
    ]
    assert [(e.source, e.by, e.reason) for e in entries[1:3]] == [
        ("baseline 1", "J. Doe", "meeting 1"),
        ("edition 3 for client", "P. Manager", ""),
    ]


def test_only_what_was_agreed_or_told_is_promised_to_a_client() -> None:
    """A date that stood in the tracker is none of ours until somebody stands for it."""
    base = history((1, ON(2026, 10, 1)))
    agreement = agreed(baseline(1, 5, ON(2026, 10, 1)), tellings=(telling(1, 9, ON(2026, 10, 1)),))
    assert [e.is_to_client for e in ledger(base, agreement, 30)] == [False, True, True]


def test_a_webhook_yields_the_old_day_that_nobody_saw() -> None:
    """R1 was first seen with 9 October; the webhook knows of 1 October before it: the first promise."""
    base = history((21, ON(2026, 10, 9)), hints=[hint(20, ON(2026, 10, 1), ON(2026, 10, 9))])
    assert kinds(ledger(base, Agreement(), 30)) == [
        (WEBHOOK, ON(2026, 10, 1)),
        (WEBHOOK, ON(2026, 10, 9)),
        (SEEN, ON(2026, 10, 9)),
    ]
    assert only(base, Agreement(), 30).first_promised_on == ON(2026, 10, 1)


def test_an_old_day_that_was_seen_is_no_second_entry() -> None:
    """The webhook's old day is what the sighting before it showed."""
    base = history((1, ON(2026, 10, 1)), hints=[hint(20, ON(2026, 10, 1), ON(2026, 10, 9))])
    assert kinds(ledger(base, Agreement(), 30))[1:] == [(WEBHOOK, ON(2026, 10, 9))]


def test_a_rename_is_an_entry_of_the_same_story() -> None:
    """The key carries the story; each entry keeps the name of its time, agreements too."""
    sights = [
        *seen(1, milestone(1, name="Alpha", due_on=ON(2026, 10, 1))),
        *seen(9, milestone(1, name="Beta", due_on=ON(2026, 10, 1))),
    ]
    base = facts([issue(1)], sightings=sights)
    entries = ledger(base, agreed(baseline(1, 5, ON(2026, 10, 1))), 30)
    assert [(e.kind, e.name) for e in entries] == [(SEEN, "Alpha"), (AGREED, "Alpha"), (SEEN, "Beta")]


def test_a_milestone_deleted_in_the_tracker_keeps_its_entries() -> None:
    """Deleted, or merged into another: what was promised stays."""
    sights = [
        *seen(1, milestone(1, due_on=ON(2026, 10, 1)), milestone(2, due_on=ON(2026, 11, 1))),
        *seen(9, milestone(2, due_on=ON(2026, 11, 1))),
    ]
    base = facts([issue(1)], sightings=sights)
    assert kinds(ledger(base, agreed(baseline(1, 5, ON(2026, 10, 1))), 30)) == [
        (SEEN, ON(2026, 10, 1)),
        (AGREED, ON(2026, 10, 1)),
    ]


def test_a_date_seen_when_it_was_done_says_so() -> None:
    """Releasing rewrites the date: that is no promise, and the entry tells."""
    sights = [*seen(1, milestone(1, due_on=ON(2026, 10, 1))), *seen(40, released(1, ON(2026, 10, 6)))]
    entries = ledger(facts([issue(1)], sightings=sights), Agreement(), 50)
    assert [(e.day, e.reason) for e in entries] == [(ON(2026, 10, 1), ""), (ON(2026, 10, 6), "done")]


def test_a_date_taken_out_is_an_entry_without_a_day() -> None:
    """Taking a date out of the tracker leaves what it was."""
    base = history((1, ON(2026, 10, 1)), (5, None))
    assert kinds(ledger(base, Agreement(), 30)) == [(SEEN, ON(2026, 10, 1)), (SEEN, None)]


def test_moves_told_by_webhooks_between_two_sightings_count() -> None:
    """There and back between two syncs: two moves; what a sighting shows afterwards is none again."""
    hints = [hint(2, ON(2026, 10, 1), ON(2026, 10, 9)), hint(3, ON(2026, 10, 9), ON(2026, 10, 1))]
    base = history((1, ON(2026, 10, 1)), (4, ON(2026, 10, 1)), hints=[*hints, *hints[:1]])
    found = [(m.from_on, m.to_on) for m in only(base, Agreement(), 9).moves]
    assert found == [(ON(2026, 10, 1), ON(2026, 10, 9)), (ON(2026, 10, 9), ON(2026, 10, 1))]


def test_a_webhook_of_a_move_just_seen_adds_none() -> None:
    """Clocks differ: a minute after the sighting that shows it, the webhook tells the same move."""
    minute = 1 / 1440
    base = history(
        (1, ON(2026, 10, 1)), (2, ON(2026, 10, 9)), hints=[hint(2 + minute, ON(2026, 10, 1), ON(2026, 10, 9))]
    )
    assert len(only(base, Agreement(), 9).moves) == 1


def test_a_webhook_tells_of_a_move_that_none_saw_before_it() -> None:
    """Its old day is not the day known last: somebody moved it in between."""
    base = history((1, ON(2026, 10, 1)), hints=[hint(3, ON(2026, 10, 5), ON(2026, 10, 9))])
    found = [(m.from_on, m.to_on) for m in only(base, Agreement(), 9).moves]
    assert found == [(ON(2026, 10, 1), ON(2026, 10, 5)), (ON(2026, 10, 5), ON(2026, 10, 9))]


def test_the_date_a_webhook_told_last_is_the_trackers() -> None:
    """Until the next sighting; the moment before it is what it was."""
    base = history((1, ON(2026, 10, 1)), hints=[hint(3, ON(2026, 10, 1), ON(2026, 10, 9))])
    assert only(base, Agreement(), 4).due_on == ON(2026, 10, 9)
    assert only(base, Agreement(), 2).due_on == ON(2026, 10, 1)


# ---------------------------------------------------------------- any history of re-planning

HISTORIES = 1000


def replans(seed: int) -> tuple[ProjectFacts, Agreement]:
    """Make a history: dates set and moved, some told by webhooks, some agreed, some told to the client."""
    chance = random.Random(seed)  # noqa: S311 - test data, not a secret
    instants = sorted(chance.uniform(0.1, 99) for _ in range(chance.randint(1, 7)))
    hints = sorted(chance.uniform(0.1, 99) for _ in range(chance.randint(0, 3)))
    told = sorted(chance.uniform(0.1, 99) for _ in range(chance.randint(0, 2)))
    agreements = sorted(chance.uniform(0.1, 99) for _ in range(chance.randint(0, 2)))
    base = history(
        *((at, some_day(chance, none=0.15)) for at in instants),
        hints=[hint(at, some_day(chance, none=0.15), some_day(chance, none=0.15)) for at in hints],
    )
    tellings = [telling(n, at, some_day(chance) or ON(2026, 10, 1)) for n, at in enumerate(told, start=1)]
    baselines = [baseline(n, at, some_day(chance, none=0.2)) for n, at in enumerate(agreements, start=1)]
    return base, agreed(*baselines, tellings=tuple(tellings))


def some_day(chance: random.Random, *, none: float = 0.0) -> dt.date | None:
    """Draw one of forty days, near enough that some come again; sometimes none."""
    return None if chance.random() < none else ON(2026, 9, 15) + dt.timedelta(days=3 * chance.randint(0, 40))


def cut(base: ProjectFacts, agreement: Agreement, at: dt.datetime) -> tuple[ProjectFacts, Agreement]:
    """Return what was known by an instant."""
    known = replace(
        base,
        sightings=tuple(s for s in base.sightings if s.seen_at <= at),
        hints=tuple(h for h in base.hints if h.at <= at),
    )
    tellings = tuple(t for t in agreement.tellings if t.at <= at)
    held = tuple(b for b in agreement.baselines if b.on_at <= at)
    return known, agreed(*held, tellings=tellings)


def test_what_happens_later_changes_no_entry() -> None:
    """The ledger of the whole history begins with the ledger of any part of it, entry by entry."""
    for seed in range(HISTORIES):
        base, agreement = replans(seed)
        offset = 1 + seed % 98
        before = ledger(*cut(base, agreement, day(offset)), 100)
        assert ledger(base, agreement, 100)[: len(before)] == before == ledger(base, agreement, offset), seed


def test_no_slip_is_lost() -> None:
    """Whatever was seen, told, agreed or published, the ledger has its day, and the moves lead to it."""
    for seed in range(HISTORIES):
        base, agreement = replans(seed)
        entries = ledger(base, agreement, 100)
        days = {s.milestone.due_on for s in base.sightings} | {h.new_on for h in base.hints}
        days |= {h.old_on for h in base.hints} | {b.dates[R1] for b in agreement.baselines}
        days |= {t.told[R1] for t in agreement.tellings}
        assert {e.day for e in entries} | {None} == days | {None}, seed
        moves = promises.moves(base.sightings, base.hints)
        assert all(a.to_on == b.from_on for a, b in pairwise(moves)), seed
        assert {m.to_on for m in moves} <= days | {None}, seed


def test_no_replan_turns_a_late_milestone_green() -> None:
    """Beyond its tolerance, or past the day that counts, it is not in order, but by the client's approval."""
    late = {MilestoneClass.SLIPPING, MilestoneClass.OVERDUE, MilestoneClass.RECOVERING}
    found: Counter[MilestoneClass] = Counter()
    for seed in range(HISTORIES):
        base, agreement = replans(seed)
        offset = 5 + seed % 136
        (state,) = judge(base, agreement, as_of=day(offset)).milestones or (None,)
        if state is not None and (counted := state.baseline_on or state.first_promised_on):
            due_on = state.due_on or counted
            slip = UTC.working_days(counted, due_on)
            found[state.milestone_class] += 1
            if slip > agreement.slip_tolerance_days or counted < day(offset).date():
                assert state.milestone_class in late, seed
    assert set(found) >= late | {MilestoneClass.ON_TIME, MilestoneClass.REPLANNED, MilestoneClass.VOLATILE}
