"""The scope ledger against an independent count, on a real project: DURACLOUD, 739 issues, 4,826 histories.

Public data: DuraSpace's Jira, from a research data set on delayed issues.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapters.jira.adapter import JiraAdapter
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import EntryKind, ScopeRow
from connector.analysis.walk import histories
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.load import load_jira
from tests.builders import rules
from tests.connector.pulled import SEEN_AT, open_source, pull_facts
from tests.connector.rawcount import Count, count, first_item_at, load

pytestmark = pytest.mark.real_data
ISSUES = "jira/DURACLOUD.issues_changelog.jsonl.gz"
IN = {EntryKind.APPROVED_ADD, EntryKind.UNAPPROVED_ADD, EntryKind.TRANSFERRED_IN}
OUT = {EntryKind.REMOVED, EntryKind.TRANSFERRED_OUT}


@pytest.fixture(scope="module")
def raws(real_data: Path) -> list[dict[str, Any]]:
    """Return the raw issues."""
    return load(real_data / ISSUES)


# The other face brings the same records, as its own tests show; it is counted under `CLIENTVIEW_SOAK=1`.
COUNTED = ["cloud", *(["datacenter"] if os.environ.get("CLIENTVIEW_SOAK") else [])]


@pytest.fixture(scope="module", params=COUNTED)
def pulled(request: pytest.FixtureRequest, real_data: Path) -> ProjectFacts:
    """Return the project as pulled from a served copy, through each face."""
    world = load_jira(real_data / ISSUES, versions=real_data / "jira/DURACLOUD.versions.json.gz")
    server = JiraCloud(world) if request.param == "cloud" else JiraDataCenter(world)
    with server:
        settings = {"site": server.url, "project": "DURACLOUD", "token": server.token}
        if request.param == "cloud":
            settings["email"] = server.email
        source = open_source(JiraAdapter, settings)
        return pull_facts(source, rules())


def released(raws: list[dict[str, Any]], data: Path) -> list[tuple[str, str]]:
    """Return id and name of the released versions that at least five issues name."""
    with gzip.open(data / "jira/DURACLOUD.versions.json.gz", "rt") as text:
        versions = json.load(text)
    named = Counter(v["id"] for raw in raws for v in raw["fields"]["fixVersions"])
    return [(v["id"], v["name"]) for v in versions if v.get("released") and named[v["id"]] >= 5]


def booked(row: ScopeRow) -> Count:
    """Return what the ledger booked, in the raw count's words."""
    return Count(
        agreed=int(row.baseline or 0),
        added=sum(e.kind in IN for e in row.entries),
        removed=sum(e.kind in OUT for e in row.entries),
        current=int(row.current),
    )


def test_everything_arrives(pulled: ProjectFacts, raws: list[dict[str, Any]]) -> None:
    """Every issue and every kept history entry of the served project is pulled, none quarantined."""
    assert len(pulled.issues) == len(raws) == 739
    kept = {"Fix Version", "status", "resolution", "summary", "issuetype", "labels", "duedate", "Component"}
    acts = sum(any(i["field"] in kept for i in h["items"]) for r in raws for h in r["changelog"]["histories"])
    told = sum(len({change.act for change in changes}) for changes in pulled.changes.values())
    assert told >= acts


def test_the_ledger_equals_the_independent_count(
    pulled: ProjectFacts, raws: list[dict[str, Any]], real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For each of 21 released versions: agreed 14 days after its first item, added, removed, current."""
    versions = released(raws, real_data)
    assert len(versions) == 21
    lines, wrong, read = [], [], histories(pulled)
    for version, name in versions:
        agreed_at = first_item_at(raws, version) + dt.timedelta(days=14)
        approval = Approval(approved_by="nobody")
        baseline = take(
            pulled, Agreement(), on_at=agreed_at, recorded_at=SEEN_AT, approval=approval, number=1
        )
        state = judge(pulled, Agreement(baselines=(baseline,)), as_of=SEEN_AT, told=read)
        row = next(r for r in state.scope if r.container == f"jira:version:{version}" and r.unit == "items")
        told, expected = booked(row), count(raws, version, agreed_at)
        lines.append(f"{name:>12} {told}")
        if told != expected:
            wrong.append((name, told, expected))
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert wrong == []
