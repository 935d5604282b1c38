"""The one network door of the ground floor: bounded, patient as asked, reading calls only.

Every request passes `_Door`, whether it comes from `Transport.send` or from the session of a
vendor's package on which `http_adapter` is mounted. All doors of a process share what each host
bears: `Environment.budgets`.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from adapters import wire
from adapters.errors import (
    AdapterError,
    ForbiddenRequestError,
    MalformedError,
    MovedError,
    RefusedError,
    SettingsError,
    UnreachableError,
)
from adapters.manners import Manners, Setback
from adapters.protocol import Environment
from adapters.usage import Usage
from adapters.verdict import Tries, raise_for, wants_a_person

__all__ = ["TIMEOUT_S", "Transport", "Usage"]

TIMEOUT_S = (5.0, 60.0)  # to connect; between two bytes of an answer
MAX_BODY_BYTES = 200_000_000
MAX_REDIRECTS = 3

_CHUNK_BYTES = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Transport:
    """Sends reading requests to the configured hosts. Safe to share between threads."""

    def __init__(
        self,
        environment: Environment,
        *,
        hosts: frozenset[str],
        allow: Callable[[wire.Request], bool],
        jitter: random.Random | None = None,
    ) -> None:
        """Open the door a crack.

        Args:
            environment: Clock, sleep, CA file, proxy, the budgets of hosts, and where costs are counted.
            hosts: Hosts that may be asked, as `wire.host_of` writes them (port included).
            allow: Says of a request whether it is one of the adapter's reading calls.
            jitter: Chance for waits the server leaves to us; derived from the hosts by default.

        Raises:
            SettingsError: The CA file does not exist.
        """
        if environment.ca_file is not None and not environment.ca_file.is_file():
            raise SettingsError(f"CA file {environment.ca_file} is missing; expected a PEM file")
        self.usage = environment.usage
        self._door = _Door(environment, hosts=hosts, allow=allow, usage=self.usage)
        # Jitter spreads load; it protects nothing.
        self._door.jitter = jitter or random.Random(" ".join(sorted(hosts)))  # noqa: S311 - no secret here

    def send(self, request: wire.Request, *, patient: bool = True) -> wire.Response:
        """Send one request; wait and try again as the rules allow.

        A limit, also one told by a 200 with GraphQL errors, is waited out here and slows down all
        who share the host.

        Args:
            request: What to ask. With `If-None-Match` the answer may be a 304, an answer like others.
            patient: Whether to try again when the host's gateway did not manage it. False for a query
                whose size the caller would rather reduce than see fail again.

        Returns:
            An answer below 400, its body whole.

        Raises:
            UnreachableError: No usable answer after four attempts; OverloadedError where it was
                the host's gateway (502, 503, 504) to the last.
            WaitTooLongError: The host asks for more than 15 minutes, now or in an earlier answer.
            RefusedError: 401, 403, or an answer given anonymously in spite of the token.
            NotFoundError: 404, 410, or moved without a new address.
            SettingsError: 400 or 422, with the tracker's words; an unsafe address.
            MalformedError: Another 4xx, HTML, too large, or a redirect to another host.
            ForbiddenRequestError: The request is outside the allow-list.
        """
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "clientview",
            **request.headers,
        }
        prepared = requests.Request(
            request.method, request.url, headers=headers, params=list(request.params), json=request.json
        ).prepare()
        return _as_wire(self._door.deliver(prepared, patient=patient))

    def http_adapter(self) -> BaseAdapter:
        """Return the door itself, for the session of a vendor's package."""
        return self._door

    def close(self) -> None:
        """Give back the connections. Idempotent."""
        self._door.close()


class _Door(HTTPAdapter):
    """A requests adapter that keeps the rules for whoever sends through it."""

    jitter: random.Random

    def __init__(
        self,
        environment: Environment,
        *,
        hosts: frozenset[str],
        allow: Callable[[wire.Request], bool],
        usage: Usage,
    ) -> None:
        super().__init__(
            pool_connections=max(len(hosts), 1), pool_maxsize=environment.budgets.most, pool_block=True
        )
        self._environment = environment
        self._hosts = hosts
        self._allow = allow
        self._usage = usage
        self._locked_out = ""  # why, once the tracker wants a person to log in

    def send(
        self, request: requests.PreparedRequest, *_session_says: object, **_session_wants: object
    ) -> requests.Response:
        """Send with our own time-outs, trust and proxy, whatever the session asks for."""
        return self.deliver(request, patient=True)

    def deliver(self, request: requests.PreparedRequest, *, patient: bool) -> requests.Response:
        """Send, follow where it is safe, and return an answer below 400."""
        for _hop in range(MAX_REDIRECTS + 1):
            answer = self._send_patiently(request, patient=patient)
            if answer.status_code not in _REDIRECTS:
                return answer
            request = self._redirected(request, answer)
        raise MalformedError(f"{_told(request)} redirects more than {MAX_REDIRECTS} times")

    def _send_patiently(self, request: requests.PreparedRequest, *, patient: bool) -> requests.Response:
        """Send until there is a final answer, and return it where it is good."""
        self._check(request)
        tries = Tries(told=_told(request), patient=patient)
        manners = self._manners(wire.host_of(request.url or ""))
        while True:
            outcome = self._send_in_turn(request, manners, tries)
            if isinstance(outcome, requests.Response):
                self._judge(_as_wire(outcome), told=tries.told)
                return outcome
            manners.rest(outcome, tries)

    def _send_in_turn(
        self, request: requests.PreparedRequest, manners: Manners, tries: Tries
    ) -> requests.Response | Setback:
        """Send once; what the answer means for others is known before its slot is free."""
        with manners.turn(told=tries.told):
            try:
                answer = self._send_once(request)
            except UnreachableError as exc:
                return manners.broke(exc, tries)
            return manners.heed(_as_wire(answer), tries) or answer

    def _manners(self, host: str) -> Manners:
        world = self._environment
        return Manners(world, budget=world.budgets.of(host), usage=self._usage, jitter=self.jitter)

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
            self._usage.sent()

    def _read(self, answer: requests.Response) -> requests.Response:
        """Read the body, bounded, into an answer that needs no connection any more."""
        body = bytearray()
        for chunk in answer.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise MalformedError(f"{_told(answer.request)} answered more than {MAX_BODY_BYTES} bytes")
        self._usage.received(len(body))
        self._compare_clocks(answer)
        whole = requests.Response()
        whole.status_code, whole.reason, whole.url = answer.status_code, answer.reason, answer.url
        whole.headers, whole.request, whole.encoding = answer.headers, answer.request, answer.encoding
        whole.raw = io.BytesIO(bytes(body))
        return whole

    def _compare_clocks(self, answer: requests.Response) -> None:
        told_at = wire.told_at({"date": answer.headers.get("date", "")})
        if told_at is not None:
            self._usage.told_time(told_at, now=self._environment.now())

    def _check(self, request: requests.PreparedRequest) -> None:
        described = _described(request)
        url = described.url
        if urlsplit(url).scheme != "https" and not wire.is_loopback(url):
            raise SettingsError(f"{described}: plain http goes to this machine only; expected https")
        if wire.host_of(url) not in self._hosts:
            raise ForbiddenRequestError(f"{described}: the host is not one of the configured source")
        if "/.." in described.path or not self._allow(described):
            raise ForbiddenRequestError(f"{described}: not one of the reading calls of this adapter")
        self._refuse_if_locked_out()

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

    def _judge(self, response: wire.Response, *, told: str) -> None:
        try:
            raise_for(response, told=told)
        except RefusedError as exc:
            if wants_a_person(response):
                self._locked_out = str(exc)
            raise

    def _refuse_if_locked_out(self) -> None:
        """Ask nothing more, from any thread: each try would count as another failed login."""
        if self._locked_out:
            raise RefusedError(self._locked_out)


def _unanswered(exc: requests.exceptions.RequestException, *, told: str) -> AdapterError:
    """Say why there was no answer. The exception's own text stays out: it may hold a proxy's password."""
    if isinstance(exc, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(exc):
        return SettingsError(
            f"{told}: the certificate is not trusted; for a private CA set [network] ca_file"
        )
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidProxyURL)):
        return SettingsError(f"{told}: the address, or that of the proxy, is unusable")
    return UnreachableError(f"{told} gave no whole answer ({type(exc).__name__})")


def _as_wire(answer: requests.Response) -> wire.Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    body = answer.content
    return wire.Response(status=answer.status_code, headers=headers, body=body, url=answer.url)


def _told(request: requests.PreparedRequest) -> str:
    return str(wire.Request(method=request.method or "", url=request.url or ""))


def _described(request: requests.PreparedRequest) -> wire.Request:
    """Say what a prepared request asks, for the allow-list: path, parameters and JSON body apart."""
    parts = urlsplit(request.url or "")
    try:
        document: wire.JSON = json.loads(request.body) if request.body else None
    except (TypeError, ValueError) as exc:
        raise ForbiddenRequestError(f"{_told(request)}: a body that is no JSON") from exc
    return wire.Request(
        method=request.method or "",
        url=parts._replace(query="", fragment="").geturl(),
        params=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        json=document,
    )
