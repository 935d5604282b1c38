"""Misbehaviour for small trackers, told by rule: which path, which request, how often, what goes wrong.

    faults = Faults()
    faults.on(r"/search/jql", limited(retry_after="7"), nth=2)            # the second search, once
    faults.on(r"/graphql", server_error(502), times=3)                    # the first three
    faults.on(r".*", broken(), nth=6, times=FOREVER)                      # dies after five requests
    faults.sometimes(0.1, server_error(503), seed=7)                      # one in ten, by that seed
    with jira_cloud(world, faults=faults) as server: ...

A fault is a function of the request and of what the tracker would have answered.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from connector.demo.trackers.exchange import Answer, Request, Serve, answer_json

Fault = Callable[[Request, Serve], Answer]
FOREVER = 1_000_000_000
_LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Log in</title></head>"
    b"<body><form action='/login.jsp'><input name='os_username'></form></body></html>"
)


@dataclass(slots=True)
class Rule:
    """Misbehave on requests `nth` to `nth + times - 1` of those whose path matches."""

    path: re.Pattern[str]
    fault: Fault
    nth: int
    times: int
    method: str
    seen: int = 0

    def strikes(self, request: Request) -> bool:
        """Count a request, and say whether it is to go wrong."""
        if not self.path.search(request.path) or self.method not in ("", request.method):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass(slots=True)
class Faults:
    """Stands before a tracker and lets requests go wrong. `struck` counts how many did."""

    rules: list[Rule] = field(default_factory=list)
    struck: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _chances: list[tuple[float, Fault, random.Random]] = field(default_factory=list)

    def on(self, path: str, fault: Fault, *, nth: int = 1, times: int = 1, method: str = "") -> Faults:
        """Let requests whose path matches a pattern go wrong, from the `nth` on, `times` times."""
        self.rules.append(Rule(re.compile(path), fault, nth, times, method))
        return self

    def sometimes(self, share: float, fault: Fault, *, seed: int) -> Faults:
        """Let a share of all requests go wrong, the same ones for the same seed and order."""
        self._chances.append((share, fault, random.Random(seed)))  # noqa: S311 - chance, not secrecy
        return self

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self.rules.clear()
            self._chances.clear()

    def __call__(self, request: Request, serve: Serve) -> Answer:
        """Answer a request, or let it go wrong: the first rule that strikes decides."""
        with self._lock:
            struck = [rule.fault for rule in self.rules if rule.strikes(request)]
            struck += [fault for share, fault, chance in self._chances if chance.random() < share]
            self.struck += bool(struck)
        return struck[0](request, serve) if struck else serve(request)


def instead(status: int, body: object, headers: Mapping[str, str] | None = None) -> Fault:
    """Answer this JSON instead."""
    return lambda _request, _serve: answer_json(body, status=status, headers=headers)


def unauthorized() -> Fault:
    """401, in the words of Jira's gateway (GitHub's differ in nothing a client reads)."""
    return instead(401, {"code": 401, "message": "Unauthorized; scope does not match"})


def forbidden(message: str = "Resource not accessible by personal access token") -> Fault:
    """403: a right is missing."""
    return instead(403, {"message": message, "status": "403"})


def captcha() -> Fault:
    """403 of a Data Center after failed logins: stop trying."""
    headers = {
        "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example/login.jsp"
    }
    return instead(403, {"errorMessages": ["CAPTCHA required"], "errors": {}}, headers)


def not_found() -> Fault:
    """404: missing, or not for us."""
    return instead(404, {"errorMessages": ["Not found."], "errors": {}, "message": "Not Found"})


def limited(
    *,
    retry_after: str | None = None,
    reset: str | None = None,
    status: int = 429,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """Too many requests. `retry_after` as it is sent: seconds, an HTTP date, anything; None: not sent.

    `reset`: Jira's X-RateLimit-Reset, ISO 8601 without seconds. `headers`: more of them.
    """
    sent = {"RateLimit-Reason": "jira-burst-based", **(headers or {})}
    sent |= {"Retry-After": retry_after} if retry_after is not None else {}
    sent |= {"X-RateLimit-Reset": reset} if reset is not None else {}
    return instead(status, {"message": "Rate limit exceeded."}, sent)


def spent(reset: int) -> Fault:
    """403 of GitHub's primary limit; `reset` in epoch seconds."""
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "5000", "x-ratelimit-reset": str(reset)}
    return instead(403, {"message": "API rate limit exceeded for user ID 1."}, headers)


def secondary(retry_after: str | None = None) -> Fault:
    """403 of GitHub's secondary limit, with or without Retry-After."""
    headers = {} if retry_after is None else {"retry-after": retry_after}
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return instead(403, {"message": message}, headers)


def graph_limited() -> Fault:
    """GraphQL's own way of saying so: 200 and an error."""
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
    return instead(200, {"errors": [error]}, {"x-ratelimit-remaining": "0"})


def server_error(status: int = 502, *, retry_after: str | None = None) -> Fault:
    """A gateway's error page, which may say when to come again."""
    page = f"<html><body><h1>{status} Bad Gateway</h1></body></html>".encode()
    headers = {"Content-Type": "text/html"} | ({} if retry_after is None else {"Retry-After": retry_after})
    return lambda _request, _serve: Answer(status=status, body=page, headers=headers)


def broken() -> Fault:
    """The connection breaks without an answer."""
    return lambda _request, _serve: Answer(status=0, sent=0)


def truncated(share: float = 0.5) -> Fault:
    """The connection breaks inside the body."""

    def fault(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        return replace(answer, sent=int(len(answer.body) * share))

    return fault


def login_page() -> Fault:
    """200 and a page to log in at: single sign-on before the tracker."""
    headers = {"Content-Type": "text/html;charset=UTF-8"}
    return lambda _request, _serve: Answer(body=_LOGIN_PAGE, headers=headers)


def signed_out(*, tells: bool = True) -> Fault:
    """200 and no issues: an expired token is treated as anonymous. A header `tells`, or nothing does."""
    nothing = {"issues": [], "isLast": True, "startAt": 0, "maxResults": 50, "total": 0}
    return instead(200, nothing, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"} if tells else {})


def redirected(to: str) -> Fault:
    """302 to another address: credentials must not follow it to another host."""
    return lambda _request, _serve: Answer(status=302, headers={"Location": to})


def hanging(released: threading.Event, *, at_most_s: float = 30.0) -> Fault:
    """No answer until `released` is set, or for so many seconds."""

    def fault(request: Request, serve: Serve) -> Answer:
        released.wait(at_most_s)
        return serve(request)

    return fault
