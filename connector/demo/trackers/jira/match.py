"""JQL evaluated: a parsed query becomes a test of issues and an order.

Names are checked against the site first, as Jira does: an unknown field, version, project or status
is an error, not an empty result.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connector.demo.trackers.exchange import Payload, milliseconds
from connector.demo.trackers.jira import defaults
from connector.demo.trackers.jira.jql import Both, Clause, Either, JqlError, Node, Query
from connector.demo.trackers.jira.reach import INSTANTS, KEYS, candidates
from connector.demo.trackers.jira.state import JiraIssue, JiraState

Test = Callable[[JiraIssue], bool]

_DATES = {
    "due": "duedate",
    "duedate": "duedate",
    "resolved": "resolutiondate",
    "resolutiondate": "resolutiondate",
}
_TEXTS = {"summary": ("summary",), "description": ("description",), "text": ("summary", "description")}
_NAMED = {  # clause -> field of the issue that holds one or several things with id and name
    "project": "project",
    "type": "issuetype",
    "issuetype": "issuetype",
    "status": "status",
    "resolution": "resolution",
    "priority": "priority",
    "fixversion": "fixVersions",
    "affectedversion": "versions",
    "component": "components",
    "level": "security",
}
_TABLES = {  # clause -> table of the site that its values must be in
    "project": "projects",
    "type": "types",
    "issuetype": "types",
    "status": "statuses",
    "resolution": "resolutions",
    "priority": "priorities",
    "fixversion": "versions",
    "affectedversion": "versions",
    "component": "components",
}
_PEOPLE = frozenset(("assignee", "reporter", "creator"))
_PERIODS_S = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60}
_RELATIVE = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)\Z")
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, of what, and when: bare dates are read in the asking account's zone."""

    state: JiraState
    zone: dt.tzinfo
    now: dt.datetime


def search(query: Query, asking: Asking) -> list[JiraIssue]:
    """Return the visible issues a query finds, in its order (without one: newest first).

    Raises:
        JqlError: The query names what is not on the site.
    """
    order = query.order or (("created", True),)
    keys = [(_sort_key(field, asking), descending) for field, descending in order]
    test = _node(query.where, asking) if query.where else None
    reached = candidates(asking.state, query.where, lambda text, field: _moment(text, field, asking))
    found = [issue for issue in reached if _is_searchable(issue, asking.state)]
    found = found if test is None else [issue for issue in found if test(issue)]
    found.sort(key=lambda issue: issue.id, reverse=order[0][1])
    for key, descending in reversed(keys):
        found.sort(key=key, reverse=descending)
    return found


def _is_searchable(issue: JiraIssue, state: JiraState) -> bool:
    return not issue.is_archived and state.may_see(issue)


def _node(node: Node, asking: Asking) -> Test:
    match node:
        case Clause():
            return _clause(node, asking)
        case Both(parts):
            tests = [_node(part, asking) for part in parts]
            return lambda issue: all(test(issue) for test in tests)
        case Either(parts):
            tests = [_node(part, asking) for part in parts]
            return lambda issue: any(test(issue) for test in tests)


def _clause(clause: Clause, asking: Asking) -> Test:
    field = clause.field.lower()
    if clause.op in ("is", "is not"):
        wanted = clause.op == "is"
        terms = _terms(field, asking)
        return lambda issue: (not terms(issue)) == wanted
    return _kind(clause)(clause, asking)


def _kind(clause: Clause) -> Callable[[Clause, Asking], Test]:
    field = clause.field.lower()
    if field in INSTANTS:
        return _instant
    if field in _DATES:
        return _date
    if clause.op in ("~", "!~"):
        return _text
    return _number if clause.op in ("<", "<=", ">", ">=") else _membership


def _membership(clause: Clause, asking: Asking) -> Test:
    terms = _terms(clause.field.lower(), asking)
    wanted = frozenset(_wanted(clause, asking))
    if clause.op in ("=", "in"):
        return lambda issue: not wanted.isdisjoint(terms(issue))
    return lambda issue: bool(terms(issue)) and wanted.isdisjoint(terms(issue))


def _wanted(clause: Clause, asking: Asking) -> Iterable[str]:
    """Return a clause's values as terms, once each is known to exist."""
    field = clause.field.lower()
    table = _TABLES.get(field)
    for value in clause.values:
        if table:
            known = _known(asking.state, table)
            if not any(value.lower() in _names_of(payload) for payload in known):
                raise JqlError(f"The value '{value}' does not exist for the field '{clause.field}'.")
        elif field in KEYS:
            yield str(_existing(value, clause.field, asking.state).id)
            continue
        elif field in ("parent", "epic link"):
            issue = asking.state.find(value)
            yield str(issue.id) if issue else value.lower()
            continue
        yield value.lower()


def _known(state: JiraState, table: str) -> Iterable[Payload]:
    if table == "projects":
        return state.open_projects()
    rows: dict[str, Payload] = getattr(state, table)
    return rows.values()


def _existing(value: str, field: str, state: JiraState) -> JiraIssue:
    issue = state.find(value)
    if issue is None:
        word = "A value with ID" if value.isdigit() else "An issue with key"
        raise JqlError(f"{word} '{value}' does not exist for the field '{field}'.")
    return issue


def _terms(field: str, asking: Asking) -> Callable[[JiraIssue], frozenset[str]]:
    """Return what yields an issue's values of a field, as lower-case ids and names."""
    make = _maker(field, asking.state)

    def terms(issue: JiraIssue) -> frozenset[str]:
        held = issue.cache.get(field)
        if held is None:
            held = issue.cache[field] = frozenset(make(issue))
        return held

    return terms


def _maker(field: str, state: JiraState) -> Callable[[JiraIssue], Iterable[str]]:
    fixed: dict[str, Callable[[JiraIssue], Iterable[str]]] = {
        **dict.fromkeys(KEYS, lambda issue: (str(issue.id),)),
        "parent": _parent_terms,
        "epic link": _parent_terms,
        "statuscategory": _category_terms,
        "labels": _label_terms,
        "sprint": _sprint_terms(state),
    }
    if field in fixed:
        return fixed[field]
    if field in _NAMED:
        holder = _NAMED[field]
        tables = {"fixVersions": state.versions, "versions": state.versions, "components": state.components}
        return lambda issue: _held_terms(issue.fields.get(holder), tables.get(holder, {}))
    if field in _PEOPLE:
        return lambda issue: _person_terms(issue.fields.get(field))
    if field in (*INSTANTS, *_DATES, *_TEXTS):
        holders = _TEXTS.get(field, (_DATES.get(field, INSTANTS.get(field, field)),))
        return lambda issue: [str(issue.fields[name]) for name in holders if issue.fields.get(name)]
    field_id = _custom_id(field, state)
    return lambda issue: _value_terms(issue.fields.get(field_id))


def _custom_id(field: str, state: JiraState) -> str:
    for field_id, described in state.fields.items():
        names = (field_id.lower(), *(clause.lower() for clause in described.get("clauseNames", ())))
        if field in names:
            return field_id
    raise JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")


def _names_of(payload: Payload) -> tuple[str, ...]:
    return (str(payload["id"]).lower(), payload["name"].lower(), payload.get("key", "").lower())


def _held_terms(held: object, table: dict[str, Payload]) -> Iterable[str]:
    entries: list[Payload] = held if isinstance(held, list) else [held] if isinstance(held, dict) else []
    return [name for entry in entries for name in _names_of(table.get(entry["id"], entry)) if name]


def _parent_terms(issue: JiraIssue) -> Iterable[str]:
    above = issue.fields.get("parent")
    epic = issue.fields.get(defaults.EPIC_LINK)
    found = [str(above["id"]), above["key"].lower()] if above else []
    return [*found, epic.lower()] if isinstance(epic, str) else found


def _category_terms(issue: JiraIssue) -> Iterable[str]:
    return [str(value).lower() for name, value in _category(issue).items() if name in ("id", "key", "name")]


def _category(issue: JiraIssue) -> Payload:
    held: Payload = issue.fields["status"].get("statusCategory") or {}
    return held


def _label_terms(issue: JiraIssue) -> Iterable[str]:
    return [label.lower() for label in issue.fields.get("labels") or ()]


def _sprint_terms(state: JiraState) -> Callable[[JiraIssue], Iterable[str]]:
    def terms(issue: JiraIssue) -> Iterable[str]:
        held = issue.fields.get(defaults.SPRINT) or ()
        known = [state.sprints[entry["id"]] for entry in held if isinstance(entry, dict)]
        return [name for sprint in known for name in (str(sprint["id"]), sprint["name"].lower())]

    return terms


def _person_terms(held: Payload | None) -> Iterable[str]:
    names = ("accountId", "name", "key", "displayName", "emailAddress")
    return [held[name].lower() for name in names if held.get(name)] if held else []


def _value_terms(held: object) -> Iterable[str]:
    if held is None:
        return ()
    if isinstance(held, list):
        return [term for part in held for term in _value_terms(part)]
    if isinstance(held, dict):
        return [str(held[name]).lower() for name in ("id", "value", "name", "key") if held.get(name)]
    return (f"{held:g}" if isinstance(held, float) else str(held).lower(),)


def _instant(clause: Clause, asking: Asking) -> Test:
    if clause.op not in _COMPARE:
        raise JqlError(f"The operator '{clause.op}' is not supported by the '{clause.field}' field.")
    compare, bound = _COMPARE[clause.op], _moment(clause.values[0], clause.field, asking)
    if INSTANTS[clause.field.lower()] == "created":
        return lambda issue: compare(issue.created_ms, bound)
    return lambda issue: compare(issue.updated_ms, bound)


def _moment(text: str, field: str, asking: Asking) -> int:
    """Return a date literal as epoch milliseconds. Precision of written dates: minutes."""
    if text.isdigit():
        return int(text)
    if text.lower() == "now()":
        return milliseconds(asking.now)
    relative = _RELATIVE.match(text.strip())
    if relative:
        parts = re.findall(r"(\d+)([wdhm])", relative.group(2))
        seconds = sum(int(number) * _PERIODS_S[period] for number, period in parts)
        moved = asking.now + dt.timedelta(seconds=seconds if relative.group(1) == "+" else -seconds)
        return milliseconds(moved.replace(second=0, microsecond=0))
    for form in _FORMATS:
        try:
            return milliseconds(dt.datetime.strptime(text, form).replace(tzinfo=asking.zone))
        except ValueError:
            continue
    raise JqlError(
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm',"
        " 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _date(clause: Clause, asking: Asking) -> Test:
    name = _DATES[clause.field.lower()]
    compare, bound = _COMPARE[clause.op], _moment(clause.values[0], clause.field, asking)

    def test(issue: JiraIssue) -> bool:
        text = issue.fields.get(name)
        if not text:
            return False
        at = dt.datetime.fromisoformat(text)
        return compare(milliseconds(at if at.tzinfo else at.replace(tzinfo=asking.zone)), bound)

    return test


def _number(clause: Clause, asking: Asking) -> Test:
    field_id = _custom_id(clause.field.lower(), asking.state)
    compare, bound = _COMPARE[clause.op], clause.values[0]
    if not re.fullmatch(r"-?\d+(\.\d+)?", bound):
        raise JqlError(f"The value '{bound}' for the field '{clause.field}' is not a number.")

    def test(issue: JiraIssue) -> bool:
        held = issue.fields.get(field_id)
        return isinstance(held, int | float) and compare(float(held), float(bound))

    return test


def _text(clause: Clause, asking: Asking) -> Test:
    field = clause.field.lower()
    if field not in _TEXTS:
        raise JqlError(f"The operator '{clause.op}' is not supported by the '{clause.field}' field.")
    terms, wanted = _terms(field, asking), clause.values[0].lower().strip("* ")
    holds = clause.op == "~"
    return lambda issue: any(wanted in text.lower() for text in terms(issue)) == holds


def _sort_key(field: str, asking: Asking) -> Callable[[JiraIssue], tuple[str, float]]:
    name = field.lower()
    if name in INSTANTS:
        is_created = INSTANTS[name] == "created"
        return lambda issue: ("", issue.created_ms if is_created else issue.updated_ms)
    if name == "id":
        return lambda issue: ("", issue.id)
    if name in KEYS:
        return _key_order
    terms = _terms(name, asking)
    return lambda issue: (min(terms(issue), default=""), 0)


def _key_order(issue: JiraIssue) -> tuple[str, float]:
    project, _, number = issue.key.rpartition("-")
    return project, int(number)
