"""What must not get out: issues withheld from an audience, and every internal value of a project."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from adapters.records import Change, ChangeMode, FieldValue, Issue, Link, Milestone
from connector.analysis.facts import ProjectFacts
from connector.disclosure.policy import Policy

MIN_LINE: Final = 4  # characters of a body's line or sentence worth searching for
_SENTENCE: Final = re.compile(r"(?<=[.!?。！？])\s*")
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
    for value in _all(facts, hosts):
        if value.value:
            found.setdefault(value.value, value)
    return tuple(found.values())


def _all(facts: ProjectFacts, hosts: Iterable[str]) -> Iterator[InternalValue]:
    for issue in facts.issues:
        yield from _of_issue(issue)
    for key, changes in facts.changes.items():
        for change in changes:
            yield from _of_change(change, key)
    for link in facts.links:
        yield from _of_link(link)
    for milestone in {sighting.milestone: None for sighting in facts.sightings}:
        yield from _of_milestone(milestone)
    yield from (InternalValue(host, "source host", "") for host in hosts)
    yield InternalValue(facts.project, "configuration project key", "")
    yield from (InternalValue(source.name, "source name", "") for source in facts.sources)


def _of_issue(issue: Issue) -> Iterator[InternalValue]:
    key = issue.key
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
    ):
        yield InternalValue(getattr(issue, name), f"Issue.{name}", key)
    for name in ("labels", "components", "iterations", "milestones"):
        yield from (InternalValue(text, f"Issue.{name}", key) for text in getattr(issue, name))
    for person in issue.people:
        yield InternalValue(person.name, "Person.name", key)
        yield InternalValue(person.account, "Person.account", key)
        yield InternalValue(person.email, "Person.email", key)
    yield from (InternalValue(line, "Issue.body", key) for line in _lines(issue.body))
    for name, value in issue.fields.items():
        yield from (InternalValue(text, f"Issue.fields[{name}]", key) for text in _texts(value))
    for number in (issue.points, issue.hours):
        yield from (InternalValue(text, "Issue.estimate", key) for text in _texts(number))
    yield from _instants(issue)
    host = _HOST.match(issue.url)
    if host:
        yield InternalValue(host.group(1), "tracker host", key)


def _instants(issue: Issue) -> Iterator[InternalValue]:
    for name in ("created_at", "updated_at", "closed_at", "due_on", "start_on"):
        day = getattr(issue, name)
        if isinstance(day, dt.date):
            yield InternalValue(day.isoformat(), f"Issue.{name}", issue.key)


def _of_change(change: Change, key: str) -> Iterator[InternalValue]:
    source = f"Change.{change.field}"
    yield InternalValue(change.author, "Change.author", key)
    for text in (change.old, change.new, change.old_text, change.new_text):
        if text:
            yield InternalValue(text, source, key)
    if change.mode is ChangeMode.LIST:
        for text in (*change.old_list, *change.new_list):
            yield InternalValue(text, source, key)


def _of_link(link: Link) -> Iterator[InternalValue]:
    yield InternalValue(link.id, "Link.id", link.a)
    yield InternalValue(link.name, "Link.name", link.a)


def _of_milestone(milestone: Milestone) -> Iterator[InternalValue]:
    yield InternalValue(milestone.key, "Milestone.key", milestone.key)
    yield InternalValue(milestone.name, "Milestone.name", milestone.key)
    yield InternalValue(milestone.source, "source name", milestone.key)
    for line in _lines(milestone.description):
        yield InternalValue(line, "Milestone.description", milestone.key)


def _lines(text: str) -> Iterator[str]:
    for raw in text.splitlines():
        line = raw.strip()
        if len(line) < MIN_LINE:
            continue
        yield line
        parts = _SENTENCE.split(line)
        if len(parts) > 1:
            yield from (part for part in parts if len(part) >= MIN_LINE)


def _texts(value: FieldValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
        yield from _lines(value)
    elif isinstance(value, tuple):
        yield from value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from dict.fromkeys((f"{value:g}", repr(value), f"{value:,.0f}", f"{value:,.2f}"))
