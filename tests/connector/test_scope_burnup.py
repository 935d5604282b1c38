"""The burn-up as data: four lines over time, in one pass."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.records import Category, Field, Issue, Link, LinkKind
from connector.analysis.baseline import Approval, take
from connector.analysis.burnup import BurnUp, series
from connector.analysis.facts import Agreement, Baseline, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import PROJECT
from tests.builders import SOURCE, change, closed, day, facts, issue, milestone, moved, rules, seen, version
from tests.connector.storyteller import play, scripts

R1 = version(1)
SIGHTS = seen(1, milestone(1), milestone(2))
STEP = dt.timedelta(days=10)


def agreed(base: ProjectFacts, offset: float, number: int = 1) -> Baseline:
    """Return a baseline as of a day."""
    approval = Approval(approved_by="J. Doe")
    return take(
        base, Agreement(), on_at=day(offset), recorded_at=day(offset), approval=approval, number=number
    )


def request(decided: float) -> tuple[Issue, list[object]]:
    """Return change request 9 that was approved on a day."""
    one = issue(9, type="Change Request", category=Category.DONE, status="Approved")
    return one, [
        change(9, decided, Field.STATUS, act="ok", old="1", new="5", old_text="To Do", new_text="Approved"),
        change(9, decided, Field.CATEGORY, act="ok", old=Category.TODO, new=Category.DONE),
    ]


def lines(found: BurnUp) -> list[tuple[float | None, float | None, float, float]]:
    """Return agreed, approved, actual, done of every point."""
    return [(p.agreed, p.approved, p.actual, p.done) for p in found.points]


def scene() -> ProjectFacts:
    """Return two agreed items, one done on day 28; one of day 25, approved on day 35; one of day 45."""
    cr, decided = request(35)
    cover = Link(id="c", source=SOURCE, a=cr.key, b="jira:issue:3", kind=LinkKind.COVERS, name="covers")
    issues = [
        issue(1, milestones=(R1,), category=Category.DONE, status="Done", resolution="Done", points=3.0),
        issue(2, milestones=(R1,), points=5.0),
        issue(3, milestones=(R1,), points=2.0, created_at=day(25)),
        issue(4, milestones=(R1,), points=1.0, created_at=day(45)),
        cr,
    ]
    return facts(
        issues,
        [*closed(1, 28), *decided],  # type: ignore[list-item] # Changes
        sightings=SIGHTS,
        ruleset=rules("jira-scrum"),
        links=(cover,),
    )


def test_four_lines_over_time() -> None:
    """Agreed 2 on day 10; the approved line takes the addition of day 25 at its decision on day 35."""
    base = scene()
    items, points = series(
        base, Agreement(baselines=(agreed(base, 10),)), R1, since=day(0), until=day(50), step=STEP
    )
    assert lines(items) == [
        (None, None, 2, 0),
        (2, 2, 2, 0),
        (2, 2, 2, 0),
        (2, 2, 3, 1),
        (2, 3, 3, 1),
        (2, 3, 4, 1),
    ]
    assert lines(points)[-1] == (8, 10, 11, 3)


def test_a_new_baseline_steps_the_agreed_line() -> None:
    """Agreed again on day 30 with 3: from then on 3 are agreed, and nothing is approved on top yet."""
    base = scene()
    agreement = Agreement(baselines=(agreed(base, 10), agreed(base, 30, 2)))
    items = series(base, agreement, R1, since=day(20), until=day(50), step=STEP)[0]
    assert lines(items) == [(2, 2, 2, 0), (3, 3, 3, 1), (3, 3, 3, 1), (3, 3, 4, 1)]


def test_the_last_point_is_the_end_whatever_the_step() -> None:
    """Points at 0, 7, 14 and, because it ends there, 15; without a baseline nothing is agreed."""
    base = facts([issue(1, milestones=(R1,))], moved(1, 3, into=1), sightings=SIGHTS)
    (items,) = series(base, Agreement(), PROJECT, since=day(0), until=day(15), step=dt.timedelta(days=7))
    assert [p.at for p in items.points] == [day(0), day(7), day(14), day(15)]
    assert [p.actual for p in items.points] == [0, 1, 1, 1]


def test_a_step_of_nothing_is_refused() -> None:
    """A series without a step would never end."""
    with pytest.raises(ValueError, match="expected one above zero"):
        series(scene(), Agreement(), R1, since=day(0), until=day(1), step=dt.timedelta(0))


@settings(max_examples=80, deadline=None)
@given(scripts, st.floats(1, 50), st.floats(0, 40), st.floats(41, 65))
def test_the_last_point_equals_the_ledgers_row(
    script: list[tuple[int, float, str, int]], agreed_on: float, since: float, until: float
) -> None:
    """For every container, in every unit: the series ends where the ledger stands."""
    base = play(script)
    agreement = Agreement(baselines=(agreed(base, agreed_on),))
    state = judge(base, agreement, as_of=day(until))
    for row in state.scope:
        found = series(base, agreement, row.container, since=day(since), until=day(until), step=STEP)
        last = next(each for each in found if each.unit == row.unit).points[-1]
        approved = None if row.baseline is None else row.baseline + (row.approved_added or 0.0)
        assert (last.agreed, last.approved, last.actual, last.done) == pytest.approx(
            (row.baseline, approved, row.current, row.done)
        )


@settings(max_examples=40, deadline=None)
@given(scripts, st.floats(1, 50))
def test_every_point_equals_the_ledger_of_its_day(
    script: list[tuple[int, float, str, int]], agreed_on: float
) -> None:
    """Actual scope and what is done are what a judgement as of each point says."""
    base = play(script)
    agreement = Agreement(baselines=(agreed(base, agreed_on),))
    for found in series(base, agreement, PROJECT, since=day(0), until=day(60), step=STEP):
        for point in found.points:
            rows = judge(base, agreement, as_of=point.at).scope
            row = next(r for r in rows if (r.container, r.unit) == (PROJECT, found.unit))
            assert (point.agreed, point.actual, point.done) == pytest.approx(
                (row.baseline, row.current, row.done)
            )
