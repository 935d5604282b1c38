"""The time machine on real Jira histories, issue by issue, against one rebuilt straight from raw JSON.

Public data: DuraSpace's and Apache's Jira (a research data set on delayed issues) and fifty issues of
jira.atlassian.com, each with its changelog.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.jira.adapter import JiraAdapter
from adapters.records import Issue
from connector.analysis.baseline import Approval, take
from connector.analysis.burnup import series
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.history import Version
from connector.analysis.history import at as version_at
from connector.analysis.judge import judge
from connector.analysis.walk import histories
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.load import load_jira
from tests.builders import rules
from tests.connector.pulled import SEEN_AT, open_source, pull_facts
from tests.connector.rawcount import Look, load, look, stamp

pytestmark = pytest.mark.real_data
FILES = {
    "DURACLOUD": "jira/DURACLOUD",
    "CB": "jira/CB",
    "DRILL": "jira/DRILL",
    "APACHE_mixed": "jira/APACHE_mixed",
    "jira_atlassian_com_50": "singles/jira_atlassian_com_50",
}
DAYS = 12
FEWEST = 5  # agreed items of a version that is printed; of a small set every version is
SMALL_SET = 50
MANY = 32  # versions; of more, every fourth is looked at, and all of them under `CLIENTVIEW_SOAK=1`
STEP = 1 if os.environ.get("CLIENTVIEW_SOAK") else 4


@dataclass(frozen=True)
class Recorded:
    """A recorded Jira: its raw issues by id, and what a pull made of each of its projects."""

    name: str
    raws: Mapping[str, dict[str, Any]]
    projects: tuple[ProjectFacts, ...]

    def days(self) -> list[dt.datetime]:
        """Return instants spread evenly over all that happened."""
        stamps = [stamp(raw["fields"]["created"]) for raw in self.raws.values()]
        stamps += [stamp(h["created"]) for raw in self.raws.values() for h in raw["changelog"]["histories"]]
        first, last = min(stamps), max(stamps)
        return [first + (last - first) * n / DAYS for n in range(1, DAYS + 1)]


@pytest.fixture(scope="module", params=FILES)
def recorded(request: pytest.FixtureRequest, real_data: Path) -> Recorded:
    """Pull every project of a recorded Jira from a served copy."""
    path = real_data / f"{FILES[request.param]}.issues_changelog.jsonl.gz"
    raws = load(path)
    versions = real_data / f"{FILES[request.param]}.versions.json.gz"
    world = load_jira(path, versions=versions if versions.exists() else None)
    projects = []
    with JiraCloud(world) as server:
        for key in sorted({raw["key"].rpartition("-")[0] for raw in raws}):
            settings = {"site": server.url, "project": key, "token": server.token, "email": server.email}
            projects.append(pull_facts(open_source(JiraAdapter, settings), rules()))
    return Recorded(request.param, {raw["id"]: raw for raw in raws}, tuple(projects))


def told(recorded: Recorded) -> Iterator[tuple[str, Sequence[Version]]]:
    """Yield the id and history of every issue pulled."""
    for project in recorded.projects:
        for key, history in histories(project).items():
            yield key.rpartition(":")[2], history


def seen(issue: Issue | None) -> Look | None:
    """Return a rebuilt issue in the independent reader's words."""
    if issue is None:
        return None
    return Look(
        title=issue.title,
        type=issue.type,
        status=issue.status,
        resolution=issue.resolution,
        versions=tuple(sorted(key.rpartition(":")[2] for key in issue.milestones)),
        labels=tuple(sorted(issue.labels)),
        due=str(issue.due_on or ""),
    )


def test_every_issue_as_of_every_day(recorded: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """On twelve days spread over the whole history every issue is what its raw history says."""
    days, wrong, compared = recorded.days(), [], 0
    for number, history in told(recorded):
        for day in days:
            found, expected = seen(version_at(history, day)), look(recorded.raws[number], day)
            compared += 1
            if found != expected:
                wrong.append((recorded.raws[number]["key"], f"{day:%Y-%m-%d}", found, expected))
    with capsys.disabled():
        print(f"\n{recorded.name}: {len(recorded.raws)} issues, {compared} looks, {len(wrong)} differ")
    assert wrong[:5] == []
    assert compared == len(recorded.raws) * DAYS


def test_growth_of_every_version(recorded: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    """From two weeks after its first item to the end: printed; the sums are the ledger's own."""
    lines = []
    fewest = 1 if len(recorded.raws) <= SMALL_SET else FEWEST
    for project in recorded.projects:
        names = {s.milestone.key: s.milestone.name for s in project.sightings}
        entries = list(first_entries(project).items())
        for key, first in entries[:: STEP if len(entries) > MANY else 1]:
            lines.append(_growth(project, key, names.get(key, key), first + dt.timedelta(days=14), fewest))
    told_ = [line for line in lines if line]
    with capsys.disabled():
        print(f"\n{recorded.name}\n{'version':>24}{'agreed':>8}{'now':>6}{'growth':>9}{'volatility':>12}")
        print("\n".join(told_))
    assert told_


def first_entries(project: ProjectFacts) -> Mapping[str, dt.datetime]:
    """Return when the first item was put into each version."""
    first: dict[str, dt.datetime] = {}
    for history in histories(project).values():
        for version in history:
            for key in version.issue.milestones:
                first[key] = min(first.get(key, version.at), version.at)
    return first


def _growth(project: ProjectFacts, key: str, name: str, agreed_at: dt.datetime, fewest: int) -> str:
    """Return the line of one version of which enough was agreed, "" for others."""
    approval = Approval(approved_by="nobody")
    baseline = take(project, Agreement(), on_at=agreed_at, recorded_at=SEEN_AT, approval=approval, number=1)
    if len(baseline.containers.get(key, {})) < fewest:
        return ""
    agreement = Agreement(baselines=(baseline,))
    found = [r for r in judge(project, agreement, as_of=SEEN_AT).scope if r.container == key]
    if not found or found[0].growth_ratio is None or found[0].volatility_ratio is None:
        return ""
    row = found[0]
    points = series(project, agreement, key, since=agreed_at, until=SEEN_AT, step=dt.timedelta(days=200))[
        0
    ].points
    assert (points[-1].agreed, points[-1].actual, points[-1].done) == (row.baseline, row.current, row.done)
    ratios = f"{row.growth_ratio:9.0%}{row.volatility_ratio:12.0%}"
    return f"{name[:23]:>24}{row.baseline:8g}{row.current:6g}{ratios}"
