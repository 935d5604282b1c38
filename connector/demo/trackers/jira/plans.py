"""What happens to versions and sprints. Jira keeps no history of any of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Protocol, TypedDict, Unpack

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.jira import defaults
from connector.demo.trackers.jira.state import JiraState, jira_time


class VersionFields(TypedDict, total=False):
    """What a version may have from the start, or get later."""

    description: str
    start_on: dt.date | None
    release_on: dt.date | None
    released: bool
    archived: bool


class SprintFields(TypedDict, total=False):
    """What may change about a sprint; `start` and `end` are its planned instants."""

    name: str
    goal: str
    start: dt.datetime
    end: dt.datetime


class Booking(Protocol):
    """What acts need of their world."""

    def act(self, at: dt.datetime, do: Callable[[JiraState], None]) -> int:
        """Book an act."""
        ...


class VersionActs:
    """What happens to a version."""

    def __init__(self, world: Booking, version_id: str) -> None:
        """Speak for a version of a world."""
        self._world = world
        self.id = version_id

    def rename(self, at: dt.datetime, name: str) -> VersionActs:
        """Give it another name; issues and their histories keep its id."""
        self._world.act(at, lambda state: set_version(state, self.id, {"name": name}))
        return self

    def set(self, at: dt.datetime, **fields: Unpack[VersionFields]) -> VersionActs:
        """Change description, dates or state."""
        self._world.act(at, lambda state: set_version(state, self.id, fields))
        return self

    def move(self, at: dt.datetime, *, release_on: dt.date | None) -> VersionActs:
        """Plan another release date."""
        return self.set(at, release_on=release_on)

    def release(self, at: dt.datetime, *, on: dt.date | None = None) -> VersionActs:
        """Release it; Jira's screen then rewrites the release date to that day."""
        return self.set(at, released=True, release_on=on or at.date())

    def delete(self, at: dt.datetime) -> VersionActs:
        """Delete it: issues lose it without any entry in their changelogs."""
        self._world.act(at, lambda state: _replace_version(state, self.id, None))
        return self

    def merge(self, at: dt.datetime, into: VersionActs) -> VersionActs:
        """Merge it into another: its issues hold that one now, and no changelog says so."""
        self._world.act(at, lambda state: _replace_version(state, self.id, into.id))
        return into


class SprintActs:
    """What happens to a sprint."""

    def __init__(self, world: Booking, sprint_id: int) -> None:
        """Speak for a sprint of a world."""
        self._world = world
        self.id = sprint_id

    def set(self, at: dt.datetime, **fields: Unpack[SprintFields]) -> SprintActs:
        """Change name, goal or planned dates."""
        wire = {"start": "startDate", "end": "endDate"}
        told = {
            wire.get(name, name): zulu(value) if isinstance(value, dt.datetime) else value
            for name, value in fields.items()
        }
        self._world.act(at, lambda state: set_sprint(state, self.id, told))
        return self

    def close(self, at: dt.datetime) -> SprintActs:
        """Complete it."""
        ended = {"state": "closed", "completeDate": zulu(at)}
        self._world.act(at, lambda state: set_sprint(state, self.id, ended))
        return self

    def show_on(self, at: dt.datetime, board: int) -> SprintActs:
        """Show it on another board too, whose filter finds issues of it."""
        self._world.act(at, lambda state: state.extra_boards.setdefault(self.id, set()).add(board))
        return self

    def delete(self, at: dt.datetime) -> SprintActs:
        """Delete it: issues lose it."""

        def do(state: JiraState) -> None:
            del state.sprints[self.id]
            for issue in state.issues.values():
                held = issue.fields.get(defaults.SPRINT)
                if held:
                    kept = [entry for entry in held if entry["id"] != self.id]
                    issue.fields[defaults.SPRINT] = kept or None
                    issue.cache.clear()
            state.forget()

        self._world.act(at, do)
        return self


def set_version(state: JiraState, version_id: str, fields: Mapping[str, object]) -> None:
    """Change a version; None takes a date away."""
    version = state.versions[version_id]
    for name, value in fields.items():
        wire = {"start_on": "startDate", "release_on": "releaseDate"}.get(name, name)
        if value is None:
            version.pop(wire, None)
        else:
            version[wire] = value.isoformat() if isinstance(value, dt.date) else value
    state.forget()


def set_sprint(state: JiraState, sprint_id: int, fields: Mapping[str, object]) -> None:
    """Change a sprint."""
    state.sprints[sprint_id].update(fields)
    state.forget()


def zulu(at: dt.datetime) -> str:
    """Return an instant as the agile API prints it."""
    return jira_time(at)[:-5] + "Z"


def _replace_version(state: JiraState, version_id: str, into: str | None) -> None:
    del state.versions[version_id]
    for issue in state.issues.values():
        for holder in ("fixVersions", "versions"):
            held: list[Payload] = issue.fields.get(holder) or []
            if all(version["id"] != version_id for version in held):
                continue
            kept = [version for version in held if version["id"] not in (version_id, into)]
            issue.fields[holder] = kept + ([state.versions[into]] if into else [])
            issue.cache.clear()
    state.forget()
