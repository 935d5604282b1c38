"""Limits, met on loopback: waited out as asked, shared by all who ask a host, slower from then on."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import wire
from adapters.budget import GOOD_RUN, Budgets
from adapters.errors import UnreachableError, WaitTooLongError
from adapters.transport import Usage
from tests.adapters.transport_world import START, Answer, World, error, ok, serving

LONG_S = 60.0  # a thread that needs longer hangs
EPOCH = int(START.timestamp())
SECONDARY = {"message": "You have exceeded a secondary rate limit."}
GRAPHQL = {"data": None, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
QUOTA = {"RateLimit_Reason": "jira-quota-tenant-based"}


@pytest.fixture
def world() -> Iterator[World]:
    """Serve `world.answers` one after another, the last one for ever."""
    with serving() as served:
        yield served


class StoppedError(Exception):
    """The service stops."""


def stop(_seconds: float) -> None:
    """Sleep as a service that was told to stop."""
    raise StoppedError


def barrier_passed(barrier: threading.Barrier) -> None:
    """Wait for the others."""
    barrier.wait(LONG_S)


def in_threads(work: Callable[[], object], *, times: int) -> None:
    """Do something in so many threads at once."""
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        pytest.param(error(429, Retry_After="45"), 45, id="45 seconds"),
        pytest.param(error(429, Retry_After="600"), 600, id="ten minutes"),
        pytest.param(error(429, Retry_After="0.25"), 1, id="trap 39: float"),
        pytest.param(error(429, Retry_After="1.0000001"), 1.000001, id="not a microsecond less"),
        pytest.param(error(429, Retry_After="12.5"), 12.5, id="trap 39: float, longer"),
        pytest.param(error(429, Retry_After="Mon, 23 Nov 2026 09:02:00 GMT"), 120, id="trap 39: HTTP date"),
        pytest.param(error(429, Retry_After="2026-11-23T09:03Z"), 180, id="ISO text without seconds"),
        pytest.param(error(429, Retry_After="2026-11-23T10:03:07+01:00"), 187, id="ISO text with seconds"),
    ],
)
def test_trap_38_39_retry_after_is_a_minimum(world: World, answer: Answer, wait_s: float) -> None:
    """In every form it is slept in full, a second at least, before the only repetition."""
    world.answers = [answer, ok()]
    world.transport().send(world.get())
    assert world.slept_s == [wait_s]
    assert len(world.seen) == 2


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        pytest.param(error(429, X_RateLimit_Reset="2026-11-23T09:10Z"), 600, id="ISO without seconds"),
        pytest.param(error(429, X_RateLimit_Reset="2026-11-23T09:10:30Z"), 630, id="ISO with seconds"),
        pytest.param(
            error(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(EPOCH + 30)), 30, id="epoch"
        ),
    ],
)
def test_trap_40_a_reset_is_iso_text_or_an_epoch(world: World, answer: Answer, wait_s: float) -> None:
    """Jira and GitHub write the same header differently; both are waited out."""
    world.answers = [answer, ok()]
    world.transport().send(world.get())
    assert world.slept_s == [wait_s]


def test_trap_63_a_200_with_a_limit_is_waited_out(world: World) -> None:
    """GraphQL says 200 and means: not now. The caller sees only the answer behind it."""
    world.answers = [ok(GRAPHQL, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(EPOCH + 90)), ok({"a": 1})]
    assert world.transport().send(world.get()).json() == {"a": 1}
    assert world.slept_s == [90]


def test_trap_64_nobody_asks_inside_the_cool_down(world: World) -> None:
    """What one project was told holds for another of the same process: not a request before its end."""
    one, other = world.transport(), world.transport(sleep=world.sleep)
    world.answers = [error(403, SECONDARY, Retry_After="61"), ok()]
    with pytest.raises(StoppedError):
        world.transport(sleep=stop).send(world.get())
    other.send(world.get())
    one.send(world.get())
    assert world.arrived_at == [START, *[START + dt.timedelta(seconds=61)] * 2]


def test_trap_64_who_stands_in_line_hears_of_a_pause(world: World) -> None:
    """A request that waited for the only slot does not use it when the one before was refused."""
    world.budgets = Budgets(most=1)
    world.answers = [error(429, Retry_After="30"), ok()]
    asked = threading.Semaphore(0)

    def allow(_request: wire.Request) -> bool:
        asked.release()
        return True

    def meanwhile() -> None:
        """Answer the first request only once the second stands in line."""
        if len(world.seen) == 1:
            assert asked.acquire(timeout=LONG_S)
            assert asked.acquire(timeout=LONG_S)

    world.meanwhile = meanwhile
    in_threads(partial(world.transport(allow).send, world.get()), times=2)
    assert len(world.seen) == 3
    assert min(world.arrived_at[1:]) >= START + dt.timedelta(seconds=30)


def test_an_error_of_the_server_earns_nothing(world: World) -> None:
    """Nine good answers and a 500 that stays are no run of ten."""
    world.answers = [ok(X_RateLimit_NearLimit="true"), *[ok()] * (GOOD_RUN - 1), error(500)]
    transport = world.transport()
    for _ in range(GOOD_RUN):
        transport.send(world.get())
    with pytest.raises(UnreachableError):
        transport.send(world.get())
    assert world.budget.slots == 7


def test_trap_64_a_secondary_limit_doubles_until_it_is_handed_back(world: World) -> None:
    """60, 120, 240, 480 seconds; the next would be 16 minutes, and belongs to the scheduler."""
    world.answers = [error(403, SECONDARY)]
    with pytest.raises(WaitTooLongError, match="secondary rate limit") as caught:
        world.transport().send(world.get())
    assert world.slept_s == [60, 120, 240, 480]
    assert caught.value.retry_at == world.at + dt.timedelta(minutes=16)


def test_a_limit_without_end_is_given_up(world: World) -> None:
    """Eight times as asked, then the run ends."""
    world.answers = [error(429, Retry_After="5")]
    with pytest.raises(UnreachableError, match="429"):
        world.transport().send(world.get())
    assert len(world.seen) == 8
    assert world.slept_s == [5] * 7


def test_a_burst_halves_what_goes_out_at_a_time_and_it_grows_back(world: World) -> None:
    """8, 4 after a 429; ten good answers in a row (the one repeated included) earn one back."""
    world.answers = [error(429, RateLimit_Reason="jira-burst-based", Retry_After="1"), ok()]
    transport = world.transport()
    transport.send(world.get())
    assert world.budget.slots == 4
    for _ in range(GOOD_RUN - 1):
        transport.send(world.get())
    assert world.budget.slots == 5


def test_a_quota_pauses_until_its_reset_and_slows_nothing(world: World) -> None:
    """Going slower saves no points: Retry-After is too early here, and all slots stay."""
    world.answers = [error(429, **QUOTA, Retry_After="5", X_RateLimit_Reset="2026-11-23T09:10Z"), ok()]
    world.transport().send(world.get())
    assert world.slept_s == [600]
    assert world.budget.slots == 8


def test_repeated_gateway_errors_halve(world: World) -> None:
    """One is nobody's fault; the second in a row is taken for overload."""
    world.answers = [error(502), ok(), error(503), error(504), ok()]
    transport = world.transport()
    transport.send(world.get())
    assert world.budget.slots == 8
    transport.send(world.get())
    assert world.budget.slots == 4


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X_RateLimit_NearLimit": "true"}, id="Jira's flag"),
        pytest.param({"X_RateLimit_Limit": "5000", "X_RateLimit_Remaining": "999"}, id="a fifth left"),
        pytest.param({"RateLimit": '"a";r=1;t=9', "RateLimit_Policy": '"a";q=10;w=60'}, id="structured"),
    ],
)
def test_slows_down_before_it_is_told_off(world: World, headers: dict[str, str]) -> None:
    """Each good answer that says a limit is near takes one slot, and the last one stays."""
    world.answers = [ok(**headers)]
    transport = world.transport()
    transport.send(world.get())
    assert world.budget.slots == 7
    for _ in range(9):
        transport.send(world.get())
    assert world.budget.slots == 1
    assert world.slept_s == []


def test_after_the_last_good_answer_waits_for_the_reset(world: World) -> None:
    """A window that a good answer used up is waited for: the next request would be refused."""
    world.answers = [ok(X_RateLimit_Remaining="0", X_RateLimit_Reset=str(EPOCH + 40)), ok()]
    transport = world.transport()
    transport.send(world.get())
    assert world.slept_s == []
    transport.send(world.get())
    assert world.slept_s == [40]


def test_a_wait_too_long_for_one_is_too_long_for_all(world: World) -> None:
    """A second project learns when to come again without asking; a third, an hour later, gets through."""
    world.answers = [error(429, Retry_After="3600"), ok()]
    for _ in range(2):
        with pytest.raises(WaitTooLongError) as caught:
            world.transport().send(world.get())
        assert caught.value.retry_at == START + dt.timedelta(hours=1)
    assert len(world.seen) == 1
    world.at += dt.timedelta(hours=1)
    world.transport().send(world.get())
    assert world.slept_s == []


def test_a_wait_nobody_means_is_unreadable(world: World) -> None:
    """An epoch in Retry-After is 56 years: our own wait takes its place."""
    world.answers = [error(429, Retry_After=str(EPOCH)), ok()]
    world.transport().send(world.get())
    assert 2 <= world.slept_s[0] <= 3


def test_a_wait_can_be_cancelled(world: World) -> None:
    """What sleep raises comes through; no wait is counted, no slot is lost, the pause stays."""
    world.budgets = Budgets(most=1)
    world.answers = [error(429, Retry_After="30"), ok()]
    transport = world.transport(sleep=stop)
    for _ in range(2):
        with pytest.raises(StoppedError):
            transport.send(world.get())
    assert transport.usage.waited_s == 0
    assert len(world.seen) == 1
    world.transport().send(world.get())
    assert world.slept_s == [30]


@pytest.mark.parametrize("answer", [error(500), error(429)], ids=["own wait", "pause"])
def test_no_slot_is_held_while_waiting(world: World, answer: Answer) -> None:
    """With one slot for all, another project sends while the first one sleeps."""
    world.budgets = Budgets(most=1)
    world.answers = [answer, ok()]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        world.sleep(seconds)
        slept.append(seconds)
        with world.budget.slot():
            pass

    world.transport(sleep=sleep).send(world.get())
    assert len(slept) == 1


def test_all_projects_together_send_no_more_than_the_host_bears(world: World) -> None:
    """Two doors and nine threads share three slots: three requests at a time, exactly."""
    world.budgets = Budgets(most=3)
    world.answers = [ok()]
    together, under_way, most = threading.Barrier(3), [0], [0]

    def meanwhile() -> None:
        with world.lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        together.wait(LONG_S)
        with world.lock:
            under_way[0] -= 1
        together.wait(LONG_S)

    world.meanwhile = meanwhile
    doors = [world.transport(), world.transport()]
    turns = itertools.cycle(doors)
    in_threads(lambda: next(turns).send(world.get()), times=9)
    assert most == [3]
    assert sum(door.usage.requests for door in doors) == 9


def test_every_thread_is_served_by_a_host_that_lets_few_through(world: World) -> None:
    """Of eight threads that meet limits all end with an answer, and the host is asked ever slower."""
    world.answers = [error(429, Retry_After="1")] * 6 + [ok()]
    transport = world.transport()
    answers: list[wire.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(transport.send(world.get()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    assert len(answers) == 8
    assert transport.usage.requests == 14
    assert world.budget.slots <= 4


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=20))
def test_waits_at_the_same_time_count_once(waits: list[tuple[int, int]]) -> None:
    """Waited is the time in which anybody waited, worked out here second by second."""
    usage, seconds = Usage(), set[int]()
    for from_s, length_s in sorted(waits):
        usage.waited(*(START + dt.timedelta(seconds=s) for s in (from_s, from_s + length_s)))
        seconds |= set(range(from_s, from_s + length_s))
    assert usage.waited_s == len(seconds)


def test_counts_hold_under_threads() -> None:
    """Eight threads that count at once lose nothing."""
    usage = Usage()

    def count() -> None:
        for _ in range(2000):
            usage.sent()
            usage.received(3)

    in_threads(count, times=8)
    assert (usage.requests, usage.bytes_received) == (16_000, 48_000)


def test_as_many_connections_are_kept_as_requests_go_out(world: World) -> None:
    """The pool follows the budget: nine at a time pass over nine connections, which serve again."""
    world.budgets = Budgets(most=9)
    world.answers = [ok()]
    together = threading.Barrier(9)
    world.meanwhile = partial(barrier_passed, together)
    transport = world.transport()
    in_threads(partial(transport.send, world.get()), times=18)
    assert transport.usage.requests == 18
    assert len(world.connections) == 9


def test_a_clock_that_stands_waits_once(world: World) -> None:
    """In a rehearsal sleeping moves no clock; a pause that was slept is over all the same."""
    world.answers = [error(429, Retry_After="5"), ok()]
    slept_s: list[float] = []
    transport = world.transport(sleep=slept_s.append)
    transport.send(world.get())
    transport.send(world.get())
    assert slept_s == [5]
