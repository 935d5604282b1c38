"""The GitHub face answers REST as GitHub does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import requests

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from tests.trackers.caller import Caller
from tests.trackers.servers import github
from tests.trackers.worlds import NOW, after, orbit

REPO = "/repos/acme/apollo"


@pytest.fixture
def hub() -> Iterator[Caller]:
    """Serve the small repository."""
    with github(orbit(), clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


def many(count: int) -> GitHubWorld:
    """Return a repository of so many issues."""
    world = GitHubWorld("acme/apollo")
    for number in range(count):
        world.issue(f"Issue {number}", at=after(number / 10))
    return world


def server_of(caller: Caller) -> GitHubServer:
    """Return the server a caller asks."""
    assert isinstance(caller.server, GitHubServer)
    return caller.server


def test_only_open_issues_are_listed_unless_asked(hub: Caller) -> None:
    """The list shows open ones by default, newest first; `state=all` shows the closed too."""
    assert [row["number"] for row in hub.get(f"{REPO}/issues").json()] == [6, 3, 1]
    assert [row["number"] for row in hub.get(f"{REPO}/issues", state="all").json()] == [6, 3, 2, 1]
    assert [row["number"] for row in hub.get(f"{REPO}/issues", state="closed").json()] == [2]


def test_pull_requests_are_mixed_in(hub: Caller) -> None:
    """A pull request is a row with `pull_request`, and it counts in a milestone's numbers."""
    rows = {row["number"]: row for row in hub.get(f"{REPO}/issues", state="all").json()}
    assert [number for number, row in rows.items() if "pull_request" in row] == [3]
    r2 = hub.get(f"{REPO}/milestones/2").json()
    assert (r2["title"], r2["open_issues"], r2["closed_issues"]) == ("R2", 1, 1)


def test_lists_are_filtered(hub: Caller) -> None:
    """`since` is inclusive, labels must all be there, milestone by number, none or any."""

    def numbers(**params: object) -> list[int]:
        return [row["number"] for row in hub.get(f"{REPO}/issues", state="all", **params).json()]

    assert numbers(since="2026-07-07T09:00:00Z") == [6, 3, 2]
    assert numbers(since="2026-07-07T09:00:01Z") == [6, 3]
    assert numbers(labels="ui,client") == [2]
    assert numbers(labels="ui,epic") == []
    assert numbers(milestone="2") == [3, 2]
    assert numbers(milestone="none") == [6, 1]
    assert numbers(sort="updated", direction="asc") == [1, 2, 3, 6]
    assert hub.get(f"{REPO}/issues", state="odd").status_code == 422


def test_links_lead_through_the_list() -> None:
    """The next page is an address by repository id with a cursor; following it meets every row once."""
    with github(many(250), clock=lambda: NOW) as server, Caller(server) as caller:
        first = caller.get(f"{REPO}/issues", state="all", per_page=100)
        following = first.links["next"]["url"]
        assert "/repositories/700000/issues?" in following
        assert "after=" in following
        numbers = [row["number"] for row in caller.rows(f"{REPO}/issues", state="all", per_page=100)]
        assert numbers == list(range(250, 0, -1))
        assert len(caller.get(f"{REPO}/issues", per_page=500).json()) == 100
        assert len(caller.get(f"{REPO}/issues").json()) == 30


def test_page_numbers_by_hand_end_at_ten() -> None:
    """The tenth page may be asked for by number, the eleventh answers 422."""
    with github(many(250), clock=lambda: NOW) as server, Caller(server) as caller:
        assert caller.get(f"{REPO}/issues", per_page=10, page=10).status_code == 200
        refused = caller.get(f"{REPO}/issues", per_page=10, page=11)
        assert refused.status_code == 422
        assert "cursor based pagination" in refused.json()["message"]
        assert caller.get(f"{REPO}/issues", after="junk").status_code == 422


def test_rows_that_change_while_one_pages_move_behind() -> None:
    """Ordered by update, an issue that changes between two pages comes again and none is skipped."""
    world, moment = many(6), [after(1)]
    world.existing(1).rename(after(1.5), "Changed meanwhile")
    with github(world, clock=lambda: moment[0]) as server, Caller(server) as caller:
        page = caller.get(f"{REPO}/issues", sort="updated", direction="asc", per_page=3)
        moment[0] = after(2)
        rest = caller.get(page.links["next"]["url"]).json()
        assert [row["number"] for row in page.json()] == [1, 2, 3]
        assert [row["number"] for row in rest] == [4, 5, 6]


def test_gone_issues_say_how(hub: Caller) -> None:
    """Deleted answers 410, never there 404, transferred 301 to another repository and number."""
    assert hub.get(f"{REPO}/issues/4").status_code == 410
    assert hub.get(f"{REPO}/issues/99").status_code == 404
    moved = hub.get(f"{REPO}/issues/5")
    assert [answer.status_code for answer in moved.history] == [301]
    assert moved.json()["repository_url"].endswith("/repos/acme/other")
    assert hub.get(f"{REPO}/issues/5/timeline").status_code == 404


def test_timelines_tell_what_happened(hub: Caller) -> None:
    """A timeline is oldest first; events leave out comments and cross references."""
    told = [event["event"] for event in hub.get(f"{REPO}/issues/2/timeline").json()]
    assert told == [
        "labeled",
        "milestoned",
        "issue_type_added",
        "parent_issue_added",
        "demilestoned",
        "milestoned",
        "labeled",
        "closed",
    ]
    page = hub.get(f"{REPO}/issues/2/events", per_page=3)
    assert len(page.json()) == 3
    assert set(page.links) == {"next", "last"}
    assert len(list(hub.rows(f"{REPO}/issues/2/events", per_page=3))) == len(told)


def test_relations_are_lists_of_issues(hub: Caller) -> None:
    """Sub-issues, parent, blockers and blocked are issues; the rows hold their counts."""
    assert [row["number"] for row in hub.get(f"{REPO}/issues/1/sub_issues").json()] == [2]
    assert hub.get(f"{REPO}/issues/2/parent").json()["number"] == 1
    assert hub.get(f"{REPO}/issues/1/parent").status_code == 404
    assert [row["number"] for row in hub.get(f"{REPO}/issues/6/dependencies/blocked_by").json()] == [1]
    assert [row["number"] for row in hub.get(f"{REPO}/issues/1/dependencies/blocking").json()] == [6]
    shop = hub.get(f"{REPO}/issues/1").json()
    assert shop["sub_issues_summary"] == {"total": 1, "completed": 1, "percent_completed": 100}
    assert shop["issue_dependencies_summary"]["blocking"] == 1
    assert hub.get(f"{REPO}/issues/2").json()["parent_issue_url"].endswith("/issues/1")


def test_types_and_labels_are_listed(hub: Caller) -> None:
    """What issues may be typed and labelled with can be asked for."""
    assert [row["name"] for row in hub.get(f"{REPO}/issue-types").json()] == ["Feature"]
    assert {row["name"] for row in hub.get(f"{REPO}/labels").json()} == {"epic", "ui", "client"}


def test_milestones_are_open_ones_unless_asked(hub: Caller) -> None:
    """Closed milestones show with `state=all` only."""
    assert [row["title"] for row in hub.get(f"{REPO}/milestones").json()] == ["R1", "R2"]
    assert hub.get(f"{REPO}/milestones", state="closed").json() == []
    assert hub.get(f"{REPO}/milestones/9").status_code == 404


def test_an_unchanged_answer_is_304_and_free(hub: Caller) -> None:
    """The ETag of an answer, sent back, gives 304 without a body and costs nothing."""
    first = hub.get(f"{REPO}/milestones")
    left = server_of(hub).rest.remaining
    again = hub.session.get(
        hub.server.url + f"{REPO}/milestones", headers={"If-None-Match": first.headers["ETag"]}, timeout=5
    )
    assert (again.status_code, again.content) == (304, b"")
    assert server_of(hub).rest.remaining == left


def test_a_tag_is_bound_to_its_token() -> None:
    """The same content has another ETag under another token: rotating tokens loses every 304."""
    world = orbit()
    with github(world, clock=lambda: NOW) as server, Caller(server) as caller:
        one = caller.get(f"{REPO}/labels").headers["ETag"]
        server.token = caller.session.headers["Authorization"] = "other"
        caller.session.headers["Authorization"] = "Bearer other"
        assert caller.get(f"{REPO}/labels").headers["ETag"] != one


def test_the_allowance_is_told_and_runs_out(hub: Caller) -> None:
    """Every answer says what is left, reset in epoch seconds; at nothing, 403 until the hour is over."""
    headers = hub.get(f"{REPO}/labels").headers
    assert headers["x-ratelimit-remaining"] == "4999"
    assert int(headers["x-ratelimit-reset"]) == int((NOW + dt.timedelta(hours=1)).timestamp())
    server_of(hub).rest.remaining = 0
    refused = hub.get(f"{REPO}/labels")
    assert refused.status_code == 403
    assert "rate limit" in refused.json()["message"]
    assert hub.get("/rate_limit").json()["resources"]["core"]["remaining"] == 0
    server_of(hub).clock = lambda: NOW + dt.timedelta(hours=1)
    assert hub.get(f"{REPO}/labels").status_code == 200


def test_credentials_are_checked(hub: Caller) -> None:
    """A wrong token is 401, none at all sees no private repository, and GraphQL wants one always."""
    url = hub.server.url
    wrong = requests.get(url + REPO, headers={"Authorization": "Bearer wrong"}, timeout=5)
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Bad credentials")
    assert requests.get(url + REPO, timeout=5).status_code == 404
    assert requests.get(url + "/user", timeout=5).status_code == 401
    assert requests.post(url + "/graphql", json={"query": "{viewer{login}}"}, timeout=5).status_code == 401
    assert hub.get("/user").json()["login"] == "reader"


def test_a_token_says_what_it_may_and_until_when(hub: Caller) -> None:
    """Scopes of a classic token and the expiry of any are told in headers."""
    server = server_of(hub)
    server.scopes, server.token_expires_at = "repo, read:org", NOW
    headers = hub.get("/user").headers
    assert headers["X-OAuth-Scopes"] == "repo, read:org"
    assert headers["github-authentication-token-expiration"] == "2026-11-23 09:00:00 UTC"


def test_an_enterprise_root_serves_the_same(hub: Caller) -> None:
    """Below /api/v3 the same resources are found, and their addresses name that root."""
    row = hub.get(f"/api/v3{REPO}/issues/1").json()
    assert row["repository_url"] == f"{hub.server.url}/api/v3{REPO}"
    assert hub.get(f"{REPO}/issues/1").json()["repository_url"] == f"{hub.server.url}{REPO}"


def test_nothing_is_written(hub: Caller) -> None:
    """There is nothing to write to."""
    assert hub.post(f"{REPO}/issues", {"title": "New"}).status_code == 404
