"""Several requests at a time, their answers in the order asked, no more in hand than a few."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Value = TypeVar("Value")


def in_order(jobs: Iterable[Callable[[], Value]], *, at_a_time: int) -> Generator[Value, None, None]:
    """Run jobs in threads and yield what they return, in their order.

    Jobs are begun while the caller works on what was yielded; at most `at_a_time` are under way
    or waiting to be taken. Once one has failed, no other is begun; what stands before it in the
    order is still yielded, then its error is raised. When this ends, by whatever way (`close` is
    one), the threads have ended too: jobs under way are awaited, since none can be stopped from
    outside.

    Args:
        jobs: What to do; taken one by one, as results are taken.
        at_a_time: At least 1.
    """
    waiting = iter(jobs)
    pool = ThreadPoolExecutor(max_workers=at_a_time, thread_name_prefix="pull")
    try:
        running: deque[Future[Value]] = deque(pool.submit(job) for job in islice(waiting, at_a_time))
        while running:
            value = running.popleft().result()
            if not any(map(_has_failed, running)):
                running.extend(pool.submit(job) for job in islice(waiting, 1))
            yield value
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _has_failed(job: Future[Value]) -> bool:
    return job.done() and job.exception() is not None
