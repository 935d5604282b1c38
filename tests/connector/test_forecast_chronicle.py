"""A chronicle tells what lay where when, what was planned, how it ended, each since it was known."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.protocol import DateHint
from adapters.records import (
    Category,
    Field,
    Iteration,
    IterationSighting,
    IterationStatus,
    Link,
    LinkKind,
    MilestoneStatus,
)
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, Gone, HandMilestone, ProjectFacts
from connector.analysis.forecast.chronicle import Chronicle, Finish, Kind, Plan, Spell, Stay, Turn, chronicle
from connector.analysis.walk import histories
from tests import builders
from tests.builders import change, closed, day, facts, issue, milestone, moved, released, seen, version


def told(known: ProjectFacts, **options: Any) -> Chronicle:
    """Return the chronicle of facts."""
    return chronicle(known, histories(known), **({"timezone": "UTC"} | options))


def in_one(number: int = 1, **overrides: Any) -> Any:
    """Return an issue in version 1."""
    return issue(number, **({"milestones": (version(1),)} | overrides))


def test_items_stay_from_entering_to_leaving() -> None:
    """An item lies in a container from the change that put it there to the one that took it out."""
    found = told(
        facts([issue(1, milestones=(version(2),))], [*moved(1, 3, into=1), *moved(1, 8, out=1, into=2)])
    )
    assert found.tracks[version(1)].stays == (Stay(item="jira:issue:1", entered_at=day(3), left_at=day(8)),)
    assert found.tracks[version(2)].stays == (Stay(item="jira:issue:1", entered_at=day(8)),)


def test_what_is_dropped_or_gone_leaves() -> None:
    """An item that is dropped, or no longer found, leaves its containers at that instant."""
    dropped = in_one(1, category=Category.DONE, status="Done", resolution="Won't Do")
    known = facts([dropped, in_one(2)], closed(1, 5, resolution="Won't Do"))
    known = facts(
        known.issues, known.changes["jira:issue:1"], gone={"jira:issue:2": Gone(at=day(9), why="deleted")}
    )
    stays = {stay.item: stay.left_at for stay in told(known).tracks[version(1)].stays}
    assert stays == {"jira:issue:1": day(5), "jira:issue:2": day(9)}


def test_spells_tell_work_done_and_undone() -> None:
    """An item is done from its close on, and not done from its being opened again."""
    reopened = change(1, 9, Field.CATEGORY, old=Category.DONE, new=Category.TODO)
    solved = change(1, 9, Field.RESOLUTION, old="1", old_text="Done", new=None)
    found = told(facts([in_one()], [*closed(1, 4), reopened, solved]))
    assert found.spells["jira:issue:1"] == (Spell(at=day(4), done=True), Spell(at=day(9), done=False))


def test_sightings_of_what_is_open_are_plans() -> None:
    """Each date of an open milestone is a plan from its sighting on; that of a released one is none."""
    first, second = dt.date(2026, 10, 1), dt.date(2026, 10, 20)
    known = facts(
        [in_one()],
        sightings=[
            *seen(1, milestone(1, due_on=first)),
            *seen(2, milestone(1, due_on=first)),
            *seen(3, milestone(1, due_on=second)),
            *seen(60, released(1, dt.date(2026, 10, 28))),
        ],
    )
    track = told(known).tracks[version(1)]
    assert track.plans == (Plan(at=day(1), day=first), Plan(at=day(3), day=second))
    assert track.finish == Finish(day=dt.date(2026, 10, 28))


def test_a_webhook_tells_the_date_before() -> None:
    """What a webhook says of a moved date are two plans, both known from then on."""
    old, new = dt.date(2026, 10, 1), dt.date(2026, 10, 9)
    hint = DateHint(key=version(1), name="R1", at=day(2), old_on=old, new_on=new)
    track = told(facts([in_one()], hints=(hint,))).tracks[version(1)]
    assert track.plans == (Plan(at=day(2), day=old), Plan(at=day(2), day=new))


def test_agreed_dates_are_plans_of_their_own() -> None:
    """A date agreed in a baseline is known from the baseline's instant, and marked as agreed."""
    due = dt.date(2026, 10, 1)
    known = facts([in_one()], sightings=seen(1, milestone(1, due_on=due)))
    approval = Approval(approved_by="J. Doe")
    baseline = take(known, Agreement(), on_at=day(2), recorded_at=day(2), approval=approval, number=1)
    track = told(known, agreed=[baseline]).tracks[version(1)]
    assert track.plans == (Plan(at=day(1), day=due), Plan(at=day(2), day=due, agreed=True))


def test_a_release_counts_from_its_day() -> None:
    """A release told late counts from the start of its day in the project's zone."""
    known = facts([in_one()], sightings=seen(90, released(1, dt.date(2026, 10, 1))))
    track = told(known, timezone="Europe/Berlin").tracks[version(1)]
    began_at = dt.datetime(2026, 9, 30, 22, 0, tzinfo=dt.UTC)
    assert track.turns == (Turn(at=began_at, status=MilestoneStatus.DONE, day=dt.date(2026, 10, 1)),)


def test_reopening_ends_a_finish() -> None:
    """A milestone seen open after its end was finished only until then."""
    done = milestone(1, status=MilestoneStatus.DONE, closed_at=day(20))
    track = told(facts([in_one()], sightings=[*seen(21, done), *seen(30, milestone(1))])).tracks[version(1)]
    assert [(turn.at, turn.status) for turn in track.turns] == [
        (day(20), MilestoneStatus.DONE),
        (day(30), MilestoneStatus.OPEN),
    ]
    assert track.finish is None
    assert track.status_at(day(25)) is MilestoneStatus.DONE


def test_what_the_tracker_no_longer_shows_is_cancelled() -> None:
    """An open milestone missing from a later look is cancelled from that look on."""
    known = facts([in_one()], sightings=[*seen(1, milestone(1), milestone(2)), *seen(5, milestone(2))])
    track = told(known).tracks[version(1)]
    assert track.cancelled
    assert track.status_at(day(4)) is MilestoneStatus.OPEN


def test_sprints_have_a_plan_from_being_seen() -> None:
    """A sprint's planned end is known from its sighting; of one first seen closed, from its close."""
    key, ended_at = "jira:sprint:7", day(15)
    seen_closed = Iteration(
        key=key,
        source=builders.SOURCE,
        name="Sprint 7",
        status=IterationStatus.CLOSED,
        start_at=day(0),
        end_at=day(14),
        completed_at=ended_at,
    )
    sightings = (IterationSighting(seen_at=day(40), iteration=seen_closed),)
    track = told(facts([issue(1, iterations=(key,))], iterations=sightings)).tracks[key]
    assert track.kind is Kind.ITERATION
    assert track.plans == (Plan(at=ended_at, day=day(14).date()),)
    assert track.finish == Finish(day=ended_at.date())
    assert [stay.item for stay in track.stays] == ["jira:issue:1"]


def test_goals_end_with_their_issue() -> None:
    """A goal holds what stands under it, and ends when its issue is closed."""
    epic = issue(9, type="Epic", level=1, category=Category.DONE, status="Done", resolution="Done")
    known = facts([epic, issue(1, parent="jira:issue:9")], closed(9, 12))
    track = told(known).tracks["jira:issue:9"]
    assert track.kind is Kind.GOAL
    assert track.finish == Finish(day=day(12).date())


def test_a_milestone_made_by_hand_ends_when_nothing_joins() -> None:
    """No tracker closes it: it ends with its last item, known two quiet weeks later."""
    hand = HandMilestone(key="config:beta", select={"label": ("beta",)})
    done = issue(1, labels=("beta",), category=Category.DONE, status="Done", resolution="Done")
    sighting = seen(0, milestone(1, key="config:beta", source="config"))
    known = facts([done], closed(1, 5), hand_milestones=(hand,), sightings=sighting)
    track = told(known).tracks["config:beta"]
    assert track.kind is Kind.GROUP
    assert track.turns == (Turn(at=day(19), status=MilestoneStatus.DONE, day=day(5).date()),)


def test_links_tell_what_waits() -> None:
    """An item that blocks others is told with them."""
    link = Link(id="1", source=builders.SOURCE, a="jira:issue:1", b="jira:issue:2", kind=LinkKind.BLOCKS)
    found = told(facts([in_one(1), in_one(2)], links=(link,)))
    assert found.blocks == {"jira:issue:1": ("jira:issue:2",)}
