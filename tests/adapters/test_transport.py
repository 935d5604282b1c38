"""The network door, against a real server on loopback."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from adapters import wire
from adapters.errors import (
    AdapterError,
    ForbiddenRequestError,
    GoneError,
    MalformedError,
    MovedError,
    NotFoundError,
    RefusedError,
    SettingsError,
    UnreachableError,
    WaitTooLongError,
)
from adapters.protocol import Environment
from adapters.transport import Transport

START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class World:
    """A clock that only sleeping moves, and a server that answers from a list."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)
    at: dt.datetime = START

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.slept_s.append(seconds)
        self.at += dt.timedelta(seconds=seconds)

    def environment(self, *, ca_file: Path | None = None) -> Environment:
        """Return this world for an adapter."""
        return Environment(now=lambda: self.at, sleep=self.sleep, ca_file=ca_file)

    def transport(self, allow: Callable[[wire.Request], bool] = lambda _: True) -> Transport:
        """Return a door to this server alone."""
        return Transport(self.environment(), hosts=frozenset({wire.host_of(self.url)}), allow=allow)


@pytest.fixture
def world() -> Iterator[World]:
    """Serve `world.answers` one after another, the last one for ever."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            box.seen.append((self.command, self.path, dict(self.headers)))
            status, headers, body = box.answers[0] if len(box.answers) == 1 else box.answers.pop(0)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = "Content-Length" in headers

        do_POST = do_GET  # noqa: N815 - the name http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box = World(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield box
    server.shutdown()
    server.server_close()
    thread.join()


def ok(document: object = None, **headers: str) -> Answer:
    """Return a good answer."""
    return 200, {"Content-Type": "application/json", **headers}, json.dumps(document or {}).encode()


def error(status: int, document: object = None, **headers: str) -> Answer:
    """Return an error with header names written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, json.dumps(document).encode() if document is not None else b""


def get(world: World, path: str = "/x") -> wire.Request:
    """Return a request to the server."""
    return wire.Request(method="GET", url=f"{world.url}{path}")


@pytest.mark.parametrize(
    ("answer", "least_s", "most_s"),
    [
        pytest.param(error(429, Retry_After="7"), 7, 7, id="seconds"),
        pytest.param(error(503, Retry_After="1.5"), 1.5, 1.5, id="fraction"),
        pytest.param(error(429, Retry_After="0"), 1, 1, id="zero means one second"),
        pytest.param(error(429, Retry_After="Mon, 23 Nov 2026 09:02:00 GMT"), 120, 120, id="HTTP date"),
        pytest.param(error(429, X_RateLimit_Reset="2026-11-23T09:01Z"), 60, 60, id="ISO without seconds"),
        pytest.param(
            error(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(START.timestamp()) + 90)),
            90,
            90,
            id="epoch",
        ),
        pytest.param(
            error(403, {"message": "You have exceeded a secondary rate limit."}), 60, 60, id="secondary limit"
        ),
        pytest.param(error(429), 2, 3, id="429 without a word"),
        pytest.param(error(502), 2, 3, id="gateway"),
        pytest.param(error(500), 2, 3, id="500 once"),
        pytest.param((200, {"Content-Length": "99"}, b"{}"), 2, 3, id="truncated"),
    ],
)
def test_waits_as_asked_then_tries_again(world: World, answer: Answer, least_s: float, most_s: float) -> None:
    """A wait is exactly what the server asked for, or our own backed-off one; never less."""
    world.answers = [answer, ok({"a": 1})]
    response = world.transport().send(get(world))
    assert response.json() == {"a": 1}
    assert len(world.slept_s) == 1
    assert least_s <= world.slept_s[0] <= most_s


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        pytest.param(error(401), RefusedError, "401", id="401"),
        pytest.param(error(403, {"message": "no scope"}), RefusedError, "no scope", id="403"),
        pytest.param(
            error(403, X_Authentication_Denied_Reason="CAPTCHA_CHALLENGE; login-url=x"),
            RefusedError,
            "CAPTCHA",
            id="captcha",
        ),
        pytest.param(
            ok({"issues": []}, **{"X-Seraph-Loginreason": "AUTHENTICATED_FAILED"}),
            RefusedError,
            "stranger",
            id="silently anonymous",
        ),
        pytest.param(error(404), NotFoundError, "404", id="404"),
        pytest.param(error(410, {"message": "deleted"}), GoneError, "deleted", id="410"),
        pytest.param(
            error(400, {"errorMessages": ["Bad\n\x1b JQL"], "errors": {"jql": "here"}}),
            SettingsError,
            "Bad JQL; jql: here",
            id="400",
        ),
        pytest.param(error(413), MalformedError, "413", id="413"),
        pytest.param(
            (200, {"Content-Type": "text/html"}, b"<html>login</html>"),
            MalformedError,
            "HTML",
            id="login page",
        ),
        pytest.param(error(301), MovedError, "moved", id="moved nowhere"),
        pytest.param(
            error(302, Location="https://elsewhere.example/x"), MalformedError, "elsewhere", id="other host"
        ),
    ],
)
def test_final_answers_become_the_error_of_a_decision(
    world: World, answer: Answer, kind: type[AdapterError], words: str
) -> None:
    """What no patience mends is raised at once, after one request, with the tracker's own words."""
    world.answers = [answer]
    with pytest.raises(kind, match=words) as caught:
        world.transport().send(get(world, "/x?token=secret"))
    assert type(caught.value) is kind
    assert "secret" not in str(caught.value)
    assert len(world.seen) == 1


@pytest.mark.parametrize(
    ("answer", "requests_sent"),
    [pytest.param(error(503), 4, id="four attempts"), pytest.param(error(500), 2, id="500 is tried twice")],
)
def test_gives_up_in_the_end(world: World, answer: Answer, requests_sent: int) -> None:
    """An error that stays ends as unreachable after a bounded number of attempts."""
    world.answers = [answer]
    with pytest.raises(UnreachableError):
        world.transport().send(get(world))
    assert len(world.seen) == requests_sent


def test_hands_back_a_wait_that_is_too_long(world: World) -> None:
    """More than 15 minutes is not slept but returned with the instant to come again."""
    world.answers = [error(429, Retry_After="3600")]
    with pytest.raises(WaitTooLongError) as caught:
        world.transport().send(get(world))
    assert caught.value.retry_at == START + dt.timedelta(hours=1)
    assert world.slept_s == []


def test_refuses_what_is_not_a_reading_call(world: World) -> None:
    """A request outside the allow-list, or out of its path by dots, never leaves the house."""
    transport = world.transport(allow=lambda request: request.path.startswith("/rest/"))
    for path in ("/admin", "/rest/%2e%2e/admin"):
        with pytest.raises(ForbiddenRequestError):
            transport.send(get(world, path))
    assert world.seen == []


def test_refuses_other_hosts(world: World) -> None:
    """Only the configured host is asked, and plain http only on this machine."""
    transport = world.transport()
    with pytest.raises(ForbiddenRequestError):
        transport.send(wire.Request(method="GET", url="https://other.example/x"))
    with pytest.raises(SettingsError):
        transport.send(wire.Request(method="GET", url="http://other.example/x"))


def test_shows_the_allow_list_the_document_of_a_query(world: World) -> None:
    """The allow-list sees method, path, parameters and JSON body, so it can tell a query from a write."""
    shown: list[wire.Request] = []
    world.answers = [ok()]
    request = wire.Request(
        method="POST", url=f"{world.url}/graphql?a=1", params=(("b", "2"),), json={"query": "query{x}"}
    )

    def allow(asked: wire.Request) -> bool:
        shown.append(asked)
        return True

    world.transport(allow=allow).send(request)
    assert shown[0].path == "/graphql"
    assert shown[0].query == {"a": "1", "b": "2"}
    assert shown[0].json == {"query": "query{x}"}


def test_follows_a_redirect_on_the_same_host(world: World) -> None:
    """A renamed repository is followed, credentials included, because the origin is the same."""
    world.answers = [error(301, Location="/repositories/7?page=2"), ok({"a": 1})]
    request = wire.Request(method="GET", url=f"{world.url}/x", headers={"Authorization": "Bearer t"})
    assert world.transport().send(request).json() == {"a": 1}
    assert [path for _, path, _ in world.seen] == ["/x", "/repositories/7?page=2"]
    assert world.seen[1][2]["Authorization"] == "Bearer t"


def test_a_vendors_session_passes_the_same_door(world: World) -> None:
    """Mounted on another session, the door keeps its rules and counts."""
    transport = world.transport(allow=lambda request: request.path == "/rest/ok")
    session = requests.Session()
    session.trust_env = False
    session.mount(world.url, transport.http_adapter())
    world.answers = [error(429, Retry_After="3"), ok({"a": 1})]
    assert session.get(f"{world.url}/rest/ok").json() == {"a": 1}
    with pytest.raises(ForbiddenRequestError):
        session.delete(f"{world.url}/rest/ok/1")
    assert transport.usage.requests == 2
    assert transport.usage.waited_s == 3
    assert transport.usage.bytes_received == len(b'{"a": 1}')
    session.close()
    transport.close()


def test_says_that_nobody_answers() -> None:
    """A closed port is unreachable, after waits that double and never shrink."""
    slept_s: list[float] = []
    environment = Environment(now=lambda: START, sleep=slept_s.append)
    transport = Transport(environment, hosts=frozenset({"127.0.0.1:9"}), allow=lambda _: True)
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9/x"):
        transport.send(wire.Request(method="GET", url="http://127.0.0.1:9/x"))
    assert [least <= wait <= 1.5 * least for least, wait in zip((2, 4, 8), slept_s, strict=True)] == [
        True
    ] * 3


def test_names_a_missing_ca_file(world: World, tmp_path: Path) -> None:
    """A CA file that is not there is a fault of the settings, told before any request."""
    environment = world.environment(ca_file=tmp_path / "ca.pem")
    with pytest.raises(SettingsError, match=r"ca\.pem"):
        Transport(environment, hosts=frozenset(), allow=lambda _: True)
