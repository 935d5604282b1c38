"""A few projects work at a time; slow ones keep nobody from beginning."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from connector.clock import Clock
from connector.scheduler.stopping import Stop, StoppedError
from connector.scheduler.turns import Turns


class Watch:
    """A stopwatch that tests wind."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Read it."""
        return self.now_s


def test_no_more_than_a_few_begin_together() -> None:
    """The next one waits until one has ended."""
    turns = Turns(Stop(Clock()), at_a_time=2, monotonic=Watch())
    begun = threading.Event()

    def third() -> None:
        with turns.turn("c"):
            begun.set()

    with turns.turn("a"):
        with turns.turn("b"):
            waiting = threading.Thread(target=third)
            waiting.start()
            assert not begun.wait(0.1)
        assert begun.wait(10)
    waiting.join()
    assert turns.rest(within_s=0) == ()


def test_however_many_hang_others_begin() -> None:
    """Once they have worked for longer than the patience lasts, they no longer count."""
    watch = Watch()
    turns = Turns(Stop(Clock()), at_a_time=2, patience_s=120, monotonic=watch)
    with ExitStack() as hanging:
        for number in range(10):
            hanging.enter_context(turns.turn(f"hangs {number}"))
            watch.now_s += 60
        with turns.turn("good"):
            assert len(turns.rest(within_s=0)) == 11


def test_what_goes_on_beside_counts_for_the_end_alone() -> None:
    """Messages take nobody's turn, and are awaited all the same."""
    turns = Turns(Stop(Clock()), at_a_time=1, monotonic=Watch())
    with turns.beside("messages"), turns.turn("a"):
        assert turns.rest(within_s=0) == ("a", "messages")


def test_nobody_begins_any_more_when_the_service_is_to_end() -> None:
    """Neither who comes now nor who has waited."""
    stop = Stop(Clock())
    turns = Turns(stop, at_a_time=1, monotonic=Watch())
    ended: list[str] = []

    def wait() -> None:
        try:
            with turns.turn("b"):
                ended.append("worked")
        except StoppedError:
            ended.append("stopped")

    with turns.turn("a"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        stop.wish()
        waiting.join()
    with pytest.raises(StoppedError), turns.turn("c"):
        ended.append("worked")
    assert ended == ["stopped"]
