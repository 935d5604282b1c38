"""Deviations and the verdict. 2026-09-01 (day 0) is a Tuesday."""

from __future__ import annotations

import datetime as dt

import pytest

from adapters.records import Category, Issue
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, ProjectFacts, SourceFacts
from connector.analysis.judge import judge
from connector.analysis.state import HealthStatus, ProjectState, Severity
from tests.builders import SOURCE, START, day, facts, issue, milestone, released, rules, seen, version

R1 = version(1)
ON = dt.date
SIGHTS = seen(1, milestone(1, due_on=ON(2026, 12, 1)))


def judged(base: ProjectFacts, offset: float = 30, **overrides: object) -> ProjectState:
    """Judge with a baseline as of day 10."""
    approval = Approval(approved_by="J. Doe")
    baseline = take(base, Agreement(), on_at=day(10), recorded_at=day(10), approval=approval, number=1)
    agreement = Agreement(baselines=(baseline,), **overrides)  # type: ignore[arg-type] # fields of Agreement
    return judge(base, agreement, as_of=day(offset))


def items(agreed: int, added: int, kind: str = "Story") -> list[Issue]:
    """Return agreed items of R1, and items that came in on day 20."""
    return [issue(n, milestones=(R1,)) for n in range(1, agreed + 1)] + [
        issue(100 + n, milestones=(R1,), created_at=day(20 + n), type=kind) for n in range(added)
    ]


def test_as_agreed_is_on_track() -> None:
    """A date ahead, an agreement, complete data, no breach: on track."""
    state = judged(facts(items(20, 1), sightings=SIGHTS))
    assert (state.health.status, state.deviations) == (HealthStatus.ON_TRACK, ())


@pytest.mark.parametrize(
    ("added", "severity", "health"),
    [
        pytest.param(1, None, HealthStatus.ON_TRACK, id="1 of 20 is 5 %: within the tolerance"),
        pytest.param(2, Severity.WARNING, HealthStatus.AT_RISK, id="2 of 20 is 10 %: beyond"),
        pytest.param(3, Severity.CRITICAL, HealthStatus.OFF_TRACK, id="3 of 20 is 15 %: twice beyond"),
    ],
)
def test_creep_beyond_the_tolerance(added: int, severity: Severity | None, health: HealthStatus) -> None:
    """Tolerance 5 %: more is a warning, more than twice as much critical."""
    state = judged(facts(items(20, added), sightings=SIGHTS))
    found = {d.object: d for d in state.deviations if d.rule == "scope_creep"}
    assert {d.severity for d in found.values()} == ({severity} if severity else set())
    assert state.health.status is health


def test_creep_is_dated_by_the_entry_that_broke_the_tolerance() -> None:
    """1 of 20 on day 20 is in order; the second, on day 21, is not. The latest entries are named."""
    state = judged(facts(items(20, 2), sightings=SIGHTS))
    deviation = next(d for d in state.deviations if d.object == "project")
    assert (deviation.since, deviation.facts["items"]) == (day(21), ("APO-101", "APO-100"))


def test_defects_may_be_counted_apart() -> None:
    """With `defects = "apart"` found defects are told, and do not count as creep."""
    apart = rules(defects="apart")
    state = judged(facts(items(20, 3, kind="Bug"), sightings=SIGHTS, ruleset=apart))
    row = next(r for r in state.scope if r.container == R1)
    assert (row.unapproved_added, row.creep_ratio) == (3, 0)
    assert state.deviations == ()


@pytest.mark.parametrize(
    ("offset", "severity"),
    [
        pytest.param(92, Severity.WARNING, id="1 day"),
        pytest.param(99, Severity.CRITICAL, id="6 working days"),
    ],
)
def test_overdue_begins_after_the_end_of_the_day(offset: float, severity: Severity) -> None:
    """Due Tue 1 Dec (day 91), open: overdue from its end on, critical beyond the tolerance of 5 days."""
    state = judged(facts(items(20, 0), sightings=SIGHTS), offset)
    (deviation,) = state.deviations
    assert (deviation.rule, deviation.severity) == ("overdue", severity)
    assert deviation.since == dt.datetime(2026, 12, 1, 23, 59, 59, 999999, tzinfo=dt.UTC)


def test_a_slipped_milestone_is_told_with_its_move() -> None:
    """Agreed Tue 1 Dec, now Wed 9 Dec: 6 working days, since the look that saw it."""
    sights = [*SIGHTS, *seen(15, milestone(1, due_on=ON(2026, 12, 9)))]
    (deviation,) = judged(facts(items(20, 0), sightings=sights)).deviations
    assert (deviation.rule, deviation.since, deviation.facts["days"]) == ("slipping", day(15), 6)


def test_a_critical_milestone_that_is_not_the_last_caps_at_amber() -> None:
    """A red deliverable makes the project at risk; a red last one makes it off track."""
    late = milestone(1, due_on=ON(2026, 9, 10))
    both = [*seen(1, late, milestone(2, due_on=ON(2026, 12, 1)))]
    assert judged(facts(items(20, 0), sightings=both)).health.status is HealthStatus.AT_RISK
    assert judged(facts(items(20, 0), sightings=seen(1, late))).health.status is HealthStatus.OFF_TRACK


def test_missing_knowledge_is_unknown_never_green() -> None:
    """No agreement, no date, or no complete pull: unknown, and what is missing is named."""
    base = facts(items(20, 0), sightings=SIGHTS)
    no_baseline = judge(base, Agreement(), as_of=day(30)).health
    undated = judged(facts(items(20, 0), sightings=seen(1, milestone(1)))).health
    half = judged(facts(items(20, 0), sightings=SIGHTS, sources=(SourceFacts(name=SOURCE),))).health
    assert {h.status for h in (no_baseline, undated, half)} == {HealthStatus.UNKNOWN}
    assert [h.reasons[0].split()[0] for h in (no_baseline, undated, half)] == [
        "no_baseline",
        "no_dated_milestone",
        "no_complete_sync",
    ]


def test_all_done_is_complete() -> None:
    """Every milestone done: complete."""
    sights = seen(1, released(1, ON(2026, 9, 2)))
    assert judged(facts(items(2, 0), sightings=sights)).health.status is HealthStatus.COMPLETE


def test_a_failing_source_is_a_deviation_not_a_verdict() -> None:
    """The PM hears that a source fails; the verdict stands on what was known."""
    source = SourceFacts(
        name=SOURCE, last_success_at=START, complete=True, issues=20, failed_since=day(29), failure="401"
    )
    state = judged(facts(items(20, 0), sightings=SIGHTS, sources=(source,)))
    assert [d.id for d in state.deviations] == [f"sync_failed:{SOURCE}"]
    assert state.health.status is HealthStatus.ON_TRACK


def test_goal_progress_counts_items_and_their_milestones_weather() -> None:
    """2 of 3 items done; the open one waits in an overdue milestone: the goal is at risk."""
    goal = issue(50, type="Epic", level=1)
    done = {"category": Category.DONE, "status": "Done", "resolution": "Done", "closed_at": day(5)}
    parts = [issue(n, parent=goal.key, milestones=(R1,), **(done if n < 3 else {})) for n in (1, 2, 3)]
    base = facts([goal, *parts], sightings=seen(1, milestone(1, due_on=ON(2026, 9, 20))))
    (found,) = judged(base).goals
    assert (found.done, found.total, found.status) == (2, 3, HealthStatus.AT_RISK)


@pytest.mark.parametrize(
    ("added", "wavering"),
    [
        pytest.param(3, (), id="3 of 40 is 7.5 %: a breach"),
        pytest.param(
            2, ("scope_creep:jira:version:1", "scope_creep:project"), id="2 of 40 is 5 %: not yet over"
        ),
        pytest.param(1, (), id="1 of 40 is 2.5 %: over"),
    ],
)
def test_a_breach_is_over_only_at_its_off_point(added: int, wavering: tuple[str, ...]) -> None:
    """Limit 5 %, off point four fifths of it: 4 %. In between nothing new is said."""
    assert judged(facts(items(40, added), sightings=SIGHTS)).wavering == wavering


def test_a_single_item_is_never_critical() -> None:
    """1 of 4 is 25 %, five times the tolerance: a warning still, for it is one item."""
    state = judged(facts(items(4, 1), sightings=SIGHTS))
    assert {d.severity for d in state.deviations} == {Severity.WARNING}
    assert state.health.status is HealthStatus.AT_RISK
