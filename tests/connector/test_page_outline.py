"""A long project stays readable: what is near stands in sight, the rest is folded or counted."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import MilestoneStatus
from connector.analysis.state import GoalState, HealthStatus, MilestoneClass, MilestoneState
from connector.disclosure.axis import MOST_TICKS
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import ClientView, MilestoneView
from connector.publish import outline
from connector.publish.render import render
from connector.publish.timeline import draw
from tests.connector import disclosure_sample as sample

TODAY = sample.NOW.date()


def reached(number: int, on: dt.date) -> MilestoneState:
    """Make a milestone that was reached."""
    return sample.milestone(
        100 + number,
        f"Step {number}",
        status=MilestoneStatus.DONE,
        milestone_class=MilestoneClass.DONE,
        due_on=on,
        actual_on=on,
        done=1,
        total=1,
    )


def undated(number: int) -> MilestoneState:
    """Make a milestone without a date."""
    return sample.milestone(
        200 + number, f"Parking {number}", milestone_class=MilestoneClass.UNKNOWN, total=number
    )


def coming(number: int, days: int) -> MilestoneState:
    """Make a milestone that is due so many days from today."""
    return sample.milestone(100 + number, f"Step {number}", due_on=TODAY + dt.timedelta(days=days), total=3)


def view(*milestones: MilestoneState, goals: tuple[GoalState, ...] = sample.GOAL_STATES) -> ClientView:
    """Project a project with these milestones."""
    state = replace(sample.STATE, milestones=milestones, goals=goals)
    return project_for_client(sample.given(state)).view


def names(things: tuple[MilestoneView, ...]) -> list[str]:
    """Return the titles of milestones."""
    return [str(thing.head.title) for thing in things]


def test_old_milestones_are_no_part_of_the_drawing() -> None:
    """Milestones reached years ago make no drawing; the last three stay in the list."""
    old = [reached(n, dt.date(2014, n, 6)) for n in range(1, 7)]
    found = view(*old)
    schedule = outline.schedule(found)
    assert names(schedule.ahead) == ["Step 4", "Step 5", "Step 6"]
    assert names(schedule.earlier.rows) == ["Step 3", "Step 2", "Step 1"]
    assert draw(schedule.ahead, today=found.edition.today, ticks=found.ticks) is None
    assert found.ticks == ()


def test_the_last_ones_reached_stay_in_sight() -> None:
    """Of those reached the last three stay in sight, the others are folded."""
    lately = [reached(n, TODAY - dt.timedelta(days=300 - 30 * n)) for n in range(1, 10)]
    schedule = outline.schedule(view(*lately))
    assert names(schedule.ahead) == [f"Step {n}" for n in range(7, 10)]
    assert schedule.earlier.count == 6


@pytest.mark.parametrize(("count", "folded"), [(3, 0), (4, 4), (25, 25)])
def test_milestones_without_a_date_come_last(count: int, folded: int) -> None:
    """Three without a date stand after the dated ones; more are folded."""
    schedule = outline.schedule(view(coming(1, 10), *(undated(n) for n in range(10, 10 + count))))
    assert names(schedule.ahead)[0] == "Step 1"
    assert len(schedule.ahead) == 1 + count - folded
    assert schedule.undated.count == folded
    assert len(schedule.undated.rows) == min(folded, outline.MOST_FOLDED)
    assert schedule.undated.more == max(0, folded - outline.MOST_FOLDED)


def test_of_many_open_ones_the_nearest_stay_in_sight() -> None:
    """A dozen open milestones nearest to today stay in sight, in the order of their dates."""
    schedule = outline.schedule(view(*(coming(n, 7 * n) for n in range(1, 41))))
    assert names(schedule.ahead) == [f"Step {n}" for n in range(1, 13)]
    assert schedule.further.count == 28


def test_goals_without_work_are_folded() -> None:
    """A goal without planned work is folded away; so are complete ones where there are more than three."""
    goals = outline.goals(view())
    assert [str(goal.head.title) for goal in goals.empty.rows] == ["Help desk inside the shop"]
    done = tuple(replace(goal, done=3, total=3, status=HealthStatus.COMPLETE) for goal in sample.GOAL_STATES)
    goals = outline.goals(view(goals=done))
    assert (goals.ahead, goals.complete.count) == ((), 4)


def test_a_glance_tells_the_next_milestone_from_today_on() -> None:
    """The next milestone is the nearest to come, not one whose date has passed."""
    glance = outline.glance(view(coming(1, -20), coming(2, 30), coming(3, 10)))
    assert glance.milestone is not None
    assert str(glance.milestone.head.title) == "Step 3"
    assert glance.needs == 2
    assert glance.first is not None
    assert str(glance.first.head.title) == "Final wording of the terms of sale"


def test_numbers_stand_after_what_happened() -> None:
    """What happened is told in sentences; numbers that moved on stand together after them."""
    found = sample.projection(previous=sample.earlier_view()).view
    news = outline.news(found)
    assert "is now planned for 11 December 2026 instead of 4 December 2026." in str(news.happened[2].sentence)
    assert [str(entry.what) for entry in news.numbers.rows][-1] == "Scope: Done so far"
    page = render(found)["index.html"].decode()
    assert page.index("instead of 4 December 2026") < page.index("Scope: Done so far")


@given(
    days=st.lists(st.dates(dt.date(2016, 1, 1), dt.date(2040, 12, 31)), min_size=1, max_size=12, unique=True)
)
def test_the_axis_is_worded_for_any_span(days: list[dt.date]) -> None:
    """However long the time shown, there are few ticks, each the first of a month inside of it."""
    found = view(*(sample.milestone(n, f"Step {n}", due_on=day) for n, day in enumerate(days)))
    ends = (min(*days, TODAY), max(*days, TODAY))
    ticks = [tick.on for tick in found.ticks]
    assert len(ticks) <= MOST_TICKS + 1
    assert ticks == sorted(set(ticks))
    assert all(ends[0] <= tick <= ends[1] and tick.day == 1 for tick in ticks)


def test_the_account_adds_up_on_the_page() -> None:
    """Each total stands with its sign, and what is done as a share of today's total."""
    row = replace(sample.SCOPE[0], removed=4, current=44)
    state = replace(sample.STATE, scope=(row,))
    (account,) = project_for_client(sample.given(state)).view.scope
    page = render(project_for_client(sample.given(state)).view)["index.html"].decode()
    assert account.is_sum
    assert account.share is not None
    assert (account.share.done, account.share.total, account.share.percent) == (28, 44, 63)
    signs = re.findall(r'<span class="plus">([^<]*)</span><span>([^<]*)</span>', page)
    assert signs == [("+", "6"), ("+", "4"), ("−", "4"), ("=", "44")]


def test_a_coarse_total_has_no_share() -> None:
    """Where today's total is told as a range, no share gives the exact one away."""
    (account, *_) = sample.projection().view.scope
    assert account.share is None


def test_stale_data_is_said_above_the_fold() -> None:
    """A source that could not be brought up to date is named right after the verdict."""
    source = replace(sample.STATE.sources[0], failed_since=sample.NOW - dt.timedelta(hours=30))
    state = replace(sample.STATE, sources=(source, sample.STATE.sources[1]))
    page = render(project_for_client(sample.given(state)).view)["index.html"].decode()
    notice = page.index('<p class="notice">Jira: as of 23 November 2026')
    assert page.index('id="verdict"') < notice < page.index('id="changes"')
