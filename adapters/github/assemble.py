"""Answers put together: cursors, which issues are wanted, batches of records. Pure."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.github.history import parse_changes
from adapters.github.parse import Context, UnreadableError, parse_issue, parse_links
from adapters.github.payloads import home_of, labels_of, number_of
from adapters.protocol import Batch
from adapters.records import Change, Issue, Link, Quarantined
from adapters.wire import JSON


class Face(enum.StrEnum):
    """By which of GitHub's APIs a pull reads the issues."""

    GRAPHQL = "graphql"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a pull goes on: behind an `endCursor`, or at a page's URL; "" when nothing is left."""

    face: Face
    at: str

    def __str__(self) -> str:
        """Write it as the JSON that is stored."""
        return json.dumps({"at": self.at, "face": self.face})


def read_cursor(text: str | None) -> Cursor | None:
    """Read a stored cursor; None, which is the beginning, for none and for one that is not ours."""
    try:
        stored: JSON = json.loads(text or "null")
        if isinstance(stored, Mapping):
            return Cursor(face=Face(str(stored.get("face"))), at=str(stored.get("at") or ""))
    except ValueError:
        return None
    return None


def is_selected(raw: JSON, select: Sequence[str]) -> bool:
    """Whether an issue's row or node carries one of the labels; without any to select by, each does.

    Labels are compared without regard to case, as GitHub itself keeps them apart.
    """
    wanted = {label.casefold() for label in select}
    return not wanted or any(label.casefold() in wanted for label in labels_of(raw))


@dataclass(slots=True, kw_only=True)
class Gathering:
    """Collects the records of one batch. One bad issue goes to quarantine, the rest goes on.

    `home` is our repository's name as GitHub writes it in the answer; "": each issue says it.
    """

    context: Context
    select: Sequence[str] = ()
    home: str = ""
    issues: list[Issue] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def add(self, raw: JSON, events: Sequence[JSON], blockers: Sequence[JSON] = ()) -> None:
        """Add an issue with its history and with what blocks it; of one that is not wanted, its key.

        Args:
            raw: REST row or GraphQL node.
            events: All of its timeline.
            blockers: All issues that block it.
        """
        if not is_selected(raw, self.select):
            number = number_of(raw)
            self.left += [] if number is None else [self.context.issue_key(number)]
            return
        home = self.home or home_of(raw)
        try:
            issue = parse_issue(raw, context=self.context, home=home)
            key, context = issue.key, self.context
            changes = parse_changes(
                events, issue_key=key, context=context, home=home, resolution=issue.resolution
            )
            links = parse_links(blockers, issue_key=key, context=context, home=home)
        except UnreadableError as exc:
            self.quarantined.append(exc.record)
            return
        self.issues.append(issue)
        self.changes.extend(changes)
        self.links.extend(links)

    def batch(self, cursor: Cursor | None, *, is_last: bool, total: int | None) -> Batch:
        """Close the batch; `cursor` is what stands behind it."""
        return Batch(
            issues=tuple(self.issues),
            changes=tuple(self.changes),
            links=tuple(self.links),
            quarantined=tuple(self.quarantined),
            left=tuple(self.left),
            cursor="" if cursor is None else str(cursor),
            total=total,
            last=is_last,
        )
