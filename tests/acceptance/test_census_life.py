"""A tracker lives between syncs: issues and versions leave, come back, and change their names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from connector.demo.trackers.jira.face import JiraFace
from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk, Document, assert_balanced, by, entries, ledger
from tests.acceptance.sites import Paper, center, cloud, jira_source
from tests.trackers.worlds import after

Serve = Callable[[JiraWorld, Callable[[], dt.datetime]], AbstractContextManager[JiraFace]]
R1, R2, R3, R4, O1 = (f"jira:version:{20_001 + number}" for number in range(5))


@pytest.fixture(params=[cloud, center])
def serve(request: pytest.FixtureRequest) -> Serve:
    """Serve as one product, then as the other."""
    product: Serve = request.param
    return product


def two_projects() -> JiraWorld:
    """Return two projects of one client, eight issues and four of them."""
    world = JiraWorld()
    for key, name in (("APO", "Apollo"), ("OPS", "Operations")):
        world.project(key, name)
    due = dt.date(2026, 12, 1)
    versions = [world.version("APO", name, release_on=due) for name in ("R1", "R2", "R3", "R4")]
    world.version("OPS", "O1", release_on=due)
    world.security_level("APO", "Internal")
    stories = [
        world.issue("APO", at=after(1), summary=f"Story {n}", type="Story", fix_versions=f"R{n % 4 + 1}")
        for n in range(8)
    ]
    for number in range(4):
        world.issue("OPS", at=after(1), summary=f"Chore {number}", type="Story", fix_versions="O1")
    stories[0].hide(after(3)).reveal(after(6))
    stories[4].delete(after(3))
    stories[6].relocate(after(3), "OPS")
    versions[0].rename(after(3), "R1 final")
    versions[1].merge(after(3), versions[2])
    versions[3].delete(after(3))
    return world


def lived(desk: Desk, site: JiraFace, *projects: str) -> tuple[Document, Document]:
    """Sync, agree, sync again after what happened on day 3 and on day 6; return both later documents."""
    Paper(sources=[jira_source(desk, site, project=project) for project in projects]).write(desk)
    desk.now = after(2)
    desk.do("sync")
    desk.do("baseline", "set", "apollo", "--approved-by", "J. Doe")
    desk.now = after(3.5)
    desk.do("sync")
    then = desk.status()
    desk.now = after(6.5)
    desk.do("sync")
    return then, desk.status()


def test_what_became_of_issues_is_booked_as_what_it_is(tmp_path: Path, serve: Serve) -> None:
    """Hidden and deleted look alike to a reader, and say so; moved is moved; what is back is back."""
    desk = Desk(tmp_path)
    with serve(two_projects(), lambda: desk.now) as site:
        then, now = lived(desk, site, "APO")
    why = {one["item"]: one["why"] for one in ledger(then, "project")["entries"] if one["kind"] == "removed"}
    assert (why["APO-1"], why["APO-5"], why["APO-7"]) == ("invisible", "invisible", "moved_out")
    assert entries(ledger(now, R1)) == [("APO-5", "removed", 1)]
    for document in (then, now):
        assert_balanced(document)


def test_versions_stay_themselves_through_names_merges_and_deletion(tmp_path: Path, serve: Serve) -> None:
    """A new name is the same promise; what is merged goes over; what is deleted is not kept open."""
    desk = Desk(tmp_path)
    with serve(two_projects(), lambda: desk.now) as site:
        _, now = lived(desk, site, "APO", "OPS")
    assert by(now["milestones"], "key", R1)["name"] == "R1 final"
    states = {one["key"]: one["state"] for one in now["milestones"]}
    assert states == {R1: "open", R2: "cancelled", R3: "open", R4: "cancelled", O1: "open"}
    merged = [("APO-2", "transferred_out", 1), ("APO-6", "transferred_out", 1)]
    assert entries(ledger(now, R2)) == merged
    assert (ledger(now, R4)["baseline"], ledger(now, R4)["current"]) == (2, 0)


def test_an_issue_that_moves_between_two_sources_of_a_project_stays_one(tmp_path: Path, serve: Serve) -> None:
    """It is out of one project and in the other: of the whole nothing was removed, nothing added."""
    desk = Desk(tmp_path)
    with serve(two_projects(), lambda: desk.now) as site:
        then, now = lived(desk, site, "APO", "OPS")
    for document in (then, now):
        moved = [row for row in ledger(document, "project")["entries"] if row["item"] in {"APO-7", "OPS-5"}]
        assert moved == []
        assert ledger(document, "project")["unapproved_added"] == 0
        counts = {source["name"]: source["issues"] for source in document["sources"]}
        assert counts["jira:OPS"] == 5
