"""What the PM hears: one message a change of state, a digest at first, the all clear at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.jira.face import JiraFace
from tests.acceptance.desk import Desk
from tests.acceptance.sites import Paper
from tests.acceptance.tales import GitHubTale, JiraTale, begin, told
from tests.connector.inbox import Inbox, inbox
from tests.trackers.faults import Faults, server_error
from tests.trackers.worlds import after

AGREED_DAY = 5


@dataclass(slots=True)
class Post:
    """A project whose alerts arrive."""

    desk: Desk
    tale: JiraTale | GitHubTale
    server: JiraFace | GitHubServer
    box: Inbox

    def hears(self, day: float, *, code: int = 0) -> list[str]:
        """Sync on a day; return the subjects that came."""
        self.box.received.clear()
        self.desk.now = after(day)
        assert self.desk.run("sync").code == code
        return list(self.box.subjects)


@pytest.fixture(params=["cloud", "github"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    """Serve a project with ten agreed items, and an inbox."""
    desk, tale = Desk(tmp_path), begin(request.param)
    tale.milestone("R1", after(0), dt.date(2026, 9, 1))
    for number in range(10):
        tale.item(f"item {number}", after(1), "R1")
    tale.request("request", after(2))
    tale.item("creep", after(11), "R1")
    tale.item("more creep", after(11.1), "R1")
    tale.reschedule("R1", after(21), dt.date(2026, 10, 1))
    tale.reschedule("R1", after(31), dt.date(2026, 9, 1))
    with inbox() as box, told(request.param, tale, desk) as (server, source):
        more = f'\n  [project.alerts]\n  to = ["{box.url}"]\n'
        Paper(sources=[source], more=more).write(desk)
        desk.now = after(AGREED_DAY)
        desk.do("sync")
        desk.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        yield Post(desk, tale, server, box)


def test_one_message_for_each_change_of_state(post: Post) -> None:
    """Creep, slip, back again, overdue, failed, recovered: one message each, none between."""
    assert post.hears(6) == []
    (creep,) = post.hears(12)
    assert "creep" in creep.lower()
    assert post.hears(13) == []
    (slip,) = post.hears(22)
    assert "R1" in slip
    assert post.hears(22.01) == []
    (clear,) = post.hears(32)
    assert clear != slip
    post.server.middleware = Faults().on(".*", server_error(503), times=9999)
    (failed,) = post.hears(33, code=3)
    assert failed
    assert post.hears(34, code=3) == []
    post.server.middleware = None
    (recovered,) = post.hears(35)
    assert recovered != failed
    (overdue,) = post.hears(70)
    assert "overdue" in overdue.lower()
    assert post.hears(70.01) == []
    post.tale.finish("R1", after(71))
    (done,) = post.hears(72)
    assert done != overdue
    rows = post.desk.do("alerts", "list", "--json").rows
    assert [row["messages"] for row in rows] == [[]]


def test_a_message_is_of_use_and_holds_no_secret(post: Post) -> None:
    """What, how much, which entries; the items by name; never a token."""
    post.hears(12)
    (message,) = post.box.received
    text = message["title"] + message["message"]
    for words in ("R1", post.tale.ref("creep"), post.tale.ref("more creep"), "Apollo web shop"):
        assert words in text
    for name, secret in post.desk.env.items():
        assert not name.endswith("TOKEN") or secret not in text


def test_a_first_sync_of_an_old_project_is_one_digest(tmp_path: Path) -> None:
    """Agreed on a past day by the configuration: ledger and creep are there at once, in one message."""
    desk, tale = Desk(tmp_path), begin("cloud")
    for release in ("R1", "R2", "R3"):
        tale.milestone(release, after(0), dt.date(2026, 9, 1))
        tale.item(f"agreed in {release}", after(1), release)
        tale.item(f"crept into {release}", after(20), release)
    desk.now = after(100)
    with inbox() as box, told("cloud", tale, desk) as (_server, source):
        more = f'\n  [project.agreement]\n  baseline_on = {after(10):%Y-%m-%d}\n  approved_by = "J. Doe"\n'
        more += f'\n  [project.alerts]\n  to = ["{box.url}"]\n'
        Paper(sources=[source], more=more).write(desk)
        desk.do("sync")
        (digest,) = box.received
        document = desk.status()
        box.received.clear()
        desk.now = after(100.1)
        desk.do("sync")
    assert box.received == []
    assert {deviation["rule"] for deviation in document["deviations"]} == {"scope_creep", "overdue"}
    for release in ("R1", "R2", "R3"):
        assert release in digest["message"]


def test_quiet_hours_and_a_dead_channel_lose_nothing(tmp_path: Path) -> None:
    """What could not be sent waits, and goes out once when it can."""
    desk, tale = Desk(tmp_path), begin("cloud")
    tale.milestone("R1", after(0), dt.date(2026, 7, 2))
    tale.item("late", after(1), "R1")
    desk.now = after(20)
    with inbox(503) as box, told("cloud", tale, desk) as (_server, source):
        Paper(sources=[source], more=f'\n  [project.alerts]\n  to = ["{box.url}"]\n').write(desk)
        desk.do("sync")
        tried = len(box.received)
        (row,) = desk.do("alerts", "list", "--json").rows
        assert row["messages"][0]["last_error"]
        box.status = 200
        box.received.clear()
        desk.now = after(21)
        desk.do("run", "--once")
        desk.do("run", "--once")
    assert tried == 1
    assert len(box.received) == 1
