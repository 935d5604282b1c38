"""One project in the service: when it is synced, and when it is left to others."""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.clock import Clock
from connector.pipeline.workspace import Workspace, open_workspace
from connector.scheduler.lane import BUSY_AGAIN, Around, Lane
from connector.scheduler.rounds import Rounds
from connector.scheduler.service import spread
from connector.scheduler.stopping import Stop, StoppedError
from connector.scheduler.timetable import Timetable
from connector.scheduler.turns import Turns
from tests.connector.doors import Door
from tests.connector.workbench import START, Workbench, tracker

QUARTER = dt.timedelta(minutes=15)
CHANCE = random.Random(1)  # noqa: S311 - it spreads load
SLACK = dt.timedelta(seconds=30)  # of a busy machine


class Scene:
    """A lane in a workspace whose clock stands where the test puts it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        stop = Stop(workspace.clock)
        self.rounds = 0
        self.around = Around(
            timetable=Timetable(workspace.clock, chance=CHANCE, is_overdue=lambda _job: None),
            turns=Turns(stop),
            stop=stop,
            rounds=Rounds(workspace.named(), complete=self._count),
        )
        self.lane = Lane(workspace, workspace.project("apollo"), self.around)
        self.lane.open(first_at=workspace.now())

    def pass_time(self, time: dt.timedelta) -> None:
        """Let time pass."""
        self.workspace.clock.rehearsed_from = self.workspace.now() + time

    def waits_for(self, wait: dt.timedelta) -> bool:
        """Whether the next sync comes after a wait, or a tenth of it later."""
        at = self.around.timetable.next_run_at("sync apollo")
        assert at is not None
        left = at - dt.datetime.now(dt.UTC)
        return wait - SLACK < left < wait * 1.1 + SLACK

    def _count(self) -> None:
        self.rounds += 1


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


@pytest.fixture
def door(bench: Workbench) -> Iterator[Door]:
    """Serve the bench's world behind an open door, and configure the bench for it."""
    door = Door()
    door.released.set()
    with tracker(bench) as server:
        server.middleware = door
        bench.configure(server)
        yield door


@pytest.fixture
def scene(bench: Workbench, door: Door) -> Iterator[Scene]:
    """Give a lane that has not begun."""
    with open_workspace(bench.config, Clock(rehearsed_from=START)) as workspace:
        yield Scene(workspace)


def test_what_another_process_reads_is_left_alone(scene: Scene, door: Door) -> None:
    """While it works, and as long as what it read is fresh; then it is this one's turn."""
    workspace, now = scene.workspace, scene.workspace.now()
    lock = workspace.store.locks.acquire("apollo", owner="elsewhere:1", now=now)
    scene.lane.sync()
    assert scene.waits_for(BUSY_AGAIN)
    scene.pass_time(dt.timedelta(minutes=1))
    workspace.store.runs.add("apollo", started_at=now, ended_at=workspace.now(), report="{}")
    workspace.store.locks.release(lock, now=workspace.now())
    scene.lane.sync()
    assert scene.waits_for(QUARTER - dt.timedelta(minutes=1))
    assert door.requests == 0


def test_what_another_process_did_not_end_is_taken_over(scene: Scene, door: Door) -> None:
    """Its lock is free and it left no run: the lane syncs at its next look."""
    workspace = scene.workspace
    lock = workspace.store.locks.acquire("apollo", owner="elsewhere:1", now=workspace.now())
    scene.lane.sync()
    workspace.store.locks.release(lock, now=workspace.now())
    scene.lane.sync()
    assert door.requests > 0
    assert scene.waits_for(QUARTER)
    assert scene.rounds == 1


def test_a_project_that_cannot_be_read_backs_off(
    bench: Workbench, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    """Each time twice as long, told in the log; a success ends it."""
    with caplog.at_level(logging.WARNING, logger="connector.scheduler"), bench.patch.context() as without:
        without.setenv("TEST_JIRA_TOKEN", "wrong")
        for wait in (QUARTER, 2 * QUARTER, 4 * QUARTER):
            scene.lane.sync()
            assert scene.waits_for(wait)
    told = [line.getMessage() for line in caplog.records if vars(line).get("event") == "sync.backoff"]
    assert [line.rpartition("again in ")[2] for line in told] == ["15 minutes", "30 minutes", "60 minutes"]
    scene.lane.sync()
    assert scene.waits_for(QUARTER)


def test_a_lane_that_is_closed_does_nothing_more(scene: Scene, door: Door) -> None:
    """Neither by its jobs nor by one that had begun to wait."""
    scene.lane.close()
    assert scene.around.timetable.names() == ()
    with pytest.raises(StoppedError, match="no longer configured"):
        scene.lane.sync()
    assert door.requests == 0


@pytest.mark.parametrize("count", [0, 1, 40, 600])
def test_many_projects_begin_one_after_the_other(count: int) -> None:
    """The first at once, no two together, all within a minute."""
    times = spread(START, count)
    assert len(set(times)) == count
    assert all(START <= at <= START + dt.timedelta(minutes=1) for at in times)
    assert times[:1] == (START,)[:count]
