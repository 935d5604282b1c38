"""Judging with forecasts: by the project's own past, for the project manager, and never for a client."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from adapters.records import Change, Issue, MilestoneSighting
from connector.analysis.facts import ProjectFacts
from connector.analysis.forecast.chronicle import chronicle
from connector.analysis.judge import judge
from connector.analysis.state import (
    NOT_FORECAST,
    HealthStatus,
    MilestoneClass,
    MilestoneState,
    ProjectState,
    Severity,
)
from connector.analysis.walk import histories
from tests.builders import closed, day, facts, issue, milestone, moved, released, seen, version
from tests.connector.dated import RULES, agreed, baseline

AS_OF = 135  # five days before the fifth release is due


def due(number: int) -> dt.date:
    """Return the planned day of release <number>: one every four weeks."""
    return day(28 * number).date()


@pytest.fixture(scope="module")
def late() -> ProjectFacts:
    """Give a project that released four times, each two weeks late, and is about to promise a fifth time."""
    sights: list[MilestoneSighting] = []
    changes: list[Change] = []
    issues: list[Issue] = []
    for number in range(1, 6):
        sights += seen(28 * number - 27, milestone(number, due_on=due(number)))
        for item in range(4):
            key = 10 * number + item
            issues.append(issue(key, milestones=(version(number),), created_at=day(28 * number - 27)))
            changes += moved(key, 28 * number - 26, into=number)
            if number < 5:
                changes += closed(key, 28 * number + 3 * item)
        if number < 5:
            sights += seen(28 * number + 14, released(number, due(number) + dt.timedelta(days=14)))
    sights += seen(AS_OF - 1, milestone(5, due_on=due(5)))
    return facts(issues, changes, sightings=sights, ruleset=RULES)


def state_of(base: ProjectFacts, *, with_forecasts: bool) -> ProjectState:
    """Judge the project, agreed a week ago for the day it still says."""
    terms = agreed(baseline(1, AS_OF - 7, None))
    history = chronicle(base, histories(base), timezone=terms.timezone, agreed=terms.baselines)
    return judge(base, terms, as_of=day(AS_OF), history=history if with_forecasts else None)


def fifth(state: ProjectState) -> MilestoneState:
    """Return the release that is open."""
    return next(m for m in state.milestones if m.key == version(5))


def test_a_release_that_stands_while_all_before_it_were_late_is_at_risk(late: ProjectFacts) -> None:
    """Nothing moved; by the project's own overruns its 85 % day lies beyond its date. For information."""
    state = state_of(late, with_forecasts=True)
    release = fifth(state)
    assert release.forecast.basis.n >= 3
    assert release.milestone_class is MilestoneClass.SILENTLY_AT_RISK
    (risk,) = (d for d in state.deviations if d.rule == "silently_at_risk")
    assert (risk.severity, state.health.status) == (Severity.INFO, HealthStatus.ON_TRACK)


def test_without_being_asked_nothing_is_forecast(late: ProjectFacts) -> None:
    """What a client is shown is judged so: no class and no verdict comes from a forecast."""
    release = fifth(state_of(late, with_forecasts=False))
    assert release.forecast == NOT_FORECAST
    assert release.milestone_class is MilestoneClass.ON_TIME


def test_a_forecast_changes_nothing_that_is_published(late: ProjectFacts) -> None:
    """Dates, moves, variances, promises, scope and the verdict are the same with it."""
    with_it, without = (state_of(late, with_forecasts=asked) for asked in (True, False))
    assert dates_of(with_it) == dates_of(without)
    assert (with_it.scope, with_it.goals, with_it.health) == (without.scope, without.goals, without.health)


def dates_of(state: ProjectState) -> list[MilestoneState]:
    """Return the milestones without what comes of forecasts."""
    unknown = MilestoneClass.UNKNOWN
    return [replace(m, forecast=NOT_FORECAST, milestone_class=unknown, fever=None) for m in state.milestones]
