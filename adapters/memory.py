"""Records handed in, as a source: for tests of everything above the ground floor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from adapters.errors import AdapterError, SettingsError, UnreachableError
from adapters.protocol import (
    Batch,
    Catalogue,
    Census,
    Environment,
    Fate,
    Hints,
    Present,
    Whereabouts,
    Window,
)
from adapters.records import Change, Issue, Iteration, Link, LinkKind, Milestone, Quarantined


class MemorySettings(BaseModel):
    """There is nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(slots=True, kw_only=True)
class MemoryAdapter:
    """Gives back the records it was made of. They may be changed between two pulls.

    Attributes:
        source: Name of the source.
        batch_issues: Issues a batch.
        fail_after: Batches to yield before `failure` is raised; None: never.
        outside: Issues that do not meet the source's `select`.
        whereabouts: What `locate` says of issues that are neither among `issues` nor `outside`.
        hinted: What `hints` reads out of any payload.
        opened_with: Windows of the pulls so far.
    """

    kind: ClassVar[str] = "memory"
    settings_model: ClassVar[type[BaseModel]] = MemorySettings

    source: str = "memory"
    issues: Sequence[Issue] = ()
    changes: Sequence[Change] = ()
    links: Sequence[Link] = ()
    milestones: Sequence[Milestone] = ()
    quarantined: Sequence[Quarantined] = ()
    iterations: Sequence[Iteration] = ()
    outside: Sequence[Issue] = ()
    whereabouts: Mapping[str, Whereabouts] = field(default_factory=dict)
    hinted: Hints = field(default_factory=Hints)
    batch_issues: int = 100
    fail_after: int | None = None
    failure: AdapterError = field(default_factory=lambda: UnreachableError("told to fail"))
    opened_with: list[Window] = field(default_factory=list)

    @classmethod
    def open(cls, settings: BaseModel, environment: Environment) -> Self:
        """Make an empty source.

        Raises:
            SettingsError: These are other settings.
        """
        if not isinstance(settings, MemorySettings):
            raise SettingsError(f"found {type(settings).__name__}, expected MemorySettings")
        return cls(source=environment.name or cls.kind)

    @property
    def name(self) -> str:
        """Name of the source."""
        return self.source

    def pull(self, window: Window) -> Iterator[Batch]:
        """Yield the records in the order given; a cursor is the number of issues already had."""
        self.opened_with.append(window)
        wanted = [one for one in self.issues if _is_since(one, window.since)]
        cursor = window.cursor or ""
        had = int(cursor) if cursor.isdecimal() else 0
        starts = range(had, max(len(wanted), had + 1), self.batch_issues)
        for number, start in enumerate(starts):
            if number == self.fail_after:
                raise self.failure
            left = tuple(one.key for one in self.outside if not number and _is_since(one, window.since))
            yield replace(self._batch(wanted, start, is_first=number == 0), left=left)

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Yield these issues in one batch."""
        wanted = [one for one in self.issues if one.key in frozenset(keys)]
        keys_had = {one.key for one in wanted}
        yield Batch(
            issues=tuple(wanted),
            changes=tuple(one for one in self.changes if one.issue in keys_had),
            links=tuple(one for one in self.links if one.a in keys_had or one.b in keys_had),
            last=True,
        )

    def census(self) -> Iterator[Census]:
        """Yield every issue in one part."""
        present = tuple(
            Present(
                key=one.key,
                updated_at=one.updated_at,
                parent=one.parent or "",
                blockers=sum(link.b == one.key and link.kind is LinkKind.BLOCKS for link in self.links),
            )
            for one in self.issues
        )
        if self.fail_after is not None:
            raise self.failure
        yield Census(present=present, last=True)

    def locate(self, keys: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Say where issues are."""
        here = {one.key: Whereabouts(fate=Fate.OUTSIDE, ref=one.ref) for one in self.outside}
        here |= {one.key: Whereabouts(fate=Fate.PRESENT, ref=one.ref) for one in self.issues}
        nowhere = Whereabouts(fate=Fate.DELETED)
        return {key: here.get(key) or self.whereabouts.get(key, nowhere) for key in keys}

    def hints(self, payload: Mapping[str, object]) -> Hints:
        """Hint at what was handed in."""
        del payload
        return self.hinted

    def catalogue(self) -> Catalogue:
        """Describe the records."""
        return Catalogue(
            account="memory",
            deployment="Memory",
            issues=len(self.issues),
            types={one.type: one.level for one in self.issues},
            statuses={one.status: one.category.value for one in self.issues},
            labels=tuple(sorted({label for one in self.issues for label in one.labels})),
            milestones=tuple(self.milestones),
        )

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    def _batch(self, wanted: Sequence[Issue], start: int, *, is_first: bool) -> Batch:
        end = start + self.batch_issues
        issues = tuple(wanted[start:end])
        keys = {one.key for one in issues}
        return Batch(
            issues=issues,
            changes=tuple(one for one in self.changes if one.issue in keys),
            links=tuple(one for one in self.links if one.a in keys or one.b in keys),
            milestones=tuple(self.milestones) if is_first else None,
            iterations=tuple(self.iterations) if is_first else None,
            quarantined=tuple(self.quarantined) if is_first else (),
            cursor=str(min(end, max(len(wanted), start))),
            total=len(wanted),
            last=end >= len(wanted),
        )


def _is_since(issue: Issue, since: dt.datetime | None) -> bool:
    return since is None or issue.updated_at >= since
