"""The dead-man ping: a watcher hears that a round is done, and calls somebody when it hears nothing."""

from __future__ import annotations

import urllib.parse
from typing import Final

import requests

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_WAIT_S: Final = (3.0, 5.0)  # to connect, to answer


def ping(url: str) -> str:
    """Fetch the address, once; redirects are not followed, the answer's body is not read.

    Args:
        url: Resolved; https, or plain http to this machine.

    Returns:
        "" where a 2xx came; else why not, without the address: it is as good as a password.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return "the ping's address is no https:// address"
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(url, timeout=_WAIT_S, allow_redirects=False, stream=True) as answer:
                status = answer.status_code
    except (requests.RequestException, UnicodeError) as exc:
        return f"the watching service could not be reached ({type(exc).__name__})"
    return "" if status // 100 == 2 else f"the watching service answered {status}"
