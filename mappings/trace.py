"""Why an issue landed where it did, told rule by rule. Internal: names issues and rules."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.records import Issue
from mappings.classify import Placement, nature_of, origin_of, place, size_of, verdict_of
from mappings.concepts import Concept
from mappings.predicates import AllOf, Predicate, Traits, traits_of
from mappings.rules import Rules
from mappings.values import value_of


def explain(issue: Issue, rules: Rules, *, has_children: bool) -> tuple[str, ...]:
    """Tell why an issue landed where it did.

    Args:
        issue: The issue.
        rules: The rules of its source.
        has_children: As for `mappings.classify.place`.

    Returns:
        Lines for people: what the issue looks like to the rules, each rule up to the one that
        matched with its verdict, where it stands, what was read from it, who else claims it.
    """
    placement = place(issue, rules, has_children=has_children)
    traits = traits_of(issue, has_children=has_children)
    return (
        *_looks(issue, has_children=has_children),
        *_rules_asked(traits, rules),
        *_outcome(issue, rules, placement),
    )


# ----------------------------------------------------------------------------------- private


def _looks(issue: Issue, *, has_children: bool) -> Iterator[str]:
    yield f"{issue.ref}: {issue.title}"
    level = "" if issue.level is None else f", level {issue.level}"
    yield f"  type '{issue.type}'{level}, status '{issue.status}' ({issue.category})"
    if issue.resolution:
        yield f"  resolution '{issue.resolution}'"
    if issue.labels:
        yield "  labels " + ", ".join(f"'{label}'" for label in issue.labels)
    if issue.parent:
        yield f"  parent {issue.parent}"
    if has_children:
        yield "  it has children"


def _rules_asked(traits: Traits, rules: Rules) -> Iterator[str]:
    for rule in rules.rules:
        if rule.predicate.holds(traits):
            yield f"yes {rule.where}: {rule.why}"
            return
        yield f"no  {rule.where}: needs {_missing(rule.predicate, traits)}"


def _missing(predicate: Predicate, traits: Traits) -> str:
    """The part of a condition that does not hold, as far down as parts must all hold."""
    if isinstance(predicate, AllOf):
        failed = next((part for part in predicate.parts if not part.holds(traits)), predicate)
        return str(failed) if failed is predicate else _missing(failed, traits)
    return str(predicate)


def _outcome(issue: Issue, rules: Rules, placement: Placement) -> Iterator[str]:
    if placement.concept is None:
        yield f"=> unmapped: {placement.why} (rules {rules.name}, {rules.file})"
        return
    yield f"=> {placement.concept}, {placement.disposition}"
    yield from (f"   also claimed by {claim}" for claim in placement.claims)
    if placement.concept is Concept.SCOPE_ITEM:
        size = size_of(issue, rules)
        yield f"   size {'unknown' if size is None else f'{size:g}'} {rules.size_unit}"
        yield f"   nature {nature_of(issue, rules)}, origin {origin_of(issue, rules)}"
    if placement.concept in (Concept.CHANGE_REQUEST, Concept.DECISION):
        yield f"   verdict {verdict_of(issue, rules)}"
    for key in rules.sources:
        if text := value_of(issue, rules, key):
            yield f"   {key}: {text}"
