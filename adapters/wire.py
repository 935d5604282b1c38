"""Pure HTTP facts shared by every tracker: what is asked, what an answer says, never how it is sent."""

from __future__ import annotations

import datetime as dt
import json as jsonlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit

from adapters.errors import MalformedError

JSON: TypeAlias = "Mapping[str, JSON] | Sequence[JSON] | str | int | float | bool | None"

SECONDARY_WAIT_S = 60.0  # least wait where GitHub leaves it to us; doubled each time
LEAST_WAIT_S = 1.0  # Retry-After: 0 means "soon", not "at once"
MOST_WAIT_S = 366 * 86_400.0  # nobody means more: such a header is taken for unreadable
MESSAGE_CHARS = 200  # of a tracker's own words in our messages

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MILLISECONDS_FROM = 100_000_000_000  # an epoch above this is in ms: as seconds it would be the year 5138
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL = re.compile(r';\s*rel\s*=\s*"?([^";,]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A reading call. `params` keep their order; `url` may carry a query of its own."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    params: tuple[tuple[str, str], ...] = ()
    json: JSON = None

    @property
    def path(self) -> str:
        """Path of the URL, without its query."""
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> Mapping[str, str]:
        """All parameters by name, those in the URL included; the last of a name counts."""
        return dict([*parse_qsl(urlsplit(self.url).query, keep_blank_values=True), *self.params])

    def __str__(self) -> str:
        """Tell method, host and path: never a parameter, which may hold a secret."""
        return f"{self.method} {host_of(self.url)}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer. Header keys are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> JSON:
        """Read the body as JSON.

        Raises:
            MalformedError: It is HTML, empty or otherwise no JSON.
        """
        where = f"{host_of(self.url)}{urlsplit(self.url).path}"
        if self.is_html:
            raise MalformedError(f"{where} answered with an HTML page; expected JSON")
        try:
            loaded: JSON = jsonlib.loads(self.body)
        except (ValueError, RecursionError) as exc:
            raise MalformedError(f"{where} answered {len(self.body)} bytes that are no JSON") from exc
        return loaded

    @property
    def is_cut(self) -> bool:
        """Whether a 200 holds nothing, or JSON that breaks off.

        Bodies of a stated length are known to be whole. Others end where the connection ends, and
        are read to be sure.
        """
        body = self.body.strip()
        is_framed = "content-length" in self.headers or "transfer-encoding" in self.headers
        if self.status != 200 or (is_framed and body[-1:] in {b"}", b"]"}) or self.is_html:
            return False
        try:
            self.json()
        except MalformedError:
            return body[:1] in {b"", b"{", b"["}
        return False

    @property
    def is_html(self) -> bool:
        """Whether this is a page for people: a login form, a proxy's excuse."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind in {"text/html", "application/xhtml+xml"} or self.body.lstrip()[:1] == b"<"


def host_of(url: str) -> str:
    """Return host and port in lower case, without user, and without the scheme's default port."""
    parts = urlsplit(url)
    name = (parts.hostname or "").lower()
    shown = f"[{name}]" if ":" in name else name
    port = parts.port
    return shown if port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{shown}:{port}"


def is_loopback(url: str) -> bool:
    """Whether the URL names this very machine, by one of its three usual names."""
    return (urlsplit(url).hostname or "").lower() in _LOOPBACK


def base_url(text: str) -> str:
    """Check and trim the address of a tracker as written in a configuration.

    Returns:
        The URL without a trailing slash.

    Raises:
        ValueError: No http(s) URL; one with a user, password, query or fragment; or plain http to
            any host but this machine, which would send the token in clear.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host = host_of(url)
    except ValueError as exc:
        raise ValueError(f"found {text!r}, expected a URL such as https://tracker.example.com") from exc
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise ValueError(f"found {text!r}, expected a URL such as https://tracker.example.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(f"found a URL of {host} with user, query or fragment, expected the bare address")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError(f"found plain http to {host}, expected https (http only to 127.0.0.1 or localhost)")
    return url


def next_link(headers: Mapping[str, str]) -> str | None:
    """Return the URL of the next page, None on the last one.

    Source:
        RFC 8288, section 3 (Web Linking).
    """
    for target, rest in _LINK.findall(headers.get("link", "")):
        relations = _REL.search(rest)
        if relations and "next" in relations.group(1).lower().split():
            return str(target)
    return None


def retry_after_s(headers: Mapping[str, str], *, now: dt.datetime) -> float | None:
    """Read how long the server asks us to wait.

    Args:
        headers: Response headers, keys in lower case.
        now: Current time, aware UTC; used only for dates.

    Returns:
        Seconds from `now`, never less than asked and at least 1; None when the header is absent,
        unreadable, or means more than a year.

    Source:
        RFC 9110, section 10.2.3 (Retry-After). Fractions of seconds and ISO 8601 occur in practice.
    """
    text = headers.get("retry-after", "").strip()
    try:
        return _bounded(float(text))
    except ValueError:
        return _seconds_until(text, now=now)


def reset_wait_s(headers: Mapping[str, str], *, now: dt.datetime) -> float | None:
    """Read how long until the rate limit's window starts anew.

    Returns:
        Seconds from `now`, at least 1; None when there is no readable X-RateLimit-Reset.

    Source:
        GitHub sends epoch seconds; Jira Cloud ISO 8601 text, often without seconds.
    """
    return _seconds_until(headers.get("x-ratelimit-reset", "").strip(), now=now)


def error_text(response: Response) -> str:
    """Return the tracker's own words about an error, one line, cleaned and cut; "" where none."""
    try:
        loaded = response.json()
    except MalformedError:
        return ""
    return clean("; ".join(dict.fromkeys(_messages(loaded))))


def clean(text: str, *, limit: int = MESSAGE_CHARS) -> str:
    """Make untrusted text fit for a message: one line, no control or direction marks, cut."""
    kept = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _seconds_until(text: str, *, now: dt.datetime) -> float | None:
    try:
        return _bounded((_instant(text) - now).total_seconds())
    except (ValueError, IndexError, OverflowError, OSError):
        return None


def told_at(headers: Mapping[str, str]) -> dt.datetime | None:
    """Return the time an answer says it was made at; None where it says none that can be read.

    Source:
        RFC 9110, 6.6.1: Date.
    """
    try:
        return _instant(headers["date"].strip()).astimezone(dt.UTC)
    except (KeyError, ValueError, OverflowError):
        return None


def _bounded(wait_s: float) -> float | None:
    """Wait a second where asked for less; take what is no number, or over a year, for unreadable."""
    return max(wait_s, LEAST_WAIT_S) if wait_s <= MOST_WAIT_S else None


def _instant(text: str) -> dt.datetime:
    """Read an epoch in seconds or milliseconds, ISO 8601 or an HTTP date; UTC where no zone is told."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        epoch = float(text)
        return dt.datetime.fromtimestamp(epoch / 1000 if epoch >= _MILLISECONDS_FROM else epoch, dt.UTC)
    is_iso = re.match(r"[0-9]{4}-", text) is not None
    at = dt.datetime.fromisoformat(text) if is_iso else parsedate_to_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _messages(loaded: JSON) -> Iterator[str]:
    """Find the messages in the shapes trackers and gateways use: texts, lists and objects of them."""
    if isinstance(loaded, str):
        yield loaded
    elif isinstance(loaded, Mapping):
        for key in ("errorMessages", "message", "errorMessage", "error_description"):
            yield from _messages(loaded.get(key))
        errors = loaded.get("errors")
        if isinstance(errors, Mapping):
            yield from (f"{name}: {text}" for name, text in errors.items() if isinstance(text, str))
        else:
            yield from _messages(errors)
    elif isinstance(loaded, Sequence):
        for element in loaded:
            yield from _messages(element)
