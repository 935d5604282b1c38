"""What a host bears: slots that shrink and grow, and one pause for all."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.budget import GOOD_RUN, Budget, Budgets

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
LONG_S = 60.0  # a thread that needs longer hangs


def later(seconds: float) -> dt.datetime:
    """Return an instant so many seconds on."""
    return NOW + dt.timedelta(seconds=seconds)


def run_well(budget: Budget, times: int = GOOD_RUN) -> None:
    """Let so many requests go well."""
    for _ in range(times):
        budget.went_well()


EVENTS: dict[str, Callable[[Budget, int], None]] = {
    "went well": lambda budget, _: budget.went_well(),
    "a run went well": lambda budget, _: run_well(budget),
    "came near": lambda budget, _: budget.came_near(),
    "strained": lambda budget, _: budget.strained(),
    "slow down": lambda budget, s: budget.slow_down(at=later(s), until_at=later(2 * s)),
    "pause": lambda budget, s: budget.pause(later(s)),
    "lift": lambda budget, s: budget.lift(later(s)),
}


@given(
    most=st.integers(1, 12), story=st.lists(st.tuples(st.sampled_from(sorted(EVENTS)), st.integers(1, 99)))
)
def test_slots_stay_within_bounds(most: int, story: list[tuple[str, int]]) -> None:
    """Whatever hosts answer, at least one request at a time goes out, and never more than `most`."""
    budget = Budget(most=most)
    for event, seconds in story:
        before, paused = budget.slots, budget.paused_until_at
        EVENTS[event](budget, seconds)
        assert 1 <= budget.slots <= most
        assert budget.slots - before <= 1
        if event != "lift" and paused is not None:
            assert budget.paused_until_at is not None
            assert budget.paused_until_at >= paused


@given(slots=st.integers(1, 5), threads=st.integers(1, 12))
def test_never_more_at_a_time_than_slots(slots: int, threads: int) -> None:
    """Of many threads no more than the slots hold one at once, and all get one in the end."""
    budget = Budget(most=5)
    for _ in range(5 - slots):
        budget.came_near()
    lock, held, done, all_held = threading.Lock(), [0], [0], threading.Event()
    seen: list[int] = []

    def work() -> None:
        with budget.slot():
            with lock:
                held[0] += 1
                seen.append(held[0])
                if held[0] == min(slots, threads):
                    all_held.set()
            all_held.wait(LONG_S)
            with lock:
                held[0] -= 1
                done[0] += 1

    started = [threading.Thread(target=work) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(LONG_S)
    assert done == [threads]
    assert max(seen) == min(slots, threads)


def test_a_slot_is_given_back_after_an_error() -> None:
    """Requests that fail do not use the host up."""
    budget = Budget(most=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), budget.slot():
            raise ValueError("broken")
    with budget.slot():
        assert budget.slots == 1


@pytest.mark.parametrize("how", ["grown", "given back"])
def test_whoever_stands_in_line_is_let_in(how: str) -> None:
    """A thread that waits for a slot gets it once there is one more, or one is given back."""
    budget = Budget(most=2)
    budget.came_near()
    inside = threading.Event()

    def work() -> None:
        with budget.slot():
            inside.set()

    thread = threading.Thread(target=work)
    with budget.slot():
        thread.start()
        assert not inside.is_set()
        if how == "grown":
            run_well(budget)
            assert inside.wait(LONG_S)
    thread.join(LONG_S)
    assert inside.is_set()


def test_too_fast_halves_the_slots_once_a_pause() -> None:
    """8, then 4; what comes during the pause is the same news; after it, 2. The longest wait counts."""
    budget = Budget(most=8)
    budget.slow_down(at=NOW, until_at=later(10))
    assert budget.slots == 4
    budget.slow_down(at=later(1), until_at=later(30))
    budget.slow_down(at=later(2), until_at=later(5))
    assert (budget.slots, budget.paused_until_at) == (4, later(30))
    budget.slow_down(at=later(30), until_at=later(31))
    assert budget.slots == 2


def test_a_run_of_good_answers_earns_one_slot() -> None:
    """From 4 on: nine good answers earn nothing, the tenth one slot, never more than there were."""
    budget = Budget(most=5)
    budget.came_near()
    run_well(budget, GOOD_RUN - 1)
    assert budget.slots == 4
    run_well(budget, 3 * GOOD_RUN)
    assert budget.slots == 5


def test_a_pause_breaks_a_run() -> None:
    """Nine good answers before a limit do not count afterwards."""
    budget = Budget(most=4)
    budget.came_near()
    run_well(budget, GOOD_RUN - 1)
    budget.pause(later(1))
    budget.went_well()
    assert budget.slots == 3


def test_only_repeated_strain_halves() -> None:
    """One gateway error, or two with a good answer between them, is nobody's fault."""
    budget = Budget(most=8)
    budget.strained()
    budget.went_well()
    budget.strained()
    assert budget.slots == 8
    budget.strained()
    assert budget.slots == 4


def test_only_the_pause_that_was_waited_out_is_lifted() -> None:
    """Who slept until the end of a shorter pause lifts nothing."""
    budget = Budget()
    assert budget.paused_until_at is None
    budget.pause(later(10))
    budget.pause(later(20))
    budget.lift(later(10))
    assert budget.paused_until_at == later(20)
    budget.lift(later(20))
    assert budget.paused_until_at is None


def test_a_host_has_one_budget() -> None:
    """All who ask for a host's budget get the same; another host has another."""
    budgets = Budgets(most=3)
    assert budgets.of("a.example") is budgets.of("a.example")
    assert budgets.of("a.example") is not budgets.of("b.example")
    assert (budgets.most, budgets.of("a.example").slots) == (3, 3)


@pytest.mark.parametrize("most", [0, -1])
def test_nobody_sends_less_than_one_at_a_time(most: int) -> None:
    """A budget of no slots would wait for ever, and is refused."""
    with pytest.raises(ValueError, match="expected 1 or more"):
        Budget(most=most)
