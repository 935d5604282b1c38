"""Several sources, several sites, several projects, shared trackers, milestones made by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk, assert_balanced, by, entries, ledger
from tests.acceptance.sites import HEAD, Paper, cloud, github_source, hub, jira_source
from tests.trackers.worlds import after, apollo, orbit

NOBODY = "http://127.0.0.1:9"  # nothing listens there


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a desk in a folder of its own."""
    return Desk(tmp_path)


def agree(desk: Desk, on: float = 0.5) -> None:
    """Set a baseline on a day of the story."""
    desk.do("baseline", "set", "apollo", "--on", f"{after(on):%Y-%m-%dT%H:%M:%SZ}", "--approved-by", "J. Doe")


def test_two_trackers_make_one_picture(desk: Desk) -> None:
    """Goals and milestones of both stand side by side; `project` holds the items of both."""
    with cloud(apollo(), lambda: desk.now) as site, hub(orbit(), lambda: desk.now) as server:
        Paper(sources=[jira_source(desk, site), github_source(desk, server)]).write(desk)
        desk.do("sync")
        agree(desk, 5)
        document = desk.status()
        page = desk.do("publish", "apollo", "--reason", "R1 is late for reasons we tell by phone").out
    assert_balanced(document)
    counts = {source["name"]: source["issues"] for source in document["sources"]}
    assert counts == {"jira:APO": 5, "github:acme/apollo": 3}
    assert {milestone["key"] for milestone in document["milestones"]} == {
        "jira:version:20001",
        "jira:version:20002",
        "github:acme/apollo:milestone:1",
        "github:acme/apollo:milestone:2",
    }
    assert {goal["key"].partition(":")[0] for goal in document["goals"]} == {"jira", "github"}
    assert {risk["key"] for risk in document["risks"]} == {"jira:issue:10005"}
    assert "edition 1" in page


def test_two_sites_go_by_their_names(desk: Desk) -> None:
    """A source's name stands for `jira` in keys and in the source's name; equal ids do not collide."""
    with cloud(apollo(), lambda: desk.now) as one, cloud(apollo(), lambda: desk.now) as other:
        Paper(sources=[jira_source(desk, one, name="acme"), jira_source(desk, other, name="supplier")]).write(
            desk
        )
        desk.do("sync")
        document = desk.status()
        Paper(sources=[jira_source(desk, one), jira_source(desk, other)]).write(desk)
        refused = desk.run("check")
    assert [source["name"] for source in document["sources"]] == ["acme:APO", "supplier:APO"]
    keys = {milestone["key"] for milestone in document["milestones"]}
    assert keys == {f"{name}:version:{number}" for name in ("acme", "supplier") for number in (20001, 20002)}
    for name in ("acme", "supplier"):
        assert ledger(document, f"{name}:version:20002")["current"] == 1
    assert ledger(document, "project")["current"] == 4
    assert refused.code == 2
    assert "name" in refused.err


def test_a_milestone_made_by_hand(desk: Desk) -> None:
    """It goes by `config:KEY`, holds what its selection fits, and its date moves like any other's."""
    launch = """
  [[project.milestone]]
  key = "launch"
  name = "Public launch"
  due_on = {due}
  select = {{ label = ["client"] }}

  [project.audience.client]
  approval = "never"
"""
    with cloud(apollo(), lambda: desk.now) as site:
        paper = Paper(sources=[jira_source(desk, site)], more=launch.format(due="2026-12-01"))
        paper.write(desk)
        desk.do("sync")
        desk.do("baseline", "set", "apollo", "--approved-by", "J. Doe")
        desk.now += dt.timedelta(days=1)
        paper.more = launch.format(due="2026-12-15")
        paper.write(desk)
        desk.do("sync")
        document = desk.status()
        desk.do("publish", "apollo")
    made = by(document["milestones"], "key", "config:launch")
    assert (made["name"], made["due_on"], made["baseline_on"]) == (
        "Public launch",
        "2026-12-15",
        "2026-12-01",
    )
    assert [(move["from"], move["to"]) for move in made["moves"]] == [("2026-12-01", "2026-12-15")]
    assert made["variance_working_days"]["baseline"] == 10
    assert ledger(document, "config:launch")["current"] == 1
    assert "Public launch" in desk.published()["apollo/client/index.html"].decode()


@pytest.mark.parametrize(
    "select",
    [
        pytest.param('parent = "APO-1"', id="parent by what people call it"),
        pytest.param('parent = "jira:issue:10001"', id="parent by key"),
        pytest.param('milestone = "R2"', id="milestone of the tracker by name"),
        pytest.param('iteration = "1", label = ["nobody", "LATE"]', id="sprint by number, label in any case"),
        pytest.param('type = "Story", component = "Checkout", status = "Done"', id="every list must fit"),
    ],
)
def test_what_a_milestone_made_by_hand_selects(desk: Desk, select: str) -> None:
    """Any word of every list: each of these fits the one login story."""
    with cloud(apollo(), lambda: desk.now) as site:
        more = f'\n  [[project.milestone]]\n  key = "m"\n  name = "M"\n  select = {{ {select} }}\n'
        Paper(sources=[jira_source(desk, site)], more=more).write(desk)
        desk.do("sync")
        assert ledger(desk.status(), "config:m")["current"] == 1


def test_one_project_that_fails_stops_no_other(desk: Desk) -> None:
    """Exit 3; the others are stored and can be published; the failed one's store and page stay."""
    with cloud(apollo(), lambda: desk.now) as site:
        good = [Paper(key=key, sources=[jira_source(desk, site)]) for key in ("apollo", "borealis", "ceres")]
        bad = Paper(key="broken", sources=[jira_source(desk, site).replace(site.url, NOBODY)])
        projects = [good[0], bad, *good[1:]]
        desk.config.write_text(HEAD + "".join(paper.project() for paper in projects), encoding="utf-8")
        ended = desk.run("sync", "--json")
        assert ended.code == 3
        assert [one["exit_code"] for one in ended.document["projects"]] == [0, 3, 0, 0]
        assert {desk.status(key)["sources"][0]["issues"] for key in ("apollo", "borealis", "ceres")} == {5}
        assert desk.status("broken")["sources"][0]["complete"] is False
        assert desk.status("broken")["health"]["status"] == "unknown"
        desk.do("publish", "ceres")
        assert desk.run("publish", "broken").code == 4
        assert len(desk.do("status").out.splitlines()) >= 5
        assert desk.run("sync", "apollo", "ceres").code == 0
        assert desk.run("sync", "broken").code == 3


def test_defaults_and_included_files(desk: Desk) -> None:
    """`[defaults]` holds any project key; an included file is a project; faults name their file."""
    with cloud(apollo(), lambda: desk.now) as site:
        head = 'include = ["projects/*.toml"]\n' + HEAD
        head += '\n[defaults]\ntimezone = "Asia/Tokyo"\n[defaults.audience.client]\napproval = "never"\n'
        desk.config.write_text(head, encoding="utf-8")
        (desk.folder / "projects").mkdir()
        for key in ("apollo", "borealis"):
            table = f'[[project]]\nkey = "{key}"\nname = "Project {key}"\n' + jira_source(desk, site)
            (desk.folder / f"projects/{key}.toml").write_text(table, encoding="utf-8")
        desk.do("sync")
        desk.do("publish", "apollo")
        early = desk.status("borealis", "--as-of", "2026-10-01")
    assert early["as_of"].startswith("2026-10-01T14:59:59")
    wrong = desk.folder / "projects/borealis.toml"
    wrong.write_text(wrong.read_text().replace("name =", "naem ="), encoding="utf-8")
    refused = desk.run("check")
    assert refused.code == 2
    assert "borealis.toml:3" in refused.err
    assert "name" in refused.err


def test_init_adds_projects_and_overwrites_nothing(desk: Desk) -> None:
    """A second and a third client get files of their own; what was written before stays as it was."""
    with cloud(apollo(), lambda: desk.now) as site, hub(orbit(), lambda: desk.now) as server:
        desk.env |= {"T_J": site.token, "T_E": site.email, "T_G": server.token}
        jira = ["--kind", "jira", "--site", site.url, "--project", "APO", "--email", "env:T_E"]
        jira += ["--token", "env:T_J", "--yes"]
        github = ["--kind", "github", "--repository", "acme/apollo", "--api", f"{server.url}/api/v3"]
        github += ["--token", "env:T_G", "--yes"]
        desk.do("init", *jira)
        first = desk.config.read_text()
        desk.do("init", *github, "--add", "orbit")
        second = (desk.folder / "projects/orbit.toml").read_bytes()
        assert desk.run("init", *github, "--add", "orbit").code == 2
        desk.do("init", *jira, "--add", "third")
        assert (desk.folder / "projects/orbit.toml").read_bytes() == second
        assert first.partition("[site]")[2] in desk.config.read_text()
        desk.do("sync")
        assert [line.split()[0] for line in desk.do("status").out.splitlines()[1:] if line.split()][:1]
        assert desk.status("orbit")["sources"][0]["issues"] == 3
        assert "share 5 issues" in desk.do("check", "--online").out


def shared_jira() -> JiraWorld:
    """Tell of two clients in one Jira project, told apart by a label; one issue changes hands."""
    world = JiraWorld()
    world.project("APO", "Shared")
    world.version("APO", "R1", at=after(0), release_on=dt.date(2026, 12, 15))
    for number in range(3):
        world.issue(
            "APO", at=after(1), summary=f"Ours {number}", type="Story", labels=["acme"], fix_versions="R1"
        )
        world.issue(
            "APO", at=after(1), summary=f"Theirs {number}", type="Epic", labels=["other"], fix_versions="R1"
        )
    issue = world.issue(
        "APO", at=after(1), summary="Leaves", type="Story", labels=["acme"], fix_versions="R1"
    )
    issue.label(after(8), add="other", remove="acme")
    return world


def test_a_selection_of_a_shared_jira_project(desk: Desk) -> None:
    """What is outside is never read or shown; what leaves the selection is booked as moved out."""
    with cloud(shared_jira(), lambda: desk.now) as site:
        Paper(sources=[jira_source(desk, site, select="labels = acme")]).write(desk)
        desk.now = after(5)
        desk.do("sync")
        desk.do("baseline", "set", "apollo", "--approved-by", "J. Doe")
        desk.now = after(10)
        desk.do("sync", "--full")
        document = desk.status()
        desk.do("publish", "apollo")
    row = ledger(document, "jira:version:20001")
    assert_balanced(document)
    assert (row["baseline"], row["current"]) == (4, 3)
    assert entries(row) == [("APO-7", "removed", 1)]
    assert "moved" in row["entries"][0]["why"]
    assert document["goals"] == []
    assert document["sources"][0]["issues"] == 3
    everything = b"".join(path.read_bytes() for path in desk.folder.rglob("*") if path.is_file())
    assert b"Theirs" not in everything


def test_a_selection_of_a_shared_repository(desk: Desk) -> None:
    """On GitHub labels select; the same holds."""
    world = GitHubWorld("acme/apollo")
    r1 = world.milestone("R1", at=after(0), due_on=dt.date(2026, 12, 15))
    for number in range(3):
        world.issue(f"Ours {number}", at=after(1), labels=["client: acme"], milestone=r1)
        world.issue(f"Theirs {number}", at=after(1), labels=["client: other", "epic"], milestone=r1)
    leaves = world.issue("Leaves", at=after(1), labels=["client: acme"], milestone=r1)
    leaves.label(after(8), remove="client: acme", add="client: other")
    with hub(world, lambda: desk.now) as server:
        Paper(sources=[github_source(desk, server, select=["client: acme"])]).write(desk)
        desk.now = after(5)
        desk.do("sync")
        desk.do("baseline", "set", "apollo", "--approved-by", "J. Doe")
        desk.now = after(7.9)
        desk.do("sync")
        desk.now = after(8.1)
        assert desk.do("sync", "--json").document["projects"][0]["sources"][0]["counted"] is None
        document = desk.status()
    row = ledger(document, "github:acme/apollo:milestone:1")
    assert (row["baseline"], row["current"]) == (4, 3)
    assert entries(row) == [("apollo#7", "removed", 1)]
    assert "moved" in row["entries"][0]["why"]
    everything = b"".join(path.read_bytes() for path in desk.folder.rglob("*") if path.is_file())
    assert b"Theirs" not in everything
