"""Which alerts to send: deviations now against what was told before. Pure.

The life of an alert: *pending* while too few looks in a row have shown it, *firing* once it was told (or
would have been, but for a silence), *acknowledged* when a person said that it is known, *resolved* when
enough looks in a row no longer show it. Every change of phase is recorded, told or not.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from connector.analysis.state import Deviation, Fact, Severity
from connector.config.values import QuietHours
from connector.store.alerts import AlertPhase, AlertState
from connector.store.silences import Silence

_LEVELS = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
_WEIGHTS = (
    "sync_failed",
    "guard_tripped",
    "overdue",
    "slipping",
    "buffer",
    "scope_creep",
    "scope_dropped",
    "silently_at_risk",
    "volatile",
)

# Facts whose change is news although the level stays: a date that moves again is told again.
_MARKS: Mapping[str, tuple[str, ...]] = {"slipping": ("due_on",)}


class Transition(enum.StrEnum):
    """What happened to an alert.

    MOVED: same level, but what it is about changed again. REPEATED: nothing changed, and nobody said
    that it is known. ESCALATED: nobody said so for too long, so somebody else is told.
    """

    FIRED = "fired"
    WORSE = "worse"
    BETTER = "better"
    MOVED = "moved"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell the PM. `deviation` is None when it is resolved."""

    transition: Transition
    alert: AlertState
    deviation: Deviation | None = None

    @property
    def at(self) -> dt.datetime:
        """When it happened: of what is only told again, or to others, when that was."""
        alert = self.alert
        if self.transition is Transition.ESCALATED and alert.escalated_at is not None:
            return alert.escalated_at
        return alert.last_notified_at or alert.changed_at

    @property
    def key(self) -> str:
        """Name this notice uniquely within its project, for sending it once."""
        return f"{self.alert.rule}:{self.alert.object}:{self.transition}@{self.at:%Y%m%dT%H%M%S.%f}"

    @property
    def is_quiet(self) -> bool:
        """Whether it is for information alone: told with the next message, and worth none of its own."""
        return self.alert.severity is Severity.INFO and self.transition is not Transition.BETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a project wants to be told.

    `looks` says, by rule, how many looks in a row must show a deviation, or its end, before it is told;
    `holds`, for how long looks must have shown a deviation without a break.
    """

    looks: Mapping[str, int] = field(default_factory=dict)  # 1 where a rule is not named
    holds: Mapping[str, dt.timedelta] = field(default_factory=dict)  # none where a rule is not named
    repeat_after: dt.timedelta | None = None  # None: never told twice
    escalate_after: dt.timedelta | None = None  # warnings and worse that nobody acknowledged; None: never
    silences: tuple[Silence, ...] = ()

    def looks_at(self, rule: str) -> int:
        """Return how many looks in a row a rule needs."""
        return self.looks.get(rule, 1)

    def is_ripe(self, rule: str, *, seen: int, stood: dt.timedelta) -> bool:
        """Whether a deviation was seen often enough, and has stood long enough, to be told."""
        return seen >= self.looks_at(rule) and stood >= self.holds.get(rule, dt.timedelta(0))


AT_ONCE = Manner()
FLAPS = 3
"""How often an alert may come or get worse within a day; from then on it is over, or better, after `CALM`."""
CALM = dt.timedelta(hours=6)
_LATELY = dt.timedelta(days=1)
LOOKS: Mapping[str, int] = {"silently_at_risk": 2, "buffer": 2}
"""Rules that rest on forecasts, which waver: two looks in a row, where the project says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Alerts as they are to be stored, what to tell, and what changes untold (pending, or under a silence).

    `as_digest`: everything in one message.
    """

    states: tuple[AlertState, ...] = ()
    notices: tuple[Notice, ...] = ()
    untold: tuple[Notice, ...] = ()
    as_digest: bool = False


def decide(  # noqa: PLR0913 - everything that a decision hangs on, by name
    deviations: Sequence[Deviation],
    known: Iterable[AlertState],
    *,
    now: dt.datetime,
    is_first: bool,
    held: frozenset[str] = frozenset(),
    wavering: frozenset[str] = frozenset(),
    manner: Manner = AT_ONCE,
) -> Decision:
    """Compare deviations with what was told before.

    Args:
        deviations: Everything out of tolerance now, at most one per id.
        known: Alerts as stored, resolved ones included.
        now: The instant of this look.
        is_first: The project was never judged before: its old faults make one digest, at once.
        held: Objects of which nothing new is known, because their source failed: nothing about
            them fires or resolves (the failed source has an alert of its own).
        wavering: Ids of breaches that are no longer, but not yet calm enough to be called over: one
            that was told stands, so that a value about its limit does not come and go.
        manner: How the project wants to be told.

    Returns:
        The alerts that changed and the notices to send: what stands, worst first, then what is over.
    """
    look = _Look(now=now, manner=Manner(silences=manner.silences) if is_first else manner)
    told = {(alert.rule, alert.object): alert for alert in known}
    current = {(one.rule, one.object): one for one in deviations if one.object not in held}
    standing = frozenset((one.rule, one.object) for one in deviations)
    steps = [look.seen(deviation, told.get(key)) for key, deviation in current.items()]
    steps += [
        look.gone(alert)
        for key, alert in told.items()
        if key not in standing and alert.object not in held and f"{alert.rule}:{alert.object}" not in wavering
    ]
    notices = sorted((step.notice for step in steps if step.notice), key=_gravity)
    return Decision(
        states=tuple(step.state for step in steps if step.state),
        notices=tuple(notices),
        untold=tuple(step.untold for step in steps if step.untold),
        as_digest=is_first and bool(notices),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What one look does to one alert: nothing, where all are None."""

    state: AlertState | None = None
    notice: Notice | None = None
    untold: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One look at a project."""

    now: dt.datetime
    manner: Manner

    def seen(self, deviation: Deviation, alert: AlertState | None) -> _Step:
        """Go on with an alert whose deviation stands."""
        seen = 1 if alert is None or alert.phase is AlertPhase.RESOLVED else alert.seen + 1
        is_new = alert is None or not is_open(alert)
        began_at = alert.changed_at if alert and alert.phase is AlertPhase.PENDING else self.now
        if is_new and not self.manner.is_ripe(deviation.rule, seen=seen, stood=self.now - began_at):
            return self._pending(deviation, alert, seen, began_at)
        transition = self._transition(deviation, alert)
        if transition is Transition.BETTER and alert is not None and self._is_restless(alert):
            return _Step(state=self._away(alert))
        if transition is None:
            return self._unchanged(deviation, alert)
        state = replace(_state(deviation, phase=AlertPhase.FIRING, now=self.now, before=alert), seen=seen)
        state = replace(state, fired=self._fired(alert, comes=is_new or transition is Transition.WORSE))
        if transition is Transition.BETTER and alert is not None:  # who knew the worse knows the better
            state = replace(state, phase=alert.phase, acknowledged_by=alert.acknowledged_by)
        return self._told(Notice(transition=transition, alert=state, deviation=deviation))

    def gone(self, alert: AlertState) -> _Step:
        """Go on with an alert whose deviation does not stand any more."""
        if alert.phase is AlertPhase.RESOLVED:
            return _Step()
        over = replace(alert, phase=AlertPhase.RESOLVED, changed_at=self.now, seen=0, absent=0, gone_at=None)
        if alert.phase is AlertPhase.PENDING:  # it never came to anything
            return _Step(state=over)
        if alert.absent + 1 < self.manner.looks_at(alert.rule) or self._is_restless(alert):
            return _Step(state=self._away(alert))
        notice = Notice(transition=Transition.RESOLVED, alert=replace(over, last_notified_at=self.now))
        if alert.last_notified_at is None:  # nobody heard of its begin
            return _Step(state=over, untold=notice)
        return self._told(notice)

    def _fired(self, alert: AlertState | None, *, comes: bool) -> tuple[dt.datetime, ...]:
        """Return when the alert came or got worse of late; where it comes now, this time included."""
        before = () if alert is None else alert.fired
        return (*before, self.now)[-FLAPS:] if comes else before

    def _away(self, alert: AlertState) -> AlertState:
        """Count a look that did not show the alert, or not as bad."""
        return replace(alert, absent=alert.absent + 1, gone_at=alert.gone_at or self.now)

    def _is_restless(self, alert: AlertState) -> bool:
        """Say whether an alert came so often of late that it must be away for a while to be over."""
        often = [at for at in alert.fired if self.now - at < _LATELY]
        return len(often) >= FLAPS and self.now - (alert.gone_at or self.now) < CALM

    def _pending(
        self, deviation: Deviation, alert: AlertState | None, seen: int, began_at: dt.datetime
    ) -> _Step:
        state = replace(
            _state(deviation, phase=AlertPhase.PENDING, now=self.now, before=None),
            seen=seen,
            changed_at=began_at,
            last_notified_at=None,
            fired=() if alert is None else alert.fired,
        )
        is_begin = alert is None or alert.phase is not AlertPhase.PENDING
        notice = Notice(transition=Transition.FIRED, alert=state, deviation=deviation)
        return _Step(state=state, untold=notice if is_begin else None)

    def _told(self, notice: Notice) -> _Step:
        """Tell it, or keep it to ourselves while it is silenced: it is told when the silence is over."""
        if not self._is_silenced(notice.alert):
            return _Step(state=notice.alert, notice=notice)
        quiet = replace(notice, alert=replace(notice.alert, last_notified_at=None))
        return _Step(state=quiet.alert, untold=quiet)

    def _unchanged(self, deviation: Deviation, alert: AlertState | None) -> _Step:
        """Tell somebody else of what nobody acknowledged; forget looks that did not show it."""
        if alert is not None and self._is_forgotten(alert):
            state = replace(alert, absent=0, gone_at=None, escalated_at=self.now)
            return _Step(
                state=state,
                notice=Notice(transition=Transition.ESCALATED, alert=state, deviation=deviation),
            )
        if alert is None or not alert.absent:
            return _Step()
        came_back = self._fired(alert, comes=True)
        return _Step(state=replace(alert, absent=0, gone_at=None, fired=came_back))

    def _is_forgotten(self, alert: AlertState) -> bool:
        after = self.manner.escalate_after
        is_open_to_it = alert.phase is AlertPhase.FIRING and alert.severity is not Severity.INFO
        is_told = alert.last_notified_at is not None and alert.escalated_at is None
        return after is not None and is_open_to_it and is_told and self.now - alert.changed_at >= after

    def _transition(self, deviation: Deviation, alert: AlertState | None) -> Transition | None:
        if alert is None or not is_open(alert):
            return Transition.FIRED
        if alert.last_notified_at is None:  # silenced when it began
            return None if self._is_silenced(alert) else Transition.FIRED
        return _change(deviation, alert) or self._repeat(alert)

    def _is_silenced(self, alert: AlertState) -> bool:
        silences = self.manner.silences
        return any(one.covers(alert.rule, alert.object, now=self.now) for one in silences)

    def _repeat(self, alert: AlertState) -> Transition | None:
        after, last = self.manner.repeat_after, alert.last_notified_at
        is_due = after is not None and last is not None and self.now - last >= after
        return Transition.REPEATED if is_due and alert.phase is AlertPhase.FIRING else None


def _gravity(notice: Notice) -> tuple[bool, int, int, str, str]:
    """Order notices: what stands before what is over, the worst first, then by what weighs on a client."""
    alert = notice.alert
    weight = _WEIGHTS.index(alert.rule) if alert.rule in _WEIGHTS else len(_WEIGHTS)
    is_over = notice.transition is Transition.RESOLVED
    return (is_over, -_LEVELS.index(alert.severity), weight, alert.rule, alert.object)


def is_open(alert: AlertState) -> bool:
    """Say whether an alert stands, acknowledged or not; one that is pending does not yet."""
    return alert.phase in {AlertPhase.FIRING, AlertPhase.ACKNOWLEDGED}


def send_after(
    now: dt.datetime, *, severity: Severity, quiet: QuietHours | None, timezone: str
) -> dt.datetime:
    """Return when a message may go out: `now`, or the end of the quiet hours it falls into.

    Args:
        now: Aware UTC.
        severity: Critical messages never wait.
        quiet: The hours, local time; None: there are none.
        timezone: IANA name of the zone of who is told.
    """
    local = now.astimezone(ZoneInfo(timezone))
    if quiet is None or severity is Severity.CRITICAL or not quiet.holds(local.time()):
        return now
    ends_on = local.date() + dt.timedelta(days=int(local.time() >= quiet.end))
    return dt.datetime.combine(ends_on, quiet.end, tzinfo=local.tzinfo).astimezone(dt.UTC)


def _state(
    deviation: Deviation, *, phase: AlertPhase, now: dt.datetime, before: AlertState | None
) -> AlertState:
    """Return the alert of a deviation; one that only is told again has not changed."""
    is_same = before is not None and is_open(before) and before.severity is deviation.severity
    return AlertState(
        rule=deviation.rule,
        object=deviation.object,
        object_name=deviation.object_name,
        phase=phase,
        severity=deviation.severity,
        since=deviation.since,
        changed_at=before.changed_at if before and is_same and _is_alike(deviation, before) else now,
        last_notified_at=now,
        facts=deviation.facts,
        escalated_at=before.escalated_at if before and is_open(before) else None,
    )


def _is_alike(deviation: Deviation, alert: AlertState) -> bool:
    return _mark(deviation.rule, deviation.facts) == _mark(alert.rule, alert.facts)


def _change(deviation: Deviation, alert: AlertState) -> Transition | None:
    step = _LEVELS.index(deviation.severity) - _LEVELS.index(alert.severity)
    if step < 0 and _is_still_grave(deviation.facts):
        return None
    if step:
        return Transition.WORSE if step > 0 else Transition.BETTER
    return None if _is_alike(deviation, alert) else Transition.MOVED


def _is_still_grave(facts: Mapping[str, Fact]) -> bool:
    """Say whether a ratio that is no longer critical has not fallen to where it counts as better."""
    ratio, off = facts.get("ratio"), facts.get("critical_off_ratio")
    return isinstance(ratio, float) and isinstance(off, float) and ratio > off


def _mark(rule: str, facts: Mapping[str, Fact]) -> tuple[Fact, ...]:
    return tuple(facts.get(name) for name in _MARKS.get(rule, ()))
