"""Around every answer: strict headers, one line of log without any secret, and a limit for each reader."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import APIRouter

from connector import logs
from connector.clock import system_clock
from connector.web.server import WebServer
from tests.connector.web_house import SERVED, House, served

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "strict-transport-security": "max-age=31536000",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SECRET = "quoted-by-an-error"


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[House]:
    """A web side with an edition of two clients each."""
    with served(tmp_path, monkeypatch, capsys) as running:
        yield running


def test_every_answer_has_the_strict_headers(house: House) -> None:
    """Pages, files, refusals, redirects, keys, health: none may be framed, sniffed, indexed or told of."""
    link = house.link()
    paths = (
        link, f"{link}feed.xml", f"{link}editions/1/email.html", link[:-1], "/x", "/clientview-key.pem",
        "/robots.txt", "/healthz", "/readyz", "/l/x/",
    )  # fmt: skip
    for path in paths:
        answer = house.ask(path)
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, path
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "frame-ancestors 'none'" in policy, path
        assert "server" not in answer.headers, path
        assert "camera=()" in answer.headers["permissions-policy"], path


def test_a_page_is_under_its_own_policy_and_kept_by_its_reader_alone(house: House) -> None:
    """The header says what the page's first lines say and forbids frames; caches ask each time."""
    answer = house.ask(house.link())
    own = answer.text.partition('http-equiv="Content-Security-Policy" content="')[2].partition('"')[0]
    assert answer.headers["content-security-policy"] == f"{own}; frame-ancestors 'none'"
    assert "unsafe" not in own
    assert answer.headers["cache-control"] == "private, no-cache"
    assert house.ask("/l/x/").headers["cache-control"] == "no-store"


def test_each_kind_of_file_is_told_as_what_it_is(house: House) -> None:
    """So that no reader's program guesses."""
    link = house.link()
    kinds = {
        "index.html": "text/html; charset=utf-8",
        "feed.xml": "application/atom+xml; charset=utf-8",
        "milestones.ics": "text/calendar; charset=utf-8",
        "badge.svg": "image/svg+xml",
        "editions/1/summary.json": "application/json",
        "editions/1/summary.md": "text/markdown; charset=utf-8",
        "editions/1/email.txt": "text/plain; charset=utf-8",
        "editions/1/statement.sig": "application/octet-stream",
    }
    assert {name: house.ask(link + name).headers["content-type"] for name in kinds} == kinds


def test_over_plain_http_nothing_promises_https(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a public address over https there is no such header."""
    head = SERVED.replace('base_url = "https://status.example.com"\n', "")
    with served(tmp_path, monkeypatch, capsys, head=head) as house:
        assert "strict-transport-security" not in house.ask("/x").headers


def test_only_get_and_head_are_answered(house: House) -> None:
    """Anything else is refused by the page that says there is nothing, and says how to ask."""
    link = house.link()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer = house.ask(link, method=method)
        assert (answer.status, answer.body) == (405, house.ask("/x").body)
    assert house.ask("/robots.txt", method="POST", body="").status == 405


def test_a_reader_who_asks_too_often_waits_and_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """429 says when to come back; whom a trusted proxy tells apart is counted apart, links or not."""
    head = SERVED.replace("rate_per_minute = 100000", "rate_per_minute = 3")
    with served(tmp_path, monkeypatch, capsys, head=head) as house:
        link = house.link()
        paths = (link, "/x", "/l/y/", link)
        found = [house.ask(path, X_Forwarded_For="203.0.113.9") for path in paths]
        assert [one.status for one in found] == [200, 404, 404, 429]
        assert 1 <= int(found[-1].headers["retry-after"]) <= 60
        assert house.ask(link, X_Forwarded_For="203.0.113.10").status == 200


def test_whom_no_trusted_proxy_names_cannot_choose_their_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without trusted proxies the header is a reader's claim, and changes nothing."""
    head = SERVED.replace("rate_per_minute = 100000", "rate_per_minute = 3").replace('["127.0.0.1"]', "[]")
    with served(tmp_path, monkeypatch, capsys, head=head) as house:
        found = [house.ask("/x", X_Forwarded_For=f"203.0.113.{number}").status for number in range(4)]
        assert found == [404, 404, 404, 429]


def test_no_line_of_the_log_holds_a_token_or_a_path(house: House) -> None:
    """Whatever was asked and however it ended; a link is known by its number."""
    link, closed = house.link(), house.link()
    house.bench.do("link", "revoke", "apollo", "2")
    with _logged() as lines:
        for path in (link, link[:-1], f"{link}x", closed, "/l/forged.token/", "/some/where", "/%ff"):
            house.ask(path)
        house.ask(link, method="POST", body="passphrase=secret")
        house.ask(link, method="BREW")
    told = lines.getvalue()
    assert "GET answered with 200" in told
    assert "link 1" in told
    tokens = [part for one in (link, closed) for part in one.split("/")[2].split(".")]
    assert [text for text in (*tokens, "forged", "some", "secret", "BREW", "/l/") if text in told] == []


def test_a_failure_is_answered_without_its_reason(house: House) -> None:
    """The reader gets a page, the log the kind of error and where it was; neither quotes anything."""
    broken = APIRouter()

    @broken.get("/broken")
    def fail() -> None:
        raise LookupError(SECRET)

    server = WebServer(house.workspace, more_routers=(broken,))
    with _logged() as lines:
        server.start()
        answer = House(bench=house.bench, workspace=house.workspace, server=server).ask("/broken")
        server.stop()
    assert answer.status == 500
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert SECRET not in answer.text + lines.getvalue()
    assert "LookupError in tests.connector.test_web_shell:" in lines.getvalue()


@contextmanager
def _logged() -> Iterator[io.StringIO]:
    """Give everything that is logged, from every library and level."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    logs.set_up(stream=stream, level=logging.DEBUG, now=system_clock().now)
    try:
        yield stream
    finally:
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(level)
