"""What is there, what became of the rest, and single issues whole: census, locate and fetch of GitHub."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from adapters.errors import AdapterError, NotFoundError, RefusedError
from adapters.protocol import Fate, Present, Whereabouts, Window
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from tests.adapters.github_world import World, event, row, serving
from tests.adapters.test_github_tracker import NOW, adapter, day, facts, story

KEY = "github:acme/apollo:issue:"
FACES = [pytest.param("auto", id="GraphQL"), pytest.param("off", id="REST")]


@pytest.fixture
def told() -> GitHubWorld:
    """Tell the story of 61 issues."""
    return story()


@pytest.fixture
def server(told: GitHubWorld) -> Iterator[GitHubServer]:
    """Serve it as of a fixed day."""
    with GitHubServer(told, clock=lambda: NOW) as running:
        yield running


def keys(*numbers: int) -> list[str]:
    """Return the keys of issues."""
    return [f"{KEY}{number}" for number in numbers]


@pytest.mark.parametrize("face", FACES)
def test_a_census_is_light(server: GitHubServer, face: str) -> None:
    """61 issues are one page, and one request; each with its instant, parent and blockers."""
    (part,) = adapter(server, graphql=face).census()
    assert (len(part.present), part.last, len(server.log)) == (61, True, 1)
    seen = {one.key: one for one in part.present}
    login = dt.datetime(2026, 9, 29, 9, tzinfo=dt.UTC)
    assert seen[f"{KEY}3"] == Present(key=f"{KEY}3", updated_at=login, parent=f"{KEY}1", blockers=0)
    assert (seen[f"{KEY}1"].parent, seen[f"{KEY}1"].blockers) == ("", 1)


def test_a_census_does_not_say_what_a_server_does_not_know() -> None:
    """Without parents and blockers in its schema, both are left open."""
    with serving(World(rows=[row(1)], lacks=frozenset({"parent", "blockedBy"}))) as world:
        (part,) = world.adapter().census()
    (one,) = part.present
    assert (one.parent, one.blockers) == (None, None)


@pytest.mark.parametrize("face", FACES)
def test_a_census_of_a_selection_leaves_the_others_out(server: GitHubServer, face: str) -> None:
    """Only the epic carries the label."""
    (part,) = adapter(server, graphql=face, select=["EPIC"]).census()
    assert [one.key for one in part.present] == keys(1)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("broken", [{"updated_at": "soon"}, {"number": "7"}, {"updated_at": "2026-10-01"}])
def test_a_census_that_cannot_be_read_is_none(face: str, broken: dict[str, str]) -> None:
    """An issue without its number or instant would be missed by whoever concludes from it."""
    with serving(World(rows=[row(1), row(2)])) as world:
        if face == "off":
            world.rows[1] |= broken
        else:
            name = {"updated_at": "updatedAt"}.get(*broken) or "number"
            node = {"number": 1, "updatedAt": "2026-10-01T09:00:00Z", name: next(iter(broken.values()))}
            page = {"nodes": [node], "pageInfo": {"hasNextPage": False}, "totalCount": 1}
            world.fail("/graphql", 200, {"data": {"repository": {"issues": page}}})
        with pytest.raises(AdapterError):
            list(world.adapter(graphql=face).census())


def test_a_census_with_a_hole_is_none() -> None:
    """GraphQL may give null for an issue, without an error."""
    page = {"nodes": [None], "pageInfo": {"hasNextPage": False}, "totalCount": 1}
    with serving(World(rows=[row(1)])) as world:
        world.fail("/graphql", 200, {"data": {"repository": {"issues": page}}})
        with pytest.raises(AdapterError, match="left out 1 nodes"):
            list(world.adapter().census())


def test_issues_switched_off_are_not_an_empty_repository() -> None:
    """GraphQL shows none then; REST says 410, and that is what one is told."""
    with serving(World(rows=[row(1)])) as world:
        world.repository["has_issues"] = False
        world.fail("/issues", 410, {"message": "Issues are disabled for this repo"}, times=2)
        with pytest.raises(NotFoundError, match="Issues are disabled"):
            list(world.adapter().census())
        world.fail("/issues/1", 410, {"message": "Issues are disabled for this repo"})
        with pytest.raises(RefusedError, match="nothing can be said"):
            world.adapter().locate(keys(1))


@pytest.mark.parametrize("face", FACES)
def test_fetched_issues_are_whole(server: GitHubServer, face: str) -> None:
    """Busy has 120 events, more than come with it; a pull request and what never was are left out."""
    source = adapter(server, graphql=face)
    pulled = facts(list(source.pull(Window())))
    got = facts(list(source.fetch([*keys(62, 3, 2, 999, 3), "jira:issue:3"])))
    assert [issue.ref for issue in got[1]] == ["apollo#3", "apollo#62"]
    assert got[1] == [issue for issue in pulled[1] if issue.key in keys(3, 62)]
    assert got[2] == [change for change in pulled[2] if change.issue in keys(3, 62)]


@pytest.mark.parametrize("face", FACES)
def test_what_is_not_ours_any_more_is_not_fetched(told: GitHubWorld, server: GitHubServer, face: str) -> None:
    """Transferred, deleted, not selected."""
    told.existing(4).transfer(day(11, 1), "acme/attic", 9)
    told.existing(5).delete(day(11, 1))
    assert not any(batch.issues for batch in adapter(server, graphql=face).fetch(keys(4, 5)))
    assert not any(batch.issues for batch in adapter(server, graphql=face, select=["epic"]).fetch(keys(3)))


def test_many_are_fetched_in_few_requests(server: GitHubServer) -> None:
    """60 issues by number: two queries, and one for the rest of Busy."""
    batches = list(adapter(server).fetch(keys(*range(3, 63))))
    assert ([len(batch.issues) for batch in batches], [batch.last for batch in batches]) == (
        [50, 10],
        [False, True],
    )
    assert len(server.log) == 3


def test_fetching_by_halves_what_is_too_heavy(server: GitHubServer) -> None:
    """Fifty at once time out here; the halves pass, and nothing is lost."""
    server.graphql_node_limit = 8_000
    got = [issue.ref for batch in adapter(server).fetch(keys(*range(3, 53))) for issue in batch.issues]
    assert sorted(got) == sorted(f"apollo#{number}" for number in range(3, 53))


def test_fates_are_kept_apart(told: GitHubWorld, server: GitHubServer) -> None:
    """Each by what GitHub says of it, a selected source's included."""
    told.existing(4).transfer(day(11, 1), "acme/attic", 9)
    told.existing(5).delete(day(11, 1))
    told.existing(6).convert(day(11, 1))
    server.manners.converted = 200
    found = adapter(server, select=["epic"]).locate([*keys(1, 2, 3, 4, 5, 6, 999), "jira:issue:1"])
    assert [(place.fate, place.ref) for place in found.values()] == [
        (Fate.PRESENT, "apollo#1"),
        (Fate.CONVERTED, "apollo#2"),  # into a pull request
        (Fate.OUTSIDE, "apollo#3"),
        (Fate.TRANSFERRED, "attic#9"),
        (Fate.DELETED, ""),
        (Fate.CONVERTED, "apollo#6"),
        (Fate.INVISIBLE, ""),
        (Fate.INVISIBLE, ""),
    ]


@pytest.mark.parametrize("page", ["html_url", "url"])
def test_what_answers_as_a_discussion_became_one(page: str) -> None:
    """Its address says so, in whatever repository; a repository called so does not."""
    with serving(World(rows=[row(1), row(2)])) as world:
        world.rows[0][page] = "https://github.com/acme/apollo/discussions/31"
        world.rows[1]["html_url"] = "https://github.com/acme/discussions/issues/2"
        found = world.adapter().locate(keys(1, 2))
    assert [place.fate for place in found.values()] == [Fate.CONVERTED, Fate.PRESENT]


def test_a_410_may_say_what_became_of_an_issue() -> None:
    """In its words, behind the address that was asked for."""
    with serving(World()) as world:
        world.fail("/issues/1", 410, {"message": "This issue was converted to a discussion"})
        world.fail("/issues/2", 410, {"message": "This issue was deleted"})
        found = world.adapter().locate(keys(1, 2))
    assert [place.fate for place in found.values()] == [Fate.CONVERTED, Fate.DELETED]


def test_many_missing_issues_cost_few_requests(told: GitHubWorld, server: GitHubServer) -> None:
    """Of 60, GraphQL shows 58 in two queries; REST is asked for the repository and the two others."""
    told.existing(4).transfer(day(11, 1), "acme/attic", 9)
    told.existing(5).delete(day(11, 1))
    found = adapter(server).locate(keys(*range(3, 63)))
    assert (found[f"{KEY}4"].fate, found[f"{KEY}5"].fate) == (Fate.TRANSFERRED, Fate.DELETED)
    assert len([place for place in found.values() if place.fate is Fate.PRESENT]) == 58
    assert len(server.log) == 2 + 1 + 2 + 1  # the transferred one is followed


def test_many_are_located_where_graphql_cannot_say() -> None:
    """It fails on every size; REST answers for each."""
    with serving(World(rows=[row(n) for n in range(1, 13)])) as world:
        world.fail("/graphql", 200, {"data": None, "errors": [{"message": "Something went wrong"}]}, times=99)
        found = world.adapter().locate(keys(*range(1, 13)))
    assert {place.fate for place in found.values()} == {Fate.PRESENT}


def test_nothing_is_said_of_issues_whose_repository_cannot_be_read(server: GitHubServer) -> None:
    """The token lost its right: every issue answers 404, and not one of them is gone."""
    server.is_hidden = True
    with pytest.raises(NotFoundError):
        adapter(server).locate(keys(3, 4))


def test_an_issue_may_have_become_a_pull_request_or_stay_hidden() -> None:
    """404 while the repository can be read: hidden, or moved where the token may not look."""
    with serving(World(rows=[row(1, pull_request={"url": "x"})])) as world:
        world.fail("/issues/2", 404, {"message": "Not Found"})
        found = world.adapter().locate(keys(1, 2))
    assert found[f"{KEY}1"] == Whereabouts(fate=Fate.CONVERTED, ref="apollo#1")
    assert found[f"{KEY}2"] == Whereabouts(fate=Fate.INVISIBLE)


def test_long_lists_of_blockers_are_completed() -> None:
    """More than one page of them, beside more than one page of events: one query for both."""
    made = World(rows=[row(1), row(2)], most_rows=2)
    made.blockers = {1: [row(n) for n in (11, 12, 13)]}
    made.timelines = {
        1: [event(n, "labeled", f"2026-10-0{n}T09:00:00Z", label={"name": "x"}) for n in (1, 2, 3)]
    }
    with serving(made) as world:
        (batch,) = world.adapter().pull(Window())
        (part,) = world.adapter().census()
    assert sorted(link.a for link in batch.links) == keys(11, 12, 13)
    assert len(batch.changes) == 3
    assert part.present[0].blockers == 3
    assert sum("query Rest" in asked["query"] for asked in world.asked("/graphql")) == 1


def test_a_blocker_that_the_token_may_not_see_is_left_out() -> None:
    """GitHub gives null for it; the issue itself is read."""
    node = {"nodes": [None, {"number": 3, "repository": {"nameWithOwner": "acme/apollo"}}]}
    blocked = {**node, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    with serving(World(rows=[row(1)])) as world:
        list(world.adapter().pull(Window()))
        answer = world.answer("POST", "/graphql", world.asked("/graphql")[0])[2]
        answer["data"]["repository"]["issues"]["nodes"][0]["blockedBy"] = blocked
        world.fail("/graphql", 200, answer)
        (batch,) = world.adapter().pull(Window())
    assert [link.a for link in batch.links] == keys(3)
