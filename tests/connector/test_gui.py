"""The time machine against what a poller really saw: bitcoin-core/gui on GitHub, 341 issues.

Public data: an hourly backup of the repository; `captured_at` is when the state was seen.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.github.adapter import GitHubAdapter
from adapters.records import Category, Issue, Milestone, MilestoneSighting
from connector.analysis.facts import ProjectFacts
from connector.analysis.history import at as version_at
from connector.analysis.walk import histories
from connector.demo.trackers.github.load import load_github
from connector.demo.trackers.github.server import GitHubServer
from tests.builders import rules
from tests.connector.pulled import open_source, pull_facts, with_sightings

pytestmark = pytest.mark.real_data
PREFIX = "github:bitcoin-core/gui:"


def lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as text:
        return [json.loads(line) for line in text]


@pytest.fixture(scope="module", params=["graphql", "rest"])
def pulled(request: pytest.FixtureRequest, real_data: Path) -> ProjectFacts:
    """Return the repository as pulled from a served copy, with the titles that were seen over time."""
    folder = real_data / "github"
    snapshots = folder / "bitcoin-core_gui.milestone_snapshots.jsonl.gz"
    world = load_github(
        "bitcoin-core/gui",
        folder / "bitcoin-core_gui.issues.jsonl.gz",
        pulls=folder / "bitcoin-core_gui.pulls.jsonl.gz",
        milestones=snapshots,
    )
    with GitHubServer(world) as server:
        if request.param == "rest":
            server.graphql_status = 404
        settings = {"repository": "bitcoin-core/gui", "token": server.token, "api": server.url}
        facts = pull_facts(open_source(GitHubAdapter, settings), rules("github-milestones"))
    return with_sightings(facts, [sighting(each) for each in lines(snapshots)])


def sighting(snapshot: dict[str, Any]) -> MilestoneSighting:
    """Return a title as a sync of that hour would have seen it."""
    raw = snapshot["milestone"]
    milestone = Milestone(key=f"{PREFIX}milestone:{raw['number']}", source=PREFIX[:-1], name=raw["title"])
    return MilestoneSighting(seen_at=instant(snapshot["captured_at"]), milestone=milestone)


def instant(text: str) -> dt.datetime:
    """Read an instant."""
    return dt.datetime.fromisoformat(text)


def seen_states(data: Path) -> list[dict[str, Any]]:
    """Return what was seen of issues."""
    snapshots = lines(data / "github/bitcoin-core_gui.state_snapshots.jsonl.gz")
    return [each for each in snapshots if each["path"].startswith("issues/")]


def rebuilt(pulled: ProjectFacts, snapshot: dict[str, Any]) -> Issue | None:
    """Return the issue as of the instant it was seen."""
    key = f"{PREFIX}issue:{Path(snapshot['path']).stem}"
    return version_at(TOLD[id(pulled)][key], instant(snapshot["captured_at"]))


TOLD: dict[int, Any] = {}


@pytest.fixture(autouse=True)
def _told(pulled: ProjectFacts) -> None:
    TOLD.setdefault(id(pulled), histories(pulled))


def test_pull_requests_stay_out(pulled: ProjectFacts) -> None:
    """341 issues, and none of the 537 pull requests that share their numbers."""
    assert len(pulled.issues) == 341


def test_open_or_closed_as_of_every_capture(pulled: ProjectFacts, real_data: Path) -> None:
    """In all 972 captures of issues the rebuilt state is the one that was seen."""
    snapshots = seen_states(real_data)
    wrong = [each["path"] for each in snapshots if state_of(rebuilt(pulled, each)) != each["state"]]
    assert (len(snapshots), wrong) == (972, [])


def state_of(issue: Issue | None) -> str:
    """Say it in GitHub's words."""
    return "absent" if issue is None else ("closed" if issue.category is Category.DONE else "open")


def test_milestone_as_of_every_capture(
    pulled: ProjectFacts, real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In all 61 captures of issues with a milestone the rebuilt one is right, and no other has any.

    Events carry the title of their day only. Titles seen, and titles inferred from where the issues
    are now, give the key. The share of exact matches is printed.
    """
    snapshots = seen_states(real_data)
    held = [each for each in snapshots if each["milestone"]]
    right = [
        each for each in held if milestones_of(pulled, each) == (f"{PREFIX}milestone:{each['milestone']}",)
    ]
    ghosts = [each for each in snapshots if not each["milestone"] and milestones_of(pulled, each)]
    with capsys.disabled():
        print(f"\nmilestone as of capture: {len(right)} of {len(held)} exact, {len(ghosts)} ghosts")
    assert (len(held), len(right), ghosts) == (61, 61, [])


def milestones_of(pulled: ProjectFacts, snapshot: dict[str, Any]) -> tuple[str, ...]:
    """Return the rebuilt milestones."""
    issue = rebuilt(pulled, snapshot)
    return issue.milestones if issue else ()
