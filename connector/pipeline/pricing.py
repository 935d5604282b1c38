"""What work that came in without a decision costs, in days of a milestone's 85 % date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from connector.analysis.facts import Agreement
from connector.analysis.forecast.situation import Scene
from connector.analysis.forecast.track import Chronicle
from connector.analysis.forecast.whatif import cost_in_days
from connector.analysis.state import EntryKind, Forecast, ProjectState
from connector.analysis.walk import ITEMS

NO_PACE = "no item was finished in the last ten weeks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Calendar days by which a milestone is later; or None with the reason why nobody can say."""

    items: int
    days: int | None
    refused: str | None = None


def cost_of(scene: Scene, said: Mapping[str, Forecast], container: str, added: frozenset[str]) -> Cost:
    """Price some items of a container.

    Args:
        scene: The day in question.
        said: What is forecast on it, by container.
        container: Key of a container that the history knows.
        added: Keys of the items, open or done.
    """
    if container not in said or not scene.is_open(container):
        return Cost(items=len(added), days=None, refused="it is not open")
    days = cost_in_days(scene, container, said[container], added)
    refused = None if days is not None else said[container].refused or NO_PACE
    return Cost(items=len(added), days=days, refused=refused)


def priced(state: ProjectState, history: Chronicle, agreement: Agreement) -> ProjectState:
    """Return the state with the price of creep in the rows of open milestones, counted in items.

    Args:
        state: As it was judged, forecasts in it.
        history: What it was forecast from.
        agreement: What it was judged by.
    """
    said = {milestone.key: milestone.forecast for milestone in state.milestones}
    added = {key: items for key in said if (items := unapproved(state, key))}
    if not added:
        return state
    scene = Scene(history, as_of=state.as_of, calendar=agreement.calendar())
    days = {key: cost_of(scene, said, key, items).days for key, items in added.items()}
    rows = (
        replace(row, creep_days=days.get(row.container)) if row.unit == ITEMS else row for row in state.scope
    )
    return replace(state, scope=tuple(rows))


def unapproved(state: ProjectState, container: str) -> frozenset[str]:
    """Return the items of a container that came in after the agreement and no decision covers."""
    return frozenset(_entered(state, container, frozenset({EntryKind.UNAPPROVED_ADD})))


def decided(state: ProjectState, container: str) -> frozenset[str]:
    """Return the items whose coming into, or leaving, a container an approved request covers."""
    return frozenset(_entered(state, container, frozenset({EntryKind.APPROVED_ADD, EntryKind.REMOVED})))


def _entered(state: ProjectState, container: str, kinds: frozenset[EntryKind]) -> Iterator[str]:
    for row in state.scope:
        if (row.container, row.unit) == (container, ITEMS):
            for entry in row.entries:
                is_covered = entry.kind is not EntryKind.REMOVED or entry.change_request is not None
                if entry.kind in kinds and is_covered:
                    yield entry.item_key
