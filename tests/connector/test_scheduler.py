"""The rhythm: everything once on demand, editions when they are due, approvals left to people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from connector.pipeline.rhythm import is_due, next_on
from connector.store import open_store
from connector.store.outbox import MessageState
from tests.connector.workbench import Workbench, tracker

MONDAY_8 = "0 8 * * mon"
BERLIN = "Europe/Berlin"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        pytest.param(None, "2026-09-01T08:00", True, id="never published"),
        pytest.param("2026-09-07T06:00", "2026-09-13T23:00", False, id="published this Monday at eight"),
        pytest.param("2026-09-07T05:59", "2026-09-07T06:00", True, id="a minute before Monday at eight"),
        pytest.param("2026-08-01T06:00", "2026-09-01T08:00", True, id="Mondays were missed: once"),
        pytest.param("2026-10-19T06:00", "2026-10-26T06:59", False, id="winter time began on Sunday"),
        pytest.param("2026-10-19T06:00", "2026-10-26T07:00", True, id="eight o'clock in winter time"),
    ],
)
def test_an_edition_is_due_by_its_own_clock(last: str | None, now: str, due: bool) -> None:
    """Mondays at eight in Berlin: 06:00 UTC in summer, 07:00 in winter."""
    before = None if last is None else dt.datetime.fromisoformat(f"{last}Z")
    assert is_due(MONDAY_8, BERLIN, last=before, now=dt.datetime.fromisoformat(f"{now}Z")) is due


def test_the_next_edition_has_its_day() -> None:
    """The local day of the next Monday; without a rhythm there is none."""
    tuesday = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)
    assert next_on(MONDAY_8, BERLIN, after=tuesday) == dt.date(2026, 9, 7)
    assert next_on(None, BERLIN, after=tuesday) is None
    assert not is_due(None, BERLIN, last=None, now=tuesday)


def test_once_syncs_and_publishes_what_is_due(bench: Workbench) -> None:
    """The first edition goes out; it is not due again before its day, and then only if there is news."""
    with tracker(bench) as server:
        bench.configure(server, more=f'  publish_cron = "{MONDAY_8}"\n')
        first = bench.do("run", "--once").out
        bench.pass_days(1)
        bench.stories[0].move(bench.now, "Done", resolution="Done")
        early = bench.do("run", "--once").out
        bench.pass_days(6)
        due = bench.do("run", "--once").out
        bench.pass_days(7)
        no_news = bench.do("run", "--once").out
        bench.pass_days(1)
        bench.stories[1].move(bench.now, "Done", resolution="Done")
        off_rhythm = bench.do("run", "--once").out
    assert "edition 1 for client" in first
    assert "edition" not in early
    assert "edition 2 for client" in due
    assert "edition" not in no_news
    assert "edition" not in off_rhythm, "its turn was taken on Monday, when nothing was new"


def test_a_draft_that_awaits_approval_is_a_warning(bench: Workbench) -> None:
    """It is left for a person, who is told once, and whose approval publishes exactly it."""
    with tracker(bench) as server:
        alerts = '\n  [project.alerts]\n  to = ["json://127.0.0.1:9/"]\n'
        bench.configure(server, approval="always", more=f'  publish_cron = "{MONDAY_8}"\n{alerts}')
        ended = bench.do("run", "--once")
        bench.do("run", "--once")
        with open_store("sqlite:///clientview.db", folder=bench.folder) as store:
            told = [one.body for one in store.outbox.list("apollo", MessageState.WAITING)]
        is_there = (bench.folder / "site").exists()
        bench.do("publish", "apollo", "--approved-by", "P. Manager")
    assert "awaits approval" in ended.err
    assert len([body for body in told if "clientview preview apollo" in body]) == 1
    assert not is_there


def test_without_a_rhythm_nothing_is_published(bench: Workbench) -> None:
    """Absent means off."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("run", "--once")
    assert not (bench.folder / "site").exists()


def test_a_failed_source_ends_once_with_3(bench: Workbench) -> None:
    """The others are done all the same."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.patch.setenv("TEST_JIRA_TOKEN", "wrong")
        ended = bench.run("run", "--once")
    assert ended.code == 3


def test_what_keeps_an_edition_back_leaves_it_due(bench: Workbench) -> None:
    """Refused for safety on its day, it is published as soon as nothing speaks against it."""
    cron = f'  publish_cron = "{MONDAY_8}"\n'
    with tracker(bench) as server:
        bench.configure(server, more=cron)
        allowed = bench.config.read_text(encoding="utf-8")
        bench.config.write_text(allowed.replace("rehearsal = true", ""), encoding="utf-8")
        refused = bench.run("run", "--once")
        bench.config.write_text(allowed, encoding="utf-8")
        bench.pass_days(1)
        published = bench.do("run", "--once").out
    assert refused.code == 4
    assert "edition 1 for client" in published
