"""What is there, what is missing, and what became of it: concluded from a whole count alone.

An issue that a count or a full pull did not show is looked for by name before anything is said of
it: an index lags, a token loses a right, an issue moves. Each fate is kept as what it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.protocol import Adapter, Fate, Whereabouts
from connector.analysis.facts import Gone
from connector.store import Store
from connector.store.staging import Pull, PullKind

WHY: Mapping[Fate, str] = {  # what a ledger says of an issue that is gone; one that is present is not
    Fate.OUTSIDE: "moved_out",
    Fate.MOVED: "moved_out",
    Fate.TRANSFERRED: "transferred",
    Fate.CONVERTED: "converted",
    Fate.DELETED: "deleted",
    Fate.INVISIBLE: "invisible",
}

_TOLD_COUNTS = frozenset({Fate.TRANSFERRED, Fate.CONVERTED, Fate.DELETED})  # where the tracker cannot tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was found out. `told`: issues of which webhooks had told, now looked for."""

    gone: Mapping[str, Gone] = field(default_factory=dict)
    told: Collection[str] = ()


def count(store: Store, adapter: Adapter, pull: Pull, *, alive: Callable[[], None]) -> Pull:
    """Stage a census; one that was staged to its end before is not asked for again.

    Args:
        store: Holds what is staged.
        adapter: The source.
        pull: A pull whose batches are all staged.
        alive: Gives a sign of life after each part.

    Returns:
        The pull; without `is_counted` where the census broke off before its last part.

    Raises:
        AdapterError: A page failed: nothing may be concluded.
    """
    if pull.is_counted:
        return pull
    store.pulls.count_anew(pull)
    for part in adapter.census():
        pull = store.pulls.stage_census(pull, part)
        alive()
    return pull


def settle(
    store: Store, adapter: Adapter, pull: Pull, *, now: Callable[[], dt.datetime], alive: Callable[[], None]
) -> Settled:
    """Look for what is missing, and stage what was seen otherwise than it is known.

    What a webhook said of an issue makes us look for it at once, and counts where the tracker
    itself cannot tell what became of it.

    Args:
        store: Holds what is staged.
        adapter: The source.
        pull: A pull that is complete, and believed.
        now: The clock.
        alive: Gives a sign of life after each batch.

    Raises:
        AdapterError: The tracker could not be read; what was staged waits.
    """
    told = store.hints.fates(pull.project, pull.source)
    missing = store.comparison.missing_keys(pull) if pull.concludes else ()
    sought = tuple(dict.fromkeys([*missing, *told]))
    found = adapter.locate(sought) if sought else {}
    alive()
    present = [key for key, one in found.items() if one.fate is Fate.PRESENT]
    unlike = store.comparison.unlike_keys(pull) if pull.kind is PullKind.CENSUS else ()
    _fetch(store, adapter, pull, tuple(dict.fromkeys([*unlike, *present])), alive)
    fates = {key: _fate(found[key], told.get(key)) for key in sought if key in found}
    at = now()
    gone = {key: Gone(at=at, why=WHY[fate]) for key, fate in fates.items() if fate in WHY}
    return Settled(gone=gone, told=tuple(key for key in told if key in found))


def _fetch(
    store: Store, adapter: Adapter, pull: Pull, keys: Sequence[str], alive: Callable[[], None]
) -> None:
    if not keys:
        return
    for batch in adapter.fetch(keys):
        store.pulls.stage(pull, batch)
        alive()


def _fate(found: Whereabouts, told: Whereabouts | None) -> Fate:
    if found.fate is Fate.INVISIBLE and told is not None and told.fate in _TOLD_COUNTS:
        return told.fate
    return found.fate
