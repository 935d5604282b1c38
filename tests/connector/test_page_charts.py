"""The drawings of the page stand where their dates and numbers say, and show nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connector.disclosure.view import (
    Amount,
    BurnPoint,
    BurnUpView,
    ClientText,
    ClientView,
    Code,
    Day,
    ForecastView,
    MilestoneView,
    RiskView,
    TrendLineView,
    TrendPoint,
)
from connector.publish import burnup, matrix, scale, timeline, trend
from tests.connector.made_views import Shape, made_view

VIEW = made_view(Shape(milestones=5))
TODAY = VIEW.edition.today
PLACES = st.lists(st.floats(0, 100), min_size=1, max_size=9)


def day(text: str) -> Day:
    """Make a worded day."""
    return Day(on=dt.date.fromisoformat(text), text=ClientText(text))


def moving(*dates: str, milestone: str = "milestone-4") -> TrendLineView:
    """Make the line of a milestone whose date was seen anew each week until a week ago."""
    first = TODAY.on - dt.timedelta(weeks=len(dates))
    points = tuple(
        TrendPoint(seen=day((first + dt.timedelta(weeks=n)).isoformat()), day=day(each))
        for n, each in enumerate(dates)
    )
    return TrendLineView(milestone=ClientText(milestone), title=ClientText("Launch"), points=points)


def with_trend(*lines: TrendLineView) -> ClientView:
    """Return the sample with these lines."""
    return replace(VIEW, trend=lines)


def scope(*numbers: tuple[float | None, float | None, float | None]) -> BurnUpView:
    """Make scope over time, a week apart: agreed, in all, done; None is not told."""
    points = tuple(
        BurnPoint(
            on=day((TODAY.on - dt.timedelta(weeks=len(numbers) - n)).isoformat()),
            **{
                name: None if value is None else Amount(value=value, text=ClientText(f"{value:g}"))
                for name, value in zip(("agreed", "total", "done"), row, strict=True)
            },
        )
        for n, row in enumerate(numbers)
    )
    return BurnUpView(unit=ClientText("Pieces of work"), points=points)


@given(places=PLACES, gap=st.floats(1, 40))
def test_labels_stand_apart_in_their_order(places: list[float], gap: float) -> None:
    """No two labels are nearer than the gap, or than all would need; none leaves the drawing."""
    found = scale.apart(places, gap)
    room = min(gap, 100 / max(1, len(places) - 1))
    ordered = sorted(found)
    assert all(after - before >= room - 0.2 for before, after in pairwise(ordered))
    assert all(-0.1 <= place <= 100.1 for place in found)
    order = sorted(range(len(places)), key=lambda n: places[n])
    assert [found[n] for n in order] == ordered


@given(things=st.lists(st.integers(), min_size=1, max_size=200), most=st.integers(2, 40))
def test_thinning_keeps_both_ends(things: list[int], most: int) -> None:
    """Of many things at most so many are kept, in order, the first and the last among them."""
    kept = scale.thinned(things, most)
    assert len(kept) == min(len(things), most)
    assert (kept[0], kept[-1]) == (things[0], things[-1])


@given(dates=st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2099, 12, 31)), min_size=1, max_size=20))
def test_days_keep_their_order_across(dates: list[dt.date]) -> None:
    """Whatever the days, all are inside, and a later one is never before an earlier one."""
    line = scale.DayScale(dates, margin=0.04)
    places = [line.at(each) for each in sorted(dates)]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


def test_a_row_shows_bar_reserve_and_likely_dates() -> None:
    """The bar ends at the date it has now; the reserve begins at the agreed one; likely dates span a band."""
    drawn = timeline.draw(VIEW.milestones, today=TODAY, ticks=VIEW.ticks)
    assert drawn is not None
    row = drawn.rows[-1]
    assert row.bar is not None
    assert row.current is not None
    assert row.agreed is not None
    assert row.reserve is not None
    assert row.likely is not None
    assert row.bar.right == row.current.x
    assert row.reserve.left == row.agreed.x
    assert row.likely.left < row.current.x < row.likely.right
    assert [mark.x for mark in row.replaced] == [row.agreed.x]


def test_a_reached_milestone_has_no_likely_dates() -> None:
    """What was reached is certain, whatever a forecast says."""
    sure = replace(VIEW.milestones[0], forecast=VIEW.milestones[4].forecast)
    drawn = timeline.draw((sure, *VIEW.milestones[1:]), today=TODAY)
    assert drawn is not None
    assert drawn.rows[0].is_actual
    assert drawn.rows[0].likely is None


def test_the_legend_names_what_is_drawn_only() -> None:
    """A mark that occurs nowhere is not explained."""
    plain = tuple(
        replace(m, starts=None, forecast=None, reserve_until=None, after=(), moves=(), actual=None)
        for m in VIEW.milestones
    )
    drawn = timeline.draw(plain, today=TODAY)
    assert drawn is not None
    assert drawn.shown == timeline.Shown(
        agreed=True, promised=False, planned=True, actual=False, replaced=False,
        likely=False, not_before=False, reserve=False, waits=False, bar=False,
    )  # fmt: skip


def test_beyond_sight_an_arrow_shows_not_before() -> None:
    """Where only a "not before" is told, the drawing has an arrow and no band."""
    later = ForecastView(sentence=ClientText("Not before May."), not_before=day("2027-05-03"))
    drawn = timeline.draw((*VIEW.milestones[:4], replace(VIEW.milestones[4], forecast=later)), today=TODAY)
    assert drawn is not None
    assert drawn.rows[-1].not_before is not None
    assert drawn.rows[-1].likely is None


def test_a_wait_joins_the_row_before_to_the_one_that_waits() -> None:
    """The line leaves at the date of the one and ends at the first day of the other."""
    drawn = timeline.draw(VIEW.milestones, today=TODAY)
    assert drawn is not None
    assert len(drawn.waits) == len(VIEW.milestones) - 1
    wait, source, target = drawn.waits[-1], drawn.rows[-2], drawn.rows[-1]
    assert source.current is not None
    assert target.bar is not None
    assert (wait.x_from, wait.y_from) == (source.current.x, source.y)
    assert (wait.x_to, wait.y_to) == (target.bar.left, target.y)


def test_a_wait_for_what_is_not_drawn_is_left_out() -> None:
    """A milestone that waits for one without a row, or for itself, has no line."""
    odd = replace(VIEW.milestones[4], after=(ClientText("gone"), VIEW.milestones[4].head.id))
    drawn = timeline.draw((*VIEW.milestones[:1], odd), today=TODAY)
    assert drawn is not None
    assert drawn.waits == ()


def test_words_of_ticks_do_not_touch() -> None:
    """Only ticks with room for their word have it; every tick keeps its line."""
    ticks = [day(f"2026-11-{n:02}") for n in range(1, 28)]
    drawn = timeline.draw(VIEW.milestones, today=TODAY, ticks=ticks)
    assert drawn is not None
    assert len(drawn.ticks) == 27
    places = [mark.x for mark in drawn.words]
    assert all(after - before >= 10 for before, after in pairwise(places))


def test_a_date_that_holds_makes_a_level_line() -> None:
    """A line is level until another date is seen, climbs there, and goes on level to today."""
    drawn = trend.draw(with_trend(moving("2027-01-04", "2027-01-04", "2027-02-01")))
    assert drawn is not None
    (line,) = drawn.lines
    start, bend, up, end = line.corners
    assert start.y == bend.y > up.y == end.y
    assert start.x == 0 < bend.x == up.x < end.x == 100
    assert [point.day.on.isoformat() for point in line.kept] == ["2027-01-04", "2027-02-01"]
    assert len(line.points) == 3


def test_a_line_ends_where_its_milestone_is_reached() -> None:
    """A reached milestone's line ends on the day, on the diagonal."""
    reached = VIEW.milestones[1]
    assert reached.actual is not None
    line = moving("2026-11-13", "2026-11-20", milestone=reached.head.id.value)
    drawn = trend.draw(with_trend(line, moving("2026-11-16", "2026-12-01")))
    assert drawn is not None
    assert drawn.lines[0].end.x < 100 == drawn.lines[1].end.x
    assert drawn.diagonal is not None
    low, high = drawn.diagonal
    at_end = low.y + (high.y - low.y) * (drawn.lines[0].end.x - low.x) / (high.x - low.x)
    assert abs(at_end - drawn.lines[0].end.y) < 1.5


def test_without_a_moved_date_there_is_no_trend() -> None:
    """Where every date held, or all was seen on one day, nothing is drawn."""
    assert trend.draw(with_trend(moving("2027-01-04", "2027-01-04"))) is None
    assert trend.draw(with_trend()) is None
    now = TrendLineView(
        milestone=ClientText("x"),
        title=ClientText("Launch"),
        points=tuple(TrendPoint(seen=TODAY, day=day(each)) for each in ("2027-01-04", "2027-02-01")),
    )
    assert trend.draw(with_trend(now)) is None


def test_of_many_lines_those_that_moved_are_drawn() -> None:
    """Eight lines at most; those that moved go before those that did not, in the order of the page."""
    still = [moving("2027-01-04", "2027-01-04", milestone=f"s{n}") for n in range(9)]
    drawn = trend.draw(with_trend(*still, moving("2027-01-04", "2027-02-01")))
    assert drawn is not None
    assert [line.number for line in drawn.lines] == list(range(1, trend.MOST_LINES + 1))
    assert [line.has_moved for line in drawn.lines] == [False] * 7 + [True]


def test_scope_curves_end_at_their_last_numbers() -> None:
    """Each curve is labelled with its last number; what is done lies below all there is."""
    drawn = burnup.draw(scope((None, 8, 0), (10, 10, 2), (10, 12, 6)))
    assert drawn is not None
    agreed, total, done = drawn.curves
    assert [str(curve.last.text) for curve in drawn.curves if curve.last] == ["10", "12", "6"]
    assert total.end.y < agreed.end.y < done.end.y
    assert done.end.y == 100 - round(6 / (12 * 1.06) * 100, 1)
    assert agreed.pieces[0][0].x > 0


def test_a_number_that_is_not_told_is_bridged() -> None:
    """Between two numbers that are told the curve has a gap, not a corner at nought."""
    drawn = burnup.draw(scope((10, 10, 0), (10, None, 2), (10, 14, 6), (10, 15, 7)))
    assert drawn is not None
    (total,) = [curve for curve in drawn.curves if curve.is_total]
    ((before, after),) = total.gaps
    assert (before.x, after.x) == (0.0, total.pieces[0][0].x)
    assert [len(piece) for piece in total.pieces] == [2]


def test_a_curve_that_ends_early_has_no_last_number() -> None:
    """An older number beside the last day would contradict what is told of today."""
    drawn = burnup.draw(scope((10, 10, 0), (10, 12, 2), (10, None, 6)))
    assert drawn is not None
    (total,) = [curve for curve in drawn.curves if curve.is_total]
    assert total.last is None
    assert total.end.x == 50.0


def test_scope_on_one_day_makes_no_drawing() -> None:
    """A single day, nothing told, or no numbers at all: no drawing."""
    assert burnup.draw(None) is None
    assert burnup.draw(scope((10, 10, 0))) is None
    assert burnup.draw(scope((None, None, None), (None, None, None))) is None


def test_nothing_yet_is_drawn_at_the_bottom() -> None:
    """Where all numbers are nought, the curves lie on the ground line."""
    drawn = burnup.draw(scope((0, 0, 0), (0, 0, 0)))
    assert drawn is not None
    assert {dot.y for curve in drawn.curves for piece in curve.pieces for dot in piece} == {100.0}


def risk(number: int, likelihood: Code | None, impact: Code | None) -> RiskView:
    """Make a risk of these levels."""
    sample = VIEW.risks[0]
    assert sample.likelihood is not None
    return replace(
        sample,
        head=replace(sample.head, id=ClientText(f"r{number}")),
        likelihood=replace(sample.likelihood, code=likelihood) if likelihood else None,
        impact=replace(sample.likelihood, code=impact) if impact else None,
    )


def test_risks_stand_in_their_cells_by_number() -> None:
    """The highest impact stands first, the likeliest last; numbers are those of the list."""
    drawn = matrix.draw((risk(1, Code.HIGH, Code.LOW), risk(2, None, Code.LOW), risk(3, Code.LOW, Code.HIGH)))
    assert drawn is not None
    assert [row.impact for row in drawn.rows] == [Code.HIGH, Code.MEDIUM, Code.LOW]
    numbers = [[[each.number for each in cell.risks] for cell in row.cells] for row in drawn.rows]
    assert numbers == [[[3], [], []], [[], [], []], [[], [], [1]]]


def test_fewer_than_two_placed_risks_make_no_matrix() -> None:
    """One risk, or risks without levels, need no matrix."""
    assert matrix.draw((risk(1, Code.HIGH, Code.LOW), risk(2, None, Code.LOW))) is None


def test_a_milestone_without_any_date_is_not_drawn() -> None:
    """Rows are for milestones with a title and a date."""
    bare = MilestoneView(head=VIEW.milestones[0].head)
    drawn = timeline.draw((bare, *VIEW.milestones), today=TODAY)
    assert drawn is not None
    assert len(drawn.rows) == len(VIEW.milestones)
