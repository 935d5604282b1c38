"""What is left of an issue's text reads the same, and every past state can still be rebuilt."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Change, ChangeMode, Field, Issue, Person
from connector.analysis.history import versions
from connector.analysis.stripping import texts_of, without_people, without_texts, written_in
from mappings.presets import preset_text
from mappings.rules import Rules, parse_rules
from mappings.values import block_of, read_part, value_of
from tests.builders import day, issue, rules

MAPPED = """name = "mapped"

[fields]
client_title = { heading = ["Client title"] }
client_text = { heading = ["For you", "Plain"] }

[[rule]]
name = "all"
concept = "scope_item"
"""
RULES = parse_rules(MAPPED, file="rules.toml")
KEYS = ("client_title", "client_text")
PIECES = st.sampled_from(
    [
        "## Client title", "### client TITLE ##", "h2. For you", "# Plain", "## Notes", "# -", "words",
        "_no response_", "<!-- client -->", "<!-- /client -->", "<!-- a comment -->", "", "    ", "##none",
        "<!-- CLIENT --> Title\ntext <!-- /client -->",
    ]
)  # fmt: skip
BODIES = st.lists(PIECES, max_size=14).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join(lines))
)


def read(body: str) -> list[str]:
    """Read everything that rules read from a text."""
    one = issue(1, body=body)
    return [reader(one, RULES, key) for key in KEYS for reader in (value_of, block_of)]


@given(BODIES)
def test_what_is_read_of_a_text_stays_the_same(body: str) -> None:
    """Whatever headings, blocks and comments stand in it, in whatever order."""
    kept = read_part(body, RULES)
    assert read(kept) == read(body)
    assert read_part(kept, RULES) == kept


def test_what_nobody_reads_is_gone() -> None:
    """Of a text with notes before, between and behind, the read sections alone are left."""
    body = "secret\n## Client title\nA gate\n## Notes\nsecret\n<!-- client -->\nB\n<!-- /client -->\nsecret"
    kept = read_part(body, RULES)
    assert "secret" not in kept
    assert "A gate" in kept
    assert read_part("all of it secret", RULES) == ""


# ------------------------------------------------------------------------------------- history


CHANGES = st.lists(
    st.builds(
        lambda at, field, old, new: Change(
            issue="jira:issue:1",
            id=f"{at}-{field}",
            act=str(at),
            at=day(at),
            field=field,
            old=old,
            new=new,
            old_text=f"was {old}",
            new_text=f"is {new}",
            author="anna",
        ),
        st.integers(1, 20),
        st.sampled_from([*Field, "field:Client title"]).filter(
            lambda field: field not in {Field.LABELS, Field.COMPONENTS, Field.MILESTONES, Field.ITERATIONS}
        ),
        st.sampled_from([None, "3", "todo", "2026-10-01"]),
        st.sampled_from(["5", "done", "2026-11-01"]),
    )
    | st.builds(
        lambda at, field, word, entered: Change(
            issue="jira:issue:1",
            id=f"{at}-{field}-{word}",
            act=str(at),
            at=day(at),
            field=field,
            mode=ChangeMode.ELEMENT,
            old=None if entered else word,
            new=word if entered else None,
            old_text="" if entered else f"name of {word}",
            new_text=f"name of {word}" if entered else "",
            author="bert",
        ),
        st.integers(1, 20),
        st.sampled_from([Field.LABELS, Field.COMPONENTS, Field.MILESTONES, Field.ITERATIONS]),
        st.sampled_from(["1", "2"]),
        st.booleans(),
    ),
    max_size=12,
).map(lambda found: tuple(sorted(found, key=lambda change: change.at)))


def untold(one: Issue) -> Issue:
    """Leave out what may differ: title, text and people."""
    return dataclasses.replace(one, title="", body="", people=())


@given(CHANGES)
def test_every_past_state_can_still_be_rebuilt(changes: tuple[Change, ...]) -> None:
    """But for its title, the issue is on every day what it was: all that ledgers and rules count by."""
    one = issue(1, title="Gate", body="secret", people=(Person(role="assignee", name="Anna Q"),))
    shorter = without_people(*without_texts(one, changes, RULES), texts_of(()))
    before, after = versions(one, changes), versions(*shorter)
    assert [untold(each.issue) for each in after] == [untold(each.issue) for each in before]
    assert [(each.at, each.act) for each in after] == [(each.at, each.act) for each in before]


@given(CHANGES)
def test_doing_it_again_changes_nothing(changes: tuple[Change, ...]) -> None:
    """What is shortened is as it is to be kept, so that no sync does it twice."""
    one = issue(1, body="## Plain\nwords", people=(Person(role="assignee", name="Anna Q"),))
    once = without_people(*without_texts(one, changes, RULES), texts_of(()))
    assert without_people(*without_texts(*once, RULES), texts_of(())) == once


def renamed() -> tuple[Change, ...]:
    """Give the history of an issue that was called otherwise."""
    title = Change(
        issue="jira:issue:1", id="1", act="1", at=day(1), field=Field.TITLE, old_text="before", new_text="now"
    )
    parent = Change(
        issue="jira:issue:1", id="2", act="2", at=day(2), field=Field.PARENT, old_text="APO-7 secret", new="7"
    )
    return title, parent


def texts(changes: Sequence[Change]) -> list[str]:
    """Return the texts of a history."""
    return [text for change in changes for text in (change.old_text, change.new_text) if text]


def test_earlier_titles_go_unless_a_rule_looks_at_titles() -> None:
    """A rule that places by title would place the past otherwise."""
    by_title = parse_rules(
        preset_text("jira-releases").replace(
            "[[rule]]", '[[rule]]\nname = "x"\nconcept = "risk"\nwhen = { title = "^risk" }\n\n[[rule]]', 1
        ),
        file="rules.toml",
    )
    assert texts(without_texts(issue(1, title="now"), renamed(), rules())[1]) == ["now", "now"]
    assert texts(without_texts(issue(1, title="now"), renamed(), by_title)[1]) == ["before", "now"]


def test_a_source_that_is_no_longer_configured_keeps_no_text() -> None:
    """Nothing reads it any more."""
    shorter, _changes = without_texts(issue(1, body="## Plain\nwords"), (), None)
    assert shorter.body == ""


# --------------------------------------------------------------------------------------- people


ANNA = Person(role="assignee", account="anna.q", name="Anna Quagmire", email="anna@example.org")


def left(title: str, ruleset: Rules | None = None, **more: object) -> tuple[Person, ...]:
    """Return who is left of an issue, where another one has a title and more."""
    other = issue(2, title=title, **more)
    return without_people(issue(1, people=(ANNA,)), (), texts_of(written_in(other, (), ruleset)))[0].people


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Ask Anna Quagmire", id="full name"),
        pytest.param("quagmire, ANNA", id="other order and case"),
        pytest.param("Anna's gate", id="first name"),
        pytest.param("for @anna.q", id="account"),
        pytest.param("mail anna@example.org", id="address"),
        pytest.param("Änná", id="accents"),
    ],
)
def test_who_is_named_in_a_text_stays_known(title: str) -> None:
    """Redaction and the search of pages need the name as long as a title holds it."""
    assert left(title) == (ANNA,)


def test_who_is_named_nowhere_is_forgotten() -> None:
    """Also where a text has a longer word that begins like the name, or a part that no page may tell."""
    assert left("Annals of the gate") == ()
    assert left("Gate", rules(), body="Anna wrote this") == ()
    assert left("Gate", RULES, body="## Plain\nAnna knows") == (ANNA,)


def test_an_author_goes_like_a_person() -> None:
    """Who made a change is an account: kept only while a text holds it."""
    change = dataclasses.replace(renamed()[1], author="anna.q")
    gone = without_people(issue(1), (change,), texts_of(["Gate"]))[1]
    kept = without_people(issue(1), (change,), texts_of(["ask @anna.q"]))[1]
    assert (gone[0].author, kept[0].author) == ("", "anna.q")
