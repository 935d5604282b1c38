"""Risks that the records raise: each from its limit on, and not before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from adapters.records import Issue, Link, LinkKind, Person
from connector.analysis.facts import Agreement
from connector.analysis.judge import judge
from connector.analysis.raised import raised
from connector.analysis.state import Deviation, Severity
from tests.builders import SOURCE, day, facts, issue, milestone, rules, seen, version

R1 = version(1)


def found(
    issues: Sequence[Issue],
    *,
    at: float = 10,
    links: Sequence[Link] = (),
    deviations: Sequence[Deviation] = (),
    preset: str = "jira-releases",
) -> dict[str, tuple[str, dict[str, object]]]:
    """Return what is raised: rule and object by key of the risk, with its facts."""
    given = replace(
        facts(
            issues,
            sightings=seen(0, milestone(1, due_on=dt.date(2026, 12, 1))),
            ruleset=rules(preset),
        ),
        links=tuple(links),
    )
    state = judge(given, Agreement(), as_of=day(at))
    state = replace(state, deviations=tuple(deviations))
    return {one.key: (one.title, dict(one.facts)) for one in raised(given, state)}


def held(number: int, by: str = "", **more: object) -> Issue:
    """Return an open story of R1, with who works on it."""
    people = (Person(role="assignee", account=by, name=by),) if by else ()
    return issue(number, milestones=(R1,), people=people, **more)


@pytest.mark.parametrize(
    ("people", "is_raised"),
    [
        (["Jonas", "Jonas", "Jonas"], True),
        (["Jonas", "Jonas", "Mira"], False),
        (["Jonas", "Jonas", ""], False),
        (["", "", ""], False),
        (["Jonas", "Jonas"], False),
    ],
)
def test_all_work_on_one_person(people: Sequence[str], is_raised: bool) -> None:
    """From three open pieces of work on, all with one person; what nobody has is no such risk."""
    risks = found([held(number, by) for number, by in enumerate(people)])
    assert (f"computed:one_person:{R1}" in risks) is is_raised
    if is_raised:
        assert risks[f"computed:one_person:{R1}"] == (
            "All open work of R1 hangs on one person",
            {"person": "Jonas", "items": 3},
        )


@pytest.mark.parametrize(("due", "is_raised"), [("2026-12-02", True), ("2026-12-01", False)])
def test_a_dependency_that_comes_late(due: str, is_raised: bool) -> None:
    """Story 2 of R1 (1 December) waits for story 1: late if that is due after it, not on its day."""
    blocks = Link(
        id="1", source=SOURCE, a="jira:issue:1", b="jira:issue:2", kind=LinkKind.BLOCKS, name="blocks"
    )
    first = issue(1, due_on=dt.date.fromisoformat(due))
    risks = found([first, held(2)], links=[blocks])
    expected = {"due_on": "2026-12-01", "waits_for": ("APO-1",)}
    key = "computed:dependency_late:jira:issue:2"
    assert (risks[key][1] == expected) if is_raised else (key not in risks)


@pytest.mark.parametrize(("at", "is_raised"), [(13.9, False), (14, True)])
def test_a_silent_project(at: float, is_raised: bool) -> None:
    """Fourteen days without any change while work is open."""
    assert ("computed:silent:project" in found([held(1)], at=at)) is is_raised


def test_nothing_left_to_do_is_not_silence() -> None:
    """A project without open work may rest."""
    assert found([], at=100) == {}


@pytest.mark.parametrize(("unsized", "is_raised"), [(2, False), (3, True)])
def test_work_without_a_size(unsized: int, is_raised: bool) -> None:
    """Where points are counted: from three unsized pieces on, and more than three in ten."""
    issues = [held(number, points=None if number < unsized else 3.0) for number in range(6)]
    risks = found(issues, preset="jira-scrum")
    assert ("computed:unestimated:project" in risks) is is_raised


def test_what_deviations_raise_is_marked_as_computed() -> None:
    """Blocked and ageing work are risks too, and a whole project that creeps; others are none."""
    objects = {"blocked": R1, "ageing": R1, "scope_creep": "project", "overdue": R1}
    given = [
        Deviation(
            id=f"{rule}:{of}",
            rule=rule,
            object=of,
            object_name="R1",
            severity=Severity.INFO,
            since=day(1),
            facts={"days": 9},
        )
        for rule, of in [*objects.items(), ("scope_creep", R1)]
    ]
    risks = found([held(1)], deviations=given)
    assert set(risks) == {f"computed:{rule}:{objects[rule]}" for rule in ("blocked", "ageing", "scope_creep")}
    assert risks[f"computed:blocked:{R1}"] == (
        "Work on the way to R1 has been blocked for long",
        {"days": 9},
    )
