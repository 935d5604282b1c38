"""Milestone dates: five of them, kept apart; variances in working days. 2026-09-01 (day 0) is a Tuesday."""

from __future__ import annotations

import datetime as dt

import pytest

from adapters.records import MilestoneStatus
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement, Baseline, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import MilestoneClass, MilestoneState
from tests.builders import day, facts, issue, milestone, moved, released, seen, version

R1 = version(1)
ON = dt.date


def only(base: ProjectFacts, agreement: Agreement, offset: float) -> MilestoneState:
    """Return the one milestone as of a day."""
    (state,) = judge(base, agreement, as_of=day(offset)).milestones
    return state


def agreement(on: dt.date | None, at: float = 10, **overrides: object) -> Agreement:
    """Return an agreement whose baseline dates R1."""
    baseline = Baseline(
        number=1, on_at=day(at), recorded_at=day(at), approved_by="J. Doe", dates={R1: on}, buffer_days=None
    )
    return Agreement(baselines=(baseline,), **overrides)  # type: ignore[arg-type] # fields of Agreement


def history(*dates: tuple[float, dt.date | None]) -> ProjectFacts:
    """Return a project whose R1 was seen with these dates on these days."""
    sights = [s for at, on in dates for s in seen(at, milestone(1, due_on=on))]
    return facts([issue(1, milestones=(R1,))], sightings=sights)


def test_the_five_dates_stay_apart() -> None:
    """First promise, agreement and tracker date differ, and none overwrites another.

    Promised Thu 1 Oct, agreed Thu 8 Oct, now Thu 15 Oct: 10 and 5 working days later.
    """
    base = history((1, ON(2026, 10, 1)), (9, ON(2026, 10, 8)), (20, ON(2026, 10, 15)))
    state = only(base, agreement(ON(2026, 10, 8)), 25)
    assert (state.first_promised_on, state.baseline_on, state.due_on, state.actual_on) == (
        ON(2026, 10, 1),
        ON(2026, 10, 8),
        ON(2026, 10, 15),
        None,
    )
    assert (state.variance_first, state.variance_baseline) == (10, 5)


def test_every_move_between_two_sightings_is_kept() -> None:
    """Moves are told oldest first, those to and from no date included; an unchanged date is none."""
    base = history((1, ON(2026, 10, 1)), (2, ON(2026, 10, 1)), (3, None), (4, ON(2026, 10, 9)))
    found = [(m.seen_at, m.from_on, m.to_on) for m in only(base, Agreement(), 5).moves]
    assert found == [(day(3), ON(2026, 10, 1), None), (day(4), None, ON(2026, 10, 9))]


def test_the_move_made_by_releasing_is_a_move() -> None:
    """Jira rewrites the date on release: it is seen, and told."""
    sights = [*seen(1, milestone(1, due_on=ON(2026, 10, 1))), *seen(40, released(1, ON(2026, 10, 6)))]
    state = only(facts([issue(1, milestones=(R1,))], sightings=sights), Agreement(), 50)
    assert (state.milestone_class, state.actual_on, state.variance_first) == (
        MilestoneClass.DONE,
        ON(2026, 10, 6),
        3,
    )
    assert len(state.moves) == 1


def test_released_at_first_sight_was_never_promised() -> None:
    """Nobody knows what had been promised for a milestone that was done when first seen."""
    base = facts([issue(1, milestones=(R1,))], sightings=seen(50, released(1, ON(2026, 9, 20))))
    state = only(base, Agreement(), 60)
    assert (state.first_promised_on, state.actual_on) == (None, ON(2026, 9, 20))


def test_done_without_a_day_is_done_on_a_day_nobody_knows() -> None:
    """A version released before we looked, without a date: done, and no day is made up for it."""
    undated = milestone(1, status=MilestoneStatus.DONE)
    state = only(facts([issue(1)], sightings=seen(50, undated)), Agreement(), 60)
    assert (state.milestone_class, state.actual_on) == (MilestoneClass.DONE, None)
    watched = [*seen(40, milestone(1)), *seen(50, undated)]
    assert only(facts([issue(1)], sightings=watched), Agreement(), 60).actual_on == ON(2026, 10, 21)


def test_before_its_first_sighting_a_milestone_has_no_date() -> None:
    """It exists from the first item put into it; its date then is unknown, and so is its class."""
    base = facts(
        [issue(1, milestones=(R1,))],
        moved(1, 5, into=1),
        sightings=seen(50, milestone(1, due_on=ON(2026, 12, 1))),
    )
    assert judge(base, Agreement(), as_of=day(4)).milestones == ()
    state = only(base, Agreement(), 6)
    assert (state.due_on, state.first_promised_on, state.milestone_class) == (
        None,
        None,
        MilestoneClass.UNKNOWN,
    )


@pytest.mark.parametrize(
    ("due", "as_of", "expected"),
    [
        pytest.param(ON(2026, 10, 8), 25, MilestoneClass.ON_TIME, id="as agreed"),
        pytest.param(ON(2026, 10, 15), 25, MilestoneClass.ON_TIME, id="5 days later: within the tolerance"),
        pytest.param(ON(2026, 10, 16), 25, MilestoneClass.SLIPPING, id="6 days later: beyond it"),
        pytest.param(ON(2026, 10, 8), 37.9, MilestoneClass.OVERDUE, id="Friday morning after a Thursday"),
        pytest.param(ON(2026, 10, 8), 37.1, MilestoneClass.ON_TIME, id="on its day it is not overdue"),
        pytest.param(None, 25, MilestoneClass.UNKNOWN, id="no date"),
    ],
)
def test_classes(due: dt.date | None, as_of: float, expected: MilestoneClass) -> None:
    """Tolerance 5 working days against the agreed Thu 8 Oct; overdue after the end of its day (day 37)."""
    base = history((1, ON(2026, 10, 8)), (20, due))
    assert only(base, agreement(ON(2026, 10, 8)), as_of).milestone_class is expected


def test_without_an_agreement_the_first_promise_counts() -> None:
    """A date that moves by itself is still a slip for whoever read the first one."""
    base = history((1, ON(2026, 10, 1)), (20, ON(2026, 11, 2)))
    assert only(base, Agreement(), 25).milestone_class is MilestoneClass.SLIPPING


def test_a_new_agreement_is_a_replan_and_the_first_promise_stays() -> None:
    """Re-baselining moves what was agreed, never what was promised first."""
    base = history((1, ON(2026, 10, 1)), (20, ON(2026, 11, 2)))
    first, second = (
        Baseline(number=n, on_at=day(at), recorded_at=day(at), approved_by="J. Doe", dates={R1: on})
        for n, at, on in ((1, 10, ON(2026, 10, 1)), (2, 21, ON(2026, 11, 2)))
    )
    state = only(base, Agreement(baselines=(first, second)), 25)
    assert (state.milestone_class, state.first_promised_on, state.variance_baseline) == (
        MilestoneClass.REPLANNED,
        ON(2026, 10, 1),
        0,
    )


def test_a_milestone_its_tracker_no_longer_shows_keeps_its_story() -> None:
    """Deleted or merged: cancelled, with the dates it had."""
    sights = [
        *seen(1, milestone(1, due_on=ON(2026, 10, 1)), milestone(2)),
        *seen(9, milestone(2)),
    ]
    states = judge(facts([issue(1)], sightings=sights), Agreement(), as_of=day(10)).milestones
    gone = next(state for state in states if state.key == R1)
    assert (gone.status, gone.first_promised_on) == (MilestoneStatus.CANCELLED, ON(2026, 10, 1))


def test_a_milestone_that_was_seen_later_was_there_in_between() -> None:
    """Of a run of equal sightings only the ends are kept: as of a day inside it the milestone is there."""
    sights = [
        *seen(1, milestone(1, due_on=ON(2026, 12, 1)), milestone(2)),
        *seen(9, milestone(2, due_on=ON(2026, 12, 8))),
        *seen(20, milestone(1, due_on=ON(2026, 12, 1)), milestone(2, due_on=ON(2026, 12, 8))),
    ]
    states = judge(facts([issue(1)], sightings=sights), Agreement(), as_of=day(10)).milestones
    assert {state.status for state in states} == {MilestoneStatus.OPEN}


def test_the_last_milestones_slip_uses_the_buffer() -> None:
    """10 days of buffer, 5 working days late against the agreement: 5 used."""
    base = history((1, ON(2026, 10, 8)), (20, ON(2026, 10, 15)))
    state = only(base, agreement(ON(2026, 10, 8), buffer_days=10), 25)
    assert (state.buffer_days, state.buffer_used_days) == (10, 5)


def test_variance_against_the_last_edition_counts_from_what_was_told() -> None:
    """The date told to the client last is what the next edition is compared with."""
    base = history((1, ON(2026, 10, 8)), (20, ON(2026, 10, 9)))
    told = {R1: ((day(5), ON(2026, 10, 1)), (day(12), ON(2026, 10, 8)))}
    assert only(base, Agreement(told=told), 25).variance_last_edition == 1


@pytest.mark.parametrize(
    ("start", "end", "code", "days"),
    [
        pytest.param(ON(2026, 10, 1), ON(2026, 10, 1), None, 0, id="same day"),
        pytest.param(ON(2026, 10, 2), ON(2026, 10, 5), None, 1, id="over a weekend"),
        pytest.param(ON(2026, 10, 5), ON(2026, 10, 2), None, -1, id="backwards"),
        pytest.param(ON(2026, 12, 23), ON(2026, 12, 28), "DE-BE", 2, id="Christmas in Berlin: 24th and 28th"),
        pytest.param(ON(2025, 9, 26), ON(2025, 9, 28), "CN", 1, id="a Sunday worked in China"),
    ],
)
def test_working_days(start: dt.date, end: dt.date, code: str | None, days: int) -> None:
    """Working days after the start up to and with the end; holidays and make-up days count as they are."""
    assert WorkingCalendar(code=code).working_days(start, end) == days


def test_a_day_belongs_to_the_projects_zone() -> None:
    """Late evening in UTC is the next day in Berlin; a day ends with its last instant there."""
    calendar = WorkingCalendar(timezone="Europe/Berlin")
    assert calendar.local_day(dt.datetime(2026, 10, 1, 22, 30, tzinfo=dt.UTC)) == ON(2026, 10, 2)
    assert calendar.end_of(ON(2026, 10, 1)).isoformat() == "2026-10-01T21:59:59.999999+00:00"
