"""What is not there any more, what is refused, and answers that are kept until something changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from tests.trackers.caller import Caller
from tests.trackers.servers import github
from tests.trackers.worlds import NOW, after, orbit

HERE = "/repos/acme/apollo/issues"
LIST = """
query($first: Int = 50) {
  rateLimit { remaining cost resetAt }
  repository(owner: "acme", name: "apollo") {
    issues(first: $first) {
      nodes { number updatedAt issueDependenciesSummary { totalBlockedBy } parent { number }
        labels(first: 20) { nodes { name } } }
    }
  }
}
"""


@pytest.fixture
def world() -> GitHubWorld:
    """Return the small repository."""
    return orbit()


@pytest.fixture
def hub(world: GitHubWorld) -> Iterator[Caller]:
    """Serve it."""
    with github(world, clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


def server_of(caller: Caller) -> GitHubServer:
    """Return the server a caller asks."""
    assert isinstance(caller.server, GitHubServer)
    return caller.server


def numbers(caller: Caller) -> list[int]:
    """Return the numbers GraphQL lists."""
    nodes = caller.graph(LIST).json()["data"]["repository"]["issues"]["nodes"]
    return [node["number"] for node in nodes]


@pytest.mark.parametrize("status", [410, 404])
def test_a_converted_issue_is_gone_from_everywhere(world: GitHubWorld, hub: Caller, status: int) -> None:
    """No list shows it; asked for, it is gone or not found."""
    server_of(hub).manners.converted = status
    talk = world.issue("How do I?", at=after(12))
    assert talk.number in numbers(hub)
    talk.convert(after(13))
    assert talk.number not in numbers(hub)
    assert talk.number not in [row["number"] for row in hub.rows(HERE, state="all")]
    assert hub.get(f"{HERE}/{talk.number}").status_code == status
    error = hub.graph(
        f'{{ repository(owner: "acme", name: "apollo") {{ issue(number: {talk.number}) {{ id }} }} }}'
    )
    assert error.json()["errors"][0]["type"] == "NOT_FOUND"


def test_a_converted_issue_may_still_be_read(world: GitHubWorld, hub: Caller) -> None:
    """Then its timeline says what became of it."""
    server_of(hub).manners.converted = 200
    talk = world.issue("How do I?", at=after(12)).convert(after(13))
    assert hub.get(f"{HERE}/{talk.number}").status_code == 200
    told = [event["event"] for event in hub.rows(f"{HERE}/{talk.number}/timeline")]
    assert told == ["converted_to_discussion"]


@pytest.mark.parametrize("status", [404, 301])
def test_the_timeline_of_a_transferred_issue_leads_nowhere(hub: Caller, status: int) -> None:
    """Not found, or moved to where nobody says."""
    server_of(hub).manners.transferred_parts = status
    answer = hub.get(f"{HERE}/5/timeline")
    assert answer.status_code == status
    assert "Location" not in answer.headers


def test_a_hidden_repository_is_not_found(hub: Caller) -> None:
    """By neither API; who one is can still be asked."""
    server_of(hub).is_hidden = True
    assert hub.get("/repos/acme/apollo").status_code == 404
    assert hub.get(HERE).status_code == 404
    assert hub.graph(LIST).json()["errors"][0]["type"] == "NOT_FOUND"
    assert hub.get("/user").status_code == 200


def test_a_query_of_too_many_nodes_times_out(hub: Caller) -> None:
    """502 above the limit, an answer below it."""
    server_of(hub).graphql_node_limit = 500
    assert hub.graph(LIST, first=100).status_code == 502
    assert hub.graph(LIST, first=10).status_code == 200


def test_a_dependency_may_end(world: GitHubWorld, hub: Caller) -> None:
    """The light list's count follows, and `updatedAt` does not."""

    def seen() -> tuple[int, str]:
        nodes = hub.graph(LIST).json()["data"]["repository"]["issues"]["nodes"]
        (node,) = [node for node in nodes if node["number"] == 6]
        return node["issueDependenciesSummary"]["totalBlockedBy"], node["updatedAt"]

    before = seen()
    world.existing(6).unblocked(after(20), world.existing(1))
    assert before[0] == 1
    assert seen() == (0, before[1])


def test_a_repeated_question_is_answered_from_what_is_kept(world: GitHubWorld, hub: Caller) -> None:
    """The same answer but for the allowance; after a change a new one."""
    first, second = hub.graph(LIST).json()["data"], hub.graph(LIST).json()["data"]
    assert first["repository"] == second["repository"]
    assert first["rateLimit"]["remaining"] - second["rateLimit"]["remaining"] == first["rateLimit"]["cost"]
    assert second["rateLimit"]["resetAt"].startswith("2026-11-23T10:00")
    made = world.issue("Late", at=after(30))
    assert made.number in numbers(hub)
