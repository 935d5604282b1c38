"""What was disclosed: every text of an edition with the field it came from and the rule that let it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FIXED_TEXT: Final = "fixed text"  # words of the page itself, from a catalogue
CONFIGURED: Final = "configuration"  # publisher, client, project name, theme: the operator's own words
OWN_RULES: Final = frozenset({FIXED_TEXT, CONFIGURED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One disclosed text. `source_field` and `record` are internal; they never leave with the edition."""

    path: str  # in the view, e.g. `goals[k3f0a1].title`
    text: str
    source_field: str  # `Goal.title`, `MilestoneState.due_on`, `catalogue verdict.overdue`, …
    record: str  # key of the record; "" where there is none
    rule: str  # `fixed text`, `configuration`, or the policy switch: `goals.title`
