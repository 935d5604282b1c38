"""A project's history as forecasting sees it: what lay in which container when, and what was done.

Everything carries the instant from which it is known, so that one chronicle, cut at a day, is all
that could be known on that day. Names, descriptions, custom fields, links and the tracker's order of
milestones have no history: no forecast uses them.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adapters.records import MilestoneStatus


class Kind(enum.StrEnum):
    """What a container is."""

    MILESTONE = "milestone"
    GOAL = "goal"
    ITERATION = "iteration"
    GROUP = "group"  # a milestone the configuration makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """An item lay in a container from one instant until another; `left_at` None: it still does."""

    item: str  # key
    entered_at: dt.datetime
    left_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A day that was planned for a container, and since when it is known. None: taken back."""

    at: dt.datetime
    day: dt.date | None
    agreed: bool = False  # in a baseline; else in the tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From `at` on a container is open, done or cancelled. `day`: of a finish, where it is known."""

    at: dt.datetime
    status: MilestoneStatus
    day: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The day a container was finished, by its tracker."""

    day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The history of one container. `plans` and `turns` are in the order of `at`, `stays` of `entered_at`.

    `finish` and `cancelled` say how it ended by all that is known; `turns` say since when.
    """

    key: str
    name: str
    kind: Kind
    stays: tuple[Stay, ...] = ()
    plans: tuple[Plan, ...] = ()
    finish: Finish | None = None
    cancelled: bool = False
    turns: tuple[Turn, ...] = ()
    began_at: dt.datetime | None = None  # of a sprint: its start by the tracker
    seen_at: dt.datetime | None = None  # the first sighting

    def status_at(self, instant: dt.datetime) -> MilestoneStatus:
        """Return how it stood at an instant; open before its first turn."""
        told = [turn for turn in self.turns if turn.at <= instant]
        return told[-1].status if told else MilestoneStatus.OPEN

    def ends(self) -> Iterator[tuple[dt.date, dt.datetime, dt.datetime | None]]:
        """Yield every known day of a finish, since when it held, and until when (None: it still does)."""
        for index, turn in enumerate(self.turns):
            if turn.status is MilestoneStatus.DONE and turn.day is not None:
                yield turn.day, turn.at, self.turns[index + 1].at if index + 1 < len(self.turns) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """From `at` on an item is done, or is not."""

    at: dt.datetime
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """All tracks of a project, by key of the container, and the work life of every item, by its key."""

    project: str
    timezone: str
    tracks: Mapping[str, Track]
    spells: Mapping[str, tuple[Spell, ...]]
    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # item -> items that wait for it
