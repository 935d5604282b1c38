"""Non-interference: changing only what is hidden changes no byte that a client gets, in any form.

Hidden is every field of an issue that the manifest does not name as source of a disclosed value, and
every field of a withheld issue, its existence included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adapters.records import Category, Change, Issue, Link, LinkKind, Milestone, MilestoneSighting, Person
from connector.analysis.facts import ProjectFacts, SourceFacts
from connector.disclosure.internal import withheld
from connector.disclosure.policy import SHIPPED, Policy, parse_policy, shipped, shipped_text
from connector.disclosure.portal_view import past_edition
from connector.disclosure.projector import ProjectionInput
from connector.disclosure.serial import dump_view
from connector.disclosure.view import ClientView
from connector.pipeline.presenting import projected
from connector.pipeline.visible import Visible
from tests.builders import rules
from tests.connector import disclosure_sample as sample
from tests.connector.forms import forms

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a failing example is small enough as it is
DEFAULT = "client-default"
OWN = "rounded, with an embargo"
VERSION = "jira:version:21"
RELEASE = "jira:version:22"
WORDS = st.text(min_size=1, max_size=30)
LABELS = st.lists(WORDS.filter(lambda word: not shipped(DEFAULT).withholds([word])), max_size=3).map(tuple)
PEOPLE = st.lists(
    st.builds(Person, role=st.just("assignee"), account=WORDS, name=WORDS, email=WORDS), max_size=2
)
FIELDS: Mapping[str, st.SearchStrategy[object]] = {
    "title": WORDS,  # of a story without client words
    "body": st.text(max_size=80).filter(lambda text: "client" not in text.lower()),
    "people": PEOPLE.map(tuple),
    "components": LABELS,
    "labels": LABELS,
    "priority": WORDS,
    "iterations": LABELS,
    "url": WORDS.map(lambda word: f"https://{word}"),
    "ref": WORDS,
    "status": WORDS,
    "resolution": WORDS,
    "project": WORDS,
    "fields": st.dictionaries(WORDS, WORDS | st.floats(0, 1e6), max_size=2),
    "due_on": st.dates(),
    "start_on": st.dates(),
    "hours": st.floats(0, 99) | st.none(),
}
HIDDEN = st.fixed_dictionaries({}, optional=dict(FIELDS))
CONFIDENTIAL = st.fixed_dictionaries(
    {
        "title": WORDS,
        "body": WORDS,
        "milestones": st.sampled_from([(), (VERSION,), (RELEASE, VERSION)]),
        "category": st.sampled_from(Category),
        "type": st.sampled_from(["Story", "Epic", "Risk", "Bug"]),
        "level": st.sampled_from([0, 1]),
        "parent": st.sampled_from([None, "jira:issue:1"]),
        "points": st.floats(0, 99) | st.none(),
        "created_at": st.integers(0, 150).map(lambda days: sample.at("2026-06-01") + dt.timedelta(days)),
    }
)
REASON = st.sampled_from(
    [
        {"security": "Board"},
        {"labels": ("internal",)},
        {"labels": ("Private-x", "web")},
        {"labels": ("fair",)},
    ]
)


@cache
def policy(name: str) -> Policy:
    """Return a policy; our own rounds dates and sizes, and keeps issues back until a day."""
    if name != OWN:
        return replace(shipped(name), embargo_labels=("fair",))
    text = shipped_text(DEFAULT).replace('dates = "day"', 'dates = "week"')
    text = text.replace("sizes = 0", "sizes = 5").replace(
        "[withhold.until]", '[withhold.until]\n"fair" = 2027-03-01\n'
    )
    return parse_policy(text, file="own.toml").on(sample.NOW.date())


def issues() -> tuple[Issue, ...]:
    """Return an epic with three open stories and four done over months, and a risk nobody worded."""
    epic = sample.issue(1, "Pay by card", type="Epic", level=1)
    stories = (
        sample.issue(n, f"story {n}", type="Story", level=0, parent=epic.key, milestones=(VERSION,))
        for n in (2, 3, 4)
    )
    done = (
        sample.issue(
            n, f"done {n}", type="Story", level=0, category=Category.DONE, parent=epic.key,
            closed_at=sample.at(f"2026-{month:02}-01"), milestones=(VERSION,),
        )
        for n, month in ((5, 7), (6, 8), (7, 9), (8, 10))
    )  # fmt: skip
    return (epic, *stories, *done, sample.issue(9, "Lead may quit", type="Risk", level=0))


def facts_of(*records: Issue, **more: object) -> ProjectFacts:
    """Return the facts of a project that has these issues, and two dated versions."""
    beta = Milestone(key=VERSION, source="jira:KITE", name="Beta", due_on=sample.day("2026-12-01"))
    launch = Milestone(key=RELEASE, source="jira:KITE", name="Launch", due_on=sample.day("2027-02-01"))
    moved = replace(beta, due_on=sample.day("2026-12-15"))
    seen = (("2026-06-02", beta), ("2026-06-02", launch), ("2026-10-02", moved))
    return sample.facts(
        *records,
        sightings=tuple(MilestoneSighting(seen_at=sample.at(day), milestone=each) for day, each in seen),
        first_seen={issue.key: issue.created_at for issue in records},
        rules={"jira:KITE": rules("jira-scrum")},
        sources=(SourceFacts(name="jira:KITE", last_success_at=sample.NOW, complete=True, issues=9),),
        **more,
    )


def view_of(facts: ProjectFacts, name: str = DEFAULT, **more: object) -> ClientView:
    """Return what the client is shown, made as the program makes it: forecasts and curves included."""
    kept = withheld(facts, policy(name))
    visible = Visible.judged(policy(name), facts.without(kept), sample.AGREEMENT, as_of=sample.NOW)
    given_to_client: ProjectionInput = replace(
        sample.given(visible.with_forecasts, policy=policy(name)),
        starts=visible.starts,
        after=visible.after,
        trend=visible.trend,
        burn_up=visible.burn_up,
        **more,  # type: ignore[arg-type]  # fields of the input, by name
    )
    return projected(given_to_client).view


@cache
def plain(name: str) -> tuple[str, Mapping[str, bytes]]:
    """Return the view of the unchanged project, and every artefact of it after an earlier edition."""
    view = view_of(facts_of(*issues()), name)
    return dump_view(view), forms(view, (past_edition(sample.earlier_view()),)).files


def assert_same(facts: ProjectFacts, name: str = DEFAULT) -> None:
    """Check that a project shows the client what the unchanged one does: the view, and every byte of it."""
    view = view_of(facts, name)
    stored, files = plain(name)
    assert dump_view(view) == stored
    assert forms(view, (past_edition(sample.earlier_view()),)).files == files


@pytest.mark.parametrize("name", FIELDS)
@given(data=st.data())
@settings(max_examples=2, deadline=None, phases=PHASES)
def test_each_hidden_field_changes_no_byte(name: str, data: st.DataObject) -> None:
    """Each hidden field alone, of every issue that may show."""
    epic, *others = issues()
    changed = [replace(issue, **{name: data.draw(FIELDS[name])}) for issue in others]  # type: ignore[arg-type]
    assert_same(facts_of(epic, *changed))


@given(hidden=st.lists(HIDDEN, min_size=4, max_size=4), name=st.sampled_from([*SHIPPED, OWN]))
@settings(max_examples=12, deadline=None, phases=PHASES)
def test_hidden_fields_change_no_byte(hidden: list[dict[str, object]], name: str) -> None:
    """Random combinations, under every shipped policy and one that rounds and has an embargo."""
    epic, *others = issues()
    changed = [replace(issue, **fields) for issue, fields in zip(others[:4], hidden, strict=True)]  # type: ignore[arg-type]  # fields by name
    assert_same(facts_of(epic, *changed, *others[4:]), name)


@given(
    confidential=st.lists(st.tuples(CONFIDENTIAL, REASON), max_size=4), name=st.sampled_from([*SHIPPED, OWN])
)
@settings(max_examples=12, deadline=None, phases=PHASES)
def test_withheld_issues_change_no_byte(
    confidential: list[tuple[dict[str, object], dict[str, object]]], name: str
) -> None:
    """However many are kept back, whatever they say: number, order, ids, sizes, forecasts, curves stay."""
    extra = [
        replace(sample.issue(100 + n, ""), **fields, **reason)  # type: ignore[arg-type]  # fields by name
        for n, (fields, reason) in enumerate(confidential)
    ]
    first, *others = issues()
    assert_same(facts_of(*extra[:2], first, *extra[2:], *others), name)


@given(text=WORDS, author=WORDS, closed=st.dates(dt.date(2026, 7, 1), dt.date(2026, 11, 1)))
@settings(max_examples=10, deadline=None, phases=PHASES)
def test_history_and_links_of_withheld_issues_change_no_byte(text: str, author: str, closed: dt.date) -> None:
    """What happened to a confidential issue, when it was done, and what it blocks, alters nothing."""
    secret = sample.issue(100, "secret", security="Board", milestones=(VERSION,), type="Story", level=0)
    at = sample.at("2026-07-01")
    said = Change(issue=secret.key, id="1.0", act="1", at=at, field="title", old=text, new="s", author=author)
    ended = replace(
        said, id="2.0", act="2", at=sample.at(closed.isoformat()), field="status", old="To Do", new="Done"
    )
    link = Link(id="7", source="jira:KITE", a=secret.key, b="jira:issue:2", kind=LinkKind.BLOCKS, name=text)
    changes = {secret.key: (said, ended)}
    assert_same(facts_of(*issues(), secret, changes=changes, links=(link,)))


@pytest.mark.parametrize("name", [*SHIPPED, OWN])
def test_what_is_kept_back_later_leaves_as_if_it_had_never_been(name: str) -> None:
    """An edition with an earlier one before it tells nothing of an issue that is kept back in both."""
    secret = sample.issue(100, "secret", labels=("fair",), parent="jira:issue:1", milestones=(VERSION,))
    earlier = view_of(facts_of(*issues()[:-2]), name)
    without = view_of(facts_of(*issues()), name, previous=earlier, edition_number=8)
    earlier_too = view_of(facts_of(*issues()[:-2], secret), name)
    with_it = view_of(facts_of(*issues(), secret), name, previous=earlier_too, edition_number=8)
    assert dump_view(earlier) == dump_view(earlier_too)
    assert forms(with_it, (past_edition(earlier),)).files == forms(without, (past_edition(earlier),)).files


def test_what_is_disclosed_does_change_bytes() -> None:
    """The property is no triviality: a goal's title is disclosed and alters every form."""
    epic, *others = issues()
    view = view_of(facts_of(replace(epic, title="Pay by voucher"), *others))
    changed = forms(view, (past_edition(sample.earlier_view()),)).files
    _, files = plain(DEFAULT)
    assert changed["index.html"] != files["index.html"]
    assert changed["summary.json"] != files["summary.json"]


def test_the_sample_tells_what_could_be_disturbed() -> None:
    """The unchanged project shows forecasts, a trend and scope over time: there is something to disturb."""
    view = view_of(facts_of(*issues()))
    assert view.burn_up is not None
    assert view.trend
    assert any(milestone.forecast is not None for milestone in view.milestones)
