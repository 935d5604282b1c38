"""A source that asks for patience brings its project's next sync forward, and holds up nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from connector.pipeline.report import EXIT_TRACKER, ProjectReport, SourceReport
from connector.scheduler import come_again

NOW = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
NEXT = NOW + dt.timedelta(hours=1)


@pytest.fixture
def scheduler() -> Iterator[BackgroundScheduler]:
    """A scheduler that stands still, with two projects synced every hour."""
    made = BackgroundScheduler(timezone=dt.UTC)
    for key in ("apollo", "hermes"):
        every = IntervalTrigger(hours=1, timezone=dt.UTC)
        made.add_job(lambda: None, every, id=f"sync {key}", next_run_time=NEXT)
    made.start(paused=True)
    yield made
    made.shutdown(wait=False)


def times(scheduler: BackgroundScheduler) -> tuple[dt.datetime, dt.datetime]:
    """Say when apollo and hermes are synced next."""
    apollo, hermes = (scheduler.get_job(f"sync {key}").next_run_time for key in ("apollo", "hermes"))
    return apollo, hermes


def test_comes_again_when_the_source_said(scheduler: BackgroundScheduler) -> None:
    """Twenty minutes are not rounded up to the next hour; other projects keep their rhythm."""
    again_at = NOW + dt.timedelta(minutes=20)
    come_again(scheduler, "apollo", again_at)
    assert times(scheduler) == (again_at, NEXT)


@pytest.mark.parametrize("at", [None, NEXT + dt.timedelta(minutes=1)], ids=["nobody asked", "later"])
def test_keeps_its_rhythm(scheduler: BackgroundScheduler, at: dt.datetime | None) -> None:
    """Its other sources are not kept waiting for the one."""
    come_again(scheduler, "apollo", at)
    assert times(scheduler) == (NEXT, NEXT)


def test_the_first_of_several_sources_counts() -> None:
    """The report of a project tells the earliest instant."""
    sources = [
        SourceReport(
            source=f"jira:{number}", exit_code=EXIT_TRACKER, retry_at=NOW + dt.timedelta(hours=number)
        )
        for number in (3, 2)
    ]
    sources.append(SourceReport(source="github:acme/apollo"))
    report = ProjectReport(project="apollo", started_at=NOW, ended_at=NOW, sources=tuple(sources))
    assert report.retry_at == NOW + dt.timedelta(hours=2)
