"""A real HTTP server on loopback that keeps the alerts posted to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Inbox(ThreadingHTTPServer):
    """Keeps what is posted to it; answers with `status`."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = status
        self.received: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        """Its address as the configuration names it."""
        return f"json://127.0.0.1:{self.server_port}/"

    @property
    def subjects(self) -> list[str]:
        """Subjects of what was received, in order."""
        return [message["title"] for message in self.received]


class _Handler(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Keep test output quiet."""


@contextmanager
def inbox(status: int = 200) -> Iterator[Inbox]:
    """Run an inbox while the block runs."""
    with Inbox(status) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
