"""Measures of scope and tolerances by container. Sums are in the docstrings."""

from __future__ import annotations

import datetime as dt

import pytest

from adapters.records import Category, Issue
from connector.analysis.approvals import coverage
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, ProjectFacts, Tolerance
from connector.analysis.judge import judge
from connector.analysis.measures import monthly_rate
from connector.analysis.state import PROJECT, Deviation, ProjectState, ScopeRow, Severity
from mappings.concepts import ChangeRequest, Verdict
from tests.builders import closed, day, facts, issue, milestone, rules, seen, version

R1, R2 = version(1), version(2)
SIGHTS = seen(1, milestone(1), milestone(2))
MONTH = dt.timedelta(days=30.436875)


def judged(base: ProjectFacts, offset: float = 70, **overrides: object) -> ProjectState:
    """Judge with a baseline as of day 10."""
    approval = Approval(approved_by="J. Doe")
    baseline = take(base, Agreement(), on_at=day(10), recorded_at=day(10), approval=approval, number=1)
    agreement = Agreement(baselines=(baseline,), **overrides)  # type: ignore[arg-type] # fields of Agreement
    return judge(base, agreement, as_of=day(offset))


def row(state: ProjectState, container: str = R1, unit: str = "items") -> ScopeRow:
    """Return one row of the state."""
    return next(r for r in state.scope if r.container == container and r.unit == unit)


def creep(state: ProjectState, container: str) -> Deviation | None:
    """Return the creep of one container, if it is out of tolerance."""
    return next((d for d in state.deviations if d.id == f"scope_creep:{container}"), None)


def world(added: int, removed: int, *, agreed: int = 40, into: str = R1) -> ProjectFacts:
    """Return a project in which items came in on day 30 and others were dropped on day 31."""
    gone = {"category": Category.DONE, "status": "Done", "resolution": "Won't Do"}
    kept = [issue(n, milestones=(R1,)) for n in range(1 + removed, agreed + 1)]
    dropped = [issue(n, milestones=(R1,), **gone) for n in range(1, removed + 1)]
    new = [issue(100 + n, milestones=(into,), created_at=day(30)) for n in range(added)]
    changes = [c for n in range(1, removed + 1) for c in closed(n, 31, resolution="Won't Do")]
    return facts([*kept, *dropped, *new], changes, sightings=SIGHTS)


@pytest.mark.parametrize(
    ("added", "removed", "growth", "volatility", "churn"),
    [
        pytest.param(8, 2, 0.15, 0.25, 0.05, id="the worked table: 46 of 40"),
        pytest.param(4, 4, 0.0, 0.2, 0.1, id="an equal swap grows nothing, and is churn"),
        pytest.param(0, 4, -0.1, 0.1, 0.0, id="only shrunk"),
        pytest.param(0, 0, 0.0, 0.0, 0.0, id="as agreed"),
    ],
)
def test_growth_volatility_and_churn(
    added: int, removed: int, growth: float, volatility: float, churn: float
) -> None:
    """Growth (now - 40)/40; volatility (added + changed + removed)/40; churn min(added, removed)/40."""
    found = row(judged(world(added, removed)))
    assert (found.growth_ratio, found.volatility_ratio, found.churn_ratio) == pytest.approx(
        (growth, volatility, churn)
    )


@pytest.mark.parametrize(
    ("start", "end", "months", "rate"),
    [
        pytest.param(40, 46, 60 / 30.436875, 0.0735, id="the worked table"),
        pytest.param(40, 80, 1, 1.0, id="doubled in a month"),
        pytest.param(40, 160, 2, 1.0, id="twice doubled in two"),
        pytest.param(40, 10, 2, -0.5, id="twice halved in two"),
        pytest.param(40, 0, 3, -1.0, id="nothing left"),
        pytest.param(0, 10, 3, None, id="from nothing"),
        pytest.param(40, 46, 0.2, None, id="six days are too few"),
    ],
)
def test_the_monthly_rate_compounds(start: float, end: float, months: float, rate: float | None) -> None:
    """(end/start)^(1/months) - 1; undefined from nothing, and from less than a week."""
    assert monthly_rate(start, end, months * MONTH) == pytest.approx(rate, abs=5e-5)


def test_without_an_agreement_nothing_is_measured() -> None:
    """No baseline, or nothing agreed for a container: every measure is unknown, none is zero."""
    base = world(3, 0, into=R2)
    bare = row(judge(base, Agreement(), as_of=day(60)))
    empty = row(judged(base), R2)
    for found in (bare, empty):
        measured = (found.growth_ratio, found.volatility_ratio, found.churn_ratio, found.monthly_rate)
        assert measured == (None, None, None, None)


def test_a_container_may_have_a_tolerance_of_its_own() -> None:
    """4 of 40 is 10 %: R1 may grow by 20 %, the project by the usual 5 %."""
    own = Tolerance(warning_ratio=0.2, critical_ratio=0.3, off_ratio=0.15)
    state = judged(world(4, 0), tolerances={R1: own})
    whole = creep(state, PROJECT)
    assert creep(state, R1) is None
    assert whole is not None
    assert whole.severity is Severity.WARNING


@pytest.mark.parametrize("name", [R1, "R1", "r1"])
def test_a_tolerance_is_given_by_key_or_by_name(name: str) -> None:
    """People name milestones; case does not matter."""
    own = Tolerance(warning_ratio=0.02, critical_ratio=0.04, off_ratio=0.01)
    found = creep(judged(world(2, 0), tolerances={name: own}), R1)
    assert found is not None
    assert (found.severity, found.facts["tolerance"]) == (Severity.CRITICAL, 0.02)


def test_a_breach_says_when_it_is_over() -> None:
    """Warning at 5 %, critical at 10 %, over at 4 %: on and off are different points."""
    found = creep(judged(world(4, 0)), R1)
    assert found is not None
    assert found.severity is Severity.WARNING
    points = [found.facts[name] for name in ("ratio", "tolerance", "critical_ratio", "off_ratio")]
    assert points == pytest.approx([0.1, 0.05, 0.1, 0.04])


def grown(*added: tuple[str, float]) -> list[Issue]:
    """Return ten agreed items of one point, and items of a type and size that came in from day 20 on."""
    agreed = [issue(n, milestones=(R1,), points=1.0) for n in range(1, 11)]
    return agreed + [
        issue(100 + n, milestones=(R1,), created_at=day(20 + n), type=kind, points=points)
        for n, (kind, points) in enumerate(added)
    ]


def test_a_deviation_names_the_largest_entries_first() -> None:
    """Of 3, 8 and 3 points the 8 is first; of equals the latest."""
    base = facts(
        grown(("Story", 3), ("Story", 8), ("Story", 3)), sightings=SIGHTS, ruleset=rules("jira-scrum")
    )
    found = creep(judged(base), R1)
    assert found is not None
    assert found.facts["items"] == ("APO-101", "APO-102", "APO-100")
    assert found.facts["largest"] == ("APO-101 8 points", "APO-102 3 points", "APO-100 3 points")


def test_a_deviation_tells_the_nature_of_the_growth() -> None:
    """Two stories, one bug: 2 and 1, whatever else is unknown."""
    base = facts(grown(("Story", 3), ("Bug", 8), ("Story", 3)), sightings=SIGHTS, ruleset=rules("jira-scrum"))
    found = creep(judged(base), R1)
    assert found is not None
    assert found.facts["defects"] == 1
    assert sum(float(str(found.facts[name])) for name in ("new", "unknown")) == 2


@pytest.mark.parametrize(("offset", "approved"), [(30, False), (50, True)])
def test_a_day_of_decision_that_is_still_to_come_approves_nothing(*, offset: float, approved: bool) -> None:
    """A request made as approved says it was decided on day 40: until then its item is not approved."""
    cover_of = coverage([decided(day(40))], as_of=day(offset))
    assert (cover_of("jira:issue:1") is not None) == approved


def decided(at: dt.datetime) -> ChangeRequest:
    """Return an approved request that covers item 1."""
    return ChangeRequest(
        key="jira:issue:9",
        ref="APO-9",
        title="More",
        created_at=day(20),
        verdict=Verdict.APPROVED,
        decided_at=at,
        covers=("jira:issue:1",),
    )
