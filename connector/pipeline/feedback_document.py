"""The shape of feedback in `status --json`; see `document`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from connector.analysis.hearing import Hearing
from connector.analysis.state import ProjectState
from connector.pipeline.parts import ConceptPart, Instant
from mappings.concepts import Feedback, Level, Stage

_UNKNOWN = Hearing(key="", age_days=None, first_look_days=None, answer_days=None)


class FeedbackPart(ConceptPart):
    """What the client told us, where it stands, and how long answers took in working days."""

    client_state: str = Field(description="The rules' own words of where it stands, for the team.")
    stage: Stage = Field(description="Where it stands, as clients read it in their language.")
    kind: str = Field(serialization_alias="class", description="Class; empty: none.")
    urgency: Level | None = Field(description="As the client calls it.")
    priority: Level | None = Field(description="Never shown to a client; null: no row of the table fits.")
    priority_why: str
    planned_for: list[str] = Field(description="Names of the milestones it is planned for.")
    linked: list[str] = Field(description="What people call the issues it is linked to.")
    answers: str = Field(description="What of ours it answers; empty: nothing that is known.")
    given_by: str
    reason: str = Field(description="Why it was declined, for the team.")
    client_reason: str
    received_at: Instant
    first_look_at: Instant | None
    answered_at: Instant | None
    age_days: int | None = Field(description="Of one that waits for an answer.")
    first_look_days: int | None = Field(description="From received to looked at.")
    answer_days: int | None = Field(description="From received to done or declined.")


def feedback_parts(state: ProjectState, refs: Mapping[str, str]) -> list[FeedbackPart]:
    """Tell of all feedback of a project, in the order of its picture.

    Args:
        state: The project as it was judged.
        refs: Issue key to what people call the issue.
    """
    waits = {one.key: one for one in state.hearings}
    names = {milestone.key: milestone.name for milestone in state.milestones}
    return [_part(each, waits.get(each.key, _UNKNOWN), names, refs) for each in state.picture.feedback]


def _part(each: Feedback, waits: Hearing, names: Mapping[str, str], refs: Mapping[str, str]) -> FeedbackPart:
    return FeedbackPart(
        key=each.key,
        item=each.ref,
        title=each.title,
        client_title=each.words,
        disposition=each.disposition,
        client_state=each.state,
        stage=each.stage,
        kind=each.kind,
        urgency=each.urgency,
        priority=each.priority,
        priority_why=each.priority_why,
        planned_for=[names.get(key, key) for key in each.milestones] if each.stage is Stage.PLANNED else [],
        linked=[refs.get(key, key) for key in each.linked],
        answers=refs.get(each.answers, each.answers),
        given_by=each.given_by,
        reason=each.reason,
        client_reason=each.client_reason or each.block_reason,
        received_at=each.created_at,
        first_look_at=each.first_look_at,
        answered_at=each.answered_at,
        age_days=waits.age_days,
        first_look_days=waits.first_look_days,
        answer_days=waits.answer_days,
    )
