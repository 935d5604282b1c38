"""From decision to PM: stored with its messages at once, then sent, at least once, with back-off."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector.alerts import channels
from connector.alerts.decide import Decision, Notice, Transition, send_after
from connector.alerts.message import Message
from connector.alerts.route import Route
from connector.analysis.state import Severity
from connector.errors import UsageError
from connector.store import Store
from connector.store.alerts import AlertTransition
from connector.store.outbox import Message as Waiting
from connector.store.outbox import MessageState, NewMessage

FIRST_RETRY = dt.timedelta(minutes=1)
LONGEST_RETRY = dt.timedelta(hours=6)  # a channel mended by day is heard of the same day


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
    addressed = [_addressed(message, one, route, now) for one in to]
    return store.outbox.enqueue(route.project, addressed, at=now)


def deliver(
    store: Store, route: Route, *, now: dt.datetime, whatever_backoff: bool = False
) -> tuple[Undelivered, ...]:
    """Try every message of a project whose time has come, each once.

    Args:
        store: Holds the outbox.
        route: Where messages go; one for a channel that is no longer there is given up.
        now: The instant of trying.
        whatever_backoff: Also try what failed before and is not due yet; quiet hours still hold.

    Returns:
        What did not go out.
    """
    failed = []
    for candidate in store.outbox.list(route.project, MessageState.WAITING):
        if candidate.next_at > now and not (whatever_backoff and candidate.attempts):
            continue
        message = store.outbox.claim(candidate.id, now=now)
        if message is not None and (reason := _try(store, route, message, now)):
            failed.append(Undelivered(channel=message.channel, subject=message.subject, reason=reason))
    return tuple(failed)


def retry_after(attempts: int) -> dt.timedelta:
    """Return how long to wait after so many failed attempts: doubling, up to `LONGEST_RETRY`."""
    doubled: dt.timedelta = FIRST_RETRY * 2 ** min(attempts - 1, 16)
    return min(doubled, LONGEST_RETRY)


def waiting(store: Store, project: str) -> tuple[Waiting, ...]:
    """List the messages that have not gone out."""
    return store.outbox.list(project, MessageState.WAITING, MessageState.FAILED)


def _try(store: Store, route: Route, message: Waiting, now: dt.datetime) -> str:
    """Send one claimed message; returns why it did not go out, or ""."""
    if message.channel not in route.to:
        reason = "the channel is no longer in `[project.alerts] to`"
        store.outbox.give_up(message.id, error=reason, at=now)
        return reason
    sent = send_to(route, message.channel, subject=message.subject, text=message.body, now=now)
    if sent.ok:
        store.outbox.mark_sent(message.id, at=now)
        return ""
    store.outbox.retry(message.id, error=sent.reason, next_at=now + retry_after(message.attempts))
    return sent.reason


def send_to(route: Route, channel: str, *, subject: str, text: str, now: dt.datetime) -> channels.Sent:
    """Send one message through one channel of a project, once; a webhook's text is its whole body."""
    try:
        address = route.resolve(channel)
        secret = route.secrets.get(channel)
        if secret is not None:
            return channels.send_signed(address, text, secret=route.resolve(secret), at=now)
    except UsageError as exc:
        return channels.Sent(ok=False, reason=str(exc))
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
        at=alert.changed_at,
        before="" if notice.transition is Transition.FIRED else "firing",
        after=alert.phase,
        severity=alert.severity,
        note=notice.transition.value if alert.last_notified_at else f"{notice.transition.value}, not told",
    )


def trial(route: Route, channel: str, project: str, *, now: dt.datetime) -> channels.Sent:
    """Send a message that says that it is a trial."""
    message = Message(
        key="",
        subject=f"[{project}] Test of the alert channel",
        text="Alerts of clientview reach this channel.\n",
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
