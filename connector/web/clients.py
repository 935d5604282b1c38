"""The routes for clients: pages behind links, the passphrase before them, and nothing else.

Every token that opens nothing gets the same page after the same work, whether it was never made, was
changed, has expired or was revoked; so does every path where nothing was published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from connector.web import answers
from connector.web.door import Asked, Guest, House, Pages, Pass, Reception
from connector.web.limits import Limiter
from connector.web.readers import one_reader, truncated

_PASS: Final = "clientview_pass"  # noqa: S105 - a cookie's name
_WAY: Final = "clientview_way"
_WAY_LASTS_S: Final = 30 * 86_400
_FIELD: Final = "passphrase"
_LONGEST_FORM: Final = 4096  # bytes
_TRIES: Final = 5  # wrong passphrases of one reader at one link
_TRIES_OF_ALL: Final = 50  # of all readers at one link
_TRIES_PER_S: Final = 900.0
_MACHINES: Final = frozenset({"feed.xml", "milestones.ics", "badge.svg"})  # fetched unasked, again and again
_ROBOTS: Final = "User-agent: *\nDisallow: /\n"
_Told = dict[int | str, dict[str, Any]]  # as FastAPI asks for it
_GONE: Final[_Told] = {404: {"description": "Nothing here"}, 429: {"description": "Too many requests"}}
_READ: Final[_Told] = {304: {"description": "As you have it"}, 403: {"description": "Asks for a passphrase"}}
_ENTER: Final[_Told] = {303: {"description": "Come in"}, 403: {"description": "Not the passphrase"}}
_MOVED: Final[_Told] = {308: {"description": "The same with a slash"}}
_LED: Final[_Told] = {307: {"description": "The same page below the link that you came by"}}
_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {_FIELD: {"type": "string"}}}
            }
        }
    }
}


class Clients:
    """Answers clients by what a reception tells."""

    def __init__(
        self, reception: Reception, *, pages: Pages, house: House, clock: Callable[[], float]
    ) -> None:
        """Make it.

        Args:
            reception: Says who comes by a link and what may be shown to them.
            pages: What stands in the place of others.
            house: Where readers reach the service.
            clock: Seconds that only grow.
        """
        self._reception = reception
        self._pages = pages
        self._house = house
        self._tries = Limiter(most=_TRIES, per_s=_TRIES_PER_S, clock=clock)
        self._tries_of_all = Limiter(most=_TRIES_OF_ALL, per_s=_TRIES_PER_S, clock=clock)

    def router(self) -> APIRouter:
        """Make the routes. HEAD is answered wherever GET is."""
        routes = APIRouter(redirect_slashes=False)
        for path, answer, told in (
            ("/l/{token}", self.without_slash, _MOVED),
            ("/l/{token}/{path:path}", self.read, _READ),
            ("/robots.txt", self.robots, {}),
            ("/{name}.pem", self.key, {}),
            ("/{way:path}", self.lead, _LED),  # the last one: it takes whatever is left
        ):
            for method in ("GET", "HEAD"):
                routes.add_api_route(
                    path, answer, methods=[method], response_class=Response, responses={**told, **_GONE}
                )
        routes.add_api_route(
            "/l/{token}/{path:path}",
            self.enter,
            methods=["POST"],
            response_class=Response,
            responses={**_ENTER, **_GONE},
            openapi_extra=_FORM,
        )
        return routes

    def read(self, request: Request, token: str, path: str) -> Response:
        """Show a published file to whoever came by an open link."""
        guest = self._admit(request, token)
        if guest is None:
            return self._gone()
        if guest.asks_passphrase and not guest.knows(request.cookies.get(self._named(_PASS), "")):
            return self._ask(guest, Asked.FIRST)
        found = guest.find(path)
        if found is None:
            return self._gone()
        answer = answers.file(
            found, asked=request.headers.get("if-none-match", ""), is_secret=guest.asks_passphrase
        )
        if request.method == "GET" and found.name not in _MACHINES:
            guest.note(found, truncated(request.state.reader))
        self._show_way(answer, guest, token)
        return answer

    def without_slash(self, request: Request, token: str) -> Response:
        """Lead to the page whoever lost the slash at the end of the address."""
        if self._admit(request, token) is None:
            return self._gone()
        return Response(status_code=308, headers={"location": f"{quote(token)}/"})

    async def enter(self, request: Request, token: str, path: str) -> Response:
        """Take a passphrase."""
        given = await _field(request)
        return await run_in_threadpool(self._try, request, token=token, path=path, given=given)

    def lead(self, request: Request, way: str) -> Response:
        """Lead whoever came by a link before back below it, from an address that its pages name."""
        token = request.cookies.get(self._named(_WAY), "")
        guest = self._admit(request, token)
        if guest is None or not way.startswith(f"{guest.place}/"):
            return self._gone()
        rest = quote(way.removeprefix(f"{guest.place}/"))
        return Response(
            status_code=307, headers={"location": f"{self._house.prefix}/l/{quote(token)}/{rest}"}
        )

    def robots(self) -> Response:
        """Ask every crawler to stay away."""
        return PlainTextResponse(_ROBOTS)

    def key(self, name: str) -> Response:
        """Give a public key, by the name that pages tell."""
        pem = self._reception.key(f"{name}.pem")
        return self._gone() if pem is None else answers.key(pem)

    def _try(self, request: Request, *, token: str, path: str, given: str) -> Response:
        guest = self._admit(request, token)
        if guest is None:
            return self._gone()
        here = {"location": f"./{quote(path.rpartition('/')[2])}"}
        if not guest.asks_passphrase:
            return Response(status_code=303, headers=here)
        asker = (guest.link, one_reader(request.state.reader))
        wait_s = self._tries.wait_s(asker) or self._tries_of_all.wait_s(guest.link)
        if wait_s:
            return self._ask(guest, Asked.TRIES, status=429, headers={"retry-after": str(wait_s)})
        entered = guest.let_in(given)
        if entered is None:
            return self._ask(guest, Asked.WRONG)
        self._tries.forgive(asker)
        self._tries_of_all.forgive(guest.link)
        return self._let_in(token, entered, here)

    def _let_in(self, token: str, entered: Pass, headers: Mapping[str, str]) -> Response:
        answer = Response(status_code=303, headers=headers)
        answer.set_cookie(
            self._named(_PASS),
            entered.value,
            max_age=int(entered.lasts.total_seconds()),
            path=f"{self._house.prefix}/l/{token}/",
            secure=self._house.is_https,
            httponly=True,
            samesite="strict",
        )
        return answer

    def _show_way(self, answer: Response, guest: Guest, token: str) -> None:
        """Let the reader's program find back from addresses in the page, which are the same for all links."""
        if self._house.is_https:  # else pages name no addresses
            answer.set_cookie(
                self._named(_WAY),
                token,
                max_age=_WAY_LASTS_S,
                path=f"{self._house.prefix}/{guest.place}/",
                secure=True,
                httponly=True,
                samesite="lax",
            )

    def _admit(self, request: Request, token: str) -> Guest | None:
        guest = self._reception.admit(token)
        request.state.link = None if guest is None else guest.link
        return guest

    def _gone(self) -> Response:
        return answers.page(self._pages.gone, status=404)

    def _ask(
        self, guest: Guest, why: Asked, *, status: int = 403, headers: Mapping[str, str] | None = None
    ) -> Response:
        return answers.page(self._pages.ask(guest.language, why), status=status, headers=headers)

    def _named(self, cookie: str) -> str:
        """Return a cookie's name; browsers take one with this prefix over https alone."""
        return f"__Secure-{cookie}" if self._house.is_https else cookie


async def _field(request: Request) -> str:
    """Read the passphrase of a form; "" where there is none, or more than a form of ours holds."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return ""
    values = parse_qs(body.decode("utf-8", "replace"), max_num_fields=None).get(_FIELD, [""])
    return values[0]
