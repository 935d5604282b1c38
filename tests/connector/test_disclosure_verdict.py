"""The verdict says what holds: it speaks of an agreement only where there is one, and names what is late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.analysis.state import PROJECT, Health, HealthStatus, MilestoneClass, MilestoneState
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import Verdict
from tests.connector import disclosure_sample as sample

STALE = (
    "Part of our data could not be brought up to date, so it cannot be said today whether the project"
    " is on track."
)
LATE = tuple(
    sample.milestone(
        number,
        f"Step {number}",
        milestone_class=MilestoneClass.OVERDUE,
        due_on=sample.day("2026-11-01"),
        total=2,
    )
    for number in range(41, 46)
)


def judged(
    status: HealthStatus, *reasons: str, milestones: tuple[MilestoneState, ...] = sample.MILESTONES
) -> Verdict:
    """Word the verdict of a project that stands like this."""
    health = Health(status=status, reasons=reasons)
    state = replace(sample.STATE, health=health, milestones=milestones)
    verdict = project_for_client(sample.given(state)).view.verdict
    assert verdict is not None
    return verdict


def late(count: int) -> str:
    """Return the first reason where so many milestones are past their dates."""
    reasons = [f"overdue {milestone.key}" for milestone in LATE[:count]]
    return str(judged(HealthStatus.AT_RISK, *reasons, milestones=LATE).reasons[0])


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (HealthStatus.OFF_TRACK, "The project is behind its planned dates."),
        (HealthStatus.AT_RISK, "The project is moving, but some of its planned dates are in doubt."),
    ],
)
def test_nothing_agreed_is_not_called_agreed(status: HealthStatus, expected: str) -> None:
    """Without an agreement the sentence speaks of planned dates, and a reason says what is missing."""
    verdict = judged(status, "overdue jira:version:23", "no_baseline")
    assert str(verdict.sentence) == expected
    assert str(verdict.reasons[-1]) == "No agreed scope and dates have been recorded yet."


def test_with_an_agreement_the_sentence_speaks_of_it() -> None:
    """Where something was agreed, the sentence says what becomes of it."""
    verdict = judged(HealthStatus.OFF_TRACK, f"scope_creep {PROJECT}")
    assert str(verdict.sentence) == "The project will not meet what was agreed unless something changes."


@pytest.mark.parametrize(
    ("status", "reasons", "sentence"),
    [
        (
            HealthStatus.UNKNOWN,
            ("no_complete_sync jira:KITE",),
            STALE,
        ),
        (
            HealthStatus.UNKNOWN,
            ("no_baseline", "no_dated_milestone", "no_complete_sync jira:KITE"),
            "Not enough has been recorded yet to say whether the project is on track.",
        ),
        (HealthStatus.COMPLETE, ("all_done",), "Everything that was planned has been reached."),
    ],
)
def test_what_is_not_known_is_said_as_such(
    status: HealthStatus, reasons: tuple[str, ...], sentence: str
) -> None:
    """Missing data, missing agreements and an end are different sentences; each has its reasons."""
    verdict = judged(status, *reasons)
    assert str(verdict.sentence) == sentence
    assert len(verdict.reasons) == len(reasons)


def test_a_slip_is_named_with_its_date_and_size() -> None:
    """One milestone that moved is named, with its day and how far that is from the agreed one."""
    verdict = judged(HealthStatus.AT_RISK, "slipping jira:version:23")
    (reason,) = map(str, verdict.reasons)
    assert reason.startswith("“Checkout open for test customers” is now planned for 11 December 2026")
    assert reason.endswith(": 10 working days later than agreed.")


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "“Step 41” was planned for 1 November 2026 and has not been reached yet."),
        (2, "“Step 41” and “Step 42” are past their dates and not yet reached."),
        (3, "“Step 41”, “Step 42” and 1 more milestone are past their dates and not yet reached."),
        (5, "“Step 41”, “Step 42” and 3 more milestones are past their dates and not yet reached."),
    ],
)
def test_many_of_a_kind_are_one_reason(count: int, expected: str) -> None:
    """Milestones past their dates are told in one sentence that names two and counts the others."""
    assert late(count) == expected


def test_untold_milestones_are_not_named() -> None:
    """A milestone that this audience is not told of stands behind general words."""
    verdict = judged(HealthStatus.AT_RISK, "overdue jira:version:9999")
    assert list(map(str, verdict.reasons)) == ["A milestone is past its date and not yet reached."]


def test_reasons_come_dates_first_and_are_few() -> None:
    """Dates come before scope, scope before what is not known; from the fifth on reasons are counted."""
    verdict = judged(
        HealthStatus.AT_RISK,
        "no_complete_sync",
        f"scope_dropped {PROJECT}",
        f"scope_creep {PROJECT}",
        "something_new",
        "slipping jira:version:23",
        "overdue jira:version:24",
    )
    texts = list(map(str, verdict.reasons))
    assert texts[0].startswith("“Public launch” was planned for 29 January 2027")
    assert texts[1].startswith("“Checkout open for test customers” is now planned")
    assert texts[2:] == [
        "Work was added that has not been decided yet.",
        "Some agreed work was taken out without a recorded decision.",
        "And 2 further reasons.",
    ]
