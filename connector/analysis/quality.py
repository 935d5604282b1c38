"""How far the tracker's records can be relied on: what is missing, contradictory, or was not understood.

Pure. A note says what is wrong, how often, and where to look; what to do about it is for people.
It tells of the records as they are stored now: of a day that is past nothing is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from adapters.records import Category, Issue, MilestoneStatus, Quarantined
from connector.analysis.facts import ProjectFacts
from connector.analysis.state import MilestoneState, ProjectState, QualityKind, QualityNote
from mappings.concepts import Disposition, ScopeItem

MOST_EXAMPLES = 5


def quality(
    facts: ProjectFacts,
    state: ProjectState,
    *,
    today: dt.date,
    unread: Sequence[Quarantined] = (),
    zones: Mapping[str, str] | None = None,
) -> tuple[QualityNote, ...]:
    """Look for what makes the records of a project unreliable.

    Args:
        facts: All stored facts.
        state: The same facts, judged now.
        today: The day in the project's time zone.
        unread: Issues that could not be read when they came last.
        zones: IANA name of the zone in which each source tells its days, the project's own under
            `project`; only the trackers know, so without having asked them there are none.

    Returns:
        One note a kind that was found, in the order of `QualityKind`; examples are what people
        call a thing, at most five.
    """
    live = [issue for issue in facts.issues if issue.key not in facts.gone]
    found: dict[QualityKind, list[str]] = {
        QualityKind.MISSING_ESTIMATE: _unestimated(facts, state),
        QualityKind.ORPHAN: [one.ref for one in _counting(state) if not (one.goals or one.milestones)],
        QualityKind.DONE_WITHOUT_RESOLUTION: _unresolved(live),
        QualityKind.MILESTONE_WITHOUT_DATE: [one.name for one in _open(state) if one.due_on is None],
        QualityKind.RELEASED_WITH_OPEN_ISSUES: _released_too_early(state),
        QualityKind.DATE_IN_THE_PAST: _past(live, state, today=today),
        QualityKind.UNMAPPED: [one.ref for one in state.picture.unplaced],
        QualityKind.MIXED_TIME_ZONES: _foreign_zones(zones or {}),
        QualityKind.UNREADABLE: [f"{one.ref} ({one.field}: {one.reason})" for one in unread],
    }
    return tuple(
        QualityNote(kind=kind, count=len(names), examples=tuple(names[:MOST_EXAMPLES]))
        for kind, names in found.items()
        if names
    )


def _counting(state: ProjectState) -> Iterator[ScopeItem]:
    """Yield the work that counts, unfinished first: what was given up needs no care."""
    counting = (item for item in state.picture.items if item.disposition is not Disposition.DROPPED)
    yield from sorted(counting, key=lambda item: item.disposition is Disposition.DONE)


def _open(state: ProjectState) -> Iterator[MilestoneState]:
    return (one for one in state.milestones if one.status is MilestoneStatus.OPEN)


def _unestimated(facts: ProjectFacts, state: ProjectState) -> list[str]:
    """Name the work without a size, of sources whose rules measure one."""
    measured = {name for name, rules in facts.rules.items() if rules.size_unit != "items"}
    return [one.ref for one in _counting(state) if one.size is None and one.source in measured]


def _unresolved(live: Iterable[Issue]) -> list[str]:
    """Name what is done without a resolution, of sources that use resolutions at all."""
    done = [issue for issue in live if issue.category is Category.DONE]
    used = {issue.source for issue in done if issue.resolution}
    return [issue.ref for issue in done if not issue.resolution and issue.source in used]


def _released_too_early(state: ProjectState) -> list[str]:
    """Name the milestones that are released and still hold open work."""
    unfinished = {Disposition.OPEN, Disposition.DOING}
    holding = {
        key for item in state.picture.items if item.disposition in unfinished for key in item.milestones
    }
    done = (one for one in state.milestones if one.status is MilestoneStatus.DONE)
    return [one.name for one in done if one.key in holding]


def _past(live: Iterable[Issue], state: ProjectState, *, today: dt.date) -> list[str]:
    """Name what is open and was due before today: milestones first."""
    milestones = [one.name for one in _open(state) if one.due_on is not None and one.due_on < today]
    unfinished = (issue for issue in live if issue.category in {Category.TODO, Category.DOING})
    return milestones + [one.ref for one in unfinished if one.due_on is not None and one.due_on < today]


def _foreign_zones(zones: Mapping[str, str]) -> list[str]:
    """Name the sources whose zone is another one, where there are several."""
    known = {name: zone for name, zone in zones.items() if zone}
    if len(set(known.values())) < 2:
        return []
    return [f"{name}: {zone}" for name, zone in sorted(known.items())]
