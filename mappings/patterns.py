"""Which regular expressions may stand in a rule file: those whose search ends soon."""

from __future__ import annotations

import re

SEARCHED_CHARACTERS = 256  # of a text; titles of Jira end at 255, those of GitHub at 256
PATTERN_CHARACTERS = 200
OPEN_REPEATS = 2  # `*`, `+`, `{n,m}`; three take two seconds on the longest title
CHOICES = 6  # `?` and groups with `|`; each may double the time

_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")  # a character class counts as one letter
_PIECE = re.compile(
    r"(?P<back>\\[1-9]|\(\?P=\w+)|\\.|(?P<open>\((?:\?(?:P<\w+>|<?[=!]|[aiLmsux-]*:))?)|(?P<close>\))"
    r"|(?P<often>[*+][+?]?|\{\d*,\d*\}[+?]?)|(?P<times>\{\d+\}[+?]?)|(?P<maybe>\?[+?]?)|(?P<bar>\|)|.",
    re.DOTALL,
)


def fault_of_pattern(pattern: str) -> str:
    """Say what should stand in place of a pattern that cannot be used; "" if it can.

    Refused are too long ones, references back, repeats of a group that itself repeats or chooses,
    more than `OPEN_REPEATS` open repeats, more than `CHOICES` choices: what a person writes by
    accident then ends within a second on `SEARCHED_CHARACTERS`. Rule files are written by the
    operator; this is no defence against one who means harm.
    """
    if len(pattern) > PATTERN_CHARACTERS:
        return f"a pattern of at most {PATTERN_CHARACTERS} characters, this has {len(pattern)}"
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as exc:
        return f"a regular expression ({exc})"
    kinds = [found.lastgroup or "" for found in _PIECE.finditer(_CLASS.sub("x", pattern))]
    return _fault_of_kinds(kinds)


# ----------------------------------------------------------------------------------- private


def _fault_of_kinds(kinds: list[str]) -> str:
    if "back" in kinds:
        return "a pattern without references back to a group"
    if _repeats_a_risk(kinds):
        return "a pattern without repeats of a group that itself repeats or chooses"
    if kinds.count("often") > OPEN_REPEATS:
        return f"a pattern with at most {OPEN_REPEATS} of `*`, `+` and `{{n,m}}`"
    if kinds.count("maybe") + min(kinds.count("bar"), kinds.count("open")) > CHOICES:
        return f"a pattern with at most {CHOICES} of `?` and `(…|…)`"
    return ""


def _repeats_a_risk(kinds: list[str]) -> bool:
    """Whether a group that repeats or chooses inside is itself repeated."""
    risky = [False]  # for each open group, the whole pattern first
    closed_risky = False  # did the piece before close a risky group?
    for kind in kinds:
        if closed_risky and kind in ("often", "times"):
            return True
        closed_risky = False
        if kind == "open":
            risky.append(False)
        elif kind == "close" and len(risky) > 1:
            closed_risky = risky.pop()
            risky[-1] |= closed_risky
        elif kind in ("often", "maybe", "bar"):
            risky[-1] = True
    return False
