"""Tracker-neutral facts. Frozen values, no logic beyond what they say of themselves.

Terms: a *key* is stable for ever and starts with the source's prefix
(`jira:issue:10077`, `github:acme/apollo:milestone:3`); a *ref* is what people call the thing
today (`APO-77`, `apollo#12`). Instants (`_at`) are aware UTC datetimes, days (`_on`) plain dates.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

FieldValue = str | float | bool | tuple[str, ...] | None
"""Value of a field a rule asked for: text, number, truth, or a list of texts."""


class Category(enum.StrEnum):
    """How far a status is, whatever its name. UNKNOWN when the tracker no longer says."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    UNKNOWN = "unknown"


class MilestoneStatus(enum.StrEnum):
    """Life of a milestone in its tracker. CANCELLED: archived without having been released."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class ChangeMode(enum.StrEnum):
    """How a change's `old` and `new` are to be read.

    SET: the whole value before and after. ELEMENT: one element left (`old`) or entered (`new`)
    a set. LIST: the whole list before and after, in `old_list` and `new_list`.
    """

    SET = "set"
    ELEMENT = "element"
    LIST = "list"


class Field(enum.StrEnum):
    """Neutral names of the issue fields whose changes are kept. Other fields: `field:NAME`."""

    TITLE = "title"
    TYPE = "type"
    LEVEL = "level"  # hierarchy level as text: "-1" sub-task, "0" base, "1" epic, …
    STATUS = "status"
    CATEGORY = "category"
    RESOLUTION = "resolution"
    LABELS = "labels"
    COMPONENTS = "components"
    MILESTONES = "milestones"  # milestone keys, or `PREFIX:milestone-title:TITLE` where only a title is known
    ITERATIONS = "iterations"
    PARENT = "parent"  # key of the parent issue
    POINTS = "points"
    HOURS = "hours"
    DUE = "due_on"
    START = "start_on"
    PRIORITY = "priority"
    SECURITY = "security"
    PROJECT = "project"  # the container in the tracker: a project id, a repository
    REF = "ref"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody the tracker knows. Internal for ever: no policy opens it."""

    role: str  # assignee, reporter, creator, author, …
    account: str = ""
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue as the tracker has it now."""

    key: str
    source: str  # name of the source it came from, e.g. `jira:APO`
    ref: str
    title: str
    body: str = ""
    type: str = ""
    level: int | None = None  # -1 sub-task, 0 base, 1 epic, >1 above; None: the tracker has no levels
    status: str = ""
    category: Category = Category.UNKNOWN
    resolution: str = ""  # "" while none
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    iterations: tuple[str, ...] = ()
    parent: str | None = None
    points: float | None = None
    hours: float | None = None  # original estimate
    due_on: dt.date | None = None
    start_on: dt.date | None = None
    priority: str = ""
    security: str = ""  # name of the security level; "" when none: anything else is withheld
    project: str = ""
    created_at: dt.datetime
    updated_at: dt.datetime
    closed_at: dt.datetime | None = None
    people: tuple[Person, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=dict)  # keyed as the rules named them
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one issue changed at an instant.

    `id` is unique within the issue; changes of one act in the tracker share `act`. They come in
    order of time; of one instant, in the tracker's own order. ELEMENT: exactly one of `old`, `new`
    is set. `old`/`new` are keys or ids where the tracker has them, `old_text`/`new_text` the names
    of that day.
    """

    issue: str
    id: str
    act: str
    at: dt.datetime
    field: str  # a `Field` value or `field:NAME`
    mode: ChangeMode = ChangeMode.SET
    old: str | None = None
    new: str | None = None
    old_text: str = ""
    new_text: str = ""
    old_list: tuple[str, ...] = ()
    new_list: tuple[str, ...] = ()
    author: str = ""  # account; internal


class LinkKind(enum.StrEnum):
    """What a link says, read from `a` to `b`."""

    BLOCKS = "blocks"  # a blocks b
    COVERS = "covers"  # a (a change request) covers b
    SPLIT = "split"  # a was split into b
    RELATES = "relates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link between two issues, once, whichever side told of it. `name` is the tracker's own word."""

    id: str
    source: str
    a: str
    b: str
    kind: LinkKind = LinkKind.RELATES
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A version, milestone or sprint as the tracker has it now.

    `due_on` is the tracker's date as it stands, also after release (Jira rewrites it then).
    `released_on` is the day of release where the tracker keeps a day, `closed_at` the instant
    where it keeps one; both None while open.
    """

    key: str
    source: str
    name: str
    status: MilestoneStatus = MilestoneStatus.OPEN
    start_on: dt.date | None = None
    due_on: dt.date | None = None
    released_on: dt.date | None = None
    closed_at: dt.datetime | None = None
    description: str = ""
    position: int = 0  # order in the tracker


class IterationStatus(enum.StrEnum):
    """Life of a sprint or iteration."""

    FUTURE = "future"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Iteration:
    """A sprint or iteration as the tracker has it now. A future one may have no instants yet."""

    key: str  # `jira:sprint:7`
    source: str
    name: str
    status: IterationStatus = IterationStatus.FUTURE
    start_at: dt.datetime | None = None
    end_at: dt.datetime | None = None  # planned
    completed_at: dt.datetime | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationSighting:
    """What an iteration looked like when we looked."""

    seen_at: dt.datetime
    iteration: Iteration


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneSighting:
    """What a milestone looked like when we looked. Trackers keep no history of dates: this is it."""

    seen_at: dt.datetime
    milestone: Milestone


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An issue that could not be read: reported, and kept out, without stopping the rest."""

    ref: str
    field: str
    reason: str
