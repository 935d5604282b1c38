"""What takes no room or is no text to a reader hides no value: characters, comments, tags, encodings."""

from __future__ import annotations

import pytest

from connector.disclosure.internal import InternalValue
from connector.disclosure.leaks import find_leaks

NO_ROOM = (
    *(0x01, 0x02, 0x08, 0x1B, 0x7F, 0x80, 0x9F, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5),
    *(0x180B, 0x180F, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F),
    *(0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xE0000, 0xE0041, 0xE01EF),
)


def is_found(page: str, value: str) -> bool:
    """Search a page for one value."""
    internal = [InternalValue(value, "Issue.title", "jira:issue:1")]
    return not find_leaks({"index.html": page.encode()}, internal, (), fixed=()).is_clean


def test_no_character_without_room_hides_a_value() -> None:
    """Controls, joiners, marks of direction, variants and tags are read over wherever they stand."""
    hiding = [f"{code:x}" for code in NO_ROOM if not is_found(f"<p>Na{chr(code)}dir plan</p>", "Nadir plan")]
    assert hiding == []


@pytest.mark.parametrize(
    "page",
    [
        '<style>.a{content:"Na/* nothing */dir plan"}</style>',
        "<p>Na<!-- nothing -->dir plan</p>",
        "<p>Na<![CDATA[dir]]> plan</p>",
        "<p>Na&lt;b&gt;dir&lt;/b&gt; plan</p>",
    ],
)
def test_no_markup_hides_a_value(page: str) -> None:
    """Comments of a page or of a style sheet, sections, tags, and tags that were escaped."""
    assert is_found(page, "Nadir plan")


@pytest.mark.parametrize(
    "mark",
    [
        "quar<b>rel-ab</b>out-invoices",
        "quar&lt;b&gt;rel-ab&lt;/b&gt;out-invoices",
        "&lt;quar<b>rel-ab</b>out-invoices&gt;",
    ],
)
def test_neither_do_markup_and_other_white_space_together(mark: str) -> None:
    """A long value is found by its letters alone, with the tags between them taken out."""
    assert is_found(f"<p>{mark}</p>", "quarrel about invoices")


def test_quoted_printable_hides_nothing_outside_of_mails() -> None:
    """Letters behind equals signs are read in any artefact, over a soft break too."""
    assert is_found("<p>N=C3=A4dir pl=\nan</p>", "Nädir plan")
