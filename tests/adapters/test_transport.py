"""The network door, against a real server on loopback."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters import transport as transport_module
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
from adapters.github import queries
from adapters.protocol import Environment
from adapters.transport import Transport
from tests.adapters.transport_world import RESET, START, Answer, World, error, ok, serving


@pytest.fixture
def world() -> Iterator[World]:
    """Serve `world.answers` one after another, the last one for ever."""
    with serving() as served:
        yield served


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
        pytest.param((200, {"Connection": "close"}, b'{"a": {}'), 2, 3, id="truncated, of no stated length"),
        pytest.param((200, {"Connection": "close"}, b""), 2, 3, id="nothing"),
        pytest.param((200, {"Content-Encoding": "gzip"}, b"{}"), 2, 3, id="not packed as it says"),
        pytest.param(RESET, 2, 3, id="connection reset"),
        pytest.param((502, {"Content-Type": "text/html"}, b"<html>"), 2, 3, id="gateway's page"),
        pytest.param(error(524), 2, 3, id="gateway of a content network"),
    ],
)
def test_waits_as_asked_then_tries_again(world: World, answer: Answer, least_s: float, most_s: float) -> None:
    """A wait is exactly what the server asked for, or our own backed-off one; never less."""
    world.answers = [answer, ok({"a": 1})]
    response = world.transport().send(world.get())
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
        world.transport().send(world.get("/x?token=secret"))
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
        world.transport().send(world.get())
    assert len(world.seen) == requests_sent


def test_hands_back_a_wait_that_is_too_long(world: World) -> None:
    """More than 15 minutes is not slept but returned with the instant to come again."""
    world.answers = [error(429, Retry_After="3600")]
    with pytest.raises(WaitTooLongError) as caught:
        world.transport().send(world.get())
    assert caught.value.retry_at == START + dt.timedelta(hours=1)
    assert world.slept_s == []


def test_refuses_what_is_not_a_reading_call(world: World) -> None:
    """A request outside the allow-list, or out of its path by dots, never leaves the house."""
    transport = world.transport(allow=lambda request: request.path.startswith("/rest/"))
    for path in ("/admin", "/rest/%2e%2e/admin"):
        with pytest.raises(ForbiddenRequestError):
            transport.send(world.get(path))
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


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(ok({"issues": []}, X_Seraph_LoginReason="AUTHENTICATED_FAILED"), id="failed"),
        pytest.param(ok({"issues": []}, X_Seraph_LoginReason="AUTHENTICATION_DENIED, OK"), id="denied"),
    ],
)
def test_trap_28_a_token_that_expired_is_no_empty_project(world: World, answer: Answer) -> None:
    """A 200 without issues whose header says that nobody logged in is a refusal."""
    world.answers = [answer]
    with pytest.raises(RefusedError, match="stranger"):
        world.transport().send(world.get())


def test_trap_37_a_locked_account_is_asked_nothing_more(world: World) -> None:
    """After the first CAPTCHA no request leaves this door: each would be one more failed login."""
    world.answers = [error(403, X_Authentication_Denied_Reason="CAPTCHA_CHALLENGE; login-url=x")]
    transport = world.transport()
    for _ in range(3):
        with pytest.raises(RefusedError, match="CAPTCHA"):
            transport.send(world.get())
    assert len(world.seen) == 1


def test_trap_67_a_move_without_an_address_is_told(world: World) -> None:
    """301 without Location: it has moved, which is neither deleted nor a reason to fail otherwise."""
    world.answers = [error(301)]
    with pytest.raises(MovedError):
        world.transport().send(world.get())


@pytest.mark.parametrize("answer", [error(503), error(500), RESET, (200, {}, b"")])
def test_trap_75_an_answer_that_never_comes_is_no_empty_one(world: World, answer: Answer) -> None:
    """However often it was tried: an error is raised, from which nobody can conclude an absence."""
    world.answers = [answer]
    with pytest.raises(UnreachableError):
        world.transport().send(world.get())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_trap_76_nothing_is_written_hence_nothing_twice(world: World, method: str) -> None:
    """What might be retried is read-only by the allow-list: a write is refused before it is sent."""
    transport = world.transport(allow=lambda request: request.method == "GET")
    with pytest.raises(ForbiddenRequestError):
        transport.send(wire.Request(method=method, url=f"{world.url}/x", json={"a": 1}))
    assert world.seen == []


@pytest.mark.parametrize(
    "document",
    [
        "mutation { deleteIssue }",
        " mutation X { a }",
        "# query\nmutation { a }",
        "{ a }",
        "subscription { a }",
    ],
)
def test_trap_77_no_mutation_slips_in(world: World, document: str) -> None:
    """Of GraphQL only what begins as a query leaves the house."""
    rules = queries.Rules(api=f"{world.url}", graphql_url=f"{world.url}/graphql")
    transport = world.transport(allow=rules.allows)
    with pytest.raises(ForbiddenRequestError):
        transport.send(wire.Request(method="POST", url=f"{world.url}/graphql", json={"query": document}))
    assert world.seen == []


def test_a_304_is_an_answer_and_costs_a_request(world: World) -> None:
    """Whoever sends an ETag along sees whether anything changed; it counts like any request."""
    world.answers = [ok({"a": 1}, ETag='"7"'), error(304, ETag='"7"')]
    transport = world.transport()
    tag = transport.send(world.get()).headers["etag"]
    answer = transport.send(world.get(If_None_Match=tag))
    assert (answer.status, answer.body) == (304, b"")
    assert world.seen[1][2]["If-None-Match"] == '"7"'
    assert transport.usage.requests == 2


def test_bodies_come_packed(world: World) -> None:
    """Trackers are asked to pack what they send; what is read is unpacked."""
    packed = gzip.compress(b'{"a": 1}')
    world.answers = [(200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, packed)]
    assert world.transport().send(world.get()).json() == {"a": 1}
    assert world.seen[0][2]["Accept-Encoding"] == "gzip"


def test_trap_70_a_query_too_heavy_is_handed_back_at_once(world: World) -> None:
    """Without patience a 502 ends it, so that the caller asks for less: each repetition costs points."""
    world.answers = [error(502)]
    with pytest.raises(OverloadedError):
        world.transport().send(world.get(), patient=False)
    assert len(world.seen) == 1
    assert world.slept_s == []


def test_what_is_no_overload_is_tried_again_all_the_same(world: World) -> None:
    """A connection that broke and a limit say nothing of a query's size."""
    world.answers = [RESET, error(429, Retry_After="3"), ok({"a": 1})]
    assert world.transport().send(world.get(), patient=False).json() == {"a": 1}
    assert len(world.seen) == 3


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


@pytest.mark.parametrize(
    ("method", "status", "words"),
    [
        pytest.param("GET", 302, "more than 3 times", id="in a circle"),
        pytest.param("POST", 302, "redirects a query", id="a query that would lose its body"),
        pytest.param("POST", 307, "more than 3 times", id="a query that keeps it"),
    ],
)
def test_follows_no_redirect_for_ever(world: World, method: str, status: int, words: str) -> None:
    """Three times at most, and only where the request stays what it is."""
    world.answers = [error(status, Location="/x")]
    with pytest.raises(MalformedError, match=words):
        world.transport().send(wire.Request(method=method, url=f"{world.url}/x"))
    assert len(world.seen) <= 4


def test_reads_no_body_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound reading stops: no answer of a tracker fills the memory."""
    monkeypatch.setattr(transport_module, "MAX_BODY_BYTES", 10)
    world.answers = [ok({"title": "far too long"})]
    with pytest.raises(MalformedError, match="more than 10 bytes"):
        world.transport().send(world.get())


@pytest.mark.parametrize("body", ["query=mutation", iter([b'{"query": "mutation"}'])], ids=["form", "stream"])
def test_a_body_the_allow_list_cannot_read_is_refused(world: World, body: Any) -> None:
    """What is no JSON cannot be told from a write, and stays in the house."""
    session = requests.Session()
    session.trust_env = False
    session.mount(world.url, world.transport().http_adapter())
    with pytest.raises(ForbiddenRequestError, match="no JSON"):
        session.post(f"{world.url}/graphql", data=body)
    session.close()
    assert world.seen == []


def test_a_proxy_that_is_no_address_is_a_fault_of_the_settings() -> None:
    """The configuration is at fault, not the tracker; the proxy's text, a password perhaps, stays out."""
    environment = Environment(now=lambda: START, sleep=lambda _: None, proxy="http://:pass@/")
    transport = Transport(environment, hosts=frozenset({"t.example"}), allow=lambda _: True)
    with pytest.raises(SettingsError, match="proxy") as caught:
        transport.send(wire.Request(method="GET", url="https://t.example/x"))
    assert "pass" not in str(caught.value)
