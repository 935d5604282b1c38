"""Several requests at a time, their answers in the order asked, no more in hand than a few."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Value = TypeVar("Value")


def in_order(jobs: Iterable[Callable[[], Value]], *, at_a_time: int) -> Iterator[Value]:
    """Run jobs in threads and yield what they return, in their order.

    Jobs are begun while the caller works on what was yielded; at most `at_a_time` are under way
    or waiting to be taken. The first one that raises ends it all: those not begun never are.

    Args:
        jobs: What to do; taken one by one, as threads become free.
        at_a_time: At least 1.
    """
    waiting = iter(jobs)
    pool = ThreadPoolExecutor(max_workers=at_a_time, thread_name_prefix="pull")
    try:
        running: deque[Future[Value]] = deque(pool.submit(job) for job in islice(waiting, at_a_time))
        while running:
            value = running.popleft().result()
            running.extend(pool.submit(job) for job in islice(waiting, 1))
            yield value
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
