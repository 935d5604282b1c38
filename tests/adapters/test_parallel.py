"""Several jobs at a time: order, bounds, errors, early ends."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import parallel
from adapters.errors import UnreachableError
from adapters.parallel import in_order

LONG_S = 60.0  # a thread that needs longer hangs


def threads() -> list[str]:
    """Return the names of the threads that work for `in_order`."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("pull")]


def failing() -> int:
    """Fail as a request does."""
    raise UnreachableError("no answer")


@given(st.lists(st.integers()), st.integers(1, 5))
def test_every_value_comes_in_its_place(values: list[int], at_a_time: int) -> None:
    """Whatever the number of threads, results are those of a plain loop."""
    jobs = (partial(int, value) for value in values)
    assert list(in_order(jobs, at_a_time=at_a_time)) == values


def test_order_is_kept_when_later_jobs_end_first() -> None:
    """Each job waits for the one behind it; all run at once, and come out in order."""
    ended = [threading.Event() for _ in range(4)]
    ended[3].set()

    def job(index: int) -> int:
        assert index == 3 or ended[index + 1].wait(LONG_S)
        ended[index].set()
        return index

    assert list(in_order((partial(job, index) for index in range(4)), at_a_time=4)) == [0, 1, 2, 3]


@given(st.integers(1, 4), st.integers(0, 12))
def test_no_more_in_hand_than_asked(at_a_time: int, count: int) -> None:
    """Jobs are taken from their source only as results are taken: memory does not grow."""
    begun = [0]

    def jobs() -> Iterator[Callable[[], int]]:
        for index in range(count):
            begun[0] += 1
            yield partial(int, index)

    for taken, _ in enumerate(in_order(jobs(), at_a_time=at_a_time), start=1):
        assert begun[0] <= taken + at_a_time


def test_trap_75_a_page_that_fails_ends_it_and_is_never_left_out() -> None:
    """What stands before the failed page is yielded, its error raised, and no end pretended."""
    got: list[int] = []
    jobs: list[Callable[[], int]] = [partial(int, 0), partial(int, 1), failing, partial(int, 3)]
    with pytest.raises(UnreachableError):
        got.extend(in_order(jobs, at_a_time=2))
    assert got == [0, 1]
    assert threads() == []


def test_the_first_error_in_the_order_wins() -> None:
    """A later job failed before it; the error is still that of the earlier one, run after run."""
    late_failed = threading.Event()

    def early() -> int:
        late_failed.wait(LONG_S)
        raise ValueError("early")

    def late() -> int:
        late_failed.set()
        raise ValueError("late")

    with pytest.raises(ValueError, match="early"):
        list(in_order([early, late], at_a_time=2))


def test_nothing_is_begun_once_a_job_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has failed while the first was under way: the third is never begun."""
    submitted: list[Future[Any]] = []
    both_begun = threading.Event()

    class Watched(ThreadPoolExecutor):
        def submit(self, *args: Any, **named: Any) -> Future[Any]:
            submitted.append(super().submit(*args, **named))
            if len(submitted) == 2:
                both_begun.set()
            return submitted[-1]

    def slow() -> int:
        both_begun.wait(LONG_S)
        submitted[1].exception(LONG_S)
        return 0

    monkeypatch.setattr(parallel, "ThreadPoolExecutor", Watched)
    jobs: list[Callable[[], int]] = [slow, failing, partial(int, 2)]
    results = in_order(jobs, at_a_time=2)
    assert next(results) == 0
    with pytest.raises(UnreachableError):
        next(results)
    assert len(submitted) == 2


def test_a_source_of_jobs_that_fails_ends_it() -> None:
    """The error is that of the source, and the threads have ended."""

    def jobs() -> Iterator[Callable[[], int]]:
        yield partial(int, 1)
        raise ValueError("no more addresses")

    with pytest.raises(ValueError, match="addresses"):
        list(in_order(jobs(), at_a_time=3))
    assert threads() == []


def test_a_consumer_may_stop_early() -> None:
    """Closing ends the threads, begins nothing more, and does not hang."""
    begun: list[int] = []

    def job(index: int) -> int:
        begun.append(index)
        return index

    results = in_order((partial(job, index) for index in range(100)), at_a_time=3)
    assert next(results) == 0
    results.close()
    assert threads() == []
    assert len(begun) <= 4


def test_a_consumer_that_fails_leaves_no_threads() -> None:
    """An error while a result is used ends the threads once the generator is let go."""

    def consume() -> None:
        for _ in in_order((partial(int, index) for index in range(9)), at_a_time=2):
            raise ValueError("cannot store")

    with pytest.raises(ValueError, match="cannot store") as caught:
        consume()
    caught.value.__traceback__ = None  # which holds the generator
    del caught
    gc.collect()
    assert threads() == []


def test_no_threads_at_all_is_refused() -> None:
    """At least one job at a time."""
    with pytest.raises(ValueError, match="max_workers"):
        next(in_order([partial(int, 1)], at_a_time=0))
