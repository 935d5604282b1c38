"""kill -9 in the phases of a census pull: the next sync ends it, and asks for nothing a second time."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connector.demo.trackers.exchange import Answer, Request, Serve
from tests.connector.test_pipeline_kill import start
from tests.connector.workbench import AGREED_ITEMS, Workbench, tracker

KNOWN = AGREED_ITEMS + 2


@dataclass(slots=True)
class Turnstile:
    """Lets a number of matching requests pass, then holds the next one until it is opened; notes all."""

    matches: Callable[[Request], bool]
    passes: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)
    seen: list[str] = field(default_factory=list)

    def __call__(self, request: Request, serve: Serve) -> Answer:
        """Stand before the server."""
        if not self.opened.is_set():
            if self.matches(request) and self.passes == 0:
                self.reached.set()
                self.opened.wait(30)
            elif self.matches(request):
                self.passes -= 1
        self.seen.append(f"{request.method} {request.path} {bytes(request.body)!r}")
        return serve(request)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def is_search(request: Request) -> bool:
    """Whether issues are searched for: what changed, and then the census."""
    return request.path.endswith("/search/jql")


def is_bulk(request: Request) -> bool:
    """Whether issues are asked for by key: what is missing, and what is unlike what is known."""
    return request.path.endswith("/issue/bulkfetch")


def change(bench: Workbench) -> None:
    """A day later: one deleted, one renamed, one new."""
    bench.pass_days(1.01)
    bench.stories[0].delete(bench.now)
    bench.stories[1].rename(bench.now, "Renamed")
    bench.add_story("New")


def kill_at(bench: Workbench, gate: Turnstile) -> None:
    """Begin a sync in a process of its own and kill it where the gate holds it."""
    process: subprocess.Popen[bytes]
    with start(bench, "sync") as process:
        assert gate.reached.wait(60)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    gate.opened.set()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("matches", "passes"),
    [
        pytest.param(is_search, 1, id="during the census"),
        pytest.param(is_bulk, 0, id="between census and reading by key"),
    ],
)
def test_a_killed_census_is_ended_by_the_next_sync(
    bench: Workbench, matches: Callable[[Request], bool], passes: int
) -> None:
    """The deleted issue is gone, the rest is there, and the search of what changed is not sent again."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        change(bench)
        gate = Turnstile(matches, passes)
        server.middleware = gate
        kill_at(bench, gate)
        before = sum("updated" in one for one in gate.seen)
        out = bench.do("sync").out
        sources = bench.status()["sources"]
        told = bench.do("explain", "apollo", bench.stories[0].key).out
    assert isinstance(sources, list)
    assert sources[0]["issues"] == KNOWN
    assert "gone since" in told
    assert "census of" in out
    assert before == 1
    assert sum("updated" in one for one in gate.seen) == before
