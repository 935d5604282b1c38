"""What asking a source has cost: requests, bytes, waits. Nothing here reads a clock or sleeps."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Usage:
    """What the requests of one source have cost so far. Safe to share between threads."""

    requests: int = 0  # sent, whatever came back
    bytes_received: int = 0  # of bodies, unpacked
    waited_s: float = 0.0  # time in which one thread or more waited; what they wait together counts once
    ahead_s: float | None = None  # of the host's clock, our own, by the last answer that told its time
    _waited_until_at: dt.datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def sent(self) -> None:
        """Count a request."""
        with self._lock:
            self.requests += 1

    def received(self, length: int) -> None:
        """Count the bytes of a body."""
        with self._lock:
            self.bytes_received += length

    def told_time(self, told_at: dt.datetime, *, now: dt.datetime) -> None:
        """Take in what time a host says it is."""
        with self._lock:
            self.ahead_s = (now - told_at).total_seconds()

    def waited(self, from_at: dt.datetime, until_at: dt.datetime) -> None:
        """Count a wait that is over, but for what others are known to have waited meanwhile."""
        with self._lock:
            begun_at = max(from_at, self._waited_until_at or from_at)
            self.waited_s += max((until_at - begun_at).total_seconds(), 0.0)
            self._waited_until_at = max(until_at, begun_at)
