"""Rule files: what they may say, and how their faults are told."""

from __future__ import annotations

import pytest

from mappings.concepts import Concept
from mappings.errors import Fault, FaultsError
from mappings.presets import NAMES, preset_text
from mappings.rulefile import FIELD_KEYS, Fields
from mappings.rules import parse_rules
from tests.mappings.records import preset, rules

THREE_FAULTS = """\
name = "mine"
size = "bananas"

[[rule]]
name = "risks"
concept = "rsik"
when = { tpye = "Risk" }
"""


def faults_of(text: str) -> tuple[Fault, ...]:
    """Parse a text that must be refused."""
    with pytest.raises(FaultsError) as caught:
        parse_rules(text, file="mine.toml")
    return caught.value.faults


def test_all_faults_are_told_at_once() -> None:
    """Three faults make three lines, each with file, line, key, what was found and expected."""
    told = [str(fault) for fault in faults_of(THREE_FAULTS)]
    assert [line.split(" found ")[0] for line in told] == [
        "mine.toml:2: size.unit:",
        "mine.toml:6: rule[0].concept:",
        "mine.toml:7: rule[0].when.tpye:",
    ]
    assert "did you mean 'risk'" in told[1]
    assert "expected `type`" in told[2]


@pytest.mark.parametrize(
    ("body", "line", "key", "expected"),
    [
        pytest.param("[[rule]]\nname = 'a'", 2, "rule[0].concept", "a value for `concept`", id="missing key"),
        pytest.param("rule = []", 2, "rule", "at least one", id="no rule"),
        pytest.param("rul = 1", 2, "rul", "`rule`", id="nearest known key"),
        pytest.param(
            "[[rule]]\nname='a'\nconcept='goal'\nwhen={}",
            5,
            "rule[0].when",
            "at least one condition",
            id="empty when",
        ),
        pytest.param(
            "[[rule]]\nname='a'\nconcept='goal'\nwhen={title='(a+)+'}",
            5,
            "rule[0].when.title",
            "a pattern without repeats",
            id="pattern without bound",
        ),
        pytest.param(
            "[[rule]]\nname='a'\nconcept='goal'\nwhen={field={X='/(/'}}",
            5,
            "rule[0].when.field.X[0]",
            "a regular expression",
            id="pattern of a field",
        ),
        pytest.param("[fields]\ndue = 3", 3, "fields.due", "the name of a field", id="form of a source"),
        pytest.param("[fields]\ndue = {}", 3, "fields.due", "a `field`", id="source without a place"),
        pytest.param("defects = 'out'", 2, "defects", "'in' or 'apart'", id="choice"),
        pytest.param(
            "[verdict.approved]\nlabels = ['']", 3, "verdict.approved.labels[0]", "some text", id="empty"
        ),
    ],
)
def test_each_fault_names_its_place(body: str, line: int, key: str, expected: str) -> None:
    """A fault names the line and dotted key of what is wrong and says what was expected."""
    faults = [fault for fault in faults_of(f'name = "mine"\n{body}\n') if fault.key == key]
    assert [fault.line for fault in faults] == [line]
    assert faults[0].expected.startswith(expected)


def test_a_text_that_is_no_toml_names_the_line() -> None:
    """Where the file is no TOML, the one fault names the line the reader stopped at."""
    (fault,) = faults_of('name = "x"\n[[rule]\n')
    assert (fault.line, fault.expected) == (2, "TOML 1.0")


def test_a_text_nested_without_end_is_refused() -> None:
    """Thousands of brackets are a fault of the file, not a crash."""
    (fault,) = faults_of("a = " + "[" * 50_000)
    assert fault.expected == "TOML 1.0"


def test_a_catch_all_stands_last() -> None:
    """A rule without conditions before other rules hides them: refused, at its line."""
    text = 'name="x"\n[[rule]]\nname="a"\nconcept="goal"\n[[rule]]\nname="b"\nconcept="goal"\n'
    assert [(fault.line, fault.key) for fault in faults_of(text)] == [(2, "rule[0]")]


def test_rules_have_names_of_their_own() -> None:
    """Two rules of one name could not be told apart in a trace."""
    rule = '[[rule]]\nname="a"\nconcept="goal"\nwhen={ level = 1 }\n'
    (fault,) = faults_of('name="x"\n' + rule + rule)
    assert (fault.line, fault.key) == (7, "rule[1].name")


def test_fields_to_ask_for_come_from_everywhere() -> None:
    """Every custom field that a source, a condition or the size names is asked of the tracker."""
    parsed = rules(
        """size = { field = "Effort" }
[fields]
due = ["Delivery", "Target end"]
[feedback]
states = [{ words = "seen", when = { field = { Seen = true } } }]
[[rule]]
name = "r"
concept = "risk"
when = { not = { any = [{ field = { Tier = "x" } }, { all = { field = { Zone = "y" } } }] } }
"""
    )
    assert parsed.fields == {"Effort", "Delivery", "Target end", "Seen", "Tier", "Zone"}
    assert parsed.size_unit == "points"


def test_the_fingerprint_is_of_the_meaning() -> None:
    """Comments and layout leave the fingerprint alone; a changed word changes it."""
    plain = rules('size = "hours"').fingerprint
    assert rules('# note\n\nsize   = "hours" # h').fingerprint == plain
    assert rules('size = "points"').fingerprint != plain


def test_field_keys_are_those_of_the_file() -> None:
    """The list of mapped values and the keys of `[fields]` are the same."""
    assert set(FIELD_KEYS) == set(Fields.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_presets_are_rule_files(name: str) -> None:
    """Every preset parses, carries its own name and ends in the catch-all for scope."""
    parsed = preset(name)
    assert parsed.name == name
    assert parsed.description
    assert parsed.rules[-1].is_catch_all
    assert parsed.rules[-1].concept is Concept.SCOPE_ITEM


def test_an_unknown_preset_is_no_file() -> None:
    """Only the presets of the list are read; a path never is."""
    with pytest.raises(KeyError):
        preset_text("../rules")
