"""Feedback for clients: where it stands, for which milestone, of which class, in which order, why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.disclosure.catalogue import LANGUAGES
from connector.disclosure.policy import Policy
from connector.disclosure.view import ClientView, Code, FeedbackView
from mappings.concepts import Disposition, Feedback, FeedbackClass, Level, Stage
from tests.connector import disclosure_sample as sample

ALL = ("title", "state", "received", "class", "planned", "answered", "reason", "order")
NEXT, LATER = (each for each in sample.MILESTONES if each.actual_on is None and each.due_on)
ASKED = Feedback(
    key="jira:issue:901",
    ref="KITE-191",
    title="the client nags about carts",
    client_title="The basket forgets what was in it",
    stage=Stage.PLANNED,
    disposition=Disposition.DOING,
    kind="defect",
    urgency=Level.HIGH,
    milestones=(NEXT.key,),
    reason="boss says no",
    client_reason="It is **outside** of the agreement.",
    given_by="Wanda Oakes",
    priority=Level.HIGH,
    priority_why="defect, urgency high",
    created_at=sample.at("2026-11-02"),
)


def opening(*switches: str) -> Policy:
    """Return a policy that opens these switches of feedback, and the titles of milestones."""
    opened = {"feedback": frozenset(switches), "milestones": frozenset({"title", "planned", "state"})}
    return replace(sample.policy(), show=opened)


def view_of(*feedback: Feedback, switches: tuple[str, ...] = ALL, **more: object) -> ClientView:
    """Return the edition that tells this feedback."""
    picture = replace(sample.PICTURE, feedback=feedback)
    state = replace(sample.STATE, picture=picture)
    return sample.projection(policy=opening(*switches), state=state, **more).view


def told(feedback: Feedback, *switches: str) -> FeedbackView:
    """Return the feedback as a client reads it."""
    return view_of(feedback, switches=switches or ALL).feedback[0]


def test_planned_for_a_milestone_that_is_told() -> None:
    """The title the page has for the milestone; of one that is not told, or not open, none."""
    view = view_of(ASKED)
    titles = {milestone.head.title.value for milestone in view.milestones if milestone.head.title}
    planned = view.feedback[0].planned
    assert planned is not None
    assert planned.value in titles
    assert told(replace(ASKED, milestones=("jira:version:999",))).planned is None
    assert told(ASKED, "title", "state").planned is None
    assert told(replace(ASKED, stage=Stage.DONE)).planned is None


def test_of_several_milestones_the_first_to_come() -> None:
    """Whatever order the records have."""
    both = (LATER.key, NEXT.key)
    assert told(replace(ASKED, milestones=both)).planned == told(ASKED).planned


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_words(stage: Stage, language: str) -> None:
    """In each language, and each stage words of its own."""
    words = {view_of(replace(ASKED, stage=each), language=language).feedback[0].head.state for each in Stage}
    assert len({state.word.value for state in words if state}) == len(Stage)
    state = view_of(replace(ASKED, stage=stage), language=language).feedback[0].head.state
    assert state is not None
    assert (state.code is Code.PLANNED) == (stage is Stage.PLANNED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_has_words(language: str) -> None:
    """In each language; a class of the rules' own has those that the rules give it, or none."""
    found = [
        view_of(replace(ASKED, kind=each.value), language=language).feedback[0].kind for each in FeedbackClass
    ]
    assert len({str(kind) for kind in found if kind}) == len(FeedbackClass)
    own = replace(ASKED, kind="legal")
    assert view_of(own, language=language).feedback[0].kind is None
    assert str(told(replace(own, kind_words="Rechtliches")).kind) == "Rechtliches"


def test_why_it_was_declined() -> None:
    """In client words, of a declined one alone, where the policy opens it."""
    declined = replace(ASKED, stage=Stage.DECLINED)
    reason = told(declined).reason
    assert reason is not None
    assert reason.text == "It is outside of the agreement."
    assert told(declined, "title", "state").reason is None
    assert told(ASKED).reason is None


def test_a_priority_orders_and_is_not_told() -> None:
    """Among those that wait the first is the gravest where `order` is open; else the latest is."""
    grave = replace(ASKED, key="jira:issue:902", created_at=sample.at("2026-10-01"))
    light = replace(ASKED, key="jira:issue:903", client_title="B", priority=Level.LOW)
    settled = replace(grave, key="jira:issue:904", client_title="C", stage=Stage.DONE)
    titles = [str(each.head.title) for each in view_of(settled, light, grave).feedback]
    assert titles == [ASKED.client_title, "B", "C"]
    closed = ("title", "state", "received")
    assert str(view_of(settled, light, grave, switches=closed).feedback[0].head.title) == "B"


def test_without_the_order_a_priority_moves_nothing() -> None:
    """Priority, urgency, links, who gave it and the team's reason change nothing that is told."""
    closed = tuple(switch for switch in ALL if switch != "order")
    other = replace(ASKED, key="jira:issue:905", client_title="B")
    hidden = replace(
        ASKED, priority=Level.LOW, urgency=None, linked=("x",), given_by="", reason="", answers="y",
        state="z", priority_why="",
    )  # fmt: skip
    assert view_of(ASKED, other, switches=closed) == view_of(hidden, other, switches=closed)


def test_another_milestone_is_news() -> None:
    """Planned for another milestone: told among the changes, from where to where."""
    before = view_of(ASKED)
    after = view_of(replace(ASKED, milestones=(LATER.key,)), previous=before)
    sentences = [str(change.sentence) for change in after.changes.entries]
    old, new = before.feedback[0].planned, after.feedback[0].planned
    assert any(f"Planned for {old}" in text and f"Planned for {new}" in text for text in sentences), sentences
    assert not [
        text for text in map(str, view_of(ASKED, previous=before).changes.entries) if "Planned" in text
    ]
