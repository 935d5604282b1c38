"""Conditions: what they hold for, and which patterns are let in."""

from __future__ import annotations

import time
from typing import Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Category, FieldValue
from mappings.patterns import fault_of_pattern
from mappings.predicates import traits_of
from mappings.rules import Rules
from tests.mappings.records import IssueParts, issue, rules


def matching(when: str) -> Rules:
    """Rules with one rule of that condition."""
    return rules(f'[[rule]]\nname = "r"\nconcept = "risk"\nwhen = {{ {when} }}\n')


def holds(when: str, *, has_children: bool = False, **parts: Unpack[IssueParts]) -> bool:
    """Ask the one rule of an issue."""
    return matching(when).rules[0].predicate.holds(traits_of(issue(**parts), has_children=has_children))


@pytest.mark.parametrize(
    ("when", "parts", "expected"),
    [
        pytest.param('type = "risk"', {"type": "Risk"}, True, id="case does not matter"),
        pytest.param('type = ["Risk", "风险"]', {"type": "风险 "}, True, id="any of a list, outer space off"),
        pytest.param('type = "ＲＩＳＫ"', {"type": "risk"}, True, id="full-width letters"),
        pytest.param('resolution = "Won\'t Do"', {"resolution": "Won’t do"}, True, id="curly apostrophe"),
        pytest.param('type = "Risk"', {"type": "Risk log"}, False, id="whole text, not a part of it"),
        pytest.param('label = "type:*epic"', {"labels": ("x", "Type: Epic")}, True, id="star in a label"),
        pytest.param(
            'label = "internal-*"', {"labels": ("internal",)}, False, id="what stands around a star"
        ),
        pytest.param('label = "a.c"', {"labels": ("abc",)}, False, id="no other pattern letters"),
        pytest.param('component = "shop"', {"components": ("Shop", "App")}, True, id="component"),
        pytest.param('status = "In Review"', {"status": "in review"}, True, id="status"),
        pytest.param('category = ["todo", "doing"]', {"category": Category.DOING}, True, id="category"),
        pytest.param("level = [1, 2]", {"level": 2}, True, id="level"),
        pytest.param("level = 0", {"level": None}, False, id="no levels in the tracker"),
        pytest.param("subtask = true", {"level": -1}, True, id="sub-task"),
        pytest.param("subtask = false", {"level": None}, True, id="no levels: no sub-task"),
        pytest.param('title = "^\\\\[spike\\\\]"', {"title": "[Spike] look"}, True, id="title pattern"),
        pytest.param('type = "A", label = "b"', {"type": "A"}, False, id="all that is given must hold"),
        pytest.param('any = [{ type = "A" }, { label = "b" }]', {"type": "A"}, True, id="any"),
        pytest.param('all = [{ label = "a" }, { label = "b" }]', {"labels": ("a", "b")}, True, id="all"),
        pytest.param('all = [{ label = "a" }, { label = "b" }]', {"labels": ("a",)}, False, id="not all"),
        pytest.param('not = { type = "A" }', {"type": "B"}, True, id="not"),
    ],
)
def test_conditions(when: str, parts: IssueParts, expected: bool) -> None:
    """Each condition holds for what its words say, and for nothing else."""
    assert holds(when, **parts) is expected


@pytest.mark.parametrize(
    ("wanted", "value", "expected"),
    [
        pytest.param('"Gold"', "gold", True, id="text"),
        pytest.param('"G*"', "gold", True, id="star"),
        pytest.param('"/^(gold|silver)$/"', "Silver", True, id="pattern between slashes"),
        pytest.param('"gold"', ("tin", "Gold"), True, id="element of a list"),
        pytest.param("true", True, True, id="truth"),
        pytest.param("3", 3.0, True, id="number"),
        pytest.param("true", None, False, id="empty field"),
    ],
)
def test_custom_fields(wanted: str, value: FieldValue, expected: bool) -> None:
    """A custom field is compared as text; a list fits by any element; an empty field never."""
    assert holds(f"field = {{ Tier = {wanted} }}", fields={"Tier": value}) is expected


def test_a_parent_is_what_the_caller_says() -> None:
    """Whether an issue has children is handed in, because only the whole project knows."""
    assert holds("has_children = true", has_children=True)
    assert not holds("has_children = true", has_children=False)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("(", id="not closed"),
        pytest.param("a" * 201, id="too long"),
        pytest.param("(a+)+$", id="repeat of a repeat"),
        pytest.param("((a*)b)*", id="deeper"),
        pytest.param("(a|aa)+$", id="repeat of a choice"),
        pytest.param("(?:x{2,9}){3}", id="counted repeats"),
        pytest.param(".*.*.*x", id="many open repeats"),
        pytest.param("(?:a?){9}", id="repeat of an option"),
        pytest.param("a?" * 7, id="many options"),
        pytest.param("(a|a)" * 7, id="many choices"),
        pytest.param(r"(a)\1", id="reference back"),
        pytest.param("(?P<x>a)(?P=x)", id="named reference back"),
    ],
)
def test_refuses_patterns_without_bound(pattern: str) -> None:
    """A pattern whose search could take for ever is refused with its reason."""
    assert fault_of_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "^risk\\b",
        "(epic|goal): ",
        "[a-z+*(]+",
        "v\\d+\\.\\d+",
        "(?:ab)?c",
        "\\(x+\\)",
        "{}",
        "x{2}",
        "[]a]+",
        "(\\d{4}-){2}",
    ],
)
def test_admits_what_people_write(pattern: str) -> None:
    """Ordinary patterns are let in."""
    assert fault_of_pattern(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [pytest.param(".*.*x$", id="open repeats"), pytest.param("(a|a|a|a|a)" * 6 + "x", id="choices")],
)
def test_patterns_at_the_limits_end_soon(pattern: str) -> None:
    """Patterns at the limits take under two seconds on the longest title looked at."""
    started_s = time.process_time()
    assert not holds(f'title = "{pattern}"', title="a" * 10_000)
    assert time.process_time() - started_s < 2


@given(word=st.text(min_size=1, max_size=8), other=st.text(min_size=1, max_size=8))
def test_a_star_is_a_run_of_anything(word: str, other: str) -> None:
    """`word*` fits whatever begins with the word, however it is cased."""
    quoted = word.replace("*", "")
    if quoted.strip() and quoted.isalnum():
        assert holds(f'label = "{quoted}*"', labels=(quoted.upper() + other,))
