"""A tracker's text as it may stand in a message, and how our sentences begin. Pure."""

from __future__ import annotations

_LONGEST = 60  # characters of a tracker's title that a line repeats


def one_line(text: str, *, most: int = _LONGEST) -> str:
    """Keep a tracker's text on one line of bearable length, without control characters."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def sentence(text: str, ours: str) -> str:
    """Begin a sentence.

    Args:
        text: The sentence.
        ours: The one name that is a word of our own (`the project`) and rises at its beginning; a
            tracker's name stays as it is written.
    """
    return text[:1].upper() + text[1:] if text.startswith(ours) else text
