"""What the PM is told of dates: the risk, the buffer, the zigzag, the outlook; and what waits for company."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from connector.alerts.decide import decide
from connector.alerts.message import Message, compose
from connector.alerts.outlook import outlook, short
from connector.analysis.record import Record
from connector.analysis.state import (
    Basis,
    Deviation,
    Fact,
    Fever,
    FeverZone,
    Forecast,
    MilestoneState,
    Move,
    ProjectState,
    Severity,
    Trend,
)
from connector.store.alerts import AlertState
from tests.connector.alert_scenes import BERLIN, NOW, R2, milestone, state
from tests.connector.dated import ON, forecast

TODAY = NOW.date()


def deviation(rule: str, severity: Severity = Severity.WARNING, **facts: Fact) -> Deviation:
    """Return a breach of Release 2."""
    name = "Release 2: Checkout"
    return Deviation(
        id=f"{rule}:{R2}", rule=rule, object=R2, object_name=name, severity=severity, since=NOW, facts=facts
    )


def told(
    *found: Deviation, release: MilestoneState, known: tuple[AlertState, ...] = ()
) -> tuple[Message, ...]:
    """Compose what is told of these breaches."""
    judged = replace(state(release=release), deviations=found)
    return compose(decide(found, known, now=NOW, is_first=False), judged, BERLIN)


def test_a_silent_risk_says_what_when_how_much_and_what_it_is_worth() -> None:
    """The date that stands, the 85 % date, the work left, the forecast, and how such warnings held."""
    release = replace(milestone(), forecast=forecast(ON(2026, 12, 18)))
    risk = deviation("silently_at_risk", days=5, limit_on="2026-12-11", recall=0.75, false_alarms=0.2)
    (message,) = told(risk, release=release)
    for words in (
        "Date at risk: Release 2: Checkout (warning)",
        "still says 11 Dec 2026, but its 85 % date lies 5 working days later; 9 of 14 items open.",
        "Forecast: by 18 Dec 2026, 85 % (8 finished milestones here; how often such dates hold has not",
        "found 75 % of the slips in this project's past, and were given for 20 % of the milestones that",
        "take work out or agree a new date, before the date itself has to move",
    ):
        assert words in message.text


def test_a_risk_whose_worth_is_not_known_says_so() -> None:
    """With the command that measures it, and with the buffer that the date still has."""
    release = replace(milestone(), forecast=forecast(ON(2026, 12, 18)))
    risk = deviation("silently_at_risk", days=3, limit_on="2026-12-15", recall=None, false_alarms=None)
    (message,) = told(risk, release=release)
    assert "and its buffer ends 15 Dec 2026" in message.text
    assert "was not measured yet: `clientview backtest` does." in message.text


def test_a_burning_buffer_says_how_much_of_it_for_how_much_work() -> None:
    """By the tracker's date, or by the forecast alone."""
    fever = Fever(done_ratio=0.25, used_ratio=0.8, zone=FeverZone.RED)
    release = replace(milestone(), buffer_days=10, buffer_used_days=8, variance_baseline=8, fever=fever)
    (message,) = told(deviation("buffer"), release=release)
    assert (
        "80 % of the 10 working days of buffer before Release 2: Checkout are used"
        " (8 working days by the tracker's date), with 25 % of the work done." in message.text
    )
    (ahead,) = told(deviation("buffer"), release=replace(release, variance_baseline=0))
    assert "(by the forecast alone)" in ahead.text


def test_a_zigzag_says_how_often_and_how_far() -> None:
    """Told with what is worth a message; alone it sends none."""
    release = replace(milestone(), trend=Trend(moves=4, turns=2, net_days=3, total_days=15, volatility=5.0))
    zigzag = deviation("volatile", Severity.INFO)
    assert told(zigzag, release=release) == ()
    (message,) = told(deviation("overdue", days=1), zigzag, release=release)
    assert (
        "moved 4 times, 2 times in the other direction: 15 working days of moves, at last 3 working days"
        " later." in message.text
    )


def test_a_slip_says_where_it_leads() -> None:
    """The trend of its date, and the forecast."""
    moves = (Move(seen_at=NOW, from_on=ON(2026, 11, 13), to_on=ON(2026, 12, 11)),)
    going = replace(milestone(), moves=moves, trend=Trend(slope=0.5, extrapolated_on=ON(2027, 1, 15)))
    (message,) = told(deviation("slipping", days=20), release=going)
    assert "If its date goes on moving like this, it ends 15 Jan 2027." in message.text
    (never,) = told(deviation("slipping", days=20), release=replace(going, trend=Trend(slope=1.2)))
    assert "so it is never reached" in never.text


def test_what_is_for_information_waits_for_the_next_message() -> None:
    """Recorded as an alert, told by name with what is worth a message."""
    risk, late = deviation("silently_at_risk", Severity.INFO), deviation("overdue", days=1)
    first = decide([risk], (), now=NOW, is_first=False)
    assert [alert.rule for alert in first.states] == ["silently_at_risk"]
    judged: ProjectState = replace(state(release=milestone()), deviations=(risk, late))
    (message,) = compose(decide([risk, late], first.states, now=NOW, is_first=False), judged, BERLIN)
    assert "For information:\n- Date at risk: Release 2: Checkout" in message.text
    assert message.severity is Severity.WARNING


def test_information_alone_is_no_first_look_either() -> None:
    """A project in order begins in silence."""
    risk = deviation("silently_at_risk", Severity.INFO)
    judged = replace(state(release=milestone()), deviations=(risk,))
    assert compose(decide([risk], (), now=NOW, is_first=True), judged, BERLIN) == ()


def test_a_warning_that_is_now_information_is_told() -> None:
    """What was sent must not fade in silence: it got better, and it is over only later."""
    (alert,) = decide([deviation("silently_at_risk", days=1)], (), now=NOW, is_first=False).states
    risk = deviation("silently_at_risk", Severity.INFO, days=1)
    (message,) = told(risk, release=milestone(), known=(alert,))
    assert message.subject == "[Apollo web shop] Better: Date at risk: Release 2: Checkout (info)"


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(Forecast(refused="2 days of work"), "none", id="refused"),
        pytest.param(forecast(ON(2026, 12, 18)), "by 18 Dec 2026, 85 %", id="planned, with own past"),
        pytest.param(
            forecast(ON(2026, 12, 18), basis=Basis(n=4, method="planned_date")),
            "in 2 to 4 weeks",
            id="too few",
        ),
        pytest.param(
            forecast(ON(2026, 12, 18), basis=Basis(n=9, method="learned"), decision_date=True),
            "in 2 to 4 weeks, a decision",
            id="no plan",
        ),
        pytest.param(
            forecast(ON(2027, 9, 1), not_before_on=ON(2027, 3, 1)), "not before 1 Mar 2027", id="far away"
        ),
    ],
)
def test_a_forecast_is_worded_as_far_as_it_may_be(one: Forecast, expected: str) -> None:
    """One date only where one was planned and five milestones are behind it; else weeks, or a bound."""
    assert short(one, today=TODAY) == expected


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        pytest.param(Basis(n=0), "here: from general experience, not this project)", id="cold start"),
        pytest.param(Basis(n=9, coverage=0.6), "clientview backtest: doubtful)", id="held too seldom"),
        pytest.param(Basis(n=9, coverage=0.8), "9 finished milestones here; how often", id="held"),
    ],
)
def test_what_a_forecast_rests_on_is_always_said(basis: Basis, expected: str) -> None:
    """How many milestones, and how often such dates held; below three quarters with a warning."""
    assert expected in outlook(forecast(ON(2026, 12, 18), basis=basis), today=TODAY)


def test_what_the_last_backtest_measured_goes_first() -> None:
    """In cases, as a client would be told; and with the same warning."""
    told = outlook(forecast(ON(2026, 12, 18)), Record(held=17, n=20), today=TODAY)
    assert "such dates, given half way, held for 17 of 20)" in told
    assert "held for 3 of 5: doubtful)" in outlook(
        forecast(ON(2026, 12, 18)), Record(held=3, n=5), today=TODAY
    )


def test_a_refusal_gives_its_reason() -> None:
    """And nothing else."""
    assert (
        outlook(Forecast(refused="2 days of work"), today=dt.date(2026, 1, 1))
        == "no forecast: 2 days of work"
    )
