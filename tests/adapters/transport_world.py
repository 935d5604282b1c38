"""A server on loopback that answers from a list, and a clock that only sleeping moves."""

from __future__ import annotations

import datetime as dt
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from adapters import wire
from adapters.budget import Budget, Budgets
from adapters.protocol import Environment
from adapters.transport import Transport

START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
Answer = tuple[int, dict[str, str], bytes]
RESET: Answer = (0, {}, b"")  # the connection is torn down without an answer


@dataclass
class World:
    """Where a transport is tried. `answers` are given one after another, the last one for ever."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    arrived_at: list[dt.datetime] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)
    at: dt.datetime = START
    connections: set[int] = field(default_factory=set)  # by the caller's port
    budgets: Budgets = field(default_factory=Budgets)
    meanwhile: Callable[[], None] = lambda: None  # what the server does before it answers
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        with self.lock:
            self.slept_s.append(seconds)
            self.at += dt.timedelta(seconds=seconds)

    def take(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        """Note a request, and return what it is answered with."""
        with self.lock:
            self.seen.append((method, path, headers))
            self.arrived_at.append(self.at)
            return self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)

    def environment(
        self, *, ca_file: Path | None = None, sleep: Callable[[float], None] | None = None
    ) -> Environment:
        """Return this world for an adapter; all of them share the budgets."""
        return Environment(
            now=lambda: self.at, sleep=sleep or self.sleep, ca_file=ca_file, budgets=self.budgets
        )

    def transport(
        self,
        allow: Callable[[wire.Request], bool] = lambda _: True,
        *,
        sleep: Callable[[float], None] | None = None,
    ) -> Transport:
        """Return a door to this server alone."""
        return Transport(
            self.environment(sleep=sleep), hosts=frozenset({wire.host_of(self.url)}), allow=allow
        )

    @property
    def budget(self) -> Budget:
        """What the server bears, as far as we know."""
        return self.budgets.of(wire.host_of(self.url))

    def get(self, path: str = "/x", **headers: str) -> wire.Request:
        """Return a request to the server, with header names written with underscores."""
        return wire.Request(method="GET", url=f"{self.url}{path}", headers=_named(headers))


class _Server(ThreadingHTTPServer):
    box: World
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        box = self.server.box
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, body = box.take(self.command, self.path, dict(self.headers))
        box.connections.add(self.client_address[1])
        box.meanwhile()
        if status == 0:
            self._tear_down()
            return
        self.send_response(status)
        framing = {} if headers.get("Connection") == "close" else {"Content-Length": str(len(body))}
        for name, value in {**framing, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = "Content-Length" in headers or not framing

    do_POST = do_GET  # noqa: N815 - the name http.server calls

    def _tear_down(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep the test's output clean."""


@contextmanager
def serving() -> Iterator[World]:
    """Serve a world while the context lasts."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.box = World(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server.box
    server.shutdown()
    server.server_close()
    thread.join()


def ok(document: object = None, **headers: str) -> Answer:
    """Return a good answer, with header names written with underscores."""
    named = {"Content-Type": "application/json", **_named(headers)}
    return 200, named, json.dumps(document or {}).encode()


def error(status: int, document: object = None, **headers: str) -> Answer:
    """Return an error, with header names written with underscores."""
    return status, _named(headers), json.dumps(document).encode() if document is not None else b""


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
