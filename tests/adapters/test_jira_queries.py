"""What is asked of Jira, and how a pull goes on."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters import wire
from adapters.jira import queries
from adapters.jira.cloud import packed
from adapters.jira.positions import Position, Span, position, spans
from adapters.jira.product import Raw
from adapters.jira.settings import JiraSettings

AT = dt.datetime(2026, 9, 1, 9, 0, 30, tzinfo=dt.UTC)
MINUTE_MS = 1788253200000  # 2026-09-01T09:00:00Z


def test_asks_in_the_order_of_creation() -> None:
    """Conditions are AND-ed, the settings' one in parentheses; instants are milliseconds."""
    wanted = queries.Wanted(project="APO", select="a = 1 OR b = 2", since=AT)
    start = Position(created_ms=MINUTE_MS, seen=frozenset())
    assert wanted.behind(start) == (
        'project = "APO" AND (a = 1 OR b = 2) AND updated >= 1788252300000'
        " AND created >= 1788253200000 ORDER BY created ASC, key ASC"
    )
    span = Span(from_ms=MINUTE_MS, until_ms=MINUTE_MS + 60_000)
    assert queries.Wanted(project="APO").within(span) == (
        'project = "APO" AND created >= 1788253200000 AND created < 1788253260000'
        " ORDER BY created ASC, key ASC"
    )


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 7))
def test_spans_cover_a_project_and_fit_a_page(minutes: list[int], most: int) -> None:
    """Every issue lies in exactly one span; a span holds no more than a page, or one minute alone."""
    created_ms = [MINUTE_MS + minute * 60_000 + minute for minute in sorted(minutes)]
    cut = list(spans(created_ms, most=most))
    for span in cut:
        until_ms = span.until_ms or created_ms[-1] + 1
        held = {at // 60_000 for at in created_ms if span.from_ms <= at < until_ms}
        size = sum(1 for at in created_ms if span.from_ms <= at < until_ms)
        assert size <= most or len(held) == 1
    ends = [span.until_ms for span in cut]
    assert ends == [*(span.from_ms for span in cut[1:]), *([None] if cut else [])]
    assert not cut or cut[0].from_ms <= created_ms[0]


def test_histories_are_asked_for_by_what_issues_tell() -> None:
    """Issues share a call of the bulk changelog as long as one page holds their histories."""
    cut: dict[str, Raw] = {str(one): {"changelog": {"histories": [], "total": 2000}} for one in range(5)}
    assert list(packed(cut)) == [("0", "1"), ("2", "3"), ("4",)]
    untold: dict[str, Raw] = {str(one): {} for one in range(60)}
    assert [len(one) for one in packed(untold)] == [50, 10]


def test_quotes_values() -> None:
    """A value cannot end its own quotes."""
    assert queries.quoted('a"b\\c') == '"a\\"b\\\\c"'


def test_a_position_is_a_minute_and_what_was_had_of_it() -> None:
    """Ids of the latest minute are kept, those of earlier ones are not needed."""
    first = Position().after([("1", AT), ("2", AT + dt.timedelta(seconds=10))])
    assert first == Position(created_ms=MINUTE_MS, seen=frozenset({"1", "2"}))
    same = first.after([("3", AT)])
    assert same.seen == {"1", "2", "3"}
    later = same.after([("3", AT), ("4", AT + dt.timedelta(minutes=1))])
    assert later == Position(created_ms=MINUTE_MS + 60_000, seen=frozenset({"4"}))
    assert later.after([]) == later


@given(st.lists(st.tuples(st.integers(1, 99).map(str), st.integers(0, 10_000)), max_size=20))
def test_a_cursor_reads_as_it_was_written(rows: list[tuple[str, int]]) -> None:
    """A position survives being stored."""
    reached = Position().after((one, AT + dt.timedelta(seconds=offset)) for one, offset in rows)
    assert position(str(reached)) == reached


@pytest.mark.parametrize(
    "cursor", [None, "", "{}", "null", "[1]", '{"created_ms": "x", "seen": []}', '{"created_ms": 1}']
)
def test_an_unreadable_cursor_starts_anew(cursor: str | None) -> None:
    """A cursor that is not ours costs a full pull, never an issue."""
    assert position(cursor) == Position()


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/jira/rest/api/2/serverInfo", True),
        ("GET", "/jira/rest/api/3/project/APO/versions", True),
        ("POST", "/jira/rest/api/3/search/jql", True),
        ("POST", "/jira/rest/api/2/search", True),
        ("GET", "/jira/rest/api/2/issue/APO-1", True),
        ("GET", "/jira/rest/api/2/project/APO/securitylevel", True),
        ("GET", "/jira/rest/agile/1.0/board", True),
        ("GET", "/jira/rest/agile/1.0/board/7/sprint", True),
        ("GET", "/jira/rest/agile/1.0/sprint/7", True),
        ("POST", "/jira/rest/agile/1.0/sprint/7", False),
        ("GET", "/jira/rest/agile/1.0/sprint/7/issue", False),
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
