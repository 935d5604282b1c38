"""What the machines around the service ask: is it alive, is it ready, how is it doing?

`/readyz` and `/metrics` name projects and parts of the installation. They answer to this machine and
to the machines of `[serve] trusted_proxies` alone, and never to what a proxy hands on.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from connector.errors import ConnectorError
from connector.pipeline.readiness import Readiness, readiness
from connector.pipeline.vitals import vitals
from connector.pipeline.workspace import Workspace
from connector.web import metrics

_NO_STORE: Final = {"Cache-Control": "no-store"}
_HANDED_ON: Final = frozenset({"forwarded", "via", "x-real-ip"})  # and whatever begins with x-forwarded
_NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "Asked from outside"}}

_log = logging.getLogger(__name__)


def router(workspace: Workspace, *, alive: Callable[[], bool]) -> APIRouter:
    """Make the routes for operators.

    Args:
        workspace: Whose store tells how things are.
        alive: Whether the process does its work.
    """
    routes = APIRouter()
    inside = [Depends(_Inside(workspace.config.serve.trusted_proxies))]
    log = _ReadinessLog()

    @routes.get("/healthz", response_class=JSONResponse, responses={503: {"description": "Not alive"}})
    def healthz() -> JSONResponse:
        """Say whether the process is alive and its scheduler runs."""
        is_alive = alive()
        return _answer({"status": "alive" if is_alive else "stopped"}, is_well=is_alive)

    @routes.get(
        "/readyz",
        response_class=JSONResponse,
        dependencies=inside,
        responses={503: {"description": "Not ready"}, **_NOT_FOUND},
    )
    def readyz() -> JSONResponse:
        """Say whether the service could do its work: each check by name, and what to do."""
        found = readiness(workspace)
        log.take(found)
        return _answer(_told(found), is_well=all(one.is_well for one in found))

    @routes.get(
        "/metrics",
        response_class=Response,
        dependencies=inside,
        responses={503: {"description": "The store cannot be read"}, **_NOT_FOUND},
    )
    def scrape() -> Response:
        """Give the figures of the installation to Prometheus."""
        try:
            text = metrics.text(vitals(workspace))
        except ConnectorError as error:
            _log.error("no figures: %s", error, extra={"event": "metrics.failed"})
            return Response("the store cannot be read\n", status_code=503, media_type="text/plain")
        return Response(text, media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)

    return routes


class _Inside:
    """Answers nothing to whoever asks from outside, as if there was nothing."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = tuple(ipaddress.ip_network(network) for network in trusted)

    def __call__(self, request: Request) -> None:
        names = {name.lower() for name in request.headers}
        is_handed_on = bool(names & _HANDED_ON) or any(name.startswith("x-forwarded") for name in names)
        if is_handed_on or not self._is_near("" if request.client is None else request.client.host):
            raise HTTPException(status_code=404)

    def _is_near(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        peer = getattr(address, "ipv4_mapped", None) or address
        return peer.is_loopback or any(peer in network for network in self._trusted)


class _ReadinessLog:
    """Tells the log what is wrong when that changes, not each time somebody asks."""

    def __init__(self) -> None:
        self._told: list[str] = []

    def take(self, found: Sequence[Readiness]) -> None:
        """Take in how the checks ended."""
        failed = [one for one in found if not one.is_well]
        names = [one.name for one in failed]
        if names == self._told:
            return
        self._told = names
        for one in failed:
            told = {"event": "service.not_ready", "check": one.name}
            _log.error("not ready: %s: %s", one.name, one.fault, extra=told)
        if not failed:
            _log.info("ready again", extra={"event": "service.ready"})


def _told(found: Sequence[Readiness]) -> dict[str, object]:
    failing = {one.name: one.remedy for one in found if not one.is_well}
    checks = {one.name: "ok" if one.is_well else "failed" for one in found}
    return {"status": "not ready" if failing else "ready", "checks": checks, "what_to_do": failing}


def _answer(document: dict[str, object] | dict[str, str], *, is_well: bool) -> JSONResponse:
    return JSONResponse(document, status_code=200 if is_well else 503, headers=_NO_STORE)
