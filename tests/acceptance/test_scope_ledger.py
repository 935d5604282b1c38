"""The scope ledger as `status --json` shows it: every way into and out of scope, on every tracker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.acceptance.desk import Desk, Document, assert_balanced, entries, ledger
from tests.acceptance.sites import Paper
from tests.acceptance.tales import KINDS, GitHubTale, JiraTale, begin, told
from tests.trackers.worlds import after


@dataclass(slots=True)
class Scope:
    """A project whose scope moves, and what `status` says of it at any day."""

    tale: JiraTale | GitHubTale
    desk: Desk
    said: dict[str, Document] = field(default_factory=dict)

    def row(self, container: str, when: str = "end", unit: str = "items") -> Document:
        """Return the ledger of a milestone, or of the project."""
        key = container if container == "project" else self.tale.key(container)
        return ledger(self.said[when], key, unit)

    def booked(self, container: str, when: str = "end") -> list[tuple[str, str, float]]:
        """Return the entries of a container; items by the names of the story."""
        names = {self.tale.ref(name): name for name in self.tale.issues}
        return [(names[item], kind, amount) for item, kind, amount in entries(self.row(container, when))]


def story(tale: JiraTale | GitHubTale) -> None:
    """Tell of four agreed items in R1 and one in R2, and what became of them."""
    tale.milestone("R1", after(0), dt.date(2026, 11, 20))
    tale.milestone("R2", after(0), dt.date(2026, 12, 18))
    for name in ("shifted", "dropped", "deleted", "moved out"):
        tale.item(name, after(1), "R1")
    tale.item("stays", after(1), "R2")
    tale.request("request", after(4))
    tale.item("crept in", after(6), "R1")
    tale.item("asked for", after(6.5), "R1", parent="request")
    tale.transfer("shifted", after(7), "R2")
    tale.drop("dropped", after(8))
    tale.approve("request", after(12))
    tale.reopen("dropped", after(13))
    tale.delete("deleted", after(14))
    tale.leave("moved out", after(14))


@pytest.fixture(scope="module", params=KINDS)
def scope(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scope]:
    """Pull before and after; the agreement is of a past day, set after the first sync."""
    desk, tale = Desk(tmp_path_factory.mktemp(request.param)), begin(request.param)
    story(tale)
    with told(request.param, tale, desk) as (_server, source):
        Paper(sources=[source]).write(desk)
        desk.now = after(10)
        desk.do("sync")
        desk.do("baseline", "set", "apollo", "--on", f"{after(5):%Y-%m-%d}", "--approved-by", "J. Doe, Acme")
        scope = Scope(tale, desk)
        scope.said["before approval"] = desk.status()
        desk.now = after(16)
        desk.do("sync", "--full")
        scope.said["end"] = desk.status()
        scope.said["day 11"] = desk.status("apollo", "--as-of", f"{after(11):%Y-%m-%dT%H:%M:%SZ}")
        scope.said["day 12"] = desk.status("apollo", "--as-of", f"{after(12):%Y-%m-%d}")
        yield scope


def test_every_row_balances_at_every_moment(scope: Scope) -> None:
    """The sum of the contract holds, the entries add up to the columns, every container is there."""
    for document in scope.said.values():
        assert_balanced(document)
        containers = {row["container"] for row in document["scope"] if row["unit"] == "items"}
        assert containers == {"project", scope.tale.key("R1"), scope.tale.key("R2")}


def test_what_was_agreed_on_a_past_day(scope: Scope) -> None:
    """The baseline holds what stood in scope at the end of that day, rebuilt from history."""
    assert [scope.row(name)["baseline"] for name in ("R1", "R2", "project")] == [4, 1, 5]


def test_before_the_approval_all_that_came_is_creep(scope: Scope) -> None:
    """An item below a request that nobody approved yet is unapproved; a transfer is no growth."""
    assert scope.booked("R1", "before approval") == [
        ("crept in", "unapproved_add", 1),
        ("asked for", "unapproved_add", 1),
        ("shifted", "transferred_out", 1),
        ("dropped", "removed", 1),
    ]
    assert scope.booked("R2", "before approval") == [("shifted", "transferred_in", 1)]
    project = scope.row("project", "before approval")
    assert (project["unapproved_added"], project["removed"], project["current"]) == (2, 1, 6)
    assert scope.row("R1", "before approval")["creep_ratio"] == pytest.approx(0.5)


def test_the_instant_of_the_approval_counts(scope: Scope) -> None:
    """As of the day before it is creep, from the approval on it is approved, with the request named."""
    assert scope.row("R1", "day 11")["unapproved_added"] == 2
    assert scope.row("R1", "day 12")["unapproved_added"] == 1
    assert scope.row("R1", "day 12")["approved_added"] == 1
    (approved,) = [e for e in scope.row("R1", "day 12")["entries"] if e["kind"] == "approved_add"]
    assert approved["change_request"] == scope.tale.ref("request")
    assert approved["item"] == scope.tale.ref("asked for")


def test_deleted_and_moved_out_are_removed_and_say_why(scope: Scope) -> None:
    """What is gone is found; the entry tells what became of it, in the word of its tracker."""
    why = {entry["item"]: entry["why"] for entry in scope.row("R1")["entries"] if entry["kind"] == "removed"}
    assert "delete" in why[scope.tale.ref("deleted")]
    assert why[scope.tale.ref("moved out")] in {"moved_out", "transferred"}
    assert "drop" in why[scope.tale.ref("dropped")]


def test_an_agreed_item_that_comes_back_is_booked_in_again(scope: Scope) -> None:
    """Dropped and reopened: it left and it came, and both stay visible."""
    mine = [kind for name, kind, _amount in scope.booked("R1") if name == "dropped"]
    assert mine == ["removed", "unapproved_add"]


def test_what_came_back_is_not_missing_any_more(scope: Scope) -> None:
    """The alert about agreed scope that was dropped names what is gone, not what was reopened."""

    def missing(when: str) -> set[str]:
        found = [one for one in scope.said[when]["deviations"] if one["rule"] == "scope_dropped"]
        return {item for one in found for item in one["facts"]["items"]}

    assert missing("before approval") == {scope.tale.ref("dropped")}
    assert missing("end") == {scope.tale.ref("deleted"), scope.tale.ref("moved out")}


def test_instants_refs_and_nulls(scope: Scope) -> None:
    """Instants end in Z, items go by what people call them, requests are null where there is none."""
    for document in scope.said.values():
        assert document["as_of"].endswith("Z")
        for row in document["scope"]:
            for entry in row["entries"]:
                assert entry["at"].endswith("Z")
                assert entry["item"].startswith(("APO-", "apollo#"))
                assert entry["change_request"] in (None, scope.tale.ref("request"))


def test_points_are_a_row_of_their_own(scope: Scope) -> None:
    """Where the rules map a size, every container has one more row in that unit; the same story in it."""
    units = {row["unit"] for row in scope.said["end"]["scope"]}
    is_sized = isinstance(scope.tale, JiraTale)
    assert units == ({"items", "points"} if is_sized else {"items"})
    for unit in units - {"items"}:
        points, items = scope.row("R1", unit=unit), scope.row("R1")
        assert points["baseline"] == 5 * items["baseline"]
        assert points["current"] == 5 * items["current"]


def test_explain_tells_the_story_of_one_item(scope: Scope) -> None:
    """Where an issue landed and why, and what the ledger books of it."""
    told = scope.desk.do("explain", "apollo", scope.tale.ref("crept in")).out
    assert "scope_item" in told
    assert "unapproved" in told
    unknown = scope.desk.run("explain", "apollo", "APO-999")
    assert unknown.code == 2
