"""The door alerts leave by: Apprise, and nothing else."""

from __future__ import annotations

import logging
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from apprise import Apprise, NotifyFormat

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Apprise schemas that are plain http; their twins with an s are not.
_PLAIN_HTTP = frozenset({"json", "xml", "form", "apprise", "ntfy", "gotify", "matrix", "mmost", "rocket"})
_lock = threading.Lock()  # Apprise tells reasons only in its log, which all threads share


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How a send ended. `reason` says why not; it never holds the address."""

    ok: bool
    reason: str = ""


def address_fault(url: str) -> str:
    """Say what is wrong with a channel's address, or "" if nothing is.

    Returns:
        A clause without the address itself: it may hold credentials.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme in _PLAIN_HTTP and (parts.hostname or "") not in _LOOPBACK:
        return f"`{parts.scheme}://` is plain http to another host; use `{parts.scheme}s://`"
    with _reasons() as reasons:
        usable = Apprise().add(url)
    if usable:
        return ""
    return f"Apprise does not know such an address (`{parts.scheme}://…`): " + _told(reasons, url)


def send(url: str, *, subject: str, text: str) -> Sent:
    """Send one message through one channel, once.

    Args:
        url: An Apprise URL, with its credentials.
        subject: One line.
        text: Plain text.
    """
    fault = address_fault(url)
    if fault:
        return Sent(ok=False, reason=fault)
    with _reasons() as reasons:
        channel = Apprise()
        channel.add(url)
        delivered = channel.notify(body=text, title=subject, body_format=NotifyFormat.TEXT)
    return Sent(ok=True) if delivered else Sent(ok=False, reason=_told(reasons, url))


class _Collector(logging.Handler):
    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        self._into.append(record.getMessage())


@contextmanager
def _reasons() -> Iterator[list[str]]:
    log = logging.getLogger("apprise")
    reasons: list[str] = []
    collector = _Collector(reasons)
    with _lock:
        propagates, log.propagate = log.propagate, False
        log.addHandler(collector)
        try:
            yield reasons
        finally:
            log.removeHandler(collector)
            log.propagate = propagates


def _told(reasons: list[str], url: str) -> str:
    """Join what Apprise said, without anything secret that the address holds."""
    text = " ".join(" ".join(reasons).split()) or "no reason given"
    parts = urllib.parse.urlsplit(url)
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    secrets = [url, parts.path.strip("/"), parts.query, password, user]
    for secret in secrets:
        for form in (secret, urllib.parse.unquote(secret)):
            if len(form) > 3:
                text = text.replace(form, "…")
    return text[:300]
