"""Asked to stop, the service ends within ten seconds, whatever it is doing, and loses nothing."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from connector.demo.trackers.exchange import Answer
from connector.demo.trackers.jira.cloud import JiraCloud
from tests.connector.daemon import daemon
from tests.connector.doors import Door
from tests.connector.workbench import AGREED_ITEMS, CONFIG, Workbench, tracker

LOG = '\n[service]\nlog = "json"\n'
PROJECT = "\n[[project]]\n" + 'sync_every = "1m"' + CONFIG.partition("[[project]]")[2]
AT_MOST_S = 10.0
CLOCK = "2026-09-01T08:00:00Z x 30"  # half a minute a second
EVERYTHING = f"{AGREED_ITEMS + 2} issues"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def test_stopped_while_it_publishes(bench: Workbench) -> None:
    """An edition is there as a whole or not at all; after the next start it is there."""
    with tracker(bench) as server:
        bench.configure(server, more='  publish_cron = "0 8 * * mon"\n' + LOG)
        with daemon(bench.config, clock=CLOCK) as running:
            running.until("sync.done", project="apollo", exit_code=0)  # its edition comes next
            took_s = running.stop(signal.SIGINT)
        bench.do("run", "--once")
        verified = bench.do("editions", "verify", "apollo")
    assert took_s < AT_MOST_S
    assert running.process.exitcode == 0
    assert (bench.folder / "site/apollo/client/index.html").is_file()
    assert "1" in verified.out


def test_a_tracker_that_hangs_holds_up_nobody(bench: Workbench) -> None:
    """The other projects go on, and so does the stop; the next start reads on where this one was."""
    door = Door()
    with tracker(bench) as server, JiraCloud(bench.world, clock=lambda: bench.now) as other:
        server.middleware = door
        bench.configure(server, more=LOG)
        hermes = PROJECT.replace('"apollo"', '"hermes"').format(url=other.url, approval="never")
        bench.config.write_text(bench.config.read_text(encoding="utf-8") + hermes, encoding="utf-8")
        with daemon(bench.config, clock=CLOCK) as running:
            assert door.reached.wait(60)
            for _ in range(2):
                running.until("sync.done", project="hermes", exit_code=0)
            took_s = running.stop()
            left = running.told("service.abandoned")
        door.released.set()
        ended = bench.do("sync", "apollo")
    assert took_s < AT_MOST_S
    assert [line["left"] for line in left] == [["apollo"]]
    assert running.process.exitcode == 0
    assert EVERYTHING in ended.out


def test_a_wait_that_a_tracker_asked_for_ends_with_the_service(bench: Workbench) -> None:
    """Ten minutes of `Retry-After` end at once, and nothing has to be abandoned."""
    door = Door(Answer(status=429, headers={"Retry-After": "600"}))
    with tracker(bench) as server:
        server.middleware = door
        bench.configure(server, more=LOG)
        with daemon(bench.config, clock="2026-09-01T08:00:00Z x 1") as running:
            assert door.reached.wait(60)
            took_s = running.stop()
            left = running.told("service.abandoned")
        door.released.set()
        ended = bench.do("sync")
    assert took_s < AT_MOST_S
    assert left == []
    assert running.process.exitcode == 0
    assert EVERYTHING in ended.out
