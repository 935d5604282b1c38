"""The door alerts leave by: Apprise, and signed JSON to a receiver of one's own."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import re
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import requests
from apprise import Apprise, NotifyFormat

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Apprise schemas that are plain http; their twins with an s are not.
_PLAIN_HTTP = frozenset({"json", "xml", "form", "apprise", "ntfy", "gotify", "matrix", "mmost", "rocket"})
_lock = threading.Lock()  # Apprise tells reasons only in its log, which all threads share


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How a send ended. `reason` says why not; it never holds the address.

    `is_lasting`: it will not mend by itself, a person has to act.
    """

    ok: bool
    reason: str = ""
    is_lasting: bool = False


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
        return Sent(ok=False, reason=fault, is_lasting=True)
    with _reasons() as reasons:
        channel = Apprise()
        channel.add(url)
        delivered = channel.notify(body=text, title=subject, body_format=NotifyFormat.TEXT)
    if delivered:
        return Sent(ok=True)
    reason = _told(reasons, url)
    status = _STATUS.search(reason)
    return Sent(ok=False, reason=reason, is_lasting=status is not None and _is_lasting(int(status[1])))


SIGNATURE: Final = "X-Clientview-Signature"
_PASSING: Final = frozenset({408, 409, 423, 425, 429})  # answers of 4xx that ask to come again
_STATUS: Final = re.compile(r"\berror=(\d{3})\b")  # as Apprise tells what an address answered
_WAIT_S: Final = (5, 20)  # to connect, to answer


def signature(body: bytes, secret: str, *, at: dt.datetime) -> str:
    """Sign what is sent, with the instant of sending: `t=1790000000,v1=<hex>`.

    The receiver computes HMAC-SHA256 of `t`, a full stop and the body with the shared secret, compares in
    constant time, and refuses a `t` that is some minutes old, so that nothing can be sent again by others.
    """
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def webhook_fault(url: str) -> str:
    """Say what is wrong with the address of a receiver of signed JSON; "" if nothing is."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return ""
    return "the webhook's address is no https:// address"


def send_signed(url: str, body: str, *, secret: str, at: dt.datetime) -> Sent:
    """Post JSON to a receiver, once; redirects are not followed.

    Args:
        url: https; plain http to this machine alone.
        body: A JSON document.
        secret: Shared with the receiver.
        at: The instant of sending.
    """
    fault = webhook_fault(url)
    if fault:
        return Sent(ok=False, reason=fault, is_lasting=True)
    data = body.encode()
    headers = {"Content-Type": "application/json", SIGNATURE: signature(data, secret, at=at)}
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(url, data=data, headers=headers, timeout=_WAIT_S, allow_redirects=False)
    except requests.RequestException as exc:
        return Sent(ok=False, reason=f"the webhook could not be reached ({type(exc).__name__})")
    if answer.status_code // 100 == 2:
        return Sent(ok=True)
    status = answer.status_code
    return Sent(ok=False, reason=f"the webhook answered {status}", is_lasting=_is_lasting(status))


def _is_lasting(status: int) -> bool:
    """Say whether an answer stays the same until a person acts: refused, not found, gone, malformed."""
    return status // 100 in {3, 4} and status not in _PASSING


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
