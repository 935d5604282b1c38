"""`run --serve`: the pages and the scheduler in one process, begun and ended together."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
import requests

from tests.connector.daemon import daemon
from tests.connector.workbench import Workbench, tracker

SERVED = '\n[service]\nlog = "json"\n\n[serve]\nport = 0\n'


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def health(url: object) -> int:
    """Ask whether the process is alive."""
    return requests.get(f"{url}/healthz", timeout=10).status_code


def test_it_serves_while_it_syncs(bench: Workbench) -> None:
    """Alive from the start; a changed configuration is served too; the stop ends both."""
    with tracker(bench) as server:
        bench.configure(server, more=SERVED)
        with daemon(bench.config, "--serve", clock="2026-09-01T08:00:00Z x 1") as running:
            first = str(running.until("service.serving")["text"]).split()[-1]
            assert health(first) == 200
            running.until("sync.done", project="apollo", exit_code=0)
            bench.configure(server, more=SERVED + "rate_per_minute = 60\n")
            running.send(signal.SIGHUP)
            second = str(running.until("service.serving")["text"]).split()[-1]
            assert health(second) == 200
            running.until("reload.done")
            took_s = running.stop()
            with pytest.raises(requests.ConnectionError):
                health(second)
    assert took_s < 10
    assert running.process.exitcode == 0


def test_once_serves_nobody(bench: Workbench) -> None:
    """The two options exclude each other."""
    with tracker(bench) as server:
        bench.configure(server)
        ended = bench.run("run", "--once", "--serve")
    assert ended.code == 2
    assert "--once" in ended.err
