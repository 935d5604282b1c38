"""Addresses that people write: what may stand in the file in plain text, and what only by reference."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from adapters.wire import is_loopback
from connector.config.secrets import is_reference
from connector.config.values import expected

REFERENCE = '"env:NAME" or "file:PATH"'
_PLAIN_SCHEMES = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"})
"""Apprise schemes that work without credentials; those of chat services carry tokens in the path."""
_UNENCRYPTED = {"json": "jsons", "xml": "xmls", "form": "forms"}
_SECRET_WORDS = re.compile(r"pass|token|secret|key|auth|pwd", re.IGNORECASE)
_TOKEN_LIKE = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_\-]{20,}|[A-Za-z0-9_\-]{32,}")


def check_encrypted(url: str) -> str:
    """Refuse plain http, except to this machine.

    Raises:
        PydanticCustomError: It is.
    """
    parts = urlsplit(url)
    if parts.scheme.lower() == "http" and not is_loopback(url):
        raise expected("https:// (plain http only to this machine: 127.0.0.1, localhost)", found="plain http")
    return url


def check_page_url(url: str) -> str:
    """Check the address that the published pages have.

    Raises:
        PydanticCustomError: It is no http(s) URL, or holds a user or query.
    """
    parts = urlsplit(url)
    plain = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if not plain or parts.query or parts.fragment:
        raise expected("an address such as https://status.example.com, without user, ? or #")
    return url.rstrip("/")


def check_alert_address(url: str) -> str:
    """Check an Apprise URL as written in the configuration: a reference, or one without credentials.

    Raises:
        PydanticCustomError: It holds credentials, or goes unencrypted to another machine. The
            error never repeats the address.
    """
    if is_reference(url):
        return url
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PLAIN_SCHEMES:
        kind = f"a {scheme}:// address in plain text" if scheme else "no address"
        raise expected(f"{REFERENCE}: this kind of address holds credentials", found=kind)
    if _holds_credentials(url):
        raise expected(f"{REFERENCE} for an address with credentials", found="credentials in plain text")
    if scheme in _UNENCRYPTED and not is_loopback(url):
        raise expected(f"{_UNENCRYPTED[scheme]}:// ({scheme}:// only to this machine)", found="plain http")
    return url


def check_proxy(url: str) -> str:
    """Check the proxy: a reference, or an address without credentials.

    Raises:
        PydanticCustomError: It is neither.
    """
    if is_reference(url):
        return url
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise expected(f"{REFERENCE} for an address with credentials", found="credentials in plain text")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise expected("an address such as http://proxy.example.com:3128")
    return url


def check_mail_server(url: str) -> str:
    """Check the SMTP server: a reference, or an address without credentials.

    Raises:
        PydanticCustomError: It is neither, or goes unencrypted to another machine.
    """
    if is_reference(url):
        return url
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise expected(f"{REFERENCE} for an address with credentials", found="credentials in plain text")
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise expected("smtps://HOST, smtp://HOST:587 (encrypted by STARTTLS), or a reference to one")
    return url


def check_webhook(url: str) -> str:
    """Check the address of a receiver of signed JSON: a reference, or https without credentials.

    Raises:
        PydanticCustomError: It is neither.
    """
    if is_reference(url):
        return url
    if _holds_credentials(url):
        raise expected(f"{REFERENCE} for an address with credentials", found="credentials in plain text")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise expected("an address such as https://hooks.example.com/clientview, or a reference to one")
    return check_encrypted(url)


def check_secret(reference: str) -> str:
    """Check that a secret is only referred to.

    Raises:
        PydanticCustomError: It stands there in plain text; the error does not repeat it.
    """
    if not is_reference(reference):
        raise expected(REFERENCE, found="a secret in plain text (not shown)")
    return reference


def check_key_file(reference: str) -> str:
    """Check where the signing key lies: only a file will do.

    Raises:
        PydanticCustomError: It is no `file:PATH`.
    """
    if not reference.startswith("file:") or not reference.removeprefix("file:").strip():
        raise expected('"file:PATH"', found="something else (not shown)")
    return reference


def _holds_credentials(url: str) -> bool:
    parts = urlsplit(url)
    if parts.password is not None or (parts.username and not parts.scheme.startswith("mailto")):
        return True
    if any(_SECRET_WORDS.search(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return True
    values = [value for _, value in parse_qsl(parts.query)]
    return any(_TOKEN_LIKE.fullmatch(part) for part in (*parts.path.split("/"), *values))
