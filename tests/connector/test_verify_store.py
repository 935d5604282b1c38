"""What is stored of editions is checked, written again where it is missing, and survives a kill."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.pipeline.proving import check_stored
from connector.pipeline.shelving import mend
from connector.pipeline.verifying import check
from connector.store import StoreError
from tests.connector.press import AUDIENCE, Press, files_below

TABLES = ("edition_links", "edition_link_files")


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    """Publish three editions and withdraw the first one."""
    press = Press(tmp_path)
    for words in ("one", "two", "three"):
        press.publish(words)
    press.withdraw(1)
    yield press
    press.close()


def tamper(press: Press, statement: str) -> None:
    """Change the store past its guards, as somebody with the file could."""
    connection = sqlite3.connect(press.folder / "clientview.db")
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    assert connection.execute(statement).rowcount > 0
    connection.commit()
    connection.close()


def faults(press: Press) -> str:
    """Return what the check of the store finds."""
    return "\n".join(check_stored(press.workspace, press.project, AUDIENCE).faults)


def test_a_store_as_it_was_written_is_intact(press: Press) -> None:
    """Chain, bytes and output agree."""
    found = check_stored(press.workspace, press.project, AUDIENCE)
    assert found.faults == ()
    assert found.summary == "intact: 4 statements, their files and the output agree"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["UPDATE {} SET sequence = 9", "DELETE FROM {}"])
def test_the_store_itself_refuses_to_change_the_chain(press: Press, table: str, act: str) -> None:
    """As it does for editions: no command of ours, and no slip in a shell, rewrites what was said."""
    connection = sqlite3.connect(press.folder / "clientview.db")
    with pytest.raises(sqlite3.IntegrityError, match="what is recorded stays as it is"):
        connection.execute(act.format(table))
    connection.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE edition_artefacts SET content = x'00' WHERE number = 2",
            "edition 2: index.html was altered",
        ),
        ("DELETE FROM edition_artefacts WHERE number = 2 AND name = 'summary.md'", "summary.md is missing"),
        ("DELETE FROM edition_links WHERE sequence = 2", "something published was removed"),
        ("DELETE FROM edition_links WHERE sequence = 1", "the chain begins with statement 2"),
        ("UPDATE edition_links SET number = 3 WHERE sequence = 2", "is of another place, edition or kind"),
        ("UPDATE edition_links SET signature = x'00' WHERE sequence = 3", "its signature is of another one"),
        ("UPDATE edition_links SET statement = x'00' WHERE sequence = 3", "found no statement"),
        ("UPDATE edition_link_files SET content = x'00' WHERE sequence = 4", "was altered"),
        ("DELETE FROM editions WHERE number = 2", "found editions 1, 3; expected all from 1 on"),
    ],
)
def test_whatever_is_changed_in_the_store_shows(press: Press, statement: str, told: str) -> None:
    """Also where its guards were taken away first."""
    tamper(press, statement)
    assert told in faults(press)


def test_what_is_altered_or_missing_in_the_output_shows_and_is_mended(press: Press) -> None:
    """Readers may have seen something else than what was published; the next start puts it back."""
    whole = files_below(press.home)
    (press.edition(3) / "summary.md").write_text("other words")
    (press.home / "feed.xml").unlink()
    (press.home / "index.html").write_text("other words")
    shutil.rmtree(press.edition(2))
    found = faults(press)
    assert "output, edition 2: index.html is missing" in found
    assert "output, edition 3: summary.md was altered" in found
    assert "output: feed.xml is missing" in found
    assert "output, the latest page: index.html was altered" in found
    mend(press.workspace, press.project)
    (press.edition(3) / "summary.md").write_bytes(whole["editions/3/summary.md"])  # altered, not lost
    assert files_below(press.home) == whole


def test_a_notice_takes_the_place_of_files_and_the_bytes_stay(press: Press) -> None:
    """Of a withdrawn edition readers find the notice alone; the store has both."""
    assert b"one" not in b"".join(files_below(press.edition(1)).values()).replace(b"none", b"")
    assert b"<p>one</p>" in press.workspace.store.editions.artefacts("apollo", AUDIENCE, 1)["index.html"]
    assert not (press.home / "editions/index.html").exists()
    assert b"three" in (press.home / "index.html").read_bytes()


def test_the_latest_page_shows_the_notice_until_there_is_a_next_edition(press: Press) -> None:
    """Whoever opens the usual address must not read what was withdrawn."""
    press.withdraw(3)
    assert b"withdrawn" in (press.home / "index.html").read_bytes()
    press.publish("four")
    assert b"four" in (press.home / "index.html").read_bytes()
    assert b"withdrawn" in (press.edition(3) / "index.html").read_bytes()
    assert check(press.home, key=press.key.fingerprint).is_proved


def test_links_are_added_in_order(press: Press) -> None:
    """A second process that made the same link is refused, and nothing of it is stored."""
    link = press.workspace.store.chain.list("apollo", AUDIENCE)[-1]
    with pytest.raises(StoreError, match="link 4 of client was not stored: expected 5"):
        press.workspace.store.editions.withdraw(link, press.workspace.store.chain.files(link))
    assert len(press.workspace.store.chain.list("apollo", AUDIENCE)) == 4


def test_editions_from_before_the_key_are_told_apart(tmp_path: Path) -> None:
    """They were not signed: nothing is claimed of them."""
    press = Press(tmp_path)
    press.publish("one")
    press.publish("two")
    tamper(press, "DELETE FROM edition_links")
    found = check_stored(press.workspace, press.project, AUDIENCE)
    press.close()
    assert found.unsigned == (1, 2)
    assert found.summary.endswith("; not signed: 1, 2")


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.connector.press import Press
from connector.pipeline.shelving import shelve

folder, what = Path(sys.argv[1]), sys.argv[2]
press = Press(folder)
if what == "publish":
    press.record("four")
else:
    press.record_withdrawal(3)
press.close()
number, steps = 0, ("fsync", "replace", "rename", "unlink", "mkdir")
while True:
    number += 1
    child = os.fork()
    if child == 0:
        left = [number]
        def killing(act):
            def run(*arguments, **named):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return act(*arguments, **named)
            return run
        for name in steps:
            setattr(os, name, killing(getattr(os, name)))
        again = Press(folder)
        shelve(again.workspace, again.project, "client")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    again = Press(folder)
    page = (again.home / "index.html").read_bytes()
    print("ended" if os.WIFEXITED(status) else "killed", int(b"</p>" in page and page.endswith(b" -->\\n")))
    again.close()
    if os.WIFEXITED(status):
        sys.exit(os.WEXITSTATUS(status))
"""


@pytest.mark.parametrize("what", ["publish", "withdraw"])
def test_a_kill_between_record_and_files_is_mended(press: Press, what: str) -> None:
    """Kill -9 at every step of the writing: the page is always whole, and the next start ends the work."""
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(press.folder), what],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = ended.stdout.split("\n")
    assert ended.returncode == 0, ended.stderr
    assert lines.count("killed 1") >= 8
    assert lines.count("ended 1") == 1
    assert "killed 0" not in lines
    mend(press.workspace, press.project)
    assert faults(press) == ""
    assert check(press.home, key=press.key.fingerprint).is_proved
    assert not [name for name in files_below(press.home) if "/." in f"/{name}"]


def test_a_kill_before_anything_was_written_is_mended(press: Press) -> None:
    """What is recorded is published: the next start writes it, and says so."""
    press.record("four")
    assert b"three" in (press.home / "index.html").read_bytes()
    (line,) = mend(press.workspace, press.project)
    assert line == "edition 4 for client was recorded but not written: written now"
    assert b"four" in (press.home / "index.html").read_bytes()
    assert mend(press.workspace, press.project) == ()
