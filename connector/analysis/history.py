"""The time machine, for one issue: the versions it went through, from its changes.

An issue's history is folded *backwards* from what it is now, because trackers write no change for
what was set at creation; the state behind every change follows without guessing. What no change
tells is taken to have always been as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from adapters.records import Category, Change, ChangeMode, Field, Issue

State = dict[str, object]
"""Attribute name of `Issue` -> its value; only the attributes that changes touch."""


_ATTRIBUTES = tuple(each.name for each in fields(Issue))


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An issue as it stood from `at` on. `act`: the tracker's act that made it, "" for creation."""

    at: dt.datetime
    act: str
    issue: Issue


def versions(
    issue: Issue, changes: Sequence[Change], *, resolve: Callable[[str], str] = str
) -> tuple[Version, ...]:
    """Return the versions of one issue, oldest first; the last one equals `issue`.

    Args:
        issue: The issue as it is now.
        changes: Its whole history, in order of time; of one instant, in the tracker's order.
        resolve: Turns a milestone value of a change (perhaps only a title) into a key.

    Returns:
        At least one version; the first begins at the issue's creation. Changes of one act at one
        instant make one version.
    """
    groups = list(_groups(changes or _implied(issue)))
    state = _state(issue, changes)
    states: list[State] = []
    for group in reversed(groups):
        states.append(dict(state))
        for change in reversed(group):
            _undo(state, change, resolve)
    states.append(state)
    return tuple(_assemble(issue, groups, states[::-1]))


def at(history: Sequence[Version], instant: dt.datetime) -> Issue | None:
    """Return the issue as it stood at `instant`; None before it was created."""
    found = None
    for version in history:
        if version.at > instant:
            break
        found = version.issue
    return found


def _assemble(issue: Issue, groups: Sequence[Sequence[Change]], states: Sequence[State]) -> Iterator[Version]:
    now: dict[str, Any] = {name: getattr(issue, name) for name in _ATTRIBUTES}
    closed_at = issue.closed_at if not groups else None
    was_done = False
    moments = [(issue.created_at, ""), *((group[0].at, group[0].act) for group in groups)]
    for index, ((moment, act), state) in enumerate(zip(moments, states, strict=True)):
        is_done = state.get("category", issue.category) is Category.DONE
        if not is_done:
            closed_at = None
        elif not was_done and (groups or closed_at is None):
            closed_at = moment if index else (issue.closed_at or moment)
        was_done = is_done
        values = {**now, **state, "closed_at": closed_at, "updated_at": moment}
        yield Version(at=moment, act=act, issue=Issue(**values))


def _implied(issue: Issue) -> tuple[Change, ...]:
    """Make the one change a tracker without history implies: it was open until it was closed."""
    if issue.category is not Category.DONE or issue.closed_at is None or issue.closed_at <= issue.created_at:
        return ()
    base = Change(issue=issue.key, id="implied", act="implied", at=issue.closed_at, field=Field.CATEGORY)
    return (
        replace(base, old=Category.TODO, new=Category.DONE),
        replace(base, field=Field.STATUS, old="", new=issue.status, new_text=issue.status),
        replace(base, field=Field.RESOLUTION, old="", new=issue.resolution, new_text=issue.resolution),
    )


def _groups(changes: Sequence[Change]) -> Iterator[list[Change]]:
    group: list[Change] = []
    for change in changes:
        if group and (change.act, change.at) != (group[-1].act, group[-1].at):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


# What each field of a change is called on an issue, and how a value is read from text.


def _number(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None


def _level(value: str | None) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _day(value: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


def _category(value: str | None) -> Category:
    return Category(value) if value in set(Category) else Category.UNKNOWN


_TEXTS = {
    Field.TITLE: "title",
    Field.TYPE: "type",
    Field.STATUS: "status",
    Field.RESOLUTION: "resolution",
    Field.PRIORITY: "priority",
    Field.SECURITY: "security",
    Field.REF: "ref",
}
_VALUES: Mapping[str, tuple[str, Callable[[str | None], object]]] = {
    Field.LEVEL: ("level", _level),
    Field.CATEGORY: ("category", _category),
    Field.PARENT: ("parent", lambda value: value or None),
    Field.PROJECT: ("project", lambda value: value or ""),
    Field.POINTS: ("points", _number),
    Field.HOURS: ("hours", _number),
    Field.DUE: ("due_on", _day),
    Field.START: ("start_on", _day),
}
_SETS = {
    Field.LABELS: "labels",
    Field.COMPONENTS: "components",
    Field.MILESTONES: "milestones",
    Field.ITERATIONS: "iterations",
}
_NAMED_SETS = {Field.LABELS, Field.COMPONENTS}  # elements are known by their text, not by an id


def _attribute(field: str) -> str | None:
    if field in _TEXTS:
        return _TEXTS[Field(field)]
    if field in _VALUES:
        return _VALUES[field][0]
    if field in _SETS:
        return _SETS[Field(field)]
    return "fields" if field.startswith("field:") else None


def _state(issue: Issue, changes: Sequence[Change]) -> State:
    touched = {_attribute(change.field) for change in changes} or {"category", "status", "resolution"}
    state: State = {name: getattr(issue, name) for name in touched if name}
    if "category" not in state:
        state["category"] = issue.category
    return state


def _undo(state: State, change: Change, resolve: Callable[[str], str]) -> None:
    name = _attribute(change.field)
    if name is None:
        return
    if change.mode is ChangeMode.ELEMENT:
        state[name] = _without_element(state[name], change, resolve)
    elif name == "fields":
        was = change.old_list if change.mode is ChangeMode.LIST else change.old_text or change.old
        state[name] = {**_mapping(state[name]), change.field.removeprefix("field:"): was}
    elif change.mode is ChangeMode.LIST:
        state[name] = change.old_list
    elif change.field in _TEXTS:
        state[name] = change.old_text or change.old or ""
    else:
        state[name] = _VALUES[change.field][1](change.old)


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


def _without_element(value: object, change: Change, resolve: Callable[[str], str]) -> tuple[str, ...]:
    """Undo one element's entering or leaving. The order of the rest stays."""
    elements = list(value) if isinstance(value, tuple) else []
    entered, left = (
        _element(change, change.new, change.new_text, resolve),
        _element(change, change.old, change.old_text, resolve),
    )
    if entered and entered in elements:
        elements.remove(entered)
    if left and left not in elements:
        elements.append(left)
    return tuple(elements)


def _element(change: Change, value: str | None, text: str, resolve: Callable[[str], str]) -> str:
    if change.field in _NAMED_SETS:
        return text or value or ""
    if change.field == Field.MILESTONES:
        return resolve(value) if value else ""
    return value or ""
