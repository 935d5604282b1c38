"""Goals: what the client pays for, and which of them stand above an issue."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from adapters.records import Issue
from mappings.classify import shared_by_all
from mappings.concepts import Disposition, Goal
from mappings.rules import Rules


def make_goal(issue: Issue, rules: Rules, disposition: Disposition) -> Goal:
    """Make the goal that an issue is."""
    return Goal(**shared_by_all(issue, rules, disposition))


def ancestors(key: str, parent_of: Callable[[str], str | None]) -> Iterator[str]:
    """Yield the keys above an issue, nearest first; stops where a cycle closes."""
    seen = {key}
    above = parent_of(key)
    while above is not None and above not in seen:
        yield above
        seen.add(above)
        above = parent_of(above)


def goal_chain(
    key: str, parent_of: Callable[[str], str | None], is_goal: Callable[[str], bool]
) -> tuple[str, ...]:
    """Find the goals above an issue.

    Args:
        key: Key of the issue.
        parent_of: Key of an issue's parent, None where it has none or is unknown.
        is_goal: Whether the issue of a key is a goal.

    Returns:
        Keys of goals, nearest first; through parents that are no goals, and on through goals
        that stand under goals.
    """
    return tuple(above for above in ancestors(key, parent_of) if is_goal(above))
