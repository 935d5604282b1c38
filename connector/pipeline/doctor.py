"""How the installation itself is: looked at part by part, each with a verdict and what to do.

Nothing is made, sent or changed. What trackers and channels say is looked at by `checking`.
"""

from __future__ import annotations

import datetime as dt
import enum
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.config.schema import Project
from connector.config.secrets import resolve_if_reference
from connector.errors import ConnectorError
from connector.pipeline.keyring import FOLDER, ID_KEY
from connector.pipeline.readiness import readiness
from connector.pipeline.signing import in_blocks, key_file, public_key
from connector.pipeline.workspace import Workspace
from connector.publish import bundle, post
from connector.store.deliveries import DeliveryState
from connector.store.outbox import MessageState

MOST_SKEW_S: Final = 30.0  # a clock further off than this mistakes which change came first
LATE_AFTER: Final = 3  # rhythms without a sync: a service that runs would have come by
EXPIRES_SOON: Final = dt.timedelta(days=14)
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Grade(enum.StrEnum):
    """How grave a finding is. FAULT: something does not work, or is lost, until somebody acts."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one part, and what to do where it is not well."""

    part: str
    grade: Grade = Grade.OK
    text: str
    remedy: str = ""


def examine(workspace: Workspace, *, ahead_s: Mapping[str, float]) -> Iterator[Finding]:
    """Look at every part of the installation.

    Args:
        workspace: Whose.
        ahead_s: By source, how far our clock is ahead of the tracker's.
    """
    for look in (_ready, _store, _keys, _clock, _printing, _mail):
        yield from look(workspace)
    yield from _skews(workspace, ahead_s)
    for look in (_rhythms, _locks, _messages, _deliveries, _links):
        yield from look(workspace)


def _ready(workspace: Workspace) -> Iterator[Finding]:
    for one in readiness(workspace):
        if not one.is_well:
            yield Finding(part=one.name, grade=Grade.FAULT, text=one.fault, remedy=one.remedy)
        elif one.name in {"output", "disk", "configuration"}:
            yield Finding(part=one.name, text="as it should be")


def _store(workspace: Workspace) -> Iterator[Finding]:
    try:
        found = workspace.store.probe.look()
    except ConnectorError:
        return  # told by readiness
    if found is None:
        yield Finding(part="store", grade=Grade.WARNING, text="in memory: nothing is kept")
        return
    text = f"{found.path}, {found.size_bytes / 1e6:.1f} MB, version {found.version}"
    yield Finding(part="store", text=text)
    yield from _private(found.path)


def _keys(workspace: Workspace) -> Iterator[Finding]:
    for name, file in (
        ("id_key", workspace.config.folder / FOLDER / ID_KEY),
        ("signing_key", key_file(workspace)),
    ):
        if file.is_file():
            yield Finding(part=name, text=str(file))
            yield from _private(file)
        else:
            yield Finding(part=name, text="not made yet: the first preview makes it")
    if key_file(workspace).is_file():
        yield from _fingerprint(workspace)


def _fingerprint(workspace: Workspace) -> Iterator[Finding]:
    try:
        told = in_blocks(public_key(workspace).fingerprint)
    except ConnectorError:
        return  # told by readiness
    yield Finding(part="signing_key", text=f"fingerprint {told}")


def _private(file: Path) -> Iterator[Finding]:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & _OTHERS:
        text = f"{file}: found mode {mode:04o}; expected 0600: others of this machine can read it"
        yield Finding(part="modes", grade=Grade.WARNING, text=text, remedy=f"chmod 600 {file}")


def _clock(workspace: Workspace) -> Iterator[Finding]:
    now = f"{workspace.now():%Y-%m-%dT%H:%M:%SZ}"
    if workspace.clock.is_rehearsed:
        text = f"CLIENTVIEW_NOW moves it: {now}"
        yield Finding(
            part="clock", grade=Grade.WARNING, text=text, remedy="unset it, if this is no rehearsal"
        )
    else:
        yield Finding(part="clock", text=now)


def _skews(workspace: Workspace, ahead_s: Mapping[str, float]) -> Iterator[Finding]:
    for source, seconds in () if workspace.clock.is_rehearsed else ahead_s.items():
        if abs(seconds) > MOST_SKEW_S:
            side = "ahead of" if seconds > 0 else "behind"
            yield Finding(
                part="clock",
                grade=Grade.WARNING,
                text=f"{abs(seconds):.0f} s {side} that of {source}",
                remedy="let this machine take its time from the network (NTP)",
            )


def _printing(_workspace: Workspace) -> Iterator[Finding]:
    if bundle.can_print():
        yield Finding(part="pdf", text="editions are printed, too")
    else:
        yield Finding(
            part="pdf", text="not installed: editions have no PDF", remedy="install clientview[pdf]"
        )


def _mail(workspace: Workspace) -> Iterator[Finding]:
    config = workspace.config
    if config.mail.server is None:
        return
    try:
        url = resolve_if_reference(config.mail.server, config.folder)
        failure = post.reach(post.Server(url=url, ca_file=config.network.ca_file))
    except ConnectorError as error:
        failure = str(error)
    if failure:
        remedy = "correct `[mail] server`, its login or the network; editions wait meanwhile"
        yield Finding(part="mail", grade=Grade.FAULT, text=failure, remedy=remedy)
    else:
        yield Finding(part="mail", text="the server is reached, encrypted, and lets us in")


def _rhythms(workspace: Workspace) -> Iterator[Finding]:
    last: dict[str, dt.datetime] = {}
    for one in workspace.store.totals.list():
        last[one.project] = max(one.last_at, last.get(one.project, one.last_at))
    for project in workspace.config.projects:
        yield _rhythm(project, last.get(project.key), now=workspace.now())


def _rhythm(project: Project, at: dt.datetime | None, *, now: dt.datetime) -> Finding:
    if at is None:
        remedy = f"clientview sync {project.key}"
        return Finding(part="syncs", grade=Grade.WARNING, text=f"{project.key}: none yet", remedy=remedy)
    text = f"{project.key}: the last one ended {at:%Y-%m-%d %H:%M} UTC"
    if now - at <= LATE_AFTER * project.sync_every:
        return Finding(part="syncs", text=text)
    remedy = "is `clientview run` running? Its log says why it does not come by"
    return Finding(part="syncs", grade=Grade.WARNING, text=f"{text}: too long ago", remedy=remedy)


def _locks(workspace: Workspace) -> Iterator[Finding]:
    for lock in workspace.store.locks.held(now=workspace.now()):
        yield Finding(part="locks", text=f"{lock.project}: {lock.owner} works on it")


def _messages(workspace: Workspace) -> Iterator[Finding]:
    for project in workspace.config.projects:
        found = workspace.store.outbox.list(project.key, MessageState.FAILED, MessageState.WAITING)
        failed = sum(one.state is MessageState.FAILED for one in found)
        refused = sum(one.state is MessageState.WAITING and bool(one.last_error) for one in found)
        for number, what in ((failed, "given up"), (refused, "refused so far")):
            if number:
                text = f"{project.key}: messages to the project manager {what}: {number}"
                remedy = f"clientview alerts list {project.key}; clientview alerts test {project.key}"
                yield Finding(part="messages", grade=Grade.WARNING, text=text, remedy=remedy)


def _deliveries(workspace: Workspace) -> Iterator[Finding]:
    states = (DeliveryState.FAILED, DeliveryState.IN_DOUBT)
    for project in workspace.config.projects:
        for one in workspace.store.deliveries.list(project.key, *states):
            text = f"{project.key}: edition {one.number} for {one.audience} is {one.state.value}"
            remedy = (
                f"clientview deliveries retry {project.key} {one.id}, once you know that it did not arrive"
            )
            yield Finding(part="deliveries", grade=Grade.WARNING, text=text, remedy=remedy)


def _links(workspace: Workspace) -> Iterator[Finding]:
    now = workspace.now()
    for project in workspace.config.projects:
        for link in workspace.store.client_links.list(project.key):
            ends_at = link.expires_at
            if ends_at is not None and link.is_open(now) and ends_at - now <= EXPIRES_SOON:
                label = f" ({link.label})" if link.label else ""
                yield Finding(
                    part="links",
                    grade=Grade.WARNING,
                    text=f"{project.key}: link {link.id}{label} expires {ends_at:%Y-%m-%d}",
                    remedy=f"clientview link create {project.key}, and send the new one",
                )
