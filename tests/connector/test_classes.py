"""Classes of milestones: the first that holds. Day 0 is Tue 2026-09-01; tolerance 5 working days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from adapters.records import MilestoneStatus
from connector.analysis.classes import classify
from connector.analysis.facts import Agreement
from connector.analysis.state import Basis, MilestoneClass, MilestoneState
from tests.builders import day
from tests.connector.dated import ON, UTC, agreed, baseline, forecast, history, only, telling

AGREED = agreed(baseline(1, 2, ON(2026, 10, 8)))


def classed(state: MilestoneState, agreement: Agreement, offset: float) -> MilestoneClass:
    """Class a milestone as of a day."""
    return classify(state, agreement, as_of=day(offset), calendar=UTC)


def test_a_date_that_stands_is_at_risk_where_the_85_percent_date_lies_beyond() -> None:
    """On its last day it is in time; a day later the risk is silent."""
    state = only(history((1, ON(2026, 10, 8))), AGREED, 10)
    in_time, beyond = (replace(state, forecast=forecast(ON(2026, 10, on))) for on in (8, 9))
    assert classed(in_time, AGREED, 10) is MilestoneClass.ON_TIME
    assert classed(beyond, AGREED, 10) is MilestoneClass.SILENTLY_AT_RISK


def test_the_buffer_left_bears_a_late_forecast() -> None:
    """Two of five working days of buffer are used: the date bears three more, Tue 13 October, not Wed."""
    state = only(history((1, ON(2026, 10, 8))), AGREED, 10)
    buffered = replace(state, buffer_days=5, buffer_used_days=2)
    held, burst = (replace(buffered, forecast=forecast(ON(2026, 10, on))) for on in (13, 14))
    assert classed(held, AGREED, 10) is MilestoneClass.ON_TIME
    assert classed(burst, AGREED, 10) is MilestoneClass.SILENTLY_AT_RISK


def test_a_refused_forecast_is_no_risk() -> None:
    """What is not known warns of nothing."""
    state = only(history((1, ON(2026, 10, 8))), AGREED, 10)
    refused = replace(state, forecast=forecast(ON(2027, 1, 8), refused="too little is known"))
    assert classed(refused, AGREED, 10) is MilestoneClass.ON_TIME


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        pytest.param([8, 30, 22], MilestoneClass.RECOVERING, id="moved back, still beyond the tolerance"),
        pytest.param([8, 30, 13], MilestoneClass.RECOVERING, id="moved back to within the tolerance"),
        pytest.param([8, 30, 8], MilestoneClass.ON_TIME, id="moved back to what was agreed"),
        pytest.param([8, 13, 12], MilestoneClass.ON_TIME, id="was never beyond the tolerance"),
        pytest.param([8, 22, 30], MilestoneClass.SLIPPING, id="moved further away"),
    ],
)
def test_recovering_is_coming_back_and_not_there_yet(dates: list[int], expected: MilestoneClass) -> None:
    """Agreed 8 October; seen with these days of October, three weeks apart."""
    base = history(*((1 + 10 * n, ON(2026, 10, on)) for n, on in enumerate(dates)))
    assert only(base, AGREED, 30).milestone_class is expected


def test_a_zigzag_is_volatile_and_is_not_recovering() -> None:
    """Later, earlier, later: two turns. While the date is in order it is volatile, beyond it slips."""
    inside = history(
        (1, ON(2026, 10, 8)), (5, ON(2026, 10, 13)), (9, ON(2026, 10, 9)), (13, ON(2026, 10, 12))
    )
    assert only(inside, AGREED, 20).milestone_class is MilestoneClass.VOLATILE
    beyond = history(
        (1, ON(2026, 10, 8)), (5, ON(2026, 10, 30)), (9, ON(2026, 10, 12)), (13, ON(2026, 11, 30)),
        (17, ON(2026, 11, 12)),
    )  # fmt: skip
    assert only(beyond, AGREED, 20).milestone_class is MilestoneClass.SLIPPING


def test_a_zigzag_long_past_is_forgiven() -> None:
    """Two turns count for 90 days, three moves for 28."""
    base = history((1, ON(2027, 3, 8)), (5, ON(2027, 3, 10)), (9, ON(2027, 3, 8)), (13, ON(2027, 3, 9)))
    later = agreed(baseline(1, 2, ON(2027, 3, 8)))
    assert only(base, later, 98).milestone_class is MilestoneClass.VOLATILE  # the first turn was on day 9
    assert only(base, later, 99).milestone_class is MilestoneClass.ON_TIME


def test_what_is_put_right_the_same_day_did_not_move() -> None:
    """A date mistyped three times within a day is one that stands."""
    base = history(
        (1, ON(2026, 10, 8)), (5.1, ON(2026, 10, 13)), (5.2, ON(2026, 10, 8)), (5.3, ON(2026, 10, 12)),
        (5.4, ON(2026, 10, 8)),
    )  # fmt: skip
    assert only(base, AGREED, 20).milestone_class is MilestoneClass.ON_TIME


def test_taking_the_date_out_is_no_way_out() -> None:
    """Agreed 8 October, without a date since: unknown until that day is over, then overdue."""
    base = history((1, ON(2026, 10, 8)), (20, None))
    assert only(base, AGREED, 37).milestone_class is MilestoneClass.UNKNOWN
    assert only(base, AGREED, 38).milestone_class is MilestoneClass.OVERDUE


def test_past_what_was_agreed_it_is_late_within_the_tolerance_too() -> None:
    """Moved from 8 to 13 October, which is within the tolerance; on the 9th the promise is broken."""
    base = history((1, ON(2026, 10, 8)), (20, ON(2026, 10, 13)))
    assert only(base, AGREED, 37).milestone_class is MilestoneClass.ON_TIME
    assert only(base, AGREED, 38).milestone_class is MilestoneClass.SLIPPING


def test_a_later_agreement_takes_the_place_of_an_edition() -> None:
    """Told 8 October, then agreed for the 30th: re-planned by approval. Told again since, it counts again."""
    base = history((1, ON(2026, 10, 8)), (20, ON(2026, 10, 30)))
    approved = agreed(
        baseline(1, 2, ON(2026, 10, 8)),
        baseline(2, 21, ON(2026, 10, 30)),
        tellings=(telling(1, 5, ON(2026, 10, 8)),),
    )
    assert only(base, approved, 25).milestone_class is MilestoneClass.REPLANNED
    told = replace(approved, told={"jira:version:1": ((day(22), ON(2026, 10, 29)),)})
    assert only(base, told, 25).milestone_class is MilestoneClass.SLIPPING


def test_another_date_than_an_edition_told_is_replanned_by_the_first_agreement_too() -> None:
    """The client knew the 8th; then they agreed to the 30th."""
    base = history((1, ON(2026, 10, 8)), (20, ON(2026, 10, 30)))
    approved = agreed(baseline(1, 21, ON(2026, 10, 30)), tellings=(telling(1, 5, ON(2026, 10, 8)),))
    assert only(base, approved, 25).milestone_class is MilestoneClass.REPLANNED


def test_what_is_over_has_no_other_class() -> None:
    """Done is done, however late; given up is unknown."""
    state = only(history((1, ON(2026, 10, 8))), AGREED, 10)
    late = replace(state, due_on=ON(2026, 9, 2), forecast=forecast(ON(2027, 1, 8)))
    assert classed(replace(late, status=MilestoneStatus.DONE), AGREED, 10) is MilestoneClass.DONE
    assert classed(replace(late, status=MilestoneStatus.CANCELLED), AGREED, 10) is MilestoneClass.UNKNOWN
    assert classed(late, AGREED, 10) is MilestoneClass.OVERDUE


def test_days_of_a_blackout_are_no_working_days() -> None:
    """Wed 23 December to Mon 4 January, shut from the 25th on: the 24th is worked, and the 4th."""
    shut = replace(AGREED, blackouts=((ON(2026, 12, 25), ON(2027, 1, 3)),)).calendar()
    assert shut.working_days(ON(2026, 12, 23), ON(2027, 1, 4)) == 2
    assert shut.later(ON(2026, 12, 23), 2) == ON(2027, 1, 4)


def test_a_year_without_a_working_day_is_refused() -> None:
    """Nobody works for years: what was meant is something else."""
    never = replace(AGREED, blackouts=((ON(2026, 1, 1), dt.date(2036, 1, 1)),)).calendar()
    with pytest.raises(ValueError, match="found no working day"):
        never.later(ON(2026, 12, 23), 1)
    with pytest.raises(ValueError, match="expected none or more"):
        UTC.later(ON(2026, 12, 23), -1)


def test_what_other_projects_lived_through_accuses_nobody_here() -> None:
    """Of a forecast with fewer than three milestones of this project behind it, no risk is made."""
    state = only(history((1, ON(2026, 10, 8))), AGREED, 10)
    pooled = replace(state, forecast=forecast(ON(2027, 1, 8), basis=Basis(n=2, method="pooled")))
    assert classed(pooled, AGREED, 10) is MilestoneClass.ON_TIME
