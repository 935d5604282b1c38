"""How we behave towards a host: when to send, how long to wait, how much at a time."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adapters import limits, wire
from adapters.budget import Budget
from adapters.errors import UnreachableError, WaitTooLongError
from adapters.limits import Limit
from adapters.protocol import Environment
from adapters.usage import Usage
from adapters.verdict import GATEWAY_STATUSES, Tries

MAX_WAIT_S = 900.0  # a longer wait belongs to the scheduler; it is handed back, never shortened
JITTER = (1.0, 1.5)  # times our own waits, by chance, so that threads do not come back all at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """A request that did not work out this time. `own_wait_s` 0: the host's own pause is the wait."""

    failure: UnreachableError
    own_wait_s: float = 0.0


class Manners:
    """The behaviour of one door towards one host. Thread-safe; the budget is everybody's."""

    def __init__(
        self, environment: Environment, *, budget: Budget, usage: Usage, jitter: random.Random
    ) -> None:
        """Take the clock and sleep of an environment, what the host bears, and chance for our own waits."""
        self._environment = environment
        self._budget = budget
        self._usage = usage
        self._jitter = jitter

    @contextmanager
    def turn(self, *, told: str) -> Iterator[None]:
        """Hold one of the host's slots, once it no longer wants to be left alone.

        Raises:
            WaitTooLongError: It wants to be for more than 15 minutes.
        """
        while True:
            self._wait_out(told)
            with self._budget.slot():
                if self._pause() is None:  # one may have come while we stood in line
                    yield
                    return

    def heed(self, response: wire.Response, tries: Tries) -> Setback | None:
        """Take in an answer, for all who share the host. Does not wait: the slot is still held.

        Returns:
            None when the answer is final; else what to `rest` for before the request's next turn.

        Raises:
            WaitTooLongError: The host asks for more than 15 minutes.
        """
        limit = limits.limit_of(response)
        failure = tries.count(response, limit)
        if failure is not None:
            return self._give_way(response, limit, tries, failure)
        if response.status < 500:
            self._go_on(response)
        return None

    def broke(self, failure: UnreachableError, tries: Tries) -> Setback:
        """Take in that there was no answer, or no whole one."""
        tries.failures += 1
        return Setback(failure=failure, own_wait_s=self._own_wait_s(tries))

    def rest(self, setback: Setback, tries: Tries) -> None:
        """Wait as we see fit, alone, where the host asked for nothing.

        Raises:
            UnreachableError: There is no next time.
        """
        if tries.are_over:
            raise setback.failure
        if setback.own_wait_s:
            self._sleep_until(self._in(setback.own_wait_s))

    def _go_on(self, response: wire.Response) -> None:
        now = self._environment.now()
        if limits.is_near(response.headers, now=now):
            self._budget.came_near()
        else:
            self._budget.went_well()
        used_up_s = limits.used_up_s(response.headers, now=now)
        if used_up_s is not None:
            self._budget.pause(self._in(used_up_s))

    def _give_way(
        self, response: wire.Response, limit: Limit | None, tries: Tries, failure: UnreachableError
    ) -> Setback:
        now = self._environment.now()
        wait_s = limits.asked_wait_s(response, now=now, times=max(tries.limits, 1))
        if response.status in GATEWAY_STATUSES:
            self._budget.strained()
        if wait_s is None and limit is None:
            return Setback(failure=failure, own_wait_s=self._own_wait_s(tries))
        until_at = self._in(self._own_wait_s(tries) if wait_s is None else wait_s)
        if limit is Limit.BURST:
            self._budget.slow_down(at=now, until_at=until_at)
        else:
            self._budget.pause(until_at)
        self._refuse_too_long(until_at, told=str(failure))
        return Setback(failure=failure)

    def _wait_out(self, told: str) -> None:
        until_at = self._pause()
        while until_at is not None:
            self._refuse_too_long(until_at, told=told)
            self._sleep_until(until_at)
            self._budget.lift(until_at)
            until_at = self._pause()

    def _pause(self) -> dt.datetime | None:
        until_at = self._budget.paused_until_at
        return until_at if until_at is not None and until_at > self._environment.now() else None

    def _refuse_too_long(self, until_at: dt.datetime, *, told: str) -> None:
        wait_s = (until_at - self._environment.now()).total_seconds()
        if wait_s > MAX_WAIT_S:
            raise WaitTooLongError(
                f"{told}; the host wants to be left alone for {wait_s:.0f} s,"
                f" until {until_at:%Y-%m-%d %H:%M} UTC; a run waits {MAX_WAIT_S:.0f} s at most",
                retry_at=until_at,
            )

    def _sleep_until(self, until_at: dt.datetime) -> None:
        from_at = self._environment.now()
        self._environment.sleep(max((until_at - from_at).total_seconds(), 0.0))
        self._usage.waited(from_at, until_at)

    def _own_wait_s(self, tries: Tries) -> float:
        chance: float = self._jitter.uniform(*JITTER)
        return tries.backoff_s * chance

    def _in(self, wait_s: float) -> dt.datetime:
        """Return the instant in so many seconds, not a microsecond less."""
        return self._environment.now() + dt.timedelta(microseconds=math.ceil(wait_s * 1e6))
