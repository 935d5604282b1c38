"""A manifest in words: what a page shows, and whose words they are. Pure; internal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from connector.disclosure.manifest import OWN_RULES, Disclosure

_CONCEPTS = {  # concept of a policy -> one, many; "" many: it is not counted
    "health": ("verdict", ""),
    "actions": ("thing needed from the client", "things needed from the client"),
    "goals": ("goal", "goals"),
    "milestones": ("milestone", "milestones"),
    "scope": ("scope totals", ""),
    "items": ("piece of work", "pieces of work"),
    "risks": ("risk", "risks"),
    "decisions": ("decision", "decisions"),
    "requests": ("change request", "change requests"),
    "feedback": ("piece of feedback", "pieces of feedback"),
}


def shown(manifest: Sequence[Disclosure]) -> tuple[str, ...]:
    """Say which concepts a page shows, how many of each, and which of their fields.

    Returns:
        `6 goals: progress, state, title` and the like, in the order of a page. The page's own
        words and the configuration's are not named.
    """
    records: dict[str, set[str]] = {}
    fields: dict[str, set[str]] = {}
    for entry in manifest:
        concept, _, switch = entry.rule.partition(".")
        if entry.rule not in OWN_RULES and switch and entry.source_field != "previous edition":
            records.setdefault(concept, set()).add(entry.record)
            fields.setdefault(concept, set()).add(switch.replace("_", " "))
    order = [*_CONCEPTS, *sorted(set(fields) - set(_CONCEPTS))]
    return tuple(
        f"{_counted(concept, len(records[concept]))}: {', '.join(sorted(fields[concept]))}"
        for concept in order
        if concept in fields
    )


def titles(manifest: Sequence[Disclosure]) -> tuple[str, ...]:
    """Say whose words the titles on a page are: `6 in client words`, `5 as the tracker has them`."""
    sources = {
        entry.path: _words_of(entry.source_field)
        for entry in manifest
        if entry.rule.endswith(".title") and entry.path.endswith(".head.title")
    }
    return tuple(f"{count} {words}" for words, count in Counter(sources.values()).most_common())


def _words_of(source_field: str) -> str:
    if source_field.endswith((".client_title", ".block_title")):
        return "in client words"
    return "from the wording file" if source_field == "wording file" else "as the tracker has them"


def _counted(concept: str, number: int) -> str:
    one, many = _CONCEPTS.get(concept, (concept, ""))
    return f"{number} {one if number == 1 else many}" if many else one
