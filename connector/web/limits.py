"""How often somebody may ask: so many in a span of time, refilled bit by bit, in bounded memory."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

_ROUNDING: Final = 1e-9  # who waited as long as was told is not refused for a rounded sum
_MOST_KEPT: Final = 10_000  # askers that are remembered: a megabyte or two


class Limiter:
    """A bucket for each asker: full at first, empty after `most`, full again after `per_s` seconds.

    Safe to share between threads. Of more askers than fit, the one who asked longest ago is forgotten:
    a full bucket is the same as none.
    """

    def __init__(
        self, *, most: int, per_s: float, clock: Callable[[], float], kept: int = _MOST_KEPT
    ) -> None:
        """Make it.

        Args:
            most: How many may come at once.
            per_s: The time in which as many come again.
            clock: Seconds that only grow.
            kept: How many askers are remembered.
        """
        self._most = most
        self._rate = most / per_s
        self._clock = clock
        self._kept = kept
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # (left, at)
        self._lock = threading.Lock()

    def wait_s(self, asker: Hashable) -> int:
        """Take one; returns 0, or how many whole seconds to wait until there is one again."""
        with self._lock:
            left = self._left(asker)
            taken = left > 1 - _ROUNDING
            self._buckets[asker] = (left - 1 if taken else left, self._clock())
            self._buckets.move_to_end(asker)
            while len(self._buckets) > self._kept:
                self._buckets.popitem(last=False)
        return 0 if taken else max(1, math.ceil((1 - left) / self._rate))

    def forgive(self, asker: Hashable) -> None:
        """Fill an asker's bucket."""
        with self._lock:
            self._buckets.pop(asker, None)

    def __len__(self) -> int:
        """Return how many askers are remembered."""
        return len(self._buckets)

    def _left(self, asker: Hashable) -> float:
        left, at = self._buckets.get(asker, (float(self._most), self._clock()))
        return min(self._most, left + (self._clock() - at) * self._rate)
