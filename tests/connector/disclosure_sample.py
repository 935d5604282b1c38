"""A fictional project for the tests of disclosure and of the page. Nobody in it exists."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from adapters.records import (
    Category,
    Issue,
    MilestoneStatus,
)
from connector.analysis.facts import Agreement, Baseline, ProjectFacts, SourceFacts
from connector.analysis.state import (
    PROJECT,
    GoalState,
    Health,
    HealthStatus,
    MilestoneClass,
    MilestoneState,
    Move,
    ProjectState,
    ScopeRow,
)
from connector.disclosure.policy import Policy, shipped
from connector.disclosure.projector import Projection, ProjectionInput, project_for_client
from connector.disclosure.view import ClientView
from mappings.concepts import Disposition, Stage
from tests.connector.disclosure_picture import GOALS, PICTURE, at, day

__all__ = [
    "AGREEMENT",
    "BASELINE",
    "GOALS",
    "GOAL_STATES",
    "ID_KEY",
    "MILESTONES",
    "NOW",
    "PICTURE",
    "SCOPE",
    "STATE",
    "at",
    "day",
    "earlier_view",
    "facts",
    "given",
    "issue",
    "milestone",
    "policy",
    "project_for_client",
    "projection",
]

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
ID_KEY = b"a secret of this test"


GOAL_STATES = (
    GoalState(
        key=GOALS[0].key, ref="KITE-1", title=GOALS[0].title, done=14, total=14, status=HealthStatus.COMPLETE
    ),
    GoalState(
        key=GOALS[1].key, ref="KITE-2", title=GOALS[1].title, done=9, total=16, status=HealthStatus.AT_RISK
    ),
    GoalState(
        key=GOALS[2].key,
        ref="KITE-3",
        title=GOALS[2].title,
        done=5,
        total=12,
        status=HealthStatus.ON_TRACK,
        due_on=day("2027-01-29"),
    ),
    GoalState(
        key=GOALS[3].key, ref="KITE-4", title=GOALS[3].title, done=0, total=0, status=HealthStatus.UNKNOWN
    ),
)


def milestone(number: int, name: str, **more: object) -> MilestoneState:
    """Make the state of a milestone."""
    return replace(
        MilestoneState(
            key=f"jira:version:{number}",
            name=name,
            source="jira:KITE",
            status=MilestoneStatus.OPEN,
            milestone_class=MilestoneClass.ON_TIME,
        ),
        **more,  # type: ignore[arg-type]  # fields of the state, by name
    )


MILESTONES = (
    milestone(
        21,
        "Clickable prototype",
        status=MilestoneStatus.DONE,
        milestone_class=MilestoneClass.DONE,
        first_promised_on=day("2026-07-31"),
        baseline_on=day("2026-07-31"),
        due_on=day("2026-07-31"),
        actual_on=day("2026-07-30"),
        variance_baseline=-1,
        done=8,
        total=8,
    ),
    milestone(
        22,
        "Catalogue and search",
        status=MilestoneStatus.DONE,
        milestone_class=MilestoneClass.DONE,
        first_promised_on=day("2026-09-25"),
        baseline_on=day("2026-09-25"),
        due_on=day("2026-10-02"),
        actual_on=day("2026-10-02"),
        variance_baseline=5,
        done=14,
        total=14,
        moves=(Move(seen_at=at("2026-09-18"), from_on=day("2026-09-25"), to_on=day("2026-10-02")),),
    ),
    milestone(
        23,
        "Checkout open for test customers",
        milestone_class=MilestoneClass.SLIPPING,
        first_promised_on=day("2026-11-27"),
        baseline_on=day("2026-11-27"),
        due_on=day("2026-12-11"),
        variance_first=10,
        variance_baseline=10,
        done=9,
        total=16,
        moves=(
            Move(seen_at=at("2026-10-21"), from_on=day("2026-11-27"), to_on=day("2026-12-04")),
            Move(seen_at=at("2026-11-17"), from_on=day("2026-12-04"), to_on=day("2026-12-11")),
        ),
    ),
    milestone(
        24,
        "Public launch",
        first_promised_on=day("2027-01-29"),
        baseline_on=day("2027-01-29"),
        due_on=day("2027-01-29"),
        variance_first=0,
        variance_baseline=0,
        done=5,
        total=12,
        buffer_days=10,
    ),
    milestone(25, "Help desk", milestone_class=MilestoneClass.UNKNOWN, total=4),
)

BASELINE = Baseline(
    number=1,
    on_at=at("2026-06-15"),
    recorded_at=at("2026-06-15"),
    approved_by="M. Okafor, Tern & Sons",
    dates={m.key: m.baseline_on for m in MILESTONES},
)
AGREEMENT = Agreement(baselines=(BASELINE,), buffer_days=10, timezone="Europe/Berlin", holidays="DE-BE")


SCOPE = (
    ScopeRow(
        container=PROJECT,
        unit="items",
        current=46,
        done=28,
        baseline=38,
        approved_added=6,
        unapproved_added=4,
        removed=2,
        reestimated=0,
        transferred_in=0,
        transferred_out=0,
    ),
    ScopeRow(
        container=PROJECT,
        unit="points",
        current=171,
        done=98,
        baseline=140,
        approved_added=21,
        unapproved_added=13,
        removed=8,
        reestimated=5,
        transferred_in=0,
        transferred_out=0,
    ),
)
STATE = ProjectState(
    project="kite",
    name="Kite web shop",
    as_of=NOW,
    sources=(
        SourceFacts(
            name="jira:KITE", last_success_at=NOW - dt.timedelta(minutes=12), complete=True, issues=96
        ),
        SourceFacts(
            name="github:tern/kite", last_success_at=NOW - dt.timedelta(minutes=11), complete=True, issues=41
        ),
    ),
    health=Health(
        status=HealthStatus.AT_RISK, reasons=("slipping jira:version:23", f"scope_creep {PROJECT}")
    ),
    goals=GOAL_STATES,
    milestones=MILESTONES,
    scope=SCOPE,
    deviations=(),
    picture=PICTURE,
    baseline=BASELINE,
)


def given(state: ProjectState = STATE, **more: object) -> ProjectionInput:
    """Make the input of a projection."""
    return replace(
        ProjectionInput(
            state=state,
            agreement=AGREEMENT,
            policy=shipped("client-default"),
            project_name="Kite web shop",
            client_name="Tern & Sons",
            publisher="Northwind Studio",
            language="en",
            timezone="Europe/Berlin",
            edition_number=7,
            published_at=NOW,
            id_key=ID_KEY,
        ),
        **more,  # type: ignore[arg-type]  # fields of the input, by name
    )


def earlier_view(*, language: str = "en") -> ClientView:
    """Return what the audience saw a week before: one date earlier, less done, one need more."""
    old_milestone = replace(
        MILESTONES[2], due_on=day("2026-12-04"), variance_baseline=5, moves=MILESTONES[2].moves[:1]
    )
    goals = (replace(GOAL_STATES[0], done=13, status=HealthStatus.ON_TRACK), replace(GOAL_STATES[1], done=7))
    past = replace(
        PICTURE.feedback[0], disposition=Disposition.DOING, stage=Stage.LOOKED_AT, answered_at=None
    )
    feedback = (past, PICTURE.feedback[2])
    state = replace(
        STATE,
        as_of=NOW - dt.timedelta(days=7),
        milestones=(*MILESTONES[:2], old_milestone, *MILESTONES[3:]),
        goals=(*goals, *GOAL_STATES[2:]),
        picture=replace(PICTURE, feedback=feedback),
        scope=(replace(SCOPE[0], unapproved_added=3, current=45, done=25), SCOPE[1]),
    )
    week_ago = NOW - dt.timedelta(days=7)
    return project_for_client(given(state, edition_number=6, published_at=week_ago, language=language)).view


def projection(**more: object) -> Projection:
    """Project the sample for its client."""
    return project_for_client(replace(given(), **more))  # type: ignore[arg-type]  # fields of the input


def policy(**more: object) -> Policy:
    """Return the default policy with some of its fields replaced."""
    return replace(shipped("client-default"), **more)  # type: ignore[arg-type]  # fields of the policy


def issue(number: int, title: str, **more: object) -> Issue:
    """Make an issue of the tracker."""
    return replace(
        Issue(
            key=f"jira:issue:{number}",
            source="jira:KITE",
            ref=f"KITE-{number}",
            title=title,
            created_at=at("2026-06-01"),
            updated_at=at("2026-06-02"),
            category=Category.TODO,
        ),
        **more,  # type: ignore[arg-type]  # fields of the issue, by name
    )


def facts(*issues: Issue, **more: object) -> ProjectFacts:
    """Make the facts of a project that has these issues."""
    return replace(
        ProjectFacts(project="kite", name="Kite web shop", issues=issues, changes={}),
        **more,  # type: ignore[arg-type]  # fields of the facts, by name
    )
