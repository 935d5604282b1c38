"""Alerts over a past: what would have been told when, how early, and with which limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.records import MilestoneStatus
from connector.alerts.decide import AT_ONCE, Manner, Transition
from connector.alerts.rehearsal import Rehearsal, rehearse
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.state import (
    Deviation,
    Health,
    HealthStatus,
    MilestoneClass,
    MilestoneState,
    ProjectState,
    ScopeRow,
    Severity,
)
from mappings.concepts import Picture
from tests.builders import day
from tests.connector.workbench import AGREED_ITEMS, Workbench, tracker

ON = dt.date
R1 = "jira:version:1"
CALENDAR = WorkingCalendar()
PICTURE = Picture()


def state(
    at: float, *, slip: int | None = None, ratio: float | None = None, rules: Sequence[str] = ()
) -> ProjectState:
    """Return a project with R1, agreed for 20 September, as it was judged on a day."""
    milestone = MilestoneState(
        key=R1,
        name="R1",
        source="jira:APO",
        status=MilestoneStatus.OPEN,
        milestone_class=MilestoneClass.UNKNOWN,
        baseline_on=ON(2026, 9, 20),
        variance_baseline=slip,
    )
    found = [
        Deviation(
            id=f"{rule}:{R1}",
            rule=rule,
            object=R1,
            object_name="R1",
            severity=Severity.WARNING,
            since=day(at),
        )
        for rule in rules
    ]
    rows = (
        [] if ratio is None else [ScopeRow(container=R1, unit="items", current=1, done=0, creep_ratio=ratio)]
    )
    return ProjectState(
        project="apollo",
        name="Apollo",
        as_of=day(at),
        sources=(),
        health=Health(status=HealthStatus.ON_TRACK),
        goals=(),
        milestones=(milestone,),
        scope=tuple(rows),
        deviations=tuple(found),
        picture=PICTURE,
    )


def rehearsed(*states: ProjectState, manner: Manner = AT_ONCE) -> Rehearsal:
    """Run the alerts over these looks."""
    found = rehearse(states, manner, CALENDAR)
    assert found is not None
    return found


def test_each_begin_and_end_is_told_once() -> None:
    """A slip that stands for three looks and is over at the fourth: begun and ended, on their days."""
    looks = [state(0), *(state(at, rules=["slipping"]) for at in (7, 14, 21)), state(28)]
    found = rehearsed(*looks)
    assert [(one.at, one.notice.transition) for one in found.fired] == [
        (day(7), Transition.FIRED),
        (day(28), Transition.RESOLVED),
    ]
    assert (found.looks, found.weeks, found.per_week) == (5, 4.0, 0.5)


def test_the_past_of_our_own_running_is_not_replayed() -> None:
    """A tracker that cannot be read today says nothing of what would have been told of the project."""
    assert rehearsed(state(0, rules=["sync_failed"]), state(7, rules=["sync_failed"])).fired == ()


def test_what_flickers_is_told_as_the_project_wants_it() -> None:
    """With three looks in a row, two say nothing."""
    looks = [state(0), state(7, rules=["slipping"]), state(14, rules=["slipping"]), state(21)]
    assert rehearsed(*looks, manner=Manner(looks={"slipping": 3})).fired == ()


def test_what_must_have_stood_is_told_as_long_after() -> None:
    """Seen weekly from day 7 on, and to stand for ten days: told on day 21."""
    looks = [state(0), *(state(at, rules=["slipping"]) for at in (7, 14, 21, 28))]
    found = rehearsed(*looks, manner=Manner(holds={"slipping": dt.timedelta(days=10)}))
    assert [one.at for one in found.fired] == [day(21)]


def test_a_day_that_was_not_kept_is_compared_with_its_first_warning() -> None:
    """Agreed for 20 September; warned on 8 September: twelve days before."""
    found = rehearsed(state(0), state(7, rules=["slipping"]), state(28, rules=["slipping", "overdue"]))
    (missed,) = found.missed
    assert (missed.planned_on, missed.warned_on, missed.lead_days) == (ON(2026, 9, 20), ON(2026, 9, 8), 12)


def test_being_overdue_is_no_early_warning() -> None:
    """Who hears of it only when it is past was not warned."""
    (missed,) = rehearsed(state(0), state(28, rules=["overdue"])).missed
    assert missed.warned_on is None


def test_a_day_that_is_not_over_is_not_missed() -> None:
    """On the day itself it may still be kept."""
    assert rehearsed(state(0), state(19)).missed == ()


def test_thresholds_count_what_would_have_begun() -> None:
    """Slips of 0, 4, 0, 6, 5, 0 days, weekly; a breach is over at four fifths of its threshold.

    Above 0: begun at 4 and at 6. Above 3: likewise. Above 5: at 6; 5 is above its off point of 4, so it
    still stands. Above 10: never. Twice in six weeks is more than once in four, once is not.
    """
    slips = (0, 4, 0, 6, 5, 0)
    looks = [state(7 * place, slip=slip) for place, slip in enumerate(slips)]
    choices = [one for one in rehearsed(*looks, state(42, slip=0)).choices if one.rule == "slipping"]
    assert {one.threshold: one.begun for one in choices} == {
        0: 2, 1: 2, 3: 2, 5: 1, 10: 0, 15: 0, 20: 0, 30: 0,
    }  # fmt: skip
    assert [one.threshold for one in choices if one.is_proposed] == [5]


def test_where_nothing_ever_grew_no_threshold_is_proposed() -> None:
    """A limit that was never needed is not known."""
    assert rehearsed(state(0, ratio=0.0), state(7, ratio=0.0)).choices == ()


def test_done_milestones_are_left_out_of_thresholds() -> None:
    """What was delivered late is no alert any more."""
    looks = [state(0, slip=9, ratio=0.5), state(7, slip=9, ratio=0.5)]
    done = [
        replace(one, milestones=tuple(replace(m, status=MilestoneStatus.DONE) for m in one.milestones))
        for one in looks
    ]
    assert rehearsed(*done).choices == ()


def test_without_a_look_there_is_nothing_to_say() -> None:
    """An empty past has no rehearsal."""
    assert rehearse([], Manner(), CALENDAR) is None


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def test_the_command_shows_what_would_have_been_told(bench: Workbench) -> None:
    """Nothing was ever agreed: the first day's scope is taken as agreed, and creep shows when it came."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.pass_days(10)
        bench.add_story()
        bench.pass_days(10)
        bench.do("sync")
        since = (bench.now - dt.timedelta(days=15)).isoformat()
        told = bench.do("alerts", "backtest", "apollo", "--since", since, "--every", "1d").out
        sent = bench.do("alerts", "list", "apollo").out
    assert f"nothing was agreed: scope and dates of {since[:10]} were taken as agreed" in told
    (line,) = [one for one in told.splitlines() if "scope_creep R1" in one]
    assert " fired " in line
    assert "scope_creep 0: 2, 0.02: 2, 0.05: 2, 0.1: 0*" in told
    assert AGREED_ITEMS == 10
    assert "0 open alerts" in sent


def test_without_a_sync_there_is_nothing_to_look_at(bench: Workbench) -> None:
    """The command says what to do first."""
    with tracker(bench) as server:
        bench.configure(server)
        answer = bench.run("alerts", "backtest", "apollo")
    assert answer.code == 2
    assert "first: clientview sync apollo" in answer.err
