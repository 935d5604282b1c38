"""Non-interference: changing only what is hidden changes no byte that a client gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.records import Category, Change, Issue, Link, LinkKind, Milestone, MilestoneSighting, Person
from connector.analysis.facts import ProjectFacts, SourceFacts
from connector.analysis.judge import judge
from connector.disclosure.internal import withheld
from connector.disclosure.policy import shipped
from connector.disclosure.projector import project_for_client
from connector.publish.render import render
from tests.builders import rules
from tests.connector import disclosure_sample as sample

POLICY = shipped("client-default")
VERSION = "jira:version:21"
WORDS = st.text(min_size=1, max_size=30)
LABELS = st.lists(WORDS.filter(lambda word: not POLICY.withholds([word])), max_size=3).map(tuple)
PEOPLE = st.lists(
    st.builds(Person, role=st.just("assignee"), account=WORDS, name=WORDS, email=WORDS), max_size=2
)
HIDDEN = st.fixed_dictionaries(
    {},
    optional={
        "title": WORDS,  # of a story without client words
        "body": st.text(max_size=80),
        "people": PEOPLE.map(tuple),
        "components": LABELS,
        "labels": LABELS,
        "priority": WORDS,
        "iterations": LABELS,
        "url": WORDS.map(lambda word: f"https://{word}"),
        "ref": WORDS,
        "status": WORDS,
        "fields": st.dictionaries(WORDS, WORDS | st.floats(0, 1e6), max_size=2),
        "due_on": st.dates(),
        "start_on": st.dates(),
    },
)
CONFIDENTIAL = st.fixed_dictionaries(
    {
        "title": WORDS,
        "body": WORDS,
        "milestones": st.sampled_from([(), (VERSION,)]),
        "category": st.sampled_from(Category),
        "type": st.sampled_from(["Story", "Epic", "Risk", "Bug"]),
        "level": st.sampled_from([0, 1]),
        "parent": st.sampled_from([None, "jira:issue:1"]),
        "points": st.floats(0, 99) | st.none(),
    }
)
REASON = st.sampled_from([{"security": "Board"}, {"labels": ("internal",)}, {"labels": ("Private-x", "web")}])


def issues() -> tuple[Issue, ...]:
    """Return an epic with three stories, one of them done, and a risk nobody worded."""
    epic = sample.issue(1, "Pay by card", type="Epic", level=1)
    stories = (
        sample.issue(n, f"story {n}", type="Story", level=0, parent=epic.key, milestones=(VERSION,))
        for n in (2, 3, 4)
    )
    done = sample.issue(
        5, "done", type="Story", level=0, category=Category.DONE, closed_at=sample.at("2026-09-01")
    )
    return (
        epic,
        *stories,
        replace(done, parent=epic.key),
        sample.issue(6, "Lead may quit", type="Risk", level=0),
    )


def facts_of(*records: Issue, **more: object) -> ProjectFacts:
    """Return the facts of a project that has these issues."""
    version = Milestone(key=VERSION, source="jira:KITE", name="Beta", due_on=sample.day("2026-12-01"))
    return sample.facts(
        *records,
        sightings=(MilestoneSighting(seen_at=sample.at("2026-06-02"), milestone=version),),
        first_seen={issue.key: issue.created_at for issue in records},
        rules={"jira:KITE": rules("jira-scrum")},
        sources=(SourceFacts(name="jira:KITE", last_success_at=sample.NOW, complete=True, issues=6),),
        **more,
    )


def published(facts: ProjectFacts) -> Mapping[str, bytes]:
    """Return the bytes that the client gets."""
    state = judge(facts.without(withheld(facts, POLICY)), sample.AGREEMENT, as_of=sample.NOW)
    return render(project_for_client(sample.given(state)).view)


PLAIN = published(facts_of(*issues()))


@given(hidden=st.lists(HIDDEN, min_size=4, max_size=4))
@settings(max_examples=40, deadline=None)
def test_hidden_fields_change_no_byte(hidden: list[dict[str, object]]) -> None:
    """Titles without client words, bodies, people, labels, keys, custom fields: none alters anything."""
    epic, *others = issues()
    changed = [replace(issue, **fields) for issue, fields in zip(others[:4], hidden, strict=True)]  # type: ignore[arg-type]  # fields by name
    assert published(facts_of(epic, *changed, *others[4:])) == PLAIN


@given(confidential=st.lists(st.tuples(CONFIDENTIAL, REASON), max_size=4))
@settings(max_examples=40, deadline=None)
def test_withheld_issues_change_no_byte(
    confidential: list[tuple[dict[str, object], dict[str, object]]],
) -> None:
    """However many confidential issues there are, whatever they say: the client's bytes are the same."""
    extra = [
        replace(sample.issue(100 + n, ""), **fields, **reason)  # type: ignore[arg-type]  # fields by name
        for n, (fields, reason) in enumerate(confidential)
    ]
    assert published(facts_of(*issues(), *extra)) == PLAIN


@given(text=WORDS, author=WORDS)
@settings(max_examples=15, deadline=None)
def test_history_and_links_of_withheld_issues_change_no_byte(text: str, author: str) -> None:
    """What happened to a confidential issue, and what it is linked to, alters nothing."""
    secret = sample.issue(100, "secret", security="Board", milestones=(VERSION,))
    change = Change(
        issue=secret.key,
        id="1.0",
        act="1",
        at=sample.at("2026-07-01"),
        field="title",
        old=text,
        new="s",
        author=author,
    )
    link = Link(id="7", source="jira:KITE", a=secret.key, b="jira:issue:2", kind=LinkKind.BLOCKS, name=text)
    facts = facts_of(*issues(), secret, changes={secret.key: (change,)}, links=(link,))
    assert published(facts) == PLAIN


def test_what_is_disclosed_does_change_bytes() -> None:
    """The property is no triviality: a goal's title is disclosed and alters the page."""
    epic, *others = issues()
    assert published(facts_of(replace(epic, title="Pay by voucher"), *others)) != PLAIN
