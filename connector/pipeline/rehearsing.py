"""Runs the rules of alerts over a project's past, and says what would have been told when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from connector.alerts.rehearsal import Choice, Fired, Missed, Rehearsal, rehearse
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import ProjectState
from connector.analysis.upkeep import Desk, Limits, upkeep
from connector.analysis.walk import histories
from connector.errors import UsageError
from connector.pipeline import judging
from connector.pipeline.alerting import manner_of
from connector.pipeline.parts import iso
from connector.pipeline.workspace import Project, Workspace

LONGEST = dt.timedelta(days=366)  # looked back, where nobody says since when
SUPPOSED = "supposed for the rehearsal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What would have been told. `supposed_on`: the day whose scope was taken as agreed, as nothing was."""

    rehearsal: Rehearsal
    supposed_on: dt.date | None


def rehearse_alerts(
    workspace: Workspace, project: Project, *, since: dt.datetime | None, every_days: int
) -> Rehearsed:
    """Judge the project as of every so many days, and run its alerts over that.

    Forecasts take no part: they are made from what is known today. Where nothing was agreed by the first
    look, the scope and the dates of that day are taken as agreed.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        since: The first look; None: a year ago, or when its first issue came.
        every_days: Between two looks.

    Raises:
        UsageError: Nothing is stored of the project, or it began after `since`.
    """
    facts = judging.facts_of(workspace, project)
    looks = _looks(facts, since, now=workspace.now(), every=dt.timedelta(days=every_days))
    agreement, supposed = _agreed(judging.agreement_of(workspace, project), facts, looks[0])
    calendar = judging.calendar_of(project)
    found = rehearse(_states(project, facts, agreement, looks), manner_of(project), calendar)
    if found is None:
        raise AssertionError("there is at least one look")
    return Rehearsed(rehearsal=found, supposed_on=calendar.local_day(looks[0]) if supposed else None)


def _looks(
    facts: ProjectFacts, since: dt.datetime | None, *, now: dt.datetime, every: dt.timedelta
) -> Sequence[dt.datetime]:
    """Return the instants of the looks; the last is the present."""
    if not facts.issues:
        raise UsageError(
            f"project {facts.project}: nothing is stored of it; first: clientview sync {facts.project}"
        )
    born = min(issue.created_at for issue in facts.issues)
    first = max(born, now - LONGEST if since is None else since)
    if first >= now:
        raise UsageError(f"--since: found {first:%Y-%m-%d}; expected a day before today")
    count = int((now - first) / every)
    return [now - every * step for step in range(count, -1, -1)]


def _agreed(agreement: Agreement, facts: ProjectFacts, at: dt.datetime) -> tuple[Agreement, bool]:
    if agreement.in_force(at) is not None:
        return agreement, False
    supposed = take(
        facts, agreement, on_at=at, recorded_at=at, approval=Approval(approved_by=SUPPOSED), number=0
    )
    later = [one for one in agreement.baselines if one.on_at > at]
    return replace(agreement, baselines=(supposed, *later)), True


def _states(
    project: Project, facts: ProjectFacts, agreement: Agreement, looks: Sequence[dt.datetime]
) -> Iterator[ProjectState]:
    limits = Limits(**project.settings.watch.model_dump())
    calendar, told = judging.calendar_of(project), histories(facts)
    unlinked = replace(facts, links=())  # trackers keep no history of what waited for what
    for at in looks:
        state = judge(facts, agreement, as_of=at, told=told)
        cared = upkeep(Desk(facts=unlinked, state=state, calendar=calendar, limits=limits))
        yield replace(state, deviations=(*state.deviations, *cared))


def document(found: Rehearsed) -> dict[str, object]:
    """Say the same for programs."""
    told = found.rehearsal
    return {
        "schema": "clientview.alerts-backtest/1",
        "first_at": iso(told.first_at),
        "last_at": iso(told.last_at),
        "looks": told.looks,
        "notices_per_week": round(told.per_week, 3),
        "supposed_on": None if found.supposed_on is None else found.supposed_on.isoformat(),
        "notices": [_notice(one) for one in told.fired],
        "missed": [
            {
                "milestone": one.milestone,
                "name": one.name,
                "planned_on": one.planned_on.isoformat(),
                "warned_on": None if one.warned_on is None else one.warned_on.isoformat(),
                "lead_days": one.lead_days,
            }
            for one in told.missed
        ],
        "thresholds": [
            {"rule": one.rule, "threshold": one.threshold, "begun": one.begun, "proposed": one.is_proposed}
            for one in told.choices
        ],
    }


def _notice(one: Fired) -> dict[str, object]:
    alert = one.notice.alert
    return {
        "at": iso(one.at),
        "transition": one.notice.transition.value,
        "rule": alert.rule,
        "object": alert.object,
        "name": alert.object_name,
        "severity": alert.severity.value,
    }


def lines(found: Rehearsed, zone: dt.tzinfo) -> Iterator[str]:
    """Say what would have been told, warning times and thresholds, for people."""
    told = found.rehearsal
    if found.supposed_on is not None:
        yield f"nothing was agreed: scope and dates of {found.supposed_on} were taken as agreed"
    yield (
        f"{told.looks} looks from {told.first_at.astimezone(zone):%Y-%m-%d}"
        f" to {told.last_at.astimezone(zone):%Y-%m-%d}: {told.per_week:.2f} notices a week"
    )
    for day, group in groupby(told.fired, key=lambda one: one.at.astimezone(zone).date()):
        for one in group:
            alert = one.notice.alert
            name = alert.object_name or alert.object
            yield f"  {day} {one.notice.transition.value:9} {alert.severity.value:8} {alert.rule} {name}"
    yield from _missed(told.missed)
    yield from _choices(told.choices)


def _missed(missed: Sequence[Missed]) -> Iterator[str]:
    if missed:
        yield "days that were not kept, and the first warning:"
    for one in missed:
        warning = (
            "no warning" if one.warned_on is None else f"warned {one.warned_on}, {one.lead_days} days before"
        )
        yield f"  {one.planned_on} {one.name}: {warning}"


def _choices(choices: Sequence[Choice]) -> Iterator[str]:
    if choices:
        yield "how often alerts would have begun, by threshold (* proposed: one in four weeks at most):"
    for rule, group in groupby(choices, key=lambda one: one.rule):
        counts = [f"{one.threshold:g}: {one.begun}{'*' if one.is_proposed else ''}" for one in group]
        yield f"  {rule} {', '.join(counts)}"
