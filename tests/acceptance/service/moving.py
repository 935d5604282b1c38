"""The service as `run` under a moving clock: killed, started again, at last asked to end.

A project is synced every two minutes of a clock that runs sixty times as fast. Faster, and the few
minutes that a message is claimed for would be over before the message is out.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connector.clock import VARIABLE, Clock
from connector.pipeline.report import ProjectReport
from connector.pipeline.workspace import Workspace, open_workspace
from tests.acceptance.desk import Desk
from tests.acceptance.service.post import post
from tests.acceptance.service.program import PATIENCE_S, ROOT, Trigger
from tests.acceptance.service.town import Town, town

LOOK_S = 0.1
SPEED = 60.0
EVERY = "2m"
STEP = dt.timedelta(minutes=4)  # two syncs
SURPRISE_STEPS = 3  # in one of so many steps a date moves far
_ANNOUNCED = re.compile(rf"{VARIABLE} moves the clock: it is (\S+Z) here")


class MovingDesk(Desk):
    """A desk whose clock runs as the service's does, or stands."""

    def __init__(self, folder: Path, began_at: dt.datetime, *, speed: float) -> None:
        """Stand at an instant. `speed`: rehearsed seconds a second, once it goes."""
        self._speed = speed
        super().__init__(folder, began_at)

    @property
    def now(self) -> dt.datetime:
        """The instant it shows."""
        return self._shown.now()

    @now.setter
    def now(self, at: dt.datetime) -> None:
        self._shown = Clock(rehearsed_from=at)

    def go(self, at: dt.datetime) -> None:
        """Go on from an instant."""
        self._shown = Clock(rehearsed_from=at, speed=self._speed)

    @property
    def moving(self) -> str:
        """What the clock variable says to a process that is to go on from here."""
        return f"{self.clock} x {self._speed:g}"


@dataclass(slots=True)
class Stage:
    """Some projects, their store, and the service that is started and ended."""

    desk: MovingDesk
    town: Town
    store: Workspace
    process: subprocess.Popen[bytes] | None = None
    slack: dt.timedelta = dt.timedelta(minutes=15)  # of the two clocks: a quarter of a minute on the wall
    plan: Trigger | None = None

    @property
    def ended_at(self) -> dt.datetime:
        """Return when it ended: now."""
        return self.desk.now

    def synced(self, key: str) -> int:
        """Count the syncs of a project that read its tracker."""
        runs = self.store.store.runs.last(key, count=10_000)
        return sum(ProjectReport.model_validate_json(run.report).is_judged for run in runs)

    def note(self, kind: str) -> None:
        """Collect what came, and let a kill come that waits for it."""
        self.town.post.collect(self.desk.now)
        if self.plan is not None:
            self.plan.note(kind)

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait for something to be so."""
        for _ in range(int(PATIENCE_S / LOOK_S)):
            if ready():
                return
            threading.Event().wait(LOOK_S)
        raise AssertionError(f"not so after {PATIENCE_S} s: {ready}")

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the service while the block runs; the block ends it."""
        environment = {**os.environ, **self.desk.env, VARIABLE: self.desk.moving}
        command = [sys.executable, "-m", "connector", "--config", str(self.desk.config), "run"]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            self._begin(process)
            try:
                yield process
            finally:
                process.kill()
                process.wait(PATIENCE_S)
                self.desk.now = self.desk.now

    def _begin(self, process: subprocess.Popen[bytes]) -> None:
        """Go by the service's clock from when it says that it moves."""
        assert process.stderr is not None
        found = next((m for line in process.stderr if (m := _ANNOUNCED.search(line.decode()))), None)
        assert found is not None, f"the service ended with {process.wait(PATIENCE_S)}"
        self.desk.go(dt.datetime.fromisoformat(found[1]))
        threading.Thread(target=_keep, args=(process, self.desk.folder / "service.log")).start()

    def run_killed(self, plan: Trigger) -> bool:
        """Run the service until the kill of a plan comes; returns whether it did."""
        self.plan = plan
        for place in self.town.places:
            place.server.middleware = plan.before(None)
        with self.running() as process:
            plan.process = process
            plan.begun.set()
            self.wait(lambda: process.poll() is not None)
            code = process.returncode
        self.plan = None
        for place in self.town.places:
            place.server.middleware = None
        return code == -signal.SIGKILL


def _keep(process: subprocess.Popen[bytes], log: Path) -> None:
    assert process.stderr is not None
    with log.open("ab") as file:
        for line in process.stderr:
            file.write(line)


@contextmanager
def stage(
    folder: Path, began_at: dt.datetime, *, projects: int, hours: int, seed: int = 1
) -> Iterator[Stage]:
    """Serve some projects whose next days are settled beforehand."""
    desk = MovingDesk(folder, began_at, speed=SPEED)
    with (
        post() as box,
        town(desk, box, seed=seed, projects=projects, every=EVERY, publishing=(1,)) as made,
        open_workspace(desk.config, Clock()) as store,
    ):
        _settle(made, began_at, hours)
        found = Stage(desk, made, store)
        box.box.on_message = lambda: found.note("mail")
        box.hook.on_taken = lambda: found.note("post")
        yield found


def _settle(made: Town, began_at: dt.datetime, hours: int) -> None:
    """Book what will happen."""
    for step in range(int(dt.timedelta(hours=hours) / STEP)):
        at = began_at + step * STEP
        for number, place in enumerate(made.places):
            place.life.live(at, at + STEP)
            if (step + number) % SURPRISE_STEPS == 1:
                place.life.surprise(at + STEP / 2)
