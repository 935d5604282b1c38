"""A client's project is gone for ever after a purge, which proves it, and which a kill does not stop."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.cli.app import run
from connector.clock import system_clock
from connector.pipeline.keyring import FOLDER
from connector.store import open_store
from tests.connector.agency import Files, agency, publish
from tests.connector.cellar import fill, fingerprint, install
from tests.connector.mortals import Mortals
from tests.connector.workbench import Workbench

SOAK = bool(os.environ.get("CLIENTVIEW_SOAK"))
STEPS = range(1, 120) if SOAK else (14, 30)
MOMENTS = tuple(n / 400 for n in range(80)) if SOAK else ()
PORTAL = {"Apollo", "Hermes"}  # names that stand together on the page over a client's projects alone
SECRETS = ("apollo", "Apollo web shop", "Story number 3", "Supplier may be late")


class Left(NamedTuple):
    """What lay below the output, and the rows of others in the store: before and after Apollo's purge."""

    folder: Path
    before: dict[str, bytes]
    after: dict[str, bytes]
    others_before: list[str]
    others_after: list[str]
    traces: dict[str, list[str]]  # by file, what still told of Apollo
    last: dict[str, bytes]  # below the output, when the client's other project was purged too


def pages(bench: Workbench) -> dict[str, bytes]:
    """Read every published file."""
    site = bench.folder / "site"
    return {name: (site / name).read_bytes() for name in Files(site).paths()}


def rows_of_others(folder: Path) -> list[str]:
    """Dump the rows of every project but Apollo."""
    with closing(sqlite3.connect(folder / "clientview.db")) as connection:
        return [line for line in connection.iterdump() if "INSERT" in line and "'apollo'" not in line]


def traces(bench: Workbench) -> dict[str, list[str]]:
    """Search every file of the installation, but for the PM's own configuration."""
    found = {}
    for file in bench.folder.rglob("*"):
        if file.is_file() and file != bench.config:
            content = file.read_bytes()
            found[str(file)] = [secret for secret in SECRETS if secret.encode() in content]
    return found


@pytest.fixture(scope="module")
def purged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """Publish two projects of a client, write a report and a preview of Apollo; purge it, then the other."""
    with agency(tmp_path_factory.mktemp("purged")) as bench:
        publish(bench, "apollo", "hermes", apollo='  path = "opaque"')
        bench.do("preview", "apollo")
        report = bench.folder / "reports" / "apollo" / "review.md"
        report.parent.mkdir(parents=True)
        report.write_text("Apollo web shop", "utf-8")
        before, others = pages(bench), rows_of_others(bench.folder)
        bench.do("purge", "apollo", "--yes")
        after, left, found = pages(bench), rows_of_others(bench.folder), traces(bench)
        bench.do("purge", "hermes", "--yes")
        yield Left(bench.folder, before, after, others, left, found, pages(bench))


def test_nothing_tells_of_it_any_more(purged: Left) -> None:
    """No byte of the store, no page, no report, no draft; the configuration is the PM's own."""
    assert {file: found for file, found in purged.traces.items() if found} == {}
    assert not list(purged.folder.glob("reports/*"))
    assert not list(purged.folder.glob(f"{FOLDER}/preview/*"))


def test_what_others_have_is_not_touched(purged: Left) -> None:
    """Every row and every page of the other project is the same, byte for byte."""
    kept = {name for name in purged.before if name.startswith("hermes/")}
    assert purged.others_after == purged.others_before
    assert kept
    assert all(purged.after[name] == purged.before[name] for name in kept)


def test_the_page_over_its_clients_projects_is_written_anew(purged: Left) -> None:
    """The client's other project still stands there, the purged one does not."""
    (portal,) = (name for name, content in purged.before.items() if PORTAL.issubset(words(content)))
    assert "Hermes" in words(purged.after[portal])
    assert "Apollo" not in words(purged.after[portal])


def test_the_last_project_of_a_client_takes_its_page_along(purged: Left) -> None:
    """A page over no project is removed; the publisher's keys stay."""
    assert {name for name in purged.last if not name.startswith("clientview-key")} == set()


def words(content: bytes) -> set[str]:
    """Return the words of a page."""
    return set(re.findall(r"\w+", content.decode("utf-8", "replace")))


# ------------------------------------------------------------------------- what the command says


def installed(folder: Path) -> Path:
    """Make an installation with pages of `apollo`, and a second project that is not configured."""
    config = install(folder, issues=30, editions=2, body="z" * 20_000)
    with open_store(config.store.url, folder=folder) as store:
        fill(store, "apollo-second", issues=20, editions=1)
    for name in ("site/apollo/client/index.html", "site/other/index.html", "reports/apollo/review.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"about {'apollo' if 'apollo' in name else 'others'}", "utf-8")
    return folder


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an installation that is copied, never touched."""
    return installed(tmp_path_factory.mktemp("pattern") / "home")


@pytest.fixture
def home(tmp_path: Path, pattern: Path) -> Path:
    """An installation."""
    return shutil.copytree(pattern, tmp_path / "home")


def do(home: Path, *arguments: str) -> int:
    """Run a command."""
    return run(["--config", str(home / "clientview.toml"), *arguments])


def test_without_yes_it_says_what_it_would_delete(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows by table and folders are listed, exit 2, and everything is as it was."""
    before = fingerprint(home)
    assert do(home, "purge", "apollo") == 2
    said = capsys.readouterr()
    assert "30 rows of issues" in said.out
    assert str(home / "site" / "apollo") in said.out
    assert "--yes deletes all of this for ever" in said.err
    assert fingerprint(home) == before


def test_it_says_what_was_searched_and_what_is_left_to_the_reader(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counts, the configuration and wording that still name it, backups beside the store."""
    (home / "clientview.db.v0001.bak").write_bytes(b"old")
    assert do(home, "purge", "apollo", "--yes") == 0
    said = capsys.readouterr().out
    assert "1 files below the output for" in said
    assert "nothing found" in said
    assert f"yours to delete, it still tells of it: {home / 'words' / 'apollo.toml'}" in said
    assert f"may still hold it: {home / 'clientview.db.v0001.bak'}" in said
    assert "the next sync pulls it again" in said


def test_a_project_that_is_no_longer_configured_can_be_purged(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its rows are enough; a key that nobody knows is refused with those that are known."""
    assert do(home, "purge", "apollo-second", "--yes") == 0
    assert do(home, "purge", "apollo-second", "--yes") == 2
    assert do(home, "purge", "apolo", "--yes") == 2
    assert "expected one of: apollo" in capsys.readouterr().err


def test_again_there_is_nothing_to_delete(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second purge of a configured project says so and ends well."""
    assert do(home, "purge", "apollo", "--yes") == 0
    capsys.readouterr()
    assert do(home, "purge", "apollo", "--yes") == 0
    assert capsys.readouterr().out == "apollo: nothing of it is stored or published\n"


def test_a_trace_below_the_output_is_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy somebody put elsewhere is named with its file, exit 4; removed, the purge ends well."""
    copy = home / "site" / "other" / "copy.html"
    copy.write_text("<p>Secret story 25 &amp; more", "utf-8")
    assert do(home, "purge", "apollo", "--yes") == 4
    assert f"{copy}: 'Secret story 25'" in capsys.readouterr().err
    copy.unlink()
    assert do(home, "purge", "apollo", "--yes") == 0


def test_a_project_at_work_is_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever holds its lock is waited for; nothing is deleted."""
    with open_store("sqlite:///clientview.db", folder=home) as store:
        store.locks.acquire("apollo", owner="elsewhere:1", now=system_clock().now())
    assert do(home, "purge", "apollo", "--yes") == 2
    assert "works on it" in capsys.readouterr().err
    assert (home / "site" / "apollo" / "client" / "index.html").is_file()


# -------------------------------------------------------------------------------------- kill -9


@pytest.fixture(scope="module")
def mortals() -> Iterable[Mortals]:
    """Start the mother of the children that are killed."""
    mother = Mortals()
    yield mother
    mother.close()


@pytest.fixture(scope="module")
def clean(pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Tell the state that a purge leaves which nobody kills."""
    home = shutil.copytree(pattern, tmp_path_factory.mktemp("clean") / "home")
    assert do(home, "purge", "apollo", "--yes") == 0
    return fingerprint(home)


@pytest.mark.parametrize(
    ("how", "number"), [*(("step", step) for step in STEPS), *(("moment", at) for at in MOMENTS)]
)
def test_a_killed_purge_is_ended_by_another(
    mortals: Mortals, home: Path, clean: str, how: str, number: float
) -> None:
    """Whatever was left, and whatever is to be searched for, is still known: then nothing is left."""
    command = ("--config", home / "clientview.toml", "purge", "apollo", "--yes")
    assert mortals.run(how, number, *command) in {0, -signal.SIGKILL}
    journal = home / FOLDER / "purge" / "apollo.json"
    needles = json.loads(journal.read_text("utf-8"))["needles"] if journal.is_file() else []
    assert not journal.is_file() or "Secret story 3" in needles
    assert mortals.run("whole", 0, *command) == 0
    assert not journal.exists()
    assert fingerprint(home) == clean
    assert b"Secret story 29" not in (home / "clientview.db").read_bytes()
    assert not (home / "site" / "apollo").exists()
