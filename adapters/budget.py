"""What each host bears: how many requests at a time, and until when it asked to be left alone.

One `Budgets` serves all sources of a process: a limit is the host's, not a project's. Nothing here
reads a clock or sleeps; instants are handed in, and whoever sends does the waiting.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_AT_A_TIME = 8  # Atlassian advises 5 to 10; GitHub allows 100 and likes far fewer
GOOD_RUN = 10  # good answers in a row that earn one more slot
STRAINS = 2  # gateway errors in a row that halve the slots: a single one is nobody's fault


class Budget:
    """The slots of one host: halved when it is too much, given back one by one. Thread-safe.

    Source:
        Chiu and Jain, "Analysis of the increase and decrease algorithms for congestion avoidance"
        (1989): additive increase and multiplicative decrease let all who share a host find what it
        bears, without knowing of each other.
    """

    def __init__(self, *, most: int = MOST_AT_A_TIME) -> None:
        """Begin with all slots.

        Raises:
            ValueError: `most` is below 1.
        """
        if most < 1:
            raise ValueError(f"found {most} requests at a time, expected 1 or more")
        self._most = self._slots = most
        self._in_use = self._good = self._strains = 0
        self._paused_until_at: dt.datetime | None = None
        self._changed = threading.Condition()

    @property
    def slots(self) -> int:
        """How many requests at a time the host bears, as far as we know: 1 to `most`."""
        with self._changed:
            return self._slots

    @property
    def paused_until_at(self) -> dt.datetime | None:
        """Until when the host asked to be left alone; None, or an instant gone by: it did not."""
        with self._changed:
            return self._paused_until_at

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the host's slots while a request is under way, and never while waiting."""
        with self._changed:
            self._changed.wait_for(lambda: self._in_use < self._slots)
            self._in_use += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_use -= 1
                self._changed.notify_all()

    def went_well(self) -> None:
        """Count a good answer; a run of them earns a slot back."""
        with self._changed:
            self._strains = 0
            self._good += 1
            if self._good >= GOOD_RUN:
                self._resize(self._slots + 1)

    def came_near(self) -> None:
        """Give up one slot: the answer was good, and said that a limit is close."""
        with self._changed:
            self._strains = 0
            self._resize(self._slots - 1)

    def strained(self) -> None:
        """Count an answer of an overloaded gateway; the second in a row halves the slots."""
        with self._changed:
            self._good = 0
            self._strains += 1
            if self._strains >= STRAINS:
                self._resize(self._slots // 2)

    def slow_down(self, *, at: dt.datetime, until_at: dt.datetime) -> None:
        """Take in that we were too fast: half the slots, and none before `until_at`.

        Args:
            at: Now. What requests already under way are told during a pause is no further news:
                it lengthens the pause, and halves nothing.
            until_at: End of the wait the host asks for.
        """
        with self._changed:
            if self._paused_until_at is None or at >= self._paused_until_at:
                self._resize(self._slots // 2)
            self._pause(until_at)

    def pause(self, until_at: dt.datetime) -> None:
        """Leave the host alone until then, or until later where it asked for more before."""
        with self._changed:
            self._pause(until_at)

    def lift(self, until_at: dt.datetime) -> None:
        """End the pause that ends then, now that it was waited out; a longer one stays."""
        with self._changed:
            if self._paused_until_at == until_at:
                self._paused_until_at = None

    def _pause(self, until_at: dt.datetime) -> None:
        self._good = 0
        self._paused_until_at = max(until_at, self._paused_until_at or until_at)

    def _resize(self, slots: int) -> None:
        self._slots = min(max(slots, 1), self._most)
        self._good = self._strains = 0
        self._changed.notify_all()


class Budgets:
    """Budgets by host, made at first need. Thread-safe."""

    def __init__(self, *, most: int = MOST_AT_A_TIME) -> None:
        """Take the most requests at a time that any host is asked."""
        self._most = most
        self._lock = threading.Lock()
        self._hosts: dict[str, Budget] = {}

    @property
    def most(self) -> int:
        """The most requests at a time that any host is asked."""
        return self._most

    def of(self, host: str) -> Budget:
        """Return the budget of a host, as `wire.host_of` writes it."""
        with self._lock:
            return self._hosts.setdefault(host, Budget(most=self._most))
