"""Feedback of both trackers: where it stands, of which class it is, how urgent, what comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Category, FieldValue
from mappings.concepts import Disposition, Feedback, FeedbackClass, Level, Stage
from mappings.errors import FaultsError
from mappings.feedback import class_of
from mappings.picture import map_project
from mappings.priorities import DEFAULT, Row, weigh
from mappings.rules import Rules
from tests.mappings.records import SOURCE, IssueParts, issue, link, preset, rules

JIRA, GITHUB = preset("jira-scrum"), preset("github-milestones")
OWN = """
[feedback]
classes = [
  { name = "accessibility", words = "Zugänglichkeit", when = { label = "a11y" } },
  { name = "legal" },
]
states = [{ words = "parked", state = "declined", when = { label = "parked" } }, { words = "in the queue" }]

[fields]
feedback_class = { label = "class:" }

[[rule]]
name = "all"
concept = "feedback"
"""


def feedback(by: Rules, **parts: object) -> Feedback:
    """Map one issue that is feedback."""
    known = IssueParts(**{"type": "Feedback", **parts})  # type: ignore[typeddict-item] # whatever a test says
    return map_project([issue(1, **known)], [], {SOURCE: by}).feedback[0]


@pytest.mark.parametrize(
    ("by", "parts", "stage", "words"),
    [
        (JIRA, {"category": Category.TODO}, Stage.RECEIVED, "received"),
        (JIRA, {"category": Category.DOING}, Stage.LOOKED_AT, "being looked at"),
        (JIRA, {"category": Category.DOING, "status": "Planned"}, Stage.PLANNED, "planned"),
        (JIRA, {"category": Category.DONE, "resolution": "Done"}, Stage.DONE, "done"),
        (JIRA, {"category": Category.DONE, "resolution": "Won't Do"}, Stage.DECLINED, "not taken up"),
        (GITHUB, {"category": Category.TODO}, Stage.RECEIVED, "received"),
        (GITHUB, {"category": Category.TODO, "labels": ("triaged",)}, Stage.LOOKED_AT, "being looked at"),
        (GITHUB, {"category": Category.TODO, "labels": ("planned",)}, Stage.PLANNED, "planned"),
        (GITHUB, {"category": Category.DONE, "resolution": "completed"}, Stage.DONE, "done"),
        (GITHUB, {"category": Category.DONE, "resolution": "not_planned"}, Stage.DECLINED, "not taken up"),
    ],
)
def test_where_it_stands(by: Rules, parts: dict[str, object], stage: Stage, words: str) -> None:
    """The presets read the stage from what each tracker has for it; the rules' words stay beside it."""
    found = feedback(by, **parts)
    assert (found.stage, found.state) == (stage, words)


@pytest.mark.parametrize(
    ("by", "labels", "fields", "body", "kind", "urgency"),
    [
        (JIRA, ("feedback", "bug"), {}, "", "defect", None),
        (JIRA, ("urgency:high",), {"Feedback class": "Wunsch"}, "", "wish", Level.HIGH),
        (JIRA, (), {"Feedback class": "投诉", "Urgency": "中"}, "", "complaint", Level.MEDIUM),
        (JIRA, (), {"Feedback class": "whatever", "Urgency": "5"}, "", "", None),
        (GITHUB, ("feedback", "question", "urgency:low"), {}, "", "question", Level.LOW),
        (GITHUB, (), {}, "### Class\n\nPraise\n\n### Urgency\n\nurgent", "praise", Level.HIGH),
    ],
)
def test_class_and_urgency(
    by: Rules,
    labels: tuple[str, ...],
    fields: dict[str, FieldValue],
    body: str,
    kind: str,
    urgency: Level | None,
) -> None:
    """Read from labels, fields and headings, in three languages; what is not understood is nothing."""
    found = feedback(by, labels=labels, fields=fields, body=body)
    assert (found.kind, found.urgency) == (kind, urgency)


def test_classes_and_states_of_its_own() -> None:
    """A rule file names classes with words for the client, and states; one without a stage says none."""
    by = rules(OWN)
    parked = feedback(by, labels=("a11y", "parked"))
    assert (parked.kind, parked.kind_words) == ("accessibility", "Zugänglichkeit")
    assert (parked.stage, parked.disposition) == (Stage.DECLINED, Disposition.OPEN)
    assert feedback(by, labels=("class:legal",)).kind == "legal"
    done = feedback(by, category=Category.DONE)
    assert (done.state, done.stage) == ("in the queue", Stage.DONE)


def test_a_class_by_its_name() -> None:
    """A class is known by its name, the rules' own first, however it is written."""
    assert class_of(" LEGAL ", rules(OWN)) == "legal"
    assert class_of("Beschwerde", JIRA) == "complaint"
    assert not class_of("", JIRA)


def test_links_either_way() -> None:
    """Feedback keeps the issues at the other end of its links, each once, itself never."""
    found = map_project(
        [issue(1, type="Feedback"), issue(2), issue(3)],
        [link(1, 2), link(3, 1), link(2, 1, name="again"), link(1, 1)],
        {SOURCE: JIRA},
    )
    assert found.feedback[0].linked == ("APO-2", "APO-3")


@pytest.mark.parametrize(
    ("kind", "urgency", "touches", "priority", "row"),
    [
        ("praise", Level.HIGH, True, Level.LOW, 1),
        ("defect", Level.HIGH, False, Level.HIGH, 2),
        ("complaint", Level.LOW, True, Level.HIGH, 3),
        ("wish", Level.HIGH, True, Level.HIGH, 4),
        ("defect", None, False, Level.MEDIUM, 5),
        ("question", Level.LOW, False, Level.MEDIUM, 6),
        ("wish", Level.HIGH, False, Level.MEDIUM, 7),
        ("wish", Level.MEDIUM, True, Level.MEDIUM, 8),
        ("wish", Level.MEDIUM, False, Level.LOW, 9),
        ("", None, True, Level.LOW, 9),
    ],
)
def test_the_default_table(
    kind: str, urgency: Level | None, touches: bool, priority: Level, row: int
) -> None:
    """Worked by hand: the first row that fits gives the priority, and is named in the reason."""
    found = weigh((), kind, urgency, touches=touches)
    assert found.priority is priority
    assert found.why.endswith(f": row {row} of the default table")


def test_a_table_of_its_own_takes_the_place_of_the_default() -> None:
    """Rows of the rule file are asked alone; where none fits there is no priority."""
    body = '[[feedback.priority]]\nclasses = "legal"\nurgency = ["high", "low"]\npriority = "high"\n'
    rows = rules(body).feedback_priority
    assert rows == (Row(classes=("legal",), urgency=(Level.HIGH, Level.LOW), priority=Level.HIGH),)
    assert weigh(rows, "legal", Level.LOW, touches=False).priority is Level.HIGH
    missed = weigh(rows, "legal", Level.MEDIUM, touches=True)
    assert missed.priority is None
    assert (
        missed.why
        == "legal, urgency medium, touches a goal or milestone: no row of the table of the rules fits"
    )


@pytest.mark.parametrize(
    "body",
    ['[[feedback.priority]]\nclasses = "wish"', '[feedback]\nstates = [{ words = "x", state = "gone" }]'],
)
def test_faults_are_told(body: str) -> None:
    """A row without a priority and an unknown state are refused."""
    with pytest.raises(FaultsError, match="expected"):
        rules(body)


@given(
    kind=st.sampled_from(["", "own", *(each.value for each in FeedbackClass)]),
    urgency=st.sampled_from([None, *Level]),
    touches=st.booleans(),
)
def test_the_default_table_leaves_nothing_out(kind: str, urgency: Level | None, touches: bool) -> None:
    """Whatever feedback is, a row fits; and of what touches something none comes later for it."""
    rank = {Level.LOW: 0, Level.MEDIUM: 1, Level.HIGH: 2}
    found = weigh(DEFAULT, kind, urgency, touches=touches).priority
    nearer = weigh(DEFAULT, kind, urgency, touches=True).priority
    assert found is not None
    assert nearer is not None
    assert rank[nearer] >= rank[found]
