"""The leak check on real projects: no false alarm, and every planted secret found.

Public data: DuraSpace's Jira, the Titanium project's Jira, bitcoin-core/gui on GitHub.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.replay.adapter import ReplayAdapter
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.disclosure.internal import InternalValue, values, withheld
from connector.disclosure.leaks import find_leaks
from connector.disclosure.policy import shipped
from connector.disclosure.projector import Projection, project_for_client
from connector.publish.render import fixed_texts, render
from tests.builders import rules
from tests.connector import disclosure_sample as sample
from tests.connector.pulled import SEEN_AT, open_source, pull_facts

pytestmark = pytest.mark.real_data
POLICY = shipped("client-detailed")
PROJECTS = {
    "DURACLOUD": ({"path": "jira/DURACLOUD", "format": "jira", "project": "DURACLOUD"}, "jira-releases"),
    "TIMOB": ({"path": "jira/TIMOB_2011-2013", "format": "jira", "project": "TIMOB"}, "jira-releases"),
    "gui": (
        {"path": "github/bitcoin-core_gui", "format": "github", "repository": "bitcoin-core/gui"},
        "github-milestones",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A real project as published, with 200 client titles made up here."""

    facts: ProjectFacts
    projection: Projection
    artefacts: Mapping[str, bytes]
    values: tuple[InternalValue, ...]


@pytest.fixture(scope="module", params=PROJECTS, ids=list(PROJECTS))
def published(request: pytest.FixtureRequest, real_data: Path) -> Published:
    """Pull, judge, project and render a recorded project."""
    settings, preset = PROJECTS[request.param]
    source = open_source(ReplayAdapter, {**settings, "path": real_data / settings["path"]})
    facts = pull_facts(source, rules(preset))
    state = judge(facts.without(withheld(facts, POLICY)), Agreement(), as_of=SEEN_AT)
    wording = {issue.key: f"Client words number {n}" for n, issue in enumerate(facts.issues[:200])}
    given = sample.given(state, agreement=Agreement(), policy=POLICY, wording=wording, project_name="Sample")
    projection = project_for_client(given)
    return Published(
        facts=facts, projection=projection, artefacts=render(projection.view), values=values(facts)
    )


def test_raises_no_false_alarm(published: Published) -> None:
    """A page of a real project passes without an exception made by hand; what it cost is printed."""
    began = time.process_time()
    report = find_leaks(
        published.artefacts, published.values, published.projection.manifest, fixed=fixed_texts()
    )
    seconds = time.process_time() - began
    exempt = {(e.source_field, e.record) for e in report.exemptions}
    print(f"{report.searched} values searched, {len(exempt)} exempted, {seconds:.1f} s of CPU")
    assert report.leaks == ()


def test_finds_one_planted_value_of_every_field(published: Published) -> None:
    """One value of each field, planted in the page, is found in it, unless it is also a word of the page."""
    by_field: dict[str, InternalValue] = {}
    for value in published.values:
        if 12 <= len(value.reveal()) <= 80 and value.reveal().count(" ") < 9:
            by_field.setdefault(value.source_field, value)
    page = published.artefacts["index.html"].decode()
    planted = page + "".join(f"\n<i>{value.reveal()}</i>" for value in by_field.values())
    report = find_leaks(
        {"index.html": planted.encode()},
        list(by_field.values()),
        published.projection.manifest,
        fixed=fixed_texts(),
    )
    found = {leak.source_field for leak in report.leaks} | {e.source_field for e in report.exemptions}
    vocabulary = {f for f in by_field if f.rpartition(".")[2] in {"status", "type", "priority", "resolution"}}
    assert set(by_field) - vocabulary <= found
    assert len(by_field) > 8
