"""Every field of every record and concept: internal, or the policy switches that may show it.

The table decides nothing by itself; a test compares it with the types, and with what the projector
really discloses. Whoever adds a field decides here who may ever see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Switches = tuple[str, ...]
INTERNAL: Final[Switches] = ()
ID: Final[Switches] = ("opaque id",)  # enters the page as a keyed hash only

RECORDS: Final[Mapping[str, tuple[str, ...]]] = {  # all internal: clients read concepts, never records
    "Person": ("role", "account", "name", "email"),
    "Issue": (
        "key", "source", "ref", "title", "body", "type", "level", "status", "category", "resolution",
        "labels", "components", "milestones", "iterations", "parent", "points", "hours", "due_on",
        "start_on", "priority", "security", "project", "created_at", "updated_at", "closed_at", "people",
        "fields", "url",
    ),
    "Change": (
        "issue", "id", "act", "at", "field", "mode", "old", "new", "old_text", "new_text", "old_list",
        "new_list", "author",
    ),
    "Link": ("id", "source", "a", "b", "kind", "name"),
    "Milestone": (
        "key", "source", "name", "status", "start_on", "due_on", "released_on", "closed_at",
        "description", "position",
    ),
    "MilestoneSighting": ("seen_at", "milestone"),
    "Iteration": ("key", "source", "name", "status", "start_at", "end_at", "completed_at", "goal"),
    "IterationSighting": ("seen_at", "iteration"),
    "Quarantined": ("ref", "field", "reason"),
    "Unplaced": ("key", "ref", "title", "type", "reason", "ambiguous"),
    "Picture": (
        "goals", "items", "risks", "change_requests", "decisions", "client_actions", "feedback",
        "unplaced", "nothing",
    ),
}  # fmt: skip

_SHARED: Final[Mapping[str, str]] = {  # field of every concept -> its switch; "" is internal
    "key": "id",
    "ref": "key",
    "title": "title",  # only where the policy opens the tracker's own titles
    "client_title": "title",
    "client_text": "text",
    "block_title": "title",
    "block_text": "text",
    "disposition": "state",
    "labels": "",
    "security": "",
    "type": "",
    "source": "",
    "created_at": "",
    "closed_at": "",
    "due_on": "",
}
_OWN: Final[Mapping[str, Mapping[str, str]]] = {  # what a concept adds, or shows of the shared fields
    "Goal": {"disposition": "", "due_on": "due"},
    "ScopeItem": {"goals": "goal", "milestones": "", "size": "estimates", "nature": "", "origin": ""},
    "Risk": {
        "likelihood": "likelihood",
        "impact": "impact",
        "category": "",
        "proximity_on": "proximity",
        "treatment": "treatment",
        "owner": "",
        "review_on": "review",
        "actions": "steps",
        "response": "",
        "client_response": "response",
        "block_response": "response",
    },
    "RiskAction": {
        **dict.fromkeys(("client_title", "block_title", "disposition", "due_on"), "steps"),
        **dict.fromkeys(("ref", "title", "client_text", "block_text"), ""),
    },
    "ChangeRequest": {
        "disposition": "",
        "verdict": "state",
        "decided_at": "decided",
        "covers": "",
        "created_at": "raised",
    },
    "Decision": {
        "needed_by": "needed_by",
        "closed_at": "decided",
        "decided_on": "decided",
        "decided_by": "",
        "options": "",
        "client_options": "options",
        "block_options": "options",
        "outcome": "",
        "client_outcome": "outcome",
        "block_outcome": "outcome",
    },
    "ClientAction": {"needed_by": "needed_by", "holds_up": "holds_up", "created_at": "waiting"},
    "Feedback": {
        "disposition": "",
        "state": "",
        "stage": "state",
        "kind": "class",
        "kind_words": "class",
        "urgency": "",
        "linked": "",
        "milestones": "planned",
        "reason": "",
        "client_reason": "reason",
        "block_reason": "reason",
        "given_by": "",
        "answers": "",
        "priority": "order",
        "priority_why": "",
        "first_look_at": "",
        "answered_at": "answered",
        "created_at": "received",
    },
}
CONCEPTS: Final[Mapping[str, str]] = {  # concept -> its name in a policy
    "Goal": "goals",
    "ScopeItem": "items",
    "Risk": "risks",
    "RiskAction": "risks",
    "ChangeRequest": "requests",
    "Decision": "decisions",
    "ClientAction": "actions",
    "Feedback": "feedback",
}


def switches() -> Mapping[str, Switches]:
    """Return `Type.field` -> the policy switches that may show it; none: internal for ever."""
    table = {f"{name}.{field}": INTERNAL for name, fields in RECORDS.items() for field in fields}
    for name, concept in CONCEPTS.items():
        for field, switch in {**_SHARED, **_OWN[name]}.items():
            table[f"{name}.{field}"] = _named(concept, switch)
    return table


def _named(concept: str, switch: str) -> Switches:
    if not switch:
        return INTERNAL
    return ID if switch == "id" else (f"{concept}.{switch}",)
