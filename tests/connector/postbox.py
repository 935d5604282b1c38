"""A real mail server on loopback that keeps what it is sent, and fails as a test asks."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(slots=True)
class Postbox:
    """Keeps mails. `answers` maps a recipient to what the server says to it instead of yes."""

    port: int = 0
    received: list[Envelope] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # recipient to the answer to RCPT
    judged: dict[str, str] = field(default_factory=dict)  # recipient to the answer to the whole message
    on_message: Callable[[], None] | None = None  # called before a message is answered
    on_recipient: Callable[[], None] | None = None  # called before a recipient is answered
    breaks_off: bool = False  # instead of answering a message

    @property
    def url(self) -> str:
        """Its address as the configuration names it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def readers(self) -> list[str]:
        """Who was sent a mail, in order."""
        return [to for envelope in self.received for to in envelope.rcpt_tos]

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails, read back by the standard library."""
        return [_read(envelope) for envelope in self.received]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and parameters
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse it."""
        if self.on_recipient:
            await asyncio.to_thread(self.on_recipient)
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a message, or refuse it."""
        answer = self.judged.get(envelope.rcpt_tos[0], "250 OK")
        if answer.startswith("250"):
            self.received.append(envelope)
        if self.on_message:
            await asyncio.to_thread(self.on_message)
        if self.breaks_off:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return answer


@contextmanager
def postbox(
    port: int = 0, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Postbox]:
    """Run a mail server while the block runs.

    Args:
        port: Its port; 0 for any.
        host: A name of this machine.
        tls: With it the server demands STARTTLS and a login as `me` with `hunter22`.
    """
    box, loop = Postbox(), asyncio.new_event_loop()

    def serve() -> SMTP:
        is_closed = tls is not None
        return SMTP(
            box,
            loop=loop,
            enable_SMTPUTF8=True,
            tls_context=tls,
            require_starttls=is_closed,
            auth_required=is_closed,
            authenticator=_authenticated,
        )

    listening = loop.run_until_complete(loop.create_server(serve, host, port))
    box.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        loop.run_until_complete(listening.wait_closed())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _authenticated(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"me", b"hunter22")
    return AuthResult(success=is_known, handled=is_known)


def _read(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    read = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read
