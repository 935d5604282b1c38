"""Takes what is personal and has come of age out of a project: of issues closed long ago, texts and names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.records import Category, Issue
from connector.analysis.stripping import Texts, Told, texts_of, without_people, without_texts, written_in
from connector.pipeline.workspace import Project, Workspace
from connector.store.facts import StoredFacts
from connector.store.locks import Lock
from connector.store.retention import Stripped
from mappings.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ages:
    """What ended before these instants is of age; None: nothing is."""

    texts_at: dt.datetime | None
    people_at: dt.datetime | None


def retire(workspace: Workspace, project: Project, *, lock: Lock | None = None) -> int:
    """Take out of the stored issues of a project what `[project.retention]` no longer wants kept.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        lock: The project's lock.

    Returns:
        How many issues were shortened now.

    Raises:
        LockedError: Another process took over the project.
    """
    store, ages = workspace.store, _ages(project, workspace.now())
    if ages.texts_at is None and ages.people_at is None:
        store.retention.forget(project.key)
        return 0
    facts = store.facts.load(project.key)
    shorter = tuple(_shortened(facts, project.rules, ages))
    store.retention.strip(project.key, shorter, lock=lock)
    if ages.texts_at is not None:
        store.retention.empty_messages(project.key, before=ages.texts_at)
    return len(shorter)


def _ages(project: Project, now: dt.datetime) -> _Ages:
    kept = project.settings.retention
    return _Ages(
        texts_at=None if kept.raw_for is None else now - kept.raw_for,
        people_at=None if kept.people_for is None else now - kept.people_for,
    )


def _shortened(facts: StoredFacts, rules: Mapping[str, Rules], ages: _Ages) -> Iterator[Stripped]:
    """Yield the issues that are not yet as they are to be kept: texts first, then who is in none of them."""
    before = {issue.key: (issue, facts.changes.get(issue.key, ())) for issue in facts.issues}
    after = {key: _without_texts(facts, told, rules, ages) for key, told in before.items()}
    texts = _texts(facts, after, rules)
    for key, told in after.items():
        issue, changes = _without_people(facts, told, texts, ages)
        if (issue, changes) != before[key]:
            yield Stripped(issue=issue, changes=changes)


def _without_texts(facts: StoredFacts, told: Told, rules: Mapping[str, Rules], ages: _Ages) -> Told:
    issue, changes = told
    if not _is_of_age(facts, issue, ages.texts_at):
        return told
    return without_texts(issue, changes, rules.get(issue.source))


def _without_people(facts: StoredFacts, told: Told, texts: Texts, ages: _Ages) -> Told:
    issue, changes = told
    return without_people(issue, changes, texts) if _is_of_age(facts, issue, ages.people_at) else told


def _is_of_age(facts: StoredFacts, issue: Issue, at: dt.datetime | None) -> bool:
    """Tell whether an issue was closed, or left its project, before an instant."""
    gone = facts.gone.get(issue.key)
    ended = [gone.at] if gone is not None else []
    if issue.category is Category.DONE:
        ended.append(issue.closed_at or issue.updated_at)
    return at is not None and bool(ended) and min(ended) <= at


def _texts(facts: StoredFacts, told: Mapping[str, Told], rules: Mapping[str, Rules]) -> Texts:
    """Collect what is written in a project, may be told, and stays."""
    parts = [
        part
        for issue, changes in told.values()
        for part in written_in(issue, changes, rules.get(issue.source))
    ]
    milestones = {seen.milestone for seen in facts.sightings}
    iterations = {seen.iteration for seen in facts.iterations}
    parts += [text for one in milestones for text in (one.name, one.description)]
    parts += [text for each in iterations for text in (each.name, each.goal)]
    return texts_of(parts)
