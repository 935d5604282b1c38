"""What the machines around the service ask: is it alive?"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from connector.pipeline.workspace import Workspace


def router(workspace: Workspace, *, alive: Callable[[], bool]) -> APIRouter:  # noqa: ARG001 - readiness reads it
    """Make the routes for operators.

    Args:
        workspace: Whose store tells how things are.
        alive: Whether the process does its work.
    """
    routes = APIRouter()

    @routes.get("/healthz", response_class=PlainTextResponse, responses={503: {"description": "Not alive"}})
    def healthz() -> PlainTextResponse:
        """Say whether the process is alive."""
        return PlainTextResponse("ok\n") if alive() else PlainTextResponse("stopping\n", status_code=503)

    return routes
