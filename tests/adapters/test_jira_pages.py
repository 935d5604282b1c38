"""How Jira is read: pages, tokens, windows, histories. Traps that lie between a request and a record."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator

import pytest

from adapters.errors import MalformedError, UnreachableError
from adapters.jira import cloud, product, queries
from adapters.jira.parse import EPIC_LINK_TYPE
from adapters.jira.positions import Position
from adapters.protocol import Batch, Window
from adapters.records import Category
from connector.demo.trackers.exchange import Answer, Request, Serve, answer_json
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.defaults import custom_field
from connector.demo.trackers.jira.world import JiraWorld
from connector.demo.trackers.server import TrackerServer
from tests.adapters.jira_world import NOW, adapter, changes, day, issues, small_world
from tests.trackers import faults
from tests.trackers.faults import FOREVER, Faults

Server = JiraCloud | JiraDataCenter
FACES: tuple[type[Server], ...] = (JiraCloud, JiraDataCenter)
STORIES = 230
EPIC_LINK = "customfield_10014"


@pytest.fixture(params=FACES, ids=["cloud", "datacenter"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Serve a project of several pages."""
    made: Server = request.param(small_world(stories=STORIES), clock=lambda: NOW)
    with made:
        yield made


def pulled(server: Server, window: Window | None = None) -> list[Batch]:
    """Pull a served project."""
    return list(adapter(server).pull(window or Window()))


def asked(server: TrackerServer) -> Counter[str]:
    """Count the requests of a server's log by what they ask."""
    return Counter(one.path.partition("/rest/")[2].removeprefix("api/") for one in server.log)


def contents(batches: list[Batch]) -> set[str]:
    """Return everything in batches, whatever its order."""
    return {repr(one) for batch in batches for one in (*batch.issues, *batch.changes, *batch.links)}


def talkative(histories: int, *, label: str = "x") -> JiraWorld:
    """Return a project of one issue that was changed many times."""
    world = small_world(stories=0)
    issue = world.issue("APO", at=day(10), summary="Talkative", type="Story", points=1)
    issue.due(day(10.01), dt.date(2026, 10, 1))
    for number in range(histories - 1):
        issue.label(day(10.1 + number / 100), add=f"{label}{number}")
    return world


def test_trap_1_2_the_new_search_alone_and_every_field_by_name() -> None:
    """Cloud's removed search is not asked, and no answer is left to the default of an id alone."""
    with JiraCloud(small_world(stories=STORIES), clock=lambda: NOW) as server:
        pulled(server)
        giving = [one for one in server.log if one.path.endswith(("/search/jql", "/issue/bulkfetch"))]
        assert asked(server)["3/search"] == asked(server)["2/search"] == 0
    assert giving
    assert all(one.request.payload().get("fields") for one in giving)
    assert all(one.status == 200 for one in server.log)


def test_trap_3_goes_on_behind_the_first_page(server: Server) -> None:
    """A project of several pages arrives whole, each issue once."""
    found = [one.ref for batch in pulled(server) for one in batch.issues]
    assert len(found) == len(set(found)) == STORIES + 4


def test_trap_5_what_is_pulled_is_what_a_census_sees(server: Server) -> None:
    """A list of ids, read apart, holds what was pulled and nothing else."""
    seen = {one.key for part in adapter(server).census() for one in part.present}
    assert seen == {one.key for batch in pulled(server) for one in batch.issues}


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("face", FACES)
def test_trap_6_7_the_accounts_zone_does_not_matter(face: type[Server], zone: str) -> None:
    """What changed since an instant is found whatever zone the token's account lives in."""
    world = JiraWorld(timezone=zone)
    world.project("APO", "Apollo")
    world.issue("APO", at=day(0), summary="Old", type="Task")
    world.issue("APO", at=day(5), summary="New", type="Task")
    with face(world, clock=lambda: NOW) as server:
        found = issues(pulled(server, Window(since=day(5))))
    assert [one.title for one in found.values()] == ["New"]


def test_trap_8_an_issue_that_comes_twice_counts_once_as_it_was_last() -> None:
    """A page that shifted shows an issue again; the later sight of it is the one that stays."""
    twice: list[list[product.Raw]] = [[{"id": "1", "v": 1}, {"id": "2"}], [{"id": "1", "v": 2}]]
    [portion] = product.gathered(twice, Position(), total=lambda: None)
    assert sorted(portion.raws, key=product.id_of) == [{"id": "1", "v": 2}, {"id": "2"}]


def test_trap_9_changes_just_before_the_last_sync_are_found(server: Server) -> None:
    """An incremental pull looks back: what another change of that minute hid, or the index, is found."""
    found = issues(pulled(server, Window(since=day(9) + dt.timedelta(minutes=10))))
    assert "Part" in {one.title for one in found.values()}


@pytest.mark.parametrize("histories", [19, 20, 39, 40, 41, 130])
@pytest.mark.parametrize("face", FACES)
def test_trap_12_a_history_reaches_back_to_its_first_entry(face: type[Server], histories: int) -> None:
    """However many histories come with an issue, the first due date of it is there."""
    with face(talkative(histories), clock=lambda: NOW) as server:
        batches = pulled(server)
        found = changes(batches, issues(batches)["APO-5"].key)
    assert len({one.act for one in found}) == histories
    assert (found[0].field, found[0].new) == ("due_on", "2026-10-01")


@pytest.mark.parametrize("in_ms", [True, False])
def test_trap_17_18_bulk_histories_in_either_form_over_pages(in_ms: bool) -> None:
    """Instants come as numbers or texts, an issue's histories on several pages: it is the same history."""
    with JiraCloud(talkative(60), clock=lambda: NOW) as server:
        whole = contents(pulled(server))
        server.changelog_in_ms, server.changelog_page = in_ms, 7
        server.log.clear()
        assert contents(pulled(server)) == whole
    assert asked(server)["3/changelog/bulkfetch"] > 5


def test_histories_without_field_ids_are_not_missed() -> None:
    """Items of old fields have a name alone: a history that is asked for apart brings them too."""

    def nameless(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        if not request.path.endswith("/changelog/bulkfetch"):
            return answer
        assert "fieldIds" not in request.payload(), "a filter by field id drops items that have none"
        return Answer(body=answer.body.replace(b'"fieldId":"duedate",', b""), headers=answer.headers)

    with JiraCloud(talkative(60), clock=lambda: NOW, middleware=nameless) as server:
        batches = pulled(server)
        found = changes(batches, issues(batches)["APO-5"].key)
    assert found[0].field == "due_on"


def test_trap_22_done_goes_by_the_category_of_the_status(server: Server) -> None:
    """An issue in a done status is done, whether anybody set a resolution or not."""
    world = small_world(stories=0)
    world.issue("APO", at=day(10), summary="Unresolved", type="Story").move(day(11), "Done", "")
    with type(server)(world, clock=lambda: NOW) as other:
        found = {one.title: one for one in issues(pulled(other)).values()}["Unresolved"]
    assert (found.category, found.resolution, found.closed_at) == (Category.DONE, "", day(11))


@pytest.mark.parametrize("short_every", [1, 2, 3])
def test_trap_41_short_pages_are_no_end(monkeypatch: pytest.MonkeyPatch, short_every: int) -> None:
    """Cloud puts less on a page than it could; the next token tells, not the page's length."""
    monkeypatch.setattr(queries, "SWEEP_PAGE", 40)
    with JiraCloud(small_world(stories=STORIES), clock=lambda: NOW) as server:
        server.short_every = short_every
        assert len(issues(pulled(server))) == STORIES + 4


@pytest.mark.parametrize("cap", [1, 7, 49, 1000])
def test_a_data_center_caps_its_pages(cap: int) -> None:
    """However few issues a site puts on a page, all of them arrive, each once."""
    with JiraDataCenter(small_world(stories=60), clock=lambda: NOW) as server:
        server.page_cap = cap
        found = [one.ref for batch in pulled(server) for one in batch.issues]
    assert len(found) == len(set(found)) == 64


def test_trap_44_45_hours_by_the_second_and_days_without_a_zone(server: Server) -> None:
    """An estimate is its seconds, whatever a site calls a day of work; a due date is a day."""
    story = issues(pulled(server))["APO-2"]
    assert (story.hours, story.due_on) == (6.0, dt.date(2026, 9, 20))


def test_trap_49_searches_travel_as_documents(server: Server) -> None:
    """No query is put into an address, which has an end."""
    pulled(server)
    searches = [one for one in server.log if "search" in one.path or "bulkfetch" in one.path]
    assert {one.method for one in searches} == {"POST"}
    assert all(len(str(one.params)) < 500 for one in server.log)


@pytest.mark.parametrize(
    ("issues_there", "most"), [pytest.param(6, 11, id="a page"), pytest.param(700, 20, id="several")]
)
def test_a_pull_is_as_cheap_as_the_project_is_small(issues_there: int, most: int) -> None:
    """A project of one page costs that page; a larger one a sweep and a request for each hundred."""
    with JiraCloud(small_world(stories=issues_there), clock=lambda: NOW) as server:
        pulled(server)
        assert len(server.log) <= most, asked(server)


def test_parts_of_a_sweep_bring_every_issue_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that is cut into parts of time brings each issue once, in the order of creation."""
    monkeypatch.setattr(cloud, "SWEEP_PART", 20)
    monkeypatch.setattr(queries, "CLOUD_PAGE", 30)
    with JiraCloud(small_world(stories=STORIES), clock=lambda: NOW) as server:
        found = [one for batch in pulled(server) for one in batch.issues]
        assert asked(server)["3/search/jql"] > 8
    assert len({one.key for one in found}) == len(found) == STORIES + 4
    assert [one.created_at for one in found] == sorted(one.created_at for one in found)


def test_issues_that_cannot_be_given_in_bulk_are_read_alone() -> None:
    """What the site could not put among others is asked for by itself."""

    def refusing(request: Request, serve: Serve) -> Answer:
        if not request.path.endswith("/issue/bulkfetch"):
            return serve(request)
        wanted = request.payload()["issueIdsOrKeys"]
        errors = [{"id": one, "errorMessage": "too large"} for one in wanted]
        return answer_json({"issues": [], "issueErrors": errors})

    with JiraCloud(small_world(stories=110), clock=lambda: NOW, middleware=refusing) as server:
        assert len(issues(pulled(server))) == 114


def test_an_epic_that_cannot_be_given_among_others_is_read_alone() -> None:
    """An epic is asked for by key; the site names what it could not give among others by its id."""
    world = small_world(stories=1)
    epic = world.issue("OPS", at=day(1), summary="Elsewhere, too", type="Epic")
    child = world.issue("APO", at=day(10), summary="Child", type="Story", parent=epic.key)

    def by_link(request: Request, serve: Serve) -> Answer:
        if request.path.endswith("/issue/bulkfetch"):
            assert request.payload()["issueIdsOrKeys"] == [epic.key]
            return answer_json({"issues": [], "issueErrors": [{"id": epic.id, "errorMessage": "later"}]})
        answer = serve(request)
        if request.path.endswith("/field"):  # a site that still has the links that Cloud retired
            link = custom_field(EPIC_LINK, "Epic Link", "any", EPIC_LINK_TYPE)
            return answer_json([*json.loads(answer.body), link])
        if not request.path.endswith("/search/jql"):
            return answer
        page = json.loads(answer.body)
        for one in page["issues"]:
            if one["id"] == str(child.id):
                one["fields"] |= {"parent": None, EPIC_LINK: epic.key}
        return answer_json(page)

    with JiraCloud(world, clock=lambda: NOW, middleware=by_link) as server:
        assert issues(pulled(server))[child.key].parent == f"jira:issue:{epic.id}"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(faults.instead(400, {"errorMessages": ["token expired"]}), UnreachableError, id="lost"),
        pytest.param(
            faults.instead(200, {"issues": [], "nextPageToken": "t"}), MalformedError, id="without end"
        ),
    ],
)
def test_a_token_that_leads_nowhere_ends_the_pull(
    monkeypatch: pytest.MonkeyPatch, answer: faults.Fault, error: type[Exception]
) -> None:
    """A token that the site has lost is worth another try later; one that leads to itself is not followed."""
    monkeypatch.setattr(queries, "SWEEP_PAGE", 40)
    rules = Faults().on(r"/search/jql", answer, nth=3, times=FOREVER)
    with (
        JiraCloud(small_world(stories=STORIES), clock=lambda: NOW, middleware=rules) as server,
        pytest.raises(error),
    ):
        pulled(server)
