"""What must not get out: issues withheld from an audience, and every internal value of a project."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NoReturn, final

from adapters.records import Change, ChangeMode, FieldValue, Issue, Iteration, Milestone
from connector.analysis.facts import ProjectFacts
from connector.disclosure.policy import Policy

MIN_LINE: Final = 4  # characters of a body's line or sentence worth searching for
_SENTENCE_END: Final = re.compile(r"[.!?。！？]\s*")
_HOST: Final = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:?#]+)", re.IGNORECASE)


@final
class InternalValue:
    """One value that must not appear in a client artefact, and where it comes from.

    It travels sealed: `str`, `format`, JSON, pickling, copying and templates fail on it, and `repr`
    tells its source alone. `reveal` gives it to the search for leaks, and to nothing else.
    """

    __slots__ = ("__value", "record", "source_field")

    def __init__(self, value: str, source_field: str, record: str) -> None:
        """Seal a value.

        Args:
            value: What must not get out.
            source_field: `Issue.title`, `Person.email`, `Issue.fields[Budget]`, …
            record: Key of the record it stands in; "" where there is none. Internal, too.
        """
        self.__value = value
        self.source_field = source_field
        self.record = record

    def reveal(self) -> str:
        """Return the value: for the search alone."""
        return self.__value

    @property
    def is_one_word(self) -> bool:
        """Tell whether it is a single word: such a one may stand in a text by chance."""
        return len(self.__value.split()) == 1

    def __repr__(self) -> str:
        return f"<an internal value of {self.source_field}>"

    def __str__(self) -> NoReturn:
        raise TypeError(f"found {self!r} where text is made; internal values are only searched for")

    def __format__(self, spec: str) -> NoReturn:
        str(self)
        raise AssertionError

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        str(self)
        raise AssertionError


def withheld(facts: ProjectFacts, policy: Policy) -> frozenset[str]:
    """Return the keys of the issues of which this audience learns nothing, not even their number.

    An issue is withheld when it has a security level, an internal label or an embargo label, or
    stands below one that is withheld: what is inside a confidential goal is confidential.
    """
    marked = {
        issue.key
        for issue in facts.issues
        if issue.security or policy.withholds(issue.labels, names=(issue.ref, issue.key))
    }
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherProject:
    """What another project of the installation is called, as its configuration says."""

    key: str
    name: str
    client: str
    group: str = ""  # name of the `[client.KEY]` it belongs to


def of_others(others: Iterable[OtherProject], *, own: Iterable[str]) -> tuple[InternalValue, ...]:
    """Return what would tell a client that the installation serves others: their keys, names, clients.

    Args:
        others: The projects that the artefact may not name: all others for an edition; for a page
            that shows the projects of one client together, those of other clients.
        own: What this project's client is told from the configuration anyway: its own key, name,
            client, publisher. What is called the same gives nobody away.

    Returns:
        Values once each. A key too short to be searched is searched as a folder of an address.
    """
    known = {_plain(text) for text in own}
    found: dict[str, InternalValue] = {}
    for other in others:
        named = (("key", other.key), ("name", other.name), ("client", other.client), ("client", other.group))
        for name, text in named:
            if text.strip() and _plain(text) not in known:
                found.setdefault(_plain(text), InternalValue(text, f"OtherProject.{name}", other.key))
        if _plain(other.key) not in known:
            folder = f"/{other.key}/"
            found.setdefault(folder, InternalValue(folder, "OtherProject.key", other.key))
    return tuple(found.values())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


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
        if isinstance(day, dt.datetime):
            yield (f"Issue.{name}", issue.key, (day.isoformat(),))
        elif isinstance(day, dt.date):
            yield (f"Issue.{name}", issue.key, (day.isoformat(), f"{day:%Y%m%d}"))  # as calendars write it


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
