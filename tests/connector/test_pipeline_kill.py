"""A process that is killed loses nothing that was committed, and leaves no half state."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from connector.demo.trackers.exchange import Answer, Request, Serve
from tests.connector.workbench import AGREED_ITEMS, DAY, START, Workbench, tracker

ALL_ISSUES = AGREED_ITEMS + 2


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


class Gate:
    """Lets requests pass until one for issues comes; then waits until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, request: Request, serve: Serve) -> Answer:
        """Stand before the server."""
        if request.path.endswith("/search/jql") and not self.opened.is_set():
            self.reached.set()
            self.opened.wait(30)
        return serve(request)


def start(bench: Workbench, *arguments: str, room: int | None = None) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own, at the bench's time. `room`: largest file it may write."""
    environment = {**os.environ, "CLIENTVIEW_NOW": f"{bench.now:%Y-%m-%dT%H:%M:%SZ}"}
    command = [sys.executable, "-m", "connector", "--config", str(bench.config), *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if room is not None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, room))
    return process


def test_a_full_disk_loses_nothing(bench: Workbench) -> None:
    """Where the store cannot grow the command says so in plain words; with room it goes on."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(1)
        for number in range(40):
            bench.add_story(f"Late {number}")
        used = (bench.folder / "clientview.db").stat().st_size
        with start(bench, "sync", room=used // 4) as process:
            out, err = (text.decode() for text in process.communicate(timeout=60))
        sources = bench.status()["sources"]
        bench.do("sync")
    assert process.returncode == 2, out + err
    assert "disk" in out + err
    assert "Traceback" not in err
    assert isinstance(sources, list)
    assert sources[0]["issues"] == ALL_ISSUES


def test_a_killed_first_sync_is_ended_by_the_next_one(bench: Workbench) -> None:
    """After kill -9 in mid-pull the next sync runs at once and stores everything, once."""
    gate = Gate()
    with tracker(bench) as server:
        bench.configure(server)
        server.middleware = gate
        with start(bench, "sync") as process:
            assert gate.reached.wait(60)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        gate.opened.set()
        assert process.returncode == -signal.SIGKILL
        bench.do("sync")
        sources = bench.status()["sources"]
    assert isinstance(sources, list)
    assert sources[0]["issues"] == ALL_ISSUES


def test_a_killed_sync_leaves_what_was_stored(bench: Workbench) -> None:
    """Until a pull is whole the old state is the state, also for the page."""
    gate = Gate()
    gate.opened.set()
    with tracker(bench) as server:
        server.middleware = gate
        bench.configure(server)
        bench.do("sync")
        bench.do("publish", "apollo")
        page = (bench.folder / "site/apollo/client/index.html").read_bytes()
        bench.pass_days(1)
        for number in range(5):
            bench.add_story(f"Late {number}")
        gate.opened.clear()
        gate.reached.clear()
        with start(bench, "sync", "--full") as process:
            assert gate.reached.wait(60)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        gate.opened.set()
        sources = bench.status()["sources"]
        unchanged = bench.do("publish", "apollo").out
    assert isinstance(sources, list)
    assert sources[0]["issues"] == ALL_ISSUES
    assert "nothing changed" in unchanged
    assert (bench.folder / "site/apollo/client/index.html").read_bytes() == page


def test_two_processes_do_not_sync_one_project_at_once(bench: Workbench) -> None:
    """The second one leaves with 2 and says who works on it."""
    gate = Gate()
    with tracker(bench) as server:
        bench.configure(server)
        server.middleware = gate
        with start(bench, "sync") as process:
            assert gate.reached.wait(60)
            second = bench.run("sync")
            gate.opened.set()
            process.communicate(timeout=60)
    assert second.code == 2
    assert "another process" in second.out
    assert process.returncode == 0


def test_the_service_stops_when_asked(bench: Workbench) -> None:
    """SIGTERM ends `run` with 0, also while it syncs; it synced at its start."""
    gate = Gate()
    gate.opened.set()
    with tracker(bench) as server:
        server.middleware = gate
        bench.now = START + DAY
        bench.configure(server)
        with start(bench, "run") as process:
            assert process.stderr is not None
            told = next(line for line in process.stderr if b"sync.done" in line).decode()
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=60)
            finally:
                process.kill()  # else a test that fails waits for it without an end
    assert "apollo: " in told
    assert process.returncode == 0
