"""Risks that the records themselves raise: nobody entered them, every one is marked as computed. Pure.

They are the PM's alone: no policy opens them, and nobody rated them, so they are in no sum.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from adapters.records import Issue, LinkKind
from connector.analysis.facts import ProjectFacts
from connector.analysis.register import RaisedRisk
from connector.analysis.state import PROJECT, Deviation, Fact, ProjectState, ScopeRow
from mappings.concepts import Disposition, ScopeItem

SILENT_DAYS = 14
LEAST_OF_ONE = 3  # open items of a milestone before one person for all of them is a risk
UNSIZED_RATIO = 0.3  # of a project's items
LEAST_UNSIZED = 3
TOP = 5  # refs that a risk names
_OPEN = frozenset({Disposition.OPEN, Disposition.DOING})
_OF_DEVIATIONS: Mapping[str, tuple[str, str]] = {
    "blocked": ("schedule", "Work on the way to {name} has been blocked for long"),
    "ageing": ("schedule", "Work of {name} was begun long ago and is not done"),
    "scope_creep": ("scope", "{name} grows without approval"),
}
_WHOLE = frozenset({"scope_creep"})  # raised of the project alone: its containers have alerts of their own


def raised(facts: ProjectFacts, state: ProjectState) -> tuple[RaisedRisk, ...]:
    """Return what the records raise at the instant of a state, by rule and object.

    Rules: `blocked`, `ageing` and `scope_creep` as the deviations of these names; `one_person`: all
    open work of a milestone hangs on one person; `dependency_late`: what a piece of work waits for is
    due after it; `silent`: nothing was changed for `SILENT_DAYS`; `unestimated`: more than
    `UNSIZED_RATIO` of the work has no size where sizes are counted.
    """
    found = [
        *_of_deviations(state.deviations),
        *_one_person(facts, state),
        *_late_dependencies(facts, state),
        *_silence(facts, state),
        *_unestimated(state.scope),
    ]
    return tuple(sorted(found, key=lambda risk: (risk.rule, risk.object)))


def _risk(
    rule: str,
    of: str,
    title: str,
    category: str,
    facts: Mapping[str, Fact],
    *,
    since: dt.datetime | None = None,
) -> RaisedRisk:
    key = f"computed:{rule}:{of}"
    return RaisedRisk(key=key, rule=rule, object=of, title=title, category=category, since=since, facts=facts)


def _of_deviations(deviations: Iterable[Deviation]) -> Iterator[RaisedRisk]:
    for one in deviations:
        if one.rule in _OF_DEVIATIONS and (one.object == PROJECT or one.rule not in _WHOLE):
            category, title = _OF_DEVIATIONS[one.rule]
            name = "The project" if one.object == PROJECT else one.object_name
            yield _risk(one.rule, one.object, title.format(name=name), category, one.facts, since=one.since)


def _one_person(facts: ProjectFacts, state: ProjectState) -> Iterator[RaisedRisk]:
    issues = {issue.key: issue for issue in facts.issues}
    for key, items in _open_by_milestone(state).items():
        people = {_assignee(issues[item.key]) for item in items if item.key in issues}
        if len(items) >= LEAST_OF_ONE and len(people) == 1 and (person := next(iter(people))):
            name = _name_of(state, key)
            told: Mapping[str, Fact] = {"person": person, "items": len(items)}
            yield _risk("one_person", key, f"All open work of {name} hangs on one person", "people", told)


def _open_by_milestone(state: ProjectState) -> Mapping[str, list[ScopeItem]]:
    still_open = {milestone.key for milestone in state.milestones if milestone.status == "open"}
    found: dict[str, list[ScopeItem]] = defaultdict(list)
    for item in state.picture.items:
        for key in item.milestones:
            if key in still_open and item.disposition in _OPEN:
                found[key].append(item)
    return found


def _assignee(issue: Issue) -> str:
    held = (person.name or person.account for person in issue.people if person.role == "assignee")
    return next(held, "")


def _late_dependencies(facts: ProjectFacts, state: ProjectState) -> Iterator[RaisedRisk]:
    items = {item.key: item for item in state.picture.items if item.disposition in _OPEN}
    due = {key: day for key, item in items.items() if (day := _due_on(item, state)) is not None}
    late: dict[str, set[str]] = defaultdict(set)
    for link in facts.links:
        is_late = (
            link.kind is LinkKind.BLOCKS and link.a in due and link.b in due and due[link.a] > due[link.b]
        )
        if is_late:
            late[link.b].add(items[link.a].ref)
    for key, refs in late.items():
        title = f"What {items[key].ref} waits for is due after it"
        told: Mapping[str, Fact] = {"due_on": due[key].isoformat(), "waits_for": tuple(sorted(refs)[:TOP])}
        yield _risk("dependency_late", key, title, "schedule", told)


def _due_on(item: ScopeItem, state: ProjectState) -> dt.date | None:
    """Return the day a piece of work is due: its own, else the first of its milestones'."""
    days = (m.due_on for m in state.milestones if m.key in item.milestones and m.due_on is not None)
    return item.due_on or min(days, default=None)


def _silence(facts: ProjectFacts, state: ProjectState) -> Iterator[RaisedRisk]:
    told = [change.at for changes in facts.changes.values() for change in changes if change.at <= state.as_of]
    told += [issue.created_at for issue in facts.issues if issue.created_at <= state.as_of]
    last_at = max(told, default=None)
    has_work = any(item.disposition in _OPEN for item in state.picture.items)
    if has_work and last_at is not None and state.as_of - last_at >= dt.timedelta(days=SILENT_DAYS):
        days = (state.as_of - last_at).days
        title = f"Nothing was changed in the tracker for {days} days"
        yield _risk("silent", PROJECT, title, "communication", {"days": days}, since=last_at)


def _unestimated(rows: Iterable[ScopeRow]) -> Iterator[RaisedRisk]:
    of_project = {row.unit: row for row in rows if row.container == PROJECT}
    sized = next((row for unit, row in of_project.items() if unit != "items"), None)
    items = of_project.get("items")
    if sized is None or items is None or sized.unsized < LEAST_UNSIZED or not items.current:
        return
    ratio = sized.unsized / items.current
    if ratio > UNSIZED_RATIO:
        title = f"{sized.unsized} pieces of work have no size in {sized.unit}"
        told = {"unsized": sized.unsized, "ratio": round(ratio, 3)}
        yield _risk("unestimated", PROJECT, title, "scope", told)


def _name_of(state: ProjectState, key: str) -> str:
    return next((milestone.name for milestone in state.milestones if milestone.key == key), key)
