"""Links for clients: opaque addresses that open one audience's pages, until they expire or are revoked.

    BASE_URL/l/TOKEN/     TOKEN = a random id and this installation's signature over it

The signature keeps guesses away from the store; what a link opens is said by its row alone. A row
holds a digest of the id, so neither a copy of the store nor the key by itself gives an address.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from itsdangerous import BadSignature, Signer
from pydantic import TypeAdapter, ValidationError

from connector.config.values import Duration
from connector.errors import UsageError
from connector.pipeline.agreeing import operating_user
from connector.pipeline.keyring import id_key
from connector.pipeline.moments import coming
from connector.pipeline.passphrases import stretch
from connector.pipeline.workspace import Project, Workspace
from connector.store.client_links import ClientLink, Visit

PREFIX: Final = "l"  # of every link's path
NEVER: Final = "never"
DEFAULT_EXPIRY: Final = "180d"
_ID_BYTES: Final = 16  # 128 bits
_SALT_BYTES: Final = 16
_LONGEST: Final = 200  # characters of a token that are looked at; a real one has 66
_LONGEST_LABEL: Final = 200
_TOKENS: Final = b"clientview: addresses of clients, 1"
_PASSES: Final = b"clientview: passes of readers, 1"
_PASS_LASTS: Final = dt.timedelta(hours=12)
_DURATION: Final = TypeAdapter[dt.timedelta](Duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for. `expires` is a day, an instant, a duration or `never`."""

    audience: str
    expires: str = DEFAULT_EXPIRY
    label: str = ""
    passphrase: str = ""  # "" asks for none
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A new link. `token` is part of its address and kept nowhere: it cannot be shown again."""

    link: ClientLink
    token: str


def create(workspace: Workspace, project: Project, wish: Wish) -> Created:
    """Make a link to an audience's pages.

    Raises:
        UsageError: There is no such audience, the end is no time to come, or the passphrase is short.
    """
    now = workspace.now()
    project.settings.audience(wish.audience)
    label = " ".join(wish.label.split())
    if len(label) > _LONGEST_LABEL:
        raise UsageError(f"--label: found {len(label)} characters; expected at most {_LONGEST_LABEL}")
    identity = secrets.token_urlsafe(_ID_BYTES)
    link = ClientLink(
        project=project.key,
        audience=wish.audience,
        label=label,
        digest=_digest(identity),
        passphrase=stretch(wish.passphrase, salt=secrets.token_bytes(_SALT_BYTES)) if wish.passphrase else "",
        created_at=now,
        created_by=wish.by.strip() or operating_user(),
        expires_at=_end(wish.expires, timezone=project.timezone, now=now),
    )
    workspace.store.client_links.add(link)
    return Created(link=link, token=_signer(workspace).sign(identity).decode())


def address(base: str, token: str) -> str:
    """Return the address that a client gets.

    Args:
        base: Where readers reach the service: `[site] base_url`.
        token: Of a created link.
    """
    return f"{base.rstrip('/')}/{PREFIX}/{token}/"


def revoke(workspace: Workspace, project: Project, number: int, *, by: str = "") -> str:
    """Close a link for good, at once; returns who did.

    Raises:
        UsageError: The project has no such link, or it is revoked already.
    """
    name = by.strip() or operating_user()
    workspace.store.client_links.revoke(project.key, number, by=name, at=workspace.now())
    return name


def admitted(workspace: Workspace, token: str) -> ClientLink | None:
    """Find the link that a token opens; None where it opens nothing, whatever the reason.

    The same work is done for every token: one signature, compared in constant time, and one look
    into the store.

    Args:
        workspace: Configuration, store, clock and key.
        token: What stood in an address; any text.
    """
    identity = _identity(workspace, token[:_LONGEST])
    link = workspace.store.client_links.find(_digest(identity if identity is not None else token))
    if identity is None or link is None or not link.is_open(workspace.now()):
        return None
    return link if _is_configured(workspace, link) else None


def make_pass(workspace: Workspace, link: ClientLink) -> tuple[str, dt.timedelta]:
    """Make what a reader shows instead of the passphrase, and say how long it holds.

    It holds for this link and this passphrase only.
    """
    until = workspace.now() + _PASS_LASTS
    signed = _passes(workspace, link).sign(f"{until.timestamp():.0f}").decode()
    return signed, _PASS_LASTS


def holds_pass(workspace: Workspace, link: ClientLink, shown: str) -> bool:
    """Tell whether what a reader shows was made for this link, and still holds."""
    try:
        until_s = int(_passes(workspace, link).unsign(shown[:_LONGEST].encode()))
    except (BadSignature, ValueError):
        return False
    return workspace.now().timestamp() < until_s


def visits(workspace: Workspace, project: Project, number: int | None = None) -> tuple[Visit, ...]:
    """List who read when, the newest first; what is older than `[serve] access_log_for` is forgotten.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        number: One of its links; None: all.

    Raises:
        UsageError: The project has no such link.
    """
    known = [link.id for link in workspace.store.client_links.list(project.key)]
    if number is not None and number not in known:
        expected = ", ".join(map(str, known)) or "none: there is no link yet"
        raise UsageError(f"project {project.key}: found no link {number}; expected one of: {expected}")
    forget_old_visits(workspace)
    return workspace.store.client_links.visits(project.key, number)


def forget_old_visits(workspace: Workspace) -> int:
    """Forget visits that are older than `[serve] access_log_for`; returns how many."""
    before = workspace.now() - workspace.config.serve.access_log_for
    return workspace.store.client_links.forget_visits(before=before)


def _identity(workspace: Workspace, token: str) -> str | None:
    try:
        return _signer(workspace).unsign(token.encode()).decode()
    except (BadSignature, UnicodeError):
        return None


def _digest(identity: str) -> str:
    return hashlib.sha256(identity.encode(errors="replace")).hexdigest()


def _is_configured(workspace: Workspace, link: ClientLink) -> bool:
    projects = {project.key: project for project in workspace.config.projects}
    return link.project in projects and link.audience in projects[link.project].audiences


def _signer(workspace: Workspace) -> Signer:
    return _signing(_derived(workspace, _TOKENS), b"token")


def _passes(workspace: Workspace, link: ClientLink) -> Signer:
    return _signing(_derived(workspace, _PASSES), f"{link.digest}{link.passphrase}".encode())


def _signing(key: bytes, salt: bytes) -> Signer:
    return Signer(key, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)


def _derived(workspace: Workspace, purpose: bytes) -> bytes:
    """Derive a key of this installation for one purpose (RFC 5869 in its simplest form)."""
    return hmac.digest(id_key(workspace.config.folder), purpose, hashlib.sha256)


def _end(text: str, *, timezone: str, now: dt.datetime) -> dt.datetime | None:
    if text.strip().lower() == NEVER:
        return None
    try:
        return now + _DURATION.validate_python(text.strip())
    except ValidationError:
        pass
    except OverflowError:
        return None
    try:
        return coming(text.strip(), timezone=timezone, now=now, option="--expires")
    except UsageError as exc:
        raise UsageError(f"{exc}; or a duration such as {DEFAULT_EXPIRY}, or {NEVER}") from None
