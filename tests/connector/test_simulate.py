"""The simulation of remaining work: deterministic, monotone, on working days, blind to the future."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.analysis.calendar import WorkingCalendar
from connector.analysis.forecast.simulate import AS_IT_IS, Capacity, Simulated, plain, simulate
from connector.analysis.forecast.situation import Scene, Situation, Week
from connector.analysis.forecast.track import Chronicle
from tests.connector.small_chronicles import at, chronicle, on, stay, steady, track

CALENDAR = WorkingCalendar()
FEW = settings(max_examples=40, deadline=None)
QUANTILES = (0.05, 0.5, 0.7, 0.85, 0.95)

weeks = st.lists(
    st.builds(Week, done=st.floats(0, 4), arrived=st.floats(-1, 2)), min_size=1, max_size=10
).map(lambda found: tuple(sorted(found, key=lambda week: (week.done, -week.arrived))))
situations = st.builds(
    Situation,
    project=st.just("apollo"),
    container=st.sampled_from(["r1", "r2"]),
    day=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    own=st.integers(0, 60).map(lambda count: frozenset(f"own-{n}" for n in range(count))),
    ahead=st.integers(0, 20).map(lambda count: frozenset(f"ahead-{n}" for n in range(count))),
    weeks=weeks,
    age_days=st.integers(0, 400),
)


def ended(situation: Situation, capacity: Capacity = AS_IT_IS) -> Simulated:
    """Play a situation that can be played."""
    found = simulate(situation, CALENDAR, capacity=capacity, runs=100)
    assert found is not None
    return found


def left(found: Simulated) -> list[int]:
    """Return the days left at each quantile."""
    return [found.left(share) for share in QUANTILES]


def no_later(a: Simulated, b: Simulated) -> bool:
    """Whether one ends no later than another, at every quantile."""
    return all(one <= other for one, other in zip(left(a), left(b), strict=True))


def scene(told: Chronicle, day: float, *, links: bool = True) -> Scene:
    """Lay a history out as of a day."""
    return Scene(told, as_of=at(day), calendar=CALENDAR, links=links)


def two_releases() -> Chronicle:
    """Tell of two releases, the one begun first planned second; an item is done every second day."""
    late, done = steady("late", items=40, plans=[(0, 300)])
    soon = track("soon", [stay(f"soon-{n}", 10) for n in range(8)], plans=[(10, 90)])
    return chronicle(late, soon, done=done)


@FEW
@given(situations.filter(lambda one: one.pace > 0.01))
def test_the_same_situation_ends_the_same(situation: Situation) -> None:
    """Two runs of the program say the same: the seed is made of project, container and day."""
    assert ended(situation) == ended(situation)


@FEW
@given(situations.filter(lambda one: one.pace > 0.01), st.integers(1, 20))
def test_more_work_never_ends_earlier(situation: Situation, more: int) -> None:
    """All else equal, with the same draws, in every single run and so at every quantile."""
    fuller = replace(situation, own=situation.own | {f"more-{n}" for n in range(more)})
    assert no_later(ended(situation), ended(fuller))


@FEW
@given(situations.filter(lambda one: one.pace > 0.01), st.floats(1, 3), st.integers(0, 90))
def test_more_capacity_never_ends_later(situation: Situation, factor: float, ramp_days: int) -> None:
    """And less capacity never earlier; a longer ramp helps less."""
    ramped = ended(situation, Capacity(factor=factor, ramp_days=ramp_days))
    as_it_is = ended(situation)
    assert no_later(ended(situation, Capacity(factor=factor)), ramped)
    assert no_later(ramped, as_it_is)
    assert no_later(as_it_is, ended(situation, Capacity(factor=1 / factor, ramp_days=ramp_days)))


@FEW
@given(situations.filter(lambda one: one.pace > 0.01))
def test_quantiles_rise_and_agree_with_shares(situation: Situation) -> None:
    """The day at a quantile is one by which at least that share of the runs has ended."""
    found = ended(situation)
    days = left(found)
    assert days == sorted(days)
    assert all(found.by(situation.day + dt.timedelta(days=found.left(q))) >= q for q in QUANTILES)


@FEW
@given(situations.filter(lambda one: one.pace > 0.01))
def test_work_ends_on_working_days(situation: Situation) -> None:
    """Today, where nothing is left; else never on a weekend."""
    ends = {situation.day + dt.timedelta(days=days) for days in ended(situation).days if days}
    assert all(CALENDAR.is_working(day) for day in ends)


def test_without_a_finished_item_there_is_nothing_to_draw_from() -> None:
    """Ten weeks without a finished item: no pace, no answer."""
    still = Situation(
        project="apollo", container="r1", day=on(0), own=frozenset({"a"}), weeks=(Week(done=0.0),)
    )
    assert simulate(still, CALENDAR) is None


def test_a_steady_pace_is_taken_as_it_is() -> None:
    """One item a working day and ten open: two weeks, whatever is drawn."""
    ten = frozenset(map(str, range(10)))
    steady_on = Situation(
        project="apollo", container="r1", day=on(0), own=ten, weeks=(Week(done=1.0),) * 3, age_days=30
    )
    assert set(left(ended(steady_on))) == {14}


def test_holidays_are_not_worked() -> None:
    """A Friday off in the week to come: what would have ended then ends on Monday."""
    five = frozenset(map(str, range(5)))
    now = Situation(
        project="apollo", container="r1", day=on(0), own=five, weeks=(Week(done=1.0),), age_days=30
    )
    french = WorkingCalendar(code="FR")  # the first of May 2026 is a Friday
    before_may = replace(now, day=dt.date(2026, 4, 24))
    assert ended(before_may).left(0.5) == 7
    with_holiday = simulate(before_may, french)
    assert with_holiday is not None
    assert with_holiday.left(0.5) == 10


def test_what_is_planned_earlier_is_worked_first() -> None:
    """The release planned later waits for the one planned earlier, not the other way round."""
    now = scene(two_releases(), 40)
    assert [one.key for one in now.open_tracks] == ["soon", "late"]
    assert now.situation("soon").ahead == frozenset()
    assert now.situation("late").ahead == {f"soon-{n}" for n in range(8)}


def test_an_item_waits_for_what_blocks_it_wherever_that_is() -> None:
    """A blocker in a later release, and what blocks that, must be finished first; done ones need not."""
    told = two_releases()
    blocks = {"late-39": ("soon-1",), "late-38": ("late-39",), "late-0": ("soon-2",)}
    blocked = replace(told, blocks=blocks)
    assert scene(blocked, 40).situation("soon").needed == {
        *(f"soon-{n}" for n in range(8)),
        "late-38",
        "late-39",
    }
    assert scene(blocked, 40).situation("soon").chain == 3
    assert scene(blocked, 40, links=False).situation("soon").needed == {f"soon-{n}" for n in range(8)}


def test_items_that_wait_in_a_circle_end_all_the_same() -> None:
    """A circle of blockers is a mistake in the tracker, and no endless loop here."""
    blocked = replace(two_releases(), blocks={"soon-1": ("soon-2",), "soon-2": ("soon-1",)})
    assert scene(blocked, 40).situation("soon").chain >= 1


def test_nothing_later_is_looked_at() -> None:
    """What comes after the instant changes nothing: the history cut there says the same."""
    told = two_releases()
    later = replace(
        told,
        tracks={**told.tracks} | {"new": track("new", [stay("new-1", 41)])},
        spells={**told.spells, "soon-1": told.spells["late-20"][:0]},
    )
    for key in ("soon", "late"):
        assert scene(told, 40).situation(key) == scene(later, 40).situation(key)


def test_planning_is_no_arrival_and_a_late_item_is_one() -> None:
    """What comes in within two weeks was planned; what comes later is counted in its week."""
    base, done = steady("r1", items=30)
    calm = chronicle(base, done=done)
    busy = chronicle(replace(base, stays=(*base.stays, stay("extra", 30))), done=done)
    assert sum(week.arrived for week in scene(calm, 40).situation("r1").weeks) == 0
    assert sum(week.arrived for week in scene(busy, 40).situation("r1").weeks) == pytest.approx(1 / 5)


def test_plain_simulation_sees_open_items_and_pace_alone() -> None:
    """What is set beside the forecast in a backtest: no arrivals, no order, no blockers."""
    found = plain(scene(two_releases(), 40).situation("late"))
    assert (found.ahead, found.waits) == (frozenset(), {})
    assert {week.arrived for week in found.weeks} == {0.0}
