"""Where alerts arrive: a mailbox behind real SMTP, and a receiver of signed JSON that checks signatures."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from connector.alerts.channels import SIGNATURE
from tests.connector.postbox import Postbox, postbox

SECRET = "a secret that the receiver shares"


class Receiver(ThreadingHTTPServer):
    """Takes what is signed rightly, and says so with 204; refuses all with `status` where that is set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 0
        self.taken: list[bytes] = []
        self.forged = 0
        self.refusals = 0
        self.on_taken: Callable[[], None] | None = None  # called before the answer

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, body: bytes, signed: str) -> int:
        """Take a body or refuse it; returns the status to answer with."""
        if self.status:
            self.refusals += 1
            return self.status
        parts = dict(part.split("=", 1) for part in signed.split(","))
        wanted = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, parts["v1"]):
            self.forged += 1
            return 403
        self.taken.append(body)
        if self.on_taken:
            self.on_taken()
        return 204


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.server.take(body, self.headers[SIGNATURE]))
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Keep test output quiet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Something that was taken. `to` "": by the receiver of signed JSON."""

    at: dt.datetime
    to: str = ""
    content: bytes


@dataclass(slots=True)
class Post:
    """Both ways in, and what came by them since the beginning."""

    box: Postbox
    hook: Receiver
    hooked: list[Taken] = field(default_factory=list)
    mailed: list[Taken] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def collect(self, at: dt.datetime) -> None:
        """Take in what came by an instant."""
        with self._lock:
            while self.box.received:
                envelope = self.box.received.pop(0)
                assert isinstance(envelope.content, bytes)
                self.mailed.append(Taken(at=at, to=envelope.rcpt_tos[0], content=envelope.content))
            while self.hook.taken:
                self.hooked.append(Taken(at=at, content=self.hook.taken.pop(0)))


@contextmanager
def post() -> Iterator[Post]:
    """Run both while the block runs."""
    with postbox() as box, Receiver() as hook:
        thread = threading.Thread(target=hook.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Post(box, hook)
        finally:
            hook.shutdown()
            thread.join()
