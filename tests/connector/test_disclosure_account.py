"""A small number of the account is told by no way round: closed parts, other units, earlier editions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.analysis.state import ScopeRow
from connector.disclosure.policy import Policy
from connector.disclosure.view import ClientView, ScopePart
from tests.connector import disclosure_sample as sample

ITEMS, POINTS = sample.SCOPE
ALL = ("agreed", "approved", "undecided", "taken_out", "current", "done")


def opening(*names: str, **more: object) -> Policy:
    """Return a policy that opens these parts of the account."""
    return sample.policy(show={"scope": frozenset(names)}, **more)


def view_of(*rows: ScopeRow, made: Policy, previous: ClientView | None = None) -> ClientView:
    """Project the sample with these accounts."""
    return sample.projection(state=replace(sample.STATE, scope=rows), policy=made, previous=previous).view


def told(view: ClientView, part: ScopePart, *, place: int = 0) -> str:
    """Return what is told of a part of an account."""
    return next(str(line.amount.text) for line in view.scope[place].lines if line.part is part)


def test_the_day_of_the_agreement_needs_its_switch() -> None:
    """Where `scope.agreed` is closed, nothing tells when something was agreed."""
    state = replace(sample.STATE, baseline=sample.BASELINE)
    opened, closed = (
        sample.projection(state=state, policy=opening(*names)).view.scope[0].agreed_on
        for names in (ALL, ("current", "done"))
    )
    assert opened is not None
    assert closed is None


@pytest.mark.parametrize(
    ("closed", "row", "today"),
    [
        ("undecided", {"unapproved_added": 1, "current": 43}, "43 to 44"),
        ("undecided", {"unapproved_added": 2, "current": 44}, "43 to 44"),
        ("undecided", {"unapproved_added": 3, "current": 45}, "45"),
        ("undecided", {"unapproved_added": 0, "current": 42}, "42"),
        ("approved", {"approved_added": 1, "current": 40}, "40 to 41"),
        ("taken_out", {"removed": 1, "current": 47}, "46 to 47"),
        ("taken_out", {"removed": 3, "current": 45}, "45"),
    ],
)
def test_a_closed_part_does_not_follow_from_the_others(
    closed: str, row: dict[str, float], today: str
) -> None:
    """What today's total has beside the parts that are told is not told if it is small."""
    changed = {"removed": 2, **row} if closed == "taken_out" else {"removed": 0, **row}
    fitting = replace(ITEMS, **changed)  # type: ignore[arg-type]  # fields of the row, by name
    if closed == "undecided":
        fitting = replace(fitting, approved_added=4)
        fitting = replace(fitting, current=38 + 4 + row["unapproved_added"])
    view = view_of(fitting, made=opening(*(name for name in ALL if name != closed)))
    assert told(view, ScopePart.CURRENT) == today


def test_every_unit_is_compared_with_itself() -> None:
    """One piece of work more, and one point more, than the edition before told: both are ranges."""
    made = opening(*ALL, "estimates")
    rows = (
        replace(ITEMS, removed=5, current=43),
        replace(POINTS, reestimated=0, current=166),
    )
    one = view_of(*rows, made=made)
    more = (
        replace(rows[0], unapproved_added=5, current=44),
        replace(rows[1], unapproved_added=14, current=167),
    )
    two = view_of(*more, made=made, previous=one)
    assert [told(one, ScopePart.UNDECIDED, place=place) for place in (0, 1)] == ["4", "13"]
    assert [told(two, ScopePart.UNDECIDED, place=place) for place in (0, 1)] == ["5 to 6", "13 to 16"]


def test_what_was_told_last_is_remembered_for_small_totals_too() -> None:
    """Four, then three, then three again: the third edition tells no more than the second."""
    made, rows = opening(*ALL), [replace(ITEMS, removed=count, current=48 - count) for count in (4, 3, 3)]
    views: list[ClientView] = []
    for row in rows:
        views.append(view_of(row, made=made, previous=views[-1] if views else None))
    assert [told(view, ScopePart.TAKEN_OUT) for view in views] == ["4", "1 to 3", "1 to 3"]


def test_a_total_that_was_a_range_is_measured_by_what_was_told_before_it() -> None:
    """48, then 46 to 47, then 47 with other parts: by one from 48 is told in neither of the two."""
    made = opening("current", "done")
    changes = ({"removed": 0}, {"removed": 1}, {"removed": 4, "unapproved_added": 7})
    views: list[ClientView] = []
    for change, current in zip(changes, (48, 47, 47), strict=True):
        row = replace(ITEMS, **change, current=current)  # type: ignore[arg-type]  # fields of the row, by name
        views.append(view_of(row, made=made, previous=views[-1] if views else None))
    assert [told(view, ScopePart.CURRENT) for view in views] == ["48", "46 to 47", "46 to 47"]


def test_a_small_number_that_was_told_once_measures_nothing() -> None:
    """Two was told while `k` was one: with three, one is fewer than three, and not "less than two"."""
    before = view_of(replace(ITEMS, removed=2, current=46), made=opening(*ALL, k=1))
    after = view_of(replace(ITEMS, removed=1, current=47), made=opening(*ALL, k=3), previous=before)
    assert told(before, ScopePart.TAKEN_OUT) == "2"
    assert told(after, ScopePart.TAKEN_OUT) == "fewer than 3"
