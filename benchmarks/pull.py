"""A full pull with history into the store: requests, seconds, peak memory, beside a floor in the same run.

The server is a process of its own. The floor sends the very same requests again, one after the
other, and throws the answers away: no parsing, no storing.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing as mp
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests

from adapters.protocol import Adapter, Environment, Window
from adapters.registry import adapter_class
from benchmarks.worlds import github_world, jira_world
from connector.demo.trackers.exchange import Logged
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.store import open_store

ISSUES = 2_000
LATENCY_S = 0.1
PATIENCE_S = 300.0
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
SERVERS: dict[str, Callable[[], Any]] = {
    "Jira Cloud": lambda: JiraCloud(jira_world(ISSUES), latency_s=LATENCY_S, clock=lambda: NOW),
    "Jira Data Center": lambda: JiraDataCenter(jira_world(ISSUES), latency_s=LATENCY_S, clock=lambda: NOW),
    "GitHub": lambda: GitHubServer(github_world(ISSUES), latency_s=LATENCY_S, clock=lambda: NOW),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run. Times in seconds, memory in megabytes."""

    issues: int
    wall_s: float
    cpu_s: float
    peak_mb: float


def main() -> None:
    """Print one line per tracker."""
    print(f"{ISSUES} issues with history, {LATENCY_S * 1000:.0f} ms a request")
    titles = ("issues", "requests", "wall s", "floor s", "ratio", "CPU s", "peak MB")
    print(f"{'':18}" + "".join(f"{title:>9}" for title in titles))
    for name in SERVERS:
        measured, sent, floor_s = _run(name)
        print(
            f"{name:18}{measured.issues:9}{sent:9}{measured.wall_s:9.1f}{floor_s:9.1f}"
            f"{measured.wall_s / floor_s:9.2f}{measured.cpu_s:9.1f}{measured.peak_mb:9.0f}"
        )


def _run(name: str) -> tuple[Measured, int, float]:
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(name, theirs), daemon=True)
    server.start()
    url, token, email = ours.recv()
    results = context.SimpleQueue()
    client = context.Process(target=_pull, args=(name, url, token, email, results))
    client.start()
    client.join(PATIENCE_S)
    if client.exitcode != 0 or results.empty():
        client.kill()
        server.kill()
        raise RuntimeError(f"{name}: the pulling process ended with {client.exitcode}")
    measured: Measured = results.get()
    ours.send("log")
    log: list[Logged] = ours.recv()
    floor_s = _floor(url, token, email, log)
    ours.send("stop")
    server.join()
    return measured, len(log), floor_s


def _serve(name: str, pipe: Connection) -> None:
    with SERVERS[name]() as server:
        pipe.send((server.url, server.token, getattr(server, "email", "")))
        while pipe.recv() == "log":
            pipe.send(list(server.log))


def _pull(name: str, url: str, token: str, email: str, results: Any) -> None:  # a queue
    source = open_source(name, url, token, email)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store("sqlite:///bench.db", folder=Path(folder))
        began_s, cpu_s = time.perf_counter(), time.process_time()
        pull = store.pulls.begin("bench", source.name, full=True, since=None, started_at=NOW)
        for batch in source.pull(Window()):
            pull = store.pulls.stage(pull, batch)
        store.pulls.apply(pull, finished_at=NOW, gone={})
        wall_s, used_s = time.perf_counter() - began_s, time.process_time() - cpu_s
        kept = len(store.facts.load("bench").issues)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put(Measured(issues=kept, wall_s=wall_s, cpu_s=used_s, peak_mb=peak_mb))


def open_source(name: str, url: str, token: str, email: str) -> Adapter:
    """Open the adapter for one of `SERVERS`."""
    kind = "github" if name == "GitHub" else "jira"
    settings: dict[str, object] = {"token": token}
    if kind == "github":
        settings |= {"repository": "acme/apollo", "api": url}
    else:
        settings |= {"site": url, "project": "APO"} | ({"email": email} if name == "Jira Cloud" else {})
    adapter = adapter_class(kind)
    model = adapter.settings_model.model_validate(settings)
    return adapter.open(model, Environment(now=lambda: NOW, sleep=time.sleep))


def _floor(url: str, token: str, email: str, log: list[Logged]) -> float:
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    if email and "@" in email:
        session.auth = (email, token)
    began_s = time.perf_counter()
    for each in log:
        request = each.request
        headers = {"Content-Type": "application/json"} if request.body else {}
        url_of = url + request.path
        session.request(request.method, url_of, params=request.params, data=request.body, headers=headers)
    return time.perf_counter() - began_s


if __name__ == "__main__":
    sys.exit(main())
