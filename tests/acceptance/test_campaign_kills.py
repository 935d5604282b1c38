"""A sync is killed at any moment, by the system and without warning; the next ones put all right.

Each schedule starts the real command in a process of its own, among faults or not, and kills it
(`kill -9`) after so many requests have reached the tracker, or a moment later. Then the command runs
again to its end. `CLIENTVIEW_SOAK=1` runs dozens of schedules of each tracker.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from connector.clock import VARIABLE
from connector.demo.trackers.exchange import Answer, Request, Serve
from tests.acceptance import campaign_worlds as tales
from tests.acceptance.campaign import FACES, GITHUB, JIRA_CLOUD, Face, desk, dice_of, face, opened
from tests.conftest import CAMPAIGN
from tests.trackers.faults import Faults, limited, server_error, truncated

IS_SOAKING = bool(os.environ.get("CLIENTVIEW_SOAK"))
KILLS = 18 if IS_SOAKING else 1  # of each face
EARLY = 6  # a request that every pull comes to
LATEST_S = 0.25  # a kill comes so long after the request it waits for, at most
MOST_TOLD = 4


@dataclass(slots=True)
class Gate:
    """Stands before a tracker, behind faults, and says when so many requests have come."""

    faults: Faults
    wanted: int
    reached: threading.Event = field(default_factory=threading.Event)
    seen: int = 0

    def __call__(self, request: Request, serve: Serve) -> Answer:
        """Count a request and let it pass."""
        self.seen += 1
        if self.seen >= self.wanted:
            self.reached.set()
        return self.faults(request, serve)


@pytest.fixture(scope="module", params=FACES if IS_SOAKING else (JIRA_CLOUD, GITHUB))
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """Serve one tracker throughout."""
    with face(request.param, tmp_path_factory.mktemp("kills") / "desk") as served:
        yield served


@pytest.mark.timeout(3600 if IS_SOAKING else 120)
def test_a_sync_killed_at_any_moment_is_made_good(
    subject: Face, record_property: Callable[[str, object], None]
) -> None:
    """Killed, the store is as it was or as it is to be; two syncs later it is as it is to be."""
    tally: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(KILLS):
        ended, wrong = run(subject, dice_of(10_000 + number))
        tally[ended] += 1
        faults += [f"{subject.name}, kill {number}: {text}" for text in wrong]
    record_property(CAMPAIGN, f"{subject.name}: {KILLS} schedules of kills: {dict(tally)}")
    assert not faults, "\n".join(faults)


def run(subject: Face, dice: random.Random) -> tuple[str, list[str]]:
    """Run one schedule; returns how the process ended, and what was not as it should be."""
    begin_with = dice.choice([subject.earlier, subject.empty])
    right, soon = (subject.right(begin_with, full=full) for full in (True, False))
    wanted = dice.choice([dice.randint(1, EARLY), dice.randint(1, subject.requests)])
    gate = Gate(faults=subject.begin(subject.still), wanted=wanted)
    if dice.random() < 0.5:
        for fault in (server_error(503), truncated(0.5), limited(retry_after="1")):
            gate.faults.sometimes(0.05, fault, seed=dice.randrange(10**6))
    subject.server.middleware = gate
    with desk(subject, begin_with) as store:
        before = store.content()
    options = ["--full"] if dice.random() < 0.5 else []
    code = _killed(subject, gate, *options, after_s=dice.uniform(0, LATEST_S))
    subject.calm()
    with opened(subject) as store:
        after = store.content()
        possible = (before, right, soon)
        is_good = any(not after.differs(content) for content in possible)
        wrong = [] if is_good else [f"ended with {code}: neither the old content nor the new"]
        codes = (store.sync().exit_code, store.sync(full=True).exit_code)
        wrong += [] if set(codes) == {0} else [f"the next syncs ended with {codes}"]
        wrong += [f"in the end: {part}" for part in store.content().differs(right)[:MOST_TOLD]]
    return "killed" if code == -signal.SIGKILL else f"exit {code}", wrong


def _killed(subject: Face, gate: Gate, *options: str, after_s: float) -> int:
    """Start a sync, kill it some time behind a request, and return how it ended."""
    environment = {**os.environ, VARIABLE: f"{tales.NOW:%Y-%m-%dT%H:%M:%SZ}"}
    command = [sys.executable, "-m", "connector", "--config", str(subject.folder / "clientview.toml")]
    with subprocess.Popen(
        [*command, "sync", *options], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while not gate.reached.wait(0.05) and process.poll() is None:
            pass
        threading.Event().wait(after_s)
        process.send_signal(signal.SIGKILL)
        return process.wait(60)
