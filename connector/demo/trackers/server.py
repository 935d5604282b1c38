"""A loopback HTTP/1.1 server around one function from request to answer."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, Self, TypedDict, Unpack

from connector.clock import Clock
from connector.demo.trackers.exchange import Answer, Logged, Middleware, RefusalError, Request, parse_request

_LINGER_RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # struct linger: on, 0 seconds: close by RST


class ServerOptions(TypedDict, total=False):
    """What every server may be told. `clock` left out: the real time. Latencies in seconds."""

    clock: Callable[[], dt.datetime]
    latency_s: float
    latency_per_issue_s: float
    middleware: Middleware


class TrackerServer(ABC):
    """Serves on 127.0.0.1 at a free port, between `start` and `stop` or inside `with`.

    Attributes:
        log: Every exchange, in order. Clear it between phases of a test.
        failures: Defects of this server itself; each was answered by a 500.
        latency_s: Seconds an answer takes at least. `latency_per_issue_s`: more for each issue in
            it. What the server needs for its own work counts as part of them.
        keeps_bodies: Whether the log keeps the bodies of answers; off for large measurements.
        product: The `Server` header.
        middleware: Stands before the tracker; tests inject faults there.
    """

    product: ClassVar[str] = "AtlassianEdge"

    def __init__(self, **options: Unpack[ServerOptions]) -> None:
        """Prepare, without opening a port."""
        self.clock = options.get("clock") or Clock().now
        self.latency_s = options.get("latency_s", 0.0)
        self.latency_per_issue_s = options.get("latency_per_issue_s", 0.0)
        self.middleware = options.get("middleware")
        self.keeps_bodies = True
        self.log: list[Logged] = []
        self.failures: list[Exception] = []
        self.stopping = threading.Event()
        self._http: _Http | None = None
        self._thread: threading.Thread | None = None
        self._started_s = 0.0

    @abstractmethod
    def serve(self, request: Request) -> Answer:
        """Answer one request. Raises RefusalError for an error answer."""

    @property
    def url(self) -> str:
        """Address of the server's root, without a slash at the end."""
        if self._http is None:
            raise RuntimeError("the server has not been started: use it inside `with`, or call start()")
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self, port: int = 0) -> Self:
        """Open the port (0: a free one) and serve from a thread of its own."""
        self.stopping.clear()
        self._started_s = time.monotonic()
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.tracker = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection. Idempotent."""
        http, self._http = self._http, None
        if http is None:
            return
        self.stopping.set()
        http.shutdown()
        http.break_connections()
        http.server_close()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def exchange(self, request: Request) -> Answer:
        """Answer a request, errors included, and log it."""
        begun_s = time.monotonic()
        try:
            answer = self.middleware(request, self._answer) if self.middleware else self._answer(request)
        except Exception as exc:  # noqa: BLE001 - a server answers its own defects with 500
            self.failures.append(exc)
            answer = Answer(status=500, body=b'{"message":"defect in the small tracker"}')
        took_s = time.monotonic() - begun_s
        self._note(request, answer, begun_s - self._started_s, took_s)
        wait_s = self.latency_s + self.latency_per_issue_s * answer.issues - took_s
        if wait_s > 0:
            self.stopping.wait(wait_s)
        return answer

    def _note(self, request: Request, answer: Answer, at_s: float, took_s: float) -> None:
        kept = answer if self.keeps_bodies else replace(answer, body=b"")
        times = {"at_s": round(at_s, 4), "took_s": round(took_s, 4)}
        self.log.append(Logged(request=request, answer=kept, size_bytes=len(answer.body), **times))

    def _answer(self, request: Request) -> Answer:
        try:
            return self.serve(request)
        except RefusalError as refusal:
            return refusal.answer


class _Http(ThreadingHTTPServer):
    """Threads are joined at the end: no socket outlives the server."""

    daemon_threads = False
    request_queue_size = 64
    tracker: TrackerServer

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: object, client_address: object) -> None:
        if isinstance(request, socket.socket):
            self._open.add(request)
            super().process_request(request, client_address)

    def shutdown_request(self, request: object) -> None:
        if isinstance(request, socket.socket):
            self._open.discard(request)
            super().shutdown_request(request)

    def break_connections(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no event here."""


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, sends an answer; keep-alive as HTTP/1.1 has it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = parse_request(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
        answer = self.server.tracker.exchange(request)
        if answer.status == 0:
            self._reset()
        else:
            self._send(answer)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Answer every other method the same way."""
        if name.startswith("do_"):
            return self.do_GET
        raise AttributeError(name)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 304:
            self.wfile.write(answer.body[: answer.sent])
        self.wfile.flush()
        if answer.sent is not None:
            self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
        self.close_connection = True

    def version_string(self) -> str:
        """Return the `Server` header."""
        return self.server.tracker.product

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the base class gives
        """The log is a list, not a stream."""
