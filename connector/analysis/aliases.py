"""Which milestone a title of the past meant. GitHub's events know only the title of that day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from adapters.records import Change, Field, Issue, MilestoneSighting

MARK = ":milestone-title:"


def resolver(
    issues: Sequence[Issue], changes: Mapping[str, Sequence[Change]], sightings: Sequence[MilestoneSighting]
) -> Callable[[str], str]:
    """Return a function that turns a milestone value of a change into a milestone key.

    A title is matched to the milestone that bore it at a sighting; failing that, to the milestone
    in which the issues are whose last word was that title (it was renamed under them). A title
    that neither tells stays as it is: a former milestone nobody knows any more.
    """
    known = _seen_titles(sightings)
    known |= {value: key for value, key in _inferred(issues, changes).items() if value not in known}
    return lambda value: known.get(value, value)


def title_value(milestone_key: str, title: str) -> str:
    """Return how a change would name this milestone by title: `github:o/r:milestone-title:TITLE`."""
    return f"{milestone_key.rsplit(':milestone:', 1)[0]}{MARK}{title}"


def _seen_titles(sightings: Sequence[MilestoneSighting]) -> dict[str, str]:
    """Map every title ever seen to its milestone; where two bore one title, the later sighting wins."""
    return {
        title_value(sighting.milestone.key, sighting.milestone.name): sighting.milestone.key
        for sighting in sightings
        if ":milestone:" in sighting.milestone.key
    }


def _inferred(issues: Sequence[Issue], changes: Mapping[str, Sequence[Change]]) -> dict[str, str]:
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for issue in issues:
        last = _last_milestone_change(changes.get(issue.key, ()))
        if last is not None and last.new and MARK in last.new and len(issue.milestones) == 1:
            votes[last.new][issue.milestones[0]] += 1
    return {value: min(count, key=lambda key: (-count[key], key)) for value, count in votes.items()}


def _last_milestone_change(changes: Sequence[Change]) -> Change | None:
    return next((change for change in reversed(changes) if change.field == Field.MILESTONES), None)
