"""Every recorded Jira project, served as either product, is pulled whole: nothing is put aside.

Recordings: DuraCloud, Apache (Cordova, Drill, and issues of 19 more projects), Titanium (TIMOB,
DAEMON, MOD), and fifty issues of Atlassian's own site. Public research data and archives.
The largest, 13,928 issues, takes half a minute and is served under `CLIENTVIEW_SOAK=1` alone.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.protocol import Batch, Window
from adapters.records import Field
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.load import load_jira
from connector.demo.trackers.jira.world import JiraWorld
from tests.adapters.jira_world import NOW, adapter
from tests.conftest import CAMPAIGN

pytestmark = pytest.mark.real_data

Face = type[JiraCloud | JiraDataCenter]
FACES = [pytest.param(JiraCloud, id="cloud"), pytest.param(JiraDataCenter, id="center")]
SETS = (
    "jira/DURACLOUD.issues_changelog",
    "jira/CB.issues_changelog",
    "jira/DRILL.issues_changelog",
    "jira/APACHE_mixed.issues_changelog",
    *(("jira/TIMOB_2011-2013.issues",) if os.environ.get("CLIENTVIEW_SOAK") else ()),
    "jira/DAEMON.issues",
    "jira/MOD.issues",
    "singles/jira_atlassian_com_50.issues_changelog",
)
KEPT = {"Fix Version": Field.MILESTONES, "status": Field.STATUS, "duedate": Field.DUE}


@dataclass(slots=True)
class Found:
    """What the projects of a site hold: issues by key, changes by field, and what was put aside."""

    issues: set[str] = field(default_factory=set)
    changes: Counter[Field] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)

    def take(self, batch: Batch) -> None:
        """Add what a pull brought."""
        self.issues |= {one.ref for one in batch.issues}
        self.changes.update(Field(one.field) for one in batch.changes if one.field in KEPT.values())
        self.unread.update(f"{one.ref}: {one.field}: {one.reason}" for one in batch.quarantined)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", SETS)
def test_every_recorded_set_is_pulled_whole(
    real_data: Path, name: str, face: Face, record_property: Callable[[str, object], None]
) -> None:
    """Each issue, and each of its changes of version, status and due date, counted in the raw JSON."""
    recorded, projects = raw(real_data, name)
    found = pulled(served(real_data, name), face, projects)
    told = ", ".join(f"{count} x {why}" for why, count in found.unread.items())
    row = f"{name}, {face.__name__}: {len(found.issues)} issues, {found.changes.total()} changes"
    record_property(CAMPAIGN, f"{row}, put aside: {told or 'none'}")
    assert found.unread == {}
    assert found.issues == recorded.issues
    assert found.changes == recorded.changes


@pytest.mark.parametrize("face", FACES)
def test_what_cannot_be_read_is_put_aside_with_its_reason(real_data: Path, face: Face) -> None:
    """Alone: the other 67 issues come, and its field and the fault are named, not its content."""
    name = "jira/DRILL.issues_changelog"
    world = served(real_data, name)
    broken = next(iter(world.state_at(NOW).visible()))
    broken.fields["created"] = "the day before yesterday"
    found = pulled(world, face, {"DRILL"})
    (told,) = found.unread
    assert told.startswith(f"{broken.key}: created: ")
    assert "the day before" not in told
    assert len(found.issues) == 67


def pulled(world: JiraWorld, face: Face, projects: set[str]) -> Found:
    """Pull every project of a site."""
    found = Found()
    with face(world, clock=lambda: NOW) as server:
        server.keeps_bodies = False
        for project in sorted(projects):
            for batch in adapter(server, project=project).pull(Window()):
                found.take(batch)
    assert not server.failures
    return found


def raw(folder: Path, name: str) -> tuple[Found, set[str]]:
    """Count a recording apart from the code under test; and name its projects."""
    found, projects = Found(), set()
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            issue = json.loads(line)
            found.issues.add(issue["key"])
            projects.add(issue["fields"]["project"]["key"])
            found.changes.update(KEPT[item["field"]] for item in items(issue) if item["field"] in KEPT)
    return found, projects


def items(issue: Mapping[str, dict[str, list[dict[str, list[dict[str, str]]]]]]) -> list[dict[str, str]]:
    """Return the items of an issue's histories."""
    histories = (issue.get("changelog") or {}).get("histories", [])
    return [item for history in histories for item in history["items"]]


def served(folder: Path, name: str) -> JiraWorld:
    """Return a recording as a site that can be served."""
    stem = folder / name.partition(".")[0]
    versions, project = stem.with_suffix(".versions.json.gz"), stem.with_suffix(".project.json.gz")
    return load_jira(
        folder / f"{name}.jsonl.gz",
        versions=versions if versions.exists() else None,
        project=project if project.exists() else None,
    )
