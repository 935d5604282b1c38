"""Judging a project: how the cost grows with its size. One pass over the changes, so about linearly."""

from __future__ import annotations

import datetime as dt
import gc
import time

from adapters.protocol import Environment, Window
from adapters.records import Change, Issue, MilestoneSighting
from benchmarks.pull import open_source
from benchmarks.served import CLOUD
from benchmarks.worlds import NOW, jira_world
from connector.analysis.baseline import Approval, take
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.demo.trackers.jira.cloud import JiraCloud
from mappings.presets import preset_text
from mappings.rules import parse_rules

SIZES = (500, 1_000, 2_000, 4_000)
RUNS = 3  # the best of them: what else the machine does is no cost of ours
AGREED_AT = dt.datetime(2025, 2, 1, tzinfo=dt.UTC)


def main() -> None:
    """Print CPU seconds per size, and what doubling the size costs."""
    print(f"{'issues':>8}{'changes':>9}{'CPU s':>8}{'ratio':>7}")
    before = 0.0
    for size in SIZES:
        facts = facts_of(size)
        approval = Approval(approved_by="nobody")
        baseline = take(facts, Agreement(), on_at=AGREED_AT, recorded_at=NOW, approval=approval, number=1)
        used_s = min(_once(facts, Agreement(baselines=(baseline,))) for _ in range(RUNS))
        count = sum(len(told) for told in facts.changes.values())
        ratio = f"{used_s / before:7.2f}" if before else "      -"
        print(f"{size:8}{count:9}{used_s:8.2f}{ratio}")
        before = used_s


def _once(facts: ProjectFacts, agreement: Agreement) -> float:
    gc.collect()
    began_s = time.process_time()
    judge(facts, agreement, as_of=NOW)
    return time.process_time() - began_s


def facts_of(size: int) -> ProjectFacts:
    """Pull a fictional project of so many issues."""
    issues: list[Issue] = []
    changes: dict[str, tuple[Change, ...]] = {}
    sightings: list[MilestoneSighting] = []
    with JiraCloud(jira_world(size), clock=lambda: NOW) as server:
        environment = Environment(now=lambda: NOW, sleep=time.sleep)
        source = open_source(CLOUD, server.url, server.token, server.email, environment)
        for batch in source.pull(Window()):
            issues += batch.issues
            for change in batch.changes:
                changes[change.issue] = (*changes.get(change.issue, ()), change)
            sightings += [MilestoneSighting(seen_at=NOW, milestone=m) for m in batch.milestones or ()]
    rules = parse_rules(preset_text("jira-scrum"), file="jira-scrum.toml")
    return ProjectFacts(
        project="bench",
        name="Bench",
        issues=tuple(issues),
        changes=changes,
        sightings=tuple(sightings),
        rules={source.name: rules},
    )
