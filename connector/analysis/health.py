"""The verdict on a project and on its goals. Missing knowledge is unknown, never green."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adapters.records import MilestoneStatus
from connector.analysis.facts import Baseline, SourceFacts
from connector.analysis.ledger import Ledger
from connector.analysis.state import (
    PROJECT,
    Deviation,
    GoalState,
    Health,
    HealthStatus,
    MilestoneState,
    Severity,
)
from mappings.concepts import Disposition, Goal

_BAD = frozenset({Severity.WARNING, Severity.CRITICAL})


def project_health(
    milestones: Sequence[MilestoneState],
    deviations: Sequence[Deviation],
    sources: Sequence[SourceFacts],
    baseline: Baseline | None,
) -> Health:
    """Judge the project.

    Off track: the project's scope, or its last milestone, is critically beyond tolerance. At risk:
    any breach; a critical one on another milestone caps the project at amber. Unknown: nothing is
    known to be wrong, but something needed to call it right is missing. Complete: all is done.
    """
    if _is_complete(milestones):
        return Health(status=HealthStatus.COMPLETE, reasons=("all_done",))
    breaches = [d for d in deviations if d.severity in _BAD and d.rule != "sync_failed"]
    reasons = tuple(f"{d.rule} {d.object}" for d in breaches)
    missing = tuple(_missing(milestones, sources, baseline))
    if any(_is_fatal(deviation, milestones) for deviation in breaches):
        return Health(status=HealthStatus.OFF_TRACK, reasons=reasons + missing)
    if breaches:
        return Health(status=HealthStatus.AT_RISK, reasons=reasons + missing)
    if missing:
        return Health(status=HealthStatus.UNKNOWN, reasons=missing)
    return Health(status=HealthStatus.ON_TRACK, reasons=("within_tolerances",))


def goal_states(
    goals: Iterable[Goal],
    ledger: Ledger,
    milestones: Sequence[MilestoneState],
    deviations: Sequence[Deviation],
) -> tuple[GoalState, ...]:
    """Return progress and status of every goal that was not given up."""
    troubled = {d.object for d in deviations if d.severity in _BAD}
    dated = {m.key for m in milestones if m.status is MilestoneStatus.OPEN and m.due_on is not None}
    standings = _containers_by_item(ledger)
    return tuple(
        _goal_state(goal, ledger, standings, troubled, dated)
        for goal in goals
        if goal.disposition is not Disposition.DROPPED
    )


def _goal_state(
    goal: Goal,
    ledger: Ledger,
    containers: Mapping[str, set[str]],
    troubled: set[str],
    dated: set[str],
) -> GoalState:
    items = set(ledger.current.get(goal.key, {}))
    done = items & ledger.done.get(goal.key, frozenset())
    ahead = {container for key in items - done for container in containers[key]}
    status = HealthStatus.UNKNOWN
    if items and items == done:
        status = HealthStatus.COMPLETE
    elif goal.key in troubled or ahead & (troubled - {PROJECT}):
        status = HealthStatus.AT_RISK
    elif items and ahead & dated:
        status = HealthStatus.ON_TRACK
    return GoalState(
        key=goal.key,
        ref=goal.ref,
        title=goal.title,
        done=len(done),
        total=len(items),
        status=status,
        due_on=goal.due_on,
    )


def _containers_by_item(ledger: Ledger) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for container, items in ledger.current.items():
        for key in items:
            found.setdefault(key, set()).add(container)
    return found


def _is_complete(milestones: Sequence[MilestoneState]) -> bool:
    live = [m for m in milestones if m.status is not MilestoneStatus.CANCELLED]
    return bool(live) and all(m.status is MilestoneStatus.DONE for m in live)


def _is_fatal(deviation: Deviation, milestones: Sequence[MilestoneState]) -> bool:
    if deviation.severity is not Severity.CRITICAL:
        return False
    still_open = [m for m in milestones if m.status is MilestoneStatus.OPEN and m.due_on is not None]
    return deviation.object == PROJECT or bool(still_open and deviation.object == still_open[-1].key)


def _missing(
    milestones: Sequence[MilestoneState], sources: Sequence[SourceFacts], baseline: Baseline | None
) -> Iterable[str]:
    if baseline is None:
        yield "no_baseline"
    if not any(m.status is MilestoneStatus.OPEN and m.due_on is not None for m in milestones):
        yield "no_dated_milestone"
    for source in sources:
        if source.last_success_at is None or not source.complete:
            yield f"no_complete_sync {source.name}"
