"""Work that cannot go on is told with what holds it and what waits behind it; sums are worked by hand.

The judgement stands at day 60, Saturday 31 October 2026, 09:00 UTC; day 0 is Tuesday 1 September. The
limit is five working days: blocked on Friday 23 October is in order up to Friday 30 October.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Category, Change, ChangeMode, Field, Issue, Link, LinkKind, MilestoneStatus
from connector.analysis.blocked import blocked
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement
from connector.analysis.judge import judge
from connector.analysis.state import Deviation, Severity
from tests.builders import SOURCE, change, closed, day, facts, issue, milestone, rules, seen, version

R1, R2 = version(1), version(2)
DUE = dt.date(2026, 12, 1)
CALENDAR = WorkingCalendar()


def key(number: int) -> str:
    """Return the key of APO-number."""
    return f"jira:issue:{number}"


def waits(*pairs: tuple[int, int], kind: LinkKind = LinkKind.BLOCKS) -> tuple[Link, ...]:
    """Link issues: of each pair, the first holds the second."""
    return tuple(Link(id=f"{a}>{b}", source=SOURCE, a=key(a), b=key(b), kind=kind) for a, b in pairs)


def work(number: int, *, begun: float | None = None, **overrides: Any) -> tuple[Issue, list[Change]]:
    """Return an open story of R1, and the change by which it was begun."""
    category = Category.TODO if begun is None else Category.DOING
    values = {"category": category, "milestones": (R1,)} | overrides
    move = change(number, begun or 0, Field.CATEGORY, old=Category.TODO, new=Category.DOING)
    return issue(number, **values), [] if begun is None else [move]


def told(
    *works: tuple[Issue, list[Change]],
    links: Iterable[Link] = (),
    due_on: dt.date | None = DUE,
    as_of: float = 60,
    **more: Any,
) -> list[Deviation]:
    """Judge these issues; R1 is due on 1 December."""
    sights = seen(0, milestone(1, due_on=due_on, **more), milestone(2, due_on=DUE))
    changes = [one for _, moves in works for one in moves]
    known = facts(
        [one for one, _ in works],
        changes,
        sightings=sights,
        ruleset=rules("jira-scrum"),
        links=tuple(links),
    )
    state = judge(known, Agreement(), as_of=day(as_of))
    return list(blocked(known, state, CALENDAR, limit_days=5))


@pytest.mark.parametrize(
    ("begun", "is_told"),
    [
        pytest.param(51.5, True, id="Thursday 22 October: the limit was Thursday 29"),
        pytest.param(52.5, False, id="Friday 23 October: the limit is Friday 30, not over before Saturday"),
        pytest.param(55.5, False, id="Monday 26 October"),
    ],
)
def test_begun_work_may_wait_for_five_working_days(begun: float, *, is_told: bool) -> None:
    """From the day it was begun, where what it waits for stood already."""
    found = told(work(1), work(2, begun=begun), links=waits((1, 2)), as_of=59.4)
    assert [one.rule for one in found] == ["blocked"] * is_told


def test_what_holds_it_is_named_with_its_days() -> None:
    """APO-2 was begun on day 20 (Monday 21 September) and waits for APO-1; 29 working days to 31 October."""
    (found,) = told(work(1), work(2, begun=20), links=waits((1, 2)))
    assert (found.id, found.object_name, found.severity) == (f"blocked:{R1}", "R1", Severity.WARNING)
    assert found.since == CALENDAR.end_of(dt.date(2026, 9, 28))
    assert found.facts == {
        "count": 1,
        "items": ("APO-2",),
        "since_on": "2026-09-21",
        "days": 29,
        "blocked_by": ("APO-1",),
        "chain": ("APO-1", "APO-2"),
    }


def test_it_is_not_blocked_before_what_holds_it_was_there() -> None:
    """Begun on day 20, held by an issue that came on day 40: blocked since day 40, Sunday 11 October."""
    (found,) = told(work(1, created_at=day(40)), work(2, begun=20), links=waits((1, 2)))
    assert found.facts["since_on"] == "2026-10-11"


def test_work_that_nobody_began_is_a_plan() -> None:
    """One piece of work after the other is no blockage."""
    assert told(work(1), work(2), work(3), links=waits((1, 2), (2, 3))) == []


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param((issue(1, category=Category.DONE, closed_at=day(30)), [*closed(1, 30)]), id="done"),
        pytest.param(None, id="not among the project's issues"),
    ],
)
def test_only_what_is_open_holds(holder: tuple[Issue, list[Change]] | None) -> None:
    """What was finished, or is not known, holds nothing."""
    works = [work(2, begun=20)] + ([holder] if holder else [])
    assert told(*works, links=waits((1, 2))) == []


def test_other_links_hold_nothing() -> None:
    """That two issues have to do with each other is no dependency."""
    assert told(work(1), work(2, begun=20), links=waits((1, 2), kind=LinkKind.RELATES)) == []


@pytest.mark.parametrize(
    "said",
    [{"status": "Blocked"}, {"status": "On hold"}, {"labels": ("blocked",)}, {"labels": ("阻塞",)},
     {"labels": ("status:blocked",)}],
)  # fmt: skip
def test_a_status_or_a_label_says_so_too(said: dict[str, Any]) -> None:
    """Since it says so; nobody knows what holds it, and no chain is known."""
    (found,) = told(work(1, **said))
    assert (found.facts["blocked_by"], found.facts["chain"]) == ((), ())
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize("said", [{"labels": ("blocker",)}, {"status": "Unblocked"}, {"labels": ("blocks",)}])
def test_words_that_only_sound_alike_say_nothing(said: dict[str, Any]) -> None:
    """A blocker holds others; what was unblocked goes on."""
    assert told(work(1, **said)) == []


def test_a_label_counts_from_when_it_was_set() -> None:
    """Set on day 20, taken off on day 30, set again on day 57: Wednesday 28 October, in order yet."""
    moves = [
        change(1, 20, Field.LABELS, mode=ChangeMode.ELEMENT, new="blocked"),
        change(1, 30, Field.LABELS, mode=ChangeMode.ELEMENT, old="blocked"),
        change(1, 57, Field.LABELS, mode=ChangeMode.ELEMENT, new="blocked"),
    ]
    again = issue(1, milestones=(R1,), labels=("blocked",))
    assert told((again, moves)) == []
    (found,) = told((again, moves), as_of=29)
    assert found.facts["since_on"] == "2026-09-21"


def test_a_longer_way_past_what_is_blocked_makes_it_information() -> None:
    """Two pieces of work lead to APO-2, three to APO-5: the longest chain does not wait for APO-1."""
    works = [work(1), work(2, begun=20), work(3), work(4), work(5)]
    (found,) = told(*works, links=waits((1, 2), (3, 4), (4, 5)))
    assert (found.severity, found.facts["chain"]) == (Severity.INFO, ())
    (found,) = told(*works, links=waits((1, 2), (2, 4), (3, 4), (4, 5)))
    assert (found.severity, found.facts["chain"]) == (Severity.WARNING, ("APO-1", "APO-2", "APO-4", "APO-5"))


def test_of_two_longest_chains_the_blocked_one_counts() -> None:
    """Both are three long; one is held up."""
    works = [work(number) for number in (1, 2, 3, 4, 6)] + [work(5, begun=20)]
    (found,) = told(*works, links=waits((1, 2), (2, 3), (4, 5), (5, 6)))
    assert found.facts["chain"] == ("APO-4", "APO-5", "APO-6")


def test_a_circle_ends_and_is_no_chain() -> None:
    """Two issues that wait for each other are both blocked; what waits beside them has its chain."""
    works = [work(1, begun=20), work(2, begun=21), work(3), work(4)]
    (found,) = told(*works, links=waits((1, 2), (2, 1), (3, 4)))
    assert found.facts["items"] == ("APO-1", "APO-2")
    assert found.facts["blocked_by"] == ("APO-2", "APO-1")
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "more",
    [{"due_on": None}, {"status": MilestoneStatus.DONE, "released_on": DUE}],
    ids=["without a date", "done"],
)
def test_only_open_milestones_with_a_date_are_told_of(more: dict[str, Any]) -> None:
    """Nothing is on the way to the others."""
    assert told(work(1), work(2, begun=20), links=waits((1, 2)), **more) == []


def test_each_milestone_names_its_own_work() -> None:
    """What is in R2 is told of R2."""
    works = [work(1), work(2, begun=20), work(3, begun=30, milestones=(R2,))]
    found = told(*works, links=waits((1, 2), (1, 3)))
    assert {one.object: one.facts["items"] for one in found} == {R1: ("APO-2",), R2: ("APO-3",)}


@given(st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=12))
def test_whatever_waits_for_what_a_chain_is_a_way_through_the_links(pairs: set[tuple[int, int]]) -> None:
    """Each issue of a chain holds the next one, and none stands twice."""
    works = [work(number, begun=20) for number in range(1, 7)]
    for one in told(*works, links=waits(*sorted(pairs))):
        chain = one.facts["chain"]
        assert isinstance(chain, tuple)
        numbers = [int(ref.removeprefix("APO-")) for ref in chain]
        assert len(set(numbers)) == len(numbers)
        assert set(itertools.pairwise(numbers)) <= pairs
