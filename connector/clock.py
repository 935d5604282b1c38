"""The one clock. Everything else is handed a time.

`CLIENTVIEW_NOW` moves it for rehearsals: an instant (`2026-11-23T09:00:00Z`), or an instant and a
speed (`2026-11-23T09:00:00Z x 3600`: an hour a second).
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from connector.errors import UsageError

VARIABLE = "CLIENTVIEW_NOW"


@dataclass(slots=True)
class Clock:
    """Reads the time. `rehearsed_from` None: the real one."""

    rehearsed_from: dt.datetime | None = None
    speed: float = 0.0  # rehearsed seconds per real second
    _started_s: float = field(default_factory=time.monotonic)

    @property
    def is_rehearsed(self) -> bool:
        """Whether `CLIENTVIEW_NOW` moves this clock."""
        return self.rehearsed_from is not None

    def now(self) -> dt.datetime:
        """Return the current instant, aware UTC."""
        if self.rehearsed_from is None:
            return dt.datetime.now(dt.UTC)
        elapsed_s = (time.monotonic() - self._started_s) * self.speed
        return self.rehearsed_from + dt.timedelta(seconds=elapsed_s)

    def sleep(self, seconds: float) -> None:
        """Wait; a rehearsed clock that runs waits less real time, one that stands does not wait."""
        if real_s := self.real_s(seconds):
            time.sleep(real_s)

    def real_s(self, seconds: float) -> float:
        """Return how long a wait takes in real seconds: 0 where the clock stands."""
        if self.rehearsed_from is None:
            return seconds
        return seconds / self.speed if self.speed > 0 else 0.0

    def on_the_wall(self, at: dt.datetime) -> dt.datetime:
        """Return what the real clock shows when this one shows `at`; one that stands goes on as the real one.

        Two clocks are read one after the other: of a rehearsed one the result may be some ticks early.
        """
        if self.rehearsed_from is None:
            return at
        return dt.datetime.now(dt.UTC) + (at - self.now()) / (self.speed or 1.0)


def system_clock() -> Clock:
    """Return the clock of this process, moved if `CLIENTVIEW_NOW` says so.

    Raises:
        UsageError: The variable is neither an instant nor an instant and a speed.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return Clock()
    moment, _, speed = text.partition(" x ")
    try:
        at = dt.datetime.fromisoformat(moment.strip())
        factor = float(speed) if speed else 0.0
    except ValueError as exc:
        raise UsageError(_bad(text)) from exc
    if at.tzinfo is None or factor < 0:
        raise UsageError(_bad(text))
    return Clock(rehearsed_from=at.astimezone(dt.UTC), speed=factor)


def fixed(at: dt.datetime) -> Callable[[], dt.datetime]:
    """Return a clock function that stands at `at`."""
    return lambda: at


def _bad(text: str) -> str:
    return (
        f"{VARIABLE}: found {text!r}, expected an instant with zone such as 2026-11-23T09:00:00Z,"
        " or one and a speed such as 2026-11-23T09:00:00Z x 3600"
    )
