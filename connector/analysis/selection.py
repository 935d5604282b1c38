"""Which issues belong to a milestone that people made by hand: those its `select` fits."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.records import Issue
from connector.analysis.facts import HandMilestone, ProjectFacts


def names_of(facts: ProjectFacts) -> Mapping[str, str]:
    """Return what people call issues and milestones, by key; empty where nobody selects by hand."""
    if not facts.hand_milestones:
        return {}
    names = {sighting.milestone.key: sighting.milestone.name for sighting in facts.sightings}
    return names | {issue.key: issue.ref for issue in facts.issues}


def belongs(issue: Issue, milestone: HandMilestone, names: Mapping[str, str]) -> bool:
    """Say whether an issue is chosen: every given list has a word of it, in any case.

    Args:
        issue: The issue as it stood.
        milestone: The milestone made by hand.
        names: From `names_of`: parents and milestones go by them, or by their keys.
    """
    have = {
        "label": issue.labels,
        "type": (issue.type,),
        "component": issue.components,
        "parent": _called((issue.parent,) if issue.parent else (), names),
        "iteration": (*issue.iterations, *(key.rpartition(":")[2] for key in issue.iterations)),
        "status": (issue.status,),
        "milestone": _called(issue.milestones, names),
    }
    return bool(milestone.select) and all(
        {value.casefold() for value in have.get(name, ())} & {value.casefold() for value in wanted}
        for name, wanted in milestone.select.items()
    )


def _called(keys: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    return (*keys, *(names[key] for key in keys if key in names))
