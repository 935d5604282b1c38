"""What is asked of Jira, and how a pull goes on."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters import wire
from adapters.jira import queries
from adapters.jira.settings import JiraSettings

AT = dt.datetime(2026, 9, 1, 9, 0, 30, tzinfo=dt.UTC)
MINUTE_MS = 1788253200000  # 2026-09-01T09:00:00Z


def test_asks_in_the_order_of_creation() -> None:
    """Conditions are AND-ed, the settings' one in parentheses; instants are milliseconds."""
    query = queries.jql(
        "APO",
        select="a = 1 OR b = 2",
        since=AT,
        start=queries.Position(created_ms=MINUTE_MS, seen=frozenset()),
    )
    assert query == (
        'project = "APO" AND (a = 1 OR b = 2) AND updated >= 1788252330000'
        " AND created >= 1788253200000 ORDER BY created ASC, key ASC"
    )


def test_quotes_values() -> None:
    """A value cannot end its own quotes."""
    assert queries.quoted('a"b\\c') == '"a\\"b\\\\c"'


def test_a_position_is_a_minute_and_what_was_had_of_it() -> None:
    """Ids of the latest minute are kept, those of earlier ones are not needed."""
    first = queries.Position().after([("1", AT), ("2", AT + dt.timedelta(seconds=10))])
    assert first == queries.Position(created_ms=MINUTE_MS, seen=frozenset({"1", "2"}))
    same = first.after([("3", AT)])
    assert same.seen == {"1", "2", "3"}
    later = same.after([("3", AT), ("4", AT + dt.timedelta(minutes=1))])
    assert later == queries.Position(created_ms=MINUTE_MS + 60_000, seen=frozenset({"4"}))
    assert later.after([]) == later


@given(st.lists(st.tuples(st.integers(1, 99).map(str), st.integers(0, 10_000)), max_size=20))
def test_a_cursor_reads_as_it_was_written(rows: list[tuple[str, int]]) -> None:
    """A position survives being stored."""
    position = queries.Position().after((one, AT + dt.timedelta(seconds=offset)) for one, offset in rows)
    assert queries.position(str(position)) == position


@pytest.mark.parametrize(
    "cursor", [None, "", "{}", "null", "[1]", '{"created_ms": "x", "seen": []}', '{"created_ms": 1}']
)
def test_an_unreadable_cursor_starts_anew(cursor: str | None) -> None:
    """A cursor that is not ours costs a full pull, never an issue."""
    assert queries.position(cursor) == queries.Position()


def test_histories_are_asked_for_in_groups() -> None:
    """No group holds more than ten fields, none is asked twice, and custom ones come along."""
    groups = queries.changelog_groups(["customfield_1", "status", "customfield_2"])
    asked = [name for group in groups for name in group]
    assert max(map(len, groups)) <= 10
    assert len(asked) == len(set(asked))
    assert {"fixVersions", "status", "customfield_1", "customfield_2"} <= set(asked)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/jira/rest/api/2/serverInfo", True),
        ("GET", "/jira/rest/api/3/project/APO/versions", True),
        ("POST", "/jira/rest/api/3/search/jql", True),
        ("POST", "/jira/rest/api/2/search", True),
        ("GET", "/jira/rest/api/2/issue/APO-1", True),
        ("POST", "/jira/rest/api/3/issue", False),
        ("PUT", "/jira/rest/api/2/issue/APO-1", False),
        ("DELETE", "/jira/rest/api/2/issue/APO-1", False),
        ("POST", "/jira/rest/api/2/issue/APO-1/comment", False),
        ("GET", "/jira/rest/api/2/issue/APO-1/comment", False),
        ("GET", "/rest/api/2/field", False),
        ("GET", "/jira/rest/api/2/field/x", False),
        ("GET", "/jira/secure/admin", False),
    ],
)
def test_only_reading_calls_pass(method: str, path: str, expected: bool) -> None:
    """The allow-list is of calls that read, below the site's own path."""
    allow = queries.reading_calls("https://acme.example/jira")
    assert allow(wire.Request(method=method, url=f"https://acme.example{path}")) is expected


def test_names_rights_beyond_reading() -> None:
    """What a token may do beyond reading is told by the tracker's own names."""
    answer = {
        "permissions": {"EDIT_ISSUES": {"havePermission": True}, "ADMINISTER": {"havePermission": False}}
    }
    assert queries.excessive_rights(answer) == ("EDIT_ISSUES",)
    assert queries.excessive_rights(["odd"]) == ()


def settings(**overrides: str) -> JiraSettings:
    """Return valid settings but for the overrides."""
    return JiraSettings.model_validate(
        {"site": "https://acme.example", "project": "APO", "token": "t", **overrides}
    )


@pytest.mark.parametrize(
    "select",
    [
        "x = 1) OR (project = OTHER",
        "x = 1 ORDER BY key",
        'x = "a',
        "(x = 1",
        "x = 1 \\",
        "x = 1) OR project = B AND (y = 2",
    ],
)
def test_a_condition_stays_in_its_parentheses(select: str) -> None:
    """A condition that could reach beyond the project, or orders the result, is refused."""
    with pytest.raises(ValidationError, match="select"):
        settings(select=select)


@pytest.mark.parametrize(
    "select", ["labels = client", '(a = 1 OR b = "x) OR (y") AND c in (1, 2)', "summary ~ 'order by'", " "]
)
def test_takes_a_whole_condition(select: str) -> None:
    """Parentheses and words within quotes are the condition's own."""
    assert settings(select=select).select == select.strip()


@pytest.mark.parametrize(
    "fault",
    [
        {"site": "http://acme.example"},
        {"project": "AP O"},
        {"token": ""},
        {"wrong": "x"},
        {"project": '" OR 1=1'},
    ],
)
def test_refuses_wrong_settings_without_showing_the_token(fault: dict[str, str]) -> None:
    """Wrong settings are refused, and the refusal shows no value."""
    with pytest.raises(ValidationError) as caught:
        settings(**{"token": "sesame-4711", **fault})
    assert "sesame" not in str(caught.value)
