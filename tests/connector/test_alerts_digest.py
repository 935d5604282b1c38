"""The digest: everything that stands in one message, once for each of its times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.pipeline.rhythm import last_two
from tests.connector.inbox import Inbox, inbox
from tests.connector.test_cli_alerts import AGREEMENT
from tests.connector.workbench import Workbench, tracker

MONDAYS = "0 8 * * mon"


@pytest.mark.parametrize(
    ("now", "expected"),
    [  # 23 November 2026 is a Monday; Berlin is an hour ahead of UTC in winter
        ("2026-11-23T06:59:59", ("2026-11-09T07:00", "2026-11-16T07:00")),
        ("2026-11-23T07:00:00", ("2026-11-16T07:00", "2026-11-23T07:00")),
        ("2026-11-29T23:00:00", ("2026-11-16T07:00", "2026-11-23T07:00")),
        ("2026-10-26T12:00:00", ("2026-10-19T06:00", "2026-10-26T07:00")),  # the clock went back between
    ],
)
def test_the_last_two_times_of_a_rhythm(now: str, expected: tuple[str, str]) -> None:
    """Local hours, in summer and in winter."""
    found = last_two(MONDAYS, "Europe/Berlin", now=dt.datetime.fromisoformat(f"{now}+00:00"))
    assert found == tuple(dt.datetime.fromisoformat(f"{one}+00:00") for one in expected)


def test_a_rhythm_that_is_rarer_than_two_months_has_no_two_times() -> None:
    """Once a year, there is nothing to compare with."""
    assert last_two("0 8 1 1 *", "UTC", now=dt.datetime(2026, 11, 23, tzinfo=dt.UTC)) is None


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Workbench, Inbox]]:
    """Serve a project that is agreed on, with a digest every Monday."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server, inbox() as box:
        alerts = f'\n  [project.alerts]\n  to = ["{box.url}"]\n  digest_cron = "{MONDAYS}"\n'
        bench.configure(server, more=AGREEMENT + alerts)
        bench.do("sync")
        bench.do("sync")
        box.received.clear()
        yield bench, box


def test_a_digest_is_sent_once_for_each_of_its_times(office: tuple[Workbench, Inbox]) -> None:
    """However often a sync runs; the next week's is another one."""
    bench, box = office
    bench.add_story()
    bench.do("sync")
    box.received.clear()
    for _ in range(3):
        bench.pass_days(7)
        bench.do("sync")
        bench.do("sync")
    digests = [one for one in box.received if "Digest" in one["title"]]
    assert [one["title"] for one in digests] == ["[Apollo web shop] Digest: 2 open alerts"] * 3
    assert "2 begun and 0 ended since" in digests[0]["message"]
    assert "0 begun and 0 ended since" in digests[1]["message"]
    assert "- Scope creep: R1 (warning, since " in digests[1]["message"]


def test_where_nothing_stands_and_nothing_happened_there_is_no_digest(
    office: tuple[Workbench, Inbox],
) -> None:
    """No news is no message."""
    bench, box = office
    for _ in range(3):
        bench.pass_days(4)
        bench.do("sync")
    assert box.received == []
