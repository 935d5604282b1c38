"""`status --json`: a project's state as the published document. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import BaseModel

from connector.analysis.state import MilestoneState, ProjectState
from connector.pipeline.document import (
    BaselinePart,
    Buffer,
    ChangeRequestPart,
    ClientActionPart,
    DecisionPart,
    DeviationPart,
    ExecutionPart,
    FeverPart,
    Forecast,
    GoalPart,
    HealthPart,
    MilestonePart,
    MovePart,
    PromisePart,
    QualityPart,
    RecordPart,
    Scope,
    Source,
    SprintPart,
    StatusDocument,
    TrendPart,
    Variance,
)
from connector.pipeline.feedback_document import feedback_parts
from connector.pipeline.risk_document import ComputedRiskPart, ExposurePart, risk_parts

_Model = TypeVar("_Model", bound=BaseModel)


def status_document(state: ProjectState, refs: Mapping[str, str]) -> StatusDocument:
    """Build the document of `status --json`.

    Args:
        state: The project as it was judged.
        refs: Issue key to what people call the issue; a key without one stands for itself.
    """
    picture = state.picture
    return StatusDocument(
        project=state.project,
        name=state.name,
        as_of=state.as_of,
        baseline=None if state.baseline is None else BaselinePart.model_validate(state.baseline),
        sources=_each(Source, state.sources),
        health=HealthPart.model_validate(state.health),
        goals=_each(GoalPart, state.goals),
        milestones=[_milestone(milestone) for milestone in state.milestones],
        execution_index=ExecutionPart.model_validate(state.execution),
        record=None if state.record is None else RecordPart.model_validate(state.record),
        scope=_each(Scope, state.scope),
        risks=risk_parts(picture.risks, state.register),
        computed_risks=_each(ComputedRiskPart, state.register.raised),
        exposure=_each(ExposurePart, state.register.total),
        change_requests=_each(ChangeRequestPart, picture.change_requests, refs),
        decisions=_each(DecisionPart, picture.decisions),
        client_actions=_each(ClientActionPart, picture.client_actions, refs),
        feedback=feedback_parts(state, refs),
        deviations=_each(DeviationPart, state.deviations),
        unmapped=len(picture.unplaced),
        sprints=_each(SprintPart, state.sprints),
        quality=_each(QualityPart, state.quality),
    )


def status_json(state: ProjectState, refs: Mapping[str, str]) -> str:
    """Return the document as JSON text."""
    return status_document(state, refs).model_dump_json(by_alias=True, indent=2)


def _each(
    model: type[_Model], values: Iterable[object], refs: Mapping[str, str] | None = None
) -> list[_Model]:
    return [model.model_validate(value, context=refs) for value in values]


def _milestone(milestone: MilestoneState) -> MilestonePart:
    return MilestonePart(
        key=milestone.key,
        name=milestone.name,
        source=milestone.source,
        state=milestone.status,
        first_promised_on=milestone.first_promised_on,
        baseline_on=milestone.baseline_on,
        due_on=milestone.due_on,
        actual_on=milestone.actual_on,
        forecast=Forecast.model_validate(milestone.forecast),
        variance_working_days=Variance(
            first=milestone.variance_first,
            baseline=milestone.variance_baseline,
            last_edition=milestone.variance_last_edition,
        ),
        moves=_each(MovePart, milestone.moves),
        milestone_class=milestone.milestone_class,
        done=milestone.done,
        total=milestone.total,
        buffer=Buffer(days=milestone.buffer_days, used_days=milestone.buffer_used_days),
        fever=None if milestone.fever is None else FeverPart.model_validate(milestone.fever),
        trend=TrendPart.model_validate(milestone.trend),
        promises=_each(PromisePart, milestone.promises),
    )
