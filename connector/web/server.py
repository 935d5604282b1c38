"""The web side as a running server, in a thread of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

import uvicorn
from fastapi import APIRouter, FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from connector.errors import UsageError
from connector.pipeline.workspace import Workspace
from connector.web import operating
from connector.web.app import application
from connector.web.reception import StoreReception
from connector.web.visits import VisitLog

_GRACE_S: Final = 3  # for answers on their way when it is stopped
_STOPS_WITHIN_S: Final = 5.0
_STARTS_WITHIN_S: Final = 10.0
_AT_ONCE: Final = 200  # connections; further ones are turned away
_IDLE_S: Final = 10  # until a silent connection is closed


class WebServer:
    """Serves client pages behind links, and operators. Start it once; stop it once."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        alive: Callable[[], bool] = lambda: True,
        more_routers: Iterable[APIRouter] = (),
    ) -> None:
        """Make it; nothing is bound yet.

        Args:
            workspace: Configuration, store and clock; open until the server has stopped.
            alive: Whether what runs beside it in this process does its work: the scheduler.
            more_routers: Further routes.
        """
        self._is_rest_alive = alive
        self._settings = workspace.config.serve
        self._visits = VisitLog(workspace)
        self.routes: FastAPI
        self.routes, app = application(
            workspace.config,
            StoreReception(workspace, self._visits),
            clock=time.monotonic,  # of durations alone: no instant comes of it
            routers=(operating.router(workspace, alive=self._is_alive), *more_routers),
        )
        self._server = _Server(_configured(app))
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, e.g. `http://127.0.0.1:8080`; with port 0 the real one once it started."""
        port = self._settings.port if self._socket is None else self._socket.getsockname()[1]
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"http://{host}:{port}"

    def start(self) -> None:
        """Bind the port and begin to answer; both are done when this returns.

        Raises:
            UsageError: The port cannot be bound, or the server does not come up.
        """
        self._socket = _bound(self._settings.host, self._settings.port)
        self._visits.start()
        self._thread.start()
        if not self._server.is_up.wait(_STARTS_WITHIN_S):
            self.stop()
            raise UsageError(f"[serve]: the web side did not come up at {self.url}; see the log")

    def stop(self) -> None:
        """End gracefully: answers on their way are finished, visits are stored. Idempotent."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STOPS_WITHIN_S)
        self._visits.stop()
        if self._socket is not None:
            self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket] if self._socket else None)

    def _is_alive(self) -> bool:
        return self._thread.is_alive() and not self._server.should_exit and self._is_rest_alive()


class _Quiet(H11Protocol):
    """Writes no line of its own for a request: it would hold the path, and so the token of a link.

    The setting of the server alone does not last: whoever sets up logging anew undoes it.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its base has it
        self.access_log = False
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


def _configured(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type] # uvicorn's own types of ASGI are narrower than Starlette's
        loop="asyncio",
        http=_Quiet,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # the shell reads them, as far as trusted proxies wrote them
        server_header=False,
        limit_concurrency=_AT_ONCE,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _bound(host: str, port: int) -> socket.socket:
    """Bind a port.

    Raises:
        UsageError: It is taken, not ours to take, or the host is none of this machine.
    """
    family = socket.AF_INET6 if _is_ipv6(host) else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as exc:
        listener.close()
        raise UsageError(
            f"[serve] host, port: {host}:{port} cannot be used: {exc.strerror}; expected an address of"
            " this machine and a free port (0 takes any)"
        ) from exc
    return listener


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False
