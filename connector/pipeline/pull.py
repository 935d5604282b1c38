"""Pulls one source: staged batch by batch, doubted by the guards, made live as a whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.protocol import Adapter, Batch, Fate, Window
from adapters.records import Quarantined
from connector.analysis.facts import Gone
from connector.pipeline.guards import Tally, Trip, check
from connector.store import Store
from connector.store.facts import StoredFacts
from connector.store.locks import Lock
from connector.store.pulls import Applied, SourceState
from connector.store.runs import Acceptance
from connector.store.staging import Pull, StagedCounts

OVERLAP = dt.timedelta(minutes=5)  # trackers index late; what comes again changes nothing
STALE_PULL = dt.timedelta(days=1)  # an unfinished pull older than this is begun anew
GUARD_MARK = "guard tripped: "  # begins the failure text of a source whose guard tripped

WHY: Mapping[Fate, str] = {  # what a ledger says of an issue that is gone; one that is present is not
    Fate.OUTSIDE: "moved_out",
    Fate.MOVED: "moved_out",
    Fate.TRANSFERRED: "transferred",
    Fate.CONVERTED: "converted",
    Fate.DELETED: "deleted",
    Fate.INVISIBLE: "invisible",
}

Progress = Callable[[str, int, int | None], None]
"""Told the source, the issues so far and an estimate of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asked of a sync. `accepted_by` and `reason` go together."""

    full: bool = False
    accepted_by: str = ""
    reason: str = ""

    @property
    def accepts(self) -> bool:
        """Whether a state that guards refuse is to be taken."""
        return bool(self.accepted_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a pull ended. `applied` None: a guard tripped, nothing was changed."""

    full: bool
    counts: StagedCounts
    trips: tuple[Trip, ...] = ()
    applied: Applied | None = None
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a pull happens."""

    store: Store
    project: str
    lock: Lock
    now: Callable[[], dt.datetime]
    progress: Progress
    full_every: dt.timedelta  # what is gone is only seen by a full pull
    shrink_ratio: float  # see `guards.check`


@dataclass(slots=True)
class _Seen:
    """What passed by while batches were staged."""

    updated_at: dict[str, dt.datetime] = field(default_factory=dict)
    is_complete: bool = False


def pull(setting: Setting, adapter: Adapter, order: Order, *, has_new_question: bool) -> Outcome:
    """Pull one source.

    Args:
        setting: The project's store, lock and clock.
        adapter: The source.
        order: What was asked.
        has_new_question: Something else is asked for than last time: only a full pull answers it.

    Returns:
        How it ended.

    Raises:
        AdapterError: The tracker could not be read; what was staged waits for the next sync.
        StoreError: The store refused; nothing was changed.
        LockedError: Another process took over the project.
    """
    store, name = setting.store, adapter.name
    state = store.pulls.source_state(setting.project, name)
    full = order.full or order.accepts or has_new_question or _is_full_due(state, setting)
    begun = _begin(setting, name, state, full=full)
    staged, seen = _stage(setting, adapter, begun)
    counts = store.pulls.counts(staged)
    missing = store.pulls.missing_keys(staged) if full else ()
    trips = _doubts(setting, name, counts, seen, missing) if full else _cut_off(seen)
    if trips and not order.accepts:
        store.pulls.discard(staged, at=setting.now())
        reasons = "; ".join(trip.reason for trip in trips)
        store.pulls.record_failure(setting.project, name, at=setting.now(), text=GUARD_MARK + reasons)
        return Outcome(full=full, counts=counts, trips=trips)
    unread = store.pulls.quarantined(staged)
    gone = _gone(adapter, missing, at=setting.now())
    if trips:
        _record_acceptance(setting, name, order, trips)
    applied = store.pulls.apply(staged, finished_at=setting.now(), gone=gone, lock=setting.lock)
    return Outcome(full=full, counts=counts, trips=trips, applied=applied, quarantined=unread)


def _is_full_due(state: SourceState, setting: Setting) -> bool:
    if state.high_water_at is None or state.last_full_at is None or state.failure.startswith(GUARD_MARK):
        return True
    return setting.now() - state.last_full_at >= setting.full_every


def _begin(setting: Setting, name: str, state: SourceState, *, full: bool) -> Pull:
    since = None if full or state.high_water_at is None else state.high_water_at - OVERLAP
    now = setting.now()
    begin = setting.store.pulls.begin
    begun = begin(setting.project, name, full=full, since=since, started_at=now)
    if begun.resumed and now - begun.started_at > STALE_PULL:
        setting.store.pulls.discard(begun, at=now)
        begun = begin(setting.project, name, full=full, since=since, started_at=now)
    return begun


def _stage(setting: Setting, adapter: Adapter, begun: Pull) -> tuple[Pull, _Seen]:
    store, staged, seen = setting.store, begun, _Seen()
    had = store.pulls.counts(begun).issues if begun.resumed else 0
    batches = 0
    for batch in adapter.pull(Window(since=begun.since, cursor=begun.cursor)):
        staged = store.pulls.stage(staged, batch)
        store.locks.renew(setting.lock, now=setting.now())
        batches += 1
        _note(seen, batch)
        setting.progress(adapter.name, had + len(seen.updated_at), batch.total)
    # killed between the last batch and its application, a resumed pull has nothing more to bring
    seen.is_complete = seen.is_complete or (begun.resumed and begun.cursor is not None and not batches)
    return staged, seen


def _note(seen: _Seen, batch: Batch) -> None:
    seen.updated_at.update({issue.key: issue.updated_at for issue in batch.issues})
    seen.is_complete = batch.last


def _cut_off(seen: _Seen) -> tuple[Trip, ...]:
    nothing = Tally(issues=0, milestones=0, newest_update_at=None)
    now = Tally(issues=0, milestones=0, newest_update_at=None, is_complete=seen.is_complete)
    return check(nothing, now)


def _doubts(
    setting: Setting, name: str, counts: StagedCounts, seen: _Seen, missing: tuple[str, ...]
) -> tuple[Trip, ...]:
    facts = setting.store.facts.load(setting.project, sources=(name,))
    common = [i for i in facts.issues if i.key not in facts.gone and i.key in seen.updated_at]
    before = Tally(
        issues=len(facts.issues) - len(facts.gone),
        milestones=len(_milestones_of_last_pull(facts)),
        newest_update_at=max((issue.updated_at for issue in common), default=None),
    )
    now = Tally(
        issues=counts.issues,
        milestones=counts.milestones or 0,
        newest_update_at=max((seen.updated_at[issue.key] for issue in common), default=None),
        missing=len(missing),
        quarantined=counts.quarantined,
        is_complete=seen.is_complete,
    )
    return check(before, now, shrink_ratio=setting.shrink_ratio)


def _milestones_of_last_pull(facts: StoredFacts) -> frozenset[str]:
    """Keys of the milestones that the last good pull brought; it sighted each as it ended."""
    ended = {source.last_success_at for source in facts.sources}
    return frozenset(s.milestone.key for s in facts.sightings if s.seen_at in ended)


def _gone(adapter: Adapter, missing: tuple[str, ...], *, at: dt.datetime) -> Mapping[str, Gone]:
    if not missing:
        return {}
    found = adapter.locate(missing)
    return {
        key: Gone(at=at, why=WHY[found[key].fate])
        for key in missing
        if key in found and found[key].fate in WHY
    }


def _record_acceptance(setting: Setting, name: str, order: Order, trips: tuple[Trip, ...]) -> None:
    what = "; ".join(trip.reason for trip in trips)
    acceptance = Acceptance(
        source=name, at=setting.now(), name=order.accepted_by, reason=order.reason, what=what
    )
    setting.store.runs.accept(setting.project, acceptance)
