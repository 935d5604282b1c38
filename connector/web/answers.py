"""Answers as a client gets them: kinds of content, policies, what may be kept where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from connector.web.door import Found

_META_POLICY: Final = re.compile(
    rb'<meta http-equiv="Content-Security-Policy" content="(default-src \'none\'[ -!#-~]*)">'
)
_HEAD: Final = 2000  # bytes of a page in which its policy stands
_NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'"
_STYLED: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
_UNFRAMED: Final = "; frame-ancestors 'none'"
_KINDS: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/atom+xml; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".pem": "application/x-pem-file",
}
_OTHER: Final = "application/octet-stream"
_SAVED: Final = frozenset({".pdf", ".sig", ".pem"})  # rather saved than shown in this address's rights

ALWAYS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "content-security-policy": _NOTHING + _UNFRAMED,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
"""Headers of every answer that does not say otherwise."""
ONLY_HTTPS: Final = ("strict-transport-security", "max-age=31536000")
_REVALIDATED: Final = "private, no-cache"  # kept, and asked about each time: a revoked link shows nothing


def page(content: bytes, *, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a page that stands in the place of another; nobody keeps it.

    Args:
        content: A page of ours; its own policy is told as a header, too.
        status: Of the answer.
        headers: Further ones.
    """
    told = {"content-security-policy": _policy(".html", content), **(headers or {})}
    return Response(content, status_code=status, headers=told, media_type=_KINDS[".html"])


def file(found: Found, *, asked: str, is_secret: bool) -> Response:
    """Answer with a published file, or that the reader has it already.

    Args:
        found: The file.
        asked: The value of If-None-Match, "" for none.
        is_secret: Whether it is behind a passphrase: then nobody keeps it.
    """
    suffix = found.name[found.name.rfind(".") :]
    tag = f'"{found.digest[:32]}"'
    headers = {
        "etag": tag,
        "cache-control": "no-store" if is_secret else _REVALIDATED,
        "content-security-policy": _policy(suffix, found.content),
    }
    if _is_known(tag, asked):
        return Response(status_code=304, headers=headers)
    if suffix in _SAVED:
        last = found.name.rpartition("/")[2]
        headers["content-disposition"] = f'attachment; filename="{last}"'
    return Response(found.content, headers=headers, media_type=_KINDS.get(suffix, _OTHER))


def key(pem: str) -> Response:
    """Answer with a public key."""
    return Response(pem, media_type=_KINDS[".pem"], headers={"cache-control": "no-cache"})


def _policy(suffix: str, content: bytes) -> str:
    """Return the policy a page gives itself; a mail's, where it gives none; else the strictest."""
    if suffix != ".html":
        return _NOTHING + _UNFRAMED
    own = _META_POLICY.search(content, 0, _HEAD)
    return (own[1].decode("ascii") if own else _STYLED) + _UNFRAMED


def _is_known(tag: str, asked: str) -> bool:
    """Compare entity tags as If-None-Match does (RFC 9110, 13.1.2: weakly)."""
    tags = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return tag in tags or "*" in tags
