"""The traps of GitHub's API, one test each; the others are explained in docs/reference/github.md."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import pytest

from adapters.errors import AdapterError, OverloadedError, RefusedError
from adapters.github.asking import GOOD_RUN, LONGEST_RUN, Pace
from adapters.protocol import Fate, Whereabouts, Window
from adapters.records import Field
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from tests.adapters.github_world import START, Memo, World, event, row, serving
from tests.adapters.test_github_notes import adapter as remembering
from tests.adapters.test_github_notes import statuses
from tests.adapters.test_github_tracker import NOW, adapter, day, facts, story

KEY = "github:acme/apollo:issue:"
FACES = [pytest.param("auto", id="GraphQL"), pytest.param("off", id="REST")]
SECONDARY = {"message": "You have exceeded a secondary rate limit."}


@pytest.fixture
def told() -> GitHubWorld:
    """Tell the story of 61 issues and a pull request."""
    return story()


@pytest.fixture
def server(told: GitHubWorld) -> Iterator[GitHubServer]:
    """Serve it as of a fixed day."""
    with GitHubServer(told, clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def world() -> Iterator[World]:
    """Serve five issues, two a page."""
    with serving(World(rows=[row(n) for n in range(1, 6)], most_rows=2)) as served:
        yield served


@pytest.mark.parametrize("face", FACES)
def test_trap_51_pull_requests_are_no_scope(server: GitHubServer, face: str) -> None:
    """Number 2 is one: neither pulled, nor fetched, nor counted by a census."""
    source = adapter(server, graphql=face)
    assert f"{KEY}2" not in {issue.key for issue in facts(list(source.pull(Window())))[1]}
    assert not any(batch.issues for batch in source.fetch([f"{KEY}2"]))
    assert f"{KEY}2" not in {one.key for part in source.census() for one in part.present}


@pytest.mark.parametrize(("due", "day_"), [("2026-12-01T08:00:00Z", 1), ("2026-12-01T07:59:59Z", 30)])
def test_trap_53_a_due_date_is_a_day_in_california(world: World, due: str, day_: int) -> None:
    """Midnight there is 07:00 or 08:00 UTC; a second earlier is the day before."""
    world.milestones = [{"number": 1, "title": "R1", "state": "open", "due_on": due}]
    (milestone,) = next(world.adapter().pull(Window())).milestones or ()
    assert milestone.due_on is not None
    assert milestone.due_on.day == day_


def test_trap_55_pages_are_found_by_link_alone(world: World) -> None:
    """This server answers 422 to every page that was counted by hand; every list is of several pages."""
    world.milestones = [{"number": n, "title": f"R{n}", "state": "open"} for n in range(1, 6)]
    milestones, issues, *_ = facts(list(world.adapter(graphql="off").pull(Window())))
    assert (len(milestones), len(issues)) == (5, 5)
    assert not any("page" in asked for asked in world.asked("/issues"))


@pytest.mark.parametrize("face", FACES)
def test_trap_56_a_cursor_stands_behind_what_was_given(world: World, face: str) -> None:
    """A page that fails keeps the cursor before it; the next pull begins with that very page."""
    world.rows = [row(n) for n in range(1, 31)]
    batches = world.adapter(graphql=face).pull(Window())
    had = [next(batches)]
    path = "/graphql" if face == "auto" else "/issues"
    world.fail(path, 500, {"message": "Server Error"}, times=99)
    with pytest.raises(AdapterError):
        had.extend(batches)
    world.faults.clear()
    rest = list(world.adapter(graphql=face).pull(Window(cursor=had[-1].cursor)))
    got = [issue.ref for batch in [*had, *rest] for issue in batch.issues]
    assert got == [f"apollo#{n}" for n in range(1, 31)]


@pytest.mark.parametrize("face", FACES)
def test_trap_57_a_census_sees_a_new_parent(told: GitHubWorld, server: GitHubServer, face: str) -> None:
    """GitHub does not move the parent's instant: a pull since then would not bring it; the child tells."""
    before = {one.key: one for part in adapter(server, graphql=face).census() for one in part.present}
    told.existing(1).sub_issue(day(11, 1), told.existing(4))
    after = {one.key: one for part in adapter(server, graphql=face).census() for one in part.present}
    assert after[f"{KEY}1"] == before[f"{KEY}1"]
    assert (before[f"{KEY}4"].parent, after[f"{KEY}4"].parent) == ("", f"{KEY}1")


def test_trap_58_a_former_title_is_never_guessed_at(told: GitHubWorld, server: GitHubServer) -> None:
    """Events hold titles of their day; a renamed milestone stays the title it was, for others to resolve."""
    told.milestone("R9", at=day(9, 1)).rename(day(11, 1), "Ship it")
    _, _, changes, _ = facts(list(adapter(server).pull(Window())))
    values = {c.new or c.old for c in changes if c.field == Field.MILESTONES}
    assert values == {f"github:acme/apollo:milestone-title:{title}" for title in ("R1", "R2")}


@pytest.mark.parametrize("face", FACES)
def test_trap_59_a_census_sees_a_new_blocker(told: GitHubWorld, server: GitHubServer, face: str) -> None:
    """And one that was taken off; the blocked issue's instant stays."""
    told.existing(4).blocked_by(day(11, 1), told.existing(5))
    told.existing(1).unblocked(day(11, 1), told.existing(3))
    seen = {one.key: one for part in adapter(server, graphql=face).census() for one in part.present}
    assert (seen[f"{KEY}4"].blockers, seen[f"{KEY}1"].blockers) == (1, 0)
    assert seen[f"{KEY}4"].updated_at < day(11, 1)  # type: ignore[operator]  # it was said


@pytest.mark.parametrize("face", FACES)
def test_trap_60_a_closed_blocker_is_a_link_with_a_closed_end(server: GitHubServer, face: str) -> None:
    """Login is closed and still told: whether it blocks is for whoever knows both ends."""
    _, issues, _, links = facts(list(adapter(server, graphql=face).pull(Window())))
    (link,) = links
    assert (link.a, link.b) == (f"{KEY}3", f"{KEY}1")
    assert next(issue for issue in issues if issue.key == link.a).status == "closed"


def test_trap_61_another_token_has_no_notes(server: GitHubServer) -> None:
    """An app's token rotates each hour: the ETag of the old one is worth nothing, and harms nothing."""
    memo = Memo()
    list(remembering(server, memo).pull(Window(since=NOW)))
    statuses(server)
    server.token = "github_pat_rotated"
    assert next(remembering(server, memo).pull(Window(since=NOW))).milestones
    assert statuses(server) == [200, 200]


def test_trap_62_each_page_has_an_etag_of_its_own(told: GitHubWorld, server: GitHubServer) -> None:
    """The first page of 101 milestones is as it was; the second is asked all the same."""
    for number in range(99):
        told.milestone(f"M{number:02d}", at=day(9, 1), due_on=dt.date(2026, 10, 2))
    memo = Memo()
    list(remembering(server, memo, graphql="off").pull(Window(since=NOW)))
    told.milestone("Late", at=day(11, 1), due_on=dt.date(2027, 1, 1))
    statuses(server)
    first = next(remembering(server, memo, graphql="off").pull(Window(since=NOW)))
    assert "Late" in {one.name for one in first.milestones or ()}
    assert sorted(statuses(server)) == [200, 304, 304]  # the second page; the first, and the issues


def test_trap_63_a_200_may_be_a_failure(world: World) -> None:
    """Data beside an error is not taken, and least of all for an empty repository."""
    empty = {"issues": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}, "totalCount": 0}}
    error = {"message": "Something went wrong while executing your query"}
    world.fail("/graphql", 200, {"data": {"repository": empty}, "errors": [error]}, times=99)
    with pytest.raises(OverloadedError):
        list(world.adapter().pull(Window()))
    with pytest.raises(OverloadedError):
        list(world.adapter().census())


def test_trap_64_a_ban_is_not_prolonged(world: World) -> None:
    """A secondary limit without a word of how long: a minute, then two; nothing is asked in between."""
    world.fail("/graphql", 403, SECONDARY, times=2)
    list(world.adapter().pull(Window()))
    assert world.slept_s == [60.0, 120.0]


def test_trap_65_a_limit_is_no_missing_right(world: World) -> None:
    """403 with those words is waited out; 403 without them ends the pull with what GitHub said."""
    world.fail("/graphql", 403, SECONDARY, headers={"retry-after": "7"})
    list(world.adapter().pull(Window()))
    assert world.asked("/issues") == []
    world.fail("/graphql", 403, {"message": "Resource not accessible"})
    world.fail("/issues", 403, {"message": "Resource not accessible"})
    with pytest.raises(RefusedError, match="not accessible"):
        list(world.adapter().pull(Window()))


@pytest.mark.parametrize("face", FACES)
def test_trap_66_a_transferred_issue_is_not_deleted(
    told: GitHubWorld, server: GitHubServer, face: str
) -> None:
    """It answers from elsewhere, under another number; its history says 404."""
    told.existing(4).transfer(day(11, 1), "acme/attic", 3)
    source = adapter(server, graphql=face)
    assert source.locate([f"{KEY}4"])[f"{KEY}4"] == Whereabouts(fate=Fate.TRANSFERRED, ref="attic#3")
    refs = {issue.ref for issue in facts(list(source.pull(Window())))[1]}
    assert "apollo#4" not in refs
    assert "attic#3" not in refs


def test_trap_67_a_move_to_nowhere_is_a_move(world: World) -> None:
    """301 without an address: transferred, and GitHub does not say where."""
    world.fail("/issues/4", 301, {"message": "Moved Permanently"})
    assert world.adapter().locate([f"{KEY}4"])[f"{KEY}4"] == Whereabouts(fate=Fate.TRANSFERRED)


def test_trap_70_a_page_too_heavy_is_not_asked_again_as_it_was(server: GitHubServer) -> None:
    """Each attempt costs points of the next hour: the page shrinks at once, and grows back when it can."""
    server.graphql_page_limit = 30
    assert len(facts(list(adapter(server).pull(Window())))[1]) == 61
    asked = [each.request.payload()["variables"] for each in server.log if each.method == "POST"]
    sizes = [variables["first"] for variables in asked if "first" in variables]
    assert sizes[:3] == [100, 50, 25]
    assert max(sizes[3:]) == 25


def test_trap_70_a_page_grows_back_ever_more_slowly() -> None:
    """A doubling that fails at once is tried again after twice as many good pages."""
    pace, tried = Pace(), []

    def ask(size: int) -> int:
        if size > 50:
            tried.append(len(good))
            raise OverloadedError("too heavy")
        return size

    good: list[int] = []
    while len(good) < 200:
        good.append(pace.ask(ask))
    gaps = [after - before for before, after in itertools.pairwise(tried)]
    assert gaps[:5] == [GOOD_RUN, GOOD_RUN * 2, GOOD_RUN * 4, GOOD_RUN * 8, LONGEST_RUN]
    assert set(gaps[5:]) == {LONGEST_RUN}
    assert set(good) == {50}


@pytest.mark.parametrize("face", FACES)
def test_trap_73_a_renamed_repository_keeps_its_keys(face: str) -> None:
    """GitHub writes its new name everywhere; issues, parents and whereabouts stay those of the old one."""
    with serving(World(rows=[row(1), row(2)], memo=Memo())) as world:
        before = facts(list(world.adapter(graphql=face).pull(Window())))
        there = "https://api.github.com/repos/acme/zeus"
        for one in world.rows:
            one["repository_url"], one["url"] = there, f"{there}/issues/{one['number']}"
        world.rows[1]["parent_issue_url"] = f"{there}/issues/1"
        world.repository |= {"full_name": "acme/zeus", "id": 77}
        source = world.adapter(graphql=face)
        _, issues, _, _ = facts(list(source.pull(Window())))
        assert [issue.key for issue in issues] == [issue.key for issue in before[1]]
        assert issues[1].parent == f"{KEY}1"
        assert [one.parent for part in source.census() for one in part.present] == ["", f"{KEY}1"]
        assert {place.fate for place in source.locate([f"{KEY}1"]).values()} == {Fate.PRESENT}
        assert [issue.key for batch in source.fetch([f"{KEY}2"]) for issue in batch.issues] == [f"{KEY}2"]


@pytest.mark.parametrize("face", FACES)
def test_trap_74_a_label_is_the_same_in_any_case(world: World, face: str) -> None:
    """As on GitHub itself."""
    world.rows[2]["labels"] = [{"name": "Client-Visible"}]
    source = world.adapter(graphql=face, select=["client-visible"])
    assert [issue.ref for batch in source.pull(Window()) for issue in batch.issues] == ["apollo#3"]


@pytest.mark.parametrize("face", FACES)
def test_trap_75_a_census_with_a_failed_page_never_ends(world: World, face: str) -> None:
    """No part of it is the last: nothing may be concluded."""
    world.rows = [row(n) for n in range(1, 31)]
    census = world.adapter(graphql=face).census()
    parts = [next(census)]
    world.fail("/graphql" if face == "auto" else "/issues", 500, {}, times=99)
    with pytest.raises(AdapterError):
        parts.extend(census)
    assert not any(part.last for part in parts)


def test_trap_77_no_document_but_a_query_leaves(world: World) -> None:
    """Everything a pull, a census, a fetch and a look at missing issues ask by POST begins with a query."""
    world.timelines[1] = [event(n, "labeled", START.isoformat(), label={"name": f"l{n}"}) for n in range(5)]
    source = world.adapter()
    list(source.pull(Window()))
    list(source.census())
    list(source.fetch([f"{KEY}1"]))
    source.locate([f"{KEY}{n}" for n in range(1, 13)])
    sent = [(verb, asked["query"]) for verb, _, asked in world.log if verb != "GET"]
    assert {text.split("(")[0] for _, text in sent} == {
        "query Issues", "query Rest", "query Census", "query Numbered", "query Places",
    }  # fmt: skip


@pytest.mark.parametrize("face", FACES)
def test_trap_79_a_renamed_milestone_is_the_same(told: GitHubWorld, server: GitHubServer, face: str) -> None:
    """Its key is its number."""
    before = facts(list(adapter(server, graphql=face).pull(Window())))[0]
    second = told.milestone("R3", at=day(11, 1))
    second.rename(day(11, 2), "Ship it")
    after = facts(list(adapter(server, graphql=face).pull(Window())))[0]
    assert [one.key for one in after][:2] == [one.key for one in before]
    assert [(one.key, one.name) for one in after][2:] == [("github:acme/apollo:milestone:3", "Ship it")]
