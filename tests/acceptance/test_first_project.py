"""From nothing to a published page, on every tracker, with no line of the drafted configuration edited."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from connector.clock import Clock
from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk, assert_balanced, entries, ledger
from tests.acceptance.sites import center, cloud, hub

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Begun:
    """A project that `init` drafted: its desk and key, the milestone, an item's name, the day agreed."""

    desk: Desk
    key: str
    milestone: str
    late_item: str
    agreed_on: dt.date


def jira_story(today: dt.datetime) -> JiraWorld:
    """Return a Jira project that is sixty days old: four agreed stories, and a fifth later."""
    world = JiraWorld()
    world.project("APO", "Apollo web shop")
    world.version("APO", "R1", at=today - 60 * DAY, release_on=(today + 20 * DAY).date())
    epic = world.issue("APO", at=today - 59 * DAY, summary="Checkout", type="Epic")
    for number in range(4):
        story = world.issue(
            "APO",
            at=today - 58 * DAY,
            summary=f"Story {number}",
            type="Story",
            parent=epic.key,
            fix_versions="R1",
        )
        if number < 2:
            story.move(today - 40 * DAY, "Done", "Done")
    world.issue(
        "APO", at=today - 10 * DAY, summary="One more", type="Story", parent=epic.key, fix_versions="R1"
    )
    return world


def github_story(today: dt.datetime) -> GitHubWorld:
    """Return the same as a GitHub repository."""
    world = GitHubWorld("acme/apollo")
    r1 = world.milestone("R1", at=today - 60 * DAY, due_on=(today + 20 * DAY).date())
    epic = world.issue("Checkout", at=today - 59 * DAY, labels=["epic"])
    for number in range(4):
        story = world.issue(f"Story {number}", at=today - 58 * DAY, milestone=r1)
        epic.sub_issue(today - 57 * DAY, story)
        if number < 2:
            story.close(today - 40 * DAY)
    late = world.issue("One more", at=today - 10 * DAY, milestone=r1)
    epic.sub_issue(today - 10 * DAY + dt.timedelta(minutes=1), late)
    return world


@pytest.fixture(scope="module", params=["cloud", "center", "github"])
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    """Serve a tracker, look at it with `init --yes`, and pull it, by the real clock."""
    desk = Desk(tmp_path_factory.mktemp(request.param), is_rehearsed=False)
    today = Clock().now().replace(microsecond=0)
    agreed_on = (today - 20 * DAY).date()
    if request.param == "github":
        with hub(github_story(today), Clock().now) as server:
            desk.env["TRACKER_TOKEN"] = server.token
            where = ["--repository", "acme/apollo", "--api", f"{server.url}/api/v3"]
            desk.do("init", "--kind", "github", "--yes", *where, "--token", "env:TRACKER_TOKEN")
            yield Begun(desk, "apollo", "github:acme/apollo:milestone:1", "apollo#6", agreed_on)
        return
    serve = cloud if request.param == "cloud" else center
    with serve(jira_story(today), Clock().now) as site:
        desk.env |= {"TRACKER_TOKEN": site.token, "TRACKER_EMAIL": site.email}
        where = ["--site", site.url, "--project", "APO", "--token", "env:TRACKER_TOKEN"]
        where += ["--email", "env:TRACKER_EMAIL"] if request.param == "cloud" else []
        desk.do("init", "--kind", "jira", "--yes", *where)
        yield Begun(desk, "apo", "jira:version:20001", "APO-6", agreed_on)


def test_the_whole_job_with_no_line_edited(begun: Begun) -> None:
    """Check, sync, agree on a past day, preview, publish; the ledger knows the creep."""
    desk, key = begun.desk, begun.key
    drafted = desk.config.read_bytes()
    desk.do("check")
    assert "6 issues" in desk.do("check", "--online").out
    desk.do("sync")
    before = desk.status(key)
    assert ledger(before, "project")["baseline"] is None
    assert ledger(before, "project")["current"] == 5

    desk.do("baseline", "set", key, "--on", begun.agreed_on.isoformat(), "--approved-by", "J. Doe, Acme")
    after = desk.status(key)
    assert_balanced(after)
    row = ledger(after, begun.milestone)
    assert entries(row) == [(begun.late_item, "unapproved_add", 1)]
    assert (row["baseline"], row["unapproved_added"], row["current"]) == (4, 1, 5)
    assert row["creep_ratio"] == pytest.approx(0.25)

    assert "R1" in desk.do("preview", key).out
    assert desk.run("publish", key).code == 4
    assert "edition 1 published" in desk.do("publish", key, "--approved-by", "P. Manager").out
    page = desk.published()[f"{key}/client/index.html"]
    assert b"R1" in page
    assert b"Checkout" in page
    assert b"One more" not in page
    assert "nothing changed" in desk.do("publish", key, "--approved-by", "P. Manager").out
    (edition,) = desk.do("editions", "list", key, "--json").rows
    assert (edition["number"], edition["approved_by"]) == (1, "P. Manager")
    assert desk.config.read_bytes() == drafted
    tomllib.loads(drafted.decode())


def test_status_of_all_projects_is_one_line_each(begun: Begun) -> None:
    """Without a project `status` prints a head and a line a project."""
    begun.desk.do("sync")
    _head, line = begun.desk.do("status").out.splitlines()
    assert line.startswith(begun.key)
    assert "R1" in line


def test_init_overwrites_nothing(begun: Begun) -> None:
    """A second `init` refuses and leaves the file alone."""
    drafted = begun.desk.config.read_bytes()
    assert begun.desk.run("init", "--kind", "jira", "--yes").code == 2
    assert begun.desk.config.read_bytes() == drafted
