"""What searching finds and when: an index that lags, pages that shift, what is out of reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.issues import IssueActs
from connector.demo.trackers.jira.world import JiraWorld
from tests.trackers.caller import Body, Caller
from tests.trackers.servers import jira_cloud, jira_dc
from tests.trackers.worlds import DAY, NOW, START, after, crowd

ALL = "project = APO ORDER BY created ASC, key ASC"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def world() -> JiraWorld:
    """Return a project of 120 issues, one an hour, and another one with nothing in it."""
    made = crowd(120, changes=1)
    made.project("OPS", "Operations")
    return made


@pytest.fixture
def cloud(world: JiraWorld) -> Iterator[Caller]:
    """Serve it as Cloud, long after."""
    with jira_cloud(world, clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


def site(caller: Caller) -> JiraCloud:
    """Return the server a caller asks."""
    assert isinstance(caller.server, JiraCloud)
    return caller.server


def told(world: JiraWorld, number: int) -> IssueActs:
    """Speak for an issue of the world by its number."""
    return IssueActs(world, 10_000 + number, f"APO-{number}")


def summaries(caller: Caller, jql: str, **more: object) -> dict[str, str]:
    """Return the summaries that a search shows, by id."""
    return {one["id"]: one["fields"]["summary"] for one in caller.walk(jql, fields=["summary"], **more)}


def test_a_lagging_index_shows_an_issue_as_it_was(world: JiraWorld, cloud: Caller) -> None:
    """What changed within the lag is found by its old values, what was made in it is not found."""
    site(cloud).consistent_after = HOUR
    told(world, 1).rename(NOW - HOUR / 2, "Renamed")
    made = world.issue("APO", at=NOW - HOUR / 3, summary="Made")
    found = summaries(cloud, ALL)
    assert found["10001"] == "Issue 0, take 0"
    assert str(made.id) not in found
    assert cloud.get("/rest/api/3/issue/APO-1").json()["fields"]["summary"] == "Renamed"
    fetched = cloud.post("/rest/api/3/issue/bulkfetch", {"issueIdsOrKeys": [made.id], "fields": ["summary"]})
    assert fetched.json()["issues"][0]["fields"] == {"summary": "Made"}
    assert cloud.post("/rest/api/3/search/approximate-count", {"jql": ALL}).json() == {"count": 120}


def test_reconciled_issues_are_found_as_they_are(world: JiraWorld, cloud: Caller) -> None:
    """Ids named to reconcile are found by what they are now; the others stay behind."""
    site(cloud).consistent_after = HOUR
    told(world, 1).rename(NOW - HOUR / 2, "Renamed")
    told(world, 2).rename(NOW - HOUR / 2, "Renamed too")
    made = world.issue("APO", at=NOW - HOUR / 3, summary="Made")
    found = summaries(cloud, ALL, reconcileIssues=[10001, made.id])
    assert (found["10001"], found["10002"]) == ("Renamed", "Issue 1, take 0")
    assert found[str(made.id)] == "Made"
    refused = cloud.search(ALL, reconcileIssues=list(range(51)))
    assert (refused.status_code, "reconcileIssues" in refused.text) == (400, True)


def test_what_was_deleted_or_hidden_is_gone_at_once(world: JiraWorld, cloud: Caller) -> None:
    """An index that lags still shows nothing that is not there or not for us."""
    site(cloud).consistent_after = HOUR
    told(world, 1).delete(NOW - HOUR / 2)
    told(world, 2).hide(NOW - HOUR / 2)
    assert not {"10001", "10002"} & set(summaries(cloud, ALL))


def test_shifting_pages_pass_over_what_slides_up(world: JiraWorld, cloud: Caller) -> None:
    """An issue deleted between two pages moves the next one out of both, where pages are places."""
    seen: dict[bool, set[str]] = {}
    for is_shifting in (False, True):
        site(cloud).is_shifting = is_shifting
        first: Body = cloud.search(ALL, fields=["summary"], maxResults=50).json()
        told(world, 3 + is_shifting).delete(NOW)
        rest = cloud.search(ALL, fields=["summary"], maxResults=100, nextPageToken=first["nextPageToken"])
        seen[is_shifting] = {one["id"] for one in (*first["issues"], *rest.json()["issues"])}
    assert "10051" in seen[False]
    assert "10052" not in seen[True]


def test_an_archived_issue_is_got_but_not_found(world: JiraWorld, cloud: Caller) -> None:
    """Searching passes it over; by key it is there."""
    told(world, 7).archive(NOW - DAY)
    assert "10007" not in summaries(cloud, ALL)
    assert cloud.get("/rest/api/3/issue/APO-7").status_code == 200


def test_an_issue_may_come_into_sight_again(world: JiraWorld, cloud: Caller) -> None:
    """Hidden and shown again, it is what it was, with the old instant of its last change."""
    before = summaries(cloud, "id = 10007")
    told(world, 7).hide(NOW - DAY)
    assert cloud.get("/rest/api/3/issue/10007").status_code == 404
    told(world, 7).reveal(NOW - HOUR)
    assert summaries(cloud, "id = 10007") == before


def test_a_closed_project_does_not_exist_for_us(world: JiraWorld, cloud: Caller) -> None:
    """Its name in a query is an error, its issues and versions are not found; opened, all is back."""
    world.close_project(NOW - DAY, "APO")
    refused = cloud.search(ALL)
    assert refused.status_code == 400
    assert "does not exist for the field 'project'" in refused.json()["errorMessages"][0]
    paths = ("/rest/api/3/issue/APO-1", "/rest/api/3/project/APO/versions", "/rest/api/3/project/APO")
    assert {cloud.get(path).status_code for path in paths} == {404}
    found = cloud.get("/rest/api/3/project/search").json()["values"]
    assert [one["key"] for one in found] == ["OPS"]
    world.open_project(NOW - HOUR, "APO")
    assert len(summaries(cloud, ALL)) == 120


@pytest.mark.parametrize("path", ["/rest/api/2/mypermissions?projectKey=APO", "/rest/api/2/issue/APO-1"])
def test_an_error_too_says_that_one_is_a_stranger(world: JiraWorld, path: str) -> None:
    """Taken for anonymous, also a 404 carries the header that tells."""
    with jira_dc(world, clock=lambda: NOW) as server, Caller(server) as caller:
        server.signed_out = True
        answer = caller.get(path)
    assert answer.status_code == 404
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"


@pytest.mark.parametrize("form", ["ms", "minutes"])
def test_windows_of_creation_are_exact(cloud: Caller, form: str) -> None:
    """Between two instants, the lower one included: in milliseconds, or written, to the minute."""
    bounds = [START + 10 * HOUR, START + 20 * HOUR]
    texts = [str(int(at.timestamp() * 1000)) if form == "ms" else f'"{at:%Y-%m-%d %H:%M}"' for at in bounds]
    jql = f"project = APO AND created >= {texts[0]} AND created < {texts[1]} ORDER BY created"
    assert list(summaries(cloud, jql)) == [str(10011 + number) for number in range(10)]


def test_keys_and_ids_are_found_in_lists(cloud: Caller) -> None:
    """`id in` and `key in` find those and no others, in the query's order."""
    assert list(summaries(cloud, "id in (10005, 10003) ORDER BY id")) == ["10003", "10005"]
    assert list(summaries(cloud, 'key in (APO-9, "APO-8") AND created < 0')) == []


@pytest.mark.parametrize("in_ms", [True, False])
def test_bulk_changelogs_tell_instants_in_one_of_two_ways(cloud: Caller, in_ms: bool) -> None:
    """As a number of milliseconds or as a text; both mean the same instant."""
    site(cloud).changelog_in_ms = in_ms
    body = {"issueIdsOrKeys": ["10001"]}
    (log,) = cloud.post("/rest/api/3/changelog/bulkfetch", body).json()["issueChangeLogs"]
    created = log["changeHistories"][0]["created"]
    at = START + HOUR / 60
    assert created == (int(at.timestamp() * 1000) if in_ms else f"{at:%Y-%m-%dT%H:%M:%S}.000+0000")


def test_an_issues_bulk_changelog_is_split_over_pages(cloud: Caller) -> None:
    """A page holds as many histories as the server likes: an issue's go on with the next page."""
    site(cloud).changelog_page = 2
    with jira_cloud(crowd(3, changes=5), clock=lambda: after(60)) as server, Caller(server) as caller:
        server.changelog_page = 2
        body: Body = {"issueIdsOrKeys": ["10001", "10002", "10003"], "maxResults": 10_000}
        pages = []
        while True:
            page = caller.post("/rest/api/3/changelog/bulkfetch", body).json()
            pages.append(page["issueChangeLogs"])
            if page["nextPageToken"] is None:
                break
            body["nextPageToken"] = page["nextPageToken"]
    ids = [log["issueId"] for page in pages for log in page]
    assert len(pages) == 8
    assert ids.count("10001") > 1
    assert sum(len(log["changeHistories"]) for page in pages for log in page) == 15


def test_data_center_caps_its_pages_and_says_so(world: JiraWorld) -> None:
    """The echoed `maxResults` is what was given, whatever was asked; whole histories come along."""
    with jira_dc(world, clock=lambda: NOW) as server, Caller(server) as caller:
        server.page_cap = 100
        asked = {"jql": ALL, "maxResults": 1000, "expand": "changelog"}
        page = caller.get("/rest/api/2/search", **asked).json()
        missing = caller.post("/rest/api/2/changelog/bulkfetch", {"issueIdsOrKeys": ["10001"]})
        counted = caller.post("/rest/api/2/search/approximate-count", {"jql": ALL})
    assert (page["maxResults"], page["total"], len(page["issues"])) == (100, 120, 100)
    assert page["issues"][0]["changelog"]["total"] == 1
    assert (missing.status_code, counted.status_code) == (404, 404)
