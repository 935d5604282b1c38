"""What a sync of Jira costs from day to day, and what is remembered between two of them."""

from __future__ import annotations

import datetime as dt

import pytest

from adapters.errors import SettingsError
from adapters.protocol import Batch, Window
from adapters.records import Category, IterationStatus
from connector.demo.trackers.jira import defaults
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.world import JiraWorld
from tests.adapters.jira_notes import Notebook
from tests.adapters.jira_world import NOW, adapter, changes, day, issues, small_world
from tests.trackers import faults
from tests.trackers.faults import FOREVER, Faults

Server = JiraCloud | JiraDataCenter
FACES: tuple[type[Server], ...] = (JiraCloud, JiraDataCenter)
QUARTER = dt.timedelta(minutes=15)


@pytest.fixture(params=FACES, ids=["cloud", "datacenter"])
def face(request: pytest.FixtureRequest) -> type[Server]:
    """Return each product in turn."""
    chosen: type[Server] = request.param
    return chosen


@pytest.fixture
def notes() -> Notebook:
    """Return an empty notebook."""
    return Notebook()


def synced(server: Server, notes: Notebook, *, since: dt.datetime | None = None) -> list[Batch]:
    """Sync as of the notebook's time, by a new adapter: the process of each sync is another."""
    server.clock = lambda: notes.now
    server.log.clear()
    return list(adapter(server, world=notes.environment()).pull(Window(since=since)))


def test_a_sync_with_nothing_changed_costs_three_requests(face: type[Server], notes: Notebook) -> None:
    """Versions, one page of sprints, one search that finds nothing: what else rarely changes is noted."""
    with face(small_world(), clock=lambda: NOW) as server:
        synced(server, notes)
        notes.now += QUARTER
        batches = synced(server, notes, since=NOW)
        assert len(server.log) == 3
    assert [len(batch.issues) for batch in batches] == [0]
    assert batches[0].last
    assert (batches[0].milestones, batches[0].iterations) != (None, None)


def test_a_few_hundred_changes_are_worth_no_sweep(notes: Notebook) -> None:
    """A few pages of changes are read one after the other; only more are swept and read side by side."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    for number in range(500):
        made = world.issue("APO", at=day(number / 1000), summary=str(number), type="Task")
        made.label(day(20 + number % 2), add="seen")
    with JiraCloud(world, clock=lambda: NOW) as server:
        synced(server, notes)
        few = synced(server, notes, since=day(20.5))
        assert len(server.log) == 1 + 3
        many = synced(server, notes, since=day(0))
        assert any(one.path.endswith("/issue/bulkfetch") for one in server.log)
    assert (len(issues(few)), len(issues(many))) == (250, 500)


def test_notes_are_believed_for_a_day(face: type[Server], notes: Notebook) -> None:
    """A day later the definitions are asked for again."""
    with face(small_world(), clock=lambda: NOW) as server:
        synced(server, notes)
        notes.now += dt.timedelta(hours=23)
        synced(server, notes, since=NOW)
        assert not any(one.path.endswith("/field") for one in server.log)
        notes.now += dt.timedelta(hours=2)
        synced(server, notes, since=NOW)
        assert any(one.path.endswith("/field") for one in server.log)


@pytest.mark.parametrize("note", ["", "{", "[]", '{"asked_of": "another"}'])
def test_a_lost_or_foreign_note_costs_requests_only(face: type[Server], notes: Notebook, note: str) -> None:
    """What cannot be read is asked for again, and the records are the same."""
    with face(small_world(), clock=lambda: NOW) as server:
        before = issues(synced(server, notes))
        for name in list(notes.kept):
            notes.write(name, note, until=NOW + dt.timedelta(days=9))
        assert issues(synced(server, notes, since=day(0))) == before


def test_notes_hold_no_secret_and_nobody(face: type[Server], notes: Notebook) -> None:
    """Neither the token nor the name of its owner is written down."""
    with face(small_world(), clock=lambda: NOW) as server:
        synced(server, notes)
        told = " ".join(text for text, _ in notes.kept.values())
        assert server.token not in told
        assert "Reader" not in told
    assert {"definitions", "sprints"} <= notes.kept.keys()


def test_a_status_made_since_the_note_is_understood(face: type[Server], notes: Notebook) -> None:
    """An issue in a status nobody knew when definitions were noted has them asked for at once."""
    world = small_world(stories=0)
    with face(world, clock=lambda: NOW) as server:
        synced(server, notes)
        world.define("statuses", defaults.status("77777", "Checking", "indeterminate"))
        late = world.issue("APO", at=NOW + dt.timedelta(minutes=1), summary="Late", type="Story")
        late.move(NOW + dt.timedelta(minutes=2), "Checking").move(NOW + dt.timedelta(minutes=3), "Done")
        late.move(NOW + dt.timedelta(minutes=4), "Checking")
        notes.now += QUARTER
        batches = synced(server, notes, since=NOW)
    found = next(one for one in issues(batches).values() if one.title == "Late")
    told = [one.new for one in changes(batches, found.key) if one.field == "category"]
    assert (found.category, told) == (Category.DOING, ["doing", "done", "doing"])


def test_a_refusal_that_follows_from_a_note_is_tried_again(notes: Notebook) -> None:
    """Where the site refuses what was noted of it, definitions are asked for and the pull goes on."""
    rules = Faults()
    with JiraCloud(small_world(), clock=lambda: NOW, middleware=rules) as server:
        whole = issues(synced(server, notes))
        rules.on(r"/search/jql", faults.instead(400, {"errorMessages": ["no such field"]}))
        assert issues(synced(server, notes, since=day(0))) == whole
        rules.on(r"/search/jql", faults.instead(400, {"errorMessages": ["no such field"]}), times=FOREVER)
        with pytest.raises(SettingsError):
            synced(server, notes, since=day(0))


def test_a_full_pull_asks_for_definitions(face: type[Server], notes: Notebook) -> None:
    """Nothing noted is believed when everything is pulled."""
    with face(small_world(), clock=lambda: NOW) as server:
        synced(server, notes)
        synced(server, notes)
        assert any(one.path.endswith("/field") for one in server.log)


def test_trap_32_79_versions_are_known_by_id(face: type[Server], notes: Notebook) -> None:
    """A version that is renamed, archived or gone is what the list says of its id; nothing is guessed."""
    world = small_world(stories=0)
    second = world.version("APO", "R3", release_on=dt.date(2027, 1, 1))
    second.rename(NOW + QUARTER, "R3 final")
    with face(world, clock=lambda: NOW) as server:
        before = {one.key: one.name for one in synced(server, notes)[0].milestones or ()}
        notes.now += 2 * QUARTER
        after = {one.key: one.name for one in synced(server, notes, since=NOW)[0].milestones or ()}
    assert before.keys() == after.keys()
    assert set(after.values()) - set(before.values()) == {"R3 final"}


def test_sprints_are_described(face: type[Server], notes: Notebook) -> None:
    """A sprint is active from its start until it is completed; the planned end stays beside the real one."""
    with face(sprinting(), clock=lambda: NOW) as server:
        found = {one.name: one for one in synced(server, notes)[0].iterations or ()}
    first, second, third = (found[f"S {number}"] for number in (1, 2, 3))
    assert [one.status for one in (first, second, third)] == ["closed", "active", "future"]
    assert (first.start_at, first.end_at, first.completed_at) == (day(1), day(15), day(16))
    assert (second.completed_at, third.start_at) == (None, None)
    assert first.goal == "Ship, then [rest]"


def test_a_sprint_on_several_boards_is_one(face: type[Server], notes: Notebook) -> None:
    """The same sprint shows on several boards; a kanban board has none, and that is no fault."""
    world = sprinting()
    world.board("APO", "Flow", kind="kanban")
    world.sprint(1, "Shared", start=day(1), end=day(2)).show_on(day(0), world.board("APO", "Other"))
    with face(world, clock=lambda: NOW) as server:
        names = [one.name for one in synced(server, notes)[0].iterations or ()]
    assert sorted(names) == ["S 1", "S 2", "S 3", "Shared"]


def test_a_sprint_that_closes_is_seen_to_close(face: type[Server], notes: Notebook) -> None:
    """Between two looks at everything a closed sprint is asked for by itself, a deleted one is gone."""
    world = sprinting()
    world.sprint(1, "Short", start=NOW - QUARTER, end=day(99)).close(NOW + QUARTER)
    world.sprint(1, "Wrong", start=NOW - QUARTER, end=day(99)).delete(NOW + QUARTER)
    with face(world, clock=lambda: NOW) as server:
        before = {one.name: one.status for one in synced(server, notes)[0].iterations or ()}
        notes.now += 2 * QUARTER
        after = {one.name: one.status for one in synced(server, notes, since=NOW)[0].iterations or ()}
    assert (before["Short"], before["Wrong"]) == (IterationStatus.ACTIVE, IterationStatus.ACTIVE)
    assert (after["Short"], "Wrong" in after) == (IterationStatus.CLOSED, False)
    assert after["S 1"] is IterationStatus.CLOSED


@pytest.mark.parametrize("status", [403, 404])
def test_a_site_without_the_agile_api_has_no_sprints(notes: Notebook, status: int) -> None:
    """A site without boards, or a token that may not see them, is read all the same."""
    rules = Faults().on(r"/agile/", faults.instead(status, {"message": "no"}), times=FOREVER)
    with JiraCloud(small_world(), clock=lambda: NOW, middleware=rules) as server:
        batches = synced(server, notes)
        notes.now += QUARTER
        synced(server, notes, since=NOW)
        assert len(server.log) == 2
    assert batches[0].iterations is None
    assert len(issues(batches)) == 34


def test_more_sprints_than_a_page_holds(face: type[Server], notes: Notebook) -> None:
    """Boards list fifty sprints a page; all of them are read."""
    world = small_world(stories=0)
    for number in range(120):
        world.sprint(1, f"Many {number}", start=day(number / 10), end=day(99)).close(day(40))
    with face(world, clock=lambda: NOW) as server:
        assert len(synced(server, notes)[0].iterations or ()) == 121


def sprinting() -> JiraWorld:
    """Return a project with a closed, an active and a future sprint."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    board = world.board("APO", "Team board")
    world.sprint(board, "S 1", start=day(1), end=day(15), goal="Ship, then [rest]").close(day(16))
    world.sprint(board, "S 2", start=day(16), end=day(99))
    world.sprint(board, "S 3", start=day(99), end=day(120))
    world.issue("APO", at=day(0), summary="One", type="Story")
    return world
