"""A process that is killed while it sends: nothing is lost, nothing arrives twice without a person."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.connector.mailroom import ANNA, configure, deliver, delivering, published, states
from tests.connector.postbox import postbox
from tests.connector.workbench import Workbench


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of what is published once."""
    return tmp_path_factory.mktemp("published")


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kept: Path
) -> Workbench:
    """Give a workbench whose first edition waits for its readers."""
    return published(tmp_path, monkeypatch, capsys, kept=kept)


class Killer:
    """Kills the sending process, as a power cut would, at the moment a server asks it to."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def __call__(self) -> None:
        """End it."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(120)


def deliver_killed(bench: Workbench, killer: Killer) -> None:
    """Deliver in a process of its own, which the killer ends."""
    with delivering(bench) as process:
        killer.process = process
        process.wait(120)
    assert process.returncode == -signal.SIGKILL


def test_killed_between_acceptance_and_record_it_is_in_doubt(bench: Workbench) -> None:
    """The server has the mail, the store does not know: it is shown, and repeated only by a person."""
    killer = Killer()
    with postbox() as box:
        configure(bench, box, readers=(ANNA,))
        box.on_message = killer
        deliver_killed(bench, killer)
        box.on_message = None
        deliver(bench)
        told = bench.do("status", "apollo").err
        after = list(box.readers)
        bench.do("deliveries", "retry", "apollo", "1")
    assert after == [ANNA]
    assert "may have arrived or not" in told
    assert box.readers == [ANNA, ANNA]
    assert box.mails[0]["Message-ID"] == box.mails[1]["Message-ID"]
    assert box.received[0].content == box.received[1].content


def test_killed_before_the_message_it_is_sent_later(bench: Workbench) -> None:
    """Killed while it addresses the mail nothing can have arrived: another run sends it, once."""
    killer = Killer()
    with postbox() as box:
        configure(bench, box, readers=(ANNA,))
        box.on_recipient = killer
        deliver_killed(bench, killer)
        box.on_recipient = None
        before = list(box.readers)
        deliver(bench)
        deliver(bench)
    assert before == []
    assert box.readers == [ANNA]
    assert states(bench)[0] == "sent"


def test_a_connection_lost_after_the_message_is_in_doubt(bench: Workbench) -> None:
    """The server breaks off instead of answering: nobody knows, so nobody repeats it."""
    with postbox() as box:
        configure(bench, box, readers=(ANNA,))
        box.breaks_off = True
        told = deliver(bench).warnings
        box.breaks_off = False
        deliver(bench)
    assert "may have arrived or not" in told[0]
    assert box.readers == [ANNA]
    assert states(bench)[0] == "in_doubt"


def test_an_edition_of_a_process_that_died_after_recording_it_is_sent(bench: Workbench) -> None:
    """Recorded, but not handed over for sending: the next run hands it over."""
    store = sqlite3.connect(bench.folder / "clientview.db")
    with store:
        store.execute("DELETE FROM deliveries")
        store.execute("DELETE FROM mailings")
    store.close()
    with postbox() as box:
        configure(bench, box, readers=(ANNA,))
        deliver(bench)
        deliver(bench)
    assert box.readers == [ANNA]


def test_two_processes_do_not_send_the_same(bench: Workbench) -> None:
    """While one process hands a mail over, another leaves it alone."""

    def deliver_too() -> None:
        delivering(bench).wait(120)

    with postbox() as box:
        configure(bench, box, readers=(ANNA,))
        box.on_message = deliver_too
        deliver(bench)
    assert box.readers == [ANNA]
    assert states(bench)[0] == "sent"
