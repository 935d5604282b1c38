"""What GitHub may answer instead of what was asked, and what becomes of a pull then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.errors import (
    AdapterError,
    MalformedError,
    NotFoundError,
    OverloadedError,
    RefusedError,
    UnreachableError,
    WaitTooLongError,
)
from adapters.protocol import Window
from tests.adapters.github_world import START, TOKEN, World, event, row, serving

LIMITED = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait."}


@pytest.fixture
def world() -> Iterator[World]:
    """Serve five issues, three a page."""
    rows = [row(number) for number in range(1, 6)]
    made = World(rows=rows, most_rows=3)
    made.timelines = {
        1: [event(1, "closed", "2026-10-02T09:00:00Z"), event(2, "reopened", "2026-10-03T09:00:00Z")]
    }
    with serving(made) as served:
        yield served


def pulled(world: World, **settings: Any) -> list[str]:
    """Pull everything; return the refs."""
    return [i.ref for batch in world.adapter(**settings).pull(Window()) for i in batch.issues]


ALL = [f"apollo#{number}" for number in range(1, 6)]


@pytest.mark.parametrize(
    ("status", "payload"),
    [
        pytest.param(404, {"message": "Not Found"}, id="no GraphQL there"),
        pytest.param(403, {"message": "Resource not accessible"}, id="refused"),
        pytest.param(
            200,
            {"data": {"repository": None}, "errors": [{"type": "FORBIDDEN", "message": "Not for you"}]},
            id="refused with 200",
        ),
    ],
)
def test_rest_is_the_way_back(world: World, status: int, payload: Any) -> None:
    """Where GraphQL is refused, the whole pull comes by REST."""
    world.fail("/graphql", status, payload, times=9)
    assert pulled(world) == ALL
    assert len(world.asked("/graphql")) == 1


def test_a_200_with_a_rate_limit_waits_for_the_reset(world: World) -> None:
    """Errors are looked at first: the window opens anew in 90 s, and then the pull goes on."""
    reset = str(int((START + dt.timedelta(seconds=90)).timestamp()))
    limits = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    world.fail("/graphql", 200, LIMITED, headers=limits)
    assert pulled(world) == ALL
    assert world.slept_s == [90.0]


def test_a_200_with_a_limit_of_no_stated_length_waits_a_minute(world: World) -> None:
    """To ask earlier would prolong the ban."""
    world.fail("/graphql", 200, LIMITED)
    assert pulled(world) == ALL
    assert world.slept_s == [60.0]


def test_a_wait_too_long_is_handed_back(world: World) -> None:
    """An hour belongs to the scheduler; it is told until when."""
    reset_at = START + dt.timedelta(hours=1)
    limits = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(reset_at.timestamp()))}
    world.fail("/graphql", 200, LIMITED, headers=limits)
    with pytest.raises(WaitTooLongError) as caught:
        pulled(world)
    assert caught.value.retry_at == reset_at
    assert world.slept_s == []


def test_a_limit_without_end_is_given_up(world: World) -> None:
    """Eight times in a row, then the run ends; nothing is claimed to be there."""
    world.fail("/graphql", 200, LIMITED, times=9)
    with pytest.raises(UnreachableError, match="rate limit"):
        pulled(world)


@pytest.mark.parametrize("face", ["auto", "off"])
def test_a_secondary_limit_is_waited_out(world: World, face: str) -> None:
    """403 with those words is no matter of rights."""
    world.fail("/graphql" if face == "auto" else "/issues", 403, SECONDARY, headers={"retry-after": "61"})
    assert pulled(world, graphql=face) == ALL
    assert world.slept_s == [61.0]


def test_partial_data_is_a_failure(world: World) -> None:
    """Issues beside an error we do not know are not taken, not even at the smallest page."""
    partial = {"data": {"repository": {"issues": None}}, "errors": [{"message": "Something went wrong"}]}
    world.fail("/graphql", 200, partial, times=9)
    with pytest.raises(OverloadedError, match="Something went wrong"):
        pulled(world)
    assert [v["variables"]["first"] for v in world.asked("/graphql")] == [100, 50, 25, 12, 6]


def test_a_page_that_is_too_heavy_is_halved(world: World) -> None:
    """502 at a hundred issues is not asked again as it was; fifty pass, and the pull stays with them."""
    world.fail("/graphql", 502, {"message": "Server Error"})
    assert pulled(world) == ALL
    assert [v["variables"]["first"] for v in world.asked("/graphql")] == [100, 50, 50]
    assert world.slept_s == []


@pytest.mark.parametrize(
    "lacks",
    [{"issueType"}, {"parent"}, {"blockedBy"}, {"issueType", "parent"}],
    ids=lambda lacks: "+".join(sorted(lacks)),
)
def test_an_older_server_is_asked_for_less(world: World, lacks: set[str]) -> None:
    """What its schema lacks is left out once it says so, and not asked for again."""
    world.lacks = frozenset(lacks)
    assert pulled(world) == ALL
    documents = [asked["query"] for asked in world.asked("/graphql")]
    assert all(name in documents[0] and name not in documents[-1] for name in lacks)
    assert documents[1] == documents[-1]
    assert "stateReason(enableDuplicate: true)" in documents[-1]


def test_a_wrong_token_is_told_without_the_token(world: World) -> None:
    """Both faces are refused; the message says 401 and holds no secret."""
    with pytest.raises(RefusedError, match="401: Bad credentials") as caught:
        pulled(world, token="github_pat_wrong")
    assert "github_pat" not in str(caught.value)


def test_an_unknown_repository_is_not_found(world: World) -> None:
    """GitHub also says 404 of a private one that the token may not see."""
    with pytest.raises(NotFoundError, match="acme/zeus"):
        pulled(world, repository="acme/zeus")


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param([], id="a list"),
        pytest.param({"data": None}, id="no data"),
        pytest.param({"data": {"repository": None}}, id="no repository, no error"),
        pytest.param(
            {"data": {"repository": {"issues": {"nodes": [], "pageInfo": {"hasNextPage": True}}}}},
            id="a next page without a cursor",
        ),
    ],
)
def test_a_malformed_graphql_answer_ends_the_pull(world: World, payload: Any) -> None:
    """It is neither taken for an empty repository nor asked for ever."""
    world.fail("/graphql", 200, payload)
    with pytest.raises(MalformedError):
        pulled(world)


def test_a_link_to_another_host_is_not_followed(world: World) -> None:
    """The token goes to the configured address only."""
    header = {"Link": '<https://evil.example/issues?page=2>; rel="next"'}
    world.fail("/issues", 200, [row(1)], headers=header)
    with pytest.raises(MalformedError, match=r"evil\.example") as caught:
        pulled(world, graphql="off")
    assert TOKEN not in str(caught.value)


def test_what_was_pulled_before_a_failure_stays_good(world: World) -> None:
    """The second page dies; the first was yielded, and its cursor brings the rest."""
    adapter = world.adapter(graphql="off")
    batches = adapter.pull(Window())
    first = next(batches)
    world.fail("/issues", 500, {"message": "Server Error"}, times=2)
    with pytest.raises(AdapterError):
        next(batches)
    rest = [i.ref for batch in adapter.pull(Window(cursor=first.cursor)) for i in batch.issues]
    assert [i.ref for i in first.issues] + rest == ALL


def test_an_issue_that_vanishes_meanwhile_is_left_out(world: World) -> None:
    """Its timeline answers 404 or a move without an address, it itself is gone; the others come."""
    world.fail("/issues/2/timeline", 404, {"message": "Not Found"})
    world.fail("/issues/2", 410, {"message": "This issue was deleted"})
    world.fail("/issues/4/timeline", 301, {"message": "Moved"})
    world.fail("/issues/4", 404, {"message": "Not Found"})
    assert pulled(world, graphql="off") == ["apollo#1", "apollo#3", "apollo#5"]


def test_an_issue_that_vanishes_between_pages_of_its_history_is_left_out(world: World) -> None:
    """GraphQL then knows no such node, and says so beside what it knows; the others come."""
    world.most_rows = 2
    label = {"name": "risk"}
    world.timelines[1] = [event(n, "labeled", f"2026-10-0{n}T09:00:00Z", label=label) for n in (1, 2, 3)]
    error = {"type": "NOT_FOUND", "path": ["n0"], "message": "Could not resolve to a node"}
    batches = world.adapter().pull(Window())
    world.fail("/graphql", 200, {"data": {"n0": None}, "errors": [error]}, containing="$i0")
    assert [i.ref for batch in batches for i in batch.issues] == ALL[1:]


def test_an_older_server_names_no_blockers_by_rest(world: World) -> None:
    """The row counts one, but there is no list of them: the issue comes without links."""
    world.rows[0]["issue_dependencies_summary"] = {"total_blocked_by": 1}
    world.fail("/blocked_by", 404, {"message": "Not Found"})
    batches = list(world.adapter(graphql="off").pull(Window()))
    assert [i.ref for batch in batches for i in batch.issues] == ALL
    assert not any(batch.links for batch in batches)


def test_an_unreadable_blocker_goes_to_quarantine(world: World) -> None:
    """With the issue it blocks: half an issue would be a wrong one."""
    world.rows[0]["issue_dependencies_summary"] = {"total_blocked_by": 1}
    world.blockers = {1: [{"title": "no number"}]}
    batches = list(world.adapter(graphql="off").pull(Window()))
    faults = [(q.ref, q.field) for batch in batches for q in batch.quarantined]
    assert faults == [("apollo#1", "blocker number")]
    assert [i.ref for batch in batches for i in batch.issues] == ALL[1:]


def test_a_list_that_is_none_ends_the_pull(world: World) -> None:
    """GitHub's lists are lists; anything else is not taken for an empty one."""
    world.fail("/issues", 200, {"message": "All is well"})
    with pytest.raises(MalformedError, match="expected a list"):
        pulled(world, graphql="off")


def test_a_malformed_milestone_goes_to_quarantine(world: World) -> None:
    """The issues are read all the same."""
    world.milestones = [{"number": 7, "title": "R7", "state": "paused"}]
    first = next(world.adapter().pull(Window()))
    assert [(q.ref, q.field) for q in first.quarantined] == [("apollo milestone 7", "state")]
    assert first.milestones == ()
