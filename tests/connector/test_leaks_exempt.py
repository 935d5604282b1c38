"""What is let through is let through as written down, and nothing beside it."""

from __future__ import annotations

import pytest

from connector.disclosure.internal import InternalValue
from connector.disclosure.leaks import find_leaks
from connector.disclosure.manifest import Disclosure


def is_let_through(page: str, value: str, field: str, *told: str) -> bool:
    """Search a page for a value where some texts were disclosed."""
    internal = [InternalValue(value, field, "jira:issue:1")]
    manifest = [
        Disclosure(path="p", text=text, source_field="Goal.title", record="", rule="goals.title")
        for text in told
    ]
    return find_leaks({"index.html": page.encode()}, internal, manifest, fixed=()).is_clean


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        ("alpha: beta", "Issue.body", True),
        ("alpha:beta", "Issue.labels", True),
        ("alpha-beta", "Issue.labels", False),
        ("alpha: beta", "Issue.title", False),
        ("alpha xbeta", "Issue.body", False),
        ("alpha x beta", "Issue.body", False),
    ],
)
def test_only_free_text_and_paired_labels_run_across_texts(value: str, field: str, expected: bool) -> None:
    """Of two disclosed texts side by side, with marks alone between them: no letter is skipped."""
    assert is_let_through(f"<p>x, {value}, y</p>", value, field, "alpha", "beta") is expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<rect width="52000"/>', True),
        ('<path d="M 1 52000"/>', True),
        ('<rect width="10"/> 52000', False),
        ('<rect width=""/> 52000', False),
        ('<rect width="10" 52000/>', False),
        ('<rect x="" 52000/>', False),
        ('<rect title="52000"/>', False),
        ('<rect data-x="52000"/>', False),
        ('x="52000', False),
        ("<p>52000</p>", False),
    ],
)
def test_a_number_is_let_through_inside_a_drawing_s_attribute_alone(page: str, expected: bool) -> None:
    """From the quote that opens the attribute to the one that closes it."""
    assert is_let_through(page, "52000", "Issue.fields[Budget]") is expected
