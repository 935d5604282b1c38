"""JQL is parsed and evaluated, not matched as text."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.demo.trackers.jira.jql import JqlError, parse_jql
from connector.demo.trackers.jira.match import Asking, search
from connector.demo.trackers.jira.state import JiraState
from tests.trackers.worlds import NOW, after, apollo

WORLD = apollo(timezone="America/New_York")
MS = int(after(2).timestamp() * 1000)  # APO-3 was created then


def found(jql: str, *, now: dt.datetime = NOW) -> list[int]:
    """Return the numbers of the issues of APO a query finds, in its order."""
    asking = Asking(state=WORLD.state_at(NOW), zone=WORLD.zone, now=now)
    return [int(issue.key.rpartition("-")[2]) for issue in search(parse_jql(jql), asking)]


@pytest.mark.parametrize(
    ("jql", "numbers"),
    [
        ("project = APO order by key", [1, 2, 3, 4, 5]),
        ("project in (APO, OPS) ORDER BY key DESC", [5, 4, 3, 2, 1]),
        ("project = 10001 order by id asc", [1, 2, 3, 4, 5]),
        ("project = apo", [5, 4, 3, 2, 1]),
        ("project = OPS", []),
        ("project != APO", []),
        (f"created >= {MS} order by created", [3, 4, 5]),
        (f"created > {MS} order by created", [4, 5]),
        (f"created < {MS} order by created", [1, 2]),
        (f"created <= {MS} order by created", [1, 2, 3]),
        ("created >= '2026-07-03 05:00' order by created", [3, 4, 5]),  # 05:00 in New York is 09:00 UTC
        ("created >= '2026/07/03 05:01' order by created", [4, 5]),
        ("created < 2026-07-03 order by created", [1, 2]),
        ("updated >= 0 and key in (APO-2, APO-3) order by updated", [3, 2]),
        ("id in (10002, 10003) order by id", [2, 3]),
        ("id = 10004 or issuekey = APO-1 order by key", [1, 4]),
        ("issue = 'APO-5'", [5]),
        ("labels = CLIENT", [2]),
        ("labels in (none, late)", [2]),
        ("labels is empty order by key", [1, 3, 4, 5]),
        ("labels != client", []),
        ("labels is not EMPTY", [2]),
        ("fixVersion = R2", [2]),
        ("fixVersion = 20001", [4]),
        ("fixVersion in (R1, R2) order by key", [2, 4]),
        ("fixVersion not in (R1)", [2]),
        ("fixVersion = EMPTY order by key", [1, 3, 5]),
        ("type = Epic", [1]),
        ("issuetype in (Bug, 'Sub-task') order by key", [3, 4]),
        ("status = done", [2]),
        ("status != Done order by key", [1, 3, 4, 5]),
        ("statusCategory = Done", [2]),
        ("statusCategory != done order by key", [1, 3, 4, 5]),
        ("statusCategory in ('In Progress', new) order by key", [1, 3, 4, 5]),
        ("parent = APO-1", [2]),
        ("parent in (APO-1, 10002) order by key", [2, 3]),
        ("'Epic Link' = APO-1", [2]),
        ("component = Checkout", [2]),
        ("priority = Medium and resolution is empty order by key", [1, 3, 4, 5]),
        ("resolution = Done", [2]),
        ("level is not empty", [4]),
        ("reporter = anna", [2]),
        ("assignee is not empty", [3]),
        ("sprint = 'Sprint 1'", [2]),
        ("'Story Points' > 4", [2]),
        ("cf[10016] = 5", [2]),
        ("summary ~ 'log'", [2]),
        ("text ~ paragraph", [2]),
        ("due >= 2026-10-01", [5]),
        ("not project = OPS order by key", [1, 2, 3, 4, 5]),
        ("project = APO and not (labels = client or type = Epic) order by key", []),
        ("project = APO and (type = Epic or type = Risk) order by key", [1, 5]),
        ("type = Epic or type = Bug and status = Done", [1]),
        ("((type = Epic))", [1]),
    ],
)
def test_a_query_finds_what_jira_would(jql: str, numbers: list[int]) -> None:
    """Each clause, operator, word in any case and precedence does what Jira's does; != skips empty."""
    assert found(jql) == numbers


@pytest.mark.parametrize(
    ("jql", "numbers"),
    [
        ("updated >= -90m", {2, 3}),
        ("updated >= '-90m'", {2, 3}),
        ("created >= '-1h 30m'", set()),
        ("created >= -1d", {3}),
        ("created >= '-1w 1d'", {1, 2, 3}),
        ("updated < -1d", {1}),
        ("updated <= now() and updated >= -1m", {2, 3}),
    ],
)
def test_relative_dates_count_from_now(jql: str, numbers: set[int]) -> None:
    """`-90m` is ninety minutes before the moment of asking."""
    asking = Asking(state=apollo().state_at(after(3)), zone=dt.UTC, now=after(3))
    assert {int(issue.key.rpartition("-")[2]) for issue in search(parse_jql(jql), asking)} == numbers


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("fixVersion = R9", "The value 'R9' does not exist for the field 'fixVersion'."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("flavour = 1", "Field 'flavour' does not exist"),
        ("key = APO-99", "An issue with key 'APO-99' does not exist for the field 'key'."),
        ("created >= yesterday", "Date value 'yesterday' for field 'created' is invalid."),
        ("project = and", "'and' is a reserved JQL word"),
        ("project APO", "Expecting an operator but got 'APO'"),
        ("project = APO AND", "Expecting a field name before the end"),
        ("(project = APO", "Expecting ')' before the end"),
        ("project = APO type = Bug", "Expecting either 'OR' or 'AND' but got 'type'"),
        ("project in APO", "Expecting '(' but got 'APO'"),
        ("labels is client", "Expecting 'EMPTY' or 'NULL'"),
        ("summary ~ ''' ", "unexpected text"),
        ("type ~ Bug", "The operator '~' is not supported by the 'type' field."),
        ("created ~ 2026", "The operator '~' is not supported by the 'created' field."),
        ("order by a, b, c, d, e, f, g, h", "JQL can be ordered by at most 7 fields."),
    ],
)
def test_a_query_jira_would_refuse_is_refused(jql: str, message: str) -> None:
    """Unknown names and broken grammar are errors that name what was found, not empty results."""
    with pytest.raises(JqlError) as caught:
        found(jql)
    assert message in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(text: str) -> None:
    """Nothing a client sends makes the parser fail otherwise than by refusing it."""
    with contextlib.suppress(JqlError):
        parse_jql(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_a_quoted_value_is_taken_as_it_is(text: str) -> None:
    """Quotes and backslashes inside a quoted value, escaped, come out as they were."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    query = parse_jql(f'labels = "{escaped}"')
    asking = Asking(state=JiraState(), zone=dt.UTC, now=NOW)
    assert query.where is not None
    assert getattr(query.where, "values", ()) == (text,)
    assert search(query, asking) == []
