"""Scope items: the pieces of work that count."""

from __future__ import annotations

from adapters.records import Issue
from mappings.classify import nature_of, origin_of, shared_by_all, size_of
from mappings.concepts import Disposition, ScopeItem
from mappings.rules import Rules


def make_item(issue: Issue, rules: Rules, disposition: Disposition, *, goals: tuple[str, ...]) -> ScopeItem:
    """Make the scope item that an issue is.

    Args:
        issue: The issue.
        rules: The rules of its source.
        disposition: Where it stands.
        goals: Keys of the goals above it, nearest first.
    """
    return ScopeItem(
        **shared_by_all(issue, rules, disposition),
        goals=goals,
        milestones=issue.milestones,
        size=size_of(issue, rules),
        nature=nature_of(issue, rules),
        origin=origin_of(issue, rules),
    )
