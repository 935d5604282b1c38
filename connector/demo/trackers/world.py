"""A tracker's data as a list of acts, each at an instant, replayed up to any moment."""

from __future__ import annotations

import bisect
import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, TypeVar

State = TypeVar("State")

BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Instant of acts that were there from the start (projects, statuses, fields)."""


@dataclass(slots=True)
class _Replay(Generic[State]):
    """How far one view of the acts has come. `state` None: it starts over."""

    state: State | None = None
    done: int = 0


class World(Generic[State]):
    """Acts in the order of their instants, and the state they lead to.

    The state moves forward cheaply; asked for a moment before its last act, or handed an act that
    lies behind it, the world starts over from `fresh` and replays. Use `lock` around a read. Views
    move apart from each other: a search index may stay behind what is asked for by id.
    """

    def __init__(self, fresh: Callable[[], State]) -> None:
        """Begin with what `fresh` makes: a new state at each call."""
        self.lock = threading.RLock()
        self._fresh = fresh
        self._acts: list[tuple[dt.datetime, int, Callable[[State], None]]] = []
        self._views: dict[str, _Replay[State]] = {}

    def act(self, at: dt.datetime, do: Callable[[State], None]) -> int:
        """Book an act at an instant. Returns its number, which never changes."""
        with self.lock:
            number = len(self._acts) + 1
            place = bisect.bisect_right(self._acts, at, key=itemgetter(0))
            self._acts.insert(place, (at, number, do))
            for view in self._views.values():
                if place < view.done:
                    view.state = None
            return number

    def state_at(self, now: dt.datetime, *, view: str = "") -> State:
        """Return the state once everything up to `now` has happened. Hold `lock` while reading it."""
        with self.lock:
            seen = self._views.setdefault(view, _Replay())
            state = seen.state
            if state is None or (seen.done and self._acts[seen.done - 1][0] > now):
                state = self._fresh()
                seen.done = 0
            while seen.done < len(self._acts) and self._acts[seen.done][0] <= now:
                self._acts[seen.done][2](state)
                seen.done += 1
            seen.state = state
            return state
