"""The ledger's laws over generated histories: whatever people do in the tracker, it balances."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.analysis.history import at as version_at
from connector.analysis.judge import judge, picture_at
from connector.analysis.state import PROJECT, EntryKind, ProjectState
from connector.analysis.walk import Walk, histories
from tests.builders import day
from tests.connector.storyteller import LAST, Script, play, scripts, with_baseline


def columns(state: ProjectState) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return every row without its entries, and the entries without order."""
    return {
        (row.container, row.unit): (replace(row, entries=()), frozenset(row.entries)) for row in state.scope
    }


@settings(max_examples=150, deadline=None)
@given(scripts, st.floats(1, LAST), st.lists(st.floats(0, LAST + 5), min_size=1, max_size=4))
def test_the_ledger_balances_at_every_instant(
    script: Script, agreed_on: float, instants: list[float]
) -> None:
    """Current = baseline + approved + unapproved - removed + reestimated + in - out, everywhere, always."""
    base = play(script)
    agreement = with_baseline(base, agreed_on)
    for instant in instants:
        for row in judge(base, agreement, as_of=day(instant)).scope:
            if row.baseline is not None:
                booked = row.baseline + row.approved_added + row.unapproved_added - row.removed  # type: ignore[operator] # all known with a baseline
                booked += row.reestimated + row.transferred_in - row.transferred_out  # type: ignore[operator] # all known with a baseline
                assert abs(booked - row.current) < 1e-6, (row, instant)


@settings(max_examples=100, deadline=None)
@given(scripts, st.floats(1, LAST))
def test_what_leaves_by_transfer_arrives(script: Script, agreed_on: float) -> None:
    """Across all containers transfers cancel out, in every unit."""
    base = play(script)
    state = judge(base, with_baseline(base, agreed_on), as_of=day(LAST))
    for unit in ("items", "points"):
        rows = [row for row in state.scope if row.unit == unit]
        assert sum(r.transferred_in or 0 for r in rows) == sum(r.transferred_out or 0 for r in rows)
    assert not [e for r in state.scope if r.container == PROJECT for e in r.entries if e.kind in TRANSFERS]


TRANSFERS = {EntryKind.TRANSFERRED_IN, EntryKind.TRANSFERRED_OUT}


@settings(max_examples=100, deadline=None)
@given(scripts, st.floats(1, LAST / 2), st.floats(LAST / 2, LAST))
def test_the_picture_of_a_day_does_not_change_when_more_happens(
    script: Script, agreed_on: float, instant: float
) -> None:
    """The ledger as of D, asked at D or asked later, is the same."""
    then, later = play(script, until=instant), play(script)
    agreement = with_baseline(then, agreed_on)
    assert columns(judge(then, agreement, as_of=day(instant))) == columns(
        judge(later, agreement, as_of=day(instant))
    )


@settings(max_examples=100, deadline=None)
@given(scripts, st.lists(st.floats(0, LAST), min_size=1, max_size=5))
def test_one_walk_in_steps_equals_walks_from_the_start(script: Script, stops: list[float]) -> None:
    """Walking on from yesterday gives what a walk from the beginning gives."""
    base = play(script)
    told = histories(base)
    stepwise = Walk(base, told)
    for stop in sorted(stops):
        for _ in stepwise.advance(day(stop)):
            pass
        fresh = Walk(base, told)
        for _ in fresh.advance(day(stop)):
            pass
        assert stepwise.standings == fresh.standings


@settings(max_examples=100, deadline=None)
@given(scripts, st.floats(0, LAST))
def test_walk_and_picture_agree(script: Script, instant: float) -> None:
    """What the walk counts in the project is what the picture of that day holds, counted once."""
    base = play(script)
    told = histories(base)
    walk = Walk(base, told)
    for _ in walk.advance(day(instant)):
        pass
    counted = {key for key, standing in walk.standings.items() if standing.containers}
    items = {
        item.key
        for item in picture_at(base, told, day(instant)).items
        if item.disposition != "dropped" and (item.milestones or item.goals)
    }
    assert counted == items


@settings(max_examples=100, deadline=None)
@given(scripts)
def test_a_history_leads_from_creation_to_now(script: Script) -> None:
    """Every issue's last version is what it is now, and its versions are in order of time."""
    base = play(script)
    for one in base.issues:
        told = histories(base)[one.key]
        assert [v.at for v in told] == sorted(v.at for v in told)
        last = version_at(told, dt.datetime.max.replace(tzinfo=dt.UTC))
        assert last is not None
        assert (last.milestones, last.points, last.parent) == (one.milestones, one.points, one.parent)
