"""Real Jira projects are read whole. Public research data; see the documents of the tests."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from adapters.protocol import Batch, Window
from adapters.records import Category
from adapters.replay import ReplayAdapter, ReplaySettings
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.load import load_jira
from connector.demo.trackers.jira.world import JiraWorld
from tests.adapters.jira_world import NOW, adapter, environment

pytestmark = pytest.mark.real_data
SYSTEM = frozenset({"title", "type", "status", "category", "resolution", "labels", "milestones", "due_on"})


def pull(folder: Path, path: str, project: str) -> list[Batch]:
    """Return the batches of a recorded project."""
    settings = ReplaySettings(path=folder / path, format="jira", project=project)
    return list(ReplayAdapter.open(settings, environment()).pull(Window()))


LARGEST = (
    [pytest.param("jira/TIMOB", 13_928, 403, id="TIMOB")] if os.environ.get("CLIENTVIEW_SOAK") else []
)  # a quarter of a minute for one row


@pytest.mark.parametrize(
    ("path", "issues", "milestones"),
    [
        pytest.param("jira/DURACLOUD", 739, 36, id="DURACLOUD"),
        pytest.param("jira/CB", 211, 31, id="CB"),
        pytest.param("jira/DRILL", 68, 7, id="DRILL"),
        pytest.param("jira/APACHE_mixed", 222, 79, id="APACHE_mixed"),
        *LARGEST,
        pytest.param("jira/DAEMON", 317, 23, id="DAEMON"),
        pytest.param("jira/MOD", 367, 84, id="MOD"),
        pytest.param("singles/jira_atlassian_com_50", 50, 0, id="jira.atlassian.com"),
    ],
)
def test_nothing_is_quarantined(real_data: Path, path: str, issues: int, milestones: int) -> None:
    """Every issue and version of every recorded project is read, histories included."""
    batches = pull(real_data, path, "X")
    assert [one for batch in batches for one in batch.quarantined] == []
    assert sum(len(batch.issues) for batch in batches) == issues
    assert len(batches[0].milestones or ()) == milestones


def test_every_change_of_version_and_status_arrives(real_data: Path) -> None:
    """DURACLOUD's 4,826 histories hold 2,206 Fix Version and 1,375 status items, counted in the raw JSON."""
    changes = [one.field for batch in pull(real_data, "jira/DURACLOUD", "X") for one in batch.changes]
    assert (changes.count("milestones"), changes.count("status"), changes.count("category")) == (
        2206,
        1375,
        1375,
    )


def test_reads_the_issues_of_jira_cloud(real_data: Path, tmp_path: Path) -> None:
    """Agile and v3 payloads of a Cloud site: sprints as objects, parents, translated statuses."""
    name = "_raw_jira_api_issues.jsonl.gz"
    (tmp_path / "issues.jsonl.gz").symlink_to(real_data / "singles" / "devlake" / name)
    found = [one for batch in pull(tmp_path, "", "EE") for one in batch.issues]
    assert len(found) == 33
    assert sum(bool(one.iterations) for one in found) == 30
    assert sum(bool(one.parent) for one in found) == 15
    assert Category.UNKNOWN not in {one.category for one in found}


def test_tells_story_points_and_sprints_without_a_catalogue(real_data: Path) -> None:
    """In DURACLOUD 578 issues have points and 20 sprints, in fields no catalogue names."""
    found = [one for batch in pull(real_data, "jira/DURACLOUD", "DURACLOUD") for one in batch.issues]
    assert sum(one.points is not None for one in found) == 578
    assert sum(bool(one.iterations) for one in found) == 20


def test_histories_end_where_the_issue_is(real_data: Path) -> None:
    """Folding an issue's version changes forward never ends in a version the issue is not in."""
    for batch in pull(real_data, "jira/DURACLOUD", "DURACLOUD"):
        held = {one.key: set(one.milestones) for one in batch.issues}
        last: dict[tuple[str, str], bool] = {}
        for change in batch.changes:
            if change.field == "milestones":
                last[change.issue, change.new or change.old or ""] = change.new is not None
        wrong = [place for place, is_in in last.items() if is_in != (place[1] in held[place[0]])]
        assert wrong == []


def test_epics_of_the_agile_shape_are_parents(real_data: Path) -> None:
    """DAEMON's issues carry their epic as an object: its id is the parent."""
    found = {one.ref: one for batch in pull(real_data, "jira/DAEMON", "DAEMON") for one in batch.issues}
    assert found["DAEMON-1"].parent == "jira:issue:154699"
    assert found["DAEMON-1"].iterations == ("jira:sprint:582",)


@pytest.mark.parametrize("face", [JiraCloud, JiraDataCenter])
@pytest.mark.parametrize(
    ("name", "issues"),
    [("DURACLOUD", 739), ("CB", 211), ("DRILL", 68), ("DAEMON", 317), ("MOD", 367)],
)
def test_both_faces_give_what_the_recording_holds(
    real_data: Path, face: type[JiraCloud | JiraDataCenter], name: str, issues: int
) -> None:
    """Pulled over HTTP from either product, a recorded project is whole: the same issues, every change."""
    with face(served(real_data, name), clock=lambda: NOW) as server:
        batches = list(adapter(server, project=name).pull(Window()))
    assert [one for batch in batches for one in batch.quarantined] == []
    found = {one.ref: one for batch in batches for one in batch.issues}
    recorded = pull(real_data, f"jira/{name}", name)
    assert len(found) == issues
    assert found.keys() == {one.ref for batch in recorded for one in batch.issues}
    assert told(batches) == told(recorded)


def told(batches: list[Batch]) -> Counter[str]:
    """Count the changes of the fields that a site has without its own: recordings lack their definitions."""
    every = (one for batch in batches for one in batch.changes if one.field in SYSTEM)
    return Counter(str(one.field) for one in every)


def served(real_data: Path, name: str) -> JiraWorld:
    """Return a recorded project as a site that can be served."""
    folder = real_data / "jira"
    versions, project = folder / f"{name}.versions.json.gz", folder / f"{name}.project.json.gz"
    return load_jira(
        next(folder.glob(f"{name}*.issues*.jsonl.gz")),
        versions=versions if versions.exists() else None,
        project=project if project.exists() else None,
    )
