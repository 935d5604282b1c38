"""kill -9 at any statement of `apply`: what is live stays whole, and the next run makes it new.

`CLIENTVIEW_SOAK=1` tries every statement, otherwise one in the middle and the last, which commits all.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.protocol import Batch
from adapters.records import Field, Link
from connector.store import Store, open_store
from connector.store.facts import StoredFacts
from connector.store.staging import Plan, PullKind
from tests.builders import SOURCE, change, day, issue, milestone

APPLY = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from connector.analysis.facts import Gone
from connector.store import open_store
from connector.store.staging import Plan, PullKind
from tests.builders import SOURCE, day, issue

count, last = 0, int(sys.argv[2])
with open_store("sqlite:///store.db", folder=Path(sys.argv[1])) as store:
    pull = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.FULL, started_at=day(2)))

    @event.listens_for(Engine, "before_cursor_execute")
    def before(*_):
        global count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    store.pulls.apply(pull, finished_at=day(2), gone={issue(9).key: Gone(at=day(2), why="deleted")})
print(count)
"""


def batch(numbers: range, *, title: str) -> Batch:
    """Make issues with a history, a link, and a milestone that is due when its title says."""
    return Batch(
        issues=tuple(issue(one, title=title) for one in numbers),
        changes=tuple(change(one, at, Field.STATUS) for one in numbers for at in range(3)),
        links=(Link(id=title, source=SOURCE, a=issue(1).key, b=issue(2).key),),
        milestones=(milestone(1, name=title),),
        cursor="end",
        last=True,
    )


def stage(store: Store, at: float, numbers: range, title: str) -> None:
    """Stage a full pull to its end; the first one is applied, too."""
    pull = store.pulls.begin("apollo", SOURCE, Plan(kind=PullKind.FULL, started_at=day(at)))
    pull = store.pulls.stage(pull, batch(numbers, title=title))
    if not store.facts.load("apollo").issues:
        store.pulls.apply(pull, finished_at=day(at), gone={})


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine issues are live; a pull that changes eight, adds one and misses one waits to be applied."""
    folder = tmp_path_factory.mktemp("staged")
    with open_store("sqlite:///store.db", folder=folder) as store:
        stage(store, 0, range(1, 10), "Before")
        stage(store, 2, range(1, 9), "After")
    return folder


def copied(staged: Path, name: str) -> Path:
    """Copy the store, whatever files it is made of."""
    folder = staged.with_name(f"{staged.name}-{name}")
    shutil.copytree(staged, folder)
    return folder


def apply(folder: Path, *, kill_at: int = 0) -> subprocess.CompletedProcess[str]:
    """Apply what is staged in a process of its own; it kills itself before a statement."""
    return subprocess.run(
        [sys.executable, "-c", APPLY, str(folder), str(kill_at)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )


def load(folder: Path) -> StoredFacts:
    """Read what is live."""
    with open_store("sqlite:///store.db", folder=folder) as store:
        return store.facts.load("apollo")


def test_killed_at_any_statement_of_apply_the_old_state_stands(staged: Path) -> None:
    """Then the new one, as if nobody had been killed: never a part of it."""
    whole = copied(staged, "whole")
    statements = int(apply(whole).stdout)
    before, after = load(staged), load(whole)
    assert before != after
    assert statements > 12
    tried = range(1, statements + 1) if os.environ.get("CLIENTVIEW_SOAK") else (statements // 2, statements)
    for number in tried:
        folder = copied(staged, str(number))
        assert apply(folder, kill_at=number).returncode == -signal.SIGKILL
        assert load(folder) == before, f"killed before statement {number}"
        assert apply(folder).returncode == 0
        assert load(folder) == after, f"applied again after a kill before statement {number}"
