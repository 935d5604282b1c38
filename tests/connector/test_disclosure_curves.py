"""Charts over time show what is open and told, few points of it, and no small number."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from connector.analysis.charts import TrendLine
from connector.disclosure.curves import MOST_BURN_POINTS, MOST_LINES, MOST_TREND_POINTS, thinned
from connector.disclosure.policy import shipped
from connector.disclosure.view import ClientView
from tests.connector import disclosure_ahead as ahead
from tests.connector import disclosure_sample as sample
from tests.connector.disclosure_sample import day

K = 3


def lines(view: ClientView) -> list[tuple[str, list[str]]]:
    """Return the lines of the trend chart as title and days."""
    return [(str(line.title), [point.day.on.isoformat() for point in line.points]) for line in view.trend]


def totals(*values: float, agreed: float | None = 38) -> list[float | None]:
    """Return the totals that scope over time tells of these."""
    told = ahead.view(burn_up=ahead.burn_up(*values, agreed=agreed)).burn_up
    assert told is not None
    return [point.total.value if point.total else None for point in told.points]


def test_lines_are_of_dates_that_moved() -> None:
    """A milestone ahead whose date moved has a line; one whose date stood still has none."""
    assert lines(ahead.view()) == [
        (
            "Checkout open for test customers",
            ["2026-11-27", "2026-11-27", "2026-12-04", "2026-12-11"],
        )
    ]


def test_a_line_keeps_its_corners() -> None:
    """Of weeks that say the same only the first and the last stay."""
    days = ["2026-11-27"] * 10 + ["2026-12-04"] * 10
    (line,) = ahead.view(trend=(ahead.weeks(ahead.CHECKOUT.key, *days),)).trend
    weeks = [(point.seen.on, point.day.on) for point in line.points]
    assert [on for _, on in weeks] == [day(text) for text in ("2026-11-27",) * 2 + ("2026-12-04",) * 2]
    assert weeks[2][0] - weeks[1][0] == dt.timedelta(weeks=1)


@settings(max_examples=20)
@examples(st.lists(st.integers(min_value=0, max_value=400), min_size=2, max_size=200))
def test_a_line_is_short(days: list[int]) -> None:
    """However long a story is, a line has few points, the first and the last among them."""
    seen = tuple(
        (day("2023-01-02") + dt.timedelta(weeks=place), day("2026-11-24") + dt.timedelta(days=offset))
        for place, offset in enumerate(days)
    )
    line = TrendLine(key=ahead.CHECKOUT.key, name="", points=seen, promised=())
    told = ahead.view(trend=(line,)).trend
    assert len(told) == (len(set(days)) > 1)
    for each in told:
        assert len(each.points) <= MOST_TREND_POINTS
        assert (each.points[0].seen.on, each.points[-1].seen.on) == (seen[0][0], seen[-1][0])
        assert {(point.seen.on, point.day.on) for point in each.points} <= set(seen)


def test_lines_are_few() -> None:
    """Of many milestones whose dates moved, the next ones have lines."""
    milestones = tuple(
        sample.milestone(100 + number, f"M{number:02}", due_on=day("2026-12-01") + dt.timedelta(days=number))
        for number in range(30)
    )
    moved = tuple(ahead.weeks(each.key, "2026-11-27", "2026-12-04") for each in milestones)
    view = ahead.view(replace(ahead.FORESEEN, milestones=milestones), trend=moved, after={})
    assert [title for title, _ in lines(view)] == [f"M{number:02}" for number in range(MOST_LINES)]


def test_only_days_that_were_promised_show_where_the_plan_is_closed() -> None:
    """Without `planned` or `moves` a line has the days agreed and told, and none of the tracker."""
    policy = ahead.with_switches(shipped("client-detailed"), "milestones", "title", "agreed", "trend")
    line = replace(
        ahead.weeks(ahead.CHECKOUT.key, "2026-11-27", "2026-12-24"),
        promised=((day("2026-06-15"), day("2026-11-27")), (day("2026-11-02"), day("2026-12-11"))),
    )
    assert lines(ahead.view(policy=policy, trend=(line,))) == [
        ("Checkout open for test customers", ["2026-11-27", "2026-12-11"])
    ]


def test_a_milestone_that_is_not_told_has_no_line() -> None:
    """A line of a milestone that the view does not hold is not drawn."""
    assert lines(ahead.view(trend=(ahead.weeks("jira:version:99", "2026-11-27", "2026-12-24"),))) == []


def test_the_switches_close_the_charts() -> None:
    """Without `milestones.trend` and `scope.over_time` there are none."""
    policy = shipped("client-detailed")
    shut = {name: policy.show[name] - {"trend", "over_time"} for name in ("milestones", "scope")}
    view = ahead.view(policy=replace(policy, show={**policy.show, **shut}))
    assert view.trend == ()
    assert view.burn_up is None


def test_scope_over_time_tells_agreed_total_and_done() -> None:
    """Each point has its day and what is open of it."""
    told = ahead.view(burn_up=ahead.burn_up(38, 41, 44)).burn_up
    assert told is not None
    assert [
        tuple(amount.value if amount else None for amount in (point.agreed, point.total, point.done))
        for point in told.points
    ] == [(38, 38, 0), (38, 41, 1), (38, 44, 2)]
    assert [point.on.on.isoformat() for point in told.points] == ["2026-11-09", "2026-11-16", "2026-11-23"]


def test_before_an_agreement_there_is_no_agreed_line() -> None:
    """A point before the agreement has a total and no agreed one."""
    told = ahead.view(burn_up=ahead.burn_up(30, 40, agreed=None)).burn_up
    assert told is not None
    assert [(point.agreed, point.total is not None) for point in told.points] == [(None, True)] * 2


def test_a_small_growth_is_not_told_exactly() -> None:
    """38 agreed: 39 and 40 are not told, 41 is."""
    assert totals(38, 39, 40, 41) == [38, None, None, 41]


def test_a_closed_line_is_not_drawn() -> None:
    """Where `scope.done` is closed, no point tells what is done."""
    policy = ahead.with_switches(shipped("client-detailed"), "scope", "agreed", "current", "over_time")
    told = ahead.view(policy=policy).burn_up
    assert told is not None
    assert all(point.done is None and point.agreed is not None for point in told.points)


@settings(max_examples=20)
@examples(st.lists(st.integers(min_value=30, max_value=50), min_size=2, max_size=12))
def test_no_two_told_totals_differ_by_a_small_number(values: list[int]) -> None:
    """Neither from the agreement to a point, nor from one told point to the next."""
    told = [total for total in totals(*values) if total is not None]
    steps = [abs(other - one) for one, other in pairwise(told)] + [abs(total - 38) for total in told]
    assert all(step == 0 or step >= K for step in steps)


@examples(st.integers(min_value=2, max_value=1000), st.integers(min_value=2, max_value=100))
def test_thinning_keeps_the_ends(length: int, most: int) -> None:
    """At most so many points are left, in order, with the first and the last."""
    left = thinned(range(length), most)
    assert len(left) == min(length, most)
    assert (left[0], left[-1]) == (0, length - 1)
    assert list(left) == sorted(set(left))


def test_scope_over_time_is_short() -> None:
    """Years of weeks make few points."""
    told = ahead.view(burn_up=ahead.burn_up(*range(38, 238))).burn_up
    assert told is not None
    assert len(told.points) == MOST_BURN_POINTS


def test_scope_over_time_begins_where_there_was_something() -> None:
    """Weeks before the first item are left out, but for the last of them."""
    assert totals(0, 0, 0, 9, 12, agreed=None) == [0, 9, 12]
    assert ahead.view(burn_up=ahead.burn_up(0, 0, agreed=None)).burn_up is None


def test_curves_alone_make_no_new_edition() -> None:
    """A further week of the same story is neither news nor another content."""
    one = ahead.view()
    other = ahead.view(burn_up=ahead.burn_up(38, 41, 44, 46, 46), previous=one)
    assert other.changes.entries == ()
    assert other.edition.fingerprint == one.edition.fingerprint
