"""A fictional tracker in a process of its own, whose clock and log are at our command."""

from __future__ import annotations

import datetime as dt
import multiprocessing as mp
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.worlds import BEFORE, NOW, github_world, jira_world
from connector.demo.trackers.exchange import Logged, Request
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.server import TrackerServer

CLOUD, CENTER, GITHUB = "Jira Cloud", "Jira Data Center", "GitHub"
Server = Callable[..., TrackerServer]
SERVERS: dict[str, tuple[Server, Callable[[int], Any]]] = {
    CLOUD: (JiraCloud, jira_world),
    CENTER: (JiraDataCenter, jira_world),
    GITHUB: (GitHubServer, github_world),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slow the tracker is: seconds for each answer, and more for each issue in it."""

    request_s: float
    issue_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What went over the wire: the request as it came, and the size of its answer."""

    request: Request
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class Served:
    """A running tracker. `email` is "" where a token alone is asked for."""

    tracker: str
    url: str
    token: str
    email: str
    pipe: Connection | None = None  # None: whoever asks commands nothing

    def slow_down(self) -> None:
        """Take the pace from now on: what went before was to warm it up."""
        self._command("slow")

    def later(self) -> None:
        """Let the clock go on to `NOW`: one issue in a hundred was touched meanwhile."""
        self._command("later")

    def taken_log(self) -> list[Exchange]:
        """Return what was asked since the last time."""
        log: list[Exchange] = self._command("log")
        return log

    def _command(self, what: str) -> Any:  # whatever the command answers
        if self.pipe is None:
            raise RuntimeError("found no pipe, expected the process that started the tracker")
        self.pipe.send(what)
        return self.pipe.recv()


@contextmanager
def served(tracker: str, issues: int, pace: Pace) -> Iterator[Served]:
    """Run a tracker while the block runs; it answers at once until it is slowed down."""
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(tracker, issues, pace, theirs), daemon=True)
    process.start()
    try:
        url, token, email = ours.recv()
        yield Served(tracker, url, token, email, ours)
    finally:
        process.kill()
        process.join()


def _serve(tracker: str, issues: int, pace: Pace, pipe: Connection) -> None:
    clock = [BEFORE]
    make, world = SERVERS[tracker]
    server = make(world(issues), clock=lambda: clock[0])
    with server:
        pipe.send((server.url, getattr(server, "token", ""), getattr(server, "email", "")))
        while True:
            command = pipe.recv()
            if command == "slow":
                server.latency_s, server.latency_per_issue_s = pace.request_s, pace.issue_s
            elif command == "later":
                clock[0] = NOW
            pipe.send([_exchange(each) for each in server.log] if command == "log" else None)
            server.log.clear()


def _exchange(logged: Logged) -> Exchange:
    return Exchange(request=logged.request, answer_bytes=len(logged.answer.body))


def clock_of(phase: str) -> dt.datetime:
    """Return the instant at which a phase of a benchmark takes place."""
    return BEFORE if phase == "full" else NOW
