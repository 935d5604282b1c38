"""Feedback as of an instant: steps, links, priorities by name, and how long answers took."""

from __future__ import annotations

import datetime as dt
import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Category, Issue, Link, LinkKind
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.heard import EnteredFeedback, FeedbackStep, Heard
from connector.analysis.hearing import Hearing, hearings
from connector.analysis.judge import judge
from connector.disclosure.recorded import agreed_values
from connector.store import Store, migrate, open_store
from connector.store.engine import open_database
from mappings.concepts import Feedback, Level, Stage
from tests import builders
from tests.builders import SOURCE, change, day, issue, rules, version

WISH = EnteredFeedback(
    number=1, title="Dark mode", on_at=day(1), recorded_at=day(1), kind="wish", linked=(issue(7).key,)
)
STORY = issue(7, type="Story", milestones=(version(1),), category=Category.TODO)


def facts(*issues: Issue, **more: Any) -> ProjectFacts:
    """Return the facts of a project of these issues; feedback is what is of type Feedback."""
    return builders.facts(issues, ruleset=rules("jira-scrum"), **more)


def step(number: int, stage: Stage | None, **more: object) -> FeedbackStep:
    """Make a step of the wish on the day of its number."""
    made = FeedbackStep(number=number, feedback=WISH.key, at=day(number), stage=stage)
    return replace(made, **more)  # type: ignore[arg-type] # fields of the step


def heard(*steps: FeedbackStep, at: float = 9, given_by: ProjectFacts | None = None) -> Feedback:
    """Judge a project that has a story and the wish; return the wish."""
    agreement = Agreement(heard=Heard(entered=(WISH,), steps=steps))
    state = judge(given_by or facts(), agreement, as_of=day(at))
    return next(each for each in state.picture.feedback if each.key == WISH.key)


def test_later_steps_are_laid_over_what_was_entered() -> None:
    """Each stage counts from its day on; a past day shows the stage of that day."""
    steps = (step(2, Stage.LOOKED_AT), step(4, Stage.DECLINED, reason="Outside of what was agreed."))
    assert [heard(*steps, at=at).stage for at in (1, 2, 3, 4)] == [
        Stage.RECEIVED,
        Stage.LOOKED_AT,
        Stage.LOOKED_AT,
        Stage.DECLINED,
    ]
    last = heard(*steps)
    assert (last.first_look_at, last.answered_at) == (day(2), day(4))
    assert (last.client_reason, last.words, last.ref) == ("Outside of what was agreed.", "Dark mode", "FB-1")


def test_it_is_not_there_before_it_was_received() -> None:
    """A past day knows nothing of what came later."""
    state = judge(facts(), Agreement(heard=Heard(entered=(WISH,))), as_of=day(0.5))
    assert state.picture.feedback == ()


def test_work_in_a_milestone_plans_it() -> None:
    """Linked open work in a milestone makes it planned; work that is done, or an answer, does not."""
    assert heard(given_by=facts(STORY)).stage is Stage.PLANNED
    assert heard(given_by=facts(STORY)).milestones == (version(1),)
    assert heard(given_by=facts(replace(STORY, category=Category.DONE))).stage is Stage.RECEIVED
    assert heard(step(2, Stage.DONE), given_by=facts(STORY)).stage is Stage.DONE


def test_nothing_is_planned_for_a_milestone_that_is_over() -> None:
    """Once the milestone is done, open work in it plans nothing any more."""
    ahead = facts(STORY, sightings=builders.seen(0, builders.milestone(1)))
    done = facts(STORY, sightings=builders.seen(0, builders.released(1, dt.date(2026, 9, 2))))
    assert heard(given_by=ahead).stage is Stage.PLANNED
    assert (heard(given_by=done).stage, heard(given_by=done).milestones) == (Stage.RECEIVED, ())


def test_work_that_is_withheld_plans_nothing() -> None:
    """Without the linked issue the feedback is as if it were linked to nothing."""
    hidden = facts(STORY).without(frozenset({STORY.key}))
    assert heard(given_by=hidden) == replace(heard(given_by=facts()), linked=WISH.linked)


def test_a_priority_set_by_name_goes_before_the_table() -> None:
    """It names who set it and what the table says; taken back, the table counts again."""
    plain = heard()
    raised = heard(step(2, None, priority=Level.HIGH, by="Ann", note="promised"))
    assert raised.priority is Level.HIGH
    assert raised.priority_why == f"set by Ann: promised; by itself {plain.priority_why}"
    again = heard(step(2, None, priority=Level.HIGH, by="Ann"), step(3, None, by="Ann"))
    assert (again.priority, again.priority_why) == (plain.priority, plain.priority_why)


def test_the_tracker_s_dates_come_from_its_history() -> None:
    """First look and answer are the instants of the changes; reopened, it waits again."""
    asked = issue(5, type="Feedback", status="In Progress", category=Category.DOING, created_at=day(0))
    states = [("To Do", "todo"), ("In Progress", "doing"), ("Done", "done"), ("In Progress", "doing")]
    acts = tuple(
        replace(
            change(5, number, "category"), id=f"{number}", act=f"{number}", old=old, new=new,
        )
        for number, ((_, old), (_, new)) in enumerate(itertools.pairwise(states), start=1)
    )  # fmt: skip
    known = facts(asked, changes=acts)
    found = [judge(known, Agreement(), as_of=day(at)).picture.feedback[0] for at in (0.5, 1.5, 2.5, 3.5)]
    assert [(each.first_look_at, each.answered_at) for each in found] == [
        (None, None),
        (day(1), None),
        (day(1), day(2)),
        (day(1), None),
    ]


def test_links_of_the_tracker_plan_it_too() -> None:
    """Feedback in the tracker that is linked to open work in a milestone is planned for that milestone."""
    asked = issue(5, type="Feedback", category=Category.TODO, milestones=())
    tied = Link(id="1", source=SOURCE, a=asked.key, b=STORY.key, kind=LinkKind.RELATES, name="relates to")
    found = judge(facts(asked, STORY, links=(tied,)), Agreement(), as_of=day(9)).picture.feedback[0]
    assert (found.stage, found.milestones) == (Stage.PLANNED, (version(1),))


def test_days_are_working_days() -> None:
    """From Friday noon to Monday noon is one working day; an answered one has no age."""
    friday = dt.datetime(2026, 9, 4, 12, tzinfo=dt.UTC)
    monday, tuesday = friday + dt.timedelta(days=3), friday + dt.timedelta(days=4)
    waiting = Feedback(key="a", ref="A", title="", created_at=friday, first_look_at=monday)
    answered = replace(waiting, key="b", stage=Stage.DONE, answered_at=tuesday)
    assert hearings((waiting, answered), WorkingCalendar(), as_of=tuesday) == (
        Hearing(key="a", age_days=2, first_look_days=1, answer_days=None),
        Hearing(key="b", age_days=None, first_look_days=1, answer_days=2),
    )


@given(st.lists(st.sampled_from(Stage), max_size=6))
def test_a_first_look_is_never_after_the_answer(stages: list[Stage]) -> None:
    """Received, looked at, answered: in this order, and answered exactly while it is done or declined."""
    found = heard(*(step(number, stage) for number, stage in enumerate(stages, start=2)))
    assert (found.answered_at is not None) == (found.stage in {Stage.DONE, Stage.DECLINED})
    assert (found.first_look_at is None) == all(stage is Stage.RECEIVED for stage in stages)
    if found.answered_at is not None:
        assert found.first_look_at is not None
        assert found.created_at <= found.first_look_at <= found.answered_at


def test_who_gave_it_is_searched_for_in_what_is_published() -> None:
    """Names, notes and words of what a policy keeps closed are internal values."""
    entry = replace(WISH, given_by="Wanda Oakes", note="angry", text="Please.\n\nIt hurts my eyes.")
    moved = step(2, None, priority=Level.LOW, by="Ann Lee", note="again")
    values = agreed_values(Agreement(heard=Heard(entered=(entry,), steps=(moved,))))
    found = {value.reveal() for value in values}
    assert {"FB-1", "Dark mode", "Wanda Oakes", "angry", "It hurts my eyes.", "Ann Lee", "again"} <= found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of the version before, brought up to date."""
    database = open_database("sqlite:///store.db", folder=tmp_path)
    migrate.migrate(database, head="0011")
    database.close()
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def test_what_is_entered_is_numbered_and_comes_back(store: Store) -> None:
    """Pieces and steps are numbered a project, in the order they are entered."""
    first = store.feedback.add("apollo", replace(WISH, number=8))
    second = store.feedback.add("apollo", replace(WISH, urgency=Level.LOW))
    assert (first.ref, second.ref) == ("FB-1", "FB-2")
    assert store.feedback.add("other", WISH).ref == "FB-1"
    moved = store.feedback.add_step("apollo", step(9, Stage.PLANNED, milestone=version(1)))
    assert moved.number == 1
    assert store.feedback.load("apollo") == Heard(entered=(first, second), steps=(moved,))


@pytest.mark.parametrize("table", ["entered_feedback", "feedback_steps"])
@pytest.mark.parametrize("act", ["UPDATE {} SET record = ''", "DELETE FROM {}"])
def test_what_is_entered_is_never_changed(store: Store, tmp_path: Path, table: str, act: str) -> None:
    """The database itself refuses, whatever a program does."""
    store.feedback.add("apollo", WISH)
    store.feedback.add_step("apollo", step(1, Stage.DONE))
    connection = sqlite3.connect(tmp_path / "store.db")
    with pytest.raises(sqlite3.IntegrityError, match="what is recorded stays as it is"):
        connection.execute(act.format(table))
    connection.close()
