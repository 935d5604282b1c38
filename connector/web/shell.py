"""Around every request: whose it is, whether it may come, which headers go out, and one line of log.

Paths and tokens are never logged: a link is known by its number.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connector.web import answers
from connector.web.door import House, Pages
from connector.web.limits import Limiter
from connector.web.readers import Network, one_reader, reader_of

_log = logging.getLogger(__name__)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Whose word on a reader's address is taken, and how often one reader may come."""

    trusted: Sequence[Network] = ()
    rate_per_minute: int = 120


@dataclass(slots=True)
class _Sent:
    """What went out of an answer. `status` is 0 before it began."""

    status: int = 0


class Shell:
    """Wraps the application; nothing comes in or goes out but through it."""

    def __init__(
        self, app: ASGIApp, *, pages: Pages, house: House, rules: Rules, clock: Callable[[], float]
    ) -> None:
        """Make it.

        Args:
            app: What answers.
            pages: What stands in the place of others.
            house: Where readers reach the service.
            rules: Proxies and rates.
            clock: Seconds that only grow.
        """
        self._app = app
        self._pages = pages
        self._rules = rules
        self._clock = clock
        self._headers = _headers(house)
        self._limiter = Limiter(most=rules.rate_per_minute, per_s=60.0, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; other kinds of connection are not taken."""
        if scope["type"] != "http":
            return
        begun_s, sent = self._clock(), _Sent()
        state = scope.setdefault("state", {})
        peer = scope.get("client")
        forwarded = Headers(scope=scope).getlist("x-forwarded-for")
        state["reader"] = reader_of(peer[0] if peer else None, forwarded, self._rules.trusted)
        state["link"] = None
        await self._answer(scope, receive, self._dressing(send, sent), sent)
        _tell(scope["method"], sent.status, state["link"], took_ms=1000 * (self._clock() - begun_s))

    async def _answer(self, scope: Scope, receive: Receive, send: Send, sent: _Sent) -> None:
        wait_s = self._limiter.wait_s(one_reader(scope["state"]["reader"]))
        if wait_s:
            busy = answers.page(self._pages.busy, status=429, headers={"retry-after": str(wait_s)})
            await busy(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Exception as exc:  # noqa: BLE001 - the bulkhead of a request: the next one is answered
            _log.error(  # no traceback: it may quote what was asked for
                "A request failed: %s in %s", type(exc).__name__, _where(exc), extra={"event": "web.failed"}
            )
            if not sent.status:
                await answers.page(self._pages.failed, status=500)(scope, receive, send)

    def _dressing(self, send: Send, sent: _Sent) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return dressed


def _headers(house: House) -> Mapping[str, str]:
    name, value = answers.ONLY_HTTPS
    return {**answers.ALWAYS, name: value} if house.is_https else answers.ALWAYS


def _tell(method: str, status: int, link: int | None, *, took_ms: float) -> None:
    """Write one line; what went well without any link is told only to who looks for a fault."""
    shown = method if method in _METHODS else "other"
    level = logging.DEBUG if link is None and status < 400 else logging.INFO
    _log.log(
        level,
        "%s answered with %d in %.0f ms, %s",
        shown,
        status,
        took_ms,
        "no link" if link is None else f"link {link}",
        extra={"event": "web.answered", "method": shown, "status": status, "link": link},
    )


def _where(exc: BaseException) -> str:
    """Name the place of our code that failed, without any value."""
    trace, place = exc.__traceback__, "unknown"
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
