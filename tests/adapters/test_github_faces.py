"""GitHub over HTTP: GraphQL and REST tell the same, in pages, in windows, and from every cursor."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.protocol import Batch, Window
from adapters.records import Change, Issue, LinkKind, Milestone
from tests.adapters.github_world import World, event, row, serving

Records = tuple[tuple[Milestone, ...], dict[str, Issue], dict[str, tuple[Change, ...]]]
OWN = "https://api.github.com/repos/acme/apollo"


def _lively() -> World:
    """A repository in which every kind of fact we read occurs, pull requests between."""
    world = World(most_rows=3)
    world.milestones = [
        {"number": 1, "title": "R1", "state": "closed", "due_on": "2026-10-15T07:00:00Z",
         "closed_at": "2026-10-20T10:00:00Z", "description": None},
        {"number": 2, "title": "R2", "state": "open", "due_on": "2026-12-01T08:00:00Z", "closed_at": None},
    ]  # fmt: skip
    world.rows = [
        row(1, state="closed", state_reason="completed", closed_at="2026-10-19T09:00:00Z"),
        row(2, pull_request={"url": f"{OWN}/pulls/2"}, html_url="https://github.com/acme/apollo/pull/2"),
        row(3, milestone={"number": 2, "title": "R2"}, labels=[{"name": "risk"}, {"name": "client"}]),
        row(4, type={"id": 5, "name": "Feature"}, parent_issue_url=f"{OWN}/issues/3", body="Text"),
        row(5, user={"login": "robot[bot]", "type": "Bot"}, assignees=[{"login": "zoe"}, {"login": "amy"}]),
        row(6, user=None, parent_issue_url="https://api.github.com/repos/acme/attic/issues/9"),
        row(7, state="closed", state_reason="duplicate", closed_at="2026-10-21T09:00:00Z"),
        row(8, state_reason="reopened", updated_at="2026-11-20T12:00:00Z"),
    ]
    world.timelines = {
        1: [event(11, "closed", "2026-10-19T09:00:00Z", state_reason=None)],
        3: [
            event(31, "commented", "2026-10-02T09:00:00Z"),
            event(32, "milestoned", "2026-10-02T09:30:00Z", milestone={"title": "R1"}),
            event(33, "labeled", "2026-10-03T09:00:00Z", label={"name": "risk"}),
            event(34, "labeled", "2026-10-03T09:00:00Z", label={"name": "client"}),
            event(36, "demilestoned", "2026-10-18T09:00:00Z", milestone={"title": "R1"}),
            event(35, "milestoned", "2026-10-18T09:00:00Z", milestone={"title": "R2"}),
            event(37, "renamed", "2026-10-19T09:00:00Z", rename={"from": "Old", "to": "Issue 3"}),
        ],
        4: [
            event(41, "issue_type_added", "2026-10-02T10:00:00Z", issue_type={"name": "Bug"}),
            event(
                42,
                "issue_type_changed",
                "2026-10-03T10:00:00Z",
                issue_type={"name": "Feature"},
                prev_issue_type={"name": "Bug"},
            ),
            event(43, "parent_issue_added", "2026-10-04T10:00:00Z", parent_issue=row(1)),
            event(44, "parent_issue_removed", "2026-10-05T10:00:00Z", parent_issue=row(1)),
            event(45, "parent_issue_added", "2026-10-05T10:00:00Z", parent_issue=row(3)),
        ],
        6: [event(61, "transferred", "2026-10-02T11:00:00Z", actor=None)],
        7: [event(71, "closed", "2026-10-21T09:00:00Z", state_reason="not_planned")],
        8: [
            event(81, "closed", "2026-11-19T12:00:00Z", state_reason="not_planned"),
            event(82, "reopened", "2026-11-20T12:00:00Z"),
        ],
    }
    world.rows[5]["issue_dependencies_summary"] = {"blocked_by": 1, "total_blocked_by": 2}
    elsewhere = {"number": 9, "url": "https://api.github.com/repos/acme/attic/issues/9"}
    world.blockers = {6: [row(3), elsewhere]}
    return world


@pytest.fixture
def world() -> Iterator[World]:
    """Serve the lively repository."""
    with serving(_lively()) as served:
        yield served


def gathered(batches: Iterator[Batch] | list[Batch]) -> Records:
    """Put batches together as a store does: the later one of an issue counts."""
    milestones: tuple[Milestone, ...] = ()
    issues: dict[str, Issue] = {}
    changes: dict[str, tuple[Change, ...]] = {}
    for batch in batches:
        milestones = milestones if batch.milestones is None else batch.milestones
        for issue in batch.issues:
            issues[issue.key] = issue
            changes[issue.key] = tuple(c for c in batch.changes if c.issue == issue.key)
    return milestones, issues, changes


FACES = [pytest.param("auto", id="GraphQL"), pytest.param("off", id="REST")]


def test_both_faces_give_the_same_records(world: World) -> None:
    """Whatever is read by GraphQL is read by REST, to the letter, ids of changes included.

    Changes of issues 1, 3, 4, 6, 7, 8: 3 + 6 + 5 + 1 + 3 + 6.
    """
    by_graphql = gathered(world.adapter().pull(Window()))
    asked = len(world.asked("/timeline"))
    by_rest = gathered(world.adapter(graphql="off").pull(Window()))
    assert asked == 0
    assert by_graphql == by_rest
    assert sum(len(changes) for changes in by_rest[2].values()) == 24


@pytest.mark.parametrize("face", FACES)
def test_what_blocks_an_issue_is_a_link(world: World, face: str) -> None:
    """From the blocker to the blocked, here or elsewhere; asked for only where a row counts some."""
    links = [link for batch in world.adapter(graphql=face).pull(Window()) for link in batch.links]
    ours, blocked = "github:acme/apollo:issue:3", "github:acme/apollo:issue:6"
    assert [(link.a, link.b) for link in links] == [(ours, blocked), ("github:acme/attic:issue:9", blocked)]
    assert {link.kind for link in links} == {LinkKind.BLOCKS}
    assert len(world.asked("/blocked_by")) == (face == "off")


@pytest.mark.parametrize("face", FACES)
def test_pull_requests_are_no_issues(world: World, face: str) -> None:
    """Row 2 is a pull request: seven of the eight rows are issues."""
    _, issues, _ = gathered(world.adapter(graphql=face).pull(Window()))
    assert sorted(issue.ref for issue in issues.values()) == [f"apollo#{n}" for n in (1, 3, 4, 5, 6, 7, 8)]


@pytest.mark.parametrize("face", FACES)
def test_milestones_come_complete_in_the_first_batch(world: World, face: str) -> None:
    """And in no other, each with the Pacific day of its due date."""
    batches = list(world.adapter(graphql=face).pull(Window()))
    first = batches[0].milestones or ()
    assert [(m.key, m.due_on) for m in first] == [
        ("github:acme/apollo:milestone:1", dt.date(2026, 10, 15)),
        ("github:acme/apollo:milestone:2", dt.date(2026, 12, 1)),
    ]
    assert [batch.milestones for batch in batches[1:]] == [None] * (len(batches) - 1)
    assert [batch.last for batch in batches] == [False] * (len(batches) - 1) + [True]


@pytest.mark.parametrize("face", FACES)
def test_a_killed_pull_goes_on_from_every_cursor(world: World, face: str) -> None:
    """Whatever batch was the last stored, the rest of the pull gives the rest, and nothing twice."""
    whole = list(world.adapter(graphql=face).pull(Window()))
    assert len(whole) >= 3
    for stop, batch in enumerate(whole, start=1):
        rest = list(world.adapter(graphql=face).pull(Window(cursor=batch.cursor)))
        assert gathered([*whole[:stop], *rest])[1:] == gathered(whole)[1:]
        assert {i.key for b in rest for i in b.issues} == {i.key for b in whole[stop:] for i in b.issues}


@pytest.mark.parametrize("face", FACES)
def test_finished_pages_are_not_asked_again(world: World, face: str) -> None:
    """Resuming behind the first batch asks for one page of issues less than the whole pull did."""
    first, *_ = world.adapter(graphql=face).pull(Window())
    path = "/graphql" if face == "auto" else "/issues"
    whole = [
        p for _, asked, p in world.log if asked.endswith(path) and "query Rest" not in p.get("query", "")
    ]
    world.log.clear()
    list(world.adapter(graphql=face).pull(Window(cursor=first.cursor)))
    rest = [p for _, asked, p in world.log if asked.endswith(path) and "query Rest" not in p.get("query", "")]
    assert len(rest) == len(whole) - 1


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param(json.dumps({"face": "graphql", "at": "bm9wZQ=="}), id="GitHub forgot it"),
        pytest.param("not a cursor", id="not ours"),
        pytest.param(json.dumps({"face": "rest", "at": "http://127.0.0.1:1/elsewhere"}), id="another host"),
        pytest.param(json.dumps({"face": "rest", "at": "/issues?page=7"}), id="no address"),
    ],
)
def test_an_invalid_cursor_begins_anew(world: World, cursor: str) -> None:
    """The pull is whole again, by whichever face."""
    assert gathered(world.adapter().pull(Window(cursor=cursor))) == gathered(world.adapter().pull(Window()))


def test_a_rest_page_that_is_refused_begins_anew(world: World) -> None:
    """GitHub answers 422 to the address of a page it no longer takes."""
    cursor = json.dumps({"face": "rest", "at": f"{world.url}/repos/acme/apollo/issues?page=101"})
    again = gathered(world.adapter(graphql="off").pull(Window(cursor=cursor)))
    assert len(again[1]) == 7


@pytest.mark.parametrize("face", FACES)
def test_an_incremental_pull_asks_from_ten_minutes_earlier(world: World, face: str) -> None:
    """In the order of change, so that a row that moves meanwhile is met again."""
    since = dt.datetime(2026, 11, 20, 12, 5, tzinfo=dt.UTC)
    _, issues, changes = gathered(world.adapter(graphql=face).pull(Window(since=since)))
    asked: Any = world.asked("/graphql")[0]["variables"] if face == "auto" else world.asked("/issues")[0]
    assert list(issues) == ["github:acme/apollo:issue:8"]
    assert len(changes["github:acme/apollo:issue:8"]) == 6
    assert asked["since"] == "2026-11-20T11:55:00Z"
    assert (asked.get("sort") or asked["order"]["field"]).lower() in {"updated", "updated_at"}


@pytest.mark.parametrize("face", FACES)
def test_select_takes_issues_with_any_of_the_labels(world: World, face: str) -> None:
    """Without regard to case; the history of others is not even asked for."""
    adapter = world.adapter(graphql=face, select=["Client", "partner"])
    batches = list(adapter.pull(Window()))
    _, issues, _ = gathered(iter(batches))
    assert list(issues) == ["github:acme/apollo:issue:3"]
    left = {key for batch in batches for key in batch.left}
    assert {key.rpartition(":")[0] for key in left} == {"github:acme/apollo:issue"}
    assert len(left) == 6
    assert {path for _, path, _ in world.log if "timeline" in path} <= {
        "/repos/acme/apollo/issues/3/timeline",
        "/repositories/77/issues/3/timeline",
    }


@pytest.mark.parametrize("face", FACES)
def test_one_bad_issue_goes_to_quarantine_alone(world: World, face: str) -> None:
    """It is named with its field and reason; the other six are there."""
    world.rows[3]["created_at"] = "2026-10-01T09:04:00"
    batches = list(world.adapter(graphql=face).pull(Window()))
    (fault,) = [q for batch in batches for q in batch.quarantined]
    assert (fault.ref, fault.field, fault.reason) == (
        "apollo#4", "created_at" if face == "off" else "createdAt", "Input should have timezone info",
    )  # fmt: skip
    assert len(gathered(batches)[1]) == 6


@pytest.mark.parametrize("face", FACES)
def test_a_source_with_a_name_has_it_in_its_keys(world: World, face: str) -> None:
    """`name` in the configuration replaces the kind, so that two sources never share a key."""
    adapter = world.adapter("shop", graphql=face)
    _, issues, changes = gathered(adapter.pull(Window()))
    assert adapter.name == "shop:acme/apollo"
    assert issues["shop:acme/apollo:issue:4"].parent == "shop:acme/apollo:issue:3"
    assert changes["shop:acme/apollo:issue:3"][0].new == "shop:acme/apollo:milestone-title:R1"


@pytest.mark.parametrize("face", FACES)
def test_an_empty_repository_gives_one_last_batch(face: str) -> None:
    """With its milestones, which are none."""
    with serving(World()) as world:
        (batch,) = world.adapter(graphql=face).pull(Window())
    assert batch.last
    assert batch.milestones == ()
