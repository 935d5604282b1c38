"""The digest: what stands and what happened since the last one, on a rhythm. Pure; internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from connector.alerts import words
from connector.alerts.decide import is_open
from connector.alerts.message import Message
from connector.alerts.tellers import rule_name
from connector.analysis.state import ProjectState, Severity
from connector.store.alerts import AlertPhase, AlertState, AlertTransition

MOST_LINES = 12  # of a kind; `alerts list` has them all
_LEVELS = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def digest(
    state: ProjectState,
    alerts: Iterable[AlertState],
    transitions: Iterable[AlertTransition],
    *,
    since: dt.datetime,
    due_at: dt.datetime,
    zone: dt.tzinfo,
) -> Message | None:
    """Put what stands, and what began and ended since the last digest, into one message.

    Args:
        state: The project as it was judged.
        alerts: As stored.
        transitions: Of all time.
        since: When the digest before was due.
        due_at: When this one is; it makes the message's key, so that each is sent once.
        zone: The project's.

    Returns:
        The message; None where nothing stands and nothing happened.
    """
    standing = sorted((one for one in alerts if is_open(one)), key=_gravity)
    lately = [one for one in transitions if since < one.at]
    begun = [one for one in lately if one.after is AlertPhase.FIRING and not one.before]
    ended = [one for one in lately if one.after is AlertPhase.RESOLVED and one.before]
    if not standing and not lately:
        return None
    name = words.one_line(state.name)
    head = (
        f"{name}: {state.health.status.value.replace('_', ' ')}. {words.count(len(standing), 'alerts')} open"
    )
    parts = [
        f"{head}, {len(begun)} begun and {len(ended)} ended since {words.instant(since, zone)}.",
        _lines("Open:", [_standing(one) for one in standing]),
        _lines("Ended:", [_ended(one, state) for one in ended]),
        f"Look at: clientview status {state.project}, clientview alerts list {state.project}",
    ]
    return Message(
        key=f"digest@{due_at:%Y%m%dT%H%M%S}",
        subject=f"[{name}] Digest: {words.count(len(standing), 'open alerts')}",
        text="\n\n".join(part for part in parts if part) + "\n",
        severity=Severity.INFO,
    )


def _gravity(alert: AlertState) -> tuple[int, dt.datetime, str]:
    return (_LEVELS.index(alert.severity), alert.since, f"{alert.rule}:{alert.object}")


def _standing(alert: AlertState) -> str:
    known = f", known to {words.one_line(alert.acknowledged_by)}" if alert.acknowledged_by else ""
    since = words.day(alert.since.date())
    name = words.one_line(alert.object_name or alert.object)
    return f"- {rule_name(alert.rule)}: {name} ({alert.severity.value}, since {since}{known})"


def _ended(one: AlertTransition, state: ProjectState) -> str:
    names = {milestone.key: milestone.name for milestone in state.milestones}
    names |= {goal.key: goal.title for goal in state.goals}
    return f"- {rule_name(one.rule)}: {words.one_line(names.get(one.object, one.object))}"


def _lines(head: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    more = [f"- and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    return "\n".join([head, *lines[:MOST_LINES], *more])
