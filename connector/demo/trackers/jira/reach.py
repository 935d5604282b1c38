"""Which issues a search must look at: the bounds of its instants and its keys narrow them down."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Sequence

from connector.demo.trackers.jira.jql import Both, Clause, Node
from connector.demo.trackers.jira.state import JiraIssue, JiraState

INSTANTS = {"created": "created", "createddate": "created", "updated": "updated", "updateddate": "updated"}
KEYS = frozenset(("key", "issuekey", "issue", "id"))
Moment = Callable[[str, str], int]
"""Reads a literal of a field as milliseconds."""


def candidates(state: JiraState, where: Node | None, moment: Moment) -> Iterable[JiraIssue]:
    """Return the issues among which everything is that a condition can find: the fewest we know."""
    clauses = [part for part in _together(where) if isinstance(part, Clause)]
    named = next((clause for clause in clauses if _names_issues(clause)), None)
    if named is not None:
        return [issue for value in dict.fromkeys(named.values) if (issue := state.find(value))]
    spans = [_span(state, clauses, name, moment) for name in ("created", "updated")]
    bounded = [span for span in spans if span is not None]
    if not bounded:
        return state.issues.values()
    return min(bounded, key=len)


def _together(where: Node | None) -> Sequence[Node]:
    return where.parts if isinstance(where, Both) else (where,) if where else ()


def _names_issues(clause: Clause) -> bool:
    return clause.field.lower() in KEYS and clause.op in ("=", "in")


def _span(
    state: JiraState, clauses: Sequence[Clause], name: str, moment: Moment
) -> Sequence[JiraIssue] | None:
    """Return the issues between the bounds of an instant; None where nothing bounds it."""
    bounds = [one for one in clauses if INSTANTS.get(one.field.lower()) == name and one.op[0] in "<>="]
    if not bounds:
        return None
    rows = state.in_order(name)
    first, last = 0, len(rows)
    for clause in bounds:
        at = moment(clause.values[0], clause.field)
        if clause.op in (">", ">=", "="):
            first = max(first, bisect.bisect_left(rows, at, key=lambda issue: issue.at_ms(name)))
        if clause.op in ("<", "<=", "="):
            last = min(last, bisect.bisect_right(rows, at, key=lambda issue: issue.at_ms(name)))
    return rows[first:last]
