"""The GitHub face parses, validates and executes GraphQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from tests.trackers.caller import Body, Caller
from tests.trackers.servers import github
from tests.trackers.worlds import NOW, after, orbit

HISTORY = """
query($owner: String!, $name: String!, $after: String, $since: DateTime, $first: Int = 50) {
  rateLimit { cost remaining resetAt nodeCount }
  repository(owner: $owner, name: $name) {
    id nameWithOwner
    issues(first: $first, after: $after, filterBy: {since: $since},
      orderBy: {field: UPDATED_AT, direction: ASC}) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes {
        id fullDatabaseId number title url state stateReason createdAt updatedAt closedAt issueType { name }
        milestone { id number title dueOn state } parent { number repository { nameWithOwner } }
        subIssuesSummary { total completed percentCompleted } labels(first: 20) { nodes { name } }
        assignees(first: 10) { nodes { login } } author { login }
        timelineItems(first: 100, itemTypes: [MILESTONED_EVENT, DEMILESTONED_EVENT, CLOSED_EVENT]) {
          totalCount filteredCount pageInfo { hasNextPage }
          nodes { __typename ... on MilestonedEvent { id createdAt milestoneTitle actor { login } }
            ... on DemilestonedEvent { milestoneTitle }
            ... on ClosedEvent { stateReason(enableDuplicate: true) } }
        }
      }
    }
  }
}
"""
HERE = {"owner": "acme", "name": "apollo"}


@pytest.fixture
def hub() -> Iterator[Caller]:
    """Serve the small repository."""
    with github(orbit(), clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


def server_of(caller: Caller) -> GitHubServer:
    """Return the server a caller asks."""
    assert isinstance(caller.server, GitHubServer)
    return caller.server


def issues(caller: Caller, **more: object) -> Body:
    """Return one page of issues."""
    page: Body = caller.graph(HISTORY, **HERE, **more).json()["data"]["repository"]["issues"]
    return page


def refusal(caller: Caller, query: str) -> Body:
    """Return the first error of a query that answers 200 all the same."""
    answer = caller.graph(query)
    assert answer.status_code == 200
    error: Body = answer.json()["errors"][0]
    return error


def test_issues_come_without_pull_requests_and_with_history(hub: Caller) -> None:
    """One query gives issues, parents, milestones and the events asked for, in GitHub's words."""
    nodes = {node["number"]: node for node in issues(hub)["nodes"]}
    assert sorted(nodes) == [1, 2, 6]
    login = nodes[2]
    assert (login["state"], login["stateReason"]) == ("CLOSED", "NOT_PLANNED")
    assert (login["milestone"]["title"], login["parent"]["number"]) == ("R2", 1)
    assert login["fullDatabaseId"] == "2000000002"
    assert login["issueType"] == {"name": "Feature"}
    told = login["timelineItems"]
    assert (told["totalCount"], told["filteredCount"]) == (8, 4)
    assert [node["__typename"] for node in told["nodes"]] == [
        "MilestonedEvent",
        "DemilestonedEvent",
        "MilestonedEvent",
        "ClosedEvent",
    ]
    assert told["nodes"][0]["milestoneTitle"] == "R1"
    assert told["nodes"][3]["stateReason"] == "DUPLICATE"


def test_pages_go_by_cursor(hub: Caller) -> None:
    """Following endCursor meets every issue once."""
    seen, after_ = [], None
    while True:
        page = issues(hub, first=1, after=after_)
        seen += [node["number"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after_ = page["pageInfo"]["endCursor"]
    assert seen == [1, 2, 6]
    assert page["totalCount"] == 3


def test_since_is_inclusive(hub: Caller) -> None:
    """`filterBy: {since}` keeps what changed at or after an instant."""
    assert [n["number"] for n in issues(hub, since="2026-07-07T09:00:00Z")["nodes"]] == [2, 6]


def test_a_connection_wants_a_bound(hub: Caller) -> None:
    """Nodes without first or last, or more than a hundred, are errors; a count alone needs none."""
    repository = 'repository(owner: "acme", name: "apollo")'
    missing = refusal(hub, f"{{ {repository} {{ issues {{ nodes {{ id }} }} }} }}")
    assert missing["type"] == "MISSING_PAGINATION_BOUNDARIES"
    large = refusal(hub, f"{{ {repository} {{ issues(first: 101) {{ nodes {{ id }} }} }} }}")
    assert large["type"] == "EXCESSIVE_PAGINATION"
    counted = hub.graph(
        f"{{ {repository} {{ issues {{ totalCount }} pullRequests {{ totalCount }} }} }}"
    ).json()
    assert counted["data"]["repository"] == {"issues": {"totalCount": 3}, "pullRequests": {"totalCount": 1}}
    cursor = refusal(hub, f'{{ {repository} {{ issues(first: 1, after: "x") {{ nodes {{ id }} }} }} }}')
    assert cursor["type"] == "INVALID_CURSOR_ARGUMENTS"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ viewer { shoeSize } }", "Field 'shoeSize' doesn't exist on type 'User'"),
        ("{ viewer(first: 1) { login } }", "Field 'viewer' doesn't accept argument 'first'"),
        ("{ viewer { login }", "Syntax Error"),
        ("mutation { closeIssue { id } }", "mutation operation is not supported"),
        ("query($n: Int!) { viewer { login } }", 'Variable "$n" is never used'),
        ("", "Syntax Error"),
    ],
)
def test_a_wrong_query_answers_200_and_an_error(hub: Caller, query: str, message: str) -> None:
    """Validation speaks GitHub's words, and no data comes with it."""
    answer = hub.graph(query)
    assert answer.status_code == 200
    assert "data" not in answer.json()
    told = answer.json()["errors"][0]["message"].replace("'$n'", '"$n"')
    assert message in told


def test_what_is_not_there_is_null_and_an_error(hub: Caller) -> None:
    """A missing repository, issue or node is null, with an error of type NOT_FOUND beside the rest."""
    for query in (
        '{ repository(owner: "acme", name: "nope") { id } viewer { login } }',
        '{ repository(owner: "acme", name: "apollo") { issue(number: 4) { id } } viewer { login } }',
        '{ node(id: "I_nope") { id } viewer { login } }',
        '{ nodes(ids: ["I_nope"]) { id } viewer { login } }',
    ):
        answer = hub.graph(query).json()
        assert answer["errors"][0]["type"] == "NOT_FOUND"
        assert answer["data"]["viewer"] == {"login": "reader"}


def test_nodes_are_found_by_id(hub: Caller) -> None:
    """Issues, pull requests and milestones answer to their global ids."""
    ids = [row["node_id"] for row in hub.get("/repos/acme/apollo/issues", state="all").json()]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Issue { number } } }"
    found = hub.graph(query, ids=ids).json()["data"]["nodes"]
    assert [node["__typename"] for node in found] == ["Issue", "PullRequest", "Issue", "Issue"]


def test_milestones_tell_issues_apart_from_pull_requests(hub: Caller) -> None:
    """A milestone's open and closed issues can be counted without its pull requests."""
    query = """{ repository(owner: "acme", name: "apollo") { milestones(first: 50, orderBy: {field: DUE_DATE,
      direction: ASC}) { nodes { number title dueOn open: issues(states: OPEN) { totalCount }
      done: issues(states: CLOSED) { totalCount } pullRequests { totalCount } } } } }"""
    r1, r2 = hub.graph(query).json()["data"]["repository"]["milestones"]["nodes"]
    assert (r1["title"], r1["dueOn"]) == ("R1", "2026-10-01T07:00:00Z")
    assert (r2["open"], r2["done"], r2["pullRequests"]) == (
        {"totalCount": 0},
        {"totalCount": 1},
        {"totalCount": 1},
    )


def test_a_query_costs_by_its_connections(hub: Caller) -> None:
    """Cost is the connections asked for by a hundred, the node count their product."""
    cost = hub.graph(HISTORY, **HERE, first=50).json()["data"]["rateLimit"]
    assert cost["cost"] == round((1 + 3 * 50) / 100)
    assert cost["nodeCount"] == 50 + 50 * (20 + 10 + 100)
    assert cost["remaining"] == server_of(hub).graph.remaining


def test_an_empty_allowance_answers_200_and_an_error(hub: Caller) -> None:
    """Over the limit GraphQL answers 200 with RATE_LIMITED and nothing left."""
    server_of(hub).graph.remaining = 0
    answer = hub.graph("{ viewer { login } }")
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (200, "0")
    assert answer.json()["errors"][0]["type"] == "RATE_LIMITED"


def test_pages_too_large_time_out(hub: Caller) -> None:
    """Told to, the server answers 502 to pages of issues above a size, and smaller ones pass."""
    server_of(hub).graphql_page_limit = 25
    answer = hub.graph(HISTORY, **HERE)
    assert answer.status_code == 502
    assert "Something went wrong" in answer.json()["errors"][0]["message"]
    assert hub.graph(HISTORY, **HERE, first=25).status_code == 200


@pytest.mark.parametrize("status", [403, 404])
def test_graphql_may_be_refused(hub: Caller, status: int) -> None:
    """Told to, GraphQL is not there or not allowed, while REST goes on."""
    server_of(hub).graphql_status = status
    assert hub.graph("{ viewer { login } }").status_code == status
    assert hub.get("/repos/acme/apollo").status_code == 200


def test_an_older_server_does_not_know_dependencies(hub: Caller) -> None:
    """Where blockedBy is unknown, asking for it is a validation error one can detect."""
    query = """{ repository(owner: "acme", name: "apollo") {
      issue(number: 6) { blockedBy(first: 5) { nodes { number } } } } }"""
    found = hub.graph(query).json()["data"]["repository"]["issue"]
    assert found["blockedBy"]["nodes"] == [{"number": 1}]
    server_of(hub).has_dependencies = False
    assert refusal(hub, query)["message"] == "Field 'blockedBy' doesn't exist on type 'Issue'"


def test_both_faces_tell_the_same_story() -> None:
    """Number, title, state, milestone and update of every issue are the same by REST and by GraphQL."""
    world = orbit()
    for number in range(40):
        world.issue(f"More {number}", at=after(20 + number), labels=[f"l{number % 3}"])
    with github(world, clock=lambda: NOW) as server, Caller(server) as caller:
        by_rest = {
            row["number"]: (row["title"], row["state"].upper(), row["updated_at"])
            for row in caller.rows("/repos/acme/apollo/issues", state="all", per_page=7)
            if "pull_request" not in row
        }
        nodes = issues(caller)["nodes"]
        assert {n["number"]: (n["title"], n["state"], n["updatedAt"]) for n in nodes} == by_rest


def test_a_repository_by_another_name_is_the_same_world() -> None:
    """Names of owner and repository are compared without regard to case."""
    with github(GitHubWorld("Acme/Apollo"), clock=lambda: NOW) as server, Caller(server) as caller:
        assert issues(caller)["totalCount"] == 0
