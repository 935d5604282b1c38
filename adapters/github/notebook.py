"""Lists that were had before: their ETags, and their bodies for the day when nothing has changed. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.protocol import CREDENTIAL_ENDS, Notes
from adapters.wire import JSON, Response

KEEP = dt.timedelta(days=7)
MOST_CHARS = 200_000  # of a body worth keeping
REPOSITORY_NOTE = "repository"
KEEP_REPOSITORY = dt.timedelta(days=400)
_EXPIRY_HEADER = "github-authentication-token-expiration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A list's page as it was the last time. GitHub binds ETags to URL and token."""

    url: str  # parameters included
    etag: str
    link: str
    body: str

    def response(self, answer: Response) -> Response:
        """Return what a 304 stands for."""
        headers = {**answer.headers, "link": self.link}
        return Response(status=200, headers=headers, body=self.body.encode(), url=answer.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which repository our records are of: its id, and what it was called when last seen."""

    id: int
    name: str


def read_noted(notes: Notes, name: str, *, url: str) -> Noted | None:
    """Return the page noted under a name, if it is of this URL."""
    told = _read(notes, name)
    texts = [told.get(key) for key in ("url", "etag", "link", "body")]
    kept = [text for text in texts if isinstance(text, str)]
    if len(kept) != len(texts) or kept[0] != url:
        return None
    return Noted(url=kept[0], etag=kept[1], link=kept[2], body=kept[3])


def note_page(notes: Notes, name: str, answer: Response, *, url: str, now: dt.datetime) -> None:
    """Keep a page for the next time, unless it is large or has no ETag."""
    etag = answer.headers.get("etag", "")
    if etag and len(answer.body) <= MOST_CHARS:
        told = {
            "url": url,
            "etag": etag,
            "link": answer.headers.get("link", ""),
            "body": answer.body.decode(),
        }
        notes.write(name, json.dumps(told), until=now + KEEP)


def read_identity(notes: Notes) -> Identity | None:
    """Return which repository was pulled before."""
    told = _read(notes, REPOSITORY_NOTE)
    number, name = told.get("id"), told.get("name")
    return Identity(id=number, name=name) if isinstance(number, int) and isinstance(name, str) else None


def note_identity(notes: Notes, identity: Identity, *, now: dt.datetime) -> None:
    """Keep which repository it is."""
    told = json.dumps({"id": identity.id, "name": identity.name})
    notes.write(REPOSITORY_NOTE, told, until=now + KEEP_REPOSITORY)


def token_ends_at(response: Response) -> dt.datetime | None:
    """Return when the token ends, aware UTC; None where GitHub does not say."""
    text = response.headers.get(_EXPIRY_HEADER, "").strip().replace(" UTC", " +0000")
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").astimezone(dt.UTC)
    except ValueError:
        return None


def note_end(notes: Notes, ends_at: dt.datetime | None, *, now: dt.datetime) -> None:
    """Keep when the token ends, as its answers say now; None: they no longer say, and it is forgotten."""
    known, told = notes.read(CREDENTIAL_ENDS), "" if ends_at is None else ends_at.isoformat()
    if (known or "") != told:
        notes.write(CREDENTIAL_ENDS, told, until=now if ends_at is None else now + KEEP_REPOSITORY)


def _read(notes: Notes, name: str) -> Mapping[str, JSON]:
    try:
        told: JSON = json.loads(notes.read(name) or "null")
    except ValueError:
        return {}
    return told if isinstance(told, Mapping) else {}
