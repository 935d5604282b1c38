"""A signal ends a wait whichever thread takes it, and whenever it comes."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from connector.signals import asked_by
from tests.connector.daemon import daemon
from tests.connector.workbench import Workbench, tracker

LOG = '\n[service]\nlog = "json"\n'


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def test_a_signal_that_another_thread_takes_is_not_lost() -> None:
    """It does not interrupt the main thread's wait, which notices it all the same; others wait their turn."""
    waiting = threading.Event()

    def ask() -> None:
        waiting.wait()
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            signal.pthread_kill(threading.get_ident(), number)

    other = threading.Thread(target=ask)
    other.start()
    before = signal.getsignal(signal.SIGUSR1)
    with asked_by(signal.SIGUSR1, signal.SIGUSR2) as next_one:
        waiting.set()
        assert {next_one(), next_one()} == {signal.SIGUSR1, signal.SIGUSR2}
    other.join()
    assert signal.getsignal(signal.SIGUSR1) is before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_stops_whichever_thread_is_told(bench: Workbench, number: signal.Signals) -> None:
    """A signal for one of its threads stops it like one for the process."""
    with tracker(bench) as server:
        bench.configure(server, more=LOG)
        with daemon(bench.config, clock="2026-09-01T08:00:00Z x 1") as running:
            running.until("sync.done", project="apollo", exit_code=0)
            running.send_to_thread(number)
            running.process.join(30)
            assert running.process.exitcode == 0
