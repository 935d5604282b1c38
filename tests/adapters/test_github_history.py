"""Whatever happens to a GitHub issue, in whatever order, its changes make one unbroken history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from adapters.github.history import parse_changes
from adapters.github.parse import Context
from adapters.records import Change, ChangeMode, Field
from tests.adapters.github_world import Row, event, row

CONTEXT = Context(prefix="github", repository="acme/apollo", source="github:acme/apollo")
KEY = "github:acme/apollo:issue:3"
START = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)

_names = st.sampled_from(["R1", "R2", "R3"])
_kinds = st.one_of(
    st.fixed_dictionaries(
        {
            "event": st.just("closed"),
            "state_reason": st.sampled_from([None, "completed", "not_planned", "duplicate"]),
        }
    ),
    st.fixed_dictionaries({"event": st.just("reopened")}),
    st.fixed_dictionaries(
        {
            "event": st.sampled_from(["parent_issue_added", "parent_issue_removed"]),
            "parent_issue": st.sampled_from([row(1), row(2), None]),
        }
    ),
    st.fixed_dictionaries(
        {
            "event": st.sampled_from(["milestoned", "demilestoned"]),
            "milestone": st.fixed_dictionaries({"title": _names}),
        }
    ),
)
_gaps_s = st.integers(min_value=0, max_value=90)


@st.composite
def timelines(draw: st.DrawFn) -> list[Row]:
    """Draw events, oldest first, some of them in the same second."""
    at, drawn = START, []
    for number, (gap_s, facts) in enumerate(draw(st.lists(st.tuples(_gaps_s, _kinds), max_size=12))):
        at += dt.timedelta(seconds=gap_s)
        drawn.append(event(number, "", at.isoformat()) | facts)
    return drawn


def history(events: Sequence[Row]) -> tuple[Change, ...]:
    """Parse the events of issue 3."""
    return parse_changes(events, issue_key=KEY, context=CONTEXT)


@given(timelines())
def test_each_change_begins_where_the_one_before_ended(events: list[Row]) -> None:
    """Status, category and resolution; a change that changes nothing is none."""
    stands: dict[str, str | None] = {Field.STATUS: "open", Field.CATEGORY: "todo", Field.RESOLUTION: ""}
    for change in history(events):
        if change.field in stands:
            assert change.old == stands[change.field] != change.new
            stands[change.field] = change.new
    assert (
        (stands[Field.STATUS] == "closed")
        == (stands[Field.CATEGORY] == "done")
        == bool(stands[Field.RESOLUTION])
    )


@given(timelines())
def test_order_and_ids_hold_in_every_history(events: list[Row]) -> None:
    """Ids are unique, (at, id) is the order of the timeline, one of old and new is set in an element."""
    changes = history(events)
    assert sorted(changes, key=lambda change: (change.at, change.id)) == list(changes)
    assert len({change.id for change in changes}) == len(changes)
    assert all(
        (change.old is None) != (change.new is None)
        for change in changes
        if change.mode is ChangeMode.ELEMENT
    )


@given(timelines())
def test_an_act_is_one_event_or_one_move(events: list[Row]) -> None:
    """Changes that share an act come of one event, or leave one milestone for another within a minute."""
    acts: dict[str, list[Change]] = {}
    for change in history(events):
        acts.setdefault(change.act, []).append(change)
    for changes in acts.values():
        moves = [change for change in changes if change.field == Field.MILESTONES]
        assert len({change.at for change in changes}) == 1 or len(moves) == len(changes) == 2
        if len(moves) == 2:
            assert {change.old is None for change in moves} == {True, False}
            assert moves[1].at - moves[0].at <= dt.timedelta(seconds=60)


@given(timelines())
def test_shuffled_pages_make_the_same_history(events: list[Row]) -> None:
    """Events of different instants may come in any order: their instants decide."""
    instants = [dt.datetime.fromisoformat(one["created_at"]) for one in events]
    if len(set(instants)) == len(instants):
        assert history(events[::-1]) == history(events)
