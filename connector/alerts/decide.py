"""Which alerts to send: deviations now against what was told before. Pure."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from connector.analysis.state import Deviation, Fact, Severity
from connector.config.values import QuietHours
from connector.store.alerts import AlertPhase, AlertState

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
    """What happened to an alert. MOVED: same level, but what it is about changed again."""

    FIRED = "fired"
    WORSE = "worse"
    BETTER = "better"
    MOVED = "moved"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell the PM. `deviation` is None when it is resolved."""

    transition: Transition
    alert: AlertState
    deviation: Deviation | None = None

    @property
    def key(self) -> str:
        """Name this notice uniquely within its project, for sending it once."""
        alert = self.alert
        return f"{alert.rule}:{alert.object}:{self.transition}@{alert.changed_at:%Y%m%dT%H%M%S.%f}"

    @property
    def is_quiet(self) -> bool:
        """Whether it is for information alone: told with the next message, and worth none of its own."""
        return self.alert.severity is Severity.INFO and self.transition is not Transition.BETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Alerts that changed, and what to tell of it. `as_digest`: everything in one message."""

    states: tuple[AlertState, ...] = ()
    notices: tuple[Notice, ...] = ()
    as_digest: bool = False


def decide(
    deviations: Sequence[Deviation],
    known: Iterable[AlertState],
    *,
    now: dt.datetime,
    is_first: bool,
    held: frozenset[str] = frozenset(),
    wavering: frozenset[str] = frozenset(),
) -> Decision:
    """Compare deviations with what was told before.

    Args:
        deviations: Everything out of tolerance now, at most one per id.
        known: Alerts as stored, resolved ones included.
        now: The instant of this run.
        is_first: The project was never judged before: its old faults make one digest.
        held: Objects of which nothing new is known, because their source failed: nothing about
            them fires or resolves (the failed source has an alert of its own).
        wavering: Ids of breaches that are no longer, but not yet calm enough to be called over: one
            that was told stands, so that a value about its limit does not come and go.

    Returns:
        The alerts that changed and the notices to send: what stands, worst first, then what is over.
    """
    told = {(alert.rule, alert.object): alert for alert in known}
    current = {(deviation.rule, deviation.object): deviation for deviation in deviations}
    notices = [
        notice
        for key, deviation in current.items()
        if deviation.object not in held and (notice := _notice(deviation, told.get(key), now)) is not None
    ]
    notices += [
        _all_clear(alert, now)
        for key, alert in told.items()
        if is_open(alert)
        and key not in current
        and alert.object not in held
        and f"{alert.rule}:{alert.object}" not in wavering
    ]
    notices.sort(key=_gravity)
    return Decision(
        states=tuple(notice.alert for notice in notices),
        notices=tuple(notices),
        as_digest=is_first and bool(notices),
    )


def _gravity(notice: Notice) -> tuple[bool, int, int, str, str]:
    """Order notices: what stands before what is over, the worst first, then by what weighs on a client."""
    alert = notice.alert
    weight = _WEIGHTS.index(alert.rule) if alert.rule in _WEIGHTS else len(_WEIGHTS)
    is_over = notice.transition is Transition.RESOLVED
    return (is_over, -_LEVELS.index(alert.severity), weight, alert.rule, alert.object)


def is_open(alert: AlertState) -> bool:
    """Say whether an alert still stands, acknowledged or not."""
    return alert.phase is not AlertPhase.RESOLVED


def send_after(
    now: dt.datetime, *, severity: Severity, quiet: QuietHours | None, timezone: str
) -> dt.datetime:
    """Return when a message may go out: `now`, or the end of the quiet hours it falls into.

    Args:
        now: Aware UTC.
        severity: Critical messages never wait.
        quiet: The hours, local time; None: there are none.
        timezone: IANA name of the project's zone.
    """
    local = now.astimezone(ZoneInfo(timezone))
    if quiet is None or severity is Severity.CRITICAL or not quiet.holds(local.time()):
        return now
    ends_on = local.date() + dt.timedelta(days=int(local.time() >= quiet.end))
    return dt.datetime.combine(ends_on, quiet.end, tzinfo=local.tzinfo).astimezone(dt.UTC)


def _notice(deviation: Deviation, alert: AlertState | None, now: dt.datetime) -> Notice | None:
    transition = _transition(deviation, alert)
    if transition is None:
        return None
    state = AlertState(
        rule=deviation.rule,
        object=deviation.object,
        object_name=deviation.object_name,
        phase=AlertPhase.FIRING,
        severity=deviation.severity,
        since=deviation.since,
        changed_at=now,
        last_notified_at=now,
        facts=deviation.facts,
    )
    return Notice(transition=transition, alert=state, deviation=deviation)


def _transition(deviation: Deviation, alert: AlertState | None) -> Transition | None:
    if alert is None or not is_open(alert):
        return Transition.FIRED
    step = _LEVELS.index(deviation.severity) - _LEVELS.index(alert.severity)
    if step < 0 and _is_still_grave(deviation.facts):
        return None
    if step:
        return Transition.WORSE if step > 0 else Transition.BETTER
    return (
        None if _mark(deviation.rule, deviation.facts) == _mark(alert.rule, alert.facts) else Transition.MOVED
    )


def _is_still_grave(facts: Mapping[str, Fact]) -> bool:
    """Say whether a ratio that is no longer critical has not fallen to where it counts as better."""
    ratio, off = facts.get("ratio"), facts.get("critical_off_ratio")
    return isinstance(ratio, float) and isinstance(off, float) and ratio > off


def _mark(rule: str, facts: Mapping[str, Fact]) -> tuple[Fact, ...]:
    return tuple(facts.get(name) for name in _MARKS.get(rule, ()))


def _all_clear(alert: AlertState, now: dt.datetime) -> Notice:
    resolved = replace(alert, phase=AlertPhase.RESOLVED, changed_at=now, last_notified_at=now)
    return Notice(transition=Transition.RESOLVED, alert=resolved)
