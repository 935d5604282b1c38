"""Puts the web side together: the clients' routes, the operators', and the shell around them."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from connector import __version__
from connector.config.schema import Config
from connector.disclosure.door import Complaint, Told, asked, told
from connector.publish.door import door
from connector.web import answers
from connector.web.clients import Clients
from connector.web.door import Asked, House, Pages, Reception
from connector.web.shell import Rules, Shell

_COMPLAINTS = {Asked.FIRST: None, Asked.WRONG: Complaint.WRONG, Asked.TRIES: Complaint.TRIES}


def application(
    config: Config,
    reception: Reception,
    *,
    clock: Callable[[], float],
    routers: Iterable[APIRouter] = (),
) -> tuple[FastAPI, Shell]:
    """Make the application.

    Args:
        config: The configuration: addresses, proxies, rates.
        reception: Says who comes by a link and what may be shown to them.
        clock: Seconds that only grow.
        routers: Further routes: the operators'.

    Returns:
        The routes, for their description, and what to serve: the same inside its shell.
    """
    pages, house = _pages(), _house(config)
    # Nobody is told which routes there are: the description is for tests.
    app = FastAPI(
        title="clientview",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in (*routers, Clients(reception, pages=pages, house=house, clock=clock).router()):
        app.include_router(router)

    async def gone(_request: Request, exc: Exception) -> Response:
        """Answer whatever has no route, or is refused there, like a link that opens nothing."""
        status = exc.status_code if isinstance(exc, HTTPException) else 404
        headers = exc.headers if isinstance(exc, HTTPException) else None
        return answers.page(pages.gone, status=status, headers=headers)

    app.add_exception_handler(HTTPException, gone)
    return app, Shell(app, pages=pages, house=house, rules=_rules(config), clock=clock)


def _pages() -> Pages:
    return Pages(
        gone=door(told(Told.GONE)),
        busy=door(told(Told.BUSY)),
        failed=door(told(Told.FAILED)),
        ask=_asking,
    )


@functools.cache
def _asking(language: str, why: Asked) -> bytes:
    return door(asked(language, _COMPLAINTS[why]))


def _house(config: Config) -> House:
    address = urlsplit(config.site.base_url or "")
    return House(is_https=address.scheme == "https", prefix=address.path.rstrip("/"))


def _rules(config: Config) -> Rules:
    return Rules(
        trusted=tuple(ipaddress.ip_network(one) for one in config.serve.trusted_proxies),
        rate_per_minute=config.serve.rate_per_minute,
    )
