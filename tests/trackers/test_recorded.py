"""Recorded projects are served whole, and as they are.

Recordings: DuraCloud's Jira (research data of the DuraSpace project), Titanium's Jira archive, and
the metadata backup of bitcoin-core/gui.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.trackers.caller import Body, Caller
from tests.trackers.servers import github, jira_cloud, jira_dc
from tests.trackers.worlds import NOW, after, recorded_github, recorded_jira

pytestmark = pytest.mark.real_data


def raw(path: Path) -> list[Body]:
    """Return the documents of a recording, read apart from the code under test."""
    text = gzip.decompress(path.read_bytes()).decode()
    return [json.loads(line) for line in text.split("\n") if line]


def test_duracloud_as_data_center_is_what_was_recorded(real_data: Path) -> None:
    """All 739 issues with all 4,826 histories come out field by field, item by item."""
    recorded = {row["key"]: row for row in raw(real_data / "jira" / "DURACLOUD.issues_changelog.jsonl.gz")}
    with jira_dc(recorded_jira(real_data, "DURACLOUD")) as server, Caller(server) as caller:
        served: dict[str, Body] = {}
        while len(served) < len(recorded):
            asked = {"jql": "project = DURACLOUD ORDER BY key", "maxResults": 200, "expand": "changelog"}
            page = caller.get("/rest/api/2/search", **asked, startAt=len(served)).json()
            assert page["total"] == 739
            served |= {issue["key"]: issue for issue in page["issues"]}
    same = ("summary", "created", "updated", "labels", "status", "fixVersions", "resolution", "description")
    for key, issue in served.items():
        for name in same:
            assert issue["fields"][name] == recorded[key]["fields"][name]
        told = {entry["id"]: entry["items"] for entry in issue["changelog"]["histories"]}
        assert told == {entry["id"]: entry["items"] for entry in recorded[key]["changelog"]["histories"]}
    entries = [entry for issue in served.values() for entry in issue["changelog"]["histories"]]
    assert len(entries) == 4826


def test_duracloud_as_cloud_gives_every_history(real_data: Path) -> None:
    """Asked for in bulk by field, the 2,206 version changes come, each with its field's id."""
    with jira_cloud(recorded_jira(real_data, "DURACLOUD")) as server, Caller(server) as caller:
        ids = [issue["id"] for issue in caller.walk("project = DURACLOUD", maxResults=5000)]
        assert len(ids) == 739
        body: Body = {"issueIdsOrKeys": ids, "fieldIds": ["fixVersions"], "maxResults": 300}
        items: list[Body] = []
        while True:
            page = caller.post("/rest/api/3/changelog/bulkfetch", body).json()
            entries = [entry for log in page["issueChangeLogs"] for entry in log["changeHistories"]]
            items += [item for entry in entries for item in entry["items"]]
            if page["nextPageToken"] is None:
                break
            body["nextPageToken"] = page["nextPageToken"]
        assert len(items) == 2206
        assert {item["fieldId"] for item in items} == {"fixVersions"}
        versions = caller.get("/rest/api/3/project/DURACLOUD/versions").json()
        assert len({version["id"] for version in versions}) >= 36


def test_titanium_is_served_whole_with_its_sprints(real_data: Path) -> None:
    """13,928 issues are found, each once; 149 sprints are named by issues, and search knows them."""
    with jira_cloud(recorded_jira(real_data, "TIMOB_2011-2013")) as server, Caller(server) as caller:
        ids = [issue["id"] for issue in caller.walk("project = TIMOB ORDER BY created", maxResults=5000)]
        assert len(ids) == len(set(ids)) == 13928
        fields = ["customfield_10020"]
        rows = list(caller.walk("sprint is not EMPTY", fields=fields, maxResults=100))
        sprints = {sprint["id"] for row in rows for sprint in row["fields"]["customfield_10020"]}
        assert (len(rows), len(sprints)) == (496, 149)
        version = caller.get("/rest/api/3/project/TIMOB/versions").json()[0]
        found = list(caller.walk(f"fixVersion = {version['id']}", fields=["fixVersions"], maxResults=100))
        assert all(version["id"] in {v["id"] for v in row["fields"]["fixVersions"]} for row in found)


def test_gui_is_served_whole_by_both_faces(real_data: Path) -> None:
    """341 issues and 537 pull requests by REST, 341 issues by GraphQL, with all their milestone events."""
    query = """query($after: String) { repository(owner: "bitcoin-core", name: "gui") {
      issues(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { number
        timelineItems(first: 100, itemTypes: [MILESTONED_EVENT, DEMILESTONED_EVENT]) { nodes { __typename } }
    } } } }"""
    events = [row["events"] for row in raw(real_data / "github" / "bitcoin-core_gui.issues.jsonl.gz")]
    expected = Counter(event["event"] for told in events for event in told)
    with github(recorded_github(real_data)) as server, Caller(server) as caller:
        rows = list(caller.rows("/repos/bitcoin-core/gui/issues", state="all", per_page=100))
        assert Counter("pull_request" in row for row in rows) == {False: 341, True: 537}
        nodes: list[Body] = []
        after = None
        while True:
            page = caller.graph(query, after=after).json()["data"]["repository"]["issues"]
            nodes += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        told = Counter(one["__typename"] for node in nodes for one in node["timelineItems"]["nodes"])
        assert len(nodes) == 341
        assert told["MilestonedEvent"] == expected["milestoned"]
        assert told["DemilestonedEvent"] == expected["demilestoned"]
        milestones = list(caller.rows("/repos/bitcoin-core/gui/milestones", state="all"))
        assert len(milestones) == 14


def test_acts_may_go_on_where_a_recording_ends(real_data: Path) -> None:
    """A recorded issue can be moved, deleted, and new ones opened, for tests of what comes next."""
    recorded_jira.cache_clear()
    world = recorded_jira(real_data, "DAEMON")
    recorded_jira.cache_clear()
    world.issue("DAEMON", at=after(1), summary="Brand new", type="Bug")
    key = next(iter(world.state_at(NOW).visible())).key
    world.existing(key).rename(after(2), "Renamed").delete(after(3))
    with jira_cloud(world, clock=lambda: NOW) as server, Caller(server) as caller:
        assert caller.get(f"/rest/api/3/issue/{key}").status_code == 404
        assert len(list(caller.walk("project = DAEMON", maxResults=5000))) == 317
