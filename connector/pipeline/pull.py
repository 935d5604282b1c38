"""Pulls one source: staged batch by batch, doubted by the guards, made live as a whole or not at all.

A pull goes through phases, each of which a killed process takes up where it was: it reads what
changed (or everything), counts what is there where a census is due, looks for what is missing,
reads by key what was seen otherwise than it is known, and is then applied in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from adapters.errors import WaitTooLongError
from adapters.protocol import Adapter, Window
from adapters.records import Quarantined
from connector.pipeline.census import Settled, count, settle
from connector.pipeline.guards import Tally, Trip, check, check_changes
from connector.store import Store
from connector.store.locks import Lock
from connector.store.pulls import Applied, SourceState
from connector.store.runs import Acceptance
from connector.store.staging import Plan, Pull, PullKind, StagedCounts

OVERLAP = dt.timedelta(minutes=5)  # trackers index late; what comes again changes nothing
CENSUS_EVERY = dt.timedelta(days=1)
WIDE_OVERLAP = dt.timedelta(hours=24)  # of the pull with a census: what was indexed hours late
STALE_PULL = dt.timedelta(days=1)  # an unfinished pull older than this is begun anew
RENEW_EVERY = dt.timedelta(minutes=1)  # signs of life while batches come
LONGEST_REST = dt.timedelta(days=1)  # a tracker that asks for more is asked again after this
GUARD_MARK = "guard tripped: "  # begins the failure text of a source whose guard tripped

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

    kind: PullKind
    counts: StagedCounts
    counted: int | None = None  # issues that a census saw; None: there was none
    trips: tuple[Trip, ...] = ()
    applied: Applied | None = None
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a source is asked for. `is_new`: something else than when it was last pulled well."""

    fingerprint: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a pull happens."""

    store: Store
    project: str
    lock: Lock
    now: Callable[[], dt.datetime]
    progress: Progress
    full_every: dt.timedelta
    shrink_ratio: float  # see `guards.check`


def pull(setting: Setting, adapter: Adapter, order: Order, question: Question) -> Outcome:
    """Pull one source.

    Args:
        setting: The project's store, lock and clock.
        adapter: The source.
        order: What was asked.
        question: What the source is asked for.

    Returns:
        How it ended.

    Raises:
        AdapterError: The tracker could not be read; what was staged waits for the next sync.
        StoreError: The store refused; nothing was changed.
        LockedError: Another process took over the project.
    """
    store, name = setting.store, adapter.name
    state = store.pulls.source_state(setting.project, name)
    _refuse_too_early(state, name, now=setting.now())
    kind = _kind(state, order, question, setting)
    begun = _begin(setting, name, _plan(kind, state, question, now=setting.now()))
    staged = _read(setting, adapter, begun)
    if staged.kind is PullKind.CENSUS and staged.is_read:
        staged = count(store, adapter, staged, alive=_alive(setting))
    trips = _doubts(setting, staged)
    if trips and not order.accepts:
        return _refused(setting, staged, trips)
    settled = settle(store, adapter, staged, now=setting.now, alive=_alive(setting))
    if trips:
        _record_acceptance(setting, name, order, trips)
    return _applied(setting, staged, settled, trips)


def _refuse_too_early(state: SourceState, name: str, *, now: dt.datetime) -> None:
    """Leave a tracker alone as long as it asked, also when another process asked it.

    Raises:
        WaitTooLongError: It is too early.
    """
    if state.retry_at is not None and now < state.retry_at:
        text = f"{name} asked to be left alone until {state.retry_at:%Y-%m-%d %H:%M} UTC"
        raise WaitTooLongError(text, retry_at=state.retry_at)


def _kind(state: SourceState, order: Order, question: Question, setting: Setting) -> PullKind:
    now = setting.now()
    if order.full or order.accepts or question.is_new or _is_unknown(state):
        return PullKind.FULL
    if state.last_full_at is None or now - state.last_full_at >= setting.full_every:
        return PullKind.FULL
    if state.last_census_at is None or now - state.last_census_at >= CENSUS_EVERY:
        return PullKind.CENSUS
    return PullKind.CHANGES


def _is_unknown(state: SourceState) -> bool:
    """Whether nothing that is stored can be built upon: never read, or not believed."""
    return state.high_water_at is None or state.failure.startswith(GUARD_MARK)


def _plan(kind: PullKind, state: SourceState, question: Question, *, now: dt.datetime) -> Plan:
    since = None
    if kind is not PullKind.FULL and state.high_water_at is not None:
        since = state.high_water_at - (WIDE_OVERLAP if kind is PullKind.CENSUS else OVERLAP)
    return Plan(kind=kind, since=since, started_at=now, question=question.fingerprint)


def _begin(setting: Setting, name: str, plan: Plan) -> Pull:
    begun = setting.store.pulls.begin(setting.project, name, plan)
    if begun.resumed and plan.started_at - begun.started_at > STALE_PULL:
        setting.store.pulls.discard(begun, at=plan.started_at)
        begun = setting.store.pulls.begin(setting.project, name, plan)
    return begun


def _read(setting: Setting, adapter: Adapter, begun: Pull) -> Pull:
    """Stage what the tracker tells; a pull that was read to its end before is not read again."""
    if begun.is_read:
        return begun
    staged, alive = begun, _alive(setting)
    had = setting.store.pulls.counts(begun).issues if begun.resumed else 0
    for batch in adapter.pull(Window(since=begun.since, cursor=begun.cursor)):
        setting.store.hints.leave(setting.project, adapter.name, batch.left, at=setting.now())
        staged = setting.store.pulls.stage(staged, batch)
        alive()
        had += len(batch.issues)
        setting.progress(adapter.name, had, batch.total)
    return staged


def _alive(setting: Setting) -> Callable[[], None]:
    """Return what gives the lock a sign of life, once a minute at most."""
    last_at = setting.now()

    def renew() -> None:
        nonlocal last_at
        now = setting.now()
        if now - last_at >= RENEW_EVERY:
            setting.store.locks.renew(setting.lock, now=now)
            last_at = now

    return renew


def _doubts(setting: Setting, staged: Pull) -> tuple[Trip, ...]:
    comparison, counts = setting.store.comparison, setting.store.pulls.counts(staged)
    known = comparison.known(staged.project, staged.source)
    before = Tally(issues=known.issues, milestones=known.milestones)
    now = Tally(
        issues=counts.issues,
        milestones=counts.milestones or 0,
        missing=len(setting.store.hints.fates(staged.project, staged.source)),
        quarantined=counts.quarantined,
        is_complete=staged.is_complete,
    )
    if not staged.concludes:
        return check_changes(before, now, shrink_ratio=setting.shrink_ratio)
    newest = comparison.newest(staged)
    before = Tally(issues=known.issues, milestones=known.milestones, newest_update_at=newest.before_at)
    now = Tally(
        issues=counts.issues if staged.kind is PullKind.FULL else comparison.counted(staged),
        milestones=counts.milestones or 0,
        newest_update_at=newest.now_at,
        missing=len(comparison.missing_keys(staged)),
        quarantined=counts.quarantined,
        is_complete=staged.is_complete,
    )
    return check(before, now, shrink_ratio=setting.shrink_ratio)


def _refused(setting: Setting, staged: Pull, trips: tuple[Trip, ...]) -> Outcome:
    store, now = setting.store, setting.now()
    counts = store.pulls.counts(staged)
    store.pulls.discard(staged, at=now)
    reasons = "; ".join(trip.reason for trip in trips)
    store.pulls.record_failure(staged.project, staged.source, at=now, text=GUARD_MARK + reasons)
    return Outcome(kind=staged.kind, counts=counts, trips=trips)


def _applied(setting: Setting, staged: Pull, settled: Settled, trips: tuple[Trip, ...]) -> Outcome:
    pulls = setting.store.pulls
    counts, unread = pulls.counts(staged), pulls.quarantined(staged)
    counted = setting.store.comparison.counted(staged) if staged.kind is PullKind.CENSUS else None
    applied = pulls.apply(
        staged,
        finished_at=setting.now(),
        gone=settled.gone,
        settled=settled.told,
        lock=setting.lock,
    )
    return Outcome(
        kind=staged.kind, counts=counts, counted=counted, trips=trips, applied=applied, quarantined=unread
    )


def _record_acceptance(setting: Setting, name: str, order: Order, trips: tuple[Trip, ...]) -> None:
    what = "; ".join(trip.reason for trip in trips)
    acceptance = Acceptance(
        source=name, at=setting.now(), name=order.accepted_by, reason=order.reason, what=what
    )
    setting.store.runs.accept(setting.project, acceptance)
