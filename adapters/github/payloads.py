"""What GitHub sends, checked and brought to one shape, whether by REST or by GraphQL.

Both faces tell the same facts under other names: `state_reason` and `stateReason`, a list of labels
and a connection of label nodes. Every model here reads either. Unknown keys are ignored.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AliasChoices,
    AliasPath,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
)

from adapters.wire import JSON

BOT_SUFFIX = "[bot]"  # REST puts it behind the login of an app's account, GraphQL does not


class EventKind(enum.StrEnum):
    """Timeline events that change a field we keep, by their REST name."""

    MILESTONED = "milestoned"
    DEMILESTONED = "demilestoned"
    LABELED = "labeled"
    UNLABELED = "unlabeled"
    CLOSED = "closed"
    REOPENED = "reopened"
    RENAMED = "renamed"
    PARENT_ADDED = "parent_issue_added"
    PARENT_REMOVED = "parent_issue_removed"
    TYPE_ADDED = "issue_type_added"
    TYPE_REMOVED = "issue_type_removed"
    TYPE_CHANGED = "issue_type_changed"
    TRANSFERRED = "transferred"


_NODE_TYPES: Mapping[str, EventKind] = {
    "MilestonedEvent": EventKind.MILESTONED,
    "DemilestonedEvent": EventKind.DEMILESTONED,
    "LabeledEvent": EventKind.LABELED,
    "UnlabeledEvent": EventKind.UNLABELED,
    "ClosedEvent": EventKind.CLOSED,
    "ReopenedEvent": EventKind.REOPENED,
    "RenamedTitleEvent": EventKind.RENAMED,
    "ParentIssueAddedEvent": EventKind.PARENT_ADDED,
    "ParentIssueRemovedEvent": EventKind.PARENT_REMOVED,
    "IssueTypeAddedEvent": EventKind.TYPE_ADDED,
    "IssueTypeRemovedEvent": EventKind.TYPE_REMOVED,
    "IssueTypeChangedEvent": EventKind.TYPE_CHANGED,
    "TransferredEvent": EventKind.TRANSFERRED,
}
_KINDS: Mapping[str, EventKind] = {**{kind.value: kind for kind in EventKind}, **_NODE_TYPES}


class Payload(BaseModel):
    """Something GitHub sent: keys we do not know are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class IssueReference(Payload):
    """Another issue, by its repository (`owner/name`) and number."""

    repository: str
    number: StrictInt


def repository_of(url: object) -> str:
    """Return `owner/name` of a repository's or issue's address; "" where it holds none."""
    path = str(url or "").partition("/repos/")[2]
    return "/".join(path.split("/")[:2]) if path.count("/") >= 1 else ""


def _text(value: object) -> object:
    return "" if value is None else value


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else _text(value)


def _login(value: object) -> object:
    return value.removesuffix(BOT_SUFFIX) if isinstance(value, str) else _text(value)


def _nodes(value: object) -> object:
    """Take the elements of a REST list or of a GraphQL connection."""
    found = value.get("nodes") if isinstance(value, Mapping) else value
    return () if found is None else found


def _names(value: object) -> object:
    """Take label names: REST sends objects, and in old answers bare strings."""
    found = _nodes(value)
    if not isinstance(found, (list, tuple)):
        return found
    return tuple(e.get("name") if isinstance(e, Mapping) else e for e in found if e is not None)


def _logins(value: object) -> object:
    found = _nodes(value)
    if not isinstance(found, (list, tuple)):
        return found
    logins = (e.get("login") if isinstance(e, Mapping) else e for e in found if e is not None)
    return tuple(_login(login) for login in logins)


def _reference(value: object) -> object:
    """Read an issue as REST's address, REST's object or GraphQL's node."""
    if isinstance(value, str):
        number = value.rstrip("/").rpartition("/")[2]
        return {"repository": repository_of(value), "number": int(number) if number.isdigit() else None}
    if not isinstance(value, Mapping):
        return value
    home = value.get("repository")
    named = home.get("nameWithOwner") if isinstance(home, Mapping) else None
    told = named or repository_of(value.get("repository_url") or value.get("url"))
    return {"repository": told or _home_of_page(value.get("html_url")), "number": value.get("number")}


def _home_of_page(url: object) -> str:
    """Return `owner/name` of an issue's page for people; "" where it is none."""
    steps = urlsplit(str(url or "")).path.split("/")
    return "/".join(steps[1:3]) if len(steps) > 3 else ""


Text = Annotated[str, BeforeValidator(_text)]
Word = Annotated[str, BeforeValidator(_lowered)]
Login = Annotated[str, BeforeValidator(_login)]
Reference = Annotated[IssueReference | None, BeforeValidator(_reference)]


class IssuePayload(Payload):
    """An issue as a REST row or a GraphQL node."""

    number: StrictInt
    title: str
    body: Text = ""
    url: Text = Field(default="", validation_alias=AliasChoices("html_url", "url"))
    repository: Text = ""
    state: Annotated[Literal["open", "closed"], BeforeValidator(_lowered)]
    reason: Word = Field(default="", validation_alias=AliasChoices("state_reason", "stateReason"))
    type: Text = Field(
        default="", validation_alias=AliasChoices(AliasPath("type", "name"), AliasPath("issueType", "name"))
    )
    labels: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    author: Login = Field(
        default="", validation_alias=AliasChoices(AliasPath("user", "login"), AliasPath("author", "login"))
    )
    assignees: Annotated[tuple[str, ...], BeforeValidator(_logins)] = ()
    milestone: StrictInt | None = Field(default=None, validation_alias=AliasPath("milestone", "number"))
    parent: Reference = Field(default=None, validation_alias=AliasChoices("parent_issue_url", "parent"))
    created_at: AwareDatetime = Field(validation_alias=AliasChoices("created_at", "createdAt"))
    updated_at: AwareDatetime = Field(validation_alias=AliasChoices("updated_at", "updatedAt"))
    closed_at: AwareDatetime | None = Field(
        default=None, validation_alias=AliasChoices("closed_at", "closedAt")
    )


class MilestonePayload(Payload):
    """A milestone as a REST row."""

    number: StrictInt
    title: str
    description: Text = ""
    state: Annotated[Literal["open", "closed"], BeforeValidator(_lowered)]
    due_on: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None


class EventPayload(Payload):
    """A timeline event of a kind we keep, as a REST row or a GraphQL node.

    What an event does not tell stays empty: GitHub leaves out labels, types and issues that are
    gone or that the token may not see.
    """

    id: str = Field(validation_alias=AliasChoices("node_id", "id"), coerce_numbers_to_str=True, min_length=1)
    kind: EventKind
    at: AwareDatetime = Field(validation_alias=AliasChoices("created_at", "createdAt"))
    actor: Login = Field(default="", validation_alias=AliasPath("actor", "login"))
    milestone: Text = Field(
        default="", validation_alias=AliasChoices(AliasPath("milestone", "title"), "milestoneTitle")
    )
    label: Text = Field(default="", validation_alias=AliasPath("label", "name"))
    reason: Word = Field(default="", validation_alias=AliasChoices("state_reason", "stateReason"))
    title_before: Text = Field(
        default="", validation_alias=AliasChoices(AliasPath("rename", "from"), "previousTitle")
    )
    title_after: Text = Field(
        default="", validation_alias=AliasChoices(AliasPath("rename", "to"), "currentTitle")
    )
    parent: Reference = Field(default=None, validation_alias=AliasChoices("parent_issue", "parent"))
    type: Text = Field(
        default="",
        validation_alias=AliasChoices(AliasPath("issue_type", "name"), AliasPath("issueType", "name")),
    )
    type_before: Text = Field(
        default="",
        validation_alias=AliasChoices(
            AliasPath("prev_issue_type", "name"), AliasPath("prevIssueType", "name")
        ),
    )


def kind_of(raw: JSON) -> EventKind | None:
    """Return which of the events we keep this REST row or GraphQL node is; None for all others."""
    if not isinstance(raw, Mapping):
        return None
    name = raw.get("event") or raw.get("__typename")
    return _KINDS.get(name) if isinstance(name, str) else None


def is_pull_request(raw: JSON) -> bool:
    """Whether a row of the issues list, or a saved object, is a pull request.

    Source:
        GitHub's REST documentation, "List repository issues": rows with `pull_request` are none.
        Answers recorded in 2012 have the key on every issue, with nothing but nulls in it.
    """
    if not isinstance(raw, Mapping):
        return False
    mark = raw.get("pull_request")
    is_marked = isinstance(mark, Mapping) and any(mark.values())
    return is_marked or ("head" in raw and "base" in raw)


def home_of(raw: JSON) -> str:
    """Return the repository an issue says it lives in, as GitHub writes it; "" where it does not say."""
    if not isinstance(raw, Mapping):
        return ""
    home = raw.get("repository")
    named = home.get("nameWithOwner") if isinstance(home, Mapping) else None
    return str(named or repository_of(raw.get("repository_url")))


def total_blocked_by(raw: JSON) -> int | None:
    """Return how many issues block this one, closed ones included; None where it is not told."""
    if not isinstance(raw, Mapping):
        return None
    told = raw.get("blockedBy") or raw.get("issue_dependencies_summary")
    total = told.get("totalCount", told.get("total_blocked_by")) if isinstance(told, Mapping) else None
    return total if isinstance(total, int) else None


def read_parent(raw: Mapping[str, JSON]) -> IssueReference | None:
    """Check what names an issue's parent; None where it has none.

    Raises:
        pydantic.ValidationError: It has no number.
    """
    told = raw.get("parent") or raw.get("parent_issue_url")
    return None if told is None else read_reference(told)


def labels_of(raw: JSON) -> tuple[str, ...]:
    """Return the names of an issue's labels, REST row or GraphQL node, without checking the rest."""
    found = _names(raw.get("labels")) if isinstance(raw, Mapping) else ()
    return tuple(name for name in found if isinstance(name, str)) if isinstance(found, tuple) else ()


def number_of(raw: JSON) -> int | None:
    """Return an issue's number; None where it tells none."""
    number = raw.get("number") if isinstance(raw, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def read_reference(raw: JSON) -> IssueReference:
    """Check what names another issue: REST's address or object, GraphQL's node.

    Raises:
        pydantic.ValidationError: It has no number.
    """
    return IssueReference.model_validate(_reference(raw))


def read_issue(raw: Mapping[str, JSON]) -> IssuePayload:
    """Check an issue of either face.

    Raises:
        pydantic.ValidationError: A fact we need is missing or of the wrong kind.
    """
    return IssuePayload.model_validate({**raw, "repository": home_of(raw)})


def read_event(raw: Mapping[str, JSON], kind: EventKind) -> EventPayload:
    """Check an event of either face.

    Raises:
        pydantic.ValidationError: A fact we need is missing or of the wrong kind.
    """
    return EventPayload.model_validate({**raw, "kind": kind})
