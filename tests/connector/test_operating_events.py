"""What the log tells of a sync and of messages: the events that operators watch for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.clock import VARIABLE, system_clock
from connector.pipeline.pull import Order
from connector.pipeline.sync import send, sync_key
from connector.pipeline.workspace import Workspace, open_workspace
from connector.store.outbox import NewMessage
from tests.connector.inbox import inbox
from tests.connector.workbench import Workbench, tracker

ALERTS = '\n  [project.alerts]\n  to = ["env:PM_ROOM"]\n'


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


@contextmanager
def opened(bench: Workbench) -> Iterator[Workspace]:
    """Open the bench's workspace at its time."""
    bench.patch.setenv(VARIABLE, f"{bench.now:%Y-%m-%dT%H:%M:%SZ}")
    with open_workspace(bench.config, system_clock()) as workspace:
        yield workspace


def synced(bench: Workbench) -> None:
    """Sync once in this process, as the service does."""
    with opened(bench) as workspace:
        sync_key(workspace, "apollo", Order(), lambda _source, _done, _total: None)


def events(caplog: pytest.LogCaptureFixture, *names: str) -> list[logging.LogRecord]:
    """Return the records of some events."""
    return [one for one in caplog.records if getattr(one, "event", "") in names]


def test_a_sync_tells_its_begin_its_end_and_what_it_did(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    """With facts a machine can sum up; between the two nothing is a warning where all is well."""
    with tracker(bench) as server, caplog.at_level(logging.INFO, logger="connector"):
        bench.configure(server)
        synced(bench)
    begun, ended = events(caplog, "sync.begun", "sync.ended")
    assert (begun.levelname, ended.levelname) == ("INFO", "INFO")
    facts = vars(ended)
    assert (facts["project"], facts["outcome"], facts["issues"]) == ("apollo", "done", 12)
    assert facts["requests"] > 0
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_a_source_that_fails_is_a_warning_without_its_token(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    """Which source and why; the sync still ends with its facts."""
    with tracker(bench) as server, caplog.at_level(logging.INFO, logger="connector"):
        bench.configure(server)
        bench.patch.setenv("TEST_JIRA_TOKEN", "a-wrong-token")
        synced(bench)
    (failed,) = events(caplog, "source.failed")
    (ended,) = events(caplog, "sync.ended")
    assert "jira:APO" in failed.getMessage()
    assert vars(ended)["outcome"] == "tracker_failed"
    assert "a-wrong-token" not in caplog.text


def test_a_message_that_went_out_is_told_without_its_address(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for each; what it says and where it went stay out of the log."""
    with tracker(bench) as server, inbox() as box:
        bench.configure(server, more=ALERTS)
        bench.patch.setenv("PM_ROOM", box.url)
        with opened(bench) as workspace, caplog.at_level(logging.INFO, logger="connector"):
            message = NewMessage(channel="env:PM_ROOM", subject="Secret plans", body="b", dedupe_key="k")
            workspace.store.outbox.enqueue("apollo", [message], at=bench.now)
            assert send(workspace, workspace.project("apollo")) == ()
    (sent,) = events(caplog, "message.sent")
    assert sent.getMessage() == "project apollo: message 1 sent"
    assert "Secret plans" not in caplog.text
    assert str(box.server_port) not in caplog.text
    assert box.subjects == ["Secret plans"]


def test_totals_that_cannot_be_kept_end_no_sync(bench: Workbench, caplog: pytest.LogCaptureFixture) -> None:
    """A store that takes nothing is told, and the report of the sync is given all the same."""
    with tracker(bench) as server:
        bench.configure(server)
        with opened(bench) as workspace, caplog.at_level(logging.INFO, logger="connector"):
            gone = Path(workspace.store.where)
            workspace.close()
            gone.unlink()
            gone.mkdir()
            report = sync_key(workspace, "apollo", Order(), lambda _source, _done, _total: None)
    assert report.exit_code != 0
    assert len(events(caplog, "totals.not_kept")) == 1
