"""Being asked to stop: what waits wakes up, what works ends at its next step."""

from __future__ import annotations

import threading

from connector.clock import Clock
from connector.errors import ConnectorError
from connector.pipeline.report import EXIT_INTERRUPTED


class StoppedError(ConnectorError):
    """The service was asked to stop while it worked; nothing is lost."""

    exit_code = EXIT_INTERRUPTED


class Stop:
    """The wish to stop, shared by all threads of the service."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock by which others wait."""
        self._clock = clock
        self._wished = threading.Event()

    @property
    def is_wished(self) -> bool:
        """Whether the service is to end."""
        return self._wished.is_set()

    def wish(self) -> None:
        """Ask everything to end."""
        self._wished.set()

    def sleep(self, seconds: float) -> None:
        """Wait by the clock, at most until the service is to end.

        Raises:
            StoppedError: It is.
        """
        self._wished.wait(self._clock.real_s(seconds))
        self.check()

    def progress(self, _source: str, _done: int, _total: int | None) -> None:
        """End a pull between two batches: what was read is stored, and read on from at the next start.

        Raises:
            StoppedError: The service is to end.
        """
        self.check()

    def check(self) -> None:
        """Refuse to begin what would only be broken off.

        Raises:
            StoppedError: The service is to end.
        """
        if self.is_wished:
            raise StoppedError("the service was asked to stop; the next start goes on where this one was")
