"""What must not get out: issues withheld from an audience, and every internal value of a project."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from adapters.records import Change, ChangeMode, FieldValue, Issue, Iteration, Milestone
from connector.analysis.facts import ProjectFacts
from connector.disclosure.policy import Policy

MIN_LINE: Final = 4  # characters of a body's line or sentence worth searching for
_SENTENCE_END: Final = re.compile(r"[.!?。！？]\s*")
_HOST: Final = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:?#]+)", re.IGNORECASE)


class InternalValue(NamedTuple):
    """One value that must not appear in a client artefact, and where it comes from."""

    value: str
    source_field: str  # `Issue.title`, `Person.email`, `Issue.fields[Budget]`, …
    record: str  # key of the record; internal


def withheld(facts: ProjectFacts, policy: Policy) -> frozenset[str]:
    """Return the keys of the issues of which this audience learns nothing, not even their number.

    An issue is withheld when it has a security level, an internal label or an embargo label, or
    stands below one that is withheld: what is inside a confidential goal is confidential.
    """
    marked = {issue.key for issue in facts.issues if issue.security or policy.withholds(issue.labels)}
    children: dict[str, list[str]] = {}
    for issue in facts.issues:
        if issue.parent is not None:
            children.setdefault(issue.parent, []).append(issue.key)
    queue = list(marked)
    while queue:
        below = [key for key in children.get(queue.pop(), ()) if key not in marked]
        marked.update(below)
        queue.extend(below)
    return frozenset(marked)


def values(facts: ProjectFacts, *, hosts: Iterable[str] = ()) -> tuple[InternalValue, ...]:
    """Return every internal value of a project, once each, in the order of its records.

    Args:
        facts: All stored facts, withheld issues included.
        hosts: Further host names to look for, e.g. of a tracker whose issues carry no address.

    Returns:
        Values with their first source. Whether a value is also disclosed, too short, or a word of
        the page is for the leak check to judge.
    """
    found: dict[str, InternalValue] = {}
    for source_field, record, texts in _all(facts, hosts):
        for text in texts:
            if text and text not in found:
                found[text] = InternalValue(text, source_field, record)
    return tuple(found.values())


_Group = tuple[str, str, Iterable[str]]
"""Source field, key of the record, and the values there: most are repeated, and made into nothing more."""


def _all(facts: ProjectFacts, hosts: Iterable[str]) -> Iterator[_Group]:
    for issue in facts.issues:
        yield from _of_issue(issue)
    for key, changes in facts.changes.items():
        for change in changes:
            yield from _of_change(change, key)
    for link in facts.links:
        yield ("Link.id", link.a, (link.id,))
        yield ("Link.name", link.a, (link.name,))
    for milestone in {sighting.milestone: None for sighting in facts.sightings}:
        yield from _of_milestone(milestone)
    for iteration in {sighting.iteration: None for sighting in facts.iterations}:
        yield from _of_iteration(iteration)
    for hint in facts.hints:
        yield ("DateHint.key", hint.key, (hint.key,))
        yield ("DateHint.name", hint.key, (hint.name,))
    yield ("source host", "", hosts)
    yield ("configuration project key", "", (facts.project,))
    yield ("source name", "", [source.name for source in facts.sources])


_OF_ISSUE: Final = {
    name: f"Issue.{name}"
    for name in (
        "key",
        "ref",
        "title",
        "url",
        "security",
        "resolution",
        "status",
        "type",
        "priority",
        "project",
    )
}


def _of_issue(issue: Issue) -> Iterator[_Group]:
    key = issue.key
    for name, source in _OF_ISSUE.items():
        yield (source, key, (getattr(issue, name),))
    for name in ("labels", "components", "iterations", "milestones"):
        yield (f"Issue.{name}", key, getattr(issue, name))
    for person in issue.people:
        yield ("Person.name", key, (person.name,))
        yield ("Person.account", key, (person.account,))
        yield ("Person.email", key, (person.email,))
    yield ("Issue.body", key, _lines(issue.body))
    for name, value in issue.fields.items():
        yield (f"Issue.fields[{name}]", key, _texts(value))
    for number in (issue.points, issue.hours):
        yield ("Issue.estimate", key, _texts(number))
    yield from _instants(issue)
    host = _HOST.match(issue.url)
    if host:
        yield ("tracker host", key, (host.group(1),))


def _instants(issue: Issue) -> Iterator[_Group]:
    for name in ("created_at", "updated_at", "closed_at", "due_on", "start_on"):
        day = getattr(issue, name)
        if isinstance(day, dt.date):
            yield (f"Issue.{name}", issue.key, (day.isoformat(),))


def _of_change(change: Change, key: str) -> Iterator[_Group]:
    source = f"Change.{change.field}"
    yield ("Change.author", key, (change.author,))
    yield (source, key, [t for t in (change.old, change.new, change.old_text, change.new_text) if t])
    if change.mode is ChangeMode.LIST:
        yield (source, key, (*change.old_list, *change.new_list))


def _of_milestone(milestone: Milestone) -> Iterator[_Group]:
    key = milestone.key
    yield ("Milestone.key", key, (key,))
    yield ("Milestone.name", key, (milestone.name,))
    yield ("source name", key, (milestone.source,))
    yield ("Milestone.description", key, _lines(milestone.description))


def _of_iteration(iteration: Iteration) -> Iterator[_Group]:
    key = iteration.key
    yield ("Iteration.key", key, (key,))
    yield ("Iteration.name", key, (iteration.name,))
    yield ("Iteration.goal", key, _lines(iteration.goal))


def _lines(text: str) -> Iterator[str]:
    for raw in text.splitlines():
        line = raw.strip()
        if len(line) < MIN_LINE:
            continue
        yield line
        start = 0
        for end in _SENTENCE_END.finditer(line):
            if end.start() + 1 - start >= MIN_LINE:
                yield line[start : end.start() + 1]
            start = end.end()
        if start and len(line) - start >= MIN_LINE:
            yield line[start:]


def _texts(value: FieldValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
        yield from _lines(value)
    elif isinstance(value, tuple):
        yield from value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from dict.fromkeys((f"{value:g}", repr(value), f"{value:,.0f}", f"{value:,.2f}"))
