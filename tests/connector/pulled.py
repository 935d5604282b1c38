"""Pulls a served tracker through its live adapter into the facts that analysis is handed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.protocol import Adapter, Environment, Window
from adapters.records import Change, Issue, Link, Milestone, MilestoneSighting
from connector.analysis.facts import ProjectFacts, SourceFacts
from mappings.rules import Rules

SEEN_AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def environment(at: dt.datetime = SEEN_AT, **overrides: Any) -> Environment:
    """Return a world in which time stands still and nobody waits."""
    values: dict[str, Any] = {"now": lambda: at, "sleep": lambda _seconds: None}
    return Environment(**(values | overrides))


def open_source(adapter: type[Adapter], settings: Mapping[str, object], at: dt.datetime = SEEN_AT) -> Adapter:
    """Open a source by its raw settings."""
    return adapter.open(adapter.settings_model.model_validate(dict(settings)), environment(at))


def pull_facts(source: Adapter, rules: Rules, *, at: dt.datetime = SEEN_AT) -> ProjectFacts:
    """Pull everything once and return it as the facts of a project. Quarantined issues are an error."""
    issues: dict[str, Issue] = {}
    changes: dict[str, tuple[Change, ...]] = {}
    links: dict[str, Link] = {}
    milestones: tuple[Milestone, ...] = ()
    for batch in source.pull(Window()):
        assert batch.quarantined == ()
        milestones = batch.milestones if batch.milestones is not None else milestones
        links |= {link.id: link for link in batch.links}
        issues |= {issue.key: issue for issue in batch.issues}
        by_issue: dict[str, list[Change]] = {issue.key: [] for issue in batch.issues}
        for change in batch.changes:
            by_issue[change.issue].append(change)
        changes |= {key: tuple(sorted(told, key=lambda c: c.at)) for key, told in by_issue.items()}
    return ProjectFacts(
        project="pulled",
        name="Pulled",
        issues=tuple(issues.values()),
        changes=changes,
        links=tuple(links.values()),
        sightings=tuple(MilestoneSighting(seen_at=at, milestone=each) for each in milestones),
        rules={source.name: rules},
        sources=(SourceFacts(name=source.name, last_success_at=at, complete=True, issues=len(issues)),),
    )


def with_sightings(facts: ProjectFacts, earlier: Sequence[MilestoneSighting]) -> ProjectFacts:
    """Return the facts as if earlier syncs had seen these milestones too."""
    told = sorted((*earlier, *facts.sightings), key=lambda sighting: sighting.seen_at)
    return replace(facts, sightings=tuple(told))
