"""Words for the client in an issue's text: below headings, or between comments."""

from __future__ import annotations

import pytest

from mappings.presets import preset_text
from mappings.rules import parse_rules
from mappings.values import block_of, field_of
from tests.builders import issue

GITHUB = parse_rules(preset_text("github-milestones"), file="github-milestones.toml")
SCRUM = parse_rules(preset_text("jira-scrum"), file="jira-scrum.toml")


def words(body: str) -> tuple[str, str]:
    """Return title and text of the marked block in a body."""
    written = issue(1, body=body)
    return block_of(written, GITHUB, "client_title"), block_of(written, GITHUB, "client_text")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x\n<!-- client -->\nA title\n\nText\nmore\n<!-- /client -->\ny", ("A title", "Text\nmore")),
        ("<!--client-->\r\n## A title ##\r\n<!--/client-->", ("A title", "")),
        ("<!-- Client --> A title <!-- /Client -->", ("A title", "")),
        (
            "### Client title\nOf the heading\n\n<!-- client -->\nT\nB\n<!-- /client -->",
            ("Of the heading", "B"),
        ),
        ("### Client title\n<!-- one line, please -->\nSaid", ("Said", "")),
        ("<!-- client -->\nnever closed", ("", "")),
        ("<!-- clients -->\nA\n<!-- /clients -->", ("", "")),
        ("<!-- client --><!-- /client -->", ("", "")),
        ("no block", ("", "")),
    ],
)
def test_reads_a_block_between_comments(body: str, expected: tuple[str, str]) -> None:
    """The first line is the title, what follows the text; a heading wins; half a block is none."""
    assert words(body) == expected


def test_a_field_and_a_block_are_told_apart() -> None:
    """A mapped field is no block, and a block no field: a policy may prefer either."""
    both = issue(1, body="### Client title\nBelow", fields={"Client title": "Beside"})
    assert field_of(both, SCRUM, "client_title") == "Beside"
    assert block_of(both, SCRUM, "client_title") == "Below"
