"""What the small trackers answer has the shape of what the real ones were recorded to answer.

Recordings: the folder `singles` of the real data (Apache DevLake, Perceval, PyGithub, go-jira, and
the examples of Jira Cloud's published OpenAPI document).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.demo.trackers.jira.defaults import tables
from tests.trackers.caller import Caller
from tests.trackers.servers import github, jira_cloud, jira_dc
from tests.trackers.shapes import differences, document, exchanges, types_at
from tests.trackers.worlds import NOW, apollo, orbit

pytestmark = pytest.mark.real_data
ALL = "project = APO ORDER BY key"
ISSUE = (
    "id key self fields.summary fields.created fields.updated fields.labels[] fields.statuscategorychangedate"
    " fields.status.id fields.status.name fields.status.statusCategory.id fields.status.statusCategory.key"
    " fields.status.statusCategory.name fields.issuetype.id fields.issuetype.name fields.issuetype.subtask"
    " fields.issuetype.hierarchyLevel fields.priority.name fields.project.id fields.project.key"
    " fields.parent.id fields.parent.key fields.parent.fields.summary fields.parent.fields.status.name"
    " fields.creator.accountId fields.creator.displayName fields.resolution fields.duedate"
    " fields.issuelinks fields.fixVersions fields.components changelog.total changelog.histories[].id"
    " changelog.histories[].created changelog.histories[].items[].field"
    " changelog.histories[].items[].fieldtype changelog.histories[].items[].fromString"
)
HISTORY = (
    "id created author.accountId items[].field items[].fieldtype items[].from items[].to items[].toString"
)
ROW = (
    "id node_id number title state state_reason body labels[].id labels[].name labels[].color"
    " milestone.id milestone.number milestone.title milestone.state milestone.due_on milestone.open_issues"
    " milestone.closed_issues milestone.closed_at created_at updated_at closed_at user.login assignees"
    " repository_url html_url url comments locked pull_request.url"
)
PAGE = "isLast maxResults startAt total self nextPage"
VERSION = (
    "values[].id values[].name values[].released values[].archived values[].releaseDate values[].projectId"
    " values[].overdue values[].description"
)
EVENT = "id node_id event created_at actor.login commit_id label.name label.color"


@pytest.fixture(scope="module")
def singles(real_data: Path) -> Path:
    """Return the folder of single recordings."""
    return real_data / "singles"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Caller]:
    """Serve the small Jira project as Cloud."""
    with jira_cloud(apollo(), clock=lambda: NOW) as server, Caller(server) as caller:
        yield caller


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    """Serve the small Jira project as Data Center."""
    with jira_dc(apollo(), clock=lambda: NOW) as tracker, Caller(tracker) as caller:
        yield caller


@pytest.fixture(scope="module")
def hub() -> Iterator[Caller]:
    """Serve the small repository."""
    with github(orbit(), clock=lambda: NOW) as tracker, Caller(tracker) as caller:
        yield caller


def of_issues(paths: list[str]) -> list[str]:
    """Return paths as they are in a list."""
    return [f"[].{path}" for path in paths]


def test_cloud_issues(cloud: Caller, singles: Path) -> None:
    """An issue has the keys and types of issues a Cloud site gave."""
    ours = cloud.search(ALL, fields=["*all"], expand="changelog").json()["issues"]
    recorded = document(singles / "devlake" / "_raw_jira_api_issues.jsonl.gz")
    assert differences(ours, recorded, of_issues(ISSUE.split())) == []


def test_cloud_histories(cloud: Caller, singles: Path) -> None:
    """A changelog entry has the keys and types of those a Cloud site gave."""
    ours = cloud.get("/rest/api/3/issue/APO-2/changelog").json()["values"]
    recorded = document(singles / "devlake" / "_raw_jira_api_issue_changelogs.jsonl.gz")
    told = [entry for entry in ours if "author" in entry]
    assert differences(told, recorded, of_issues(HISTORY.split())) == []


def test_cloud_sprints(cloud: Caller, singles: Path) -> None:
    """A board's sprint has the keys and types of those a Cloud site gave."""
    ours = cloud.get("/rest/agile/1.0/board/1/sprint").json()["values"]
    recorded = document(singles / "devlake" / "_raw_jira_api_sprints.jsonl.gz")
    paths = ["id", "self", "state", "name", "originBoardId", "startDate", "endDate", "completeDate"]
    assert differences(ours, recorded, of_issues(paths)) == []


def test_boards(server: Caller, singles: Path) -> None:
    """A page of boards, and what each is, have the shape a Data Center gave."""
    ours = server.get("/rest/agile/1.0/board", projectKeyOrId="APO").json()
    recorded = document(singles / "go-jira" / "all_boards_filtered.json")
    paths = [
        "maxResults",
        "startAt",
        "isLast",
        *(f"values[].{name}" for name in ("id", "self", "name", "type")),
    ]
    assert differences(ours, recorded, paths) == []


def test_an_approximate_count_as_documented(cloud: Caller, singles: Path) -> None:
    """It is one number."""
    examples = document(singles / "jira_cloud_v3_documented_examples.json")
    assert isinstance(examples, dict)
    ours = cloud.post("/rest/api/3/search/approximate-count", {"jql": ALL}).json()
    assert differences(ours, examples["POST /rest/api/3/search/approximate-count 200"], ["count"]) == []


DOCUMENTED = [
    (
        "/rest/api/3/myself",
        "GET /rest/api/3/myself 200",
        "accountId displayName emailAddress active timeZone",
    ),
    (
        "/rest/api/3/serverInfo",
        "GET /rest/api/3/serverInfo 200",
        "baseUrl version versionNumbers[] serverTime buildNumber",
    ),
    (
        "/rest/api/3/status",
        "GET /rest/api/3/status 200",
        "[].id [].name [].statusCategory.key [].statusCategory.id",
    ),
    (
        "/rest/api/3/field",
        "GET /rest/api/3/field 200",
        "[].id [].name [].custom [].clauseNames[] [].orderable [].navigable [].searchable",
    ),
    (
        "/rest/api/3/project/search?maxResults=1",
        "GET /rest/api/3/project/search 200",
        f"{PAGE} values[].id values[].key values[].name values[].style values[].simplified",
    ),
    (
        "/rest/api/3/project/APO/version?maxResults=1",
        "GET /rest/api/3/project/{projectIdOrKey}/version 200",
        f"{PAGE} {VERSION}",
    ),
    (
        "/rest/api/3/issue/APO-2/changelog?maxResults=1",
        "GET /rest/api/3/issue/{issueIdOrKey}/changelog 200",
        f"{PAGE} values[].id values[].created values[].items[].fieldId",
    ),
    (
        "/rest/api/3/issueLinkType",
        "GET /rest/api/3/issueLinkType 200",
        "issueLinkTypes[].id issueLinkTypes[].name issueLinkTypes[].inward issueLinkTypes[].outward",
    ),
]


@pytest.mark.parametrize(("path", "example", "paths"), DOCUMENTED, ids=[row[1] for row in DOCUMENTED])
def test_cloud_as_documented(cloud: Caller, singles: Path, path: str, example: str, paths: str) -> None:
    """Where nothing was recorded, the published document's examples say what keys and types there are."""
    examples = document(singles / "jira_cloud_v3_documented_examples.json")
    assert isinstance(examples, dict)
    assert differences(cloud.get(path).json(), examples[example], paths.split()) == []


def test_cloud_bulk_histories_as_documented(cloud: Caller, singles: Path) -> None:
    """Bulk histories have numbers for instants, as the document's example has them."""
    examples = document(singles / "jira_cloud_v3_documented_examples.json")
    assert isinstance(examples, dict)
    ours = cloud.post(
        "/rest/api/3/changelog/bulkfetch", {"issueIdsOrKeys": ["APO-2"], "maxResults": 1}
    ).json()
    recorded = examples["POST /rest/api/3/changelog/bulkfetch 200"]
    entry = "issueChangeLogs[].changeHistories[]"
    paths = [f"{entry}.{name}" for name in ("id", "created", "author.accountId", "items[].fieldId")]
    assert differences(ours, recorded, ["issueChangeLogs[].issueId", "nextPageToken", *paths]) == []


def test_server_pages_and_issues(server: Caller, singles: Path) -> None:
    """A search page of a Data Center has start, size, total and issues of the recorded shape."""
    ours = server.get("/rest/api/2/search", jql=ALL, fields="*all").json()
    recorded = document(singles / "perceval_jira" / "jira_issues_page_1.json")
    fields = [
        "summary", "created", "updated", "labels", "status.name", "status.id", "status.statusCategory.key",
        "issuetype.name", "issuetype.subtask", "priority.name", "project.key", "creator.name",
        "creator.displayName", "fixVersions", "components", "issuelinks", "duedate", "resolution",
    ]  # fmt: skip
    paths = [f"issues[].fields.{name}" for name in fields]
    head = ["startAt", "maxResults", "total", "issues[].id", "issues[].key", "issues[].self"]
    assert differences(ours, recorded, [*head, *paths]) == []


def test_server_histories(server: Caller, real_data: Path) -> None:
    """Embedded histories have the keys and types of a whole recorded project's."""
    ours = server.get("/rest/api/2/search", jql=ALL, expand="changelog").json()["issues"]
    name = "jira_atlassian_com_50.issues_changelog.jsonl.gz"
    recorded = [row for row in _lines(real_data / "singles" / name) if row]
    entry = "[].changelog.histories[]"
    paths = [
        f"{entry}.{name}" for name in ("id", "created", "items[].field", "items[].fieldtype", "items[].to")
    ]
    assert differences(ours, recorded, [*paths, "[].changelog.total", "[].changelog.startAt"]) == []


def test_server_field_lists(server: Caller, singles: Path) -> None:
    """The fields named as sprint, points and epic link are of the types seen on seven public sites."""
    sites = document(singles / "jira_field_lists.json.gz")
    assert isinstance(sites, dict)
    seen = {
        field["schema"].get("custom")
        for fields in sites.values()
        for field in fields
        if isinstance(field, dict) and "schema" in field
    }
    ours = {field["schema"]["custom"] for field in tables()["fields"].values() if field["custom"]}
    assert ours <= seen
    assert types_at(server.get("/rest/api/2/field").json(), "[].schema.type") <= {"string", "absent"}


def test_github_rows(hub: Caller, singles: Path) -> None:
    """Issues and pull requests have the keys and types of rows GitHub gave."""
    ours = hub.get("/repos/acme/apollo/issues", state="all").json()
    recorded = document(singles / "devlake" / "_raw_github_api_issues.jsonl.gz")
    assert differences(ours, recorded, of_issues(ROW.split())) == []


def test_github_sub_issues(hub: Caller, singles: Path) -> None:
    """A row of a recent answer has a summary of its sub-issues: so have ours."""
    ours = hub.get("/repos/acme/apollo/issues/1/sub_issues").json()
    path = singles / "pygithub" / "SubIssue.testListSubIssues.txt"
    recorded = next(body for where, _, body in exchanges(path) if where.endswith("/sub_issues"))
    paths = [
        "id",
        "number",
        "sub_issues_summary.total",
        "sub_issues_summary.completed",
        "sub_issues_summary.percent_completed",
    ]
    assert differences(ours, recorded, of_issues(paths)) == []


def test_github_milestones(hub: Caller, singles: Path) -> None:
    """A milestone has the keys and types of those GitHub gave."""
    ours = hub.get("/repos/acme/apollo/milestones", state="all").json()
    path = singles / "pygithub" / "Repository.testGetMilestonesWithArguments.txt"
    recorded = next(body for where, _, body in exchanges(path) if "milestones" in where)
    names = "id number title state due_on created_at open_issues closed_issues url description"
    assert differences(ours, recorded, of_issues(names.split())) == []


def test_github_timelines(hub: Caller, real_data: Path) -> None:
    """A timeline's events have the keys and types of nineteen thousand recorded ones."""
    ours = hub.get("/repos/acme/apollo/issues/2/timeline").json()
    rows = _lines(real_data / "github" / "bitcoin-core_gui.issues.jsonl.gz")
    recorded = [event for row in rows for event in row["events"]]
    for kind in ("labeled", "closed", "milestoned", "demilestoned"):
        mine = [event for event in ours if event["event"] == kind]
        theirs = [event for event in recorded if event["event"] == kind]
        paths = [path for path in EVENT.split() if kind == "labeled" or not path.startswith("label")]
        paths += ["milestone.title"] if "milestone" in kind else []
        assert differences(mine, theirs, of_issues(paths)) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Exceptions.testUnknownObject.txt", "/repos/acme/none"),
        ("Exceptions.testBadAuthentication.txt", "/user"),
    ],
)
def test_github_errors(hub: Caller, singles: Path, name: str, path: str) -> None:
    """401 and 404 say what GitHub says."""
    _, status, recorded = next(row for row in exchanges(singles / "pygithub" / name) if row[1] >= 400)
    if status == 401:
        hub.session.headers["Authorization"] = "Bearer wrong"
    try:
        answer = hub.get(path)
    finally:
        hub.session.headers["Authorization"] = "Bearer github_pat_0123456789"
    assert answer.status_code == status
    assert isinstance(recorded, dict)
    assert answer.json()["message"] == recorded["message"]


def test_github_allowance(hub: Caller, singles: Path) -> None:
    """The rate limit has the keys and types of the recorded one."""
    recorded = document(singles / "perceval_github" / "rate_limit")
    paths = [
        f"resources.{name}.{key}" for name in ("core", "graphql") for key in ("limit", "remaining", "reset")
    ]
    assert differences(hub.get("/rate_limit").json(), recorded, [*paths, "rate.limit"]) == []


def _lines(path: Path) -> list[dict[str, list[dict[str, object]]]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().split("\n") if line]
