"""Brings editions to readers: handed over when published, then tried until taken, refused or in doubt.

An edition goes to each address once. Trying again is for what certainly did not arrive; what may have
arrived is shown to the PM, and repeated only if a person asks. One address that fails stops no other.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final

from connector.alerts import channels
from connector.alerts.deliver import retry_after
from connector.config.secrets import resolve_if_reference
from connector.errors import ConnectorError, UsageError
from connector.pipeline.outgoing import CalledOffError, Writer
from connector.pipeline.workspace import Project, Workspace
from connector.publish import post
from connector.publish.post import Handed, Outcome
from connector.store.deliveries import Delivery, DeliveryState, Way
from connector.store.editions import Edition
from connector.store.locks import this_process

GIVE_UP_AFTER: Final = dt.timedelta(days=4)
"""Source: RFC 5321, 4.5.4.1: the give-up time generally needs to be at least four to five days."""
_NEEDS_A_PERSON: Final = (DeliveryState.FAILED, DeliveryState.IN_DOUBT)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How a round of deliveries ended, a line for each: what went out, and what did not with what to do."""

    sent: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def enqueue(workspace: Workspace, project: Project, audience: str, edition: Edition) -> int:
    """Hand a published edition over for its audience's addresses; a second time changes nothing.

    Returns:
        How many deliveries were put in.
    """
    settings = project.settings.audience(audience)
    return workspace.store.deliveries.hand_over(
        project.key,
        audience,
        edition.number,
        addresses=[
            *((Way.MAIL, address) for address in settings.mail),
            *((Way.CHAT, address) for address in settings.chat),
        ],
        at=workspace.now(),
    )


def deliver(workspace: Workspace, project: Project, *, whatever_backoff: bool = False) -> Delivered:
    """Try every delivery of a project whose time has come, each once.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        whatever_backoff: Also try what failed before and is not due yet.
    """
    _catch_up(workspace, project)
    now, box = workspace.now(), workspace.store.deliveries
    box.settle(project.key, now=now)
    turn = _Turn(workspace, project)
    for waiting in box.due(project.key, now=now, whatever_backoff=whatever_backoff):
        turn.attempt(waiting)
    return Delivered(sent=tuple(turn.sent), warnings=tuple(turn.warnings))


def standing(workspace: Workspace, project: Project) -> tuple[str, ...]:
    """Return a line for each delivery that a person must look at.

    One whose address was sent a later edition since is history.
    """
    found = workspace.store.deliveries.list(project.key)
    reached: dict[tuple[str, Way, str], int] = {}
    for one in found:
        if one.state is DeliveryState.SENT:
            at = (one.audience, one.way, one.address)
            reached[at] = max(one.number, reached.get(at, 0))
    return tuple(
        _line(one)
        for one in found
        if one.state in _NEEDS_A_PERSON and reached.get((one.audience, one.way, one.address), 0) < one.number
    )


def retry(workspace: Workspace, project: Project, delivery: int) -> Delivered:
    """Send a delivery that failed or is in doubt again, because a person asks; returns as `deliver`.

    Raises:
        UsageError: There is no such delivery, or it is in another state.
    """
    workspace.store.deliveries.again(project.key, delivery, at=workspace.now())
    return deliver(workspace, project)


def _catch_up(workspace: Workspace, project: Project) -> None:
    """Hand over what a process published and died before it could."""
    for audience in project.settings.audiences:
        latest = workspace.store.editions.latest(project.key, audience)
        known = workspace.store.deliveries.last_handed_over(project.key, audience)
        if latest is not None and latest.number > known:
            enqueue(workspace, project, audience, latest)


class _Turn:
    """One round of attempts. A mail server that does not answer is asked once."""

    def __init__(self, workspace: Workspace, project: Project) -> None:
        self._workspace, self._project = workspace, project
        self._box = workspace.store.deliveries
        self._writer = Writer(workspace, project)
        self._is_down = False
        self.sent: list[str] = []
        self.warnings: list[str] = []

    def attempt(self, waiting: Delivery) -> None:
        if waiting.way is Way.MAIL and self._is_down:
            return
        claimed = self._box.claim(waiting.id, owner=this_process(), now=self._workspace.now())
        if claimed is None:
            return
        try:
            handed = self._mail(claimed) if claimed.way is Way.MAIL else self._chat(claimed)
        except CalledOffError as error:
            self._end(claimed, DeliveryState.CANCELLED, str(error))
        except UsageError as error:
            self._settle(claimed, Handed(outcome=Outcome.LATER, reason=str(error)))
        except ConnectorError as error:
            self._settle(claimed, Handed(outcome=Outcome.REFUSED, reason=str(error)))
        else:
            self._settle(claimed, handed)

    def _mail(self, claimed: Delivery) -> Handed:
        envelope, message = self._writer.mail(claimed)
        handed = post.send(self._server, message, envelope, begin=partial(self._box.begin, claimed))
        self._is_down = self._is_down or handed.is_server
        return handed

    def _chat(self, claimed: Delivery) -> Handed:
        text = self._writer.chat(claimed)
        address = resolve_if_reference(claimed.address, self._workspace.config.folder)
        if not self._box.begin(claimed):
            return Handed(outcome=Outcome.HELD)
        sent = channels.send(address, subject="", text=text)
        return Handed(outcome=Outcome.TAKEN if sent.ok else Outcome.LATER, reason=sent.reason)

    @cached_property
    def _server(self) -> post.Server:
        config = self._workspace.config
        if config.mail.server is None:
            raise UsageError("[mail]: found no `server`; expected smtps://HOST, or a reference to one")
        url = resolve_if_reference(config.mail.server, config.folder)
        return post.Server(url=url, ca_file=config.network.ca_file)

    def _settle(self, claimed: Delivery, handed: Handed) -> None:
        """Store how an attempt ended."""
        match handed.outcome:
            case Outcome.TAKEN:
                self._end(claimed, DeliveryState.SENT)
                self.sent.append(f"{_name(claimed)}: sent")
            case Outcome.REFUSED:
                self._end(claimed, DeliveryState.FAILED, handed.reason)
            case Outcome.DOUBT:
                self._end(claimed, DeliveryState.IN_DOUBT, handed.reason)
            case Outcome.LATER:
                self._later(claimed, handed.reason)
            case Outcome.HELD:
                pass

    def _later(self, claimed: Delivery, reason: str) -> None:
        now = self._workspace.now()
        if now - claimed.created_at >= GIVE_UP_AFTER:
            self._end(claimed, DeliveryState.FAILED, f"given up after {GIVE_UP_AFTER.days} days: {reason}")
            return
        self._box.retry(claimed.id, error=reason, next_at=now + retry_after(claimed.attempts))
        self.warnings.append(f"{_name(claimed)} waits, and is tried again: {reason}")

    def _end(self, claimed: Delivery, state: DeliveryState, reason: str = "") -> None:
        self._box.end(claimed.id, state, at=self._workspace.now(), error=reason)
        _log.info(
            "edition %s for %s: delivery %s %s",
            claimed.number,
            claimed.audience,
            claimed.id,
            state.value,
            extra={"event": f"delivery.{state.value}"},
        )
        if state in _NEEDS_A_PERSON:
            self.warnings.append(_line(replace(claimed, state=state, last_error=reason)))


def _name(one: Delivery) -> str:
    return f"{one.project}: edition {one.number} for {one.audience} to {one.address}"


def _line(one: Delivery) -> str:
    """Tell the PM of a delivery that a person must look at."""
    ask = f"clientview deliveries retry {one.project} {one.id}"
    if one.state is DeliveryState.IN_DOUBT:
        return f"{_name(one)} may have arrived or not ({one.last_error}); ask, or send it again: {ask}"
    return f"{_name(one)} was not sent: {one.last_error}; when that is mended: {ask}"
