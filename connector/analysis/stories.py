"""The story of one item: every ledger entry that touches it, its split from a parent too."""

from __future__ import annotations

from connector.analysis.state import LedgerEntry, ProjectState


def story(state: ProjectState, key: str) -> tuple[LedgerEntry, ...]:
    """Return the ledger entries of one issue key over all containers and units, in order of time."""
    entries = (
        entry
        for row in state.scope
        for entry in row.entries
        if entry.item_key == key or key in entry.child_keys
    )
    return tuple(sorted(entries, key=lambda e: (e.at, e.container, e.unit)))
