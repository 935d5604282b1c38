"""Where the demonstration's editions arrive by mail: a small SMTP server on loopback keeps what it gets."""

from __future__ import annotations

import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Final, Self

MAX_BYTES: Final = 5_000_000  # of a message
_END: Final = b".\r\n"
_ANSWERS: Final = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


class Postbox:
    """Keeps every message mailed to it, between `__enter__` and `__exit__`."""

    def __init__(self) -> None:
        """Prepare, without opening a port."""
        self._messages: list[EmailMessage] = []
        self._server: ThreadingTCPServer | None = None

    @property
    def address(self) -> str:
        """The address of the server, for `[mail] server`."""
        port = self._server.server_address[1] if self._server else 0
        return f"smtp://127.0.0.1:{port}"

    def taken(self) -> list[EmailMessage]:
        """Return what came since the last call."""
        found, self._messages = self._messages, []
        return found

    def __enter__(self) -> Self:
        """Open a free port on loopback."""
        self._server = ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the port."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _take(self, lines: list[bytes]) -> None:
        message = message_from_bytes(b"".join(lines).replace(b"\r\n", b"\n"), policy=policy.default)
        self._messages.append(message)

    def _handler(self) -> type[StreamRequestHandler]:
        take = self._take

        class Handler(StreamRequestHandler):
            """Speaks as much SMTP as one sender needs: every address is welcome."""

            def handle(self) -> None:
                self.wfile.write(b"220 postbox\r\n")
                for line in iter(self.rfile.readline, b""):
                    word = line[:4].upper()
                    self.wfile.write(_ANSWERS.get(word, b"250 fine\r\n"))
                    if word == b"DATA":
                        take(self._message())
                        self.wfile.write(b"250 kept\r\n")
                    elif word == b"QUIT":
                        return

            def _message(self) -> list[bytes]:
                lines: list[bytes] = []
                size = 0
                for line in iter(self.rfile.readline, _END):
                    size += len(line)
                    if not line or size > MAX_BYTES:
                        return lines
                    lines.append(line[1:] if line.startswith(b".") else line)
                return lines

        return Handler
