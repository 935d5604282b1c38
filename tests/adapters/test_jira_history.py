"""A changelog's items become changes by their field, in every shape Jira has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.jira import assemble, history, parse
from adapters.records import Category, Change, ChangeMode

FIELDS = parse.FieldMap(
    points=("customfield_1",),
    sprints=("customfield_3",),
    epic_links=("customfield_4",),
    starts=("customfield_5",),
    asked={"Risk score": "customfield_6"},
    names={"story points": "customfield_1", "sprint": "customfield_3"},
    known=frozenset({"customfield_1"}),
)
CONTEXT = parse.Context(
    prefix="jira",
    project="APO",
    fields=FIELDS,
    statuses={"1": Category.TODO, "6": Category.DONE, "closed": Category.DONE},
    levels={"7": 1, "epic": 1, "story": 0},
)


def item(field: str, **sides: Any) -> dict[str, Any]:
    """Return a changelog item; sides are old, old_text, new, new_text, id and kind."""
    made = {
        "field": field,
        "fieldtype": sides.get("kind", "jira"),
        "from": sides.get("old"),
        "fromString": sides.get("old_text"),
        "to": sides.get("new"),
        "toString": sides.get("new_text"),
    }
    return {**made, "fieldId": sides["id"]} if "id" in sides else made


def changes(*items: dict[str, Any], context: parse.Context = CONTEXT) -> list[Change]:
    """Return the changes of an issue with one history of these items."""
    one = {"id": "5001", "created": "2026-09-02T09:00:00.000+0000", "author": {"name": "ann"}, "items": items}
    issue = {
        "id": "77",
        "key": "APO-77",
        "fields": {"created": "2026-09-01T09:00:00.000+0000"},
        "changelog": {"histories": [one]},
    }
    return list(assemble.records([issue], context).changes)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            item("status", old="1", old_text="Open", new="9", new_text="Gone"),
            [("status", "1", "9"), ("category", "todo", "unknown")],
            id="a status brings its category, unknown where it is gone",
        ),
        pytest.param(
            item("status", old="99", old_text="CLOSED", new="1", new_text="Open"),
            [("status", "99", "1"), ("category", "done", "todo")],
            id="a status that got another id goes by name",
        ),
        pytest.param(
            item("issuetype", old="7", old_text="Epic", new="8", new_text="Sub-task"),
            [("type", "7", "8"), ("level", "1", "-1")],
            id="a type brings its level",
        ),
        pytest.param(item("summary", old_text="a", new_text="b"), [("title", "a", "b")], id="title"),
        pytest.param(
            item("Story Points", kind="custom", new_text="3.0"), [("points", None, "3")], id="points by name"
        ),
        pytest.param(
            item("SP", kind="custom", id="customfield_1", old_text="3", new_text="0.5"),
            [("points", "3", "0.5")],
            id="points by id",
        ),
        pytest.param(
            item("timeoriginalestimate", old="0", old_text="0", new="5400", new_text="5400"),
            [("hours", None, "1.5")],
            id="seconds become hours, 0 is none",
        ),
        pytest.param(
            item("duedate", new_text="2010-09-01 00:00:00.0"),
            [("due_on", None, "2010-09-01")],
            id="due in text only",
        ),
        pytest.param(
            item("Start date", kind="custom", id="customfield_5", new="2020-06-12", new_text="12/Jun/20"),
            [("start_on", None, "2020-06-12")],
            id="start",
        ),
        pytest.param(
            item("Parent", new="10063", new_text="APO-1"), [("parent", None, "jira:issue:10063")], id="parent"
        ),
        pytest.param(
            item("IssueParentAssociation", old="5", old_text="APO-5"),
            [("parent", "jira:issue:5", None)],
            id="parent of Cloud",
        ),
        pytest.param(
            item("Epic Link", kind="custom", id="customfield_4", new="3", new_text="APO-3"),
            [("parent", None, "jira:issue:3")],
            id="epic link",
        ),
        pytest.param(
            item("Key", old_text="OLD-1", new_text="APO-77"), [("ref", "OLD-1", "APO-77")], id="moved"
        ),
        pytest.param(
            item("Risk", kind="custom", id="customfield_6", new_text="9"),
            [("field:Risk score", None, "9")],
            id="a field the rules ask for",
        ),
        pytest.param(item("Comment", old_text="hush", new_text="hush"), [], id="a comment is left out"),
        pytest.param(item("Rank", kind="custom", new_text="x"), [], id="a field nobody reads"),
    ],
)
def test_single_values(raw: dict[str, Any], expected: list[tuple[str, str | None, str | None]]) -> None:
    """A single value goes from old to new; derived fields come with it."""
    found = changes(raw)
    assert [(str(one.field), one.old, one.new) for one in found] == expected
    assert {one.mode for one in found} <= {ChangeMode.SET}


def test_trap_14_versions_and_components_change_by_element() -> None:
    """One item is one element that left or entered; a move is two items of one act."""
    found = changes(
        item("Fix Version", old="1", old_text="R1"),
        item("Fix Version", new="2", new_text="R2"),
        item("Component", new="7", new_text="web"),
        item("Fix Version", new_text="Lost"),
    )
    assert [(str(one.field), one.old, one.new, one.new_text) for one in found] == [
        ("milestones", "jira:version:1", None, ""),
        ("milestones", None, "jira:version:2", "R2"),
        ("components", None, "7", "web"),
        ("milestones", None, "jira:milestone-title:Lost", "Lost"),
    ]
    assert {(one.mode, one.act) for one in found} == {(ChangeMode.ELEMENT, "5001")}
    assert [one.id for one in found] == ["5001.0", "5001.1", "5001.2", "5001.3"]


def test_trap_15_labels_and_sprints_change_as_lists() -> None:
    """Labels are words in a text, sprints ids in a text; both come whole."""
    labels, sprints = changes(
        item("labels", old_text="", new_text="a  client"),
        item("Sprint", kind="custom", old="6", old_text="S 6", new="6, 7", new_text="S 6, S, 7"),
    )
    assert (labels.mode, labels.old_list, labels.new_list) == (ChangeMode.LIST, (), ("a", "client"))
    assert (sprints.old_list, sprints.new_list) == (("jira:sprint:6",), ("jira:sprint:6", "jira:sprint:7"))


def test_trap_16_a_list_goes_by_its_field_never_by_the_look_of_its_value() -> None:
    """A multi-select's ids stand in brackets; what rules compare are its names, as in the issue."""
    fields = replace(FIELDS, lists={"customfield_6": ","})
    [change] = changes(
        item("Risk score", kind="custom", id="customfield_6", old="[1]", old_text="A",
             new="[10020, 10021]", new_text="A,B"),
        context=replace(CONTEXT, fields=fields),
    )  # fmt: skip
    assert (change.mode, change.field) == (ChangeMode.LIST, "field:Risk score")
    assert (change.old_list, change.new_list) == (("A",), ("A", "B"))


def test_what_two_items_say_alike_is_one_change() -> None:
    """Cloud tells of an epic twice, by two fields; it changed once."""
    twice = changes(
        item("Epic Link", kind="custom", id="customfield_4", new="3", new_text="APO-3"),
        item("IssueParentAssociation", new="3", new_text="APO-3"),
    )
    assert [one.new for one in twice] == ["jira:issue:3"]


def test_usual_names_count_where_the_catalogue_is_unknown() -> None:
    """A recording without a field catalogue still tells points and sprints by their usual names."""
    bare = parse.Context(prefix="jira", project="APO")
    found = changes(
        item("Story Points", kind="custom", new_text="8"),
        item("Sprint", kind="custom", new="3", new_text="S"),
        context=bare,
    )
    assert [str(one.field) for one in found] == ["points", "iterations"]


def test_acts_are_in_order_of_instant_then_number() -> None:
    """Histories are sorted by instant, then by their number as a number."""
    at = "2026-09-02T09:00:00.000+0000"
    histories = [
        {"id": "1000", "created": at, "items": [item("summary", old_text="b", new_text="c")]},
        {"id": "999", "created": at, "items": [item("summary", old_text="a", new_text="b")]},
        {"id": "2", "created": 1788300000000, "items": [item("summary", old_text="", new_text="a")]},
    ]
    issue = {"id": "1", "key": "A-1", "fields": {"created": at}, "changelog": {"histories": histories}}
    found = assemble.records([issue], CONTEXT).changes
    assert [one.new for one in found] == ["a", "b", "c"]


def test_joins_histories_that_came_in_parts() -> None:
    """A history asked for in two groups of fields is one again, each item once."""
    status, title = item("status", new="1"), item("summary", new_text="b")
    parts = [
        {"id": "1", "items": [status]},
        {"id": "2", "items": [title]},
        {"id": "1", "items": [status, title]},
    ]
    assert history.joined(parts) == [{"id": "1", "items": [status, title]}, {"id": "2", "items": [title]}]


def test_closing_is_told_by_the_history_first() -> None:
    """A done issue closed when its history says; without one, when Jira keeps it beside."""
    fields = {
        "created": "2026-09-01T09:00:00.000+0000",
        "status": {"id": "6", "name": "Closed", "statusCategory": {"key": "done"}},
        "resolutiondate": "2026-09-05T09:00:00.000+0000",
    }
    act = {"id": "1", "created": "2026-09-03T09:00:00.000+0000", "items": [item("status", old="1", new="6")]}
    told = {"id": "1", "key": "A-1", "fields": fields, "changelog": {"histories": [act]}}
    untold = {"id": "2", "key": "A-2", "fields": fields}
    found = assemble.records([told, untold], CONTEXT).issues
    assert [one.closed_at.day for one in found if one.closed_at] == [3, 5]
