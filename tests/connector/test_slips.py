"""Breaches about dates: when one begins, when it is over, how grave it is. Day 0 is Tue 2026-09-01."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from connector.analysis import health, rulebook, slips
from connector.analysis.facts import Agreement, DateRules
from connector.analysis.record import Record
from connector.analysis.state import (
    Deviation,
    Fact,
    Fever,
    FeverZone,
    HealthStatus,
    MilestoneState,
    Severity,
)
from connector.config.schema import AgreementSettings, DateSettings, Guards
from connector.config.watch import WatchSettings
from tests.builders import day
from tests.connector.dated import ON, R1, agreed, baseline, forecast, history, measure, only

AGREED = agreed(baseline(1, 2, ON(2026, 10, 8), buffer_days=10))
EARNED = Record(recall=0.6, false_alarms=0.3, coverage=0.85, n=12)


def rules(state: MilestoneState, agreement: Agreement = AGREED, offset: float = 20) -> dict[str, Deviation]:
    """Return the breaches of one milestone by rule."""
    return {found.rule: found for found in slips.breaches([state], measure(agreement, offset))}


def waver(state: MilestoneState, agreement: Agreement = AGREED, offset: float = 20) -> tuple[str, ...]:
    """Return the ids that are in between."""
    return slips.wavering([state], measure(agreement, offset))


def due(october: int, offset: float = 20, agreement: Agreement = AGREED) -> MilestoneState:
    """Return R1, agreed for Thu 8 October, moved on day 9 to that day of October."""
    return only(history((1, ON(2026, 10, 8)), (9, ON(2026, 10, october))), agreement, offset)


@pytest.mark.parametrize(
    ("october", "severity", "wavers"),
    [
        pytest.param(23, Severity.CRITICAL, False, id="11 days: above twice the tolerance"),
        pytest.param(22, Severity.WARNING, False, id="10 days"),
        pytest.param(16, Severity.WARNING, False, id="6 days"),
        pytest.param(15, None, True, id="5 days: in order, but told it stands"),
        pytest.param(14, None, False, id="4 days: over"),
    ],
)
def test_a_slip_has_an_off_point_of_its_own(october: int, severity: Severity | None, *, wavers: bool) -> None:
    """Tolerance 5 working days; over at four fifths of it."""
    state = due(october)
    assert (found.severity if (found := rules(state).get("slipping")) else None) is severity
    assert (f"slipping:{R1}" in waver(state)) is wavers


def test_the_off_point_of_a_slip_can_be_set_and_never_lies_above_the_tolerance() -> None:
    """`slip_off_days`; without it four fifths, rounded down."""
    assert DateRules().slip_off(5) == 4
    assert DateRules(slip_off_days=1).slip_off(5) == 1
    assert DateRules(slip_off_days=9).slip_off(5) == 5
    lenient = replace(AGREED, dates=DateRules(slip_off_days=0))
    assert waver(due(9, agreement=lenient), lenient) == (f"slipping:{R1}",)


def at_risk(p85_october: int) -> MilestoneState:
    """Return R1 due on 8 October, with this 85 % date and no buffer used."""
    return replace(
        due(8), buffer_days=None, buffer_used_days=None, forecast=forecast(ON(2026, 10, p85_october))
    )


def test_a_silent_risk_is_information_until_such_warnings_held() -> None:
    """It states what they were worth in the project's past; with a record good enough it is a warning."""
    unknown = rules(at_risk(12))["silently_at_risk"]
    earned = rules(at_risk(12), replace(AGREED, record=EARNED))["silently_at_risk"]
    assert (unknown.severity, unknown.facts["recall"]) == (Severity.INFO, None)
    assert (earned.severity, earned.facts["recall"], earned.facts["false_alarms"]) == (
        Severity.WARNING,
        0.6,
        0.3,
    )
    assert (earned.facts["days"], earned.facts["p85_on"]) == (2, "2026-10-12")


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(Record(recall=0.59, false_alarms=0.1, n=9), id="finds too few"),
        pytest.param(Record(recall=0.9, false_alarms=0.31, n=9), id="cries wolf"),
        pytest.param(Record(recall=1.0, false_alarms=0.0, n=4), id="one lucky hit"),
        pytest.param(Record(recall=None, false_alarms=None, coverage=0.9, n=9), id="nothing slipped"),
    ],
)
def test_a_record_must_be_earned_on_both_sides(record: Record) -> None:
    """Recall of 0.6 and false alarms of 0.3 are the limits."""
    assert not record.is_trusted
    assert rules(at_risk(12), replace(AGREED, record=record))["silently_at_risk"].severity is Severity.INFO


@pytest.mark.parametrize(
    ("october", "wavers"),
    [
        pytest.param(8, True, id="on its day"),
        pytest.param(7, True, id="a day before"),
        pytest.param(6, False, id="two working days before: over"),
    ],
)
def test_a_silent_risk_is_over_two_days_within_its_limit(october: int, *, wavers: bool) -> None:
    """Before that it was none, and one that was told stands."""
    state = at_risk(october)
    assert "silently_at_risk" not in rules(state)
    assert (f"silently_at_risk:{R1}" in waver(state)) is wavers


def test_what_is_late_is_no_silent_risk() -> None:
    """It is late: that is said, and once."""
    late = replace(due(30), forecast=forecast(ON(2027, 1, 8)))
    assert "silently_at_risk" not in rules(late)
    assert "slipping" in rules(late)


def feverish(used: float, done: float, *, october: int = 8) -> MilestoneState:
    """Return R1 at a place in the fever chart, due on a day of October."""
    red = used > 1 / 3 + 2 / 3 * done
    zone = FeverZone.RED if red else FeverZone.AMBER
    return replace(due(october), fever=Fever(done_ratio=done, used_ratio=used, zone=zone))


def test_a_red_buffer_is_a_breach_and_by_how_much_it_is_seen() -> None:
    """Warning by the tracker's date, critical beyond the buffer, information by the forecast alone."""
    assert "buffer" not in rules(feverish(0.3, 0))
    assert rules(feverish(0.5, 0, october=15))["buffer"].severity is Severity.WARNING
    assert rules(feverish(1.1, 0.5, october=23))["buffer"].severity is Severity.CRITICAL
    assert rules(feverish(1.1, 0.5))["buffer"].severity is Severity.INFO
    assert rules(feverish(1.1, 0.5), replace(AGREED, record=EARNED))["buffer"].severity is Severity.WARNING


def test_a_red_buffer_is_over_at_nine_tenths_of_the_line() -> None:
    """Half of the work done: red above 0.667, over at 0.6."""
    assert waver(feverish(0.65, 0.5)) == (f"buffer:{R1}",)
    assert waver(feverish(0.6, 0.5)) == ()


def test_a_date_that_moves_often_is_for_information() -> None:
    """Three moves within four weeks; it tells how much."""
    base = history((1, ON(2026, 10, 8)), (5, ON(2026, 10, 9)), (9, ON(2026, 10, 12)), (13, ON(2026, 10, 13)))
    found = rules(only(base, AGREED, 20))["volatile"]
    facts: Mapping[str, Fact] = found.facts
    assert (found.severity, facts["moves"], facts["turns"], facts["net_days"]) == (Severity.INFO, 3, 0, 3)
    assert found.since == day(13)
    assert "volatile" not in rules(only(base, AGREED, 33), offset=33)


def test_no_date_is_overdue_by_the_day_that_was_agreed() -> None:
    """Taken out of the tracker, past what was agreed: told as overdue."""
    base = history((1, ON(2026, 10, 8)), (20, None))
    assert rules(only(base, AGREED, 38), offset=38)["overdue"].facts["due_on"] == "2026-10-08"


def test_a_forecast_alone_never_makes_a_project_off_track() -> None:
    """Earned: at risk. Not earned: it lowers nothing."""
    state = at_risk(30)
    for record, expected in ((EARNED, HealthStatus.AT_RISK), (None, HealthStatus.ON_TRACK)):
        found = list(rules(state, replace(AGREED, record=record)).values())
        verdict = health.project_health([state], found, [], AGREED.baselines[0])
        assert verdict.status is expected


def test_the_documents_print_the_rules_as_they_are() -> None:
    """`docs/reference/deviations.md` is made from the table; every rule that is told is in it."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "deviations.md"
    assert page.read_text(encoding="utf-8") == rulebook.page()
    told = {"slipping", "overdue", "buffer", "silently_at_risk", "volatile"}
    assert told <= set(rulebook.BY_NAME)


def test_the_limits_that_the_rules_name_are_in_the_configuration() -> None:
    """No rule names a key that is not there, and every date rule can be set."""
    known = {f"agreement.{name}" for name in AgreementSettings.model_fields} | {"agreement.tolerance"}
    known |= {f"agreement.dates.{name}" for name in DateSettings.model_fields}
    known |= {f"guards.{name}" for name in Guards.model_fields}
    known |= {f"watch.{name}" for name in WatchSettings.model_fields}
    named = {key for rule in rulebook.RULES for key in rule.keys}
    assert named <= known
    assert {key for key in known if key.startswith("agreement.dates.")} <= named
    assert set(DateSettings.model_fields) == set(DateRules.__slots__)
    assert DateRules(**DateSettings().model_dump()) == DateRules()
