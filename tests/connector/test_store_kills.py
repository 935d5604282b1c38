"""kill -9 at any moment: old state or new state, never a mixture, and a pull that goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from connector.store import open_store
from connector.store.facts import StoredFacts
from connector.store.staging import Plan, PullKind
from tests.builders import SOURCE, day

BATCHES, ISSUES = 12, 25  # batches in a pull, issues in a batch
SEEDS = range(40 if os.environ.get("CLIENTVIEW_SOAK") else 1)

PULL = f"""
import sys
from pathlib import Path
from adapters.protocol import Batch
from adapters.records import Field, Link
from connector.store import open_store
from connector.store.staging import Plan, PullKind
from tests.builders import SOURCE, change, day, issue, milestone

def batch(number):
    numbers = range(number * {ISSUES}, (number + 1) * {ISSUES})
    return Batch(
        issues=tuple(issue(one) for one in numbers),
        changes=tuple(change(one, at, Field.STATUS) for one in numbers for at in range(5)),
        links=(Link(id=str(number), source=SOURCE, a=issue(numbers[0]).key, b=issue(numbers[1]).key),),
        milestones=(milestone(1), milestone(2)) if number == 0 else None,
        cursor=str(number + 1),
    )

with open_store("sqlite:///store.db", folder=Path(sys.argv[1])) as store:
    pull = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.FULL, started_at=day(0)))
    for number in range(int(pull.cursor or 0), {BATCHES}):
        pull = store.pulls.stage(pull, batch(number))
        print("staged", flush=True)
    print("applying", flush=True)
    store.pulls.apply(pull, finished_at=day(1), gone={{}})
"""


def start(folder: Path) -> subprocess.Popen[str]:
    """Start a process that pulls, or goes on pulling."""
    return subprocess.Popen(
        [sys.executable, "-c", PULL, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def kill(folder: Path, *, after: int, within_s: float) -> None:
    """Let the pull print some lines, and kill it a moment later."""
    with start(folder) as process:
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        try:
            process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            process.kill()


def load(folder: Path) -> StoredFacts:
    """Read what is live."""
    with open_store("sqlite:///store.db", folder=folder) as store:
        return store.facts.load("apollo")


def is_whole(folder: Path) -> bool:
    """Check that batches and cursor fit, and that live data are all there or not at all."""
    live = load(folder)
    if live.issues:
        return len(live.issues) == BATCHES * ISSUES and len(live.sightings) == 2
    with open_store("sqlite:///store.db", folder=folder) as store:
        pull = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.FULL, started_at=day(0)))
        return store.pulls.counts(pull).issues == int(pull.cursor or 0) * ISSUES


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> StoredFacts:
    """What a pull leaves that nobody kills."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with start(folder) as process:
        process.communicate()
    return load(folder)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_pull_goes_on_to_the_same_end(tmp_path: Path, undisturbed: StoredFacts, seed: int) -> None:
    """Killed thrice while staging and once while applying, it ends as if nothing had happened."""
    chance = random.Random(seed)  # noqa: S311 - chooses moments, no secrets
    for after in (0, chance.randint(1, 4), chance.randint(1, 4), BATCHES + 1):
        kill(tmp_path, after=after, within_s=chance.choice([0.0, 0.001, 0.01, 0.05]))
        assert is_whole(tmp_path)
        if load(tmp_path).issues:  # the kill came too late: the pull had ended
            break
    if not load(tmp_path).issues:
        with start(tmp_path) as process:
            process.communicate()
        assert process.returncode == 0
    assert load(tmp_path) == undisturbed
    assert len(undisturbed.issues) == BATCHES * ISSUES
