"""Dates, totals and states are told as what they are, and no more than the policy allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.analysis.facts import Agreement
from connector.analysis.state import HealthStatus, Move
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import ClientView, Code, MilestoneView
from tests.connector import disclosure_sample as sample


def view_of(**row: float | None) -> ClientView:
    """Project the sample with its scope row changed."""
    return project_for_client(
        sample.given(replace(sample.STATE, scope=(replace(sample.SCOPE[0], **row),)))  # type: ignore[arg-type]  # fields by name
    ).view


def totals(view: ClientView) -> dict[str, str]:
    """Return the scope account as a reader sees it."""
    return {str(line.label): str(line.amount.text) for line in view.scope[0].lines}


def named(view: ClientView, title: str) -> MilestoneView:
    """Return a milestone by its title."""
    return next(m for m in view.milestones if str(m.head.title) == title)


def test_small_totals_are_coarsened() -> None:
    """Two items taken out read as fewer than 3; the total of today is then a range, not the sum.

    38 agreed + 6 approved + 4 undecided - (1 or 2) = 46 to 47.
    """
    account = totals(view_of(removed=2, current=46))
    assert account["Taken out"] == "fewer than 3"
    assert account["Today"] == "46 to 47"


def test_a_range_is_the_same_for_all_that_it_hides() -> None:
    """One item taken out or two: the account reads the same."""
    assert totals(view_of(removed=1, current=47)) == totals(view_of(removed=2, current=46))


def test_zero_and_agreed_totals_are_exact() -> None:
    """Nothing is nothing, and what was agreed is never coarsened."""
    account = totals(view_of(baseline=2, approved_added=0, unapproved_added=0, removed=0, current=2, done=1))
    assert account == {
        "Agreed": "2",
        "Added and approved": "0",
        "Added, not yet decided": "0",
        "Taken out": "0",
        "Today": "2",
        "Done so far": "1",
    }


def test_progress_is_never_coarsened() -> None:
    """A goal of two items tells how many are done."""
    goals = (replace(sample.GOAL_STATES[0], done=1, total=2, status=HealthStatus.ON_TRACK),)
    view = project_for_client(sample.given(replace(sample.STATE, goals=goals))).view
    assert str(view.goals[0].progress and view.goals[0].progress.text) == "1 of 2"


def test_all_but_one_is_not_hundred_per_cent() -> None:
    """199 of 200 is 99 %: a hundred means all of it."""
    goals = (replace(sample.GOAL_STATES[0], done=199, total=200),)
    view = project_for_client(sample.given(replace(sample.STATE, goals=goals))).view
    assert view.goals[0].progress is not None
    assert view.goals[0].progress.percent == 99


def test_a_date_only_seen_is_never_called_promised() -> None:
    """Without agreement or edition a milestone has no promised date, whatever the tracker showed first."""
    view = project_for_client(sample.given(agreement=Agreement())).view
    assert [m.promised for m in view.milestones] == [None] * 5
    assert named(view, "Public launch").planned is not None


def test_a_date_told_in_an_edition_is_promised() -> None:
    """What an edition told the client is a promise, the earliest one first."""
    key = sample.MILESTONES[3].key
    told = {
        key: (
            (sample.at("2026-09-01"), sample.day("2027-01-15")),
            (sample.at("2026-10-01"), sample.day("2027-01-29")),
        )
    }
    view = project_for_client(sample.given(agreement=Agreement(told=told))).view
    promised = named(view, "Public launch").promised
    assert promised is not None
    assert promised.on == sample.day("2027-01-15")


def test_moved_dates_stay_visible() -> None:
    """Every replaced date of a milestone is kept in order."""
    moves = named(sample.projection().view, "Checkout open for test customers").moves
    assert [str(move.before and move.before.on) for move in moves] == ["2026-11-27", "2026-12-04"]


@pytest.mark.parametrize(
    "moves",
    [
        pytest.param(
            (
                Move(
                    seen_at=sample.at("2026-11-01"),
                    from_on=sample.day("2027-01-29"),
                    to_on=sample.day("2072-01-29"),
                ),
                Move(
                    seen_at=sample.at("2026-11-01"),
                    from_on=sample.day("2072-01-29"),
                    to_on=sample.day("2027-01-29"),
                ),
            ),
            id="mistyped and put right the same day",
        ),
        pytest.param((), id="never moved"),
    ],
)
def test_what_was_put_right_the_same_day_is_no_move(moves: tuple[Move, ...]) -> None:
    """A date that ends the day as it began did not move."""
    milestones = (replace(sample.MILESTONES[3], moves=moves),)
    view = project_for_client(sample.given(replace(sample.STATE, milestones=milestones))).view
    assert view.milestones[0].moves == ()


def test_estimates_are_closed_unless_opened() -> None:
    """The account in points shows only where the policy names estimates."""
    assert len(sample.projection().view.scope) == 1
    opened = sample.policy(show={"scope": frozenset({"agreed", "current", "estimates"})})
    assert [str(a.unit) for a in sample.projection(policy=opened).view.scope] == [
        "Pieces of work",
        "Size in points",
    ]


def test_unknown_is_said_as_unknown() -> None:
    """Missing knowledge is told as such, never as on track."""
    state = replace(sample.STATE, health=replace(sample.STATE.health, status=HealthStatus.UNKNOWN))
    verdict = project_for_client(sample.given(state)).view.verdict
    assert verdict is not None
    assert verdict.state.code is Code.UNKNOWN
    assert str(verdict.sentence) == "Not enough has been recorded yet to say whether the project is on track."


def test_sources_are_told_by_kind_alone() -> None:
    """Freshness names the kind of tracker; neither host nor project key is in it."""
    sentences = [str(source.sentence) for source in sample.projection().view.sources]
    assert sentences == ["Jira: as of 23 November 2026, 08:48", "GitHub: as of 23 November 2026, 08:49"]


def test_nothing_waiting_is_said() -> None:
    """Where nothing is needed from the client, the page says so."""
    state = replace(sample.STATE, picture=replace(sample.PICTURE, client_actions=()))
    view = project_for_client(sample.given(state)).view
    assert str(view.needs_note) == "Nothing is waiting on you at the moment."


def test_an_empty_policy_shows_nothing_of_the_project() -> None:
    """Default deny: without an allow-list there is no verdict, goal, date, total or word of anything."""
    view = sample.projection(policy=replace(sample.policy(), show={})).view
    parts = (
        view.goals,
        view.milestones,
        view.scope,
        view.needs,
        view.risks,
        view.decisions,
        view.requests,
        view.work,
    )
    assert view.verdict is None
    assert not any(parts)
