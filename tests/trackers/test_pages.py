"""Pages lie about what follows them, and data is half there, where a test wants it so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trackers import pages as lying
from tests.trackers.caller import Body, Caller
from tests.trackers.faults import FOREVER, Fault, Faults, limited, server_error, signed_out
from tests.trackers.servers import github, jira_cloud
from tests.trackers.worlds import NOW, apollo, orbit

ALL = "project = APO ORDER BY key"
LIST = """query($after: String) { repository(owner: "acme", name: "apollo") {
  issues(first: 1, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { number } } } }"""


@pytest.fixture
def told() -> Faults:
    """Return what goes wrong on the server of this test."""
    return Faults()


@pytest.fixture
def cloud(told: Faults) -> Iterator[Caller]:
    """Serve the small Jira project behind the faults."""
    with jira_cloud(apollo(), faults=told, clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


@pytest.fixture
def hub(told: Faults) -> Iterator[Caller]:
    """Serve the small repository behind the faults."""
    with github(orbit(), faults=told, clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


def listed(hub: Caller, **variables: object) -> Body:
    """Return a page of the repository's issues."""
    found: Body = hub.graph(LIST, **variables).json()["data"]["repository"]["issues"]
    return found


def test_a_token_may_lead_nowhere(told: Faults, cloud: Caller) -> None:
    """Told to, a page names its own token as the next one: a loop, if nobody looks."""
    told.on(r"/search/jql", lying.repeated_token(), times=FOREVER)
    token = cloud.search(ALL, maxResults=2).json()["nextPageToken"]
    assert cloud.search(ALL, maxResults=2, nextPageToken=token).json()["nextPageToken"] == token


def test_a_token_may_be_lost(told: Faults, cloud: Caller) -> None:
    """The page says that it is not the last, and names no next one."""
    told.on(r"/search/jql", lying.lost_token())
    page = cloud.search(ALL, maxResults=2).json()
    assert (page["isLast"], page["nextPageToken"], len(page["issues"])) == (False, None, 2)


def test_a_token_may_be_forgotten(told: Faults, cloud: Caller) -> None:
    """The first page comes; its token is refused."""
    told.on(r"/search/jql", lying.expired_token(), times=FOREVER)
    page = cloud.search(ALL, maxResults=2).json()
    assert cloud.search(ALL, maxResults=2, nextPageToken=page["nextPageToken"]).status_code == 400


def test_a_page_may_be_empty_and_not_the_last(told: Faults, cloud: Caller) -> None:
    """No issue, and a token all the same."""
    told.on(r"/search/jql", lying.empty_page())
    page = cloud.search(ALL, maxResults=2).json()
    assert page["issues"] == []
    assert page["nextPageToken"]


def test_a_cursor_may_lead_nowhere_or_be_lost(told: Faults, hub: Caller) -> None:
    """GraphQL's page names the cursor it was asked with, or none."""
    told.on(r"/graphql", lying.repeated_cursor(), nth=2)
    told.on(r"/graphql", lying.lost_cursor(), nth=3)
    cursor = listed(hub)["pageInfo"]["endCursor"]
    assert listed(hub, after=cursor)["pageInfo"] == {"hasNextPage": True, "endCursor": cursor}
    assert listed(hub)["pageInfo"] == {"hasNextPage": True, "endCursor": None}


def test_a_link_may_be_lost(told: Faults, hub: Caller) -> None:
    """A page of a list comes without saying that more follow."""
    path = "/repos/acme/apollo/issues"
    told.on(r"/issues", lying.lost_link(), nth=2)
    assert "next" in hub.get(path, state="all", per_page=2).links
    assert hub.get(path, state="all", per_page=2).links == {}


def test_data_may_be_half_there(told: Faults, hub: Caller) -> None:
    """200 with a null among the nodes, and errors; or with nothing at all."""
    told.on(r"/graphql", lying.partial_data()).on(r"/graphql", lying.no_data(), nth=2)
    half = hub.graph(LIST)
    assert half.status_code == 200
    assert half.json()["data"]["repository"]["issues"]["nodes"][-1] is None
    assert half.json()["errors"]
    assert hub.graph(LIST).json()["data"] is None


@pytest.mark.parametrize("fault", [lying.lost_token(), lying.repeated_token(), lying.partial_data()])
def test_what_is_no_page_stays_as_it_is(fault: Fault, told: Faults, cloud: Caller) -> None:
    """A lie about pages changes no error and no list."""
    told.on(r".*", fault, times=FOREVER)
    assert cloud.search("nonsense").status_code == 400
    assert isinstance(cloud.get("/rest/api/3/status").json(), list)


def test_something_may_happen_meanwhile(told: Faults, cloud: Caller) -> None:
    """The answer is right for what the tracker is after it."""
    happened: list[int] = []
    told.on(r"/search/jql", lying.meanwhile(lambda: happened.append(1)), nth=2)
    assert [cloud.search(ALL).status_code for _ in range(3)] == [200, 200, 200]
    assert happened == [1]


def test_a_body_may_be_no_json(told: Faults, cloud: Caller) -> None:
    """It says it is."""
    told.on(r"/search/jql", lying.not_json())
    answer = cloud.search(ALL)
    assert answer.headers["Content-Type"] == "application/json"
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


@pytest.mark.parametrize(
    ("fault", "status", "header"),
    [
        (limited(headers={"RateLimit": '"burst";r=0;t=7'}), 429, ("RateLimit", '"burst";r=0;t=7')),
        (server_error(503, retry_after="3"), 503, ("Retry-After", "3")),
        (signed_out(tells=False), 200, ("X-Seraph-LoginReason", None)),
    ],
)
def test_faults_may_say_more_or_less(
    fault: Fault, status: int, header: tuple[str, str | None], told: Faults, cloud: Caller
) -> None:
    """Structured limits, a date with a 503, and an anonymous answer that nothing gives away."""
    told.on(r"/search/jql", fault)
    answer = cloud.search(ALL)
    assert (answer.status_code, answer.headers.get(header[0])) == (status, header[1])
