"""Faults go wrong when they are told to, as they are told to, and never otherwise."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests

from tests.trackers import faults as wrong
from tests.trackers.caller import Caller
from tests.trackers.faults import FOREVER, Fault, Faults
from tests.trackers.servers import github, jira_cloud
from tests.trackers.worlds import NOW, apollo, orbit

ALL = "project = APO ORDER BY key"


@pytest.fixture
def told() -> Faults:
    """Return what goes wrong on the server of this test."""
    return Faults()


@pytest.fixture
def cloud(told: Faults) -> Iterator[Caller]:
    """Serve the small Jira project behind the faults."""
    with jira_cloud(apollo(), faults=told, clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


def test_a_rule_strikes_the_nth_request_so_many_times(told: Faults, cloud: Caller) -> None:
    """The second and third search go wrong; the first, the fourth and other paths do not."""
    told.on(r"/search/jql", wrong.server_error(503), nth=2, times=2)
    statuses = []
    for _ in range(4):
        assert cloud.get("/rest/api/3/myself").status_code == 200
        statuses.append(cloud.search(ALL).status_code)
    assert statuses == [200, 503, 503, 200]
    assert told.struck == 2


def test_a_rule_may_name_a_method(told: Faults, cloud: Caller) -> None:
    """Only the method named goes wrong."""
    told.on(r"/search/jql", wrong.not_found(), times=FOREVER, method="POST")
    assert cloud.get("/rest/api/3/search/jql", jql=ALL).status_code == 200
    assert cloud.search(ALL).status_code == 404


def test_chance_is_the_same_for_the_same_seed() -> None:
    """Which of a hundred requests go wrong depends on the seed alone."""

    def struck(seed: int) -> list[bool]:
        told = Faults().sometimes(0.3, wrong.server_error(), seed=seed)
        with jira_cloud(apollo(), faults=told, clock=lambda: NOW) as server, Caller(server) as caller:
            return [caller.get("/rest/api/3/serverInfo").status_code == 502 for _ in range(40)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 3 < sum(struck(1)) < 25


def test_cleared_faults_are_over(told: Faults, cloud: Caller) -> None:
    """After `clear` the tracker behaves."""
    told.on(r".*", wrong.server_error(), times=FOREVER).sometimes(1.0, wrong.server_error(), seed=1)
    assert cloud.search(ALL).status_code == 502
    told.clear()
    assert cloud.search(ALL).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "header", "value"),
    [
        (wrong.unauthorized(), 401, "Content-Type", "application/json;charset=UTF-8"),
        (wrong.forbidden(), 403, "Content-Type", "application/json;charset=UTF-8"),
        (wrong.captcha(), 403, "X-Authentication-Denied-Reason", "CAPTCHA_CHALLENGE"),
        (wrong.not_found(), 404, "Content-Type", "application/json"),
        (wrong.limited(retry_after="7"), 429, "Retry-After", "7"),
        (wrong.limited(retry_after="Mon, 23 Nov 2026 09:14:00 GMT"), 429, "Retry-After", "Mon, 23 Nov"),
        (wrong.limited(reset="2026-11-23T09:14Z"), 429, "X-RateLimit-Reset", "2026-11-23T09:14Z"),
        (wrong.limited(status=503, retry_after="1"), 503, "Retry-After", "1"),
        (wrong.spent(1795424400), 403, "x-ratelimit-reset", "1795424400"),
        (wrong.secondary("60"), 403, "retry-after", "60"),
        (wrong.graph_limited(), 200, "x-ratelimit-remaining", "0"),
        (wrong.server_error(504), 504, "Content-Type", "text/html"),
        (wrong.login_page(), 200, "Content-Type", "text/html"),
        (wrong.signed_out(), 200, "X-Seraph-LoginReason", "AUTHENTICATED_FAILED"),
    ],
)
def test_a_fault_answers_as_trackers_do(
    told: Faults, cloud: Caller, fault: Fault, status: int, header: str, value: str
) -> None:
    """Each kind of refusal has its status and the header that tells it apart."""
    told.on(r".*", fault)
    answer = cloud.search(ALL)
    assert answer.status_code == status
    assert answer.headers[header].startswith(value)


def test_a_limit_may_come_without_a_word_of_when(told: Faults, cloud: Caller) -> None:
    """A 429 need not say how long to wait."""
    told.on(r".*", wrong.limited())
    answer = cloud.search(ALL)
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers


def test_a_connection_breaks_without_or_inside_an_answer(told: Faults, cloud: Caller) -> None:
    """A broken connection is no answer, a truncated one half a body; the next request is served."""
    told.on(r"/search/jql", wrong.broken()).on(r"/field", wrong.truncated())
    with pytest.raises(requests.ConnectionError):
        cloud.search(ALL)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        cloud.get("/rest/api/3/field")
    assert cloud.search(ALL).status_code == 200


def test_a_tracker_may_die_in_the_middle(told: Faults, cloud: Caller) -> None:
    """After so many requests nothing is answered any more."""
    told.on(r".*", wrong.broken(), nth=3, times=FOREVER)
    assert [cloud.search(ALL).status_code for _ in range(2)] == [200, 200]
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            cloud.search(ALL)


def test_an_answer_may_hang(told: Faults, cloud: Caller) -> None:
    """No answer comes until the fault is let go; then it is the right one."""
    released = threading.Event()
    told.on(r"/myself", wrong.hanging(released))
    with pytest.raises(requests.ReadTimeout):
        cloud.session.get(cloud.server.url + "/rest/api/3/myself", timeout=0.1)
    released.set()
    assert cloud.get("/rest/api/3/myself").status_code == 200


def test_a_redirect_leads_to_another_address(told: Faults, cloud: Caller) -> None:
    """A redirect names its target and is not followed for the client."""
    told.on(r"/myself", wrong.redirected("http://127.0.0.1:9/elsewhere"))
    answer = cloud.session.get(cloud.server.url + "/rest/api/3/myself", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:9/elsewhere")


def test_answers_wait_as_told() -> None:
    """Latency is by request and by issue in the answer; stopping does not wait it out."""
    with jira_cloud(apollo(), latency_s=0.05, latency_per_issue_s=0.01) as server, Caller(server) as caller:
        assert caller.search(ALL).elapsed.total_seconds() >= 0.1
        assert caller.get("/rest/api/3/field").elapsed.total_seconds() >= 0.05


def test_the_log_tells_every_exchange(told: Faults, cloud: Caller) -> None:
    """Method, path, parameters and status of each request are in order, faults included."""
    told.on(r"/field", wrong.server_error(500))
    cloud.get("/rest/api/3/project/search", keys="APO")
    cloud.get("/rest/api/3/field")
    log = cloud.server.log
    assert [(entry.method, entry.path, entry.params, entry.status) for entry in log] == [
        ("GET", "/rest/api/3/project/search", {"keys": "APO"}, 200),
        ("GET", "/rest/api/3/field", {}, 500),
    ]


def test_faults_stand_before_github_too() -> None:
    """The same rules work before every tracker."""
    told = Faults().on(r"/issues\Z", wrong.secondary(), nth=2)
    with github(orbit(), faults=told, clock=lambda: NOW) as server, Caller(server) as caller:
        statuses = [caller.get("/repos/acme/apollo/issues").status_code for _ in range(3)]
    assert statuses == [200, 403, 200]


def test_a_stopped_server_refuses_connections() -> None:
    """After its end nobody answers at a server's address, and it can be started anew."""
    with jira_cloud(apollo()) as server:
        url = server.url
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=1)
    with pytest.raises(RuntimeError, match="not been started"):
        _ = server.url
    with server:
        assert requests.get(server.url + "/rest/api/3/serverInfo", timeout=5).status_code == 200
