"""A state of the fictional Apollo web shop, built by hand, for what the PM is told of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from adapters.records import MilestoneStatus
from connector.alerts.decide import decide
from connector.alerts.message import Message, compose
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Baseline, SourceFacts
from connector.analysis.state import (
    PROJECT,
    Deviation,
    EntryKind,
    Fact,
    GoalState,
    Health,
    HealthStatus,
    LedgerEntry,
    MilestoneClass,
    MilestoneState,
    ProjectState,
    ScopeRow,
    Severity,
)
from connector.store.alerts import AlertState
from mappings.concepts import Nature, Picture, ScopeItem

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # a Monday
AGREED_AT = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
R2, CHECKOUT = "jira:version:2", "jira:issue:2"
BERLIN = WorkingCalendar(timezone="Europe/Berlin")


def entry(
    number: int,
    on: str,
    *,
    kind: EntryKind = EntryKind.UNAPPROVED_ADD,
    nature: Nature = Nature.NEW,
    why: str = "",
    request: str | None = None,
) -> LedgerEntry:
    """Book item `APO-number` at noon UTC of a day."""
    return LedgerEntry(
        at=dt.datetime.fromisoformat(f"{on}T12:00:00+00:00"),
        container="",
        unit="items",
        item_key=f"jira:issue:{number}",
        item=f"APO-{number}",
        kind=kind,
        amount=1.0,
        nature=nature,
        why=why,
        change_request=request,
    )


def row(container: str, baseline: int, *entries: LedgerEntry) -> ScopeRow:
    """Give a container's ledger in items."""
    added = float(sum(e.kind is EntryKind.UNAPPROVED_ADD for e in entries))
    return ScopeRow(
        container=container,
        unit="items",
        current=baseline + added,
        done=0.0,
        baseline=float(baseline),
        unapproved_added=added,
        removed=float(sum(e.kind is EntryKind.REMOVED for e in entries)),
        creep_ratio=added / baseline,
        entries=entries,
    )


def milestone(due_on: dt.date | None = dt.date(2026, 12, 11)) -> MilestoneState:
    """Give Release 2, agreed for 13 November, 4 of 14 done."""
    return MilestoneState(
        key=R2,
        name="Release 2: Checkout",
        source="jira:APO",
        status=MilestoneStatus.OPEN,
        milestone_class=MilestoneClass.SLIPPING,
        first_promised_on=dt.date(2026, 11, 13),
        baseline_on=dt.date(2026, 11, 13),
        due_on=due_on,
        done=5,
        total=14,
    )


def state(*, scope: Sequence[ScopeRow] = (), release: MilestoneState | None = None) -> ProjectState:
    """Give the project as it was judged now. Every item up to `APO-99` was agreed and has a title."""
    items = tuple(
        ScopeItem(key=f"jira:issue:{n}", ref=f"APO-{n}", title=f"Story {n}", created_at=AGREED_AT)
        for n in range(1, 100)
    )
    copy = {item.key: None for item in items}
    return ProjectState(
        project="apollo",
        name="Apollo web shop",
        as_of=NOW,
        sources=(SourceFacts(name="jira:APO", last_success_at=NOW - dt.timedelta(hours=3)),),
        health=Health(status=HealthStatus.AT_RISK),
        goals=(
            GoalState(
                key=CHECKOUT, ref="APO-2", title="Checkout", done=0, total=13, status=HealthStatus.AT_RISK
            ),
        ),
        milestones=(release or milestone(),),
        scope=tuple(scope),
        deviations=(),
        picture=Picture(items=items),
        baseline=Baseline(
            number=1,
            on_at=AGREED_AT,
            recorded_at=AGREED_AT,
            approved_by="J. Doe",
            containers=dict.fromkeys((R2, CHECKOUT, PROJECT), copy),
        ),
    )


def deviation(
    rule: str,
    about: str = R2,
    *,
    severity: Severity = Severity.WARNING,
    facts: Mapping[str, Fact] | None = None,
) -> Deviation:
    """Give a deviation that stands since 30 September, 08:36 in Berlin."""
    names = {R2: "Release 2: Checkout", CHECKOUT: "Checkout", PROJECT: PROJECT}
    return Deviation(
        id=f"{rule}:{about}",
        rule=rule,
        object=about,
        object_name=names.get(about, about),
        severity=severity,
        since=dt.datetime(2026, 9, 30, 6, 36, tzinfo=dt.UTC),
        facts=facts or {},
    )


def told(
    judged: ProjectState,
    *deviations: Deviation,
    known: Sequence[AlertState] = (),
    is_first: bool = False,
) -> Message:
    """Give the one message that tells of these deviations."""
    decision = decide(deviations, known, now=NOW, is_first=is_first)
    (message,) = compose(decision, replace(judged, deviations=deviations), BERLIN)
    return message


def alerts(*deviations: Deviation) -> Sequence[AlertState]:
    """Give the alerts as they stand once these deviations were told."""
    return decide(deviations, (), now=NOW - dt.timedelta(days=1), is_first=False).states
