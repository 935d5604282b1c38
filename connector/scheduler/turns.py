"""How many projects work at a time, and who still does when the service is to end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from connector.scheduler.stopping import Stop

AT_A_TIME = 4  # projects that begin their work together
PATIENCE_S = 60.0  # one that works for longer no longer keeps others from beginning
_LOOK_S = 0.5


class Turns:
    """Lets a few projects work at a time, and never lets slow ones hold up the rest.

    A project counts while it has worked for less than `patience_s`: trackers that hang take their
    threads, but nobody's turn. Thread-safe.
    """

    def __init__(
        self,
        stop: Stop,
        *,
        at_a_time: int = AT_A_TIME,
        patience_s: float = PATIENCE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the wish to stop, which ends the wait for a turn."""
        self._stop = stop
        self._at_a_time = at_a_time
        self._patience_s = patience_s
        self._monotonic = monotonic
        self._changed = Condition()
        self._begun: dict[str, float] = {}

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Hold a turn while the block runs.

        Args:
            name: Who works; one name holds one turn at a time.

        Raises:
            StoppedError: The service is to end.
        """
        with self._changed:
            while not self._is_free():
                self._changed.wait(_LOOK_S)
                self._stop.check()
            self._stop.check()
            self._begun[name] = self._monotonic()
        with self._leaving(name):
            yield

    @contextmanager
    def beside(self, name: str) -> Iterator[None]:
        """Work without a turn while the block runs; awaited at the end like the others.

        Raises:
            StoppedError: The service is to end.
        """
        with self._changed:
            self._stop.check()
            self._begun[name] = self._monotonic() - self._patience_s
        with self._leaving(name):
            yield

    def rest(self, *, within_s: float) -> tuple[str, ...]:
        """Wait until nobody works.

        Returns:
            Who still does when the time is over.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._begun, timeout=within_s)
            return tuple(sorted(self._begun))

    @contextmanager
    def _leaving(self, name: str) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                del self._begun[name]
                self._changed.notify_all()

    def _is_free(self) -> bool:
        now = self._monotonic()
        young = sum(now - begun < self._patience_s for begun in self._begun.values())
        return young < self._at_a_time
