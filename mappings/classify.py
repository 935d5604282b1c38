"""What one issue is: its concept, where it stands, its size, verdict, nature and origin.

Pure and quick: asked for every version of every issue when history is replayed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from adapters.records import Category, Issue
from mappings.concepts import Concept, Disposition, Nature, Origin, Verdict
from mappings.predicates import Traits, traits_of
from mappings.rules import Rule, Rules
from mappings.values import block_of, day_of, field_of, number_of, value_of

NO_RULE = "no rule matched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an issue landed.

    `concept` None: no rule matched. `rule` is `file:line name` of the one that placed it, `why`
    its conditions in words. `claims` are the rules of another concept that match too, the
    catch-all aside; with any, the issue is ambiguous.
    """

    concept: Concept | None
    disposition: Disposition
    rule: str = ""
    why: str = NO_RULE
    claims: tuple[str, ...] = ()


class Shared(TypedDict):
    """What every concept takes from its issue; see `mappings.concepts.Base`."""

    key: str
    ref: str
    title: str
    client_title: str
    client_text: str
    block_title: str
    block_text: str
    disposition: Disposition
    labels: tuple[str, ...]
    security: str
    type: str
    source: str
    created_at: dt.datetime
    closed_at: dt.datetime | None
    due_on: dt.date | None


def place(issue: Issue, rules: Rules, *, has_children: bool) -> Placement:
    """Find the first rule that matches.

    Args:
        issue: The issue as it stands, or stood.
        rules: The rules of its source.
        has_children: Whether another issue that is not NONE has it as parent; see `parents`.
    """
    if not rules.is_coarse:
        return _place(issue, rules, has_children=has_children)
    likeness = (
        issue.type,
        issue.level,
        issue.status,
        issue.category,
        issue.resolution,
        issue.labels,
        issue.components,
        has_children,
    )
    placement = rules.placed.get(likeness)
    if not isinstance(placement, Placement):
        placement = rules.placed[likeness] = _place(issue, rules, has_children=has_children)
    return placement


def disposition_of(issue: Issue, rules: Rules) -> Disposition:
    """Say where an issue stands.

    The status category decides. Done with a dropping resolution is DROPPED; where the tracker
    tells no category, a resolution counts as done. A dropping or finishing status counts by name.
    """
    return _disposition(traits_of(issue, has_children=False), rules)


def parents(issues: Iterable[Issue], rules: Mapping[str, Rules]) -> frozenset[str]:
    """Find the issues that count as having children.

    Args:
        issues: All issues of the project.
        rules: By name of source; issues of other sources make no parent.

    Returns:
        Keys of issues that are the parent of at least one issue that is not NONE. A parent of
        sub-tasks alone is none.
    """
    known = [issue for issue in issues if issue.source in rules]
    raw = {issue.parent for issue in known if issue.parent}
    found = (
        issue.parent
        for issue in known
        if issue.parent
        and place(issue, rules[issue.source], has_children=issue.key in raw).concept is not Concept.NONE
    )
    return frozenset(found)


def size_of(issue: Issue, rules: Rules) -> float | None:
    """Measure a scope item in the unit of the rules; None where nobody estimated it."""
    if rules.size_unit == "items":
        return 1.0
    size = issue.points if rules.size_unit == "points" else issue.hours
    if "estimate" in rules.sources:
        estimate = number_of(value_of(issue, rules, "estimate"))
        size = size if estimate is None else estimate
    return size if size is not None and math.isfinite(size) and size >= 0 else None


def verdict_of(issue: Issue, rules: Rules) -> Verdict:
    """Say what a change request or decision has come to; a dropped one is rejected."""
    traits = traits_of(issue, has_children=False)
    if _disposition(traits, rules) is Disposition.DROPPED:
        return Verdict.REJECTED
    return next((v for v, marked in rules.verdicts if marked.holds(traits)), Verdict.PROPOSED)


def nature_of(issue: Issue, rules: Rules) -> Nature:
    """Say what an addition is, as far as the rules tell."""
    traits = traits_of(issue, has_children=False)
    return next((n for n, marked in rules.natures if marked.holds(traits)), Nature.UNKNOWN)


def origin_of(issue: Issue, rules: Rules) -> Origin:
    """Say whose wish an addition is, as far as the rules tell."""
    traits = traits_of(issue, has_children=False)
    return next((o for o, marked in rules.origins if marked.holds(traits)), Origin.UNKNOWN)


def shared_by_all(issue: Issue, rules: Rules, disposition: Disposition) -> Shared:
    """Take from an issue what every concept has, client words from where the rules say."""
    return Shared(
        key=issue.key,
        ref=issue.ref,
        title=issue.title,
        client_title=field_of(issue, rules, "client_title"),
        client_text=field_of(issue, rules, "client_text"),
        block_title=block_of(issue, rules, "client_title"),
        block_text=block_of(issue, rules, "client_text"),
        disposition=disposition,
        labels=issue.labels,
        security=issue.security,
        type=issue.type,
        source=issue.source,
        created_at=issue.created_at,
        closed_at=issue.closed_at,
        due_on=day_of(value_of(issue, rules, "due")) or issue.due_on,
    )


# ----------------------------------------------------------------------------------- private


def _place(issue: Issue, rules: Rules, *, has_children: bool) -> Placement:
    traits = traits_of(issue, has_children=has_children)
    disposition = _disposition(traits, rules)
    winner: Rule | None = None
    claims: tuple[str, ...] = ()
    for rule in rules.rules:
        if winner is not None and (rule.is_catch_all or rule.concept is winner.concept):
            continue
        if rule.predicate.holds(traits):
            if winner is None:
                winner = rule
            else:
                claims = (*claims, rule.where)
    if winner is None:
        return Placement(concept=None, disposition=disposition)
    return Placement(
        concept=winner.concept,
        disposition=disposition,
        rule=winner.where,
        why=winner.why,
        claims=claims,
    )


def _disposition(traits: Traits, rules: Rules) -> Disposition:
    category, resolution = traits.category, traits.resolution
    is_over = category is Category.DONE or (category is Category.UNKNOWN and resolution != "")
    if traits.status in rules.dropped_statuses or (is_over and resolution in rules.dropped_resolutions):
        return Disposition.DROPPED
    if is_over or traits.status in rules.done_statuses:
        return Disposition.DONE
    return Disposition.DOING if category is Category.DOING else Disposition.OPEN
