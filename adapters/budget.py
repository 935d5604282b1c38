"""What each host bears: how many requests at a time, and until when it asked to be left alone.

One `Budgets` serves all sources of a process: a limit is the host's, not a project's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_AT_A_TIME = 8


class Budget:
    """The slots of one host. Safe to share between threads."""

    def __init__(self, *, most: int = MOST_AT_A_TIME) -> None:
        """Begin with all slots."""
        self._slots = threading.BoundedSemaphore(most)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the host's slots while a request is under way."""
        with self._slots:
            yield


class Budgets:
    """Budgets by host, made at first need."""

    def __init__(self, *, most: int = MOST_AT_A_TIME) -> None:
        """Take the most requests at a time that any host is asked."""
        self._most = most
        self._lock = threading.Lock()
        self._hosts: dict[str, Budget] = {}

    def of(self, host: str) -> Budget:
        """Return the budget of a host, as `wire.host_of` writes it."""
        with self._lock:
            return self._hosts.setdefault(host, Budget(most=self._most))
