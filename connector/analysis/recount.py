"""A baseline keeps the rules it was counted by. When the rules change, both sides are counted anew.

Otherwise a rule that calls bugs items from today on would look like scope that came in today. So the
baseline's items of every source whose rules changed are counted again from history, by the present
rules, as of the baseline's own instant; what was agreed by the rules of that day stays visible beside
it. What the baseline could not know, because it was seen after it was recorded, it still does not know.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connector.analysis.booking import Sizes
from connector.analysis.facts import Agreement, Baseline, ProjectFacts
from connector.analysis.history import Version
from connector.analysis.ledger import sizes
from connector.analysis.walk import Walk, size_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """A baseline as told when it was recorded, and as the present rules count it."""

    told: Baseline
    now: Baseline


def recount(
    facts: ProjectFacts, told: Mapping[str, Sequence[Version]], baseline: Baseline | None
) -> Recount | None:
    """Count a baseline by the present rules; None where they are those it was counted by.

    Args:
        facts: Stored facts, with the present rules.
        told: What `walk.histories` says of the facts.
        baseline: The baseline in force; one that does not tell its rules is taken to have the present.
    """
    changed = changed_sources(facts, baseline) if baseline else frozenset()
    if baseline is None or not changed:
        return None
    walk = Walk(facts, told)
    for _ in walk.advance(baseline.on_at):
        pass
    sources = {issue.key: issue.source for issue in facts.issues}
    anew = {
        key: standing
        for key, standing in walk.standings.items()
        if sources[key] in changed and not _is_unseen(facts, key, baseline)
    }
    kept = {
        container: {key: size for key, size in items.items() if sources.get(key) not in changed}
        for container, items in baseline.containers.items()
    }
    now = replace(baseline, containers=_merged(kept, sizes(anew)), size_unit=size_unit(facts))
    return Recount(told=baseline, now=now)


def changed_sources(facts: ProjectFacts, baseline: Baseline) -> frozenset[str]:
    """Return the sources whose rules are other ones than those the baseline was counted by."""
    return frozenset(
        name
        for name, fingerprint in baseline.rules.items()
        if name in facts.rules and facts.rules[name].fingerprint != fingerprint
    )


def in_force(agreement: Agreement, found: Recount | None) -> Agreement:
    """Return the agreement with the recounted baseline in the place of the one that was told."""
    if found is None:
        return agreement
    baselines = tuple(found.now if one is found.told else one for one in agreement.baselines)
    return replace(agreement, baselines=baselines)


def since(facts: ProjectFacts, found: Recount, as_of: dt.datetime) -> dt.datetime:
    """Return since when the present rules count: when the last of them was first used, or `as_of`."""
    known = [facts.ruled_since[name] for name in found.told.rules if name in facts.ruled_since]
    return min(max(known, default=as_of), as_of)


def _is_unseen(facts: ProjectFacts, key: str, baseline: Baseline) -> bool:
    first_seen = facts.first_seen.get(key)
    if first_seen is None or first_seen <= baseline.recorded_at:
        return False
    return all(key not in items for items in baseline.containers.values())


def _merged(kept: Sizes, anew: Sizes) -> Sizes:
    containers = kept.keys() | anew.keys()
    found = {name: {**kept.get(name, {}), **anew.get(name, {})} for name in containers}
    return {name: items for name, items in found.items() if items}
