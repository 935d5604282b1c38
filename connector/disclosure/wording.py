"""Words that people wrote, made harmless before anybody reads them: no controls, nothing hidden, no flood."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

TITLE_LIMIT: Final = 200  # characters; longer titles end in an ellipsis
TEXT_LIMIT: Final = 4_000  # characters of one client text
MARKS_LIMIT: Final = 3  # combining marks in a row; more is a stack that runs into other lines
_JOINERS: Final = "\u200c\u200d"  # kept between non-ASCII characters: emoji and some scripts need them
_BANNED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """What the wording file says of one thing; "" for what it does not say. All but the title: Markdown."""

    title: str = ""
    text: str = ""
    response: str = ""  # of a risk
    options: str = ""  # of a decision
    outcome: str = ""  # of a decision
    reason: str = ""  # of declined feedback


UNWORDED: Final = Worded()


def clean_line(text: str, *, limit: int = TITLE_LIMIT) -> str:
    """Return text as one harmless line.

    Args:
        text: Any text of a tracker or a file.
        limit: Most characters to keep; a longer text ends in an ellipsis.

    Returns:
        NFC text without control, bidi, zero-width, private or unassigned characters, white space
        collapsed; "" if nothing is left.
    """
    line = " ".join(_visible(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_lines(text: str, *, limit: int = TEXT_LIMIT) -> str:
    """Return a longer text whose lines are harmless, and still lines with the indent they had.

    For text with markup, where a line's start means something. A cut text ends in an ellipsis.
    """
    shortened = text if len(text) <= limit else text[:limit] + "…"
    lines = shortened.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(map(_visible, lines))


def _visible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        marks = marks + 1 if unicodedata.combining(char) else 0
        if char.isspace():
            kept.append(" ")
        elif marks <= MARKS_LIMIT and (_is_shown(char) or _joins(text, place)):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def _is_shown(char: str) -> bool:
    return (char.isascii() and char.isprintable()) or unicodedata.category(char) not in _BANNED


def _joins(text: str, place: int) -> bool:
    if text[place] not in _JOINERS or not 0 < place < len(text) - 1:
        return False
    before, after = text[place - 1], text[place + 1]
    return not before.isascii() and not after.isascii() and _is_shown(before) and _is_shown(after)
