"""Reads a recording batch by batch, with the records and keys of the live adapter."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Self

from pydantic import BaseModel

from adapters.errors import SettingsError
from adapters.jira.parse import hints
from adapters.protocol import Batch, Catalogue, Census, Environment, Fate, Hints, Present, Whereabouts, Window
from adapters.records import Issue
from adapters.replay import files
from adapters.replay.github import GitHubRecording, open_github
from adapters.replay.jira import JiraRecording, open_jira
from adapters.replay.settings import ReplaySettings

BATCH_LINES = 200


class ReplayAdapter:
    """A saved project as a source. Nothing is read before the first pull."""

    kind: ClassVar[str] = "replay"
    settings_model: ClassVar[type[BaseModel]] = ReplaySettings

    def __init__(self, settings: ReplaySettings, environment: Environment) -> None:
        """Keep what is needed."""
        self._settings = settings
        self._environment = environment

    @classmethod
    def open(cls, settings: BaseModel, environment: Environment) -> Self:
        """Make a source without reading a file.

        Raises:
            SettingsError: These are other settings.
        """
        if not isinstance(settings, ReplaySettings):
            raise SettingsError(f"found {type(settings).__name__}, expected ReplaySettings")
        return cls(settings, environment)

    @property
    def name(self) -> str:
        """Name of the source, as the live one has it: `jira:APO`, `github:acme/apollo`."""
        return f"{self._prefix}:{self._settings.project or self._settings.repository}"

    def pull(self, window: Window) -> Iterator[Batch]:
        """Yield the recording in the order of its lines; a cursor is the number of lines behind it."""
        recording = self._recording
        cursor = window.cursor or ""
        had = int(cursor) if cursor.isdecimal() else 0
        waiting = (line for line in recording.lines() if line.number > had)
        following = next(waiting, None)
        for number in itertools.count():
            chunk = [] if following is None else [following, *itertools.islice(waiting, BATCH_LINES - 1)]
            following = next(waiting, None)
            found = recording.batch(chunk)
            batch = found if window.since is None else _since(found, window.since)
            yield replace(
                batch,
                milestones=recording.milestones if number == 0 else None,
                cursor=str(chunk[-1].number if chunk else had),
                last=following is None,
            )
            if following is None:
                return

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Yield these issues as they were recorded."""
        wanted = frozenset(keys)
        for batch in self.pull(Window()):
            kept = _kept(batch, lambda issue: issue.key in wanted)
            if kept.issues or batch.last:
                yield replace(kept, milestones=None, iterations=None)

    def census(self) -> Iterator[Census]:
        """Yield every issue of the recording."""
        for batch in self.pull(Window()):
            present = tuple(Present(key=one.key, updated_at=one.updated_at) for one in batch.issues)
            yield Census(present=present, last=batch.last)

    def locate(self, keys: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Say which issues the recording holds."""
        refs = {one.key: one.ref for one in self._issues()}
        fates = {key: Fate.PRESENT if key in refs else Fate.DELETED for key in keys}
        return {key: Whereabouts(fate=fate, ref=refs.get(key, "")) for key, fate in fates.items()}

    def hints(self, payload: Mapping[str, object]) -> Hints:
        """Hint at nothing: a recording has no webhooks."""
        del payload
        return Hints()

    def catalogue(self) -> Catalogue:
        """Describe the recording."""
        recording, issues = self._recording, list(self._issues())
        kept = Catalogue(
            account="recording",
            deployment=f"Recording of {self._settings.format}",
            issues=len(issues),
            types={one.type: one.level for one in issues if one.type},
            statuses={one.status: one.category.value for one in issues},
            labels=tuple(sorted({label for one in issues for label in one.labels})),
            milestones=recording.milestones,
        )
        if isinstance(recording, GitHubRecording):
            return kept
        return replace(
            kept,
            statuses={name: category.value for name, category in recording.statuses.items()},
            fields={one.id: f"{one.name} ({one.type_key})" for one in recording.fields if one.type_key},
            hints=hints(recording.context.fields, recording.fields),
            warnings=recording.context.fields.warnings,
            missing=recording.context.fields.missing,
        )

    def close(self) -> None:
        """Do nothing: files are closed as soon as they are read."""

    @property
    def _prefix(self) -> str:
        return self._environment.name or self._settings.format

    @functools.cached_property
    def _recording(self) -> JiraRecording | GitHubRecording:
        found = files.find(self._settings.path)
        if self._settings.format == "github":
            return open_github(found, self._settings, prefix=self._prefix)
        return open_jira(found, self._settings, prefix=self._prefix, asked=self._environment.fields)

    def _issues(self) -> Iterator[Issue]:
        for batch in self.pull(Window()):
            yield from batch.issues


def _since(batch: Batch, since: dt.datetime) -> Batch:
    return _kept(batch, lambda issue: issue.updated_at >= since)


def _kept(batch: Batch, wanted: Callable[[Issue], bool]) -> Batch:
    """Keep the issues wanted; an issue always brings its whole history."""
    issues = tuple(one for one in batch.issues if wanted(one))
    keys = {one.key for one in issues}
    return replace(
        batch,
        issues=issues,
        changes=tuple(one for one in batch.changes if one.issue in keys),
        links=tuple(one for one in batch.links if one.a in keys or one.b in keys),
    )
