"""The Cloud face answers as Jira Cloud does since the old search was removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import requests

from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.world import JiraWorld
from tests.trackers.caller import Caller
from tests.trackers.servers import jira_cloud
from tests.trackers.worlds import DAY, NOW, START, after, apollo, crowd

ALL = "project = APO ORDER BY created ASC, key ASC"


@pytest.fixture
def cloud() -> Iterator[Caller]:
    """Serve the small project."""
    with jira_cloud(apollo(), clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


@pytest.fixture(scope="module")
def large() -> Iterator[Caller]:
    """Serve 250 issues with 45 history entries each."""
    with jira_cloud(crowd(250, changes=45), clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


@pytest.mark.parametrize("path", ["/rest/api/3/search", "/rest/api/2/search"])
def test_the_old_search_is_gone(cloud: Caller, path: str) -> None:
    """GET and POST of the removed search answer 410 and say where to go."""
    for answer in (cloud.get(path, jql=ALL), cloud.post(path, {"jql": ALL})):
        assert answer.status_code == 410
        assert "search/jql" in answer.json()["errorMessages"][0]


def test_a_page_has_ids_alone_unless_fields_are_named(cloud: Caller) -> None:
    """Without `fields` an issue is its id; with them, key and exactly those fields."""
    assert cloud.search(ALL).json()["issues"][0] == {"id": "10001"}
    named = cloud.search(ALL, fields=["summary", "labels"]).json()["issues"][1]
    assert named["key"] == "APO-2"
    assert named["fields"] == {"summary": "Login", "labels": ["client", "late"]}


def test_a_page_has_no_total_and_no_start(cloud: Caller) -> None:
    """A page holds issues, isLast and, unless it is the last, nextPageToken: nothing to jump by."""
    first, last = cloud.search(ALL, maxResults=2).json(), cloud.search(ALL).json()
    assert set(first) == {"issues", "isLast", "nextPageToken"}
    assert set(last) == {"issues", "isLast"}
    assert (first["isLast"], last["isLast"]) == (False, True)


def test_get_and_post_find_the_same(cloud: Caller) -> None:
    """The same question by GET and by POST gives the same page."""
    got = cloud.get("/rest/api/3/search/jql", jql=ALL, fields="summary,status", maxResults=3).json()
    posted = cloud.search(ALL, fields=["summary", "status"], maxResults=3).json()
    assert got["issues"] == posted["issues"]


def test_pages_shrink_once_a_real_field_is_asked_for(large: Caller) -> None:
    """5000 ids fit a page, but only 100 issues with fields, whatever is asked."""
    assert len(large.search(ALL, maxResults=5000).json()["issues"]) == 250
    assert len(large.search(ALL, maxResults=5000, fields=["key"]).json()["issues"]) == 250
    assert len(large.search(ALL, maxResults=5000, fields=["summary"]).json()["issues"]) == 100
    assert len(large.search(ALL).json()["issues"]) == 50


def test_walking_by_token_gives_every_issue_once(large: Caller) -> None:
    """Following nextPageToken to its end meets every issue exactly once, in order."""
    numbers = [int(issue["id"]) for issue in large.walk(ALL, fields=["summary"], maxResults=100)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 250


def test_short_pages_are_no_end(large: Caller) -> None:
    """A server may hand out short pages in the middle: the token, not the size, tells the end."""
    assert isinstance(large.server, JiraCloud)
    large.server.short_every = 2
    try:
        numbers = [issue["id"] for issue in large.walk(ALL, fields=["summary"], maxResults=100)]
    finally:
        large.server.short_every = 0
    assert len(set(numbers)) == len(numbers) == 250


def test_a_token_is_good_for_its_own_query_only(cloud: Caller) -> None:
    """A token with another query, or one nobody gave out, answers 400; with its own, twice the same."""
    token = cloud.search(ALL, maxResults=2).json()["nextPageToken"]
    assert cloud.search("project = APO", nextPageToken=token).status_code == 400
    assert cloud.search(ALL, nextPageToken="made-up").status_code == 400
    assert cloud.search(ALL, nextPageToken=token).json() == cloud.search(ALL, nextPageToken=token).json()


def test_a_token_lives_seven_days() -> None:
    """After a week a token is refused."""
    moment = [NOW]
    with jira_cloud(apollo(), clock=lambda: moment[0]) as server, Caller(server) as caller:
        token = caller.search(ALL, maxResults=2).json()["nextPageToken"]
        moment[0] += 8 * DAY
        assert caller.search(ALL, nextPageToken=token).status_code == 400


def test_a_query_must_be_bounded(cloud: Caller) -> None:
    """An order alone, or nothing, is no question one may ask."""
    for jql in ("", "ORDER BY created"):
        answer = cloud.search(jql)
        assert answer.status_code == 400
        assert "Unbounded JQL" in answer.json()["errorMessages"][0]


def test_a_wrong_body_is_refused(cloud: Caller) -> None:
    """`expand` as a list, or an unknown key, answers 400: a strict server, not a guessing one."""
    assert cloud.search(ALL, expand=["changelog"]).status_code == 400
    assert cloud.search(ALL, startAt=10).status_code == 400


def test_embedded_changelogs_are_cut(large: Caller) -> None:
    """`expand=changelog` holds the newest forty entries of an issue, newest first, and tells the total."""
    log = large.search(ALL, fields=["summary"], expand="changelog").json()["issues"][0]["changelog"]
    created = [entry["created"] for entry in log["histories"]]
    assert (len(created), log["total"]) == (40, 45)
    assert created == sorted(created, reverse=True)


def test_an_issues_changelog_comes_oldest_first_in_pages(large: Caller) -> None:
    """`/issue/KEY/changelog` gives the whole history, oldest first, at most a hundred a page."""
    page = large.get("/rest/api/3/issue/APO-1/changelog", maxResults=30).json()
    assert (len(page["values"]), page["total"], page["isLast"]) == (30, 45, False)
    rest = large.get("/rest/api/3/issue/APO-1/changelog", maxResults=1000, startAt=30).json()
    assert (len(rest["values"]), rest["maxResults"], rest["isLast"]) == (15, 100, True)
    created = [entry["created"] for entry in page["values"] + rest["values"]]
    assert created == sorted(created)


def test_bulk_histories_split_an_issue_over_pages(large: Caller) -> None:
    """Bulk fetching goes by instant, in epoch milliseconds; one issue's entries come on several pages."""
    ids = [issue["id"] for issue in large.search(ALL, maxResults=5000).json()["issues"]]
    body: dict[str, object] = {"issueIdsOrKeys": ids, "fieldIds": ["summary"], "maxResults": 70}
    pages, entries = 0, []
    while True:
        page = large.post("/rest/api/3/changelog/bulkfetch", body).json()
        pages += 1
        entries += [entry for log in page["issueChangeLogs"] for entry in log["changeHistories"]]
        if page["nextPageToken"] is None:
            break
        body["nextPageToken"] = page["nextPageToken"]
    assert len({entry["id"] for entry in entries}) == len(entries) == 250 * 45
    assert pages == -(-250 * 45 // 70)
    assert all(isinstance(entry["created"], int) for entry in entries)
    assert sorted(entry["created"] for entry in entries) == [entry["created"] for entry in entries]


def test_bulk_histories_have_limits(cloud: Caller) -> None:
    """More than 1000 issues or ten fields answer 400; issues without a matching change are absent."""
    path = "/rest/api/3/changelog/bulkfetch"
    assert cloud.post(path, {"issueIdsOrKeys": [str(n) for n in range(1001)]}).status_code == 400
    assert cloud.post(path, {"issueIdsOrKeys": ["1"], "fieldIds": list("abcdefghijk")}).status_code == 400
    logs = cloud.post(path, {"issueIdsOrKeys": ["APO-1", "APO-2"], "fieldIds": ["status"]}).json()
    assert [log["issueId"] for log in logs["issueChangeLogs"]] == ["10002"]


def test_bulk_issues_come_by_id_and_leave_out_what_is_not_there(cloud: Caller) -> None:
    """Bulk fetching answers in the order of ids; what is missing or hidden is absent, without an error."""
    body = {"issueIdsOrKeys": ["APO-4", "10001", "APO-99"], "fields": ["summary"]}
    found = cloud.post("/rest/api/3/issue/bulkfetch", body).json()
    assert [issue["key"] for issue in found["issues"]] == ["APO-1", "APO-4"]
    assert found["issueErrors"] == []
    too_many = {"issueIdsOrKeys": [str(n) for n in range(101)], "fields": ["summary"]}
    assert cloud.post("/rest/api/3/issue/bulkfetch", too_many).status_code == 400


def test_text_is_rich_in_v3_and_plain_in_v2(cloud: Caller) -> None:
    """A description is a document in version 3 of the API and a string in version 2."""
    rich = cloud.get("/rest/api/3/issue/APO-2", fields="description").json()["fields"]["description"]
    plain = cloud.get("/rest/api/2/issue/APO-2", fields="description").json()["fields"]["description"]
    assert (rich["type"], len(rich["content"])) == ("doc", 2)
    assert plain == "First line.\n\nSecond paragraph."


def test_wrong_credentials_are_refused(cloud: Caller) -> None:
    """Without credentials or with wrong ones everything but serverInfo answers 401."""
    url = cloud.server.url + "/rest/api/3/myself"
    assert requests.get(url, timeout=5).status_code == 401
    wrong = requests.get(url, auth=("reader@northwind.example", "wrong"), timeout=5)
    assert wrong.status_code == 401
    assert wrong.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    info = requests.get(cloud.server.url + "/rest/api/3/serverInfo", timeout=5)
    assert info.json()["deploymentType"] == "Cloud"


def test_a_scoped_token_works_behind_the_gateway_only(cloud: Caller) -> None:
    """The site's own address answers 401 to a scoped token; the gateway's, found by the site's id, serves."""
    assert isinstance(cloud.server, JiraCloud)
    cloud.server.is_scoped = True
    refused = cloud.get("/rest/api/3/myself")
    assert (refused.status_code, refused.json()["code"]) == (401, 401)
    cloud_id = cloud.get("/_edge/tenant_info").json()["cloudId"]
    assert cloud.get(f"/ex/jira/{cloud_id}/rest/api/3/myself").status_code == 200


def test_a_token_treated_as_anonymous_sees_nothing_with_200(cloud: Caller) -> None:
    """Signed out, projects answer 200 and empty, and only a header tells."""
    assert isinstance(cloud.server, JiraCloud)
    cloud.server.signed_out = True
    answer = cloud.get("/rest/api/3/project/search")
    assert (answer.status_code, answer.json()["total"]) == (200, 0)
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert cloud.get("/rest/api/3/myself").status_code == 401


def test_hidden_and_deleted_issues_look_the_same() -> None:
    """Searching skips both, getting them answers 404 for both; a census alone sees that they are missing."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    for number, fate in enumerate(("hide", "delete", "")):
        issue = world.issue("APO", at=after(number), summary=f"Issue {number}")
        if fate:
            getattr(issue, fate)(after(10))
    with jira_cloud(world, clock=lambda: NOW) as server, Caller(server) as caller:
        assert [issue["id"] for issue in caller.walk(ALL)] == ["10003"]
        answers = [caller.get(f"/rest/api/3/issue/1000{number}") for number in (1, 2)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json() == answers[1].json()


def test_searching_may_lag_behind_while_getting_does_not(cloud: Caller) -> None:
    """With an index lag, an issue just changed is not found by searching, yet got by its key."""
    assert isinstance(cloud.server, JiraCloud)
    cloud.server.clock = lambda: after(9) + dt.timedelta(minutes=1)
    cloud.server.consistent_after = dt.timedelta(hours=1)
    found = [issue["key"] for issue in cloud.walk(ALL, fields=["summary"])]
    assert "APO-5" not in found
    assert cloud.get("/rest/api/3/issue/APO-5").status_code == 200


def test_versions_come_whole_and_in_pages(cloud: Caller) -> None:
    """All versions at once, or paged, ordered and by state; dates are days, overdue is told."""
    whole = cloud.get("/rest/api/3/project/APO/versions").json()
    assert [(v["name"], v.get("releaseDate"), v.get("overdue")) for v in whole] == [
        ("R1", "2026-10-01", True),
        ("R2", "2026-12-15", False),
    ]
    page = cloud.get("/rest/api/3/project/APO/version", maxResults=1, orderBy="-releaseDate").json()
    assert (page["total"], page["isLast"], page["values"][0]["name"]) == (2, False, "R2")
    assert page["nextPage"].startswith("https://apollo-tracker.example/")
    assert cloud.get("/rest/api/3/project/APO/version", status="released").json()["total"] == 0


def test_the_catalogue_says_what_there_is(cloud: Caller) -> None:
    """Fields, statuses, types, permissions and who one is: each where Jira has it."""
    fields = {field["id"]: field for field in cloud.get("/rest/api/3/field").json()}
    assert fields["customfield_10020"]["schema"]["custom"] == "com.pyxis.greenhopper.jira:gh-sprint"
    assert "customfield_10014" not in fields
    statuses = cloud.get("/rest/api/3/status").json()
    assert {status["statusCategory"]["key"] for status in statuses} == {"new", "indeterminate", "done"}
    levels = {kind["name"]: kind["hierarchyLevel"] for kind in cloud.get("/rest/api/3/issuetype").json()}
    assert (levels["Epic"], levels["Story"], levels["Sub-task"]) == (1, 0, -1)
    asked = cloud.get("/rest/api/3/mypermissions", permissions="BROWSE_PROJECTS,EDIT_ISSUES").json()
    assert [one["havePermission"] for one in asked["permissions"].values()] == [True, False]
    assert cloud.get("/rest/api/3/mypermissions").status_code == 400
    assert cloud.get("/rest/api/3/myself").json()["timeZone"] == "UTC"
    assert cloud.get("/rest/api/3/label").json()["values"] == ["client", "late"]
    assert cloud.post("/rest/api/3/search/approximate-count", {"jql": ALL}).json() == {"count": 5}


def test_boards_and_sprints(cloud: Caller) -> None:
    """A project's board leads to its sprints and to the field it estimates by."""
    board = cloud.get("/rest/agile/1.0/board", projectKeyOrId="APO").json()["values"][0]
    (sprint,) = cloud.get(f"/rest/agile/1.0/board/{board['id']}/sprint", state="closed").json()["values"]
    assert (sprint["name"], sprint["state"]) == ("Sprint 1", "closed")
    configured = cloud.get(f"/rest/agile/1.0/board/{board['id']}/configuration").json()
    assert configured["estimation"]["field"]["fieldId"] == "customfield_10016"
    assert cloud.get("/rest/agile/1.0/sprint/99").status_code == 404


def test_nothing_is_written(cloud: Caller) -> None:
    """What would change the tracker is refused, and the log shows the attempt."""
    answer = cloud.post("/rest/api/3/issue/APO-1", {"fields": {"summary": "Changed"}})
    assert answer.status_code == 405
    assert (cloud.server.log[-1].method, cloud.server.log[-1].status) == ("POST", 405)


def test_an_unknown_project_or_path_is_404(cloud: Caller) -> None:
    """Missing and invisible look the same."""
    assert cloud.get("/rest/api/3/project/NOPE").status_code == 404
    assert cloud.get("/rest/api/3/project/NOPE/versions").status_code == 404
    assert cloud.get("/rest/api/3/nonsense").status_code == 404
    assert cloud.get("/").status_code == 404


def test_the_tracker_moves_on_with_its_clock() -> None:
    """What lies ahead of the clock has not happened; the same server shows it once the clock is there."""
    moment = [START]
    with jira_cloud(apollo(), clock=lambda: moment[0]) as server, Caller(server) as caller:
        assert len(list(caller.walk(ALL))) == 1
        moment[0] = NOW
        assert len(list(caller.walk(ALL))) == 5
