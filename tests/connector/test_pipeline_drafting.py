"""First drafts are valid whatever the tracker's words look like, and guess as the rules would place."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.protocol import Catalogue
from adapters.records import Milestone
from connector.pipeline.drafting import Start, configuration, guesses, rule_file
from mappings.presets import preset_text
from mappings.rules import parse_rules

TODAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def begin(name: str = "Apollo", **settings: str) -> Start:
    """Give what `init` was told."""
    return Start(
        kind="jira",
        key="apollo",
        name=name,
        client=name,
        language="en",
        timezone="UTC",
        publisher=name,
        today=TODAY,
        settings=settings,
    )


@given(name=WORDS, other=WORDS, has_date=st.booleans())
def test_any_words_make_valid_toml(name: str, other: str, has_date: bool) -> None:
    """Quotes, line breaks and control characters of a tracker stay inside strings and comments."""
    milestone = Milestone(key="k", source="s", name=other, due_on=TODAY if has_date else None)
    catalogue = Catalogue(
        deployment=other,
        types={other: 0},
        labels=(other,),
        statuses={other: "todo"},
        milestones=(milestone,),
        hints={"story_points": other},
        fields={other: name},
    )
    loaded = tomllib.loads(configuration(begin(name, site=other), catalogue))
    assert loaded["project"][0]["name"] == name
    assert loaded["project"][0]["source"] == [{"kind": "jira", "rules": "jira-scrum", "site": other}]
    assert parse_rules(rule_file(preset_text("jira-scrum"), catalogue), file="own.toml").rules


def test_proposed_milestones_load_once_their_comment_signs_are_gone() -> None:
    """What a person has to do is to take away the # and to set the dates."""
    catalogue = Catalogue(milestones=(Milestone(key="k", source="s", name='Beta "two"'),))
    lines = configuration(begin(), catalogue).splitlines()
    first = next(place for place, line in enumerate(lines) if "[[project.milestone]]" in line)
    opened = [
        line.replace("# ", "", 1) if first <= place < first + 5 else line for place, line in enumerate(lines)
    ]
    (milestone,) = tomllib.loads("\n".join(opened))["project"][0]["milestone"]
    assert milestone["name"] == 'Beta "two"'
    assert milestone["select"] == {"milestone": ['Beta "two"']}
    assert milestone["due_on"] == dt.date(2030, 1, 31)


def test_dated_milestones_need_no_proposal() -> None:
    """Where one has a date, the tracker's own are used."""
    catalogue = Catalogue(milestones=(Milestone(key="k", source="s", name="R1", due_on=TODAY),))
    assert "project.milestone" not in configuration(begin(), catalogue)


@pytest.mark.parametrize(
    ("name", "level", "concept"),
    [
        pytest.param("Epic", 1, "goal", id="epic"),
        pytest.param("Risk", 0, "risk", id="risk"),
        pytest.param("Sub-task", -1, "none", id="sub-task"),
        pytest.param("Story", 0, "scope_item", id="story"),
    ],
)
def test_guesses_what_the_rules_would_place(name: str, level: int, concept: str) -> None:
    """One guess for each type of the tracker, with the rule that makes it."""
    rules = parse_rules(preset_text("jira-scrum"), file="jira-scrum.toml")
    (guess,) = guesses(Catalogue(types={name: level}), rules, seen_at=NOON)
    assert (guess.by, guess.concept) == ("type", concept)
    assert guess.rule.startswith("jira-scrum.toml:")
