"""An installation that is served: two clients, editions published, links to them, real HTTP on loopback."""

from __future__ import annotations

import datetime as dt
import functools
import http.client
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connector.clock import Clock
from connector.pipeline.workspace import Workspace, open_workspace
from connector.web.server import WebServer
from tests.connector.agency import HEAD, agency, configure
from tests.connector.workbench import Workbench, tracker

PROJECTS = ("apollo", "zeus")  # of two clients
BASE = "https://status.example.com"
SERVED = (
    HEAD.replace("rehearsal = true", f'rehearsal = true\nbase_url = "{BASE}"')
    + '\n[serve]\nport = 0\nrate_per_minute = 100000\ntrusted_proxies = ["127.0.0.1"]\n'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `headers` are in lower case; `Date` is left out."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running web side and the bench it stands on."""

    bench: Workbench
    workspace: Workspace
    server: WebServer

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request as it is written: nothing of the path is changed. `_` in names becomes `-`."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            told |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        where = urlsplit(self.server.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in told.items():
                connection.putheader(name, value)
            connection.endheaders(body.encode() if body is not None else None)
            found = connection.getresponse()
            kept = {name.lower(): value for name, value in found.getheaders() if name.lower() != "date"}
            return Answer(status=found.status, headers=kept, body=found.read())
        finally:
            connection.close()

    def link(self, project: str = "apollo", *options: str) -> str:
        """Make a link by the command line; returns its path."""
        return urlsplit(self.bench.do("link", "create", project, *options).out.strip()).path


@contextmanager
def served(
    folder: Path,
    patch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    head: str = SERVED,
    kept: bool = False,
) -> Iterator[House]:
    """Serve an installation where two projects have one edition each; the clock is the bench's `now`.

    Args:
        folder: Where it is put.
        patch: For what the commands read of the environment.
        capsys: For what they print.
        head: The configuration before the projects.
        kept: Whether it lies there already.
    """
    if not kept:
        shutil.copytree(_published(), folder, dirs_exist_ok=True)
    bench = Workbench(folder, patch, capsys)
    file = bench.config
    file.write_text(file.read_text(encoding="utf-8").replace(SERVED, head), encoding="utf-8")
    patch.setenv("TEST_JIRA_EMAIL", "nobody@example.com")
    patch.setenv("TEST_JIRA_TOKEN", "not used: nothing is pulled")
    with open_workspace(file, _BenchClock(bench)) as workspace:
        server = WebServer(workspace)
        server.start()
        try:
            yield House(bench=bench, workspace=workspace, server=server)
        finally:
            server.stop()


@functools.cache
def _published() -> Path:
    """Make the installation, once for a process of tests."""
    folder = Path(tempfile.mkdtemp(prefix="served-"))
    with agency(folder) as bench, tracker(bench) as server:
        bench.patch.setattr("connector.publish.pdf.is_available", lambda: False)  # paper takes seconds
        configure(bench, server, head=SERVED)
        bench.do("sync", *PROJECTS)
        for project in PROJECTS:
            bench.do("publish", project)
    return folder


class _BenchClock(Clock):
    """Shows the bench's time."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(rehearsed_from=bench.now)
        self._bench = bench

    def now(self) -> dt.datetime:
        """Return it."""
        return self._bench.now
