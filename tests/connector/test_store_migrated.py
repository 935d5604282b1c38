"""What an older store holds reads the same after it was brought up to date."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.protocol import Census, Present
from adapters.records import Link, LinkKind
from connector.store import Store, codec, migrate, open_store
from connector.store.engine import open_database
from connector.store.staging import Plan, PullKind
from tests.builders import SOURCE, day, issue

CHILD = issue(2, parent=issue(1).key, updated_at=day(1) + dt.timedelta(microseconds=5))
BLOCK = Link(id="7", source=SOURCE, a=issue(1).key, b=issue(2).key, kind=LinkKind.BLOCKS)
ALERT = (
    '{"rule":"milestone_slip","object":"jira:version:1","object_name":"R1","phase":"firing",'
    '"severity":"warning","since":"2026-09-01T09:00:00Z","changed_at":"2026-09-01T09:00:00Z"}'
)
AT = "2026-09-01T09:00:00.000000Z"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of the version before the census, with data of that day, brought up to date."""
    database = open_database("sqlite:///store.db", folder=tmp_path)
    migrate.migrate(database, head="0004")
    database.close()
    connection = sqlite3.connect(tmp_path / "store.db")
    for one in (issue(1), CHILD):
        row = ("apollo", one.key, SOURCE, one.ref, AT, None, "", codec.dump(codec.ISSUE, one), "[]")
        connection.execute("INSERT INTO issues VALUES (?,?,?,?,?,?,?,?,?)", row)
    link_row = ("apollo", SOURCE, "7", BLOCK.a, BLOCK.b, True, True, codec.dump(codec.LINK, BLOCK))
    connection.execute("INSERT INTO links VALUES (?,?,?,?,?,?,?,?)", link_row)
    connection.execute(
        "INSERT INTO sources VALUES (?,?,?,?,?,?,?,?)", ("apollo", SOURCE, AT, AT, AT, True, None, "")
    )
    connection.execute(
        "INSERT INTO pulls (project, source, full, started_at, has_milestones, state)"
        " VALUES ('apollo', ?, 1, ?, 0, 'open')",
        (SOURCE, AT),
    )
    connection.execute(
        "INSERT INTO alert_states VALUES ('apollo', 'milestone_slip', 'jira:version:1', 'firing', ?)",
        (ALERT,),
    )
    connection.commit()
    connection.close()
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def test_records_and_their_columns_agree(store: Store) -> None:
    """A census that tells what is known finds nothing unlike it, and nothing missing."""
    assert store.facts.load("apollo").issues == (issue(1), CHILD)
    begun = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.CENSUS, started_at=day(2)))
    seen = (
        Present(key=issue(1).key, updated_at=issue(1).updated_at, parent="", blockers=0),
        Present(key=CHILD.key, updated_at=CHILD.updated_at, parent=issue(1).key, blockers=1),
    )
    counted = store.pulls.stage_census(begun, Census(present=seen, last=True))
    assert store.comparison.unlike_keys(counted) == ()
    assert store.comparison.missing_keys(counted) == ()


def test_a_full_pull_counts_as_a_census(store: Store) -> None:
    """The first sync after the upgrade does not count for nothing."""
    state = store.pulls.source_state("apollo", SOURCE)
    assert state.last_census_at == state.last_full_at == day(0)


def test_a_pull_under_way_is_begun_anew(store: Store) -> None:
    """What it staged lacks what is compared now."""
    assert not store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.FULL, started_at=day(1))).resumed


def test_an_alert_of_a_slip_goes_by_its_new_name(store: Store) -> None:
    """It is not told a second time under another name."""
    (alert,) = store.alerts.load("apollo")
    assert (alert.rule, alert.object) == ("slipping", "jira:version:1")
