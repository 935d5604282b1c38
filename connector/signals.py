"""Signals that ask a long-lived command for something, one after the other, none lost.

The handler of a signal runs in the main thread only, and only between two steps of the program. One that
another thread takes, or that comes in the moment before the main thread begins to wait, does not wake a
wait without an end: so the wait here looks up from time to time.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final

LOOKS_UP_EVERY_S: Final = 0.5


@contextmanager
def asked_by(*numbers: signal.Signals) -> Iterator[Callable[[], int]]:
    """Take these signals while the block runs; handlers of before come back behind it.

    Yields:
        Waits for the next of them and returns its number. Those that come meanwhile wait their turn.
    """
    asked: SimpleQueue[int] = SimpleQueue()  # a handler may put into it at any step
    before = {one: signal.signal(one, lambda number, _frame: asked.put(number)) for one in numbers}
    try:
        yield partial(_next, asked)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _next(asked: SimpleQueue[int]) -> int:
    while True:
        try:
            return asked.get(timeout=LOOKS_UP_EVERY_S)
        except Empty:
            continue
