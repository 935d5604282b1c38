"""Dates of milestones over many syncs: promised, agreed, moved, done, renamed, deleted; on every tracker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.acceptance.desk import Desk, Document, by
from tests.acceptance.sites import Paper
from tests.acceptance.tales import KINDS, GitHubTale, JiraTale, begin, told
from tests.trackers.worlds import after

AGREEMENT = """
  [project.agreement]
  holidays = "US"
  buffer_days = 10

  [project.audience.client]
  approval = "never"
"""


@dataclass(slots=True)
class Year:
    """A project over some months, and what `status` said after each sync."""

    tale: JiraTale | GitHubTale
    desk: Desk
    said: dict[str, Document] = field(default_factory=dict)

    def milestone(self, name: str, when: str = "end") -> Document:
        """Return what was said of a milestone."""
        return by(self.said[when]["milestones"], "key", self.tale.key(name))

    def sync(self, when: str, day: float) -> None:
        """Let time pass, pull, and keep what the status says."""
        self.desk.now = after(day)
        self.desk.do("sync")
        self.said[when] = self.desk.status()


def story(tale: JiraTale | GitHubTale) -> None:
    """Tell five releases: R1 moves to and fro, R2 is done early, R3 renamed, R4 deleted, R0 was long done."""
    tale.milestone("R0", after(0), dt.date(2026, 7, 3))
    tale.milestone("R1", after(0), dt.date(2026, 11, 20))  # a Friday
    tale.milestone("R2", after(0), dt.date(2026, 12, 11))
    tale.milestone("R3", after(0), dt.date(2026, 12, 18))
    tale.milestone("R4", after(0), dt.date(2026, 9, 1))
    for release in ("R0", "R1", "R2", "R3", "R4"):
        tale.item(f"Work on {release}", after(1), release)
    tale.finish("R0", after(2))
    tale.reschedule("R1", after(10), dt.date(2026, 11, 30))
    tale.reschedule("R1", after(11.1), dt.date(2026, 11, 24))
    tale.reschedule("R1", after(11.3), dt.date(2026, 11, 30))
    tale.reschedule("R1", after(12.1), dt.date(2026, 12, 31))  # there and back between two syncs
    tale.reschedule("R1", after(12.2), dt.date(2026, 11, 30))
    tale.finish("R2", after(33))
    tale.rename("R3", after(34), "R3, the big one")
    tale.remove("R4", after(35))
    tale.reschedule("R1", after(36), dt.date(2026, 12, 2))


@pytest.fixture(scope="module", params=KINDS)
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Live through the story: pulled, agreed, published once, pulled again and again."""
    desk, tale = Desk(tmp_path_factory.mktemp(request.param)), begin(request.param)
    story(tale)
    with told(request.param, tale, desk) as (_server, source):
        Paper(sources=[source], more=AGREEMENT).write(desk)
        year = Year(tale, desk)
        year.sync("first", 5)
        desk.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        for when, day in (("moved", 10.5), ("back", 11.2), ("again", 11.4), ("unseen", 13)):
            year.sync(when, day)
        desk.do("publish", "apollo")
        year.sync("end", 40)
        year.sync("later", 153)  # the first of December
        yield year


def test_keys_and_first_sight(year: Year) -> None:
    """Every milestone is there from the first sync on, by the key the contract gives it."""
    keys = {milestone["key"] for milestone in year.said["first"]["milestones"]}
    assert keys == {year.tale.key(name) for name in ("R0", "R1", "R2", "R3", "R4")}
    assert year.milestone("R1", "first")["first_promised_on"] == "2026-11-20"
    assert year.milestone("R1", "first")["moves"] == []


def test_a_milestone_done_before_the_first_look_promised_nothing(year: Year) -> None:
    """Nobody knows what was promised; the day it was done is known."""
    done = year.milestone("R0", "first")
    assert (done["state"], done["class"], done["first_promised_on"]) == ("done", "done", None)
    assert done["actual_on"] == "2026-07-03"


def test_each_sync_is_a_sighting_and_a_move_is_seen_between_two(year: Year) -> None:
    """Three moves, two of them on one day, oldest first; the one undone between two syncs is never known."""
    moves = year.milestone("R1", "unseen")["moves"]
    assert [(move["from"], move["to"]) for move in moves] == [
        ("2026-11-20", "2026-11-30"),
        ("2026-11-30", "2026-11-24"),
        ("2026-11-24", "2026-11-30"),
    ]
    assert [move["seen_at"] for move in moves] == [
        f"{after(day):%Y-%m-%dT%H:%M:%SZ}" for day in (10.5, 11.2, 11.4)
    ]


def test_variances_are_working_days_without_holidays(year: Year) -> None:
    """Friday to Monday week: six working days, five with Thanksgiving; no re-planning moves a baseline."""
    r1 = year.milestone("R1", "unseen")
    assert r1["baseline_on"] == r1["first_promised_on"] == "2026-11-20"
    assert r1["due_on"] == "2026-11-30"
    assert r1["variance_working_days"] == {"first": 5, "baseline": 5, "last_edition": None}
    assert year.milestone("R1", "back")["variance_working_days"]["baseline"] == 2


def test_the_last_edition_is_what_the_client_was_told(year: Year) -> None:
    """Two working days later than the page said; seven later than agreed."""
    r1 = year.milestone("R1")
    assert r1["variance_working_days"] == {"first": 7, "baseline": 7, "last_edition": 2}
    assert r1["class"] == "slipping"


def test_a_milestone_done_early(year: Year) -> None:
    """Its variance is negative; on Jira the date that releasing rewrites is a move too."""
    r2 = year.milestone("R2")
    assert (r2["state"], r2["class"], r2["actual_on"]) == ("done", "done", "2026-08-03")
    assert r2["first_promised_on"] == r2["baseline_on"] == "2026-12-11"
    assert r2["variance_working_days"]["baseline"] < -80
    rewritten = [("2026-12-11", "2026-08-03")] if isinstance(year.tale, JiraTale) else []
    assert [(move["from"], move["to"]) for move in r2["moves"]] == rewritten


def test_a_renamed_milestone_keeps_its_story(year: Year) -> None:
    """The key stays, the name is new, nothing is promised anew, and its scope did not change."""
    r3 = year.milestone("R3")
    assert (r3["name"], r3["first_promised_on"], r3["moves"]) == ("R3, the big one", "2026-12-18", [])
    assert r3["total"] == 1


def test_a_deleted_milestone_is_cancelled_and_not_forgotten(year: Year) -> None:
    """What was agreed for it stays in sight."""
    r4 = year.milestone("R4")
    assert (r4["state"], r4["baseline_on"]) == ("cancelled", "2026-09-01")


def test_a_day_after_its_date_it_is_overdue(year: Year) -> None:
    """On the last day it is not; the day after it would be. The past keeps what was known then."""
    assert year.milestone("R1", "later")["class"] == "slipping"
    year.desk.now = after(155)  # the third of December
    rows = year.desk.status()["milestones"]
    assert by(rows, "key", year.tale.key("R1"))["class"] == "overdue"
    past = year.desk.status("apollo", "--as-of", f"{after(6):%Y-%m-%d}")
    assert by(past["milestones"], "key", year.tale.key("R1"))["due_on"] == "2026-11-20"
    assert by(past["milestones"], "key", year.tale.key("R4"))["state"] == "open"


def test_the_page_calls_a_date_promised_only_if_it_was_agreed_or_told(year: Year) -> None:
    """The agreed date is there; the date that stood in the tracker for an hour is not."""
    page = year.desk.published()["apollo/client/index.html"].decode()
    assert "20 November 2026" in page
    assert "31 December 2026" not in page
