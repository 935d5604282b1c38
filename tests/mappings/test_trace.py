"""What `explain` tells of an issue."""

from __future__ import annotations

from adapters.records import Category
from mappings.trace import explain
from tests.mappings.records import issue, preset, rules


def test_tells_rule_by_rule_why() -> None:
    """Each rule up to the one that matched says what it lacked; then comes what was read from the issue."""
    lines = explain(
        issue(
            7,
            title="Gift cards",
            type="Change Request",
            status="Approved",
            labels=("feedback",),
            parent="APO-1",
        ),
        preset("jira-scrum"),
        has_children=True,
    )
    told = "\n".join(lines)
    assert lines[0] == "APO-7: Gift cards"
    assert "  labels 'feedback'" in lines
    assert "  it has children" in lines
    assert "no  jira-scrum" in told
    assert "risks: needs type is 'Risk'" in told
    assert "change requests: type is 'Change Request'" in told
    assert "=> change_request, open" in lines
    assert any(line.startswith("   also claimed by jira-scrum") for line in lines)
    assert "   verdict approved" in lines


def test_tells_the_part_that_is_missing() -> None:
    """Of conditions that must all hold, the first that does not is named."""
    both = rules('[[rule]]\nname = "r"\nconcept = "risk"\nwhen = { type = "Story", label = "risk" }\n')
    lines = explain(issue(type="Story", resolution="Fixed"), both, has_children=False)
    assert "no  test.toml:2 r: needs label is 'risk'" in lines
    assert "  resolution 'Fixed'" in lines
    assert lines[-1] == "=> unmapped: no rule matched (rules test, test.toml)"


def test_tells_size_and_words_of_an_item() -> None:
    """For a scope item size, nature, origin and mapped values follow."""
    item = issue(type="Bug", category=Category.DOING, points=3.0, fields={"Client title": "Faster search"})
    lines = explain(item, preset("jira-scrum"), has_children=False)
    assert lines[-4:] == (
        "=> scope_item, doing",
        "   size 3 points",
        "   nature defect, origin unknown",
        "   client_title: Faster search",
    )
