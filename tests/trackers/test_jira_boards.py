"""Boards, sprints, security levels and versions, as both faces tell of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from connector.demo.trackers.jira.world import JiraWorld
from tests.trackers.caller import Body, Caller
from tests.trackers.servers import jira_cloud, jira_dc
from tests.trackers.worlds import DAY, NOW, after

AGILE = "/rest/agile/1.0"


@pytest.fixture
def world() -> JiraWorld:
    """Return two projects, a scrum and a kanban board, and a scrum board of the other project."""
    made = JiraWorld()
    made.project("APO", "Apollo")
    made.project("OPS", "Operations")
    for key, name, kind in (("APO", "Scrum", "scrum"), ("APO", "Flow", "kanban"), ("OPS", "Ops", "scrum")):
        made.board(key, name, kind=kind)
    return made


@pytest.fixture(params=[jira_cloud, jira_dc], ids=["cloud", "data center"])
def caller(request: pytest.FixtureRequest, world: JiraWorld) -> Iterator[Caller]:
    """Serve the world, as either product."""
    with request.param(world, clock=lambda: NOW) as server, Caller(server) as asking:
        yield asking


def rows(caller: Caller, path: str, **params: object) -> list[Body]:
    """Return every row of an agile list, page by page."""
    found: list[Body] = []
    while True:
        page = caller.get(f"{AGILE}{path}", startAt=len(found), **params).json()
        found += page["values"]
        assert page["maxResults"] == 50
        if page["isLast"]:
            return found


def test_boards_are_found_by_project_and_kind(caller: Caller) -> None:
    """By key and by kind; an unknown project is an error."""
    boards = rows(caller, "/board", projectKeyOrId="APO")
    assert [(one["name"], one["type"]) for one in boards] == [("Scrum", "scrum"), ("Flow", "kanban")]
    scrum = rows(caller, "/board", projectKeyOrId="APO", type="scrum")
    assert [one["name"] for one in scrum] == ["Scrum"]
    assert caller.get(f"{AGILE}/board", projectKeyOrId="NONE").status_code == 400


def test_a_kanban_board_has_no_sprints(caller: Caller) -> None:
    """Asked for them it answers 400 and says why."""
    refused = caller.get(f"{AGILE}/board/2/sprint")
    assert refused.status_code == 400
    assert refused.json()["errorMessages"] == ["The board does not support sprints"]


def test_sprints_come_fifty_a_page_and_by_state(world: JiraWorld, caller: Caller) -> None:
    """Sixty are two pages; `state` takes several."""
    for number in range(60):
        one = world.sprint(1, f"S {number}", start=after(number * 7), end=after(number * 7 + 7))
        if after(number * 7 + 7) < NOW:
            one.close(after(number * 7 + 7))
    states = [one["state"] for one in rows(caller, "/board/1/sprint")]
    assert len(states) == 60
    found = rows(caller, "/board/1/sprint", state="active,future")
    assert len(found) == len(states) - states.count("closed")
    future = next(one for one in found if one["state"] == "future")
    assert "startDate" not in future


def test_a_sprint_may_show_on_two_boards(world: JiraWorld, caller: Caller) -> None:
    """The same sprint, under its own board's id, on the board whose filter finds it."""
    world.sprint(1, "S 1", start=after(1), end=after(15)).show_on(after(2), 3)
    (own,), (other,) = rows(caller, "/board/1/sprint"), rows(caller, "/board/3/sprint")
    assert own == other
    assert own["originBoardId"] == 1


def test_a_sprint_is_renamed_moved_and_deleted(world: JiraWorld, caller: Caller) -> None:
    """Nothing tells of it but the next look."""
    one = world.sprint(1, "S 1", start=after(1), end=after(15))
    issue = world.issue("APO", at=after(2), summary="Login", sprint="S 1")
    one.set(after(3), name="Sprint one", end=after(20), goal="Ship")
    (shown,) = rows(caller, "/board/1/sprint")
    assert (shown["name"], shown["goal"]) == ("Sprint one", "Ship")
    assert shown["endDate"].startswith("2026-07-21T09:00")
    one.delete(NOW - DAY)
    assert rows(caller, "/board/1/sprint") == []
    api = "/rest/api/2/issue"
    assert caller.get(f"{api}/{issue.key}").json()["fields"]["customfield_10020"] is None


def test_a_project_tells_its_security_levels(world: JiraWorld, caller: Caller) -> None:
    """Those made for it and those its issues have; none of another project's."""
    world.security_level("APO", "Internal")
    world.security_level("OPS", "Operators")
    levels = caller.get("/rest/api/2/project/APO/securitylevel").json()["levels"]
    assert [one["name"] for one in levels] == ["Internal"]
    assert set(levels[0]) >= {"id", "name", "description", "self"}


def test_a_merged_version_leaves_its_issues_to_the_other(world: JiraWorld, caller: Caller) -> None:
    """It is gone; its issues hold the other one, once, and no changelog says so."""
    old = world.version("APO", "R1", release_on=dt.date(2026, 10, 1))
    new = world.version("APO", "R2")
    both = world.issue("APO", at=after(1), summary="Both", fix_versions=["R1", "R2"])
    old.merge(after(5), new)
    shown = caller.get(f"/rest/api/2/issue/{both.key}", expand="changelog").json()
    assert [one["name"] for one in shown["fields"]["fixVersions"]] == ["R2"]
    assert shown["changelog"]["total"] == 0
    assert [one["name"] for one in caller.get("/rest/api/2/project/APO/versions").json()] == ["R2"]
