"""A backtest counts what happened: losses, coverage and warnings that can be reckoned by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from connector.analysis.calendar import WorkingCalendar
from connector.analysis.forecast.backtest import (
    Figures,
    Forecaster,
    Look,
    Method,
    Summary,
    days_between,
    days_worth,
    elapsed_rule,
    first_day,
    replay,
    summarise,
)
from connector.analysis.forecast.track import Chronicle, Kind, Track
from connector.analysis.state import Forecast
from connector.pipeline.backtesting import record_of
from tests.connector.small_chronicles import at, chronicle, on, stay, steady, track

CALENDAR = WorkingCalendar()
END = 40  # the day every release of the story ends


def story(*, planned: int = 30) -> Chronicle:
    """Tell of three releases that count, one of two items, one filled in afterwards, and a sprint."""
    tracks: list[Track] = []
    done: dict[str, float] = {}
    for key in ("r1", "r2", "r3"):
        one, finished = steady(key, items=8, plans=[(0, planned)], finished=END)
        tracks.append(one)
        done |= finished
    small, finished = steady("small", items=2, finished=END)
    done |= finished | {f"late-{n}": 20.0 for n in range(8)}
    filled = track("filled", [stay(f"late-{n}", 25) for n in range(8)], finished=45)
    sprint, finished = steady("sprint", items=8, finished=END, kind=Kind.ITERATION)
    return chronicle(*tracks, small, filled, sprint, done=done | finished)


def saying(p50: int | None, p85: int | None) -> Forecaster:
    """Forecast the same two days for everything; None refuses."""
    said = Forecast(refused="no") if p50 is None or p85 is None else Forecast(p50_on=on(p50), p85_on=on(p85))
    return lambda told, _at: dict.fromkeys(told.tracks, said)


def looked(days: Sequence[int], forecaster: Forecaster, told: Chronicle | None = None) -> list[Look]:
    """Replay some days."""
    return list(replay(told or story(), [on(day) for day in days], forecaster, calendar=CALENDAR))


def found(days: Sequence[int], forecaster: Forecaster, told: Chronicle | None = None) -> Summary:
    """Replay some days and sum up."""
    told = told or story()
    return summarise(told, looked(days, forecaster, told), CALENDAR)


def ours(summary: Summary) -> Figures:
    """Return the figures of the forecast."""
    return summary.of(Method.FORECAST)


def test_every_milestone_that_is_open_is_looked_at() -> None:
    """Small and filled-in ones too, sprints never, and nothing after its end."""
    assert {look.container for look in looked([10], saying(50, 60))} == {"r1", "r2", "r3", "small"}
    assert {look.container for look in looked([30], saying(50, 60))} == {"r1", "r2", "r3", "small", "filled"}
    assert [look.container for look in looked([END, 44], saying(50, 60))] == ["filled", "filled"]


def test_only_what_can_be_compared_counts() -> None:
    """Five items, two weeks, not filled in afterwards; from the end of the first week on."""
    assert (
        ours(found([3, 10, 30], saying(50, 60))).milestones,
        ours(found([3, 10, 30], saying(50, 60))).looks,
    ) == (3, 6)


@pytest.mark.parametrize(
    ("p50", "p85", "p50_loss", "p85_loss", "held"),
    [
        (40, 40, 0.0, 0.0, 1.0),  # both days right
        (30, 38, 5.0, 1.7, 0.0),  # 10 and 2 days too early: half of 10, 0.85 of 2
        (50, 60, 5.0, 3.0, 1.0),  # 10 and 20 days too late: half of 10, 0.15 of 20
    ],
)
def test_losses_are_pinball_losses(p50: int, p85: int, p50_loss: float, p85_loss: float, held: float) -> None:
    """Too early costs the quantile's share of the days, too late the rest."""
    figures = ours(found([10, 17], saying(p50, p85)))
    assert figures.p50_loss == pytest.approx(p50_loss)
    assert figures.p85_loss == pytest.approx(p85_loss)
    assert figures.coverage_85 == held
    assert figures.median_error_days == abs(END - p50)


def test_a_refusal_costs_what_elapsed_time_would() -> None:
    """So that refusing cannot look good; nothing is said of how its dates held."""
    summary = found([10, 17], saying(None, None))
    refusing, elapsed = ours(summary), summary.of(Method.ELAPSED)
    assert (refusing.refused, refusing.looks) == (6, 6)
    assert (refusing.p50_loss, refusing.p85_loss) == (elapsed.p50_loss, elapsed.p85_loss)
    assert refusing.coverage_85 is None


def test_the_elapsed_rule_is_0_82_and_2_28_times_the_days_gone() -> None:
    """Rounded to days."""
    answer = elapsed_rule(on(0), 100)
    assert (answer.p50_on, answer.p85_on) == (on(82), on(228))


def test_the_tracker_s_date_is_taken_at_face_value() -> None:
    """Both of its days are the planned one; ten days late at every look."""
    figures = found([10, 17], saying(50, 60)).of(Method.TRACKER_DATE)
    assert (figures.refused, figures.coverage_85, figures.median_error_days) == (0, 0.0, 10)


def test_a_past_day_is_no_forecast() -> None:
    """A date before the day it was given on counts as that day."""
    assert ours(found([10, 17], saying(0, 5))).median_error_days == pytest.approx((30 + 23) / 2)


def warned_of(summary: Summary) -> tuple[object, ...]:
    """Return the figures of warnings that matter."""
    warnings = summary.warnings
    return warnings.slipped, warnings.warned, warnings.recall, warnings.false_alarms, warnings.lead_days


def test_a_slip_is_warned_of_by_a_50_day_a_week_behind_the_first_plan() -> None:
    """Planned for day 30, done on day 40: a slip. Warned on day 10 is twenty days ahead."""
    assert warned_of(found([10, 17], saying(39, 50))) == (3, 3, 1.0, None, 20)
    assert warned_of(found([10, 17], saying(37, 50))) == (3, 0, 0.0, None, None)


def test_a_warning_of_what_held_is_a_false_alarm() -> None:
    """Planned for day 38, done on day 40: within a week, no slip."""
    told = story(planned=38)
    assert warned_of(found([10], saying(60, 70), told)) == (0, 3, None, 1.0, None)
    assert record_of(found([10], saying(60, 70), told)).false_alarms == 1.0
    assert record_of(found([10], saying(60, 70), told)).precision == 0.0
    assert record_of(found([10], saying(39, 70), told)).false_alarms == 0.0


def test_false_alarms_are_counted_among_what_held_not_among_warnings() -> None:
    """One slips and is warned of, one of two that hold is too: half, though two warnings were given."""
    late, held = story(planned=30).tracks, story(planned=38).tracks
    told = replace(story(), tracks={**held, "r1": late["r1"]})
    warned = replace(saying(60, 70)(told, at(0))["r1"])
    quiet = replace(warned, p50_on=on(37))
    summary = found([10], lambda _told, _at: {"r1": warned, "r2": warned, "r3": quiet}, told)
    record = record_of(summary)
    assert (record.recall, record.false_alarms, record.precision) == (1.0, 0.5, 0.5)


def test_a_warning_after_the_planned_day_is_none() -> None:
    """Then everybody sees it."""
    assert found([31, 35], saying(60, 70)).warnings.milestones == 0


def test_the_record_is_of_the_forecast_itself() -> None:
    """Not of the methods beside it."""
    record = record_of(found([10, 17], saying(39, 50)))
    assert (record.recall, record.precision, record.coverage) == (1.0, 1.0, 1.0)
    assert (record.held, record.n) == (3, 3)


def test_each_milestone_counts_once_by_the_date_given_half_way() -> None:
    """The middle look decides, the earlier of two; one whose every date was refused is not counted."""

    def turning(good: dt.date) -> Forecaster:
        """Give a date that holds from a day on, and none to r3."""

        def said(_told: Chronicle, as_of: dt.datetime) -> Mapping[str, Forecast]:
            day = END + 5 if as_of.date() >= good else END - 5
            given = Forecast(p50_on=on(day), p85_on=on(day))
            return {"r1": given, "r2": given, "r3": Forecast(refused="no")}

        return said

    for since, held in ((on(17), 2), (on(18), 0)):
        figures = ours(found([10, 17, 24, 31], turning(since)))
        assert (figures.held, figures.answered, figures.milestones) == (held, 2, 3)


def test_days_on_which_nothing_is_to_be_seen_are_left_out() -> None:
    """90 days after the last item came, left or was finished, unless a milestone that is compared runs."""
    one, done = steady("r1", items=8, finished=400)
    small, finished = steady("small", items=2, begun=500.0)
    told = chronicle(one, small, done=done | finished)
    days = [on(day) for day in (-1, 0, 10, 200, 400, 401, 500, 593, 594, 700)]
    seen = days_worth(told, days, CALENDAR)
    assert seen == tuple(on(day) for day in (0, 10, 200, 400, 500, 593))


def test_each_day_is_forecast_from_its_own_end() -> None:
    """The forecaster is asked as of the last instant of each day, in order."""
    asked: list[dt.datetime] = []

    def note(told: Chronicle, at_: dt.datetime) -> Mapping[str, Forecast]:
        asked.append(at_)
        return saying(50, 60)(told, at_)

    looked([10, 17], note)
    assert asked == [CALENDAR.end_of(on(10)), CALENDAR.end_of(on(17))]


def test_days_are_counted_from_the_first_item() -> None:
    """Every so many days, up to and with the last."""
    assert first_day(story(), CALENDAR) == at(0).date()
    assert days_between(on(0), on(14), 7) == (on(0), on(7), on(14))
    assert first_day(chronicle(done={}), CALENDAR) is None
