"""What would become of the dates if: scaled from what is published, never raw, never beyond belief."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.analysis.calendar import WorkingCalendar
from connector.analysis.forecast.simulate import Capacity
from connector.analysis.forecast.situation import Scene
from connector.analysis.forecast.track import Chronicle
from connector.analysis.forecast.whatif import Alternative, Effect, beyond_belief, cost_in_days, what_if
from connector.analysis.state import Basis, Forecast
from tests.connector.small_chronicles import at, chronicle, on, stay, steady, track

CALENDAR = WorkingCalendar()
NOW = 40
SAID = Forecast(
    p50_on=on(NOW + 40),
    p70_on=on(NOW + 60),
    p85_on=on(NOW + 80),
    p95_on=on(NOW + 120),
    likelihood=0.6,
    basis=Basis(n=6, method="learned"),
)
OPEN = [f"r1-{n}" for n in range(20, 50)]  # done every second day since the first Monday


def story(*, blocks: Mapping[str, tuple[str, ...]] | None = None) -> Chronicle:
    """Tell of two releases with an item done every second day; ten more came into the first late."""
    first, done = steady("r1", items=50, plans=[(0, 100)])
    late = [stay(f"late-{n}", 30 + n / 10) for n in range(10)]
    second = track("r2", [stay(f"r2-{n}", 0) for n in range(20)], plans=[(0, 200)])
    return chronicle(replace(first, stays=(*first.stays, *late)), second, done=done, blocks=blocks)


def scene(told: Chronicle | None = None) -> Scene:
    """Lay the story out as of now."""
    return Scene(told or story(), as_of=at(NOW), calendar=CALENDAR)


def by_plan(told: Chronicle) -> Mapping[str, Forecast]:
    """Forecast every release: as published, or twenty days behind its planned day where that was moved."""
    said = {}
    for key, one in told.tracks.items():
        planned = one.plans[-1].day
        is_moved = len(one.plans) > 1 and planned is not None
        behind = dt.timedelta(days=20)
        said[key] = replace(SAID, p85_on=planned + behind, p95_on=on(500)) if is_moved and planned else SAID
    return said


def effects(alternative: Alternative, told: Chronicle | None = None) -> dict[str, Effect]:
    """Return what it does, by release."""
    agreed = {"r1": on(NOW + 50), "r2": on(NOW + 50)}
    found = what_if(scene(told), alternative, by_plan, agreed_on=agreed)
    return {effect.container: effect for effect in found}


def days(forecast: Forecast) -> list[dt.date]:
    """Return the four days of a forecast."""
    found = (forecast.p50_on, forecast.p70_on, forecast.p85_on, forecast.p95_on)
    return [day for day in found if day is not None]


def test_nothing_asked_changes_nothing() -> None:
    """The published forecasts come back as they are."""
    for effect in effects(Alternative()).values():
        assert effect.before == effect.after == effect.least == SAID
        assert effect.days == 0


@settings(max_examples=20, deadline=None)
@given(
    dropped=st.frozensets(st.sampled_from(OPEN)),
    percent=st.integers(-50, 100),
    ramp_days=st.integers(0, 60),
)
def test_answers_rise_and_stay_between_now_and_never(
    dropped: frozenset[str], percent: int, ramp_days: int
) -> None:
    """The four days rise, none is past, and the likelihood is one that may be told."""
    capacity = Capacity(factor=1 + percent / 100, ramp_days=ramp_days)
    for effect in effects(Alternative(dropped=dropped, capacity=capacity)).values():
        assert days(effect.after) == sorted(days(effect.after))
        assert days(effect.after)[0] >= on(NOW)
        assert effect.after.likelihood is not None
        assert 0 <= effect.after.likelihood <= 0.95


def test_dropping_items_brings_the_date_forward_by_its_share() -> None:
    """Half of the open items: about half of the days left, and likelier in time."""
    half = effects(Alternative(dropped=frozenset(OPEN[:20])))["r1"]
    assert half.days is not None
    assert -60 <= half.days <= -20
    assert half.after.likelihood is not None
    assert half.after.likelihood > 0.6


def test_dropping_more_never_brings_it_less_forward() -> None:
    """With the same draws on both sides there is no noise between two answers."""
    found = [effects(Alternative(dropped=frozenset(OPEN[:count])))["r1"].days for count in range(0, 31, 5)]
    told = [each for each in found if each is not None]
    assert told == sorted(told, reverse=True)


def test_an_earlier_release_made_smaller_helps_the_later_one() -> None:
    """What is worked first stands before the rest."""
    found = effects(Alternative(dropped=frozenset(OPEN)))
    assert found["r2"].days is not None
    assert found["r2"].days < 0


def test_capacity_gives_a_range() -> None:
    """Half of what is added is likelier to come than all of it."""
    effect = effects(Alternative(capacity=Capacity(factor=1.5, ramp_days=14)))["r1"]
    assert effect.days is not None
    assert effect.least_days is not None
    assert effect.days < effect.least_days < 0


def test_losing_people_moves_it_back() -> None:
    """Half the pace: later, and less likely in time."""
    effect = effects(Alternative(capacity=Capacity(factor=0.5)))["r1"]
    assert effect.days is not None
    assert effect.days > 20
    assert effect.after.likelihood is not None
    assert effect.after.likelihood < 0.6


def test_a_moved_day_is_forecast_anew() -> None:
    """A planned day is an input of the published forecast; no simulation stands between."""
    found = effects(Alternative(moved={"r1": on(150)}))
    assert found["r1"].after.p85_on == on(170)
    assert found["r2"].after == SAID


def test_a_closed_dependency_frees_what_waited_for_it() -> None:
    """A blocker far behind in another release stands before the item no more."""
    chain = {f"r2-{n + 1}": (f"r2-{n}",) for n in range(18)} | {"r2-0": ("r1-49",)}
    told = story(blocks=chain)
    assert len(scene(told).situation("r1").needed) == len(scene().situation("r1").needed) + 19
    freed = effects(Alternative(closed=frozenset({"r2-0"})), told)["r1"]
    assert freed.days is not None
    assert freed.days < 0


def test_a_refusal_stays_one() -> None:
    """Nothing raw is given where no date is published."""
    refused = Forecast(refused="too little to learn from")
    (first, _) = what_if(
        scene(), Alternative(dropped=frozenset(OPEN)), lambda told: dict.fromkeys(told.tracks, refused)
    )
    assert (first.after, first.days) == (refused, None)


def test_without_a_pace_nothing_is_reckoned() -> None:
    """Ten weeks without a finished item: what is published stays, and it is said that nobody knows."""
    told = story()
    idle = Scene(told, as_of=at(300), calendar=CALENDAR)
    (first, *_) = what_if(idle, Alternative(dropped=frozenset(OPEN)), by_plan)
    assert (first.has_pace, first.after) == (False, SAID)


def test_what_came_in_costs_the_days_it_takes() -> None:
    """Ten of forty open items: a quarter of the 80 days left, about; what nobody added costs nothing."""
    late = frozenset(f"late-{n}" for n in range(10))
    cost = cost_in_days(scene(), "r1", SAID, late)
    assert cost is not None
    assert 10 <= cost <= 30
    assert cost_in_days(scene(), "r1", SAID, frozenset()) == 0
    assert cost_in_days(scene(), "r1", SAID, frozenset({"elsewhere"})) == 0


def test_what_came_in_costs_no_less_where_others_wait_for_it() -> None:
    """Without it nothing would wait for it: an item that waits now does not call it back."""
    late = frozenset(f"late-{n}" for n in range(10))
    waited_for = story(blocks=dict.fromkeys(late, ("r1-49",)))
    cost = cost_in_days(scene(waited_for), "r1", SAID, late)
    assert cost is not None
    assert cost >= (cost_in_days(scene(), "r1", SAID, late) or 0) > 0


def test_what_of_it_is_finished_cost_days_too() -> None:
    """The time that it took would have gone into the rest."""
    told = story()
    done = {f"late-{n}": 35.0 for n in range(5)}
    finished = chronicle(
        *told.tracks.values(),
        done={item: (spells[0].at - at(0)).total_seconds() / 86400 for item, spells in told.spells.items()}
        | done,
    )
    cost = cost_in_days(scene(finished), "r1", SAID, frozenset(done))
    assert cost is not None
    assert cost > 0


def test_without_a_date_there_is_no_price() -> None:
    """Refused: no days."""
    assert cost_in_days(scene(), "r1", Forecast(refused="no"), frozenset({"late-1"})) is None


@pytest.mark.parametrize(("factor", "is_believed"), [(1.0, True), (1.4, True), (2.0, False), (0.2, True)])
def test_no_team_is_believed_to_double(factor: float, is_believed: bool) -> None:
    """More than one and a half times the best pace ever seen is refused."""
    assert (beyond_belief(scene(), "r1", Capacity(factor=factor)) is None) is is_believed
