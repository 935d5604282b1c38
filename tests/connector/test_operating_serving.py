"""The operators' addresses as the service itself gives them: behind its shell, with its scheduler."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.clock import Clock
from connector.pipeline.workspace import Workspace
from connector.scheduler.service import STALLED_AFTER, Service
from connector.web.server import WebServer
from tests.connector.operations import NOW, ask, installation

SERVE = "\n[serve]\nport = 0\nrate_per_minute = 1000\n"


@dataclass(slots=True)
class HandClock(Clock):
    """A clock that a test moves, and that looks like the real one."""

    at: dt.datetime = NOW

    def now(self) -> dt.datetime:
        """Return the test's time."""
        return self.at


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An installation whose web side takes any free port."""
    with installation(tmp_path, more=SERVE) as opened:
        yield opened


def test_the_server_answers_its_operators(workspace: Workspace) -> None:
    """All three addresses, and for whoever comes through a proxy the page of any unknown address."""
    server = WebServer(workspace)
    server.start()
    try:
        found = {path: ask(f"{server.url}/{path}").status_code for path in ("healthz", "readyz", "metrics")}
        unknown = ask(f"{server.url}/no-such-page", X_Forwarded_For="203.0.113.9")
        outside = [
            ask(f"{server.url}/{path}", X_Forwarded_For="203.0.113.9") for path in ("readyz", "metrics")
        ]
    finally:
        server.stop()
    assert found == {"healthz": 200, "readyz": 200, "metrics": 200}
    assert [(one.status_code, one.content) for one in outside] == [(404, unknown.content)] * 2
    names = [sorted(one.headers) for one in (*outside, unknown)]
    assert names[0] == names[1] == names[2]


def test_a_scheduler_that_stalls_is_not_alive(workspace: Workspace) -> None:
    """Whoever watches the process starts it anew; until then its pages are still shown."""
    clock = HandClock()
    workspace.clock = clock
    service = Service(workspace, workspace.config.file)
    server = WebServer(workspace, alive=service.breathes)
    server.start()
    try:
        clock.at += STALLED_AFTER
        still = ask(f"{server.url}/healthz")
        clock.at += dt.timedelta(seconds=1)
        stalled = ask(f"{server.url}/healthz")
        service._give_sign_of_life()
        again = ask(f"{server.url}/healthz")
    finally:
        server.stop()
    assert [one.status_code for one in (still, stalled, again)] == [200, 503, 200]
    assert stalled.json() == {"status": "stopped"}


def test_a_moved_clock_stalls_nothing(workspace: Workspace) -> None:
    """In a rehearsal a day may pass between two signs."""
    service = Service(workspace, workspace.config.file)
    workspace.clock = Clock(rehearsed_from=NOW + dt.timedelta(days=9))
    assert service.breathes()
