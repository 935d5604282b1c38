"""Shapes of `status --json`: keys, nulls, instants, moments in the project's zone, baseline in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk, Document, assert_balanced, by, ledger
from tests.acceptance.sites import Paper, cloud, jira_source
from tests.trackers.worlds import NOW, after

DOCUMENT = """schema project as_of sources health goals milestones scope risks change_requests client_actions
    feedback deviations unmapped"""
MILESTONE = """key name state first_promised_on baseline_on due_on actual_on forecast variance_working_days
    moves class buffer"""
FORECAST = """p50_on p70_on p85_on p95_on likelihood refused seed basis not_before_on decision_date"""
SCOPE = """container unit baseline approved_added unapproved_added removed reestimated transferred_in
    transferred_out current unsized creep_ratio entries"""
ENTRY = "at item kind amount change_request"
DEVIATION = "id rule object severity since facts"


def has(part: Document, keys: str) -> bool:
    """Tell whether every key is there."""
    return set(part) >= set(keys.split())


def world() -> JiraWorld:
    """Tell of goals with and without items, re-estimates, an unsized item, and every other concept."""
    world = JiraWorld()
    world.project("APO", "Apollo web shop")
    world.version("APO", "R1", at=after(0), release_on=dt.date(2026, 12, 15))
    goal = world.issue("APO", at=after(1), summary="Checkout", type="Epic")
    world.issue("APO", at=after(1), summary="Nothing in it", type="Epic")
    stories = [
        world.issue(
            "APO", at=after(1), summary=f"Story {number}", type="Story", parent=goal.key, fix_versions="R1"
        )
        for number in range(4)
    ]
    for story, points in zip(stories, (5, 3, 8), strict=False):
        story.points(after(2), points)
    stories[0].points(after(8), 8)
    stories[1].move(after(9), "Done", "Done")
    world.issue("APO", at=after(8), summary="Sub", type="Sub-task", parent=stories[0].key)
    world.issue("APO", at=after(2), summary="Bank may be late", type="Risk")
    world.issue(
        "APO", at=after(2), summary="Send us the logo", type="Client Action", due_on=dt.date(2026, 8, 1)
    )
    world.issue("APO", at=after(2), summary="Blue, please", type="Feedback")
    request = world.issue("APO", at=after(2), summary="A second shop", type="Change Request")
    extra = world.issue("APO", at=after(12), summary="Second shop", type="Story", fix_versions="R1", points=2)
    request.link(after(12.1), "Covers", extra)
    request.move(after(14), "Approved")
    return world


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Pull once, late; agree on two past days, in the wrong order."""
    desk = Desk(tmp_path_factory.mktemp("shape"))
    with cloud(world(), lambda: desk.now) as site:
        more = "\n  [project.agreement]\n  buffer_days = 10\n"
        Paper(timezone="Asia/Tokyo", sources=[jira_source(desk, site)], more=more).write(desk)
        desk.do("sync")
        for day in (13, 5):
            on = f"{after(day):%Y-%m-%d}"
            desk.do(
                "baseline", "set", "apollo", "--on", on, "--approved-by", "J. Doe", "--note", f"day {day}"
            )
        yield desk


@pytest.fixture(scope="module")
def now(desk: Desk) -> Document:
    """Return today's document."""
    return desk.status()


def test_the_keys_of_the_contract_are_there(now: Document) -> None:
    """Keys may be added, never renamed or removed."""
    assert has(now, DOCUMENT)
    assert now["schema"] == "clientview.status/1"
    (milestone,) = now["milestones"]
    assert has(milestone, MILESTONE)
    assert has(milestone["forecast"], FORECAST)
    assert set(milestone["variance_working_days"]) == {"first", "baseline", "last_edition"}
    assert set(milestone["buffer"]) == {"days", "used_days"}
    assert all(has(row, SCOPE) for row in now["scope"])
    assert all(has(entry, ENTRY) for row in now["scope"] for entry in row["entries"])
    assert all(has(deviation, DEVIATION) for deviation in now["deviations"])
    assert has(now["sources"][0], "name last_success_at complete issues")


def test_every_instant_ends_in_z(desk: Desk, now: Document) -> None:
    """Wherever a key ends in `_at`, or is `as_of`, `at` or `since`."""

    def instants(value: object, name: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for key, one in value.items():
                yield from instants(one, key)
        elif isinstance(value, list):
            for one in value:
                yield from instants(one, name)
        elif isinstance(value, str) and (name.endswith("_at") or name in {"as_of", "at", "since"}):
            yield value

    earlier = desk.status("apollo", "--as-of", f"{after(12.5):%Y-%m-%dT%H:%M:%SZ}")
    found = [*instants(now), *instants(earlier)]
    assert len(found) > 10
    assert all(text.endswith("Z") and dt.datetime.fromisoformat(text) for text in found)


def test_goals_and_their_rows(now: Document) -> None:
    """Progress in items; sub-tasks are none; a goal is a container of its own, in both units."""
    checkout = by(now["goals"], "title", "Checkout")
    assert (checkout["key"], checkout["done"], checkout["total"], checkout["unit"]) == (
        "jira:issue:10001",
        1,
        4,
        "items",
    )
    empty = by(now["goals"], "title", "Nothing in it")
    assert (empty["done"], empty["total"]) == (0, 0)
    assert ledger(now, checkout["key"])["current"] == 4
    rows = {(row["container"], row["unit"]) for row in now["scope"]}
    containers = {"jira:version:20001", "jira:issue:10001", "jira:issue:10002", "project"}
    assert rows == {(container, unit) for container in containers for unit in ("items", "points")}


def test_risks_requests_actions_and_feedback(now: Document) -> None:
    """Each concept in its own list, by its key."""
    assert [risk["title"] for risk in now["risks"]] == ["Bank may be late"]
    assert [action["title"] for action in now["client_actions"]] == ["Send us the logo"]
    assert [feedback["title"] for feedback in now["feedback"]] == ["Blue, please"]
    (request,) = now["change_requests"]
    assert request["verdict"] == "approved"
    assert request["covers"] == ["APO-12"]


def test_the_latest_baseline_at_or_before_the_moment_holds(desk: Desk, now: Document) -> None:
    """Whatever the order in which they were recorded."""
    assert now["baseline"]["on_at"] == f"{after(13):%Y-%m-%d}T14:59:59.999999Z"
    assert ledger(now, "project")["baseline"] == 5
    earlier = desk.status("apollo", "--as-of", f"{after(10):%Y-%m-%dT%H:%M:%SZ}")
    assert earlier["baseline"]["on_at"].startswith(f"{after(5):%Y-%m-%d}")
    assert ledger(earlier, "project")["baseline"] == 4
    before = desk.status("apollo", "--as-of", f"{after(3):%Y-%m-%dT%H:%M:%SZ}")
    assert before["baseline"] is None
    row = ledger(before, "project")
    assert {row[name] for name in ("baseline", "approved_added", "removed", "creep_ratio")} == {None}
    assert (row["current"], row["entries"]) == (4, [])


def test_points_are_re_estimated_and_the_unsized_are_counted_apart(desk: Desk) -> None:
    """From 5 to 8 is +3; the story without points adds nothing and is named as unsized."""
    day = desk.status("apollo", "--as-of", f"{after(10):%Y-%m-%dT%H:%M:%SZ}")
    row = ledger(day, "jira:version:20001", "points")
    assert (row["baseline"], row["reestimated"], row["current"], row["unsized"]) == (16, 3, 19, 1)
    assert_balanced(day)


def test_a_link_covers_from_the_day_of_the_approval(desk: Desk) -> None:
    """Added on day 12, approved on day 14: creep in between; the baseline of day 13 holds it anyway."""
    between = desk.status("apollo", "--as-of", f"{after(12.5):%Y-%m-%dT%H:%M:%SZ}")
    row = ledger(between, "jira:version:20001")
    assert (row["unapproved_added"], row["approved_added"], row["creep_ratio"]) == (1, 0, 0.25)


def test_a_day_ends_in_the_project_zone_and_never_after_now(desk: Desk) -> None:
    """The end of a day in Tokyo is 15:00 UTC; today ends now; the future is refused or is now."""
    past = desk.status("apollo", "--as-of", "2026-07-20")
    assert past["as_of"].startswith("2026-07-20T14:59:59")
    for day in ("2026-11-23", "2027-05-01"):
        ended = desk.run("status", "apollo", "--json", "--as-of", day)
        assert ended.code == 0
        assert ended.document["as_of"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"


def test_json_stands_alone_on_stdout_and_without_a_project_is_a_list(desk: Desk) -> None:
    """People's text and warnings are elsewhere."""
    (one,) = desk.do("status", "--json").rows
    assert one["project"] == "apollo"


def test_what_is_not_known_is_null_and_never_green(now: Document) -> None:
    """No forecast without data: refused with a reason; the health has reasons."""
    (milestone,) = now["milestones"]
    forecast = milestone["forecast"]
    assert forecast["refused"] or forecast["p50_on"]
    assert now["health"]["status"] in {"on_track", "at_risk", "off_track", "complete", "unknown"}
    assert isinstance(now["health"]["reasons"], list)
