"""A watching service hears of complete rounds, and of nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connector.alerts.ping import ping
from connector.pipeline.report import ProjectReport, SourceReport
from connector.scheduler.rounds import Rounds
from tests.connector.workbench import START, Workbench, tracker


def report(key: str, code: int, *, sources: int = 1) -> ProjectReport:
    """A sync that ended with a code, as each of its sources did."""
    told = tuple(SourceReport(source=f"jira:{number}", exit_code=code) for number in range(sources))
    return ProjectReport(project=key, started_at=START, ended_at=START, exit_code=code, sources=told)


def rounds_of(*reports: ProjectReport) -> list[int]:
    """Say after which of the syncs of two projects a round was complete."""
    complete: list[int] = []
    ended: list[ProjectReport] = []
    rounds = Rounds(["apollo", "hermes"], complete=lambda: complete.append(len(ended) - 1))
    for one in reports:
        ended.append(one)
        rounds.ended(one)
    return complete


def test_a_round_is_complete_when_every_project_was_synced() -> None:
    """Once each at least; then the next round begins."""
    apollo, hermes = report("apollo", 0), report("hermes", 0)
    assert rounds_of(apollo, apollo, hermes, hermes, apollo) == [2, 4]


def test_what_the_manager_is_told_of_keeps_no_round_open() -> None:
    """A tracker that is down, a guard that tripped."""
    assert rounds_of(report("apollo", 0), report("hermes", 3)) == [1]
    assert rounds_of(report("apollo", 4), report("hermes", 0)) == [1]


def test_a_defect_keeps_the_round_open() -> None:
    """Something unforeseen, faulty settings, no sync at all; and where nothing can be read."""
    assert rounds_of(report("apollo", 0), report("hermes", 1)) == []
    assert rounds_of(report("apollo", 0), report("hermes", 2)) == []
    assert rounds_of(report("apollo", 0), report("hermes", 3, sources=0)) == []
    assert rounds_of(report("apollo", 3), report("hermes", 3)) == []
    assert rounds_of(report("apollo", 0), report("apollo", 1), report("hermes", 0)) == []


def test_a_project_taken_out_is_not_waited_for() -> None:
    """One that was added is."""
    complete: list[int] = []
    rounds = Rounds(["apollo", "hermes"], complete=lambda: complete.append(1))
    rounds.expect(["apollo"])
    rounds.ended(report("apollo", 0))
    rounds.expect(["apollo", "vesta"])
    rounds.ended(report("apollo", 0))
    assert complete == [1]


@contextmanager
def watcher(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A watching service: its address, and the paths it was asked for."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is given
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/secret-key", heard
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "fault"), [(204, ""), (302, "answered 302"), (500, "answered 500")])
def test_a_ping_asks_once_and_follows_nowhere(status: int, fault: str) -> None:
    """Only a 2xx is an ear; a redirect leads nowhere."""
    with watcher(status) as (url, heard):
        told = ping(url)
    assert heard == ["/secret-key"]
    assert told.endswith(fault)
    assert bool(told) == bool(fault)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/secret-key", "http://example.invalid/secret-key"])
def test_a_failed_ping_says_why_without_the_address(url: str) -> None:
    """The address is as good as a password; plain http goes to this machine alone."""
    told = ping(url)
    assert told
    assert "secret-key" not in told


def test_once_pings_when_all_were_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not where a source failed."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server, watcher() as (url, heard):
        bench.patch.setenv("PING_URL", url)
        bench.configure(server, more='\n[service]\nping_url = "env:PING_URL"\n')
        bench.do("run", "--once")
        assert heard == ["/secret-key"]
        bench.patch.setenv("TEST_JIRA_TOKEN", "wrong")
        assert bench.run("run", "--once").code == 3
    assert heard == ["/secret-key"]
