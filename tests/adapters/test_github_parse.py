"""GitHub's words become records: one rule a test, on REST rows; the faces are compared elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.github.history import parse_changes
from adapters.github.parse import (
    DUE_ZONE,
    Context,
    UnreadableError,
    parse_issue,
    parse_milestone,
)
from adapters.github.payloads import is_pull_request
from adapters.records import Category, Change, ChangeMode, Field, MilestoneStatus, Person
from tests.adapters.github_world import Row, event, row

CONTEXT = Context(prefix="github", repository="acme/apollo", source="github:acme/apollo")
KEY = "github:acme/apollo:issue:3"
TITLE = "github:acme/apollo:milestone-title:"
OWN = "https://api.github.com/repos/acme/apollo"
DAY = "2026-10-02T09:00:00Z"


def changes(*events: Row, **told: Any) -> tuple[Change, ...]:
    """Parse the events of issue 3."""
    return parse_changes(events, issue_key=KEY, context=CONTEXT, **told)


def short(found: tuple[Change, ...]) -> list[tuple[str, str | None, str | None]]:
    """Show the changes as (field, old, new)."""
    return [(c.field, c.old, c.new) for c in found]


def milestone(**facts: Any) -> Row:
    """Make a milestone's row."""
    return {"number": 3, "title": "R1", "state": "open", "due_on": None, "closed_at": None, **facts}


def test_an_issue_is_read_whole() -> None:
    """Keys are made of the settings' repository, refs of its name; texts may be null."""
    raw = row(
        3,
        milestone={"number": 2},
        labels=[{"name": "risk"}, "client"],
        assignees=[{"login": "amy"}],
        type={"name": "Bug"},
    )
    issue = parse_issue(raw, context=CONTEXT)
    assert (issue.key, issue.source, issue.ref) == (KEY, "github:acme/apollo", "apollo#3")
    assert (issue.labels, issue.milestones) == (("client", "risk"), ("github:acme/apollo:milestone:2",))
    assert (issue.type, issue.level, issue.body, issue.project) == ("Bug", None, "", "acme/apollo")
    assert issue.people == (Person(role="author", account="dev"), Person(role="assignee", account="amy"))
    assert issue.url == "https://github.com/acme/apollo/issues/3"


@pytest.mark.parametrize(
    ("state", "reason", "resolution"),
    [
        pytest.param("open", None, "", id="open"),
        pytest.param("open", "reopened", "", id="reopened"),
        pytest.param("closed", "completed", "completed", id="completed"),
        pytest.param("closed", None, "completed", id="closed before there were reasons"),
        pytest.param("closed", "not_planned", "not_planned", id="not planned"),
        pytest.param("closed", "duplicate", "duplicate", id="duplicate"),
    ],
)
def test_state_and_reason(state: str, reason: str | None, resolution: str) -> None:
    """Open is to do, closed is done; why it was closed is the resolution."""
    issue = parse_issue(row(3, state=state, state_reason=reason), context=CONTEXT)
    assert issue.resolution == resolution
    assert issue.category is (Category.DONE if state == "closed" else Category.TODO)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        pytest.param(f"{OWN}/issues/1", "github:acme/apollo:issue:1", id="here"),
        pytest.param(
            f"{OWN.upper().replace('REPOS', 'repos')}/issues/1", "github:acme/apollo:issue:1", id="case"
        ),
        pytest.param(
            "https://api.github.com/repos/acme/attic/issues/9", "github:acme/attic:issue:9", id="elsewhere"
        ),
        pytest.param("https://ghe.example/api/v3/repos/a/b/issues/9", "github:a/b:issue:9", id="Enterprise"),
        pytest.param(None, None, id="none"),
    ],
)
def test_parents_keep_the_repository_they_live_in(url: str | None, key: str | None) -> None:
    """A parent here has our key, however GitHub writes our name; one elsewhere has its own."""
    assert parse_issue(row(3, parent_issue_url=url), context=CONTEXT).parent == key


def test_a_renamed_repository_keeps_its_keys() -> None:
    """The row says it lives in acme/zeus now; so does its parent: both are still ours."""
    zeus = "https://api.github.com/repos/acme/zeus"
    issue = parse_issue(row(3, repository_url=zeus, parent_issue_url=f"{zeus}/issues/1"), context=CONTEXT)
    assert (issue.key, issue.parent) == (KEY, "github:acme/apollo:issue:1")


@pytest.mark.parametrize(
    ("facts", "field", "reason"),
    [
        ({"number": "3"}, "number", "Input should be a valid integer"),
        ({"title": None}, "title", "Input should be a valid string"),
        ({"state": "paused"}, "state", "Input should be 'open' or 'closed'"),
        ({"created_at": "2026-10-01"}, "created_at", "Input should have timezone info"),
        ({"labels": [{"name": 7}]}, "labels.0", "Input should be a valid string"),
        ({"labels": "risk"}, "labels", "Input should be a valid tuple"),
        ({"assignees": "amy"}, "assignees", "Input should be a valid tuple"),
    ],
)
def test_an_unreadable_issue_says_where_and_why(facts: Row, field: str, reason: str) -> None:
    """And not what was found there: it may be anything."""
    with pytest.raises(UnreadableError) as caught:
        parse_issue({**row(3), **facts}, context=CONTEXT)
    assert (caught.value.record.field, caught.value.record.reason) == (field, reason)
    assert caught.value.record.ref == ("apollo#?" if field == "number" else "apollo#3")


@pytest.mark.parametrize("raw", [None, [], "text", 7], ids=str)
def test_what_is_no_object_is_no_issue(raw: Any) -> None:
    """It is quarantined like any other fault."""
    with pytest.raises(UnreadableError, match="expected an issue"):
        parse_issue(raw, context=CONTEXT)


@pytest.mark.parametrize(
    ("raw", "is_pull"),
    [
        pytest.param(row(2, pull_request={"url": f"{OWN}/pulls/2"}), True, id="row of the issues list"),
        pytest.param({"number": 2, "head": {}, "base": {}}, True, id="saved pull object"),
        pytest.param(row(2, pull_request=None), False, id="issue with the key"),
        pytest.param(row(2, pull_request={"html_url": None}), False, id="issue of 2012"),
        pytest.param(row(2), False, id="issue"),
        pytest.param(None, False, id="nothing"),
    ],
)
def test_pull_requests_are_told_from_issues(raw: Any, is_pull: bool) -> None:
    """By the key that only they have."""
    assert is_pull_request(raw) is is_pull


@pytest.mark.parametrize(
    ("due_on", "day"),
    [
        pytest.param("2026-12-01T08:00:00Z", dt.date(2026, 12, 1), id="winter: midnight is 08:00Z"),
        pytest.param("2026-07-01T07:00:00Z", dt.date(2026, 7, 1), id="summer: midnight is 07:00Z"),
        pytest.param("2020-09-24T06:59:00Z", dt.date(2020, 9, 23), id="a minute before midnight"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_due_date_is_the_pacific_day(due_on: str | None, day: dt.date | None) -> None:
    """GitHub keeps the chosen day as midnight in California."""
    assert parse_milestone(milestone(due_on=due_on), context=CONTEXT).due_on == day


@given(st.dates(min_value=dt.date(2010, 1, 1), max_value=dt.date(2040, 12, 31)))
def test_every_chosen_day_comes_back(day: dt.date) -> None:
    """Through every change of clocks there has been or will be."""
    midnight = dt.datetime.combine(day, dt.time(), DUE_ZONE).astimezone(dt.UTC)
    raw = milestone(due_on=midnight.isoformat().replace("+00:00", "Z"))
    assert parse_milestone(raw, context=CONTEXT).due_on == day


def test_a_closed_milestone_is_done_at_its_instant() -> None:
    """GitHub keeps no start and no day of release."""
    found = parse_milestone(milestone(state="closed", closed_at=DAY), context=CONTEXT)
    assert found.status is MilestoneStatus.DONE
    assert found.closed_at == dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC)
    assert (found.start_on, found.released_on) == (None, None)


def test_a_move_between_milestones_is_one_act() -> None:
    """The two events of one person within a minute share an act; a third is an act of its own."""
    found = changes(
        event(1, "demilestoned", "2026-10-02T09:00:00Z", milestone={"title": "R1"}),
        event(2, "milestoned", "2026-10-02T09:01:00Z", milestone={"title": "R2"}),
        event(3, "demilestoned", "2026-10-02T09:01:30Z", milestone={"title": "R2"}),
    )
    assert [c.act for c in found] == ["EV_1", "EV_1", "EV_3"]
    assert short(found)[:2] == [("milestones", f"{TITLE}R1", None), ("milestones", None, f"{TITLE}R2")]
    assert {c.mode for c in found} == {ChangeMode.ELEMENT}


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(event(2, "milestoned", "2026-10-02T09:01:01Z", milestone={"title": "R2"}), id="later"),
        pytest.param(event(2, "milestoned", DAY, milestone={"title": "R1"}), id="same milestone"),
        pytest.param(event(2, "demilestoned", DAY, milestone={"title": "R2"}), id="same direction"),
        pytest.param(
            event(2, "milestoned", DAY, milestone={"title": "R2"}, actor={"login": "amy"}),
            id="another person",
        ),
    ],
)
def test_other_pairs_are_two_acts(second: Row) -> None:
    """A move is leaving one and entering another, by one person, at once."""
    found = changes(event(1, "demilestoned", DAY, milestone={"title": "R1"}), second)
    assert [c.act for c in found] == ["EV_1", "EV_2"]


def test_order_within_a_second_is_the_trackers() -> None:
    """Ids sort in the order of the timeline, whatever GitHub's own ids look like."""
    found = changes(
        event(9, "labeled", DAY, label={"name": "a"}), event(1, "unlabeled", DAY, label={"name": "a"})
    )
    assert sorted(found, key=lambda c: (c.at, c.id)) == list(found)
    assert short(found) == [("labels", None, "a"), ("labels", "a", None)]


def test_closing_and_reopening_change_three_fields() -> None:
    """Status, category and resolution; each with what stood before."""
    found = changes(
        event(1, "closed", DAY, state_reason="not_planned"),
        event(2, "reopened", "2026-10-03T09:00:00Z"),
    )
    assert short(found) == [
        (Field.STATUS, "open", "closed"),
        (Field.CATEGORY, "todo", "done"),
        (Field.RESOLUTION, "", "not_planned"),
        (Field.STATUS, "closed", "open"),
        (Field.CATEGORY, "done", "todo"),
        (Field.RESOLUTION, "not_planned", ""),
    ]
    assert len({c.id for c in found}) == 6
    assert [c.act for c in found] == ["EV_1"] * 3 + ["EV_2"] * 3


def test_a_second_closing_changes_its_reason_at_most() -> None:
    """Two commits may close one issue; a closed one may get another reason."""
    found = changes(
        event(1, "closed", DAY),
        event(2, "closed", "2026-10-02T09:00:01Z"),
        event(3, "closed", "2026-10-05T09:00:00Z", state_reason="not_planned"),
    )
    assert short(found)[3:] == [(Field.RESOLUTION, "completed", "not_planned")]


def test_the_issue_knows_the_reason_of_its_last_closing_best() -> None:
    """Events call a duplicate otherwise, or say nothing; the earlier closing keeps its own reason."""
    found = changes(
        event(1, "closed", DAY, state_reason="completed"),
        event(2, "reopened", "2026-10-03T09:00:00Z"),
        event(3, "closed", "2026-10-04T09:00:00Z", state_reason="not_planned"),
        resolution="duplicate",
    )
    assert [c.new for c in found if c.field == Field.RESOLUTION] == ["completed", "", "duplicate"]


def test_parents_are_set_from_one_to_another() -> None:
    """A parent put in place of another, without its removal being told, has the other as old."""
    found = changes(
        event(1, "parent_issue_added", DAY, parent_issue=row(1)),
        event(2, "parent_issue_added", "2026-10-03T09:00:00Z", parent_issue=row(2)),
        event(3, "parent_issue_removed", "2026-10-04T09:00:00Z", parent_issue=row(2)),
    )
    one, two = "github:acme/apollo:issue:1", "github:acme/apollo:issue:2"
    assert short(found) == [("parent", None, one), ("parent", one, two), ("parent", two, None)]


@pytest.mark.parametrize(
    "told",
    [
        {"number": 9, "repository_url": "https://api.github.com/repos/acme/attic"},
        {"number": 9, "url": "https://api.github.com/repos/acme/attic/issues/9"},
        {"number": 9, "html_url": "https://github.com/acme/attic/issues/9"},
        {"number": 9, "repository": {"nameWithOwner": "acme/attic"}},
    ],
    ids=max,
)
def test_a_parent_elsewhere_is_known_by_whatever_address_it_has(told: Row) -> None:
    """REST and GraphQL name an issue's home in four ways."""
    (change,) = changes(event(1, "parent_issue_added", DAY, parent_issue=told))
    assert change.new == "github:acme/attic:issue:9"


def test_types_titles_and_transfers_are_set() -> None:
    """With what stood before, where GitHub tells it or an earlier event did."""
    found = changes(
        event(1, "transferred", DAY),
        event(2, "issue_type_added", "2026-10-03T09:00:00Z", issue_type={"name": "Bug"}),
        event(3, "issue_type_removed", "2026-10-04T09:00:00Z", issue_type={"name": "Bug"}),
        event(4, "renamed", "2026-10-05T09:00:00Z", rename={"from": "Old", "to": "New"}),
    )
    assert short(found) == [
        (Field.PROJECT, "", "acme/apollo"),
        (Field.TYPE, "", "Bug"),
        (Field.TYPE, "Bug", ""),
        (Field.TITLE, "Old", "New"),
    ]


@pytest.mark.parametrize(
    "untold",
    [
        pytest.param(event(1, "labeled", DAY, label=None), id="label that is gone"),
        pytest.param(event(1, "parent_issue_added", DAY), id="parent we may not see"),
        pytest.param(event(1, "issue_type_added", DAY), id="type left out"),
        pytest.param(event(1, "milestoned", DAY, milestone=None), id="milestone without a title"),
        pytest.param(event(1, "commented", DAY), id="a kind we do not keep"),
        pytest.param({"event": "committed", "sha": "x"}, id="an event without an instant"),
        pytest.param(None, id="nothing"),
    ],
)
def test_events_that_tell_nothing_change_nothing(untold: Any) -> None:
    """A value is never guessed."""
    assert changes(untold) == ()


def test_an_event_without_an_instant_makes_the_issue_unreadable() -> None:
    """A history with a hole would make a wrong ledger."""
    with pytest.raises(UnreadableError) as caught:
        changes({**event(1, "closed", DAY), "created_at": None})
    assert (caught.value.record.ref, caught.value.record.field) == ("apollo#3", "event closed.created_at")
