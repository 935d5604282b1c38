"""What an answer says of its host's patience: whether we asked too much, and how long to wait."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters import wire
from adapters.errors import MalformedError
from adapters.wire import JSON, Response

NEAR_RATIO = 0.2  # of a window: below this Jira itself says X-RateLimit-NearLimit

_READ_BYTES = 4096  # of an error's body, to find its words
_READ_CHARS = 2000  # of a structured header
_STRING = r'"(?:[^"\\]|\\.)*"'
_PARAMETER = re.compile(rf"\s*;\s*([a-z*][\w.*-]*)(?:=({_STRING}|[^;,\s\"]*))?")
_ITEM = re.compile(rf"({_STRING}|[A-Za-z*][^\s;,\"]*)((?:{_PARAMETER.pattern})*)")


class Limit(enum.Enum):
    """Which limit we met. BURST: too fast. QUOTA: the window is used up, at whatever speed."""

    BURST = "burst"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """What is left of one window. None: not told."""

    left: int
    quota: int | None
    reset_s: float | None


def limit_of(response: Response) -> Limit | None:
    """Return which limit an answer tells of; None where it asks for no patience.

    A 403 is told from a missing right by its headers and words; a 200 by its GraphQL errors.

    Source:
        Atlassian's documentation, "Rate limiting" (RateLimit-Reason); GitHub's, "Rate limits for
        the REST API" and "Rate limits and query limits for the GraphQL API".
    """
    if not _is_limited(response):
        return None
    reason = response.headers.get("ratelimit-reason", "").lower()
    if reason:
        return Limit.QUOTA if "quota" in reason else Limit.BURST
    is_spent = _is_spent(response.headers) and "x-ratelimit-reset" in response.headers
    return Limit.QUOTA if is_spent and "retry-after" not in response.headers else Limit.BURST


def asked_wait_s(response: Response, *, now: dt.datetime, times: int = 1) -> float | None:
    """Return the wait that a refusing answer asks for.

    Retry-After counts first, then the reset of a used-up window; a used-up quota waits for the
    later of both. GitHub wants a minute at least where it says nothing, and more each time.

    Args:
        response: Any answer.
        now: Current time, aware UTC.
        times: How often the request has met a limit, this time included; at least 1.

    Returns:
        Seconds, at least 1; None where the answer leaves the wait to us.

    Source:
        As `limit_of`, and GitHub's "Best practices for using the REST API".
    """
    limit = limit_of(response)
    retry_s = wire.retry_after_s(response.headers, now=now)
    if limit is None or (retry_s is not None and limit is Limit.BURST):
        return retry_s
    asked = [wait_s for wait_s in (retry_s, _reset_s(response, now=now)) if wait_s is not None]
    if asked:
        return max(asked)
    return wire.SECONDARY_WAIT_S * 2.0 ** (times - 1) if _wants_a_minute(response, limit) else None


def used_up_s(headers: Mapping[str, str], *, now: dt.datetime) -> float | None:
    """Return how long until anything passes again, where a good answer says it was the last one.

    Returns:
        Seconds, at least 1; None where something is left, or nothing is said.
    """
    waits = [share.reset_s for share in _shares(headers, now=now) if share.left == 0]
    return max((wait_s for wait_s in waits if wait_s is not None), default=None)


def is_near(headers: Mapping[str, str], *, now: dt.datetime) -> bool:
    """Whether an answer says that little is left of a window: time to go slower unasked.

    Source:
        Atlassian's documentation, "Rate limiting" (X-RateLimit-NearLimit); the IETF draft
        "RateLimit header fields for HTTP" (RateLimit, RateLimit-Policy). Headers that begin with
        `Beta-` inform only, and are not read.
    """
    if headers.get("x-ratelimit-nearlimit", "").strip().lower() == "true":
        return True
    return any(
        share.left < NEAR_RATIO * share.quota
        for share in _shares(headers, now=now)
        if share.quota is not None
    )


def _is_limited(response: Response) -> bool:
    if response.status == 429:
        return True
    if response.status == 200:
        return _has_graphql_limit(response)
    return response.status == 403 and (
        _is_spent(response.headers) or "retry-after" in response.headers or _speaks_of_a_limit(response)
    )


def _is_spent(headers: Mapping[str, str]) -> bool:
    return _count(headers.get("x-ratelimit-remaining", "")) == 0


def _speaks_of_a_limit(response: Response) -> bool:
    text = response.body[:_READ_BYTES].decode("utf-8", "replace").lower()
    return "rate limit" in text or "abuse detection" in text


def _has_graphql_limit(response: Response) -> bool:
    if b'"errors"' not in response.body:  # spares whole pages a second reading
        return False
    try:
        payload = response.json()
    except MalformedError:
        return False
    errors = payload.get("errors") if isinstance(payload, Mapping) else None
    return isinstance(errors, Sequence) and any(map(_is_limit_error, errors))


def _is_limit_error(error: JSON) -> bool:
    if not isinstance(error, Mapping):
        return False
    words = str(error.get("message") or "").lower()
    return error.get("type") in {"RATE_LIMITED", "RATE_LIMIT"} or "rate limit" in words


def _wants_a_minute(response: Response, limit: Limit) -> bool:
    """GitHub's limits, and used-up quotas. Another gateway's bare 429 passes in seconds."""
    if limit is Limit.QUOTA or response.status != 429:
        return True
    return "x-github-request-id" in response.headers or _speaks_of_a_secondary_limit(response)


def _speaks_of_a_secondary_limit(response: Response) -> bool:
    return b"secondary rate limit" in response.body[:_READ_BYTES].lower()


def _reset_s(response: Response, *, now: dt.datetime) -> float | None:
    """Read when a used-up window opens anew; without a count, a 429 itself says it is used up."""
    spent_s = used_up_s(response.headers, now=now)
    if spent_s is not None or "x-ratelimit-remaining" in response.headers:
        return spent_s
    return wire.reset_wait_s(response.headers, now=now)


def _shares(headers: Mapping[str, str], *, now: dt.datetime) -> Iterator[_Share]:
    left = _count(headers.get("x-ratelimit-remaining", ""))
    if left is not None:
        quota = _count(headers.get("x-ratelimit-limit", ""))
        yield _Share(left=left, quota=quota, reset_s=wire.reset_wait_s(headers, now=now))
    quotas = {name: _count(said.get("q", "")) for name, said in _items(headers.get("ratelimit-policy", ""))}
    for name, said in _items(headers.get("ratelimit", "")):
        left, reset_s = _count(said.get("r", "")), _count(said.get("t", ""))
        if left is not None:
            wait_s = None if reset_s is None else max(float(reset_s), wire.LEAST_WAIT_S)
            yield _Share(left=left, quota=quotas.get(name), reset_s=wait_s)


def _items(header: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Read a structured list of strings with parameters, in whatever order (RFC 9651)."""
    for item in _ITEM.finditer(header[:_READ_CHARS]):
        yield item[1], {name: value.strip('"') for name, value in _PARAMETER.findall(item[2])}


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text.strip()) else None
