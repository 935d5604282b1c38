"""Feedback: entered where no tracker holds it, moved on, put first by name, and listed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from connector.analysis.facts import ProjectFacts
from connector.analysis.heard import SOURCE, EnteredFeedback, FeedbackStep
from connector.analysis.hearing import ANSWERED
from connector.analysis.state import ProjectState
from connector.disclosure.answers import edition_name
from connector.disclosure.scribe import opaque_id
from connector.errors import UsageError
from connector.pipeline import judging
from connector.pipeline.agreeing import operating_user
from connector.pipeline.explaining import find_issue
from connector.pipeline.feedback_document import FeedbackPart, feedback_parts
from connector.pipeline.keyring import id_key
from connector.pipeline.workspace import Project, Workspace
from mappings.concepts import Feedback, FeedbackClass, Level, Stage
from mappings.feedback import class_of, urgency_of

_REFERENCE: Final = re.compile(r"k[0-9a-f]{10}")
_RANK: Final = {Level.HIGH: 0, Level.MEDIUM: 1, Level.LOW: 2, None: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person asks to enter. `title` and `text` are in words the client may read."""

    title: str
    on_at: dt.datetime
    text: str = ""
    kind: str = ""
    urgency: str = ""
    given_by: str = ""
    note: str = ""
    reference: str = ""  # opaque, of an "answer" link
    linked: tuple[str, ...] = ()  # refs or keys of issues


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a person says has become of feedback that was entered here."""

    stage: Stage
    reason: str = ""  # in words the client may read
    note: str = ""
    milestone: str = ""  # name or key


def enter(workspace: Workspace, project: Project, said: Said) -> EnteredFeedback:
    """Keep feedback that no tracker holds.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        said: What was said; its instant is not later than now.

    Returns:
        It with its number.

    Raises:
        UsageError: A class, an urgency, an issue or the reference is not known.
    """
    facts = judging.facts_of(workspace, project)
    answered = _answered(workspace, project, facts, said.reference) if said.reference else ""
    known = {issue.key for issue in facts.issues}
    linked = [find_issue(facts, name).key for name in said.linked]
    entry = EnteredFeedback(
        number=0,
        title=said.title,
        text=said.text,
        kind=_class(facts, said.kind) if said.kind else "",
        urgency=_urgency(said.urgency) if said.urgency else None,
        given_by=said.given_by,
        on_at=said.on_at,
        recorded_at=workspace.now(),
        recorded_by=operating_user(),
        note=said.note,
        linked=tuple(dict.fromkeys((*linked, *([answered] if answered in known else [])))),
        answers=answered,
    )
    return workspace.store.feedback.add(project.key, entry)


def move_on(workspace: Workspace, project: Project, name: str, move: Move) -> Feedback:
    """Keep what has become of feedback that was entered here.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        name: What people call the feedback: `FB-2`, or its key.
        move: Where it stands now.

    Returns:
        The feedback as it stands now.

    Raises:
        UsageError: There is no such feedback, its state is the tracker's, or the milestone is not known.
    """
    state = _judged(workspace, project)
    found = _find(state, name)
    if found.source != SOURCE:
        raise UsageError(
            f"{found.ref} is the tracker's: found its state there; expected a change of the issue itself,"
            " which the next sync reads"
        )
    step = FeedbackStep(
        number=0,
        feedback=found.key,
        at=workspace.now(),
        recorded_by=operating_user(),
        stage=move.stage,
        milestone=_milestone(state, move.milestone) if move.milestone else "",
        reason=move.reason,
        note=move.note,
    )
    workspace.store.feedback.add_step(project.key, step)
    return _find(_judged(workspace, project), found.key)


def prefer(
    workspace: Workspace, project: Project, name: str, priority: Level | None, *, by: str, note: str
) -> Feedback:
    """Set the priority of feedback by name, whatever the table says.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        name: What people call the feedback, the tracker's or one that was entered here.
        priority: None: the table counts again.
        by: Who says so.
        note: Why.

    Returns:
        The feedback as it stands now.

    Raises:
        UsageError: There is no such feedback.
    """
    found = _find(_judged(workspace, project), name)
    step = FeedbackStep(
        number=0,
        feedback=found.key,
        at=workspace.now(),
        recorded_by=operating_user(),
        priority=priority,
        by=by,
        note=note,
    )
    workspace.store.feedback.add_step(project.key, step)
    return _find(_judged(workspace, project), found.key)


def listed(workspace: Workspace, project: Project) -> tuple[FeedbackPart, ...]:
    """List all feedback: what waits for an answer first, by priority, the oldest first."""
    parts = feedback_parts(_judged(workspace, project), workspace.refs(project.key))
    return tuple(sorted(parts, key=_place))


def stage_of(text: str) -> Stage:
    """Read a state as people type it.

    Raises:
        UsageError: It is none.
    """
    try:
        return Stage(text.strip().casefold().replace("-", "_").replace(" ", "_"))
    except ValueError as exc:
        expected = ", ".join(stage.value.replace("_", "-") for stage in Stage)
        raise UsageError(f"found state {text!r}; expected one of: {expected}") from exc


# ----------------------------------------------------------------------------------- private


def _place(part: FeedbackPart) -> tuple[bool, int, dt.datetime, str]:
    is_open = part.stage not in ANSWERED
    return (not is_open, _RANK[part.priority] if is_open else 0, part.received_at, part.key)


def _judged(workspace: Workspace, project: Project) -> ProjectState:
    return judging.judge_project(workspace, project, as_of=workspace.now())


def _find(state: ProjectState, name: str) -> Feedback:
    wanted = name.strip().casefold()
    for each in state.picture.feedback:
        if wanted in {each.ref.casefold(), each.key.casefold()}:
            return each
    expected = ", ".join(each.ref for each in state.picture.feedback) or "none: nothing is feedback yet"
    raise UsageError(f"project {state.project}: found no feedback {name!r}; expected one of: {expected}")


def _milestone(state: ProjectState, name: str) -> str:
    wanted = name.strip().casefold()
    for milestone in state.milestones:
        if wanted in {milestone.name.casefold(), milestone.key.casefold()}:
            return milestone.key
    expected = ", ".join(milestone.name for milestone in state.milestones) or "none is known"
    raise UsageError(f"--planned-for: found {name!r}; expected the name of a milestone: {expected}")


def _class(facts: ProjectFacts, text: str) -> str:
    """Read a class by the words of every source's rules."""
    for rules in facts.rules.values():
        if found := class_of(text, rules):
            return found
    own = {kind.name for rules in facts.rules.values() for kind, _ in rules.feedback_classes}
    expected = ", ".join(dict.fromkeys([each.value for each in FeedbackClass] + sorted(own)))
    raise UsageError(f"--class: found {text!r}; expected one of: {expected}")


def _urgency(text: str) -> Level:
    found = urgency_of(text)
    if found is None:
        raise UsageError(f"--urgency: found {text!r}; expected high, medium or low")
    return found


def _answered(workspace: Workspace, project: Project, facts: ProjectFacts, text: str) -> str:
    """Find what an opaque reference stands for: the key of an issue, or an edition."""
    found = _REFERENCE.search(text.casefold())
    secret = id_key(workspace.config.folder)
    for name, told in _answerable(workspace, project, facts):
        if found is not None and opaque_id(name, secret) == found.group():
            return told
    raise UsageError(
        f"--ref: found {text!r}, which nothing of project {project.key} goes by; expected the reference of an"
        ' "answer" link, as it stands in the subject of the mail: k and ten characters'
    )


def _answerable(workspace: Workspace, project: Project, facts: ProjectFacts) -> Iterator[tuple[str, str]]:
    yield from ((issue.key, issue.key) for issue in facts.issues)
    for edition in workspace.store.editions.list(project.key):
        name = edition_name(project.key, edition.audience, edition.number)
        yield name, f"edition {edition.number} for {edition.audience}"
