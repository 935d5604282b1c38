"""A world is the sum of its acts up to a moment, in whatever order they were told."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.demo.trackers.jira.world import JiraWorld
from connector.demo.trackers.world import World
from tests.trackers.worlds import DAY, NOW, START, after, apollo, orbit


@given(
    st.lists(st.integers(0, 50), max_size=30),
    st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=10),
)
def test_a_state_holds_what_happened_until_then(days: list[int], asked: list[tuple[int, bool]]) -> None:
    """Whatever the order of telling and asking, a state holds the acts up to the moment, by time."""
    world: World[list[int]] = World(list)
    told: list[int] = []

    def tell(day: int) -> None:
        world.act(after(day), lambda state: state.append(day))
        told.append(day)

    for day in days:
        tell(day)
    for moment, more in asked:
        if more:
            tell(moment)
        assert world.state_at(after(moment)) == sorted(day for day in told if day <= moment)


def test_acts_of_the_future_have_not_happened() -> None:
    """As of a day, an issue created later is not there, and one moved later has not moved."""
    world = apollo()
    assert [issue.key for issue in world.state_at(after(1)).visible()] == ["APO-1", "APO-2"]
    login = world.state_at(after(1)).find("APO-2")
    assert login is not None
    assert login.fields["status"]["name"] == "To Do"
    assert login.histories == []


def test_going_back_and_forth_gives_the_same_history() -> None:
    """Replaying a world changes neither ids nor content of what it tells."""
    world = apollo()
    late = [issue.histories for issue in world.state_at(NOW).visible()]
    world.state_at(START)
    assert [issue.histories for issue in world.state_at(NOW).visible()] == late
    repository = orbit()
    events = [issue.events for issue in repository.state_at(NOW).here()]
    repository.state_at(START)
    assert [issue.events for issue in repository.state_at(NOW).here()] == events


def test_first_values_leave_no_trace_in_a_changelog() -> None:
    """What an issue was created with appears in no history entry."""
    issue = apollo().state_at(after(1)).find("APO-2")
    assert issue is not None
    assert [version["id"] for version in issue.fields["fixVersions"]] == ["20001"]
    assert issue.histories == []


def test_one_act_is_one_history_entry() -> None:
    """A move between versions is two items of one entry, one element each."""
    issue = apollo().state_at(NOW).find("APO-2")
    assert issue is not None
    moved = next(entry for entry in issue.histories if entry["items"][0]["fieldId"] == "fixVersions")
    assert [(item["from"], item["to"]) for item in moved["items"]] == [("20001", None), (None, "20002")]


def test_labels_are_told_as_whole_lists() -> None:
    """A label change holds the list before and after, as text, without ids."""
    issue = apollo().state_at(NOW).find("APO-2")
    assert issue is not None
    items = [item for entry in issue.histories for item in entry["items"] if item["fieldId"] == "labels"]
    assert [(i["from"], i["fromString"], i["to"], i["toString"]) for i in items] == [
        (None, "client", None, "client late")
    ]


def test_a_link_is_told_on_both_sides_under_one_id() -> None:
    """Blocker and blocked each hold the link, from their own side, with the same id."""
    state = apollo().state_at(NOW)
    blocked, blocker = state.find("APO-2"), state.find("APO-4")
    assert blocked is not None
    assert blocker is not None
    inward, outward = blocked.fields["issuelinks"][0], blocker.fields["issuelinks"][0]
    assert inward["id"] == outward["id"]
    assert inward["inwardIssue"]["key"] == "APO-4"
    assert outward["outwardIssue"]["key"] == "APO-2"


def test_moving_between_projects_keeps_the_id_and_finds_the_old_key() -> None:
    """A relocated issue has a new key, the same id, and answers to its former key."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    world.project("OPS", "Operations")
    issue = world.issue("APO", at=START, summary="Wanderer").relocate(after(1), "OPS")
    state = world.state_at(NOW)
    found = state.find("APO-1")
    assert found is not None
    assert (found.id, found.key) == (issue.id, "OPS-1")
    assert [item["field"] for item in found.histories[0]["items"]] == ["project", "Key"]


def test_deleting_a_version_takes_it_off_issues_without_a_word() -> None:
    """Issues lose a deleted version, and no changelog tells of it."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    release = world.version("APO", "R1")
    world.issue("APO", at=START, summary="Orphan", fix_versions="R1")
    release.delete(after(1))
    issue = world.state_at(NOW).find("APO-1")
    assert issue is not None
    assert issue.fields["fixVersions"] == []
    assert issue.histories == []


def test_a_released_version_forgets_its_plan() -> None:
    """Releasing rewrites the release date to that day, as Jira's screen does."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    world.version("APO", "R1", release_on=dt.date(2026, 8, 1)).release(after(60))
    (version,) = world.state_at(NOW).versions.values()
    assert (version["released"], version["releaseDate"]) == (True, (START + 60 * DAY).date().isoformat())


def test_a_name_that_is_not_there_is_told() -> None:
    """A story that names an unknown version, status or project fails by that name."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    world.issue("APO", at=START, summary="Lost", fix_versions="R9")
    with pytest.raises(KeyError, match="R9"):
        world.state_at(NOW)


def test_adding_a_sub_issue_does_not_touch_the_parent() -> None:
    """The parent's `updated_at` stays where it was; its timeline tells of the child."""
    state = orbit().state_at(NOW)
    shop, login = state.issues[1], state.issues[2]
    assert shop.row["updated_at"] == "2026-07-02T09:00:00Z"
    assert [event["event"] for event in shop.events] == [
        "labeled",
        "sub_issue_added",
        "blocking_added",
    ]
    assert "parent_issue_added" in [event["event"] for event in login.events]


def test_a_sub_issue_that_is_let_go_is_told_on_both_sides() -> None:
    """Parent and child each have an event, and the child has no parent any more."""
    world = orbit()
    world.existing(1).drop_sub_issue(after(20), world.existing(2))
    state = world.state_at(NOW)
    assert [state.issues[number].events[-1]["event"] for number in (1, 2)] == [
        "sub_issue_removed",
        "parent_issue_removed",
    ]
    assert state.parents == {}


def test_a_move_between_milestones_is_two_events_by_title() -> None:
    """GitHub tells a move as demilestoned and milestoned, with titles of that day only."""
    events = orbit().state_at(NOW).issues[2].events
    told = [(one["event"], one["milestone"]) for one in events if "milestone" in one]
    assert told == [
        ("milestoned", {"title": "R1"}),
        ("demilestoned", {"title": "R1"}),
        ("milestoned", {"title": "R2"}),
    ]


def test_a_due_date_is_midnight_in_california() -> None:
    """A milestone's due date is kept as 07:00Z in summer and 08:00Z in winter."""
    milestones = orbit().state_at(NOW).milestones
    assert [row["due_on"] for row in milestones.values()] == ["2026-10-01T07:00:00Z", "2026-12-15T08:00:00Z"]
