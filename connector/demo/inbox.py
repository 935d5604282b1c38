"""Where the demonstration's alerts arrive: a small HTTP receiver on loopback, as a chat would be."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

MAX_BYTES = 1_000_000


class Inbox:
    """Keeps every message posted to it, between `__enter__` and `__exit__`."""

    def __init__(self) -> None:
        """Prepare, without opening a port."""
        self._messages: list[tuple[str, str]] = []
        self._server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        """The Apprise URL that reaches it."""
        port = self._server.server_port if self._server else 0
        return f"json://127.0.0.1:{port}/"

    def taken(self) -> list[tuple[str, str]]:
        """Return subject and text of what came since the last call."""
        found, self._messages = self._messages, []
        return found

    def __enter__(self) -> Self:
        """Open a free port on loopback."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the port."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _take(self, body: bytes) -> None:
        message = json.loads(body)
        self._messages.append((str(message.get("title", "")), str(message.get("message", ""))))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            """Takes posted messages, says nothing."""

            def do_POST(self) -> None:
                length = min(int(self.headers.get("content-length", "0")), MAX_BYTES)
                take(self.rfile.read(length))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class's name
                """Keep quiet."""

        return Handler
