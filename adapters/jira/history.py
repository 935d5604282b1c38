"""Jira's changelog as neutral changes. Pure.

Shapes go by the field: single values, one item per element, or whole lists in one text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from adapters.jira.parse import Context, FieldMap, level_of
from adapters.jira.payloads import History, IssuePayload, IssueType, Item, day
from adapters.records import Category, Change, ChangeMode, Field

_ITEM_FIELDS = {  # the changelog's word where it is not the field's id and `fieldId` is missing
    "fix version": "fixVersions",
    "fix version/s": "fixVersions",
    "component": "components",
    "component/s": "components",
    "issueparentassociation": "parent",
    "fixversions": "fixVersions",
    "issue type": "issuetype",
    "key": "issuekey",
}
_ROLE_NAMES = {  # a custom field's usual name, where the site's catalogue does not know it
    "story points": Field.POINTS,
    "story point estimate": Field.POINTS,
    "sprint": Field.ITERATIONS,
    "epic link": Field.PARENT,
    "parent link": Field.PARENT,
    "start date": Field.START,
}
_NAMED = {  # single values with an id and a name
    "summary": Field.TITLE,
    "status": Field.STATUS,
    "issuetype": Field.TYPE,
    "resolution": Field.RESOLUTION,
    "priority": Field.PRIORITY,
    "security": Field.SECURITY,
    "project": Field.PROJECT,
    "issuekey": Field.REF,
}


Reading = Callable[[str, str], str | None]
"""Makes a value of an item's id and text; "" for what is missing."""


def parse_changes(issue: IssuePayload, context: Context) -> tuple[Change, ...]:
    """Make changes of an issue's histories, oldest first. What an issue was created with has none."""
    histories = issue.changelog.histories if issue.changelog else ()
    return tuple(
        change
        for history in sorted(histories, key=lambda one: (one.created, _number(one.id), one.id))
        for change in _act(history, issue_key=context.issue_key(issue.id), context=context)
    )


def is_cut(raw: Mapping[str, object], *, most: int | None = None) -> bool:
    """Whether an issue may have more histories than came with it.

    Args:
        raw: The issue as it came.
        most: So many histories are the most that may come with an issue; None: `total` tells.
    """
    log = raw.get("changelog")
    told = log.get("histories") if isinstance(log, Mapping) else None
    if not isinstance(log, Mapping) or not isinstance(told, Sequence):
        return True
    total = log.get("total")
    return (most is not None and len(told) >= most) or (isinstance(total, int) and total > len(told))


def total_of(raw: Mapping[str, object]) -> int | None:
    """Return how many histories an issue says it has; None if it does not."""
    log = raw.get("changelog")
    total = log.get("total") if isinstance(log, Mapping) else None
    return total if isinstance(total, int) else None


def completed(raw: Mapping[str, object], told: Iterable[Mapping[str, object]]) -> Mapping[str, object]:
    """Return an issue with the histories that were told of it apart, beside those that came with it."""
    log = raw.get("changelog")
    came = log.get("histories") if isinstance(log, Mapping) else None
    own = [one for one in came if isinstance(one, Mapping)] if isinstance(came, Sequence) else []
    whole = {str(one.get("id")): one for one in own} | {str(one.get("id")): one for one in joined(told)}
    return {**raw, "changelog": {"histories": list(whole.values())}}


def joined(histories: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Join raw histories that arrived in parts, over pages.

    Returns:
        Each history once, with each of its items once.
    """
    whole: dict[str, dict[str, object]] = {}
    items: dict[str, dict[str, object]] = {}
    for history in histories:
        number = str(history.get("id"))
        whole.setdefault(number, dict(history))
        part = history.get("items")
        for item in part if isinstance(part, Sequence) else ():
            items.setdefault(number, {})[json.dumps(item, sort_keys=True)] = item
    return [{**history, "items": list(items.get(number, {}).values())} for number, history in whole.items()]


class _Draft(NamedTuple):
    """A change but for what its history says. A tuple: there are many, and they are compared."""

    field: str
    mode: ChangeMode = ChangeMode.SET
    old: str | None = None
    new: str | None = None
    old_text: str = ""
    new_text: str = ""
    old_list: tuple[str, ...] = ()
    new_list: tuple[str, ...] = ()


def _act(history: History, *, issue_key: str, context: Context) -> Iterator[Change]:
    drafts = [draft for item in history.items for draft in _drafts(item, context)]
    author = history.author.account if history.author else ""
    for number, draft in enumerate(drafts if len(drafts) < 2 else dict.fromkeys(drafts)):
        yield Change(
            issue=issue_key,
            id=f"{history.id}.{number}",
            act=history.id,
            at=history.created,
            author=author,
            field=draft.field,
            mode=draft.mode,
            old=draft.old,
            new=draft.new,
            old_text=draft.old_text,
            new_text=draft.new_text,
            old_list=draft.old_list,
            new_list=draft.new_list,
        )


def _drafts(item: Item, context: Context) -> Iterator[_Draft]:
    """Say what an item changed. The shape goes by the field, never by the look of the value."""
    field_id = _field_id(item, context.fields)
    if field_id in _NAMED:
        yield _named(_NAMED[field_id], item)
    yield from _role_drafts(field_id, item, context)
    for name in context.fields.asked_by_id.get(field_id.lower(), ()):
        yield _asked(f"field:{name}", item, context.fields.lists.get(field_id))


def _role_drafts(field_id: str, item: Item, context: Context) -> Iterator[_Draft]:
    if field_id == "status":
        yield _single(Field.CATEGORY, *_pair(item, lambda key, name: _category(context, key, name)), item)
    elif field_id == "issuetype":
        yield _single(Field.LEVEL, *_pair(item, lambda key, name: _level(context, key, name)), item)
    elif field_id == "fixVersions":
        yield from _elements(Field.MILESTONES, item, lambda key, name: _version(context, key, name))
    elif field_id == "components":
        yield from _elements(Field.COMPONENTS, item, lambda key, name: key or name)
    elif field_id == "labels":
        yield _list(Field.LABELS, _words(item.from_string), _words(item.to_string), item)
    elif role := _role_of(field_id, item, context.fields):
        yield _planned(role, item, context)


def _planned(role: Field, item: Item, context: Context) -> _Draft:
    """Read a field of planning, which is a custom field on most sites."""
    if role is Field.ITERATIONS:
        old_keys, new_keys = (tuple(map(context.sprint_key, _ids(text))) for text in (item.from_, item.to))
        return _list(role, old_keys, new_keys, item)
    readings: dict[Field, Reading] = {
        Field.PARENT: lambda key, _: context.issue_key(key) if key else None,
        Field.POINTS: lambda key, text: _decimal(key or text),
        Field.HOURS: lambda key, text: _hours(key or text),
    }
    return _single(role, *_pair(item, readings.get(role, lambda key, text: _day(key or text))), item)


def _pair(item: Item, read: Reading) -> tuple[str | None, str | None]:
    """Read both sides of an item. A side that is empty stays so."""
    old, new = (item.from_ or "", item.from_string or ""), (item.to or "", item.to_string or "")
    return read(*old) if any(old) else None, read(*new) if any(new) else None


def _single(name: str, old: str | None, new: str | None, item: Item) -> _Draft:
    return _Draft(
        field=name, old=old, new=new, old_text=item.from_string or "", new_text=item.to_string or ""
    )


def _named(name: str, item: Item) -> _Draft:
    return _single(name, *_pair(item, lambda key, text: key or text), item)


def _asked(name: str, item: Item, separator: str | None) -> _Draft:
    """Read a field that rules asked for. A list's ids stand in brackets, its names apart by a separator."""
    if separator is None:
        return _named(name, item)
    old, new = (
        tuple(part.strip() for part in (text or "").split(separator) if part.strip())
        for text in (item.from_string, item.to_string)
    )
    return _list(name, old, new, item)


def _elements(name: str, item: Item, read: Reading) -> Iterator[_Draft]:
    """One element left or entered; an item that tells both is two changes."""
    old, new = _pair(item, read)
    if old is not None:
        yield _Draft(field=name, mode=ChangeMode.ELEMENT, old=old, old_text=item.from_string or "")
    if new is not None:
        yield _Draft(field=name, mode=ChangeMode.ELEMENT, new=new, new_text=item.to_string or "")


def _list(name: str, old: tuple[str, ...], new: tuple[str, ...], item: Item) -> _Draft:
    return _Draft(
        field=name,
        mode=ChangeMode.LIST,
        old_list=old,
        new_list=new,
        old_text=item.from_string or "",
        new_text=item.to_string or "",
    )


def _field_id(item: Item, fields: FieldMap) -> str:
    if item.field_id:
        return item.field_id
    name = item.field.lower()
    if item.fieldtype == "custom":
        return fields.names.get(name, name)
    return _ITEM_FIELDS.get(name, name)


def _role_of(field_id: str, item: Item, fields: FieldMap) -> Field | None:
    role = fields.roles.get(field_id)
    if role is not None:
        return role
    is_unknown = item.fieldtype == "custom" and not fields.known
    return _ROLE_NAMES.get(item.field.lower()) if is_unknown else None


def _category(context: Context, status_id: str, name: str) -> str:
    known = context.statuses
    return known.get(status_id, known.get(name.lower(), Category.UNKNOWN)).value


def _level(context: Context, type_id: str, name: str) -> str:
    guessed = level_of(IssueType(name=name, subtask=name.lower() in {"sub-task", "subtask"}))
    return str(context.levels.get(type_id, context.levels.get(name.lower(), guessed)))


def _version(context: Context, version_id: str, name: str) -> str:
    return context.version_key(version_id) if version_id else f"{context.prefix}:milestone-title:{name}"


def _words(text: str | None) -> tuple[str, ...]:
    return tuple((text or "").split())


def _ids(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _decimal(text: str) -> str | None:
    """Write a number one way: `3`, `0.5`; None for what is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return f"{number.normalize():f}" if number.is_finite() else None


def _hours(seconds: str) -> str | None:
    """Turn seconds into hours; the changelog says 0 where the issue has none."""
    return _decimal(repr(int(seconds) / 3600)) if seconds.isdecimal() and int(seconds) else None


def _day(text: str) -> str | None:
    try:
        return day(text).isoformat()
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
