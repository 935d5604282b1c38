"""GitHub's issues, milestones and links as records. Pure; the same for REST rows and GraphQL nodes."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from adapters.errors import MalformedError
from adapters.github.payloads import (
    IssuePayload,
    IssueReference,
    MilestonePayload,
    read_issue,
    read_reference,
)
from adapters.records import (
    Category,
    Issue,
    Link,
    LinkKind,
    Milestone,
    MilestoneStatus,
    Person,
    Quarantined,
)
from adapters.wire import JSON

# A due date is chosen as a day and kept as midnight in this zone, whatever the zone of the reader.
DUE_ZONE = zoneinfo.ZoneInfo("America/Los_Angeles")
OPEN, CLOSED = "open", "closed"
COMPLETED = "completed"  # what a closing without a reason means: all of them did until May 2022

CATEGORIES = {OPEN: Category.TODO, CLOSED: Category.DONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where payloads come from. `repository` is written as in the settings; keys are made of it."""

    prefix: str  # `github`, or the source's own name
    repository: str  # owner/name
    source: str  # prefix:owner/name

    @property
    def issue_key_prefix(self) -> str:
        """What every key of this repository's issues begins with; the number follows."""
        return f"{self.source}:issue:"

    def issue_key(self, number: int, *, repository: str = "") -> str:
        """Return the key of an issue, by default one of this repository."""
        return f"{self.prefix}:{repository or self.repository}:issue:{number}"

    def milestone_key(self, number: int) -> str:
        """Return the key of a milestone."""
        return f"{self.source}:milestone:{number}"

    def title_key(self, title: str) -> str:
        """Return what stands for a milestone of which only the title of that day is known."""
        return f"{self.source}:milestone-title:{title}"

    def ref(self, number: int | str) -> str:
        """Return what people call an issue of this repository: `apollo#12`."""
        return f"{self.repository.rpartition('/')[2]}#{number}"


class UnreadableError(MalformedError):
    """One issue or milestone cannot be read. `record` says which, which field, and why."""

    def __init__(self, record: Quarantined) -> None:
        """Keep what goes to quarantine."""
        super().__init__(f"{record.ref}: {record.field}: {record.reason}")
        self.record = record


def parse_issue(raw: JSON, *, context: Context, home: str = "") -> Issue:
    """Make a record of a REST row or a GraphQL node.

    Args:
        raw: The issue, without its history.
        context: Where it comes from.
        home: Our repository's name as GitHub writes it in this answer; by default, where the
            issue says it lives.

    Returns:
        The issue as it stands; labels and assignees in alphabetical order, as the faces differ.

    Raises:
        UnreadableError: A fact we need is missing or of the wrong kind.
    """
    row = _object(raw, ref=_ref_of(raw, context), wanted="an issue")
    try:
        payload = read_issue(row)
    except ValidationError as exc:
        raise unreadable(exc, ref=_ref_of(raw, context)) from exc
    return Issue(
        key=context.issue_key(payload.number),
        source=context.source,
        ref=context.ref(payload.number),
        title=payload.title,
        body=payload.body,
        type=payload.type,
        status=payload.state,
        category=CATEGORIES[payload.state],
        resolution=resolution_of(payload.reason) if payload.state == CLOSED else "",
        labels=tuple(sorted(payload.labels)),
        milestones=() if payload.milestone is None else (context.milestone_key(payload.milestone),),
        parent=_parent_key(payload, home=home, context=context),
        project=context.repository,
        created_at=payload.created_at.astimezone(dt.UTC),
        updated_at=payload.updated_at.astimezone(dt.UTC),
        closed_at=payload.closed_at.astimezone(dt.UTC) if payload.closed_at else None,
        people=_people(payload),
        url=payload.url,
    )


def parse_milestone(raw: JSON, *, context: Context) -> Milestone:
    """Make a record of a milestone's REST row.

    Returns:
        The milestone; `due_on` is the day that was chosen, which GitHub keeps as Pacific midnight.

    Raises:
        UnreadableError: A fact we need is missing or of the wrong kind.
    """
    number = raw.get("number", "?") if isinstance(raw, Mapping) else "?"
    ref = f"{context.repository.rpartition('/')[2]} milestone {number}"
    try:
        payload = MilestonePayload.model_validate(_object(raw, ref=ref, wanted="a milestone"))
    except ValidationError as exc:
        raise unreadable(exc, ref=ref) from exc
    is_done = payload.state == CLOSED
    return Milestone(
        key=context.milestone_key(payload.number),
        source=context.source,
        name=payload.title,
        status=MilestoneStatus.DONE if is_done else MilestoneStatus.OPEN,
        due_on=due_day(payload.due_on),
        closed_at=payload.closed_at.astimezone(dt.UTC) if is_done and payload.closed_at else None,
        description=payload.description,
        position=payload.number,
    )


def parse_links(
    raw_blockers: Iterable[JSON], *, issue_key: str, context: Context, home: str = ""
) -> tuple[Link, ...]:
    """Make links of the issues that block one: REST rows or GraphQL nodes, open or closed.

    Raises:
        UnreadableError: A blocker has no number.
    """
    number = issue_key.rpartition(":")[2]
    try:
        references = [read_reference(raw) for raw in raw_blockers]
    except ValidationError as exc:
        raise unreadable(exc, ref=context.ref(number), within="blocker ") from exc
    blockers = sorted({key_of(reference, home=home, context=context) for reference in references})
    return tuple(
        Link(
            id=f"{blocker}>{number}",
            source=context.source,
            a=blocker,
            b=issue_key,
            kind=LinkKind.BLOCKS,
            name="blocks",
        )
        for blocker in blockers
    )


def due_day(at: dt.datetime | None) -> dt.date | None:
    """Return the day that was chosen as a due date: GitHub keeps it as Pacific midnight."""
    return at.astimezone(DUE_ZONE).date() if at else None


def resolution_of(reason: str) -> str:
    """Return why a closed issue was closed; one that was reopened before tells the wrong word."""
    return COMPLETED if reason in {"", "reopened"} else reason


def key_of(reference: IssueReference, *, home: str, context: Context) -> str:
    """Name an issue by our own repository's spelling where it lives here, else by its own.

    `home` is how GitHub writes our repository in this answer: after a renaming, otherwise than we.
    """
    own = {home.casefold(), context.repository.casefold(), ""}
    is_ours = reference.repository.casefold() in own
    return context.issue_key(reference.number, repository="" if is_ours else reference.repository)


def _parent_key(payload: IssuePayload, *, home: str, context: Context) -> str | None:
    if payload.parent is None:
        return None
    return key_of(payload.parent, home=home or payload.repository, context=context)


def _people(payload: IssuePayload) -> tuple[Person, ...]:
    author = (Person(role="author", account=payload.author),) if payload.author else ()
    return (*author, *(Person(role="assignee", account=login) for login in sorted(payload.assignees)))


def _ref_of(raw: JSON, context: Context) -> str:
    number = raw.get("number") if isinstance(raw, Mapping) else None
    return context.ref(number if isinstance(number, int) else "?")


def _object(raw: JSON, *, ref: str, wanted: str) -> Mapping[str, JSON]:
    if isinstance(raw, Mapping):
        return raw
    raise UnreadableError(
        Quarantined(ref=ref, field="", reason=f"found {type(raw).__name__}, expected {wanted}")
    )


def unreadable(error: ValidationError, *, ref: str, within: str = "") -> UnreadableError:
    """Say the first fault, without the value that was found: it may be anything."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(step) for step in fault["loc"])
    return UnreadableError(Quarantined(ref=ref, field=f"{within}{field}", reason=fault["msg"]))
