"""The clock of the service: real, or moved by `CLIENTVIEW_NOW`."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Iterator

import pytest

from connector.clock import Clock
from connector.scheduler.timetable import Timetable

MONDAY = dt.datetime(2026, 9, 7, 5, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CHANCE = random.Random(1)  # noqa: S311 - it spreads load
AN_HOUR_A_SECOND = 3600.0


@pytest.fixture
def overdue() -> list[str]:
    """What was told to be overdue."""
    return []


@pytest.fixture
def clock() -> Clock:
    """A Monday at five, an hour a second."""
    return Clock(rehearsed_from=MONDAY, speed=AN_HOUR_A_SECOND)


@pytest.fixture
def table(clock: Clock, overdue: list[str]) -> Iterator[Timetable]:
    """A table that has begun."""
    table = Timetable(clock, chance=CHANCE, is_overdue=overdue.append)
    table.begin()
    yield table
    table.end()


class Diary:
    """Notes when a job ran."""

    def __init__(self, clock: Clock, *, times: int) -> None:
        self.at: list[dt.datetime] = []
        self.is_full = threading.Event()
        self._clock, self._times = clock, times

    def note(self) -> None:
        """Be the job."""
        self.at.append(self._clock.now())
        if len(self.at) >= self._times:
            self.is_full.set()


def test_a_rhythm_holds_under_a_moved_clock(clock: Clock, table: Timetable) -> None:
    """A job at eight in Berlin runs when the moved clock shows it, never a moment before."""
    diary = Diary(clock, times=1)
    table.on_rhythm("edition", "0 8 * * mon", "Europe/Berlin", diary.note)
    assert diary.is_full.wait(30)
    eight = MONDAY + HOUR
    assert eight <= diary.at[0] < eight + HOUR
    again_at = table.next_run_at("edition")
    assert again_at is not None
    assert again_at > dt.datetime.now(dt.UTC) + dt.timedelta(seconds=6 * 24)


def test_what_recurs_keeps_its_distance(clock: Clock, table: Timetable) -> None:
    """Its interval at least, a tenth later at most but for a busy machine; a name has one job."""
    diary = Diary(clock, times=3)
    table.every("sync", HOUR, lambda: None, first_at=MONDAY + 100 * HOUR)
    table.every("sync", HOUR, diary.note, first_at=MONDAY)
    assert diary.is_full.wait(30)
    distances = [after - before for before, after in zip(diary.at, diary.at[1:], strict=False)]
    assert all(distance > 0.8 * HOUR for distance in distances)
    assert table.names() == ("sync",)


def test_what_was_missed_runs_once(clock: Clock, table: Timetable) -> None:
    """A day asleep with a job due each hour: one run, and the next one an hour later."""
    diary = Diary(clock, times=2)
    table.every("sync", HOUR, diary.note, first_at=MONDAY - 24 * HOUR)
    assert diary.is_full.wait(30)
    assert diary.at[1] - diary.at[0] > 0.8 * HOUR


def test_a_job_never_runs_twice_at_once(clock: Clock, table: Timetable, overdue: list[str]) -> None:
    """While it runs its time comes and goes, and is told."""
    runs: list[int] = []
    leave = threading.Event()

    def job() -> None:
        runs.append(1)
        leave.wait(30)

    table.every("sync", HOUR, job, first_at=MONDAY)
    for _ in range(300):
        if overdue:
            break
        leave.wait(0.1)
    begun = len(runs)
    leave.set()
    assert overdue[0] == "sync"
    assert begun == 1


def test_a_job_can_be_moved_and_removed(table: Timetable) -> None:
    """Moving one that is gone changes nothing."""
    table.every("sync", HOUR, lambda: None, first_at=MONDAY + 100 * HOUR)
    later = table.next_run_at("sync")
    table.move("sync", MONDAY + 50 * HOUR)
    sooner = table.next_run_at("sync")
    assert later is not None
    assert sooner is not None
    assert sooner < later
    table.remove("sync")
    table.remove("sync")
    table.move("sync", MONDAY)
    assert table.names() == ()


def test_a_clock_that_stands_lets_jobs_go_on_in_real_time() -> None:
    """An hour is an hour then; nothing spins."""
    table = Timetable(Clock(rehearsed_from=MONDAY), chance=CHANCE, is_overdue=lambda _job: None)
    table.begin()
    diary = Diary(Clock(), times=1)
    table.every("sync", HOUR, diary.note, first_at=MONDAY)
    assert diary.is_full.wait(30)
    again_at = table.next_run_at("sync")
    table.end()
    assert again_at is not None
    assert again_at - dt.datetime.now(dt.UTC) > 0.9 * HOUR
