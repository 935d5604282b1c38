"""Words that people wrote are made harmless: no flood, nothing hidden, no stacks of marks."""

from __future__ import annotations

import pytest

from connector.disclosure.wording import TITLE_LIMIT, clean_line, clean_lines

JOINER = "\u200d"


@pytest.mark.parametrize("over", [0, 1, 2, 500])
def test_a_line_is_never_longer_than_its_limit(over: int) -> None:
    """At the limit it stays whole; beyond it, its beginning and an ellipsis fill the limit."""
    text = "x" * (TITLE_LIMIT + over)
    assert clean_line(text) == (text if not over else "x" * (TITLE_LIMIT - 1) + "…")
    assert clean_line("abc  def", limit=5) == "abc…"
    assert clean_line("  abc def", limit=6) == "abc d…"


def test_a_text_is_cut_at_its_limit_and_keeps_its_lines() -> None:
    """Lines end in whatever way; the start of a line stays where it was."""
    assert clean_lines("a\r\n  b\rc", limit=9) == "a\n  b\nc"
    assert clean_lines("abcd", limit=4) == "abcd"
    assert clean_lines("abcde", limit=4) == "abcd…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"👩{JOINER}💻", f"👩{JOINER}💻"),
        (f"a{JOINER}b", "ab"),
        (f"👩{JOINER}b", "👩b"),
        (f"a{JOINER}💻", "a💻"),
        (f"{JOINER}💻", "💻"),
        (f"💻{JOINER}", "💻"),
        (f"👩{JOINER}{JOINER}💻", "👩💻"),
        (f"👩{JOINER}\u202e💻", "👩💻"),
        (f"👩\u202e{JOINER}💻", "👩💻"),
        ("a\u200bb\u202ec\x00d\ue000e", "abcde"),
        ("x" + "\u0316" * 9, "x" + "\u0316" * 3),
        ("x" + "\u0316" * 3 + "y" + "\u0316" * 3, "x" + "\u0316" * 3 + "y" + "\u0316" * 3),
        ("e\u0301", "é"),
    ],
)
def test_what_nobody_sees_is_dropped(text: str, expected: str) -> None:
    """Joiners stay between two shown letters beyond ASCII alone; of marks on one letter three stay."""
    assert clean_line(text) == expected
