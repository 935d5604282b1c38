"""One project in the service: its syncs, editions and messages, one thing at a time."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from connector.pipeline.editions import locked
from connector.pipeline.mailing import deliver
from connector.pipeline.pull import Order
from connector.pipeline.report import EXIT_DONE, ProjectReport, project_lines
from connector.pipeline.shelving import mend
from connector.pipeline.sync import send, sync_project
from connector.pipeline.workspace import Project, Workspace
from connector.scheduler.backoff import has_failed, next_wait, retry_after
from connector.scheduler.editions import Telling, due_audiences, publish_due, publish_feedback
from connector.scheduler.rounds import Rounds
from connector.scheduler.stopping import Stop, StoppedError
from connector.scheduler.timetable import Timetable
from connector.scheduler.turns import Turns
from connector.store.errors import LockedError

BUSY_AGAIN = dt.timedelta(seconds=20)  # after another process was found at work on the project
MESSAGES_EVERY = dt.timedelta(minutes=1)
_LOOK_S = 0.5
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What all lanes of a service share."""

    timetable: Timetable
    turns: Turns
    stop: Stop
    rounds: Rounds


class Lane:
    """What the service does for one project.

    Syncs and editions of a project take turns; messages go out beside them, so that a tracker that hangs
    keeps no alert back.
    """

    def __init__(self, workspace: Workspace, project: Project, around: Around) -> None:
        """Take the project; nothing is done before `open`."""
        self._workspace, self._project = workspace, project
        self._around = around
        self._guard = threading.Lock()  # held while the project is worked on
        self._failures = 0
        self._synced_at: dt.datetime | None = None  # when the last sync of this process began
        self._told: dict[str, str] = {}  # the last warning of each audience, so that none is repeated
        self._is_mended = False
        self._is_closed = False

    @property
    def project(self) -> Project:
        """The project as it is configured now."""
        return self._project

    def open(self, *, first_at: dt.datetime) -> None:
        """Put the lane's jobs into the timetable; the first sync is at `first_at`."""
        key, table = self._project.key, self._around.timetable
        every = self._project.settings.sync_every
        table.every(f"sync {key}", every, self._safely(self.sync), first_at=first_at)
        table.every(f"messages {key}", MESSAGES_EVERY, self._safely(self.messages), first_at=first_at)
        self._open_editions()

    def change(self, workspace: Workspace, project: Project) -> None:
        """Go on by other settings; what is under way ends by the old ones."""
        before = self._project
        self._workspace, self._project = workspace, project
        self._close_editions(before)
        self._open_editions()
        if before != project:
            now, every = workspace.now(), project.settings.sync_every
            begun = self._synced_at
            is_same = before.sources == project.sources and begun is not None
            first_at = max(now, begun + every) if is_same and begun is not None else now
            table = self._around.timetable
            table.every(f"sync {project.key}", every, self._safely(self.sync), first_at=first_at)

    def close(self) -> None:
        """Take the lane's jobs out; what is under way ends."""
        self._is_closed = True
        self._around.timetable.remove(f"sync {self._project.key}")
        self._around.timetable.remove(f"messages {self._project.key}")
        self._close_editions(self._project)

    def sync(self) -> None:
        """Sync the project, publish what is due after it, and say when to come again."""
        wait = BUSY_AGAIN
        try:
            with self._at_work() as (workspace, project):
                wait = self._sync(workspace, project)
        except LockedError:
            _log.debug("project %s: another process works on it", self._project.key)
        except StoppedError:
            raise
        except Exception:
            wait = self._failed()
            raise
        finally:
            self._come_again(f"sync {self._project.key}", wait)

    def messages(self) -> None:
        """Send what is to be sent now: alerts, and editions to their addresses."""
        workspace, project = self._workspace, self._project
        with self._around.turns.beside(f"messages {project.key}"):
            _warn(project, "message.failed", send(workspace, project))
            done = deliver(workspace, project)
            for line in done.sent:
                _log.info("%s", line, extra={"event": "delivery.sent", "project": project.key})
            _warn(project, "delivery.failed", done.warnings)

    def edition(self, audience: str) -> None:
        """Publish an audience's edition, now that its time has come."""
        try:
            with self._at_work() as (workspace, project):
                if audience in project.settings.audiences:
                    self._publish(workspace, project, audience)
        except LockedError:
            self._come_again(f"edition {self._project.key} {audience}", BUSY_AGAIN)

    def _sync(self, workspace: Workspace, project: Project) -> dt.timedelta:
        """Sync where nobody else does or did; returns how long to wait for the next time."""
        if workspace.store.locks.holder(project.key, now=workspace.now()):
            self._leave_to_others(workspace, project)
            return BUSY_AGAIN
        left = self._left_by_others(workspace, project)
        if left is not None:
            return left
        self._mend(workspace, project)
        report = sync_project(workspace, project, Order(), self._around.stop.progress)
        self._around.stop.check()
        if not report.sources and workspace.store.locks.holder(project.key, now=workspace.now()):
            return BUSY_AGAIN
        self._take_in(project, report)
        for audience in due_audiences(workspace, project):
            self._publish(workspace, project, audience)
        self._publishing(project, "where feedback stands", partial(publish_feedback, workspace, project))
        return next_wait(report, self._failures, sync_every=self._project.settings.sync_every)

    def _leave_to_others(self, workspace: Workspace, project: Project) -> None:
        """Take what another process is at as the first sync, if it comes to an end."""
        if self._synced_at is None:
            last = workspace.store.runs.last(project.key)
            self._synced_at = last[0].started_at if last else _LONG_AGO

    def _left_by_others(self, workspace: Workspace, project: Project) -> dt.timedelta | None:
        """Return how long what another process read is fresh; None: it is this one's turn."""
        last = workspace.store.runs.last(project.key)
        if self._synced_at is None or not last or last[0].started_at <= self._synced_at:
            return None
        left: dt.timedelta = last[0].started_at + project.settings.sync_every - workspace.now()
        if left <= dt.timedelta():
            return None
        self._synced_at = last[0].started_at
        return left

    def _mend(self, workspace: Workspace, project: Project) -> None:
        """Once a start, write what a crash kept from being written."""
        if not self._is_mended:
            with locked(workspace, project):
                _warn(project, "edition.mended", mend(workspace, project))
            self._is_mended = True

    def _take_in(self, project: Project, report: ProjectReport) -> None:
        self._synced_at = report.started_at
        self._failures = self._failures + 1 if has_failed(report) else 0
        text = "; ".join(line.strip() for line in project_lines(report))
        level = logging.INFO if report.exit_code == EXIT_DONE else logging.WARNING
        facts = {"event": "sync.done", "project": report.project, "exit_code": report.exit_code}
        _log.log(level, "%s", text, extra=facts)
        _warn(project, "message.failed", report.warnings)
        self._tell_backoff()
        self._around.rounds.ended(report)

    def _failed(self) -> dt.timedelta:
        self._failures += 1
        self._tell_backoff()
        return retry_after(self._failures, sync_every=self._project.settings.sync_every)

    def _tell_backoff(self) -> None:
        if self._failures:
            wait = retry_after(self._failures, sync_every=self._project.settings.sync_every)
            _log.warning(
                "project %s: nothing could be read, %d in a row; tried again in %d minutes",
                self._project.key,
                self._failures,
                max(round(wait.total_seconds() / 60), 1),
                extra={"event": "sync.backoff", "project": self._project.key, "failures": self._failures},
            )

    def _publish(self, workspace: Workspace, project: Project, audience: str) -> None:
        self._publishing(project, audience, partial(publish_due, workspace, project, audience))

    def _publishing(self, project: Project, subject: str, publish: Callable[[Telling], int]) -> None:
        """Publish, and tell of it; a warning that was told of a subject before is not repeated."""
        warnings: list[str] = []
        said: list[str] = []
        publish(Telling(say=said.append, warn=warnings.append))
        for line in said:
            _log.info("%s", line, extra={"event": "edition.published", "project": project.key})
        text = "\n".join(warnings)
        if text != self._told.get(subject, ""):
            _warn(project, "edition.waits", warnings)
        self._told[subject] = text

    def _come_again(self, name: str, wait: dt.timedelta) -> None:
        if not self._is_closed:
            table = self._around.timetable
            table.move(name, self._workspace.now() + table.spread(wait))

    def _open_editions(self) -> None:
        project, table = self._project, self._around.timetable
        for name, audience in project.settings.audiences.items():
            if audience.publish_cron is not None:
                job = self._safely(partial(self.edition, name))
                zone = audience.timezone or project.timezone
                table.on_rhythm(f"edition {project.key} {name}", audience.publish_cron, zone, job)

    def _close_editions(self, project: Project) -> None:
        for name in project.settings.audiences:
            self._around.timetable.remove(f"edition {project.key} {name}")

    @contextmanager
    def _at_work(self) -> Iterator[tuple[Workspace, Project]]:
        """Wait until nothing else is done for the project, and until it is its turn.

        Raises:
            StoppedError: The service is to end, or the project is no longer configured.
        """
        stop = self._around.stop
        while not self._guard.acquire(timeout=_LOOK_S):
            stop.check()
        try:
            with self._around.turns.turn(self._project.key):
                if self._is_closed:
                    raise StoppedError("the project is no longer configured")
                yield self._workspace, self._project
        finally:
            self._guard.release()

    def _safely(self, job: Callable[[], None]) -> Callable[[], None]:
        """Keep what goes wrong in one job from ending anything else."""

        def run() -> None:
            key = self._project.key
            try:
                job()
            except StoppedError:
                _log.info("project %s: stopped", key, extra={"event": "job.stopped", "project": key})
            except Exception:  # noqa: BLE001 - the bulkhead: a job never ends the service
                _log.exception("project %s: a job failed", key, extra={"event": "job.failed", "project": key})

        return run


def _warn(project: Project, event: str, lines: Sequence[str]) -> None:
    for line in lines:
        _log.warning("%s", line, extra={"event": event, "project": project.key})
