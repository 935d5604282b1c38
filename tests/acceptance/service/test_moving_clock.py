"""`run` under a clock that moves: killed between send and record, and while a tracker hangs.

A few projects for an hour, more of both under CLIENTVIEW_SOAK=1. How far the clock comes depends on
the machine; what is stated does not.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.service.books import count
from tests.acceptance.service.moving import Stage, stage
from tests.acceptance.service.program import PATIENCE_S, trigger
from tests.conftest import CAMPAIGN
from tests.trackers.faults import FOREVER, Faults, hanging

IS_SOAKING = bool(os.environ.get("CLIENTVIEW_SOAK"))
PROJECTS = 10 if IS_SOAKING else 3
KILLS = 20 if IS_SOAKING else 2
SYNCS = 30 if IS_SOAKING else 4  # of each project after the last kill
HOURS = 48 if IS_SOAKING else 8  # settled beforehand; the service need not come so far
BEGAN_AT = dt.datetime(2026, 10, 20, 13, 0, tzinfo=dt.UTC)

Tell = Callable[[str, object], None]
pytestmark = pytest.mark.timeout(3600 if IS_SOAKING else 600)


def test_a_service_is_killed_and_tells_everything_all_the_same(tmp_path: Path, record_property: Tell) -> None:
    """Each change once, or twice and marked; a tracker that hangs keeps no other project waiting."""
    dice = random.Random("moving clock")  # noqa: S311 - chance, not secrecy
    with stage(tmp_path, BEGAN_AT, projects=PROJECTS, hours=HOURS) as now:
        killed = sum(now.run_killed(trigger(turn, dice)) for turn in range(KILLS))
        _hang(now)
        counted = count(now)
        syncs = {key: now.synced(key) for key in now.town.keys}
    record_property(CAMPAIGN, f"moving clock: {killed} kills, syncs {syncs}; {counted}")
    assert killed == KILLS
    assert counted.changes > 0
    assert (counted.unannounced, counted.lost, counted.unlisted, counted.strange) == (0, 0, 0, 0)
    assert (counted.twice_unmarked, counted.more_often) == (0, 0)
    assert 0 < counted.twice_marked <= KILLS


def _hang(now: Stage) -> None:
    """Let the first tracker hang; the others are synced on, then the service ends and all is sent."""
    first, *others = now.town.places
    released = threading.Event()
    first.server.middleware = Faults().on(".*", hanging(released, at_most_s=PATIENCE_S), times=FOREVER)
    wanted = {place.key: now.synced(place.key) + SYNCS for place in others}
    with now.running() as process:
        now.wait(lambda: all(now.synced(key) >= many for key, many in wanted.items()))
        released.set()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    first.server.middleware = None
    now.desk.now += dt.timedelta(hours=14)
    assert now.desk.shell("--config", str(now.desk.config), "run", "--once").code == 0
    now.town.post.collect(now.desk.now)
