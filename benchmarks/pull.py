"""Pulling into the store: requests, bytes, seconds and peak memory, beside a floor in the same run.

Each line is a pull in a process of its own, parsing, validation, guards and storing included, from
a tracker in another process. `ratio` is its wall time over the floor's (see `floor`).
"""

from __future__ import annotations

import datetime as dt
import multiprocessing as mp
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.protocol import Adapter, Environment
from adapters.registry import adapter_class
from benchmarks.floor import floor_s, plain_loop
from benchmarks.served import CENTER, CLOUD, GITHUB, Pace, Served, clock_of, served
from connector.pipeline.pull import Order, Question, Setting, pull
from connector.store import open_store
from connector.store.locks import this_process

PACE = Pace(request_s=0.12, issue_s=0.0005)
AT_A_TIME = 8
PATIENCE_S = 600.0
PLAIN_ISSUES = 1_000
PHASES = ("full", "1 % changed", "nothing changed")
SIZES = {CLOUD: (5_000, 20_000), CENTER: (5_000,), GITHUB: (5_000, 20_000)}
MANY = 100_000
TITLES = ("issues", "requests", "MB", "wall s", "floor s", "ratio", "CPU s", "peak MB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run. Times in seconds, memory in megabytes."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def main() -> None:
    """Print one line per tracker, size and phase."""
    print(f"{PACE.request_s * 1000:.0f} ms a request and {PACE.issue_s * 1000} ms an issue in it;")
    print(f"the floor sends the same requests {AT_A_TIME} at a time, GitHub's chain one at a time")
    print(f"{'':34}" + "".join(f"{title:>9}" for title in TITLES))
    for tracker, sizes in SIZES.items():
        for issues in sizes:
            _phases(tracker, issues)
    for tracker in (CLOUD, GITHUB):
        _plain(tracker)


def large() -> None:
    """Print the cost of a large project: memory must not grow with it."""
    print(f"{'':34}" + "".join(f"{title:>9}" for title in TITLES))
    _phases(CLOUD, MANY)


def _phases(tracker: str, issues: int) -> None:
    with served(tracker, issues, PACE) as running, tempfile.TemporaryDirectory() as folder:
        _warm_up(running)
        for phase in PHASES:
            if phase != "full":
                running.later()
            measured = _apart(_pull, running, folder, phase)
            log = running.taken_log()
            floor = floor_s(running, log, at_a_time=1 if tracker == GITHUB else AT_A_TIME)
            running.taken_log()
            size_mb = sum(each.answer_bytes for each in log) / 1e6
            _line(f"{tracker}, {phase}", issues, len(log), size_mb, measured, floor)


def _warm_up(running: Served) -> None:
    """Let the tracker make its world and its pages before anything is measured."""
    with tempfile.TemporaryDirectory() as folder:
        _apart(_pull, running, folder, "full")
    running.slow_down()


def _plain(tracker: str) -> None:
    with served(tracker, PLAIN_ISSUES, PACE) as running, tempfile.TemporaryDirectory() as folder:
        _warm_up(running)
        ours = _apart(_pull, running, folder, "full")
        log = running.taken_log()
        floor = floor_s(running, log, at_a_time=1 if tracker == GITHUB else AT_A_TIME)
        running.taken_log()
        _line(f"{tracker}, ours", PLAIN_ISSUES, len(log), _megabytes(log), ours, floor)
        plain = _apart(_plainly, running, folder, "full")
        log = running.taken_log()
        _line(f"{tracker}, plain loop", PLAIN_ISSUES, len(log), _megabytes(log), plain, floor)


def _megabytes(log: Any) -> float:
    return float(sum(each.answer_bytes for each in log)) / 1e6


def _line(name: str, issues: int, sent: int, size_mb: float, measured: Measured, floor: float) -> None:
    print(
        f"{name:34}{issues:9}{sent:9}{size_mb:9.1f}{measured.wall_s:9.2f}{floor:9.2f}"
        f"{measured.wall_s / floor:9.2f}{measured.cpu_s:9.2f}{measured.peak_mb:9.0f}",
        flush=True,
    )


def _apart(work: Callable[..., None], running: Served, folder: str, phase: str) -> Measured:
    """Run work in a process of its own, so that memory is its own too."""
    context = mp.get_context("spawn")
    results = context.SimpleQueue()
    where = (running.tracker, running.url, running.token, running.email)
    process = context.Process(target=work, args=(where, folder, phase, results))
    process.start()
    process.join(PATIENCE_S)
    if process.exitcode != 0 or results.empty():
        process.kill()
        raise RuntimeError(f"{running.tracker}: the pulling process ended with {process.exitcode}")
    measured: Measured = results.get()
    return measured


def _pull(where: tuple[str, str, str, str], folder: str, phase: str, results: Any) -> None:  # a queue
    store = open_store("sqlite:///bench.db", folder=Path(folder))
    now = clock_of(phase)
    notes = store.notes.of("bench", "bench", now=lambda: now)
    source = open_source(*where, Environment(now=lambda: now, sleep=time.sleep, notes=notes))
    with store.locks.project_lock("bench", owner=this_process(), now=lambda: now) as lock:
        setting = Setting(
            store=store,
            project="bench",
            lock=lock,
            now=lambda: now,
            progress=lambda *_: None,
            full_every=dt.timedelta(days=1),
            shrink_ratio=0.5,
        )
        results.put(measure(lambda: pull(setting, source, Order(), Question())))


def _plainly(where: tuple[str, str, str, str], _folder: str, _phase: str, results: Any) -> None:
    results.put(measure(lambda: plain_loop(Served(*where))))


def measure(work: Callable[[], object]) -> Measured:
    """Run work and say what it took."""
    began_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    wall_s, used_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(wall_s=wall_s, cpu_s=used_s, peak_mb=peak_mb)


def open_source(tracker: str, url: str, token: str, email: str, environment: Environment) -> Adapter:
    """Open the adapter of a served tracker."""
    kind = "github" if tracker == GITHUB else "jira"
    settings: dict[str, object] = {"token": token}
    if kind == "github":
        settings |= {"repository": "acme/apollo", "api": url}
    else:
        settings |= {"site": url, "project": "APO"} | ({"email": email} if tracker == CLOUD else {})
    adapter = adapter_class(kind)
    return adapter.open(adapter.settings_model.model_validate(settings), environment)
