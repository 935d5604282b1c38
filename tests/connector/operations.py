"""An installation of two projects with no tracker behind it, and its operators' routes over real HTTP."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
import uvicorn
from fastapi import FastAPI

from adapters.protocol import Batch
from adapters.records import Issue
from connector.analysis.facts import Gone
from connector.analysis.state import Severity
from connector.clock import Clock
from connector.pipeline.workspace import Workspace, open_workspace
from connector.store import open_store
from connector.store.alerts import AlertPhase, AlertState
from connector.store.editions import Edition
from connector.store.staging import Plan, PullKind
from connector.web.operating import router
from tests.builders import issue

NOW = dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC)
JIRA, GITHUB = "jira:APO", "github:acme/beacon"
WAIT_S = 10

CONFIG = """\
[site]
publisher = "Northwind Studio"
rehearsal = true
{more}
[[project]]
key = "apollo"

  [[project.source]]
  kind = "jira"
  site = "https://acme.atlassian.net"
  project = "APO"
  email = "env:TEST_JIRA_EMAIL"
  token = "env:TEST_JIRA_TOKEN"

[[project]]
key = "beacon"

  [[project.source]]
  kind = "github"
  repository = "acme/beacon"
  token = "env:TEST_GITHUB_TOKEN"
"""


def ago(hours: float) -> dt.datetime:
    """Return an instant before now."""
    return NOW - dt.timedelta(hours=hours)


@cache
def _empty_store() -> bytes:
    """Return a store as the migrations leave it, made once."""
    with TemporaryDirectory() as folder:
        open_store("sqlite:///empty.db", folder=Path(folder)).close()
        return (Path(folder) / "empty.db").read_bytes()


@contextmanager
def installation(folder: Path, *, more: str = "") -> Iterator[Workspace]:
    """Open a workspace whose clock stands at `NOW`."""
    file = folder / "clientview.toml"
    file.write_text(CONFIG.format(more=more), encoding="utf-8")
    store = folder / "clientview.db"
    store.touch(mode=0o600)
    store.write_bytes(_empty_store())
    with open_workspace(file, Clock(rehearsed_from=NOW)) as workspace:
        yield workspace


@contextmanager
def served(workspace: Workspace, *, alive: Callable[[], bool] = lambda: True) -> Iterator[str]:
    """Serve the operators' routes on loopback while the block runs; gives the address."""
    app = FastAPI()
    app.include_router(router(workspace, alive=alive))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waiting = threading.Event()
    while not server.started:
        waiting.wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(WAIT_S)


def ask(address: str, **headers: str) -> requests.Response:
    """Ask once."""
    with requests.Session() as session:
        session.trust_env = False
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return session.get(address, headers=named, timeout=WAIT_S)


def pulled(workspace: Workspace, project: str, source: str, *issues: Issue, at: dt.datetime) -> None:
    """Store a full pull of a source that ended at an instant."""
    pulls = workspace.store.pulls
    begun = pulls.begin(project, source, Plan(kind=PullKind.FULL, started_at=at))
    kept = tuple(replace(one, source=source) for one in issues)
    staged = pulls.stage(begun, Batch(issues=kept, milestones=(), last=True))
    pulls.apply(staged, finished_at=at, gone={})


def lost(workspace: Workspace, project: str, source: str, *, keep: Issue, key: str) -> None:
    """Store a pull that no longer finds one issue."""
    pulls = workspace.store.pulls
    begun = pulls.begin(project, source, Plan(kind=PullKind.FULL, started_at=ago(1)))
    staged = pulls.stage(begun, Batch(issues=(keep,), milestones=(), last=True))
    pulls.apply(staged, finished_at=ago(1), gone={key: Gone(at=ago(1), why="deleted")})


def alert(rule: str, phase: AlertPhase, severity: Severity = Severity.WARNING) -> AlertState:
    """Make an alert as it stands."""
    return AlertState(rule=rule, object="R1", phase=phase, severity=severity, since=ago(9), changed_at=ago(8))


def edition(project: str, number: int, *, at: dt.datetime) -> Edition:
    """Make a published edition for the audience `client`."""
    return Edition(
        project=project,
        audience="client",
        number=number,
        published_at=at,
        approved_by="",
        content_hash="0" * 64,
        artefact_hash="0" * 64,
        view="{}",
        manifest="[]",
    )


def story(number: int) -> Issue:
    """Make an issue."""
    return issue(number)
