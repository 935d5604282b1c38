"""Asked to stop, the service ends within ten seconds, whatever it is doing, and loses nothing."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from connector.demo.trackers.exchange import Answer, Request, Serve
from tests.connector.daemon import daemon
from tests.connector.workbench import Workbench, tracker

LOG = '\n[service]\nlog = "json"\n'
AT_MOST_S = 10.0


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


class Door:
    """Stands before the tracker: answers at once, never, or with a long wait."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.released = threading.Event()
        self.says: Answer | None = None

    def __call__(self, request: Request, serve: Serve) -> Answer:
        """Hold a search, or answer it with what the door says."""
        if not request.path.endswith("/search/jql") or self.released.is_set():
            return serve(request)
        self.reached.set()
        if self.says is not None:
            return self.says
        self.released.wait(30)
        return serve(request)


def test_idle_it_stops_at_once(bench: Workbench) -> None:
    """SIGTERM and SIGINT both end it with 0."""
    with tracker(bench) as server:
        bench.configure(server, more=LOG)
        for number in (signal.SIGTERM, signal.SIGINT):
            with daemon(bench.config, clock="2026-09-01T08:00:00Z x 1") as running:
                running.until("sync.done", project="apollo", exit_code=0)
                assert running.stop(number) < AT_MOST_S
                assert running.process.returncode == 0
