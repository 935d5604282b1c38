"""A receiver of one's own gets JSON that it can prove: signed, timed, and again until it is taken."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connector.alerts.channels import SIGNATURE, send_signed, signature
from tests.connector.test_cli_alerts import AGREEMENT
from tests.connector.workbench import Workbench, tracker

SECRET = "a shared secret of some length"
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # 1795424400


class Receiver(ThreadingHTTPServer):
    """Keeps bodies with their signatures; answers with `status`, and names another place if it is 3xx."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 204
        self.taken: list[tuple[bytes, str]] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}/hook"

    def proves(self, body: bytes, signed: str) -> bool:
        """Check a signature as the documents tell a receiver to."""
        parts = dict(part.split("=", 1) for part in signed.split(","))
        expected = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, parts["v1"])


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((body, self.headers[SIGNATURE]))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Keep test output quiet."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiver while the block runs."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_what_is_posted_proves_itself() -> None:
    """The receiver's own computation agrees; with another body, time or secret it does not."""
    with receiver() as server:
        assert send_signed(server.url, '{"a": 1}', secret=SECRET, at=NOW).ok
        ((body, signed),) = server.taken
        assert server.proves(body, signed)
        assert signed.startswith("t=1795424400,v1=")
        assert not server.proves(body + b" ", signed)
        assert not server.proves(body, signed.replace("t=1795424400", "t=1795424401"))
        assert not server.proves(body, signature(body, "another", at=NOW))


@pytest.mark.parametrize("status", [302, 400, 500])
def test_only_an_answer_of_2xx_takes_it(status: int) -> None:
    """A redirect is not followed, nor taken for success; the reason names no address."""
    with receiver() as server:
        server.status = status
        sent = send_signed(server.url, "{}", secret=SECRET, at=NOW)
        assert (sent.ok, sent.reason) == (False, f"the webhook answered {status}")
        assert len(server.taken) == 1


@pytest.mark.parametrize("url", ["http://hooks.example.com/x", "ftp://127.0.0.1/x", "hooks.example.com"])
def test_nothing_is_posted_in_plain_text_to_others(url: str) -> None:
    """Refused before a connection is made."""
    assert (
        send_signed(url, "{}", secret=SECRET, at=NOW).reason == "the webhook's address is no https:// address"
    )


def test_an_unreachable_receiver_is_told_without_its_address() -> None:
    """The reason says what failed, and nothing of where."""
    with receiver() as server:
        url = server.url
    sent = send_signed(url, "{}", secret=SECRET, at=NOW)
    assert (sent.ok, sent.reason) == (False, "the webhook could not be reached (ConnectionError)")


def test_a_project_s_webhook_gets_each_change_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused at first, it comes again, signed anew; the notices are there for programs."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with tracker(bench) as server, receiver() as hook:
        more = f'\n    [[project.alerts.webhook]]\n    url = "{hook.url}"\n    secret = "env:HOOK_SECRET"\n'
        bench.configure(server, more=f"{AGREEMENT}\n  [project.alerts]\n{more}")
        bench.do("sync")
        assert "sent" in bench.do("alerts", "test", "apollo").out
        trial = hook.taken.pop()
        bench.pass_days(1)
        bench.add_story()
        hook.status = 503
        bench.do("sync")
        hook.status = 204
        bench.pass_days(1)
        bench.do("sync")
        bench.do("sync")
    assert json.loads(trial[0])["notices"] == []
    (refused, _), (body, signed) = hook.taken
    assert refused == body
    assert hook.proves(body, signed)
    told = json.loads(body)
    assert (told["schema"], told["project"], told["severity"]) == ("clientview.alert/1", "apollo", "warning")
    assert [one["id"] for one in told["notices"]] == [f"scope_creep:{bench.milestone}", "scope_creep:project"]
    assert {one["transition"] for one in told["notices"]} == {"fired"}


def test_a_secret_in_plain_text_is_refused_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fault names the key, not the secret."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server:
        hook = '[[project.alerts.webhook]]\nurl = "https://hooks.example.com/x"\nsecret = "hunter22"\n'
        bench.configure(server, more=f"\n{hook}")
        answer = bench.run("check")
    assert answer.code == 2
    assert "webhook[0].secret" in answer.err + answer.out
    assert "hunter22" not in answer.err + answer.out
