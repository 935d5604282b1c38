"""How the dates of a forecast come about: planned, learned, refused, decided, or too far to say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from adapters.records import MilestoneStatus
from connector.analysis.forecast.chronicle import Chronicle, Kind, Plan
from connector.analysis.forecast.forecast import Forecaster, forecast
from connector.analysis.forecast.prior import GENERAL, General
from connector.analysis.state import Forecast
from tests.connector.chronicles import chronicle_of, day, regular, track

SIX = [(0.0, 3.0, None), (0.0, 9.0, None), (1.0, 14.0, None), (2.0, None, None), (3.0, None, None)]


def dated(overruns: list[float], *, planned: float = 100.0, kind: Kind = Kind.MILESTONE) -> Chronicle:
    """Return a project whose containers, planned for ten days each, ended by so many days late."""
    past = [
        track(
            f"s{n:02}",
            [(11.0 * n, None, None)],
            finished=11.0 * n + 10 + over,
            plans=[(11.0 * n, 11.0 * n + 10)],
            kind=kind,
        )
        for n, over in enumerate(overruns)
    ]
    start = planned - 10
    return chronicle_of(*past, track("now", [(start, None, None)], plans=[(start, planned)], kind=kind))


def late(one: Forecast, planned: float) -> tuple[int, int]:
    """Return how many days after the planned day the 50 and 85 % dates lie."""
    assert one.p50_on is not None
    assert one.p85_on is not None
    return (one.p50_on - day(planned).date()).days, (one.p85_on - day(planned).date()).days


def test_a_planned_date_moves_by_own_overruns() -> None:
    """With a plan, the 50 and 85 % dates are those quantiles of the project's own overruns, after it."""
    whole = dated([1, 1, 1, 1, 1, 1, 3, 3], planned=200)
    said = forecast(whole, as_of=day(191))["now"]
    assert said.basis.method == "planned_date"
    assert said.basis.n == 8
    assert late(said, 200) == (1, 3)


def test_without_own_overruns_general_experience_speaks() -> None:
    """The first planned date of a project moves by what others overran, as a share of its length."""
    general = replace(GENERAL, overruns=(0.1,) * 7 + (0.5,) * 3)
    said = Forecaster(dated([]), general).at(day(91))["now"]
    assert said.basis.n == 0
    assert late(said, 100) == (1, 5)


def test_a_look_back_counts_the_dates_that_would_have_been_given() -> None:
    """Each from those before it and general experience together, as it is given today."""
    general = replace(GENERAL, overruns=(1.0,))
    said = Forecaster(dated([0, 2, 4]), general).at(day(91))["now"]
    assert (said.basis.n, said.basis.coverage) == (3, 1.0)
    general = replace(GENERAL, overruns=(0.0,))
    said = Forecaster(dated([0, 2, 4]), general).at(day(91))["now"]
    assert said.basis.coverage == 0.0


def test_a_date_that_passed_is_not_given_again() -> None:
    """An overdue container is compared with those that were as late and still open."""
    whole = dated([0, 0, 0, 0, 6, 8, 0, 0], planned=200)
    said = forecast(whole, as_of=day(204))["now"]
    assert said.p50_on is not None
    assert said.p50_on >= day(206).date()


def test_dates_are_compared_as_far_ahead_as_they_were() -> None:
    """A date re-planned at the last minute counts as missed where it stood as far ahead as ours does."""
    moved = track("m0", [(0.0, None, None)], finished=70, plans=[(0, 40), (39, 70)])
    ours = track("m1", [(80.0, None, None)], plans=[(80, 120)])
    general = replace(GENERAL, overruns=(0.0,))
    said = Forecaster(chronicle_of(moved, ours), general).at(day(100))["m1"]
    late_days = [late(said, 120)]
    said = Forecaster(chronicle_of(moved, ours), general).at(day(119.9))["m1"]
    late_days.append(late(said, 120))
    assert late_days[0][1] == 30
    assert late_days[1][1] == 30


def test_own_milestones_teach() -> None:
    """A project that ships every 40 days is forecast closer than general experience alone would."""
    said = forecast(regular(8), as_of=day(340))["m08"]
    alone = Forecaster(cut_off(regular(8)), GENERAL).at(day(340))["m08"]
    truth = day(360).date()
    assert said.basis.method == "learned"
    assert said.basis.n == 8
    assert said.p50_on is not None
    assert alone.p50_on is not None
    assert abs((said.p50_on - truth).days) < abs((alone.p50_on - truth).days)
    assert said.basis.coverage is not None


def test_cold_start_is_called_pooled() -> None:
    """With fewer than three finished milestones the method says that it is not this project's own."""
    assert forecast(regular(2), as_of=day(100))["m02"].basis.method == "pooled"


def test_what_still_runs_widens() -> None:
    """Milestones that run on beyond what the finished ones took push the late dates out."""
    running = [
        track(f"old{n}", [(0.0, 330.0 + i, None) for i in range(4)] + [(0.0, None, None)] * 3)
        for n in range(3)
    ]
    usual, whole = regular(8), regular(8)
    parts = chronicle_of(*running)
    whole = replace(whole, tracks={**whole.tracks, **parts.tracks}, spells={**whole.spells, **parts.spells})
    plain, widened = forecast(usual, as_of=day(340))["m08"], forecast(whole, as_of=day(340))["m08"]
    assert plain.p85_on is not None
    assert widened.p85_on is not None
    assert widened.p85_on > plain.p85_on


def test_a_project_of_few_active_days_is_refused() -> None:
    """Under five days with work nothing can be learned: a reason instead of a date."""
    said = forecast(chronicle_of(track("m", [(0.0, 1.0, None), (0.5, None, None)])), as_of=day(20))["m"]
    assert said.refused == "found 2 days with work in the project, expected at least 5"
    assert said.p50_on is None


def test_an_empty_container_without_a_date_is_refused() -> None:
    """What nothing was ever put into, and no date is planned for, has no forecast."""
    empty, _ = track("m", [])
    seen = replace(empty, seen_at=day(0))
    said = forecast(chronicle_of((seen, {})), as_of=day(20))["m"]
    assert said.refused == "nothing was ever put into it, and no date is planned"


@pytest.mark.parametrize("idle", [True, False], ids=["idle", "nothing open"])
def test_a_date_may_be_a_decision(idle: bool) -> None:
    """Where nothing is open, or nothing was done for weeks, the forecast says that the date is decided."""
    lives = SIX if idle else [(entered, done or 15.0, left) for entered, done, left in SIX]
    made = chronicle_of(track("m", lives))
    assert forecast(made, as_of=day(40 if idle else 16))["m"].decision_date
    assert not forecast(chronicle_of(track("m", SIX)), as_of=day(16))["m"].decision_date


def test_beyond_the_horizon_only_not_before_is_said() -> None:
    """A middle date more than 120 days away brings a day before which it will hardly be."""
    far = General(errors=(2.0, 2.2, 2.4))
    said = Forecaster(chronicle_of(track("m", SIX)), far).at(day(16))["m"]
    assert said.not_before_on is not None
    assert said.p50_on is not None
    assert (said.p50_on - day(16).date()).days > 120
    assert said.not_before_on <= said.p50_on


def test_likelihood_is_of_the_agreed_date() -> None:
    """The likelihood is that of the agreed day, else of the tracker's; never above 95 %."""
    whole = dated([0, 0, 0, 2, 2, 2, 4, 4], planned=200)

    def of(agreed: float | None) -> float | None:
        told = {} if agreed is None else {"now": day(agreed).date()}
        return forecast(whole, as_of=day(191), agreed_on=told)["now"].likelihood

    tracker, early, far = of(None), of(200), of(400)
    assert tracker == early
    assert early is not None
    assert far == 0.95
    assert early < 0.6


def test_finished_and_cancelled_containers_are_not_forecast() -> None:
    """Only what is open at the instant is forecast, sprints included."""
    whole = dated([0, 1], planned=60, kind=Kind.ITERATION)
    assert set(forecast(whole, as_of=day(55))) == {"now"}
    assert whole.tracks["s00"].status_at(day(55)) is MilestoneStatus.DONE


def test_a_date_taken_back_is_none() -> None:
    """A plan that was withdrawn is no plan: the milestone is forecast from experience."""
    whole = regular(8)
    last = whole.tracks["m08"]
    plans = (Plan(at=day(321), day=day(400).date()), Plan(at=day(330), day=None))
    dated_first = replace(whole, tracks={**whole.tracks, "m08": replace(last, plans=plans)})
    assert forecast(dated_first, as_of=day(325))["m08"].basis.method == "planned_date"
    assert forecast(dated_first, as_of=day(340))["m08"].basis.method == "learned"


def cut_off(whole: Chronicle) -> Chronicle:
    """Return a project without its finished milestones."""
    return replace(whole, tracks={key: one for key, one in whole.tracks.items() if one.finish is None})


def test_days_are_those_of_the_project() -> None:
    """Dates are days of the project's zone."""
    made = replace(dated([0, 0, 0, 0, 0], planned=100), timezone="Pacific/Auckland")
    said = forecast(made, as_of=day(99.6))["now"]
    assert said.p50_on is not None
    assert said.p50_on >= dt.date(2025, 4, 16)
