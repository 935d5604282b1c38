"""The Data Center face answers as Jira Data Center does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from connector.demo.trackers.jira.datacenter import JiraDataCenter
from tests.trackers.caller import Caller
from tests.trackers.servers import jira_dc
from tests.trackers.worlds import NOW, apollo, crowd

ALL = "project = APO ORDER BY key ASC"
SEARCH = "/rest/api/2/search"


@pytest.fixture
def server() -> Iterator[Caller]:
    """Serve the small project."""
    with jira_dc(apollo(), clock=lambda: NOW) as tracker, Caller(tracker) as caller:
        yield caller


def test_pages_go_by_start_and_total(server: Caller) -> None:
    """A page echoes where it starts and how many it may hold, and says the total."""
    page = server.get(SEARCH, jql=ALL, startAt=2, maxResults=2, fields="summary").json()
    assert (page["startAt"], page["maxResults"], page["total"]) == (2, 2, 5)
    assert [issue["key"] for issue in page["issues"]] == ["APO-3", "APO-4"]
    posted = server.post(SEARCH, {"jql": ALL, "startAt": 2, "maxResults": 2, "fields": ["summary"]}).json()
    assert posted["issues"] == page["issues"]


def test_a_body_with_unknown_keys_is_refused(server: Caller) -> None:
    """What only Cloud's search takes is an error in a posted search."""
    assert server.post(SEARCH, {"jql": ALL, "properties": []}).status_code == 400
    assert server.post(SEARCH, {"jql": ALL, "nextPageToken": "x"}).status_code == 400


def test_pages_are_capped_silently() -> None:
    """More than the site allows is answered with what it allows, and the echo says so."""
    with jira_dc(crowd(120), clock=lambda: NOW) as tracker, Caller(tracker) as caller:
        tracker.page_cap = 100
        page = caller.get(SEARCH, jql=ALL, maxResults=1000).json()
        assert (page["maxResults"], len(page["issues"]), page["total"]) == (100, 100, 120)


def test_embedded_histories_are_whole_and_oldest_first() -> None:
    """`expand=changelog` holds every entry."""
    with jira_dc(crowd(1, changes=150), clock=lambda: NOW) as tracker, Caller(tracker) as caller:
        log = caller.get(SEARCH, jql=ALL, expand="changelog").json()["issues"][0]["changelog"]
        created = [entry["created"] for entry in log["histories"]]
        assert (len(created), log["total"]) == (150, 150)
        assert created == sorted(created)


@pytest.mark.parametrize(
    "path",
    [
        "/rest/api/2/search/jql",
        "/rest/api/3/search",
        "/rest/api/2/changelog/bulkfetch",
        "/rest/api/2/issue/APO-1/changelog",
    ],
)
def test_what_only_cloud_has_is_not_there(server: Caller, path: str) -> None:
    """Token paging, version 3, bulk histories and paged histories answer 404."""
    assert server.get(path).status_code == 404


def test_a_site_says_it_is_a_server(server: Caller) -> None:
    """The server's info names the deployment, which decides how one talks to it."""
    info = server.get("/rest/api/2/serverInfo").json()
    assert (info["deploymentType"], info["versionNumbers"]) == ("Server", [9, 12, 5])


def test_epics_are_linked_by_a_field_and_levels_unknown(server: Caller) -> None:
    """An epic's child names it in Epic Link, not in parent; a sub-task has a parent; types have no level."""
    login = server.get("/rest/api/2/issue/APO-2").json()["fields"]
    form = server.get("/rest/api/2/issue/APO-3").json()["fields"]
    assert "parent" not in login
    assert login["customfield_10014"] == "APO-1"
    assert form["parent"]["key"] == "APO-2"
    assert "hierarchyLevel" not in login["issuetype"]
    assert [stub["key"] for stub in login["subtasks"]] == ["APO-3"]


def test_sprints_are_text(server: Caller) -> None:
    """A sprint is one string, whose name and goal may hold commas."""
    (sprint,) = server.get("/rest/api/2/issue/APO-2").json()["fields"]["customfield_10020"]
    assert sprint.startswith("com.atlassian.greenhopper.service.sprint.Sprint@")
    assert ",name=Sprint 1," in sprint
    assert ",goal=Log in, then rest," in sprint


def test_history_items_have_no_field_id(server: Caller) -> None:
    """Items name their field by its word alone, as older servers do."""
    issue = server.get("/rest/api/2/issue/APO-2", expand="changelog").json()
    items = [item for entry in issue["changelog"]["histories"] for item in entry["items"]]
    assert "Fix Version" in {item["field"] for item in items}
    assert all("fieldId" not in item for item in items)


def test_people_have_names_not_account_ids(server: Caller) -> None:
    """A person is name and key; account ids are Cloud's."""
    reporter = server.get("/rest/api/2/issue/APO-2").json()["fields"]["reporter"]
    assert reporter["name"] == "anna"
    assert "accountId" not in reporter


def test_a_token_signs_in_and_a_wrong_one_gets_a_page(server: Caller) -> None:
    """A Bearer token or user and password sign in; a wrong token answers 401 with HTML."""
    tracker = server.server
    assert isinstance(tracker, JiraDataCenter)
    url = tracker.url + "/rest/api/2/myself"
    assert server.get("/rest/api/2/myself").json()["name"] == tracker.account
    assert requests.get(url, auth=(tracker.account, tracker.password), timeout=5).status_code == 200
    wrong = requests.get(url, headers={"Authorization": "Bearer wrong"}, timeout=5)
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (401, "text/html;charset=UTF-8")
    assert requests.get(url, timeout=5).status_code == 401
