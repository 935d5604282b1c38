"""The digest: what stands and what happened since the last one, on a rhythm. Pure; internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from connector.alerts import words
from connector.alerts.decide import is_open
from connector.alerts.listing import listing
from connector.alerts.message import Message
from connector.alerts.tellers import rule_name
from connector.alerts.texts import Speech
from connector.alerts.texts import speech as speech_of
from connector.analysis.state import PROJECT, ProjectState, Severity
from connector.store.alerts import AlertPhase, AlertState, AlertTransition

MOST_LINES = 12  # of a kind; `alerts list` has them all
_LEVELS = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def digest(  # noqa: PLR0913 - what stands, what happened, and for whom it is written, by name
    state: ProjectState,
    alerts: Iterable[AlertState],
    transitions: Iterable[AlertTransition],
    *,
    since: dt.datetime,
    due_at: dt.datetime,
    zone: dt.tzinfo,
    speech: Speech | None = None,
) -> Message | None:
    """Put what stands, and what began and ended since the last digest, into one message.

    Args:
        state: The project as it was judged.
        alerts: As stored.
        transitions: Of all time.
        since: When the digest before was due.
        due_at: When this one is; it makes the message's key, so that each is sent once.
        zone: The project's.
        speech: The language; None for English.

    Returns:
        The message; None where nothing stands and nothing happened.
    """
    standing = sorted((one for one in alerts if is_open(one)), key=_gravity)
    lately = [one for one in transitions if since < one.at]
    begun = [one for one in lately if one.after is AlertPhase.FIRING and not one.before]
    ended = [one for one in lately if one.after is AlertPhase.RESOLVED and one.before]
    if not standing and not lately:
        return None
    say, name = speech or speech_of(), words.one_line(state.name)
    head = say.count(
        "digest.head",
        len(standing),
        name=name,
        status=say.say(f"status.{state.health.status.value}"),
        begun=len(begun),
        ended=len(ended),
        at=say.instant(since, zone),
    )
    names = _names(state, say)
    parts = [
        head,
        _lines("digest.open", [_standing(one, names, zone, say) for one in standing], say),
        _lines("digest.ended", [_ended(one, names, say) for one in ended], say),
        say.say("look_at", commands=say.broken(_commands(state))),
    ]
    return Message(
        key=f"digest@{due_at:%Y%m%dT%H%M%S}",
        subject=say.say("subject", project=name, title=say.count("digest.subject", len(standing))),
        text="\n\n".join(part for part in parts if part) + "\n",
        severity=Severity.INFO,
    )


def _gravity(alert: AlertState) -> tuple[int, dt.datetime, str]:
    return (_LEVELS.index(alert.severity), alert.since, f"{alert.rule}:{alert.object}")


def _names(state: ProjectState, say: Speech) -> Mapping[str, str]:
    """Say what people call the objects of alerts that are over, whose own name is not kept."""
    names = {milestone.key: milestone.name for milestone in state.milestones}
    names |= {goal.key: goal.title or goal.ref for goal in state.goals}
    return names | {PROJECT: say.say("name.project")}


def _standing(alert: AlertState, names: Mapping[str, str], zone: dt.tzinfo, say: Speech) -> str:
    own = alert.object_name if alert.object != PROJECT else ""
    values = {
        "rule": rule_name(alert.rule, say),
        "name": words.one_line(own or names.get(alert.object, alert.object)),
        "level": say.say(f"level.{alert.severity.value}"),
        "on": say.day(alert.since.astimezone(zone).date()),
    }
    if alert.acknowledged_by:
        return say.say("digest.acknowledged", by=words.one_line(alert.acknowledged_by), **values)
    return say.say("digest.standing", **values)


def _ended(one: AlertTransition, names: Mapping[str, str], say: Speech) -> str:
    name = words.one_line(names.get(one.object, one.object))
    return say.say("line.known", rule=rule_name(one.rule, say), name=name)


def _lines(head: str, lines: Sequence[str], say: Speech) -> str:
    return listing(say.say(head), lines, MOST_LINES, say) if lines else ""


def _commands(state: ProjectState) -> tuple[str, ...]:
    return (f"clientview status {state.project}", f"clientview alerts list {state.project}")
