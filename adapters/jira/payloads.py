"""Shapes of Jira's payloads, as far as we need them. What we don't know is ignored.

REST v2 (Data Center) and v3 (Cloud) differ in rich text, in instants of histories (text or
milliseconds) and in sprints (text or objects); these shapes read both.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from adapters.errors import MalformedError

Shape = TypeVar("Shape")

_SPRINT_START = re.compile(r"\[id=(\d+),")
_SPRINT_END = re.compile(r",id=(\d+)\]$")


def instant(value: object) -> dt.datetime:
    """Read an instant: `2026-03-31T16:43:50.000+0200`, or epoch milliseconds.

    Returns:
        Aware UTC.

    Raises:
        ValueError: It is neither.
    """
    try:
        if isinstance(value, int):
            return dt.datetime.fromtimestamp(value / 1000, dt.UTC)
        at = dt.datetime.fromisoformat(value if isinstance(value, str) else "")
    except (ValueError, OverflowError, OSError) as exc:
        raise ValueError("expected an instant such as 2026-03-31T16:43:50.000+0200") from exc
    return at.astimezone(dt.UTC) if at.tzinfo else at.replace(tzinfo=dt.UTC)


def day(value: object) -> dt.date:
    """Read a day: `2026-03-31`, also with a time behind it.

    Raises:
        ValueError: It is none.
    """
    try:
        return dt.date.fromisoformat(value[:10] if isinstance(value, str) else "")
    except ValueError as exc:
        raise ValueError("expected a day such as 2026-03-31") from exc


def _text(value: object) -> object:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_text)]  # null where a text has none
Instant = Annotated[dt.datetime, BeforeValidator(instant)]
Day = Annotated[dt.date, BeforeValidator(day)]


class Payload(BaseModel):
    """A JSON object of Jira's: its words in camel case, what else it holds ignored."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        alias_generator=to_camel,
        coerce_numbers_to_str=True,
        populate_by_name=True,
    )


class Named(Payload):
    """A priority, resolution, component, security level, project: id and name."""

    id: Text = ""
    name: Text = ""
    key: Text = ""


class StatusCategory(Payload):
    """How far a status is: `key` is new, indeterminate, done or undefined, in every language."""

    key: Text = ""


class Status(Named):
    """A status with its category."""

    status_category: StatusCategory | None = None


class IssueType(Named):
    """An issue type. Data Center gives no hierarchy level."""

    subtask: bool = False
    hierarchy_level: int | None = None


class ProjectPayload(Named):
    """A project, with the types its issues may have."""

    issue_types: tuple[IssueType, ...] = ()


class Version(Named):
    """A version of a project."""

    description: str | None = None
    archived: bool = False
    released: bool = False
    start_date: Day | None = None
    release_date: Day | None = None


class Reference(Payload):
    """Another issue, as a parent, an epic or the far end of a link."""

    id: Text = ""
    key: Text = ""


class LinkType(Payload):
    """How a link reads: the issue it lies on `outward` the outward issue."""

    name: Text = ""
    inward: Text = ""
    outward: Text = ""


class IssueLink(Payload):
    """A link as one of its two issues shows it."""

    id: str
    type: LinkType
    inward_issue: Reference | None = None
    outward_issue: Reference | None = None


class User(Payload):
    """A person: `accountId` on Cloud, `name` and `key` on Data Center."""

    account_id: Text = ""
    name: Text = ""
    key: Text = ""
    display_name: Text = ""
    email_address: Text = ""
    time_zone: Text = ""

    @property
    def account(self) -> str:
        """What names the account for ever, or the best there is."""
        return self.account_id or self.key or self.name


class FieldsPayload(Payload):
    """The fields of an issue. Custom fields are kept as they came; see `custom`."""

    model_config = ConfigDict(extra="allow")

    created: Instant
    updated: Instant | None = None
    summary: str | None = None
    description: object = None
    issuetype: IssueType | None = None
    status: Status | None = None
    statuscategorychangedate: Instant | None = None
    resolution: Named | None = None
    resolutiondate: Instant | None = None
    priority: Named | None = None
    project: Named | None = None
    security: Named | None = None
    labels: tuple[str, ...] | None = None
    components: tuple[Named, ...] | None = None
    fix_versions: tuple[Version, ...] | None = None
    parent: Reference | None = None
    epic: Reference | None = None
    sprint: object = None
    closed_sprints: object = None
    duedate: Day | None = None
    timeoriginalestimate: int | None = None  # seconds
    issuelinks: tuple[IssueLink, ...] | None = None
    assignee: User | None = None
    reporter: User | None = None
    creator: User | None = None

    def custom(self, field_id: str) -> object:
        """Return a field as it came, None where the issue has none."""
        extra = self.__pydantic_extra__
        return extra.get(field_id) if extra else None


class Item(Payload):
    """One field's change within a history. On old Data Centers `field_id` is absent."""

    field: Text = ""
    fieldtype: Text = ""
    field_id: str | None = None
    from_: str | None = Field(default=None, alias="from")
    from_string: str | None = None
    to: str | None = None
    to_string: str | None = Field(default=None, alias="toString")


class History(Payload):
    """What one act of somebody changed."""

    id: str
    created: Instant
    author: User | None = None
    items: tuple[Item, ...] = ()


class Changelog(Payload):
    """The history as an issue carries it. `total` may be more than what is here."""

    total: int | None = None
    histories: tuple[History, ...] = ()


class IssuePayload(Payload):
    """An issue with its history, where that was asked for or joined in."""

    id: str
    key: str
    fields: FieldsPayload
    changelog: Changelog | None = None


class FieldSchema(Payload):
    """What a field holds; `custom` is the type key, the only thing that is never renamed."""

    type: Text = ""
    items: Text = ""
    custom: Text = ""


class FieldPayload(Payload):
    """A field of the site's catalogue."""

    id: str
    key: str | None = None
    name: Text = ""
    untranslated_name: str | None = None
    shape: FieldSchema | None = Field(default=None, alias="schema")

    @property
    def type_key(self) -> str:
        """Type key of a custom field; "" for a system field."""
        return self.shape.custom if self.shape else ""


def read(shape: type[Shape], answer: bytes, told: str) -> Shape:
    """Read an answer's body into a shape.

    Args:
        shape: A payload, or a tuple of them.
        answer: The body.
        told: What was asked, for the message.

    Raises:
        MalformedError: It is no JSON, or has another shape.
    """
    try:
        value: object = json.loads(answer)
    except (ValueError, RecursionError) as exc:
        raise MalformedError(f"{told} answered {len(answer)} bytes that are no JSON") from exc
    return shaped(shape, value, told)


def shaped(shape: type[Shape], value: object, told: str) -> Shape:
    """Read an answer into a shape.

    Args:
        shape: A payload, or a tuple of them.
        value: What was answered.
        told: Where it came from, for the message.

    Raises:
        MalformedError: It has another shape; the message names the place, never a value.
    """
    try:
        return TypeAdapter(shape).validate_python(value)
    except ValidationError as exc:
        error = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, error["loc"])) or "the answer"
        raise MalformedError(f"{told}: {place}: {error['msg']}") from exc


def sprint_ids(value: object) -> tuple[str, ...]:
    """Return the ids in a sprint field, in order, each once.

    Cloud gives objects; Data Center text such as `…Sprint@1a[id=7,rapidViewId=3,state=ACTIVE,…]`
    (older ones with the id last), whose name and goal may hold commas, brackets and `id=`.
    """
    values = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(dict.fromkeys(found for one in values if (found := _sprint_id(one))))


def is_sprint(value: object) -> bool:
    """Whether a custom field's value looks like sprints, for sites whose catalogue is unknown."""
    first = value[0] if isinstance(value, Sequence) and value and not isinstance(value, str) else None
    if isinstance(first, str):
        return "greenhopper.service.sprint.Sprint@" in first
    return isinstance(first, Mapping) and {"id", "name", "state", "boardId"} <= first.keys()


def _sprint_id(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value.get("id", ""))
    if not isinstance(value, str):
        return ""
    found = _SPRINT_START.search(value) or _SPRINT_END.search(value)
    return found.group(1) if found else ""
