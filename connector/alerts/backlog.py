"""What a person is told once a channel works again after a day or more: all of it, in one message. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.alerts import words
from connector.alerts.decide import Notice, Transition, is_open
from connector.alerts.route import Route
from connector.alerts.tellers import rule_name
from connector.alerts.texts import Speech
from connector.analysis.state import PROJECT
from connector.store.alerts import AlertState, AlertTransition
from connector.store.outbox import Message

LATE_AFTER: Final = dt.timedelta(days=1)
"""Messages that have waited so long are told together, not one by one."""
POSTED: Final = "post:"
"""What the key of a message begins with that tells of no change of an alert."""
_LONGEST: Final = 120  # characters of a subject that a line repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What happened to the alerts of a project, and how they stand."""

    alerts: Sequence[AlertState]
    transitions: Sequence[AlertTransition]


def is_late(messages: Sequence[Message], *, now: dt.datetime) -> bool:
    """Say whether what waits for a channel is to be told together."""
    tried = (one for one in messages if one.attempts)
    return len(messages) > 1 and any(now - one.created_at >= LATE_AFTER for one in tried)


def summary(
    route: Route, channel: str, messages: Sequence[Message], past: Past, say: Speech, *, zone: dt.tzinfo
) -> tuple[str, str]:
    """Put what waited for a channel into one message: every change of state, and what stands now.

    Args:
        route: Where the project's alerts go; a channel hears only what is meant for it.
        channel: One of them.
        messages: What waited, the oldest first.
        past: Of the project's alerts.
        say: The language.
        zone: Of who is told.

    Returns:
        Its subject and its text.
    """
    since = messages[0].created_at
    name = words.one_line(route.title or route.project)
    lines = sorted([*_changes(route, channel, since, past, say), *_posted(messages)])
    told = [say.say("backlog.line", at=say.instant(at, zone), text=text) for at, text in lines]
    standing = [_standing(one, say, zone) for one in past.alerts if is_open(one)]
    parts = [
        say.count("backlog.head", len(messages), since=say.instant(since, zone)),
        _listed(say.say("backlog.changes"), told),
        _listed(say.say("digest.open"), standing) if standing else say.say("backlog.nothing_open"),
        say.say("look_at", commands=f"clientview alerts list {route.project}"),
    ]
    title = say.count("backlog.subject", len(messages))
    text = "\n\n".join(part for part in parts if part) + "\n"
    return say.say("subject", project=name, title=title), text


def _changes(
    route: Route, channel: str, since: dt.datetime, past: Past, say: Speech
) -> Iterator[tuple[dt.datetime, str]]:
    """Yield every change since then that the channel would have been told, with its instant."""
    known = {(one.rule, one.object): one for one in past.alerts}
    for one in past.transitions:
        alert = known.get((one.rule, one.object))
        if one.at < since or alert is None or one.note not in _TOLD:
            continue
        notice = _as_told(one, alert)
        if route.hears(channel, notice):
            yield one.at, _title(notice, say)


_TOLD: Final[Mapping[str, Transition]] = {one.value: one for one in Transition}


def _as_told(one: AlertTransition, alert: AlertState) -> Notice:
    """Return a change as it was told then."""
    then = replace(alert, phase=one.after, severity=one.severity, changed_at=one.at)
    return Notice(transition=_TOLD[one.note], alert=then)


def _title(notice: Notice, say: Speech) -> str:
    values = {"rule": rule_name(notice.alert.rule, say), "name": _name(notice.alert, say)}
    if notice.transition is not Transition.RESOLVED:
        values["level"] = say.say(f"level.{notice.alert.severity.value}")
    return say.say(f"title.{notice.transition.value}", **values)


def _posted(messages: Iterable[Message]) -> Iterator[tuple[dt.datetime, str]]:
    """Yield the subjects of what tells of no change: digests, drafts that wait for approval."""
    for one in messages:
        if one.dedupe_key.startswith(POSTED):
            yield one.created_at, words.one_line(one.subject, most=_LONGEST)


def _standing(alert: AlertState, say: Speech, zone: dt.tzinfo) -> str:
    return say.say(
        "digest.standing",
        rule=rule_name(alert.rule, say),
        name=_name(alert, say),
        level=say.say(f"level.{alert.severity.value}"),
        on=alert.since.astimezone(zone).date(),
    )


def _name(alert: AlertState, say: Speech) -> str:
    if alert.object == PROJECT:
        return say.say("name.project")
    return words.one_line(alert.object_name or alert.object)


def _listed(head: str, lines: Sequence[str]) -> str:
    return "\n".join([head, *(f"- {line}" for line in lines)]) if lines else ""
