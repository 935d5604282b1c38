"""Both faces of Jira, over HTTP on loopback."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest

from adapters.errors import MalformedError, NotFoundError, RefusedError, SettingsError, UnreachableError
from adapters.jira import adapter as jira_adapter
from adapters.jira import product, queries
from adapters.jira.settings import JiraSettings
from adapters.protocol import Adapter, Window
from adapters.records import Category, LinkKind, MilestoneStatus
from adapters.testing import AdapterContract
from connector.demo.trackers.exchange import Answer, Request, answer_json
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from tests.adapters.jira_world import NOW, adapter, changes, day, environment, issues, small_world

Server = JiraCloud | JiraDataCenter
Serve = Callable[[Request], Answer]


FACES: tuple[type[Server], ...] = (JiraCloud, JiraDataCenter)


@pytest.fixture(params=FACES, ids=["cloud", "datacenter"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Serve the small project."""
    made: Server = request.param(small_world(), clock=lambda: NOW)
    with made:
        yield made


class _Contract(AdapterContract):
    face: ClassVar[type[Server]]
    server: Server

    @pytest.fixture(autouse=True)
    def _served(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Serve enough issues for several batches."""
        monkeypatch.setattr(product, "BATCH_ISSUES", 30)
        monkeypatch.setattr(queries, "CLOUD_PAGE", 20)
        monkeypatch.setattr(queries, "CENTER_PAGE", 20)
        self.server = self.face(small_world(stories=70), clock=lambda: NOW)
        with self.server:
            yield

    def make(self) -> Adapter:
        """Return a new adapter of the same server."""
        return adapter(self.server)


class TestCloud(_Contract):
    """Jira Cloud keeps the contract."""

    face = JiraCloud


class TestDataCenter(_Contract):
    """Jira Data Center keeps the contract."""

    face = JiraDataCenter


def test_reads_an_issue_whole(server: Server) -> None:
    """Everything an issue says arrives, in neutral words, the same from both faces."""
    asked = environment(fields=frozenset({"Client title"}))
    batches = list(adapter(server, world=asked).pull(Window()))
    story, epic = issues(batches)["APO-2"], issues(batches)["APO-1"]
    assert (story.title, story.type, story.level, epic.level) == ("Log in", "Story", 0, 1)
    assert (story.category, story.status, story.resolution) == (Category.DONE, "Done", "Done")
    assert (story.parent, story.points, story.hours, story.due_on) == (
        epic.key,
        5.0,
        6.0,
        dt.date(2026, 9, 20),
    )
    assert story.labels == ("client", "web")
    assert story.milestones == ("jira:version:20001",)
    assert len(story.iterations) == 1
    assert story.closed_at == day(6)
    assert story.fields == {"Client title": "People can log in"}
    assert [person.name for person in story.people if person.role == "assignee"] == ["Ann Example"]
    assert story.url == f"{server.url}/browse/APO-2"


def test_reads_the_history(server: Server) -> None:
    """A history becomes changes: a status brings its category, a sprint its list, points their number."""
    batches = list(adapter(server).pull(Window()))
    story = issues(batches)["APO-2"]
    told = [(one.at, str(one.field), one.old, one.new) for one in changes(batches, story.key)]
    assert (day(3), "points", "3", "5") in told
    assert (day(4), "category", "todo", "doing") in told
    assert (day(6), "category", "doing", "done") in told
    sprint = next(one for one in changes(batches, story.key) if one.field == "iterations")
    assert (sprint.old_list, sprint.new_list) == ((), story.iterations)


def test_reads_versions_as_milestones(server: Server) -> None:
    """Versions are milestones: a released one is done on its day, an open one has its plan."""
    first, second = next(adapter(server).pull(Window())).milestones or ()
    assert (first.name, first.status, first.released_on) == ("R1", MilestoneStatus.DONE, day(30).date())
    assert (second.status, second.due_on) == (MilestoneStatus.OPEN, dt.date(2026, 12, 1))
    assert second.released_on is None


def test_trap_25_26_reads_a_link_once_and_the_right_way(server: Server) -> None:
    """A link seen on both issues is one link, and blocks in its true direction."""
    batches = list(adapter(server).pull(Window()))
    links = {one.id: one for batch in batches for one in batch.links}
    blocked, blocker = (
        issues(batches)["APO-2"],
        next(i for i in issues(batches).values() if i.title == "Part"),
    )
    [link] = links.values()
    assert (link.kind, link.a, link.b, link.name) == (LinkKind.BLOCKS, blocker.key, blocked.key, "blocks")


def test_keeps_a_security_level(server: Server) -> None:
    """A restricted issue says so: nothing else keeps it from a client's page."""
    batches = list(adapter(server).pull(Window()))
    assert [one.title for one in issues(batches).values() if one.security] == ["Secret"]


def test_a_source_named_otherwise_has_other_keys(server: Server) -> None:
    """Two sites feed one project under two names, so keys never meet."""
    named = adapter(server, world=environment(name="acme"))
    batch = next(named.pull(Window()))
    assert named.name == "acme:APO"
    assert {one.key.partition(":")[0] for one in batch.issues} == {"acme"}


def test_select_narrows_and_locate_finds_what_left(server: Server) -> None:
    """Issues outside the condition are not pulled, yet found where they are; a deleted one is not."""
    selected = adapter(server, select='labels = client OR summary ~ "Shop"')
    pulled = issues(list(selected.pull(Window())))
    assert set(pulled) == {"APO-1", "APO-2"}
    everything = issues(list(adapter(server).pull(Window())))
    outside = everything["APO-3"].key
    found = selected.locate([outside, "jira:issue:424242"])
    assert (found[outside].ref, found["jira:issue:424242"].found) == ("APO-3", False)


def test_an_incremental_pull_brings_whole_histories(server: Server) -> None:
    """Since an instant (with the overlap), changed issues come with all of their history."""
    batches = list(adapter(server).pull(Window(since=day(9))))
    assert "APO-3" not in issues(batches)
    part = next(one for one in issues(batches).values() if one.title == "Part")
    assert part.parent is not None


def test_trap_42_43_asks_for_nothing_it_does_not_need(server: Server) -> None:
    """Comments, worklogs, sums over sub-tasks and 'all fields' are never asked for; all calls read."""
    list(adapter(server).pull(Window()))
    asked = b"".join(one.request.body for one in server.log).decode()
    assert "comment" not in asked
    assert "worklog" not in asked
    assert "aggregate" not in asked
    assert "*" not in asked
    assert {one.method for one in server.log} == {"GET", "POST"}
    assert all("search" in one.path or "bulkfetch" in one.path for one in server.log if one.method == "POST")


def test_looks_at_the_tracker(server: Server) -> None:
    """The catalogue names account, fields worth mapping, types with levels, statuses and rights."""
    seen = adapter(server).catalogue()
    assert seen.account == "Reader"
    assert seen.timezone == "UTC"
    assert seen.deployment.startswith("Jira ")
    assert (seen.types["Epic"], seen.statuses["Done"]) == (1, "done")
    assert seen.hints["client_title"] == "customfield_10050"
    assert {"story_points", "sprint"} <= seen.hints.keys()
    assert {"client", "web"} <= set(seen.labels)
    assert seen.issues == len(issues(list(adapter(server).pull(Window()))))


def test_trap_50_a_project_that_is_not_for_us_is_not_found(server: Server) -> None:
    """A project that is not there, or not for this token, is told as such."""
    with pytest.raises(NotFoundError, match="NOPE"):
        list(adapter(server, project="NOPE").pull(Window()))


def test_a_wrong_token_is_refused_without_being_shown(server: Server) -> None:
    """A refused token ends at once; the message shows the address, not the token."""
    server.token = "another"
    settings = {"site": server.url, "project": "APO", "token": "sesame-4711"}
    refused = jira_adapter.JiraAdapter.open(JiraSettings.model_validate(settings), environment())
    with pytest.raises(RefusedError) as caught:
        list(refused.pull(Window()))
    assert "sesame" not in str(caught.value)


def test_a_condition_jira_refuses_is_a_fault_of_the_settings(server: Server) -> None:
    """Jira's own words about a wrong condition reach whoever wrote it."""
    with pytest.raises(SettingsError, match="answered 400"):
        list(adapter(server, select="nosuchfield = 1").pull(Window()))


def test_trap_34_35_calls_the_gateway_and_links_to_the_site() -> None:
    """A scoped token works at the gateway alone; links lead to the address that people use."""
    with JiraCloud(small_world(), clock=lambda: NOW) as server:
        server.is_scoped = True
        settings = {
            "site": "https://acme.example",
            "api": f"{server.url}/ex/jira/{server.cloud_id}",
            "project": "APO",
            "email": server.email,
            "token": server.token,
        }
        source = jira_adapter.JiraAdapter.open(JiraSettings.model_validate(settings), environment())
        found = issues(list(source.pull(Window())))
        with pytest.raises(RefusedError, match="scope"):
            list(adapter(server).pull(Window()))
    assert found["APO-1"].url == "https://acme.example/browse/APO-1"


def test_a_pull_that_dies_keeps_what_it_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the tracker dies in mid-pull, the batches before stay good and the rest follows them."""
    monkeypatch.setattr(product, "BATCH_ISSUES", 20)
    monkeypatch.setattr(queries, "CLOUD_PAGE", 20)
    dead = False

    def dying(request: Request, serve: Serve) -> Answer:
        return answer_json({}, status=503) if dead else serve(request)

    with JiraCloud(small_world(stories=400), clock=lambda: NOW, middleware=dying) as server:
        pulled = adapter(server).pull(Window())
        had = [next(pulled)]
        dead = True
        with pytest.raises(UnreachableError):
            had += pulled
        dead = False
        rest = list(adapter(server).pull(Window(cursor=had[-1].cursor)))
        assert set(issues(had + rest)) == set(issues(list(adapter(server).pull(Window()))))


def test_trap_4_a_repeated_page_token_ends_the_pull() -> None:
    """A search that gives a token twice would never end: it is told as malformed."""
    page = {"issues": [{"id": "1", "key": "APO-1", "fields": {"created": "2026-09-01T09:00:00.000+0000"}}]}

    def repeating(request: Request, serve: Serve) -> Answer:
        is_search = request.path.endswith("/search/jql")
        return answer_json({**page, "nextPageToken": "same"}) if is_search else serve(request)

    with (
        JiraCloud(small_world(), clock=lambda: NOW, middleware=repeating) as server,
        pytest.raises(MalformedError, match="repeats itself"),
    ):
        list(adapter(server).pull(Window()))


def test_one_bad_issue_is_kept_out_and_told() -> None:
    """An issue without a readable creation is quarantined by name; the rest arrives."""

    def spoiling(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        body = (
            answer.body.replace(b'"created":"2026-09-02T', b'"created":"soon')
            if b'"issues"' in answer.body
            else answer.body
        )
        return Answer(status=answer.status, body=body, headers=answer.headers)

    with JiraCloud(small_world(), clock=lambda: NOW, middleware=spoiling) as server:
        batches = list(adapter(server).pull(Window()))
    [bad] = [one for batch in batches for one in batch.quarantined]
    assert (bad.ref, bad.field) == ("APO-2", "created")
    assert "soon" not in bad.reason
    assert "APO-1" in issues(batches)


def test_a_killed_pull_asks_no_more_for_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Going on behind a batch asks for the issues created since then, not for those it has."""
    monkeypatch.setattr(product, "BATCH_ISSUES", 20)
    monkeypatch.setattr(queries, "CLOUD_PAGE", 20)
    with JiraCloud(small_world(stories=150), clock=lambda: NOW) as server:
        had = list(itertools.islice(adapter(server).pull(Window()), 2))
        server.log.clear()
        list(adapter(server).pull(Window(cursor=had[-1].cursor)))
        asked = [one.request.payload() for one in server.log if one.path.endswith("/bulkfetch")]
    assert asked
    again = {key for body in asked for key in body["issueIdsOrKeys"]} & {
        one.key.rpartition(":")[2] for batch in had for one in batch.issues
    }
    assert again == set()
