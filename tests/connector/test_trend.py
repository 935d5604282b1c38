"""Where dates go: trend, volatility, fever chart, execution index, and the data of their charts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from adapters.records import MilestoneStatus
from connector.analysis import charts, trend
from connector.analysis.facts import Agreement, Baseline
from connector.analysis.judge import judge
from connector.analysis.record import Record
from connector.analysis.state import ExecutionIndex, FeverZone, MilestoneClass, MilestoneState, ProjectState
from tests.builders import day, facts, issue, milestone, released, seen, version
from tests.connector.dated import ON, R1, RULES, UTC, agreed, baseline, forecast, history, only, telling

MONDAY = ON(2026, 9, 7)


def line(*days: int) -> list[trend.Report]:
    """Return weekly reports of a date that lies so many days after 1 October."""
    return [
        (MONDAY + dt.timedelta(days=7 * n), ON(2026, 10, 1) + dt.timedelta(days=on))
        for n, on in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("days", "slope"),
    [
        pytest.param((0, 0, 0), 0.0, id="stands"),
        pytest.param((0, 7, 14, 21), 1.0, id="a day per day"),
        pytest.param((0, 2, 4), 2 / 7, id="two days a week"),
        pytest.param((0, 0, 70, 0, 0), 0.0, id="one odd report does not turn it"),
        pytest.param((14, 7, 0), -1.0, id="comes back"),
        pytest.param((0, 7), None, id="two reports are no trend"),
    ],
)
def test_the_slope_is_the_days_lost_per_day(days: tuple[int, ...], slope: float | None) -> None:
    """The median over all pairs of reports."""
    found = trend.slope(line(*days))
    assert found == slope if slope is None else found == pytest.approx(slope)


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        pytest.param(0.0, ON(2026, 10, 11), id="stands: its own day"),
        pytest.param(0.5, ON(2026, 10, 21), id="half a day per day: twice as far"),
        pytest.param(1.0, None, id="never"),
        pytest.param(-1.0, ON(2026, 10, 6), id="comes to meet us: half as far"),
    ],
)
def test_the_trend_meets_the_diagonal(slope: float, expected: dt.date | None) -> None:
    """Reported on 1 October for the 11th, ten days ahead: x = x0 + 10 / (1 - slope)."""
    assert trend.extrapolated_on((ON(2026, 10, 1), ON(2026, 10, 11)), slope) == expected


def test_a_date_that_is_past_is_not_extrapolated() -> None:
    """Below the diagonal there is nothing to meet; nor is there a day beyond the calendar's end."""
    assert trend.extrapolated_on((ON(2026, 10, 1), ON(2026, 9, 30)), 0.5) is None
    assert trend.extrapolated_on((ON(2026, 10, 1), ON(2027, 10, 1)), 0.9999999) is None


def test_moves_are_counted_by_day_and_measured_in_working_days() -> None:
    """Thu 1 to Thu 8 October, back to Mon 5, on to Mon 12: +5, -3, +5; 13 in all, 7 net, two turns."""
    base = history((1, ON(2026, 10, 1)), (5, ON(2026, 10, 8)), (9, ON(2026, 10, 5)), (13, ON(2026, 10, 12)))
    found = only(base, Agreement(), 14).trend
    assert (found.moves, found.turns, found.net_days, found.total_days) == (3, 2, 7, 13)
    assert found.volatility == pytest.approx(13 / 7)


def test_a_milestone_that_is_over_has_moves_and_no_trend() -> None:
    """Its date goes nowhere any more."""
    sights = [*seen(1, milestone(1, due_on=ON(2026, 10, 1))), *seen(40, released(1, ON(2026, 10, 6)))]
    found = only(facts([issue(1)], sightings=sights), Agreement(), 50).trend
    assert (found.moves, found.slope, found.extrapolated_on) == (1, None, None)


def test_reports_are_weekly_and_know_no_more_than_their_day() -> None:
    """Seen on day 1 with 1 October on day 8.5 with the 8th: the report of day 8 knows it at its end."""
    base = history((1, ON(2026, 10, 1)), (8.5, ON(2026, 10, 8)), (10, None))
    state = only(base, Agreement(), 9)
    assert trend.reports(state.promises, until=day(8).date(), calendar=UTC) == (
        (day(1).date(), ON(2026, 10, 1)),
        (day(8).date(), ON(2026, 10, 8)),
    )
    assert trend.reports(only(base, Agreement(), 11).promises, until=day(11).date(), calendar=UTC)[-1] == (
        day(4).date(),
        ON(2026, 10, 1),
    )


@pytest.mark.parametrize(
    ("done", "used", "zone"),
    [
        pytest.param(0, 0, FeverZone.GREEN, id="nothing used"),
        pytest.param(0, 3, FeverZone.AMBER, id="a third, at the start"),
        pytest.param(0, 4, FeverZone.RED, id="more than a third, at the start"),
        pytest.param(5, 3, FeverZone.GREEN, id="0.3 at half the work: the line is at 1/3"),
        pytest.param(5, 6, FeverZone.AMBER, id="0.6 at half the work: red begins above 2/3"),
        pytest.param(5, 7, FeverZone.RED, id="0.7 at half the work"),
        pytest.param(10, 10, FeverZone.AMBER, id="all of it, with the work done"),
    ],
)
def test_the_fever_chart_has_its_usual_lines(done: int, used: int, zone: FeverZone) -> None:
    """Of 10 items and 10 days of buffer: green up to 2/3 of the work done, red a third above."""
    found = trend.fever(done, 10, used_days=used, buffer_days=10)
    assert found is not None
    assert found.zone is zone


def test_without_work_or_buffer_there_is_no_fever() -> None:
    """A ratio of nothing is nothing."""
    assert trend.fever(0, 0, used_days=1, buffer_days=10) is None
    assert trend.fever(0, 5, used_days=1, buffer_days=0) is None


def test_the_last_agreed_milestone_has_the_fever_of_its_buffer() -> None:
    """Five of ten days used, nothing of its one item done: red. By a forecast of the project's own, more."""
    base = history((1, ON(2026, 10, 8)), (20, ON(2026, 10, 15)))
    state = only(base, agreed(baseline(1, 10, ON(2026, 10, 8), buffer_days=10)), 25)
    assert state.fever is not None
    assert (state.fever.used_ratio, state.fever.done_ratio, state.fever.zone) == (0.5, 0.0, FeverZone.RED)


def index(*milestones: tuple[int, dt.date | None, dt.date | None], today: dt.date) -> ExecutionIndex:
    """Index milestones of (number, agreed, actual)."""
    states = [
        MilestoneState(
            key=version(number),
            name=f"R{number}",
            source="jira:APO",
            status=MilestoneStatus.OPEN if actual is None else MilestoneStatus.DONE,
            milestone_class=MilestoneClass.UNKNOWN,
            actual_on=actual,
        )
        for number, _, actual in milestones
    ]
    dates = {version(number): on for number, on, _ in milestones}
    held = Baseline(number=1, on_at=day(0), recorded_at=day(0), approved_by="J. Doe", dates=dates)
    return trend.execution_index(states, held, today=today, agreed_on=day(0).date())


def test_the_execution_index_counts_what_was_due() -> None:
    """Four whose day is over; kept: the one done by it. Not due yet, done before, undated: left out."""
    found = index(
        (1, ON(2026, 10, 1), ON(2026, 10, 1)),
        (2, ON(2026, 10, 2), ON(2026, 10, 5)),
        (3, ON(2026, 10, 3), None),
        (4, ON(2026, 10, 9), None),
        (5, ON(2026, 8, 1), ON(2026, 8, 1)),
        (6, None, ON(2026, 10, 1)),
        (7, ON(2026, 11, 1), ON(2026, 10, 1)),
        today=ON(2026, 10, 10),
    )
    assert (found.due, found.kept, found.done, found.ratio) == (4, 1, 2, 0.25)


def test_nothing_due_is_no_index() -> None:
    """Nothing was promised by now: neither good nor bad."""
    assert index((1, ON(2026, 11, 1), None), today=ON(2026, 10, 10)).ratio is None


# ---------------------------------------------------------------------------------- for charts


def project() -> ProjectState:
    """Judge a project whose R1 moved once, was agreed, told, and has five days of buffer."""
    base = history((1, ON(2026, 10, 1)), (9, ON(2026, 10, 8)))
    terms = agreed(baseline(1, 5, ON(2026, 10, 8), buffer_days=5), tellings=(telling(1, 6, ON(2026, 10, 5)),))
    return judge(base, terms, as_of=day(15))


def test_the_timeline_keeps_the_dates_apart() -> None:
    """First seen, first promised to the client, agreed, the tracker's, and how far the buffer reaches."""
    (bar,) = charts.timeline(project().milestones, UTC)
    assert (bar.first_on, bar.promised_on, bar.agreed_on, bar.due_on, bar.buffer_until_on) == (
        ON(2026, 10, 1),
        ON(2026, 10, 8),
        ON(2026, 10, 8),
        ON(2026, 10, 8),
        ON(2026, 10, 15),
    )


def test_beyond_the_horizon_the_timeline_has_no_days() -> None:
    """Only what it will not be before."""
    (state,) = project().milestones
    far = replace(state, forecast=forecast(ON(2027, 10, 1), not_before_on=ON(2027, 2, 1)))
    (bar,) = charts.timeline([far], UTC)
    assert (bar.p50_on, bar.p85_on, bar.not_before_on) == (None, None, ON(2027, 2, 1))


def test_the_trend_chart_has_a_point_a_week_and_every_promise() -> None:
    """Day 1, 8 and 15; agreed on day 5, told on day 6."""
    (found,) = charts.trend_lines(project().milestones, today=day(15).date(), calendar=UTC)
    assert [(on - day(0).date()).days for on, _ in found.points] == [1, 8, 15]
    assert [on.day for _, on in found.points] == [1, 1, 8]
    assert found.promised == (
        (day(5).date(), ON(2026, 10, 8)),
        (day(6).date(), ON(2026, 10, 5)),
    )


def test_the_scorecard_lists_what_is_done_against_what_was_promised() -> None:
    """Promised 1 October, agreed the 5th, done the 6th: 3 and 1 working days late."""
    sights = [*seen(1, milestone(1, due_on=ON(2026, 10, 1))), *seen(40, released(1, ON(2026, 10, 6)))]
    base = facts([issue(1, milestones=(R1,))], sightings=sights, ruleset=RULES)
    state = judge(base, agreed(baseline(1, 5, ON(2026, 10, 5))), as_of=day(50))
    record = Record(coverage=0.85, n=20)
    card = charts.scorecard(state.milestones, state.execution, record)
    assert [(o.late_first_days, o.late_days) for o in card.outcomes] == [(3, 1)]
    assert (card.execution.due, card.execution.kept, card.record) == (1, 0, record)
