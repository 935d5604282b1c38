"""A heading and the lines below it, cut where they are too many. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from connector.alerts.texts import Speech


def listing(head: str, lines: Sequence[str], most: int, speech: Speech) -> str:
    """Put lines below a heading, each with a dash; what is cut is counted.

    Args:
        head: The heading.
        lines: Without their dashes.
        most: How many are shown.
        speech: The language.
    """
    rest = [speech.count("more.lines", len(lines) - most)] if len(lines) > most else []
    return "\n".join([head, *(speech.say("line", text=line) for line in [*lines[:most], *rest])])
