"""The service: syncs, alerts and editions on the configured rhythm, in one process.

APScheduler keeps the clock: one job for each project's sync and one for each audience's editions,
never two of the same at once; what was missed runs once, however late.
"""

from __future__ import annotations

import datetime as dt
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from adapters.errors import AdapterError
from connector.errors import ConnectorError, SafetyError, UsageError
from connector.pipeline.editions import publish_scheduled
from connector.pipeline.mailing import deliver
from connector.pipeline.pull import Order
from connector.pipeline.report import EXIT_DONE, ProjectReport, gravest, project_lines
from connector.pipeline.rhythm import is_due, trigger
from connector.pipeline.shelving import mend
from connector.pipeline.sync import send, sync_key, sync_project
from connector.pipeline.workspace import Project, Workspace
from mappings.errors import FaultsError

MESSAGES_EVERY_S = 60
JITTER_RATIO = 0.1  # of a rhythm, so that many projects do not ask one tracker at once
WORKERS = 4  # projects at a time

_log = logging.getLogger(__name__)


class StoppedError(ConnectorError):
    """The service was asked to stop while it waited; nothing is lost."""


def run_once(workspace: Workspace) -> int:
    """Do everything that is to be done now, and return.

    Every project is synced whatever its rhythm, judged, its due editions published, and every
    waiting message tried whatever its back-off.

    Returns:
        The exit code: 0, 3 if a source failed, 4 if something was refused for safety. A channel
        that failed and a draft that awaits approval are warnings.
    """
    codes = []
    for key in workspace.named():
        report = sync_key(workspace, key, Order(), _quiet)
        _tell(project_lines(report))
        codes.append(report.exit_code)
        if not report.sources:  # its rules have faults, or another process works on it
            continue
        project = workspace.project(key)
        codes += [publish_due(workspace, project, audience) for audience in project.settings.audiences]
        _warn([*report.warnings, *send(workspace, project, whatever_backoff=True)])
        _deliver(workspace, project, whatever_backoff=True)
    return gravest(codes)


def publish_due(workspace: Workspace, project: Project, audience: str) -> int:
    """Publish an audience's edition if its rhythm says so and nobody has to approve it first.

    Returns:
        The exit code: 0 where it was published, not due, unchanged, or awaits approval.
    """
    settings = project.settings.audience(audience)
    latest = workspace.store.editions.latest(project.key, audience)
    last = None if latest is None else latest.published_at
    timezone = settings.timezone or project.timezone
    if not is_due(settings.publish_cron, timezone, last=last, now=workspace.now()):
        return EXIT_DONE
    return publish_now(workspace, project, audience)


def publish_now(workspace: Workspace, project: Project, audience: str) -> int:
    """Publish an audience's edition, or leave a draft for the person who has to look at it."""
    try:
        done = publish_scheduled(workspace, project, audience)
    except ConnectorError as error:
        _warn([f"{project.key}, audience {audience}: {error}"])
        return error.exit_code if isinstance(error, SafetyError) else EXIT_DONE
    _warn([f"{project.key}: {line}" for line in done.warnings])
    if done.number is not None:
        _tell([f"  edition {done.number} for {audience}: {done.page}"])
    if done.waits_for:
        look = f"clientview preview {project.key} --audience {audience}"
        _warn([f"{project.key}: the draft for {audience} awaits {done.waits_for}: {look}"])
    return EXIT_DONE


def serve(workspace: Workspace) -> int:
    """Run until SIGTERM or SIGINT.

    Returns:
        0: it was stopped.

    Raises:
        UsageError: No project can be read; one of several that cannot is a warning.
    """
    stopping = threading.Event()
    workspace.sleep = partial(_stoppable_sleep, workspace.clock.sleep, stopping)
    scheduler = _scheduler()
    for project in _readable(workspace):
        _warn(mend(workspace, project))
        _add_jobs(scheduler, workspace, project)

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        scheduler.shutdown(wait=False)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        scheduler.start()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return EXIT_DONE


def _readable(workspace: Workspace) -> Sequence[Project]:
    """Return the projects whose rules and sources have no fault; tell of the others."""
    found = []
    for key in workspace.named():
        try:
            found.append(workspace.project(key))
        except (ConnectorError, AdapterError, FaultsError) as error:
            _warn([f"{key} is left out until it is mended and the service restarted: {error}"])
    if not found:
        raise UsageError("no project can be run: see `clientview check`")
    return found


def _scheduler() -> BlockingScheduler:
    return BlockingScheduler(
        timezone=dt.UTC,
        executors={"default": ThreadPoolExecutor(WORKERS)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )


def _add_jobs(scheduler: BlockingScheduler, workspace: Workspace, project: Project) -> None:
    seconds = project.settings.sync_every.total_seconds()
    every = IntervalTrigger(seconds=int(seconds), jitter=int(seconds * JITTER_RATIO), timezone=dt.UTC)
    scheduler.add_job(
        _guarded(project, partial(_sync, scheduler, workspace, project)),
        every,
        id=f"sync {project.key}",
        next_run_time=workspace.now(),
    )
    scheduler.add_job(
        _guarded(project, partial(_send, workspace, project)),
        IntervalTrigger(seconds=MESSAGES_EVERY_S, timezone=dt.UTC),
        id=f"messages {project.key}",
    )
    for name, audience in project.settings.audiences.items():
        if audience.publish_cron is not None:
            scheduler.add_job(
                _guarded(project, partial(publish_now, workspace, project, name)),
                trigger(audience.publish_cron, audience.timezone or project.timezone),
                id=f"edition {project.key} {name}",
            )


def come_again(scheduler: BaseScheduler, project: str, at: dt.datetime | None) -> None:
    """Bring a project's next sync forward to when a source that asked for patience may be asked.

    Until then its other syncs go on without that source, and other projects as ever.

    Args:
        scheduler: Holds a job `sync PROJECT`.
        project: Key of the project.
        at: The first such instant; None: no source asked for patience.
    """
    job = scheduler.get_job(f"sync {project}")
    if at is not None and job is not None and at < job.next_run_time:
        job.modify(next_run_time=at)


def _sync(scheduler: BaseScheduler, workspace: Workspace, project: Project) -> None:
    report: ProjectReport = sync_project(workspace, project, Order(), _quiet)
    come_again(scheduler, project.key, report.retry_at)
    _tell(project_lines(report))
    _warn(report.warnings)


def _send(workspace: Workspace, project: Project) -> None:
    _warn(send(workspace, project))
    _deliver(workspace, project)


def _deliver(workspace: Workspace, project: Project, *, whatever_backoff: bool = False) -> None:
    done = deliver(workspace, project, whatever_backoff=whatever_backoff)
    _tell([f"  {line}" for line in done.sent])
    _warn(done.warnings)


def _guarded(project: Project, job: Callable[[], object]) -> Callable[[], None]:
    """Keep what goes wrong in one job from ending the service."""

    def run() -> None:
        try:
            job()
        except StoppedError:
            _log.info("project %s: stopped", project.key, extra={"event": "job.stopped"})
        except Exception:  # noqa: BLE001 - the bulkhead: a job never ends the service
            _log.exception("project %s: a job failed", project.key, extra={"event": "job.failed"})

    return run


def _stoppable_sleep(sleep: Callable[[float], None], stopping: threading.Event, seconds: float) -> None:
    """Wait in slices of a second, so that a stop is not kept waiting."""
    left = seconds
    while left > 0:
        if stopping.is_set():
            raise StoppedError("the service was asked to stop; the next sync goes on where this one was")
        sleep(min(1.0, left))
        left -= 1.0


def _quiet(_source: str, _done: int, _total: int | None) -> None:
    """Report progress to nobody."""


def _tell(lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _warn(lines: Sequence[str]) -> None:
    for line in lines:
        sys.stderr.write(f"clientview: {line}\n")
