"""Two services on one store never work on one project at once; one takes over from the other."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.connector.daemon import daemon
from tests.connector.doors import Door
from tests.connector.workbench import AGREED_ITEMS, Workbench, tracker

LOG = '\n[service]\nlog = "json"\n'
CLOCK = "2026-09-01T08:00:00Z x 20"  # twenty seconds a second


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def settled(door: Door) -> int:
    """Return how much was asked once nothing more comes: a service asks for several things at once."""
    before = -1
    while door.requests != before:
        before = door.requests
        time.sleep(0.5)
    return before


def test_the_second_waits_quietly_and_takes_over_from_a_killed_one(bench: Workbench) -> None:
    """While the first works the tracker hears nothing of the second; after kill -9 it does the work."""
    door = Door()
    with tracker(bench) as server:
        server.middleware = door
        bench.configure(server, more=LOG)
        with daemon(bench.config, clock=CLOCK) as first:
            assert door.reached.wait(60)
            asked = settled(door)
            with daemon(bench.config, clock=CLOCK) as second:
                second.until("service.started")
                time.sleep(2.5)  # it looks again every second
                asked_meanwhile = door.requests - asked
                first.send(signal.SIGKILL)
                killed_s = time.monotonic()
                door.released.set()
                done = second.until("sync.done", project="apollo", exit_code=0)
                took_s = time.monotonic() - killed_s
                loud = [line for line in second.seen if line.get("level") not in {"info", "debug"}]
                second.stop()
    assert asked_meanwhile == 0
    assert f"{AGREED_ITEMS + 2} issues" in str(done["text"])
    assert took_s < 30
    assert [line["event"] for line in loud if line["event"]] == []
