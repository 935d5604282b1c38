"""The clock of the service: APScheduler, moved along with `CLIENTVIEW_NOW`.

APScheduler reads the real clock. Triggers here reckon by the service's own clock and tell when the real
one gets there, so that a rehearsal at speed keeps every rhythm.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Callable

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from connector.clock import Clock
from connector.pipeline.rhythm import next_at

JITTER_RATIO = 0.1  # of a wait, so that many projects do not ask one tracker at once
MOST_THREADS = 256  # of work; they are made when needed, and one that hangs is missed by nobody
_SHORTEST_REAL = dt.timedelta(seconds=0.5)  # between two runs of one job, however fast the clock
_MARGIN = dt.timedelta(milliseconds=5)  # two clocks are read one after the other

Job = Callable[[], None]


class Timetable:
    """What is done when, each job in a thread, never two runs of one job at once.

    What was missed, because the machine slept or a run took too long, is done once, however late.
    """

    def __init__(self, clock: Clock, *, chance: random.Random, is_overdue: Callable[[str], None]) -> None:
        """Make an empty table; nothing runs before `begin`.

        Args:
            clock: By which everything is reckoned.
            chance: Spreads what recurs.
            is_overdue: Told the name of a job whose time has come while its last run goes on.
        """
        self._clock = clock
        self._chance = chance
        self._scheduler = BackgroundScheduler(
            timezone=dt.UTC,
            executors={"default": ThreadPoolExecutor(MOST_THREADS)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # what it warns of is told here

        def told(event: JobSubmissionEvent) -> None:
            is_overdue(event.job_id)

        self._scheduler.add_listener(told, EVENT_JOB_MAX_INSTANCES)

    def begin(self) -> None:
        """Begin to run jobs."""
        self._scheduler.start()

    def end(self) -> None:
        """Begin no more jobs. Those under way go on."""
        self._scheduler.shutdown(wait=False)

    def every(self, name: str, interval: dt.timedelta, job: Job, *, first_at: dt.datetime) -> None:
        """Run a job again and again, `interval` and a bit of chance apart."""
        self._add(name, job, _Recurring(self._clock, interval, self._chance), first_at)

    def on_rhythm(self, name: str, cron: str, timezone: str, job: Job) -> None:
        """Run a job whenever a cron line says, in a zone's time; see `pipeline.rhythm`."""
        first_at = next_at(cron, timezone, after=self._clock.now())
        if first_at is not None:
            self._add(name, job, _OnRhythm(self._clock, cron, timezone), first_at)

    def move(self, name: str, at: dt.datetime) -> None:
        """Let a job's next run be at an instant, earlier or later; nothing happens if it is gone."""
        try:
            self._scheduler.modify_job(name, next_run_time=self._real(at))
        except JobLookupError:
            return

    def spread(self, wait: dt.timedelta) -> dt.timedelta:
        """Lengthen a wait by chance, by a tenth at most."""
        return wait * (1 + self._chance.uniform(0, JITTER_RATIO))

    def remove(self, name: str) -> None:
        """Take a job out; a run under way goes on."""
        try:
            self._scheduler.remove_job(name)
        except JobLookupError:
            return

    def names(self) -> tuple[str, ...]:
        """List the jobs."""
        return tuple(sorted(job.id for job in self._scheduler.get_jobs()))

    def next_run_at(self, name: str) -> dt.datetime | None:
        """Say when the real clock will let a job run next; None: there is no such job."""
        job = self._scheduler.get_job(name)
        return None if job is None else job.next_run_time

    def _add(self, name: str, job: Job, trigger: BaseTrigger, first_at: dt.datetime) -> None:
        self._scheduler.add_job(
            job, trigger, id=name, name=name, replace_existing=True, next_run_time=self._real(first_at)
        )

    def _real(self, at: dt.datetime) -> dt.datetime:
        return _real(self._clock, at)


class _Recurring(BaseTrigger):  # type: ignore[misc]  # the package has no types
    """An interval from now on, jittered; always in the future, so that what was missed runs once."""

    def __init__(self, clock: Clock, interval: dt.timedelta, chance: random.Random) -> None:
        self._clock, self._interval, self._chance = clock, interval, chance

    def get_next_fire_time(self, _previous: dt.datetime | None, now: dt.datetime) -> dt.datetime:
        """Return the next time on the real clock."""
        wait = self._interval * (1 + self._chance.uniform(0, JITTER_RATIO))
        return max(_real(self._clock, self._clock.now() + wait), now + _SHORTEST_REAL)


class _OnRhythm(BaseTrigger):  # type: ignore[misc]  # the package has no types
    """The next time of a cron line in a zone."""

    def __init__(self, clock: Clock, cron: str, timezone: str) -> None:
        self._clock, self._cron, self._timezone = clock, cron, timezone

    def get_next_fire_time(self, _previous: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
        """Return the next time on the real clock."""
        at = next_at(self._cron, self._timezone, after=self._clock.now())
        return None if at is None else max(_real(self._clock, at), now + _SHORTEST_REAL)


def _real(clock: Clock, at: dt.datetime) -> dt.datetime:
    """Say when the real clock is there, rather a moment late than early."""
    return clock.on_the_wall(at) + (_MARGIN if clock.is_rehearsed else dt.timedelta())
