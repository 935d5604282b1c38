"""What `init` says it found: by concept, and with what its milestones are worth to a client."""

from __future__ import annotations

import datetime as dt

from adapters.protocol import Catalogue
from adapters.records import Milestone, MilestoneStatus
from connector.pipeline.drafting import Start, configuration, guesses
from connector.pipeline.landing import milestones, placed
from mappings.presets import preset_text
from mappings.rules import parse_rules

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
START = Start(
    kind="jira",
    key="apollo",
    name="Apollo",
    client="",
    language="en",
    timezone="UTC",
    publisher="",
    today=NOON.date(),
)
RULES = parse_rules(preset_text("jira-scrum"), file="jira-scrum.toml")


def milestone(name: str, *, due: bool = False, over: bool = False) -> Milestone:
    """Give a milestone."""
    status = MilestoneStatus.DONE if over else MilestoneStatus.OPEN
    return Milestone(key=name, source="s", name=name, status=status, due_on=NOON.date() if due else None)


def test_types_and_labels_are_told_by_concept() -> None:
    """One line a concept; labels that change nothing are counted, not listed."""
    types = {"Epic": 1, "Story": 0, "Bug": 0, "Risk": 0, "Sub-task": -1}
    labels = ("decision", "frontend", "backend", "feedback")
    found = guesses(Catalogue(types=types, labels=labels), RULES, seen_at=NOON)
    assert list(placed(found)) == [
        "goals: type Epic",
        "scope items: types Story, Bug",
        "risks: type Risk",
        "decisions: label decision",
        "feedback: label feedback",
        "no items of their own: type Sub-task",
        "2 more labels change nothing",
    ]


def test_long_lists_are_cut() -> None:
    """A tracker with a hundred types fits a line."""
    types: dict[str, int | None] = {f"Type {number}": 0 for number in range(12)}
    (line,) = placed(guesses(Catalogue(types=types), RULES, seen_at=NOON))
    assert line.endswith("Type 7 and 4 more")


def test_milestones_are_counted_by_what_they_are_worth() -> None:
    """Over, dated, undated; and the places for later are named."""
    found = Catalogue(
        milestones=(
            milestone("1.0", due=True, over=True),
            milestone("1.1", due=True),
            milestone("FutureRelease"),
            milestone("3.x"),
            milestone("2.0"),
        )
    )
    assert list(milestones(found)) == [
        "milestones: 1 over, 1 open with a date, 3 open without a date",
        "without a date and named like a place for later: FutureRelease, 3.x",
    ]


def test_no_promise_at_all_is_said() -> None:
    """Where no open milestone has a date, or there is none, the proposals are pointed at."""
    assert "see the proposals" in next(milestones(Catalogue()))
    *_, last = milestones(Catalogue(milestones=(milestone("1.0", due=True, over=True), milestone("Backlog"))))
    assert last.startswith("no open milestone has a date, so nothing can be late")


def test_proposals_come_from_epics_and_labels_too() -> None:
    """Without open milestones one is proposed by an epic's children, one by a label."""
    text = configuration(START, Catalogue(types={"Epic": 1}, milestones=(milestone("Backlog"),)))
    assert '# select = { parent = ["KEY-1"] }' in text
    assert '# select = { label = ["release-1"] }' in text
    assert '"Backlog"' not in text


def test_what_nobody_said_is_left_to_fill_in() -> None:
    """An empty publisher or client is no value: the example stands as a comment."""
    text = configuration(START, None)
    assert '# publisher = "Your company"' in text
    assert '# client = "Name of the client"' in text
    assert '= ""' not in text
