"""An issue's timeline as changes of its fields. Pure; the same for REST rows and GraphQL nodes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import ValidationError

from adapters.github.parse import CATEGORIES, CLOSED, OPEN, Context, key_of, resolution_of, unreadable
from adapters.github.payloads import EventKind, EventPayload, kind_of, read_event
from adapters.records import Change, ChangeMode, Field
from adapters.wire import JSON

MOVE_WITHIN = dt.timedelta(seconds=60)  # leaving one milestone and entering another this soon is one act

_MEMBERSHIP = frozenset({EventKind.MILESTONED, EventKind.DEMILESTONED})
_ENTRIES = frozenset({EventKind.MILESTONED, EventKind.LABELED})


class _Draft(NamedTuple):
    """What a change says, without what every change of its event shares."""

    field: Field
    old: str | None
    new: str | None
    old_text: str
    new_text: str
    mode: ChangeMode = ChangeMode.SET


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
    ref = context.ref(issue_key.rpartition(":")[2])
    events = [_read_event(raw, kind, ref=ref) for raw, kind in _kept(raw_events)]
    events = _with_last_reason(sorted(events, key=lambda event: event.at), resolution)
    history = _History(issue_key=issue_key, home=home, context=context, acts=_acts(events))
    return tuple(change for event, rank in _ranked(events) for change in history.changes(event, rank))


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
        at, act = event.at.astimezone(dt.UTC), self.acts.get(event.id, event.id)
        for part, draft in enumerate(self._drafts(event)):
            yield Change(
                issue=self.issue_key,
                id=f"{rank:03d}.{event.id}.{part}",
                act=act,
                at=at,
                field=draft.field,
                mode=draft.mode,
                old=draft.old,
                new=draft.new,
                old_text=draft.old_text,
                new_text=draft.new_text,
                author=event.actor,
            )

    def _drafts(self, event: EventPayload) -> Iterable[_Draft]:
        drafts: Iterable[_Draft]
        match event.kind:
            case EventKind.MILESTONED | EventKind.DEMILESTONED:
                value = self.context.title_key(event.milestone) if event.milestone else ""
                drafts = _element(event, Field.MILESTONES, value, text=event.milestone)
            case EventKind.LABELED | EventKind.UNLABELED:
                drafts = _element(event, Field.LABELS, event.label, text=event.label)
            case EventKind.CLOSED | EventKind.REOPENED:
                drafts = self._stated(event)
            case EventKind.PARENT_ADDED | EventKind.PARENT_REMOVED:
                drafts = self._adopted(event)
            case EventKind.TYPE_ADDED | EventKind.TYPE_REMOVED | EventKind.TYPE_CHANGED:
                drafts = self._typed(event)
            case EventKind.RENAMED:
                drafts = _set(Field.TITLE, old=event.title_before, new=event.title_after)
            case EventKind.TRANSFERRED:
                # REST does not tell from where: neither do we, so that both faces say the same.
                drafts = _set(Field.PROJECT, old="", new=self.context.repository)
        return drafts

    def _stated(self, event: EventPayload) -> tuple[_Draft, ...]:
        is_closing = event.kind is EventKind.CLOSED
        status, before = (CLOSED if is_closing else OPEN), self.status
        resolution, resolved_before = (resolution_of(event.reason) if is_closing else ""), self.resolution
        self.status, self.resolution = status, resolution
        return (
            *_set(Field.STATUS, old=before, new=status),
            *_set(Field.CATEGORY, old=CATEGORIES[before], new=CATEGORIES[status]),
            *_set(Field.RESOLUTION, old=resolved_before, new=resolution),
        )

    def _adopted(self, event: EventPayload) -> tuple[_Draft, ...]:
        if event.parent is None:
            return ()
        told = key_of(event.parent, home=self.home, context=self.context)
        is_removal = event.kind is EventKind.PARENT_REMOVED
        old, new = (told, None) if is_removal else (self.parent, told)
        self.parent = new
        return _set(Field.PARENT, old=old, new=new)

    def _typed(self, event: EventPayload) -> tuple[_Draft, ...]:
        if not event.type:
            return ()
        if event.kind is EventKind.TYPE_REMOVED:
            old, new = event.type, ""
        else:
            old, new = event.type_before or self.type, event.type
        self.type = new
        return _set(Field.TYPE, old=old, new=new)


def _element(event: EventPayload, field: Field, value: str, *, text: str) -> tuple[_Draft, ...]:
    if not value:
        return ()
    if event.kind in _ENTRIES:
        return (_Draft(field, None, value, "", text, ChangeMode.ELEMENT),)
    return (_Draft(field, value, None, text, "", ChangeMode.ELEMENT),)


def _set(field: Field, *, old: str | None, new: str | None) -> tuple[_Draft, ...]:
    return () if old == new else (_Draft(field, old, new, old or "", new or ""),)


def _kept(raw_events: Sequence[JSON]) -> Iterator[tuple[Mapping[str, JSON], EventKind]]:
    for raw in raw_events:
        kind = kind_of(raw)
        if kind is not None and isinstance(raw, Mapping):
            yield raw, kind


def _read_event(raw: Mapping[str, JSON], kind: EventKind, *, ref: str) -> EventPayload:
    try:
        return read_event(raw, kind)
    except ValidationError as exc:
        raise unreadable(exc, ref=ref, within=f"event {kind}.") from exc


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
