"""Alerts really leave: to an HTTP server and a mail server on loopback; reasons are told without secrets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from connector.alerts.channels import address_fault, send
from tests.connector.inbox import inbox


class _Mailbox:
    def __init__(self) -> None:
        self.received: list[Envelope] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.received.append(envelope)
        return "250 OK"


@contextmanager
def mail_server(mailbox: _Mailbox) -> Iterator[int]:
    """Run a mail server while the block runs; gives its port."""
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        loop.run_until_complete(listening.wait_closed())
        loop.close()


def test_posts_json() -> None:
    """A message reaches an HTTP channel on this machine as it was written."""
    with inbox() as server:
        sent = send(f"json://127.0.0.1:{server.server_port}/hook", subject="R1 slipped", text="What: R1\n")
    assert sent.ok
    assert [(m["title"], m["message"]) for m in server.received] == [("R1 slipped", "What: R1")]


def test_sends_mail() -> None:
    """A message reaches a mail server, with its subject and all its lines."""
    mailbox = _Mailbox()
    with mail_server(mailbox) as port:
        url = f"mailto://127.0.0.1:{port}?from=pm@example.com&to=lead@example.com&mode=insecure"
        sent = send(url, subject="Überfällig: R1", text="What: R1 is late\nWhy: <b>12</b> of 40 open\n")
    assert sent.ok, sent.reason
    (envelope,) = mailbox.received
    assert envelope.rcpt_tos == ["lead@example.com"]
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content)
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert "Why: <b>12</b> of 40 open" in payload.decode()


def test_tells_why_a_channel_refused() -> None:
    """A refused message has the channel's reason, and no part of the address that may be secret."""
    with inbox(status=403) as server:
        sent = send(f"json://user:hunter22@127.0.0.1:{server.server_port}/s3cret-path", subject="s", text="t")
    assert not sent.ok
    assert "403" in sent.reason
    assert "hunter22" not in sent.reason
    assert "s3cret-path" not in sent.reason


def test_tells_when_nobody_answers() -> None:
    """A channel that is down is a failure with a reason, not an exception."""
    with inbox() as server:
        port = server.server_port
    sent = send(f"json://127.0.0.1:{port}/", subject="s", text="t")
    assert not sent.ok
    assert sent.reason


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("json://hooks.example.com/x", "plain http", id="plain http to another host"),
        pytest.param("nonsense://tok3n@somewhere/x", "does not know", id="unknown service"),
        pytest.param("not an address", "does not know", id="no address"),
    ],
)
def test_names_addresses_that_cannot_work(url: str, words: str) -> None:
    """A useless address is found before anything is sent, and is not repeated."""
    fault = address_fault(url)
    assert words in fault
    assert "tok3n" not in fault


@pytest.mark.parametrize(
    "url", ["json://127.0.0.1:8080/", "jsons://hooks.example.com/x", "mailto://a:b@example.com"]
)
def test_accepts_addresses_that_can_work(url: str) -> None:
    """Loopback may be plain http; services and mail are fine."""
    assert address_fault(url) == ""
