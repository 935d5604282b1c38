"""The program under test as its user runs it: a service that lives on, and processes that are killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connector.clock import VARIABLE
from connector.demo.trackers.exchange import Answer, Middleware, Request, Serve
from tests.acceptance.service.town import Town

ROOT = Path(__file__).parents[3]
PATIENCE_S = 120.0
LATEST_S = 0.6  # after the event it waits for, a kill comes so late at most
KILLED_AT = ("mail", "request", "post", "request")
DEATH_S = 0.05  # a killed process does nothing any more after so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How an order was carried out."""

    code: int
    resident_kb: int = 0
    cpu_s: float = 0.0


@dataclass(slots=True)
class Service:
    """The worker, its orders and answers."""

    process: subprocess.Popen[str]
    town: Town

    def order(self, what: str, **more: str) -> Done:
        """Let it do something now: `round`, or a command line."""
        self._write({"do": what, "at": self.town.desk.clock, **more})
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the service died with {self.process.wait(PATIENCE_S)}"
        answer = json.loads(line)
        return Done(code=answer["code"], resident_kb=answer["rss_kb"], cpu_s=answer["cpu_s"])

    def _write(self, what: Mapping[str, str]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()


@contextmanager
def service(town: Town) -> Iterator[Service]:
    """Run the worker while the block runs; it ends when its orders do."""
    command = [sys.executable, "-m", "tests.acceptance.service.worker", str(town.desk.config)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **town.desk.env, VARIABLE: town.desk.clock},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        keeper = threading.Thread(target=_keep, args=(process, town.desk.folder / "service.log"))
        keeper.start()
        made = Service(process, town)
        made._write({"at": town.desk.clock})
        yield made
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
        keeper.join()


def _keep(process: subprocess.Popen[str], log: Path) -> None:
    """Keep what the service says: through a pipe, so that its own full disk does not silence it."""
    assert process.stderr is not None
    with log.open("a", encoding="utf-8") as file:
        for line in process.stderr:
            file.write(line)


@dataclass(slots=True)
class Trigger:
    """Kills a process at the n-th event of a kind: `request`, `mail`, `post`; at once, or a moment later."""

    kind: str
    wanted: int
    after_s: float
    process: subprocess.Popen[bytes] | None = None
    seen: int = 0
    begun: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str) -> None:
        """Count an event; kill where it is the one."""
        with self._lock:
            self.seen += kind == self.kind
            is_it = self.seen == self.wanted and kind == self.kind
        if is_it and self.begun.wait(PATIENCE_S) and self.process is not None:
            if self.after_s:
                threading.Event().wait(self.after_s)
            self.process.send_signal(signal.SIGKILL)
            threading.Event().wait(DEATH_S)

    def before(self, middleware: Middleware | None) -> Middleware:
        """Return a middleware that counts a tracker's requests, and then does as another one."""

        def count(request: Request, serve: Serve) -> Answer:
            if self.kind == "request":
                threading.Thread(target=self.note, args=("request",)).start()
            return middleware(request, serve) if middleware else serve(request)

        return count


def trigger(turn: int, dice: random.Random) -> Trigger:
    """Make up when a process is killed; `turn` counts the kills.

    A kill on a mail or post comes when it has been taken and before the sender knows: between send and
    record. The others come at any request to a tracker, or a moment later.
    """
    kind = KILLED_AT[turn % len(KILLED_AT)]
    if kind == "request":
        return Trigger(kind, dice.randint(1, 22), dice.uniform(0.0, LATEST_S))
    return Trigger(kind, 1 if turn < len(KILLED_AT) else dice.randint(1, 3), 0.0)


def run_killed(town: Town, plan: Trigger) -> bool:
    """Run everything once in a process of its own and kill it; returns whether it was killed in time."""
    before = [(place, place.server.middleware) for place in town.places]
    for place, middleware in before:
        place.server.middleware = plan.before(middleware)
    town.post.box.on_message = lambda: plan.note("mail")
    town.post.hook.on_taken = lambda: plan.note("post")
    try:
        return _run(town, plan) == -signal.SIGKILL
    finally:
        town.post.box.on_message = town.post.hook.on_taken = None
        for place, middleware in before:
            place.server.middleware = middleware


def _run(town: Town, plan: Trigger) -> int:
    environment = {**os.environ, **town.desk.env, VARIABLE: town.desk.clock}
    command = [sys.executable, "-m", "connector", "--config", str(town.desk.config), "run", "--once"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        plan.process = process
        plan.begun.set()
        return process.wait(PATIENCE_S)
