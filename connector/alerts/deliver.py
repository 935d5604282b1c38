"""From decision to PM: stored with its messages at once, then sent, at least once, with back-off."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from connector.alerts import channels
from connector.alerts.backlog import POSTED, Past, is_late, summary
from connector.alerts.decide import Decision, Notice, Transition, send_after
from connector.alerts.failing import GIVEN_UP, LASTING
from connector.alerts.message import Message
from connector.alerts.route import Route
from connector.alerts.texts import speech
from connector.alerts.words import one_line
from connector.analysis.state import Severity
from connector.errors import UsageError
from connector.store import Store
from connector.store.alerts import AlertTransition
from connector.store.outbox import Message as Waiting
from connector.store.outbox import MessageState, NewMessage

FIRST_RETRY = dt.timedelta(minutes=1)
LONGEST_RETRY = dt.timedelta(hours=6)  # a channel mended by day is heard of the same day
GIVE_UP_AFTER = dt.timedelta(days=30)  # of failed tries; what stands then is in `status`

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A message that did not go out, and why; it stays in the outbox."""

    channel: str  # as the configuration names it
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message and the channels that get it."""

    to: tuple[str, ...]
    message: Message
    is_signed: bool = False  # its channels get the message as JSON


def record(
    store: Store, route: Route, decision: Decision, letters: Sequence[Letter], *, now: dt.datetime
) -> int:
    """Store what changed and the messages that tell of it, in one transaction.

    Returns:
        How many messages were put into the outbox: one for each channel and message.
    """
    if not decision.states:
        return 0
    return store.alerts.save(
        route.project,
        states=decision.states,
        transitions=[_transition(notice) for notice in (*decision.notices, *decision.untold)],
        messages=[_addressed(_as_read(letter), to, route, now) for letter in letters for to in letter.to],
        at=now,
    )


def post(store: Store, route: Route, message: Message, *, to: Sequence[str], now: dt.datetime) -> int:
    """Put a message that tells of no change into the outbox, once by its key; returns how many were new."""
    addressed = [
        replace(one, dedupe_key=f"{posted_key(message.key)}:{one.dedupe_key}")
        for one in (_addressed(message, channel, route, now) for channel in to)
    ]
    return store.outbox.enqueue(route.project, addressed, at=now)


def posted_key(key: str) -> str:
    """Return what the outbox calls the messages of a key that were posted, before each channel's part."""
    return f"{POSTED}{hashlib.sha256(key.encode()).hexdigest()}"


def deliver(
    store: Store, route: Route, *, now: dt.datetime, whatever_backoff: bool = False
) -> tuple[Undelivered, ...]:
    """Try every message of a project whose time has come, each once.

    What has waited for a person's channel for a day or more goes out as one message that tells all of it,
    also of what quiet hours hold back, so that nothing is told again in the morning; a program gets each
    message, however late.

    Args:
        store: Holds the outbox.
        route: Where messages go; one for a channel that is no longer there is given up.
        now: The instant of trying.
        whatever_backoff: Also try what failed before and is not due yet; quiet hours still hold.

    Returns:
        What did not go out.
    """
    box: dict[str, list[Waiting]] = {}
    for one in store.outbox.list(route.project, MessageState.WAITING):
        box.setdefault(one.channel, []).append(one)
    failed: list[Undelivered] = []
    for channel, waiting in box.items():
        due = [one for one in waiting if one.next_at <= now or (whatever_backoff and one.attempts)]
        is_person = channel in route.to and channel not in route.secrets
        if due and is_person and is_late(waiting, now=now):
            failed += _together(store, route, waiting, now)
        else:
            failed += [problem for one in due if (problem := _alone(store, route, one, now))]
    return tuple(failed)


def _alone(store: Store, route: Route, candidate: Waiting, now: dt.datetime) -> Undelivered | None:
    """Send one message; None: it went out, or another process has it."""
    message = store.outbox.claim(candidate.id, now=now)
    if message is None:
        return None
    if message.channel not in route.to:
        return _given_up(store, message, "the channel is no longer in `[project.alerts]`", now)
    if _is_hopeless(message, now):
        return _given_up(store, message, f"{GIVEN_UP}{message.last_error}", now)
    told = _marked(route, message)
    sent = send_to(route, message.channel, subject=told.subject, text=told.body, now=now)
    return _noted(store, [message], sent, now)


def _together(
    store: Store, route: Route, candidates: Sequence[Waiting], now: dt.datetime
) -> tuple[Undelivered, ...]:
    """Send what waited for one channel as one message."""
    free = [one for each in candidates if (one := store.outbox.claim(each.id, now=now))]
    claimed = [one for one in free if not _is_hopeless(one, now)]
    lost = [
        _given_up(store, one, f"{GIVEN_UP}{one.last_error}", now) for one in free if _is_hopeless(one, now)
    ]
    if not claimed:
        return tuple(lost)
    past = Past(alerts=store.alerts.load(route.project), transitions=store.alerts.transitions(route.project))
    channel, say = claimed[0].channel, speech(route.language)
    subject, text = summary(route, channel, claimed, past, say, zone=ZoneInfo(route.timezone))
    whole = replace(claimed[0], subject=subject, body=text, in_doubt=any(one.in_doubt for one in claimed))
    told = _marked(route, whole)
    sent = send_to(route, channel, subject=told.subject, text=told.body, now=now)
    problem = _noted(store, claimed, sent, now)
    return (*lost, *(() if problem is None else (replace(problem, subject=subject),)))


def _is_hopeless(message: Waiting, now: dt.datetime) -> bool:
    return bool(message.last_error) and now - message.created_at >= GIVE_UP_AFTER


def _noted(
    store: Store, messages: Sequence[Waiting], sent: channels.Sent, now: dt.datetime
) -> Undelivered | None:
    """Keep how a try ended."""
    if sent.ok:
        for one in messages:
            store.outbox.mark_sent(one.id, at=now)
            told = {"event": "message.sent", "project": one.project, "number": one.id}
            _log.info("project %s: message %d sent", one.project, one.id, extra=told)
        return None
    reason = f"{LASTING}{sent.reason}" if sent.is_lasting else sent.reason
    next_at = now + retry_after(max(one.attempts for one in messages))
    for one in messages:
        in_doubt_at = now if one.in_doubt else None
        store.outbox.retry(one.id, error=reason, next_at=next_at, in_doubt_at=in_doubt_at)
    return Undelivered(channel=messages[0].channel, subject=messages[0].subject, reason=reason)


def _given_up(store: Store, message: Waiting, reason: str, now: dt.datetime) -> Undelivered:
    store.outbox.give_up(message.id, error=reason, at=now)
    return Undelivered(channel=message.channel, subject=message.subject, reason=reason)


def _marked(route: Route, message: Waiting) -> Waiting:
    """Say in a message that an earlier try ended unrecorded, so that it may be there twice."""
    if message.channel in route.secrets:
        body = {**json.loads(message.body), "repeated": message.in_doubt}
        return replace(message, body=json.dumps(body, ensure_ascii=False))
    if not message.in_doubt:
        return message
    say = speech(route.language)
    subject = say.say("repeated.subject", subject=message.subject)
    return replace(message, subject=subject, body=f"{say.say('repeated.text')}\n\n{message.body}")


def retry_after(attempts: int) -> dt.timedelta:
    """Return how long to wait after so many failed attempts: doubling, up to `LONGEST_RETRY`."""
    doubled: dt.timedelta = FIRST_RETRY * 2 ** min(attempts - 1, 16)
    return min(doubled, LONGEST_RETRY)


def waiting(store: Store, project: str) -> tuple[Waiting, ...]:
    """List the messages that have not gone out."""
    return store.outbox.list(project, MessageState.WAITING, MessageState.FAILED)


def send_to(route: Route, channel: str, *, subject: str, text: str, now: dt.datetime) -> channels.Sent:
    """Send one message through one channel of a project, once; a webhook's text is its whole body."""
    try:
        address = route.resolve(channel)
        secret = route.secrets.get(channel)
        if secret is not None:
            return channels.send_signed(address, text, secret=route.resolve(secret), at=now)
    except UsageError as exc:
        return channels.Sent(ok=False, reason=str(exc), is_lasting=True)
    return channels.send(address, subject=subject, text=text)


def fault_of(route: Route, channel: str) -> str:
    """Say what is wrong with a channel before anything is sent; never its address. "" if nothing is."""
    try:
        address = route.resolve(channel)
        secret = route.secrets.get(channel)
        if secret is not None:
            route.resolve(secret)
            return channels.webhook_fault(address)
    except UsageError as error:
        return str(error)
    return channels.address_fault(address)


def _transition(notice: Notice) -> AlertTransition:
    alert = notice.alert
    return AlertTransition(
        rule=alert.rule,
        object=alert.object,
        at=notice.at,
        before="" if notice.transition is Transition.FIRED else "firing",
        after=alert.phase,
        severity=alert.severity,
        note=notice.transition.value if alert.last_notified_at else f"{notice.transition.value}, not told",
    )


def trial(route: Route, channel: str, project: str, *, now: dt.datetime) -> channels.Sent:
    """Send a message that says that it is a trial."""
    say = speech(route.language)
    message = Message(
        key="",
        subject=say.say("subject", project=one_line(project), title=say.say("trial.subject")),
        text=say.say("trial.text") + "\n",
        severity=Severity.INFO,
        project=route.project,
    )
    read = _as_read(Letter(to=(channel,), message=message, is_signed=channel in route.secrets))
    return send_to(route, channel, subject=read.subject, text=read.text, now=now)


def _as_read(letter: Letter) -> Message:
    """Return the message as its channels read it."""
    if not letter.is_signed:
        return letter.message
    return replace(letter.message, text=letter.message.as_json)


def _addressed(message: Message, to: str, route: Route, now: dt.datetime) -> NewMessage:
    digest = hashlib.sha256(f"{message.key}\n{to}".encode()).hexdigest()
    return NewMessage(
        channel=to,
        subject=message.subject,
        body=message.text,
        dedupe_key=digest,
        not_before_at=send_after(now, severity=message.severity, quiet=route.quiet, timezone=route.timezone),
    )
