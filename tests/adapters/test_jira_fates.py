"""What became of issues: census, whereabouts by id, and issues fetched past a lagging index."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from adapters.errors import AdapterError, MalformedError, NotFoundError, RefusedError
from adapters.jira import queries, whereabouts
from adapters.protocol import Batch, Census, Environment, Fate, Window
from connector.demo.trackers.exchange import Answer, Request, Serve
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.world import JiraWorld
from tests.adapters.jira_notes import Notebook
from tests.adapters.jira_world import NOW, adapter, changes, day, issues, small_world
from tests.trackers import faults
from tests.trackers.faults import FOREVER, Faults

Server = JiraCloud | JiraDataCenter
FACES: tuple[type[Server], ...] = (JiraCloud, JiraDataCenter)
KEY = "jira:issue:{}"
HOUR = dt.timedelta(hours=1)


@pytest.fixture(params=FACES, ids=["cloud", "datacenter"])
def face(request: pytest.FixtureRequest) -> type[Server]:
    """Return each product in turn."""
    chosen: type[Server] = request.param
    return chosen


def open_world() -> JiraWorld:
    """Return a project APO, and OPS beside it, in which nothing is restricted."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    world.project("OPS", "Operations")
    return world


def seen(server: Server, world: Environment | None = None) -> set[str]:
    """Return the keys a census names."""
    parts = list(adapter(server, world=world).census())
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]
    return {one.key for part in parts for one in part.present}


def test_trap_27_29_deleted_and_moved_are_told_apart(face: type[Server]) -> None:
    """Gone from the census; by its id a moved issue is found under its new key, a deleted one is not."""
    world = open_world()
    kept, gone, moved = (world.issue("APO", at=day(n), summary=str(n), type="Task") for n in range(3))
    keys = [KEY.format(one.id) for one in (kept, gone, moved)]
    gone.delete(day(5))
    moved.relocate(day(6), "OPS")
    with face(world, clock=lambda: NOW) as server:
        assert seen(server) == {keys[0]}
        found = adapter(server).locate(keys)
    assert [found[key].fate for key in keys] == [Fate.PRESENT, Fate.DELETED, Fate.MOVED]
    assert [found[key].ref for key in keys] == ["APO-1", "", "OPS-1"]


def test_trap_30_a_hidden_issue_is_not_called_deleted(face: type[Server]) -> None:
    """Where issues can be restricted, one that is not found is no longer visible, and no more is said."""
    world = open_world()
    world.security_level("APO", "Board only")
    hidden = world.issue("APO", at=day(1), summary="Hidden", type="Task").hide(day(2))
    with face(world, clock=lambda: NOW) as server:
        found = adapter(server).locate([KEY.format(hidden.id)])
    assert [one.fate for one in found.values()] == [Fate.INVISIBLE]


@pytest.mark.parametrize(
    ("browses", "may_set", "levels", "expected"),
    [
        pytest.param(True, True, {"levels": []}, True, id="nothing can be restricted"),
        pytest.param(True, True, {"levels": [{"id": "1"}]}, False, id="something can"),
        pytest.param(True, False, {"levels": []}, False, id="levels are told to others only"),
        pytest.param(False, True, {"levels": []}, False, id="the project is closed to us"),
        pytest.param(True, True, None, False, id="levels were refused"),
        pytest.param(True, True, {"levels": None}, False, id="another shape"),
    ],
)
def test_sight_is_full_only_when_nothing_can_hide(
    browses: bool, may_set: bool, levels: object, expected: bool
) -> None:
    """Jira lists security levels to those who may set them: an empty list proves something to them alone."""
    granted = {"BROWSE_PROJECTS": browses, "SET_ISSUE_SECURITY": may_set}
    rights = {"permissions": {name: {"havePermission": have} for name, have in granted.items()}}
    assert whereabouts.sight(rights, levels).is_full is expected


def test_a_token_that_may_only_read_cannot_tell(face: type[Server]) -> None:
    """Without the right to set levels a missing issue is deleted or hidden: the tracker does not say."""
    world = open_world()
    world.issue("APO", at=day(1), summary="One", type="Task")
    gone = world.issue("APO", at=day(1), summary="Gone", type="Task").delete(day(2))
    with face(world, clock=lambda: NOW) as server:
        server.permissions = frozenset({"BROWSE_PROJECTS"})
        found = adapter(server).locate([KEY.format(gone.id)])
    assert [one.fate for one in found.values()] == [Fate.INVISIBLE]


def test_outside_the_condition_is_not_gone(face: type[Server]) -> None:
    """An issue of the project that no longer meets the condition is outside; one that does is present."""
    world = open_world()
    inside = world.issue("APO", at=day(1), summary="In", type="Task", labels=("client",))
    outside = world.issue("APO", at=day(1), summary="Out", type="Task", labels=("client",))
    outside.label(day(2), remove="client")
    with face(world, clock=lambda: NOW) as server:
        source = adapter(server, select="labels = client")
        found = source.locate([KEY.format(inside.id), KEY.format(outside.id)])
        fetched = [one.ref for batch in source.fetch(list(found)) for one in batch.issues]
    assert [one.fate for one in found.values()] == [Fate.PRESENT, Fate.OUTSIDE]
    assert fetched == ["APO-1"]


@pytest.mark.parametrize("select", ["", "labels = client"])
def test_short_pages_put_nothing_outside(face: type[Server], select: str) -> None:
    """Where a site puts one issue on a page, whatever was asked for, the condition is asked of all."""
    world = open_world()
    made = [world.issue("APO", at=day(n), summary=str(n), type="Task", labels=("client",)) for n in range(3)]
    with face(world, clock=lambda: NOW, middleware=one_a_page) as server:
        if isinstance(server, JiraDataCenter):
            server.page_cap = 1
        found = adapter(server, select=select).locate([KEY.format(one.id) for one in made])
    assert [one.fate for one in found.values()] == [Fate.PRESENT] * 3


def one_a_page(request: Request, serve: Serve) -> Answer:
    """Let Cloud's search give one issue a page."""
    if not request.path.endswith("/search/jql"):
        return serve(request)
    return serve(replace(request, body=json.dumps({**request.payload(), "maxResults": 1}).encode()))


def test_an_id_that_is_no_number_is_no_answer() -> None:
    """Ids are numbers: a sweep that holds anything else is told as malformed, and nothing is concluded."""
    odd = faults.instead(200, {"issues": [{"id": "1) OR (1"}], "isLast": True})
    rules = Faults().on(r"/search/jql$", odd, nth=2, times=FOREVER)
    with JiraCloud(small_world(stories=110), clock=lambda: NOW, middleware=rules) as server:
        with pytest.raises(MalformedError, match=r"issues\.0\.id"):
            list(adapter(server).pull(Window()))
        with pytest.raises(MalformedError, match=r"issues\.0\.id"):
            list(adapter(server).census())


def test_an_archived_issue_is_still_there(face: type[Server]) -> None:
    """Searching passes an archived issue over; by its id it is found, so nothing became of it."""
    world = open_world()
    archived = world.issue("APO", at=day(1), summary="Old", type="Task").archive(day(2))
    world.issue("APO", at=day(1), summary="Other", type="Task")
    with face(world, clock=lambda: NOW) as server:
        assert KEY.format(archived.id) not in seen(server)
        found = adapter(server).locate([KEY.format(archived.id)])
    assert [(one.fate, one.ref) for one in found.values()] == [(Fate.PRESENT, "APO-1")]


def test_trap_10_11_what_the_index_does_not_know_yet_is_fetched_by_id() -> None:
    """An issue is not found by searching yet: by its id it is present, whole and as it is now."""
    world = open_world()
    for number in range(3):
        world.issue("APO", at=day(number), summary="Old", type="Task", labels=("client",))
    fresh = world.issue("APO", at=NOW - HOUR, summary="Fresh", type="Task", labels=("client",))
    fresh.due(NOW - HOUR / 2, dt.date(2026, 12, 1))
    key = KEY.format(fresh.id)
    with JiraCloud(world, clock=lambda: NOW) as server:
        server.consistent_after = 2 * HOUR
        for select in ("", "labels = client"):
            source = adapter(server, select=select)
            assert key not in issues(list(source.pull(Window()))).keys() | seen(server)
            assert source.locate([key])[key].fate is Fate.PRESENT
            batches: list[Batch] = list(source.fetch([key]))
            assert [one.title for one in issues(batches).values()] == ["Fresh"]
            assert [one.field for one in changes(batches, key)] == ["due_on"]


def test_fetching_leaves_out_what_is_not_the_sources(face: type[Server]) -> None:
    """A moved issue, a deleted one and one that never was are left out; the rest arrive whole."""
    world = open_world()
    kept, gone, moved = (world.issue("APO", at=day(n), summary=str(n), type="Task") for n in range(3))
    kept.rename(day(4), "Kept")
    gone.delete(day(5))
    moved.relocate(day(6), "OPS")
    keys = [KEY.format(one) for one in (kept.id, gone.id, moved.id, 999_999)] + ["jira:issue:odd"]
    with face(world, clock=lambda: NOW) as server:
        batches = list(adapter(server).fetch(keys))
    assert [one.title for one in issues(batches).values()] == ["Kept"]
    assert [one.field for one in changes(batches, keys[0])] == ["title"]
    assert [batch.last for batch in batches][-1] is True


def test_a_census_is_cheap() -> None:
    """Cloud gives thousands of ids a page: a census is one request, and one that proves the token."""
    with JiraCloud(small_world(stories=300), clock=lambda: NOW) as server:
        notes = Notebook()
        list(adapter(server, world=notes.environment()).pull(Window()))
        server.log.clear()
        assert len(seen(server, notes.environment())) == 304
        assert len(server.log) == 2


@pytest.mark.parametrize("cap", [3, 1000])
def test_a_data_centers_census_honours_its_pages(cap: int) -> None:
    """A Data Center caps a page as it likes; every issue is named with its last update."""
    with JiraDataCenter(small_world(), clock=lambda: NOW) as server:
        server.page_cap = cap
        parts = list(adapter(server).census())
        updated = {one.key: one.updated_at for part in parts for one in part.present}
        pulled = {one.key: one.updated_at for b in adapter(server).pull(Window()) for one in b.issues}
    assert updated == pulled


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_trap_75_a_census_with_a_failed_page_has_no_end(
    face: type[Server], monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """When any page fails, the census raises and is never marked as come to its end."""
    monkeypatch.setattr(queries, "SWEEP_PAGE", 10)
    monkeypatch.setattr(queries, "CENTER_SWEEP_PAGE", 10)
    rules = Faults().on(r"/search(/jql)?$", faults.server_error(503), nth=nth, times=FOREVER)
    with face(small_world(), clock=lambda: NOW, middleware=rules) as server:
        parts: list[Census] = []
        with pytest.raises(AdapterError):
            parts += adapter(server).census()
    assert not [part for part in parts if part.last]


def mute(request: Request, serve: Serve) -> Answer:
    """Answer as to a stranger, and without the header that would tell."""
    answer = serve(request)
    return Answer(status=answer.status, body=answer.body, headers={"Content-Type": "application/json"})


def test_trap_28_nothing_is_believed_of_a_token_that_expired(face: type[Server]) -> None:
    """A site that answers a dead token with 200 and nothing is refused, never taken for an empty project."""
    notes = Notebook()
    with face(small_world(), clock=lambda: NOW, middleware=mute) as server:
        batches = list(adapter(server, world=notes.environment()).pull(Window()))
        key = batches[0].issues[0].key
        server.signed_out = True
        source = adapter(server, world=notes.environment())
        with pytest.raises((RefusedError, NotFoundError)):
            list(source.pull(Window(since=NOW)))
        with pytest.raises((RefusedError, NotFoundError)):
            list(source.census())
        with pytest.raises((RefusedError, NotFoundError)):
            source.locate([key])


def test_another_accounts_answers_are_not_compared(face: type[Server]) -> None:
    """A token of another account sees another project: nothing is concluded from what is missing."""
    notes = Notebook()
    with face(small_world(), clock=lambda: NOW) as server:
        list(adapter(server, world=notes.environment()).pull(Window()))
        server.account = "somebody-else"
        with pytest.raises(RefusedError, match="another account"):
            list(adapter(server, world=notes.environment()).census())
