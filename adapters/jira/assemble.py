"""Jira's issues as records, with their changes and links. Pure; one bad issue is kept out and told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from adapters.jira import adf
from adapters.jira.history import parse_changes
from adapters.jira.parse import EPIC_LEVEL, SUBTASK_LEVEL, Context, category_of, level_of
from adapters.jira.payloads import (
    FieldsPayload,
    IssueLink,
    IssuePayload,
    Reference,
    User,
    instant,
    sprint_ids,
)
from adapters.records import (
    Category,
    Change,
    Field,
    FieldValue,
    Issue,
    Link,
    LinkKind,
    Person,
    Quarantined,
)

_SECONDS_AN_HOUR = 3600
# Sites name link types as they like; the text of a side tells who waits for whom.
_WAITS = re.compile(r"\b(blocked|dependent (up)?on|depends? (up)?on|requires|done after)\b", re.IGNORECASE)
_HOLDS = re.compile(
    r"\b(blocks|blocking|depended( on)? by|required by|done before|(dependency|prerequisite) (of|for))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What a page of issues holds. Links are each there once."""

    issues: tuple[Issue, ...]
    changes: tuple[Change, ...]
    links: tuple[Link, ...]
    quarantined: tuple[Quarantined, ...]


def records(raws: Iterable[Mapping[str, object]], context: Context) -> Records:
    """Make records of raw issues, history included where they carry it."""
    issues: list[Issue] = []
    changes: list[Change] = []
    links: dict[str, Link] = {}
    quarantined: list[Quarantined] = []
    for raw in raws:
        try:
            payload = IssuePayload.model_validate(raw)
        except ValidationError as exc:
            quarantined.append(_quarantined(raw, exc))
            continue
        own_changes = parse_changes(payload, context)
        issues.append(parse_issue(payload, own_changes, context))
        changes += own_changes
        links |= {link.id: link for link in parse_links(payload, context)}
    return Records(
        issues=tuple(issues),
        changes=tuple(changes),
        links=tuple(links.values()),
        quarantined=tuple(quarantined),
    )


def parse_issue(payload: IssuePayload, changes: Sequence[Change], context: Context) -> Issue:
    """Make an issue of its payload; its own changes tell when it was closed."""
    fields = payload.fields
    category = _category(fields, context)
    return Issue(
        key=context.issue_key(payload.id),
        source=context.source,
        ref=payload.key,
        title=fields.summary or "",
        body=adf.plain_text(fields.description),
        type=fields.issuetype.name if fields.issuetype else "",
        level=_level(fields, context),
        status=fields.status.name if fields.status else "",
        category=category,
        resolution=fields.resolution.name if fields.resolution else "",
        labels=fields.labels or (),
        components=tuple(one.name for one in fields.components or ()),
        milestones=tuple(dict.fromkeys(context.version_key(one.id) for one in fields.fix_versions or ())),
        iterations=_iterations(fields, context),
        parent=_parent(fields, context),
        points=_first_number(fields, context.fields.points),
        hours=fields.timeoriginalestimate / _SECONDS_AN_HOUR if fields.timeoriginalestimate else None,
        due_on=fields.duedate,
        start_on=_first_day(fields, context.fields.starts),
        priority=fields.priority.name if fields.priority else "",
        security=(fields.security.name or fields.security.id or "restricted") if fields.security else "",
        project=fields.project.id if fields.project else "",
        created_at=fields.created,
        updated_at=fields.updated or fields.created,
        closed_at=_closed_at(fields, changes) if category is Category.DONE else None,
        people=_people(fields),
        fields=_asked(fields, context),
        url=f"{context.site}/browse/{payload.key}" if context.site else "",
    )


def parse_links(payload: IssuePayload, context: Context) -> Iterator[Link]:
    """Yield an issue's links, each read the same way from whichever side it is seen.

    Source:
        An entry with an outward issue X says "this <outward> X"; one with an inward issue X says
        "this <inward> X", which is "X <outward> this".
    """
    here = context.issue_key(payload.id)
    for raw in payload.fields.issuelinks or ():
        there = _reference_key(raw.outward_issue or raw.inward_issue, context)
        if there is None:
            continue
        ends = (here, there) if raw.outward_issue else (there, here)
        yield _link(raw, ends, context)


def keys_to_find(raws: Iterable[Mapping[str, object]], context: Context) -> tuple[str, ...]:
    """Return keys of epics that issues name by key alone and whose ids are not known yet."""
    link_ids = (*context.fields.epic_links, *context.fields.parent_links)
    named: dict[str, None] = {}
    for raw in raws:
        fields = raw.get("fields")
        if not isinstance(fields, Mapping) or _has_id(fields.get("parent")):
            continue
        for value in (fields.get(field_id) for field_id in link_ids):
            if isinstance(value, str) and value and value not in context.issue_ids:
                named[value] = None
    return tuple(named)


def epics(raws: Iterable[Mapping[str, object]], context: Context) -> Iterator[tuple[str, str]]:
    """Yield key and id of the issues that others may name as theirs by key alone."""
    for raw in raws:
        fields = raw.get("fields")
        held = fields if isinstance(fields, Mapping) else {}
        kind = held.get("issuetype")
        named = kind if isinstance(kind, Mapping) else {}
        level = named.get("hierarchyLevel")
        is_above = isinstance(level, int) and level >= EPIC_LEVEL
        if (
            is_above
            or str(named.get("name")).lower() == "epic"
            or any(map(held.get, context.fields.epic_names))
        ):
            yield str(raw.get("key")), str(raw.get("id"))


def holds_unknown(raws: Iterable[Mapping[str, object]], context: Context) -> bool:
    """Whether an issue has a status or type that the site's definitions, as noted, do not have."""
    for raw in raws:
        fields = raw.get("fields")
        held = fields if isinstance(fields, Mapping) else {}
        for name, known in (("status", context.statuses), ("issuetype", context.levels)):
            value = held.get(name)
            if isinstance(value, Mapping) and value.get("id") and str(value["id"]) not in known:
                return True
    return False


def placed(raws: Iterable[Mapping[str, object]]) -> Iterator[tuple[str, dt.datetime]]:
    """Yield id and creation of issues; one whose creation cannot be read does not move the position."""
    for raw in raws:
        fields = raw.get("fields")
        try:
            yield str(raw.get("id")), instant(fields.get("created") if isinstance(fields, Mapping) else None)
        except ValueError:
            continue


def _quarantined(raw: Mapping[str, object], exc: ValidationError) -> Quarantined:
    """Say which field of which issue cannot be read. The value stays out: it is the tracker's text."""
    error = exc.errors(include_url=False, include_context=False)[0]
    path = ".".join(str(step) for step in error["loc"] if step != "fields")
    found = "nothing" if error["type"] == "missing" else type(error["input"]).__name__
    ref = raw.get("key") or raw.get("id") or "(no key)"
    return Quarantined(
        ref=str(ref)[:80],
        field=path[:80],
        reason=f"{error['msg'].removeprefix('Value error, ')}; found {found}",
    )


def _category(fields: FieldsPayload, context: Context) -> Category:
    """Return how far it is: by its status, else by what the site says of a status of that id."""
    told = category_of(fields.status)
    if told is not Category.UNKNOWN or fields.status is None:
        return told
    return context.statuses.get(fields.status.id, Category.UNKNOWN)


def _level(fields: FieldsPayload, context: Context) -> int:
    level = level_of(fields.issuetype)
    names_epic = any(fields.custom(field_id) for field_id in context.fields.epic_names)
    is_told = fields.issuetype is not None and fields.issuetype.hierarchy_level is not None
    return EPIC_LEVEL if names_epic and not is_told and level != SUBTASK_LEVEL else level


def _iterations(fields: FieldsPayload, context: Context) -> tuple[str, ...]:
    held = [fields.closed_sprints, fields.sprint, *(fields.custom(one) for one in context.fields.sprints)]
    ids = (found for value in held for found in sprint_ids(value))
    return tuple(dict.fromkeys(context.sprint_key(sprint_id) for sprint_id in ids))


def _parent(fields: FieldsPayload, context: Context) -> str | None:
    """Find the parent: named by id where Jira does so, else by key through the ids known by now."""
    if fields.parent is not None and fields.parent.id:
        return context.issue_key(fields.parent.id)
    named = (*context.fields.epic_links, *context.fields.parent_links)
    references = [fields.parent, fields.epic, *(_as_reference(fields.custom(one)) for one in named)]
    keys = (_reference_key(reference, context) for reference in references)
    return next((key for key in keys if key), None)


def _as_reference(value: object) -> Reference | None:
    if isinstance(value, str) and value:
        return Reference(key=value)
    if isinstance(value, Mapping):
        nested = value.get("data")  # a parent link of a plan wraps the issue
        named = nested if isinstance(nested, Mapping) else value
        return Reference(id=str(named.get("id") or ""), key=str(named.get("key") or ""))
    return None


def _reference_key(reference: Reference | None, context: Context) -> str | None:
    if reference is None:
        return None
    issue_id = reference.id or context.issue_ids.get(reference.key, "")
    return context.issue_key(issue_id) if issue_id else None


def _has_id(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value.get("id"))


def _closed_at(fields: FieldsPayload, changes: Sequence[Change]) -> dt.datetime | None:
    """Say when a done issue became done: by its history, else by what Jira keeps beside it."""
    done = Category.DONE.value
    for change in reversed(changes):
        if change.field == Field.CATEGORY and change.new == done and change.old != done:
            return change.at
    return fields.statuscategorychangedate or fields.resolutiondate


def _people(fields: FieldsPayload) -> tuple[Person, ...]:
    roles = {"assignee": fields.assignee, "reporter": fields.reporter, "creator": fields.creator}
    return tuple(_person(role, user) for role, user in roles.items() if user is not None)


def _person(role: str, user: User) -> Person:
    return Person(role=role, account=user.account, name=user.display_name, email=user.email_address)


def _link(raw: IssueLink, ends: tuple[str, str], context: Context) -> Link:
    """Make a link of an entry that reads "ends[0] <outward> ends[1]"; a waiting word is read backwards."""
    outward, inward = raw.type.outward.strip(), raw.type.inward.strip()
    words = f"{raw.type.name} {outward} {inward}".lower()
    kind = LinkKind.RELATES
    if "block" in words or any(_WAITS.search(text) or _HOLDS.search(text) for text in (outward, inward)):
        kind = LinkKind.BLOCKS
    elif "split" in words:
        kind = LinkKind.SPLIT
    reads_back = bool(_WAITS.search(outward)) or "split from" in outward.lower()
    if kind is not LinkKind.RELATES and reads_back:
        ends, outward = (ends[1], ends[0]), inward
    return Link(
        id=f"{context.prefix}:link:{raw.id}",
        source=context.source,
        a=ends[0],
        b=ends[1],
        kind=kind,
        name=outward or raw.type.name,
    )


def _first_number(fields: FieldsPayload, field_ids: Iterable[str]) -> float | None:
    for value in (fields.custom(field_id) for field_id in field_ids):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
    return None


def _first_day(fields: FieldsPayload, field_ids: Iterable[str]) -> dt.date | None:
    for value in (fields.custom(field_id) for field_id in field_ids):
        if isinstance(value, str) and value:
            try:
                return dt.date.fromisoformat(value[:10])
            except ValueError:
                continue
    return None


def _asked(fields: FieldsPayload, context: Context) -> dict[str, FieldValue]:
    """Return the fields that rules asked for, where the issue has them."""
    found = {name: _value(_raw(fields, field_id)) for name, field_id in context.fields.asked.items()}
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def _raw(fields: FieldsPayload, field_id: str) -> object:
    value = fields.custom(field_id)
    return value if value is not None else getattr(fields, field_id, None)


def _value(value: object) -> FieldValue:
    """Make a field's value plain: options, users and versions by name, lists of them as texts."""
    if value is None or isinstance(value, (str, bool, float)):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, Sequence):
        return tuple(text for one in value if (text := _named(one)))
    return _named(value)


def _named(value: object) -> str:
    if not isinstance(value, Mapping):
        return "" if value is None else str(value)
    if value.get("type") == "doc":
        return adf.plain_text(value)
    texts = (value.get(name) for name in ("value", "name", "displayName", "key", "id"))
    text = next((str(one) for one in texts if one), "")
    child = value.get("child")
    return f"{text} / {_named(child)}" if isinstance(child, Mapping) else text
