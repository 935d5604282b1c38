"""The adapter of the documents works: its files are taken from the page and held to the contract."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.errors import RefusedError
from adapters.protocol import Adapter, Environment, Window
from adapters.registry import Plugin, load
from adapters.testing import AdapterContract
from connector.clock import Clock

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "write-an-adapter.md"
FILES = re.compile(r"^```python\n# (?P<name>\S+/\S+\.py)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE_TICKETS = 3
TOKEN = "secret"
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def ticket(number: int, **more: object) -> dict[str, object]:
    """Return a ticket that was put into stage 3 an hour after it was made."""
    made = f"2026-09-{number:02}T09:00:00Z"
    moved = {"id": 1, "at": f"2026-09-{number:02}T10:00:00Z", "field": "stage", "old": None, "new": 3}
    return {
        "id": number, "title": f"Ticket {number}", "open": True, "stage": 3, "parent": None, "blocked_by": [],
        "created": made, "updated": moved["at"], "closed": None, "history": [moved], **more,
    }  # fmt: skip


TICKETS = {
    number: ticket(number, parent=1 if number in {4, 5} else None, blocked_by=[2] if number == 6 else [])
    for number in range(1, 8)
}


class _Ticketbox(BaseHTTPRequestHandler):
    """The invented tracker, as the page describes it."""

    def do_GET(self) -> None:
        """Answer a request of the page's table."""
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self._answer(401, {"message": "who are you?"})
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answers: dict[str, Any] = {
            "/api/me": {"login": "pm"},
            "/api/stages": [{"id": 3, "name": "R1", "due": "2026-12-01", "closed": None}],
        }
        if parts.path == "/api/tickets":
            return self._answer(200, _page(asked))
        number = parts.path.rpartition("/")[2]
        found = TICKETS.get(int(number)) if number.isdecimal() else answers.get(parts.path)
        return self._answer(200, found) if found else self._answer(404, {"message": "no such thing"})

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _page(asked: Mapping[str, str]) -> dict[str, object]:
    since = dt.datetime.fromisoformat(asked.get("changed_since", "1970-01-01T00:00:00+00:00"))
    behind = [
        one
        for number, one in TICKETS.items()
        if number > int(asked["after"]) and dt.datetime.fromisoformat(str(one["updated"])) >= since
    ]
    return {"tickets": behind[:PAGE_TICKETS], "more": len(behind) > PAGE_TICKETS}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Adapter]]:
    """The page's files, as an importable package."""
    folder = tmp_path_factory.mktemp("ticketbox")
    for found in FILES.finditer(PAGE.read_text(encoding="utf-8")):
        path = folder / found["name"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(found["text"], encoding="utf-8")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        target = "ticketbox_adapter.adapter:TicketboxAdapter"
        yield load("ticketbox", {"ticketbox": Plugin(kind="ticketbox", target=target, owners=("ticketbox",))})
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a running Ticketbox."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ticketbox)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def opened(package: type[Adapter], site: str, token: str = TOKEN) -> Adapter:
    """Return the page's adapter of the running Ticketbox."""
    settings = package.settings_model.model_validate({"site": site, "project": "APO", "token": token})
    return package.open(settings, Environment(now=lambda: NOW, sleep=Clock().sleep))


class TestTicketbox(AdapterContract):
    """The page's adapter keeps the contract."""

    adapter: ClassVar[type[Adapter]]
    address: ClassVar[str]

    @pytest.fixture(autouse=True)
    def _running(self, package: type[Adapter], site: str) -> None:
        type(self).adapter, type(self).address = package, site

    def make(self) -> Adapter:
        """Return a fresh adapter."""
        return opened(self.adapter, self.address)


def test_every_file_of_the_page_is_there() -> None:
    """The page shows a whole package: parser, settings and adapter."""
    names = {found["name"] for found in FILES.finditer(PAGE.read_text(encoding="utf-8"))}
    assert names == {f"ticketbox_adapter/{name}.py" for name in ("parse", "settings", "adapter")}


def test_a_bad_ticket_is_quarantined(
    package: type[Adapter], site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ticket without a title is named with its field; the others come."""
    monkeypatch.setitem(TICKETS, 5, {**TICKETS[5], "title": None})
    batches = list(opened(package, site).pull(Window()))
    assert [(one.ref, one.field) for batch in batches for one in batch.quarantined] == [("APO-5", "title")]
    assert sum(len(batch.issues) for batch in batches) == len(TICKETS) - 1


def test_a_wrong_token_is_refused(package: type[Adapter], site: str) -> None:
    """The transport turns 401 into the error that asks a person to act."""
    with pytest.raises(RefusedError):
        list(opened(package, site, token="wrong").pull(Window()))
