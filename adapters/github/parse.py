"""GitHub's issues, events and milestones as records. Pure; the same for REST rows and GraphQL nodes."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from adapters.errors import MalformedError
from adapters.github.payloads import (
    EventKind,
    EventPayload,
    IssuePayload,
    IssueReference,
    MilestonePayload,
    kind_of,
    read_event,
    read_issue,
    read_reference,
)
from adapters.records import (
    Category,
    Change,
    ChangeMode,
    Field,
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
MOVE_WITHIN = dt.timedelta(seconds=60)  # leaving one milestone and entering another this soon is one act
OPEN, CLOSED = "open", "closed"
COMPLETED = "completed"  # what a closing without a reason means: all of them did until May 2022

_MEMBERSHIP = frozenset({EventKind.MILESTONED, EventKind.DEMILESTONED})
_CATEGORIES = {OPEN: Category.TODO, CLOSED: Category.DONE}


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


def parse_issue(raw: JSON, *, context: Context) -> Issue:
    """Make a record of a REST row or a GraphQL node.

    Args:
        raw: The issue, without its history.
        context: Where it comes from.

    Returns:
        The issue as it stands; labels and assignees in alphabetical order, as the faces differ.

    Raises:
        UnreadableError: A fact we need is missing or of the wrong kind.
    """
    row = _object(raw, ref=_ref_of(raw, context), wanted="an issue")
    try:
        payload = read_issue(row)
    except ValidationError as exc:
        raise _unreadable(exc, ref=_ref_of(raw, context)) from exc
    return Issue(
        key=context.issue_key(payload.number),
        source=context.source,
        ref=context.ref(payload.number),
        title=payload.title,
        body=payload.body,
        type=payload.type,
        status=payload.state,
        category=_CATEGORIES[payload.state],
        resolution=_resolution(payload.reason) if payload.state == CLOSED else "",
        labels=tuple(sorted(payload.labels)),
        milestones=() if payload.milestone is None else (context.milestone_key(payload.milestone),),
        parent=_issue_key(payload.parent, home=payload.repository, context=context),
        project=context.repository,
        created_at=payload.created_at.astimezone(dt.UTC),
        updated_at=payload.updated_at.astimezone(dt.UTC),
        closed_at=payload.closed_at.astimezone(dt.UTC) if payload.closed_at else None,
        people=_people(payload),
        url=payload.url,
    )


def parse_changes(
    raw_events: Sequence[JSON], *, issue_key: str, context: Context, home: str = "", resolution: str = ""
) -> tuple[Change, ...]:
    """Make changes of an issue's timeline: REST rows or GraphQL nodes, of every page, oldest first.

    Args:
        raw_events: The timeline; kinds we do not keep are passed over.
        issue_key: The issue they belong to.
        context: Where they come from.
        home: The repository's name as GitHub writes it in this answer, to know our own parents by.
        resolution: The issue's resolution now, "" while open. It stands for the reason of the last
            closing, which the events of a duplicate, and all older ones, do not tell.

    Returns:
        Changes in the order (at, id). Events that say nothing new (a second closing) or do not
        tell their value (a label or parent that is gone) make none.

    Raises:
        UnreadableError: An event we need lacks its instant or its id.
    """
    number = issue_key.rpartition(":")[2]
    events = [_read_event(raw, kind, ref=context.ref(number)) for raw, kind in _kept(raw_events)]
    events = _with_last_reason(sorted(events, key=lambda event: event.at), resolution)
    history = _History(issue_key=issue_key, home=home, context=context, acts=_acts(events))
    return tuple(change for event, rank in _ranked(events) for change in history.changes(event, rank))


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
        raise _unreadable(exc, ref=ref) from exc
    is_done = payload.state == CLOSED
    return Milestone(
        key=context.milestone_key(payload.number),
        source=context.source,
        name=payload.title,
        status=MilestoneStatus.DONE if is_done else MilestoneStatus.OPEN,
        due_on=payload.due_on.astimezone(DUE_ZONE).date() if payload.due_on else None,
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
        raise _unreadable(exc, ref=context.ref(number), within="blocker ") from exc
    blockers = sorted({_key_of(reference, home=home, context=context) for reference in references})
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


@dataclass(slots=True, kw_only=True)
class _History:
    """Walks an issue's events, oldest first, knowing the state each one met."""

    issue_key: str
    home: str
    context: Context
    acts: Mapping[str, str]
    status: str = OPEN
    resolution: str = ""
    parent: str | None = None
    type: str = ""

    def changes(self, event: EventPayload, rank: int) -> Iterator[Change]:
        """Yield what this event changed.

        `rank` counts the events of one instant: the order (at, id) is then the tracker's own.
        """
        for part, change in enumerate(self._drafts(event)):
            yield replace(change, id=f"{rank:03d}.{event.id}.{part}", act=self.acts.get(event.id, event.id))

    def _drafts(self, event: EventPayload) -> Iterable[Change]:
        drafts: Iterable[Change]
        match event.kind:
            case EventKind.MILESTONED | EventKind.DEMILESTONED:
                value = self.context.title_key(event.milestone) if event.milestone else ""
                drafts = self._element(event, Field.MILESTONES, value, text=event.milestone)
            case EventKind.LABELED | EventKind.UNLABELED:
                drafts = self._element(event, Field.LABELS, event.label, text=event.label)
            case EventKind.CLOSED | EventKind.REOPENED:
                drafts = self._stated(event)
            case EventKind.PARENT_ADDED | EventKind.PARENT_REMOVED:
                drafts = self._adopted(event)
            case EventKind.TYPE_ADDED | EventKind.TYPE_REMOVED | EventKind.TYPE_CHANGED:
                drafts = self._typed(event)
            case EventKind.RENAMED:
                drafts = self._set(event, Field.TITLE, old=event.title_before, new=event.title_after)
            case EventKind.TRANSFERRED:
                # REST does not tell from where: neither do we, so that both faces say the same.
                drafts = self._set(event, Field.PROJECT, old="", new=self.context.repository)
        return drafts

    def _element(self, event: EventPayload, field: Field, value: str, *, text: str) -> tuple[Change, ...]:
        if not value:
            return ()
        is_entry = event.kind in {EventKind.MILESTONED, EventKind.LABELED}
        change = self._change(event, field, ChangeMode.ELEMENT)
        if is_entry:
            return (replace(change, new=value, new_text=text),)
        return (replace(change, old=value, old_text=text),)

    def _stated(self, event: EventPayload) -> tuple[Change, ...]:
        is_closing = event.kind is EventKind.CLOSED
        status, before = (CLOSED if is_closing else OPEN), self.status
        resolution, resolved_before = (_resolution(event.reason) if is_closing else ""), self.resolution
        self.status, self.resolution = status, resolution
        return (
            *self._set(event, Field.STATUS, old=before, new=status),
            *self._set(event, Field.CATEGORY, old=_CATEGORIES[before], new=_CATEGORIES[status]),
            *self._set(event, Field.RESOLUTION, old=resolved_before, new=resolution),
        )

    def _adopted(self, event: EventPayload) -> tuple[Change, ...]:
        told = _issue_key(event.parent, home=self.home, context=self.context)
        if told is None:
            return ()
        is_removal = event.kind is EventKind.PARENT_REMOVED
        old, new = (told, None) if is_removal else (self.parent, told)
        self.parent = new
        return self._set(event, Field.PARENT, old=old, new=new)

    def _typed(self, event: EventPayload) -> tuple[Change, ...]:
        if not event.type:
            return ()
        if event.kind is EventKind.TYPE_REMOVED:
            old, new = event.type, ""
        else:
            old, new = event.type_before or self.type, event.type
        self.type = new
        return self._set(event, Field.TYPE, old=old, new=new)

    def _set(
        self, event: EventPayload, field: Field, *, old: str | None, new: str | None
    ) -> tuple[Change, ...]:
        if old == new:
            return ()
        change = self._change(event, field, ChangeMode.SET)
        return (replace(change, old=old, new=new, old_text=old or "", new_text=new or ""),)

    def _change(self, event: EventPayload, field: Field, mode: ChangeMode) -> Change:
        at = event.at.astimezone(dt.UTC)
        return Change(
            issue=self.issue_key, id=event.id, act=event.id, at=at, field=field, mode=mode, author=event.actor
        )


def _kept(raw_events: Sequence[JSON]) -> Iterator[tuple[Mapping[str, JSON], EventKind]]:
    for raw in raw_events:
        kind = kind_of(raw)
        if kind is not None and isinstance(raw, Mapping):
            yield raw, kind


def _read_event(raw: Mapping[str, JSON], kind: EventKind, *, ref: str) -> EventPayload:
    try:
        return read_event(raw, kind)
    except ValidationError as exc:
        raise _unreadable(exc, ref=ref, within=f"event {kind}.") from exc


def _with_last_reason(events: Sequence[EventPayload], resolution: str) -> list[EventPayload]:
    """Give the closing that still holds the reason the issue itself has."""
    last = next((i for i in reversed(range(len(events))) if events[i].kind is EventKind.CLOSED), None)
    if not resolution or last is None:
        return list(events)
    closing = events[last].model_copy(update={"reason": resolution})
    return [*events[:last], closing, *events[last + 1 :]]


def _acts(events: Sequence[EventPayload]) -> Mapping[str, str]:
    """Join the two halves of a move between milestones: GitHub writes them as separate events."""
    acts: dict[str, str] = {}
    waiting: EventPayload | None = None
    for event in events:
        if event.kind not in _MEMBERSHIP:
            continue
        if waiting is not None and _are_one_move(waiting, event):
            acts[event.id] = waiting.id
            waiting = None
        else:
            waiting = event
    return acts


def _are_one_move(first: EventPayload, second: EventPayload) -> bool:
    return (
        first.kind is not second.kind
        and first.milestone != second.milestone
        and first.actor == second.actor
        and second.at - first.at <= MOVE_WITHIN
    )


def _ranked(events: Sequence[EventPayload]) -> Iterator[tuple[EventPayload, int]]:
    at, rank = None, 0
    for event in events:
        rank = rank + 1 if event.at == at else 0
        at = event.at
        yield event, rank


def _resolution(reason: str) -> str:
    return COMPLETED if reason in {"", "reopened"} else reason


def _issue_key(reference: IssueReference | None, *, home: str, context: Context) -> str | None:
    """Name an issue by our own repository's spelling where it lives here, else by its own."""
    return None if reference is None else _key_of(reference, home=home, context=context)


def _key_of(reference: IssueReference, *, home: str, context: Context) -> str:
    own = {home.casefold(), context.repository.casefold(), ""}
    is_ours = reference.repository.casefold() in own
    return context.issue_key(reference.number, repository="" if is_ours else reference.repository)


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


def _unreadable(error: ValidationError, *, ref: str, within: str = "") -> UnreadableError:
    """Say the first fault, without the value that was found: it may be anything."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(step) for step in fault["loc"])
    return UnreadableError(Quarantined(ref=ref, field=f"{within}{field}", reason=fault["msg"]))
