"""The one network door of the ground floor: bounded, patient as asked, reading calls only.

Every request passes `_Door`, whether it comes from `Transport.send` or from the session of a
vendor's package on which `http_adapter` is mounted.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from adapters import wire
from adapters.errors import (
    AdapterError,
    ForbiddenRequestError,
    GoneError,
    MalformedError,
    MovedError,
    NotFoundError,
    OverloadedError,
    RefusedError,
    SettingsError,
    UnreachableError,
    WaitTooLongError,
)
from adapters.protocol import Environment

TIMEOUT_S = (5.0, 60.0)  # to connect; between two bytes of an answer
MAX_ATTEMPTS = 4
MAX_WAIT_S = 900.0  # a longer wait belongs to the scheduler; it is handed back, never shortened
BACKOFF_S = 2.0  # doubled each time, with up to half as much again by chance
MAX_BODY_BYTES = 200_000_000
MAX_REDIRECTS = 3

_CHUNK_BYTES = 65_536
_PATIENT = frozenset({502, 503, 504})  # gateways and maintenance; 500 is tried once more only
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ERRORS: Mapping[int, type[AdapterError]] = {
    400: SettingsError,
    401: RefusedError,
    403: RefusedError,
    404: NotFoundError,
    407: RefusedError,
    410: GoneError,
    422: SettingsError,
}


@dataclass(slots=True)
class Usage:
    """What a transport has cost so far. Waited seconds are those asked for, summed over threads."""

    requests: int = 0
    bytes_received: int = 0
    waited_s: float = 0.0


class Transport:
    """Sends reading requests to the configured hosts. Safe to share between threads."""

    def __init__(
        self,
        environment: Environment,
        *,
        hosts: frozenset[str],
        allow: Callable[[wire.Request], bool],
        connections: int = 8,
        jitter: random.Random | None = None,
    ) -> None:
        """Open the door a crack.

        Args:
            environment: Clock, sleep, CA file and proxy.
            hosts: Hosts that may be asked, as `wire.host_of` writes them (port included).
            allow: Says of a request whether it is one of the adapter's reading calls.
            connections: Most connections at one time.
            jitter: Chance for waits the server leaves to us; derived from the hosts by default.

        Raises:
            SettingsError: The CA file does not exist.
        """
        if environment.ca_file is not None and not environment.ca_file.is_file():
            raise SettingsError(f"CA file {environment.ca_file} is missing; expected a PEM file")
        self.usage = Usage()
        self._door = _Door(environment, hosts=hosts, allow=allow, connections=connections, usage=self.usage)
        # Jitter spreads load; it protects nothing.
        self._door.jitter = jitter or random.Random(" ".join(sorted(hosts)))  # noqa: S311 - no secret here
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.clear()
        self._session.mount("https://", self._door)
        self._session.mount("http://", self._door)

    def send(self, request: wire.Request) -> wire.Response:
        """Send one request; wait and try again as the rules allow.

        Returns:
            An answer below 400, its body whole. 304 is an answer.

        Raises:
            UnreachableError: No usable answer after four attempts; OverloadedError where it was
                502, 503 or 504 to the last.
            WaitTooLongError: The server asks for more than 15 minutes.
            RefusedError: 401, 403, or an answer given anonymously in spite of the token.
            NotFoundError: 404, 410, or moved without a new address.
            SettingsError: 400 or 422, with the tracker's words; an unsafe address.
            MalformedError: Another 4xx, HTML, too large, or a redirect to another host.
            ForbiddenRequestError: The request is outside the allow-list.
        """
        headers = {"Accept": "application/json", "User-Agent": "clientview", **request.headers}
        prepared = self._session.prepare_request(
            requests.Request(
                request.method, request.url, headers=headers, params=list(request.params), json=request.json
            )
        )
        answer = self._session.send(prepared, allow_redirects=False)
        return wire.Response(
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=answer.content,
            url=answer.url,
        )

    def http_adapter(self) -> BaseAdapter:
        """Return the door itself, for the session of a vendor's package."""
        return self._door

    def close(self) -> None:
        """Give back the connections. Idempotent."""
        self._session.close()


class _Door(HTTPAdapter):
    """A requests adapter that keeps the rules for whoever sends through it."""

    jitter: random.Random

    def __init__(
        self,
        environment: Environment,
        *,
        hosts: frozenset[str],
        allow: Callable[[wire.Request], bool],
        connections: int,
        usage: Usage,
    ) -> None:
        super().__init__(pool_connections=max(len(hosts), 1), pool_maxsize=connections, pool_block=True)
        self._environment = environment
        self._hosts = hosts
        self._allow = allow
        self._usage = usage
        self._lock = threading.Lock()
        self._paused_until_at: dt.datetime | None = None

    def send(
        self, request: requests.PreparedRequest, *_session_says: object, **_session_wants: object
    ) -> requests.Response:
        """Send with our own time-outs, trust and proxy, whatever the session asks for."""
        for _hop in range(MAX_REDIRECTS + 1):
            answer = self._send_patiently(request)
            if answer.status_code not in _REDIRECTS:
                return answer
            request = self._redirected(request, answer)
        raise MalformedError(f"{_told(request)} redirects more than {MAX_REDIRECTS} times")

    def _send_patiently(self, request: requests.PreparedRequest) -> requests.Response:
        self._check(request)
        failure: AdapterError = UnreachableError(f"{_told(request)} was not tried")
        server_errors = 0
        for attempt in range(1, MAX_ATTEMPTS + 1):
            self._hold()
            try:
                answer = self._send_once(request)
            except UnreachableError as exc:
                failure, wait_s = exc, None
            else:
                response = _as_wire(answer)
                server_errors += response.status == 500
                if not _is_worth_retrying(response, server_errors=server_errors):
                    _raise_for(response, told=_told(request))
                    return answer
                kind = OverloadedError if response.status in _PATIENT else UnreachableError
                failure = kind(_said(response, told=_told(request)))
                wait_s = wire.asked_wait_s(response, now=self._environment.now())
            if attempt < MAX_ATTEMPTS or wait_s is not None:
                self._pause(self._wait_s(wait_s, attempt=attempt), told=_told(request), failure=failure)
        raise failure

    def _send_once(self, request: requests.PreparedRequest) -> requests.Response:
        url = request.url or ""
        ca_file, proxy = self._environment.ca_file, self._environment.proxy
        try:
            answer = super().send(
                request,
                stream=True,
                timeout=TIMEOUT_S,
                verify=str(ca_file) if ca_file else True,
                proxies={"http": proxy, "https": proxy} if proxy and not wire.is_loopback(url) else {},
            )
            with answer:
                return self._read(answer)
        except requests.exceptions.RequestException as exc:
            raise _unanswered(exc, told=_told(request)) from exc
        finally:
            with self._lock:
                self._usage.requests += 1

    def _read(self, answer: requests.Response) -> requests.Response:
        """Read the body, bounded, into an answer that needs no connection any more."""
        body = bytearray()
        for chunk in answer.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise MalformedError(f"{_told(answer.request)} answered more than {MAX_BODY_BYTES} bytes")
        with self._lock:
            self._usage.bytes_received += len(body)
        whole = requests.Response()
        whole.status_code, whole.reason, whole.url = answer.status_code, answer.reason, answer.url
        whole.headers, whole.request, whole.encoding = answer.headers, answer.request, answer.encoding
        whole.raw = io.BytesIO(bytes(body))
        return whole

    def _check(self, request: requests.PreparedRequest) -> None:
        described = _described(request)
        url = described.url
        if urlsplit(url).scheme != "https" and not wire.is_loopback(url):
            raise SettingsError(f"{described}: plain http goes to this machine only; expected https")
        if wire.host_of(url) not in self._hosts:
            raise ForbiddenRequestError(f"{described}: the host is not one of the configured source")
        if "/.." in described.path or not self._allow(described):
            raise ForbiddenRequestError(f"{described}: not one of the reading calls of this adapter")

    def _redirected(
        self, request: requests.PreparedRequest, answer: requests.Response
    ) -> requests.PreparedRequest:
        """Follow to the same origin only: credentials never travel to another."""
        target = answer.headers.get("location", "")
        if not target:
            raise MovedError(f"{_told(request)} has moved, and the tracker does not say where")
        old, new = request.url or "", urljoin(request.url or "", target)
        if (urlsplit(old).scheme, wire.host_of(old)) != (urlsplit(new).scheme, wire.host_of(new)):
            raise MalformedError(
                f"{_told(request)} redirects to {wire.clean(wire.host_of(new))}, which is not followed;"
                " expected an answer of the configured address itself"
            )
        if request.method != "GET" and answer.status_code not in {307, 308}:
            raise MalformedError(f"{_told(request)} redirects a query to another address")
        followed = request.copy()
        followed.prepare_url(new, None)
        return followed

    def _wait_s(self, asked_s: float | None, *, attempt: int) -> float:
        if asked_s is not None:
            return asked_s
        with self._lock:
            chance: float = self.jitter.uniform(1.0, 1.5)
        return BACKOFF_S * 2.0 ** (attempt - 1) * chance

    def _pause(self, wait_s: float, *, told: str, failure: AdapterError) -> None:
        until_at = self._environment.now() + dt.timedelta(seconds=wait_s)
        if wait_s > MAX_WAIT_S:
            raise WaitTooLongError(
                f"{told} asks us to wait {wait_s:.0f} s, until {until_at:%Y-%m-%d %H:%M} UTC;"
                f" a run waits {MAX_WAIT_S:.0f} s at most",
                retry_at=until_at,
            ) from failure
        with self._lock:
            self._paused_until_at = max(until_at, self._paused_until_at or until_at)

    def _hold(self) -> None:
        """Wait out what any thread was asked to wait: a limit is the host's, not a thread's."""
        with self._lock:
            until_at = self._paused_until_at
        if until_at is None:
            return
        wait_s = (until_at - self._environment.now()).total_seconds()
        if wait_s > 0:
            self._environment.sleep(wait_s)
        with self._lock:
            self._usage.waited_s += max(wait_s, 0.0)
            if self._paused_until_at == until_at:
                self._paused_until_at = None


def _unanswered(exc: requests.exceptions.RequestException, *, told: str) -> AdapterError:
    """Say why there was no answer. The exception's own text stays out: it may hold a proxy's password."""
    if isinstance(exc, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(exc):
        return SettingsError(
            f"{told}: the certificate is not trusted; for a private CA set [network] ca_file"
        )
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidProxyURL)):
        return SettingsError(f"{told}: the address, or that of the proxy, is unusable")
    return UnreachableError(f"{told} gave no whole answer ({type(exc).__name__})")


def _is_worth_retrying(response: wire.Response, *, server_errors: int) -> bool:
    if response.status == 500:
        return server_errors == 1
    return response.status in _PATIENT or wire.is_rate_limited(response)


def _raise_for(response: wire.Response, *, told: str) -> None:
    """Turn a final answer that is no good into the error of the decision it asks for."""
    headers = response.headers
    login = headers.get("x-seraph-loginreason", "")
    if "AUTHENTICATED_FAILED" in login or "AUTHENTICATION_DENIED" in login:
        raise RefusedError(f"{told} answered as to a stranger: the token does not log in")
    if "CAPTCHA" in headers.get("x-authentication-denied-reason", ""):
        raise RefusedError(f"{told} refused: a person must log in once in a browser (CAPTCHA)")
    if response.status >= 400:
        default = UnreachableError if response.status >= 500 else MalformedError
        raise _ERRORS.get(response.status, default)(_said(response, told=told))
    if response.status == 200 and response.is_html:
        raise MalformedError(f"{told} answered with an HTML page; expected JSON")


def _said(response: wire.Response, *, told: str) -> str:
    words = wire.error_text(response)
    return f"{told} answered {response.status}" + (f": {words}" if words else "")


def _as_wire(answer: requests.Response) -> wire.Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    body = answer.content
    return wire.Response(status=answer.status_code, headers=headers, body=body, url=answer.url)


def _told(request: requests.PreparedRequest) -> str:
    return str(wire.Request(method=request.method or "", url=request.url or ""))


def _described(request: requests.PreparedRequest) -> wire.Request:
    """Say what a prepared request asks, for the allow-list: path, parameters and JSON body apart."""
    parts = urlsplit(request.url or "")
    body = request.body
    try:
        document: wire.JSON = json.loads(body) if isinstance(body, (bytes, str)) and body else None
    except ValueError as exc:
        raise ForbiddenRequestError(f"{_told(request)}: a body that is no JSON") from exc
    return wire.Request(
        method=request.method or "",
        url=parts._replace(query="", fragment="").geturl(),
        params=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        json=document,
    )
