"""Decisions recorded here, laid over the change requests that the tracker tells of."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from adapters.records import Issue
from connector.analysis.facts import RecordedChange
from connector.analysis.history import Version
from connector.analysis.history import at as version_at
from mappings.concepts import ChangeRequest, Disposition, Picture, Verdict
from mappings.predicates import folded

SOURCE = "recorded"  # source of the requests that are recorded here alone


def applied(
    picture: Picture,
    changes: Sequence[RecordedChange],
    told: Mapping[str, Sequence[Version]],
    *,
    as_of: dt.datetime,
) -> Picture:
    """Return the picture with what was recorded here by `as_of`.

    A record about a request of the tracker gives that its verdict and the instant of it; where the
    tracker's request is not there, it has no effect. Every other record is a request of its own,
    called `CR-N`, under the same key as the one it supersedes.

    Args:
        picture: What the tracker tells.
        changes: All that was recorded, ordered by number.
        told: Every issue's versions: labels and parents are those of `as_of`.
        as_of: The instant; what was decided later counts for nothing.
    """
    live = effective(changes, as_of)
    if not live:
        return picture
    roots = _roots(changes)
    cover = _Cover(told, as_of)
    requests = {request.key: request for request in picture.change_requests}
    for change in live:
        if not change.request:
            made = _made(change, roots[change.number], cover.of(change))
            requests[made.key] = made
        elif change.request in requests:
            requests[change.request] = _judged(requests[change.request], change, cover.of(change))
    return replace(picture, change_requests=tuple(requests[key] for key in sorted(requests)))


def effective(changes: Iterable[RecordedChange], as_of: dt.datetime) -> tuple[RecordedChange, ...]:
    """Return the records in force at an instant, in the order decided: none of them is superseded."""
    decided = [change for change in changes if change.on_at <= as_of]
    replaced = {change.supersedes for change in decided}
    standing = (change for change in decided if change.number not in replaced)
    return tuple(sorted(standing, key=lambda change: (change.on_at, change.number)))


def _roots(changes: Sequence[RecordedChange]) -> Mapping[int, RecordedChange]:
    """Return for each record the first of its chain."""
    roots: dict[int, RecordedChange] = {}
    for change in sorted(changes, key=lambda change: change.number):
        roots[change.number] = change if change.supersedes is None else roots[change.supersedes]
    return roots


def _made(change: RecordedChange, root: RecordedChange, covers: tuple[str, ...]) -> ChangeRequest:
    is_open = change.verdict is Verdict.PROPOSED
    return ChangeRequest(
        key=f"{SOURCE}:change:{root.number}",
        ref=change.ref,
        title=change.title,
        client_title=change.client_title,
        disposition=Disposition.OPEN if is_open else Disposition.DONE,
        source=SOURCE,
        created_at=min(root.on_at, change.on_at),
        closed_at=None if is_open else change.on_at,
        verdict=change.verdict,
        decided_at=None if is_open else change.on_at,
        covers=covers,
    )


def _judged(request: ChangeRequest, change: RecordedChange, covers: tuple[str, ...]) -> ChangeRequest:
    return replace(
        request,
        verdict=change.verdict,
        decided_at=None if change.verdict is Verdict.PROPOSED else change.on_at,
        client_title=change.client_title or request.client_title,
        covers=tuple(sorted({*request.covers, *covers})),
    )


class _Cover:
    """Finds what a record covers, among all issues as they stood, gone ones included."""

    def __init__(self, told: Mapping[str, Sequence[Version]], as_of: dt.datetime) -> None:
        self._told, self._as_of = told, as_of
        self._issues: dict[str, Issue] | None = None
        self._children: dict[str, list[str]] = defaultdict(list)

    def of(self, change: RecordedChange) -> tuple[str, ...]:
        """Return keys of issues, ordered."""
        found = set(change.items)
        if change.labels:
            found |= self._labelled({folded(label) for label in change.labels})
        if change.parents:
            found |= self._below(change.parents)
        return tuple(sorted(found))

    def _standing(self) -> Mapping[str, Issue]:
        """Return every issue as it stood; looked up once, and only if somebody asks."""
        if self._issues is None:
            versions = ((key, version_at(history, self._as_of)) for key, history in self._told.items())
            self._issues = {key: issue for key, issue in versions if issue is not None}
            for key, issue in self._issues.items():
                if issue.parent:
                    self._children[issue.parent].append(key)
        return self._issues

    def _labelled(self, wanted: Collection[str]) -> set[str]:
        return {
            key
            for key, issue in self._standing().items()
            if any(folded(label) in wanted for label in issue.labels)
        }

    def _below(self, parents: Iterable[str]) -> set[str]:
        self._standing()
        found: set[str] = set()
        waiting = list(parents)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self._children.get(key, ())
        return found
