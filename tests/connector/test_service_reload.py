"""SIGHUP: the configuration is read again, and no job is lost."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from connector.demo.trackers.jira.cloud import JiraCloud
from tests.connector.daemon import daemon
from tests.connector.workbench import CONFIG, Workbench, tracker

SITE, PROJECT = CONFIG.split("[[project]]")
LOG = '[service]\nlog = "json"\n'
CLOCK = "2026-09-01T08:00:00Z x 30"  # half a minute a second
QUICK = 'sync_every = "1m"'


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def write(bench: Workbench, server: JiraCloud, projects: dict[str, str], *, more: str = "") -> None:
    """Configure projects, each with further keys of its own, all on the one tracker."""
    bench.configure(server)
    text = SITE + LOG
    for key, keys in projects.items():
        text += "\n[[project]]\n" + keys + PROJECT.replace('key = "apollo"', f'key = "{key}"', 1)
    text = text.format(url=server.url, approval="never") + more
    bench.config.write_text(text, encoding="utf-8")


def test_a_changed_configuration_is_taken_up(bench: Workbench) -> None:
    """A project that was added begins, one taken out stops, a changed rhythm holds; faults change nothing."""
    with tracker(bench) as server:
        write(bench, server, {"apollo": "", "hermes": QUICK})
        with daemon(bench.config, clock=CLOCK) as running:
            running.until("sync.done", project="apollo", exit_code=0)
            running.until("sync.done", project="hermes", exit_code=0)
            write(bench, server, {"apollo": "colour = 1"})
            running.send(signal.SIGHUP)
            refused = running.until("reload.refused")
            running.until("sync.done", project="hermes", exit_code=0)  # the one before goes on
            write(bench, server, {"apollo": QUICK, "vesta": ""})
            running.send(signal.SIGHUP)
            running.until("reload.done")
            running.until("sync.done", project="vesta", exit_code=0)
            before = len(running.told("sync.done"))
            for _ in range(2):
                running.until("sync.done", project="apollo", exit_code=0)
            after = running.told("sync.done")[before:]
            running.stop()
    assert "colour" in str(refused["text"])
    assert {line["project"] for line in after} == {"apollo"}
    assert running.process.exitcode == 0


def test_without_a_project_that_can_be_read_it_does_not_begin(bench: Workbench) -> None:
    """It says what is wrong with each, and ends with 2."""
    with tracker(bench) as server:
        write(bench, server, {"apollo": "", "hermes": ""})
        text = bench.config.read_text(encoding="utf-8")
        rules = 'kind = "jira"\n  rules = "rules.toml"'
        bench.config.write_text(text.replace('kind = "jira"', rules), encoding="utf-8")
        (bench.folder / "rules.toml").write_text("colour = 1\n", encoding="utf-8")
        ended = bench.run("run")
    assert ended.code == 2
    assert "apollo is left out" in ended.err
    assert "hermes is left out" in ended.err
