"""What goes over the wire between a client and a small tracker, as values."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

Payload: TypeAlias = dict[str, Any]
"""A JSON object in a vendor's words. `Any`, because these rooms make payloads, whatever is in them."""

JSON_TYPE = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came in. Header names are in lower case, the path is decoded."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def param(self, name: str, default: str = "") -> str:
        """Return the last value of a query parameter."""
        return next((value for key, value in reversed(self.params) if key == name), default)

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of a query parameter; commas separate values too."""
        joined = (value for key, value in self.params if key == name)
        return tuple(part.strip() for value in joined for part in value.split(",") if part.strip())

    def number(self, name: str, default: int) -> int:
        """Return a query parameter as a whole number, `default` where it is none."""
        text = self.param(name)
        return int(text) if text.lstrip("-").isdigit() else default

    def payload(self) -> Payload:
        """Return the JSON object of the body.

        Raises:
            RefusalError: The body is no JSON object (400).
        """
        try:
            parsed = json.loads(self.body or b"{}")
        except ValueError as exc:
            raise RefusalError(
                answer_json({"errorMessages": ["Invalid request payload."]}, status=400)
            ) from exc
        if not isinstance(parsed, dict):
            raise RefusalError(answer_json({"errorMessages": ["Invalid request payload."]}, status=400))
        return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `sent` bounds the bytes of the body that leave before the connection breaks.

    `sent=None` sends all of it; `sent=0` with `status=0` breaks the connection without an answer.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    issues: int = 0  # how many issues it holds: latency may grow with them
    sent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One exchange as the server's log keeps it.

    `at_s` and `took_s` are monotonic, from the server's start and of its own work; `size_bytes` is
    the body's, which a server that does not keep bodies drops from `answer`.
    """

    request: Request
    answer: Answer
    at_s: float
    took_s: float = 0.0
    size_bytes: int = 0

    @property
    def method(self) -> str:
        """HTTP method."""
        return self.request.method

    @property
    def path(self) -> str:
        """Path without the query."""
        return self.request.path

    @property
    def params(self) -> dict[str, str]:
        """Query parameters, the last of each name."""
        return dict(self.request.params)

    @property
    def status(self) -> int:
        """Status of the answer; 0 where the connection broke instead."""
        return self.answer.status


class RefusalError(Exception):
    """A request that is answered by an error. Carries the answer."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer to send."""
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


Serve = Callable[[Request], Answer]
Middleware = Callable[[Request, Serve], Answer]
"""Stands before a server: may answer by itself, or change what the server answers."""


def parse_request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Make a request from its first line, headers and body."""
    parts = urlsplit(target)
    return Request(
        method=method,
        path=unquote(parts.path),
        params=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
    )


def encode(value: object) -> bytes:
    """Return a value as compact JSON in UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def answer_json(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None, issues: int = 0
) -> Answer:
    """Make an answer from a JSON value."""
    named = {"Content-Type": JSON_TYPE, **(headers or {})}
    return Answer(status=status, body=encode(value), headers=named, issues=issues)


def milliseconds(at: dt.datetime) -> int:
    """Return an instant as milliseconds since 1970."""
    return int(at.timestamp() * 1000)
