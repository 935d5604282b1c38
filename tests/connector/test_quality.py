"""What makes the records of a project unreliable is counted, with a few examples by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest

from adapters.records import Category, Issue, Milestone, MilestoneStatus, Quarantined
from connector.analysis.facts import Agreement, Gone
from connector.analysis.judge import judge
from connector.analysis.quality import quality
from connector.analysis.state import QualityKind, QualityNote
from connector.cli.tables import quality_lines
from tests.builders import SOURCE, day, facts, issue, milestone, released, rules, seen, version

TODAY = dt.date(2026, 9, 11)
R1 = version(1)


def placed(number: int, **overrides: object) -> Issue:
    """Make a story in R1, estimated."""
    return issue(number, **({"milestones": (R1,), "points": 3.0} | overrides))


def look(
    issues: Sequence[Issue],
    *milestones: Milestone,
    unread: Sequence[Quarantined] = (),
    zones: Mapping[str, str] | None = None,
    gone: Mapping[str, Gone] | None = None,
) -> dict[QualityKind, QualityNote]:
    """Look at a project whose rules measure points, on day 10."""
    sightings = seen(0, *(milestones or (milestone(1, due_on=TODAY),)))
    project = facts(issues, sightings=sightings, ruleset=rules("jira-scrum"), gone=gone or {})
    state = judge(project, Agreement(), as_of=day(10))
    return {one.kind: one for one in quality(project, state, today=TODAY, unread=unread, zones=zones)}


def test_a_tidy_project_has_no_note() -> None:
    """Nothing is found where nothing is wrong."""
    assert look([placed(1), placed(2)]) == {}


@pytest.mark.parametrize(
    ("kind", "odd"),
    [
        pytest.param(QualityKind.MISSING_ESTIMATE, placed(7, points=None), id="no estimate"),
        pytest.param(QualityKind.ORPHAN, placed(7, milestones=()), id="in no milestone and no goal"),
        pytest.param(
            QualityKind.DATE_IN_THE_PAST, placed(7, due_on=dt.date(2026, 9, 10)), id="due yesterday"
        ),
    ],
)
def test_an_odd_issue_is_named(kind: QualityKind, odd: Issue) -> None:
    """By what people call it."""
    assert look([placed(1), odd]) == {kind: QualityNote(kind=kind, count=1, examples=("APO-7",))}


def test_done_without_a_resolution_where_resolutions_are_used() -> None:
    """A tracker that has none lacks none."""
    done = {"category": Category.DONE, "status": "Done"}
    without = placed(1, **done)
    kind = QualityKind.DONE_WITHOUT_RESOLUTION
    assert kind not in look([without])
    assert look([without, placed(2, resolution="Done", **done)])[kind].examples == ("APO-1",)


def test_milestones_without_a_date_and_released_with_open_work() -> None:
    """One cannot slip, the other is not what it says."""
    found = look([placed(1, milestones=(version(2),))], milestone(1), released(2, TODAY))
    assert found[QualityKind.MILESTONE_WITHOUT_DATE].examples == ("R1",)
    assert found[QualityKind.RELEASED_WITH_OPEN_ISSUES].examples == ("R2",)


def test_an_open_milestone_of_yesterday_is_a_date_in_the_past() -> None:
    """A cancelled one is not waited for."""
    past = {"due_on": dt.date(2026, 9, 10)}
    found = look([placed(1)], milestone(1, **past), milestone(2, status=MilestoneStatus.CANCELLED, **past))
    assert found[QualityKind.DATE_IN_THE_PAST].examples == ("R1",)


def test_no_more_than_five_examples() -> None:
    """The count tells the rest."""
    note = look([placed(number, points=None) for number in range(1, 8)])[QualityKind.MISSING_ESTIMATE]
    assert (note.count, len(note.examples)) == (7, 5)


def test_what_can_still_be_mended_is_named_first() -> None:
    """The examples begin with unfinished work."""
    done = [placed(n, points=None, category=Category.DONE, status="Done") for n in range(1, 7)]
    note = look([*done, placed(8, points=None)])[QualityKind.MISSING_ESTIMATE]
    assert (note.count, note.examples[:2]) == (7, ("APO-8", "APO-1"))


def test_every_kind_has_its_words() -> None:
    """A person reads a sentence's worth, not the name of a value; unmapped records have their own line."""
    notes = [QualityNote(kind=kind, count=9, examples=("APO-7",)) for kind in QualityKind]
    told = list(quality_lines(notes))
    assert len(told) == len(QualityKind) - 1
    assert told[1] == "in no milestone and no goal: 9 (APO-7, …)"


def test_what_is_gone_is_not_looked_at() -> None:
    """Nobody can mend it."""
    odd = placed(2, due_on=dt.date(2026, 9, 1))
    assert look([placed(1), odd], gone={odd.key: Gone(at=day(1), why="deleted")}) == {}


def test_unreadable_issues_come_with_their_reason() -> None:
    """Field and reason, so that somebody can mend it."""
    unread = Quarantined(ref="APO-9", field="created", reason="found no date")
    note = look([placed(1)], unread=[unread])[QualityKind.UNREADABLE]
    assert note.examples == ("APO-9 (created: found no date)",)


def test_zones_are_named_where_they_differ() -> None:
    """One zone everywhere, or nobody told: nothing to say."""
    kind = QualityKind.MIXED_TIME_ZONES
    assert kind not in look([placed(1)], zones={"project": "Europe/Berlin", SOURCE: ""})
    note = look([placed(1)], zones={"project": "Europe/Berlin", SOURCE: "America/Chicago"})[kind]
    assert note.examples == (f"{SOURCE}: America/Chicago", "project: Europe/Berlin")
