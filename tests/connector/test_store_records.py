"""Every record comes back from the store as it was put in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from adapters.records import (
    Category,
    Change,
    ChangeMode,
    Issue,
    Link,
    LinkKind,
    Milestone,
    MilestoneStatus,
    Person,
    Quarantined,
)
from connector.analysis.facts import Baseline
from connector.store import codec

TEXTS = st.text(max_size=20)
TUPLES = st.lists(TEXTS, max_size=3).map(tuple)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates()
INSTANTS = st.datetimes(timezones=st.just(dt.UTC))
VALUES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, TUPLES)

ISSUES = st.builds(
    Issue,
    key=TEXTS,
    source=TEXTS,
    ref=TEXTS,
    title=TEXTS,
    body=TEXTS,
    type=TEXTS,
    level=st.none() | st.integers(-1, 5),
    category=st.sampled_from(Category),
    labels=TUPLES,
    milestones=TUPLES,
    parent=st.none() | TEXTS,
    points=st.none() | NUMBERS,
    hours=st.none() | NUMBERS,
    due_on=st.none() | DAYS,
    start_on=st.none() | DAYS,
    created_at=INSTANTS,
    updated_at=INSTANTS,
    closed_at=st.none() | INSTANTS,
    people=st.lists(st.builds(Person, role=TEXTS, account=TEXTS, name=TEXTS, email=TEXTS), max_size=2).map(
        tuple
    ),
    fields=st.dictionaries(TEXTS, VALUES, max_size=3),
)
CHANGES = st.builds(
    Change,
    issue=TEXTS,
    id=TEXTS,
    act=TEXTS,
    at=INSTANTS,
    field=TEXTS,
    mode=st.sampled_from(ChangeMode),
    old=st.none() | TEXTS,
    new=st.none() | TEXTS,
    old_text=TEXTS,
    new_text=TEXTS,
    old_list=TUPLES,
    new_list=TUPLES,
    author=TEXTS,
)
LINKS = st.builds(Link, id=TEXTS, source=TEXTS, a=TEXTS, b=TEXTS, kind=st.sampled_from(LinkKind), name=TEXTS)
MILESTONES = st.builds(
    Milestone,
    key=TEXTS,
    source=TEXTS,
    name=TEXTS,
    status=st.sampled_from(MilestoneStatus),
    start_on=st.none() | DAYS,
    due_on=st.none() | DAYS,
    released_on=st.none() | DAYS,
    closed_at=st.none() | INSTANTS,
    description=TEXTS,
    position=st.integers(-5, 5),
)
BASELINES = st.builds(
    Baseline,
    number=st.integers(1, 9),
    on_at=INSTANTS,
    recorded_at=INSTANTS,
    approved_by=TEXTS,
    containers=st.dictionaries(TEXTS, st.dictionaries(TEXTS, st.none() | NUMBERS, max_size=3), max_size=3),
    dates=st.dictionaries(TEXTS, st.none() | DAYS, max_size=3),
    buffer_days=st.none() | st.integers(0, 99),
)


def returns(adapter: TypeAdapter[Any], value: object) -> bool:
    """Whether a value is the same after writing and reading, types included."""
    text = codec.dump(adapter, value)
    found = adapter.validate_json(text)
    return bool(found == value) and codec.dump(adapter, found) == text


@settings(deadline=None)
@given(issue=ISSUES)
def test_an_issue_returns(issue: Issue) -> None:
    """Texts of any script, numbers, dates, people and custom fields of every kind."""
    assert returns(codec.ISSUE, issue)


@settings(deadline=None)
@given(changes=st.lists(CHANGES, max_size=5))
def test_a_history_returns_in_order(changes: list[Change]) -> None:
    """In order of time, of one instant as they came; nothing lost."""
    found = codec.HISTORY.validate_json(codec.dump_history(changes))
    assert list(found) == sorted(changes, key=lambda one: one.at)


@settings(deadline=None)
@given(links=st.lists(LINKS, max_size=4))
def test_links_return(links: list[Link]) -> None:
    """Many at once are read as one by one."""
    assert codec.load_all(codec.LINKS, [codec.dump(codec.LINK, one) for one in links]) == tuple(links)


@settings(deadline=None)
@given(milestone=MILESTONES)
def test_a_milestone_returns(milestone: Milestone) -> None:
    """Days and instants stay what they are."""
    assert returns(codec.MILESTONE, milestone)


@settings(deadline=None)
@given(baseline=BASELINES)
def test_a_baseline_returns(baseline: Baseline) -> None:
    """Unsized items and unknown dates among the others."""
    assert returns(codec.BASELINE, baseline)


@given(one=st.builds(Quarantined, ref=TEXTS, field=TEXTS, reason=TEXTS))
def test_a_quarantined_issue_returns(one: Quarantined) -> None:
    """Its reason is what people read."""
    assert returns(codec.QUARANTINED, one)


def test_a_field_added_later_reads_as_its_default() -> None:
    """What an older program wrote lacks the field; it is no fault."""
    assert codec.LINK.validate_json('{"id": "1", "source": "jira:APO", "a": "x", "b": "y"}').name == ""
