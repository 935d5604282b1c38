"""The service: every project in a lane of its own, until somebody asks it to stop.

SIGTERM and SIGINT end it: what waits wakes up, what works ends at its next step, and what cannot be
ended in time is left where a killed process would leave it, which loses nothing. SIGHUP reads the
configuration again.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from adapters.errors import AdapterError
from connector.config import load_config
from connector.errors import ConnectorError, UsageError
from connector.pipeline.workspace import Project, Workspace
from connector.scheduler.lane import Around, Lane
from connector.scheduler.rounds import Rounds, send_ping
from connector.scheduler.stopping import Stop
from connector.scheduler.timetable import Timetable
from connector.scheduler.turns import Turns
from connector.signals import asked_by
from connector.store.locks import WATCHED_TTL
from mappings.errors import FaultsError

GRACE_S = 7.0  # for what is under way when the service is to end; systemd and containers give ten
SIGN_OF_LIFE_EVERY = dt.timedelta(seconds=30)
STALLED_AFTER = 6 * SIGN_OF_LIFE_EVERY  # without a sign: whatever watches the process should start it anew
SPREAD_S = 60.0  # over which the first syncs of many projects begin
APART_S = 1.0  # at most, between two of them

_ENDING = (signal.SIGTERM, signal.SIGINT)

_log = logging.getLogger(__name__)


class Beside(Protocol):
    """What runs beside the scheduler: the web side."""

    @property
    def url(self) -> str:
        """Where it is found."""

    def start(self) -> None:
        """Begin; raises UsageError where it cannot."""

    def stop(self) -> None:
        """End, within five seconds."""


class Service:
    """The scheduled service of one configuration. Run it once."""

    def __init__(
        self,
        workspace: Workspace,
        config_file: Path,
        *,
        beside: Callable[[Workspace], Beside] | None = None,
        on_change: Callable[[Workspace], None] = lambda _workspace: None,
    ) -> None:
        """Take what is to be served; nothing begins before `run`.

        Args:
            workspace: Of the configuration as it is now; its store and clock stay to the end.
            config_file: Read again on SIGHUP.
            beside: Makes what runs beside the scheduler.
            on_change: Told of every configuration taken up after the first.
        """
        self._workspace, self._config_file = workspace, config_file
        self._make_beside, self._on_change = beside, on_change
        self._beside: Beside | None = None
        self._lanes: dict[str, Lane] = {}
        self._lived_at = workspace.now()
        stop = Stop(workspace.clock)
        chance = random.Random()  # noqa: S311 - it spreads load, it protects nothing
        self._around = Around(
            timetable=Timetable(workspace.clock, chance=chance, is_overdue=_tell_overdue),
            turns=Turns(stop),
            stop=stop,
            rounds=Rounds(workspace.named(), complete=self._ping),
        )
        workspace.sleep = stop.sleep
        workspace.store.locks.ttl = WATCHED_TTL

    def run(self) -> bool:
        """Serve until SIGTERM or SIGINT.

        Returns:
            Whether all work has ended. False: what is left hangs, and the process is to end without it.

        Raises:
            UsageError: No project can be read; one of several that cannot is a warning.
        """
        with asked_by(*_ENDING, signal.SIGHUP) as next_asked:
            self._begin()
            while next_asked() not in _ENDING:
                self._reload()
            return self._end()

    def breathes(self) -> bool:
        """Tell whether the scheduler came by lately; a clock that was moved says nothing of that."""
        clock = self._workspace.clock
        return clock.is_rehearsed or clock.now() - self._lived_at <= STALLED_AFTER

    def _begin(self) -> None:
        projects = _readable(self._workspace)
        self._start_beside()
        self._open(list(projects))
        table, now = self._around.timetable, self._workspace.now()
        table.every("signs of life", SIGN_OF_LIFE_EVERY, self._give_sign_of_life, first_at=now)
        table.begin()
        _log.info("the service runs: %d projects", len(self._lanes), extra={"event": "service.started"})

    def _open(self, projects: list[Project]) -> None:
        """Begin with projects one after the other, not all in one second."""
        for project, first_at in zip(projects, spread(self._workspace.now(), len(projects)), strict=True):
            lane = Lane(self._workspace, project, self._around)
            self._lanes[project.key] = lane
            lane.open(first_at=first_at)

    def _reload(self) -> None:
        """Take up the configuration as it is now; one with faults changes nothing."""
        try:
            workspace, projects = self._read_again()
        except (ConnectorError, AdapterError, FaultsError) as error:
            text = "the configuration was not taken up, the one before goes on: %s"
            _log.error(text, error, extra={"event": "reload.refused"})
            return
        for line in _needs_a_start(self._workspace, workspace):
            _log.warning("%s", line, extra={"event": "reload.partial"})
        is_new_beside = self._workspace.config != workspace.config
        self._workspace = workspace
        self._exchange(projects)
        if is_new_beside:
            self._restart_beside()
        self._on_change(workspace)
        _log.info(
            "the configuration was taken up: %d projects", len(projects), extra={"event": "reload.done"}
        )

    def _read_again(self) -> tuple[Workspace, Mapping[str, Project]]:
        before = self._workspace
        workspace = Workspace(load_config(self._config_file), before.store, before.clock)
        workspace.budgets, workspace.sleep = before.budgets, before.sleep
        return workspace, {project.key: project for project in workspace.projects()}

    def _exchange(self, projects: Mapping[str, Project]) -> None:
        self._around.rounds.expect(projects)
        for key in [key for key in self._lanes if key not in projects]:
            self._lanes.pop(key).close()
        for key, lane in self._lanes.items():
            lane.change(self._workspace, projects[key])
        self._open([project for key, project in projects.items() if key not in self._lanes])

    def _end(self) -> bool:
        self._around.stop.wish()
        self._around.timetable.end()
        stopping = threading.Thread(target=self._stop_beside, daemon=True)
        stopping.start()
        left = self._around.turns.rest(within_s=GRACE_S)
        stopping.join(timeout=0.5 if left else GRACE_S)
        self._workspace.store.locks.release_held(now=self._workspace.now())
        if left:
            names = ", ".join(left)
            _log.warning("left where it was: %s", names, extra={"event": "service.abandoned", "left": left})
        _log.info("the service has stopped", extra={"event": "service.stopped"})
        return not left and not stopping.is_alive()

    def _start_beside(self) -> None:
        if self._make_beside is not None:
            self._beside = self._make_beside(self._workspace)
            self._beside.start()
            _log.info("serving at %s", self._beside.url, extra={"event": "service.serving"})

    def _stop_beside(self) -> None:
        if self._beside is not None:
            self._beside.stop()

    def _restart_beside(self) -> None:
        self._stop_beside()
        try:
            self._start_beside()
        except ConnectorError as error:
            text = "the pages are not served until the next change or start: %s"
            _log.error(text, error, extra={"event": "reload.unserved"})
            self._beside = None

    def _give_sign_of_life(self) -> None:
        self._lived_at = self._workspace.now()
        self._workspace.store.locks.renew_held(now=self._workspace.now())

    def _ping(self) -> None:
        fault = send_ping(self._workspace)
        if fault:
            _log.warning("%s", fault, extra={"event": "ping.failed"})


def spread(now: dt.datetime, count: int) -> tuple[dt.datetime, ...]:
    """Return when each of so many projects begins: one a second, all within a minute."""
    apart_s = min(APART_S, SPREAD_S / max(count, 1))
    return tuple(now + dt.timedelta(seconds=place * apart_s) for place in range(count))


def _readable(workspace: Workspace) -> tuple[Project, ...]:
    """Return the projects whose rules and sources have no fault; tell of the others."""
    found = []
    for key in workspace.named():
        try:
            found.append(workspace.project(key))
        except (ConnectorError, AdapterError, FaultsError) as error:
            text = "%s is left out until it is mended and the configuration read again: %s"
            _log.error(text, key, error, extra={"event": "project.left_out"})
    if not found:
        raise UsageError("no project can be run: see `clientview check`")
    return tuple(found)


def _needs_a_start(before: Workspace, after: Workspace) -> Iterator[str]:
    if before.config.store != after.config.store:
        yield "[store]: the service goes on with the store it has; restart it to change that"


def _tell_overdue(job: str) -> None:
    if not job.startswith("messages "):
        _log.warning("%s: its time has come again while it goes on", job, extra={"event": "job.overdue"})
