"""Private certificates and proxies: trusted where the configuration says so, and nowhere else."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from adapters import wire
from adapters.errors import SettingsError, UnreachableError
from adapters.protocol import Environment
from adapters.transport import Transport

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for this machine that no public authority signed; key and certificate in one."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no private certificate can be made")
    folder = tmp_path_factory.mktemp("tls")
    command = [
        *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
        *("-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(folder / "key.pem"), "-out", str(folder / "ca.pem")),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "ca.pem"


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep the test's output clean."""


class _Quiet(HTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that does not trust us hangs up, as it should."""


@pytest.fixture
def address(certificate: Path) -> Iterator[str]:
    """Serve https on loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server = _Quiet(("127.0.0.1", 0), _Answering)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def transport(address: str, *, ca_file: Path | None = None, proxy: str | None = None) -> Transport:
    """Return a door to an address."""
    world = Environment(now=lambda: NOW, sleep=lambda _: None, ca_file=ca_file, proxy=proxy)
    return Transport(world, hosts=frozenset({wire.host_of(address)}), allow=lambda _: True)


def test_trusts_the_configured_authority(address: str, certificate: Path) -> None:
    """With the CA file of the configuration, a private certificate is good."""
    door = transport(address, ca_file=certificate)
    assert door.send(wire.Request(method="GET", url=f"{address}/x")).json() == {}
    door.close()


def test_does_not_trust_a_stranger(address: str) -> None:
    """Without it, the connection is refused at once, with what to set."""
    door = transport(address)
    with pytest.raises(SettingsError, match="ca_file"):
        door.send(wire.Request(method="GET", url=f"{address}/x"))
    assert door.usage.requests == 1
    door.close()


def test_goes_through_the_proxy() -> None:
    """A tracker is reached through the proxy only; its password is never told."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        for _ in range(4):
            connection, _address = listener.accept()
            asked.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            connection.close()

    thread = threading.Thread(target=refuse, daemon=True)
    thread.start()
    door = transport(
        "https://acme.example", proxy=f"http://user:sesame@127.0.0.1:{listener.getsockname()[1]}"
    )
    with pytest.raises(UnreachableError) as caught:
        door.send(wire.Request(method="GET", url="https://acme.example/x"))
    thread.join()
    listener.close()
    door.close()
    assert [one.partition(b" HTTP/")[0] for one in asked] == [b"CONNECT acme.example:443"] * 4
    assert "sesame" not in str(caught.value)
