"""Everything that is to be done now, then the end: for cron and systemd's timers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from connector.pipeline.mailing import deliver
from connector.pipeline.pull import Order
from connector.pipeline.report import EXIT_DONE, gravest, project_lines
from connector.pipeline.sync import send, sync_key
from connector.pipeline.workspace import Workspace
from connector.scheduler.editions import Telling, publish_due, publish_feedback
from connector.scheduler.rounds import send_ping
from connector.store.errors import LockedError


def run_once(workspace: Workspace) -> int:
    """Do everything that is to be done now, and return.

    Every project is synced whatever its rhythm, judged, its due editions and what is new of feedback
    published, and every waiting message tried whatever its back-off. Where every project was read, the
    watching service at `[service] ping_url` hears of it.

    Returns:
        The exit code: 0, 3 if a source failed, 4 if something was refused for safety. A channel
        that failed and a draft that awaits approval are warnings.
    """
    codes: list[int] = []
    for key in workspace.named():
        codes += _project(workspace, key)
    code = gravest(codes)
    if code == EXIT_DONE:
        _warn([fault] if (fault := send_ping(workspace)) else [])
    return code


def _project(workspace: Workspace, key: str) -> list[int]:
    report = sync_key(workspace, key, Order(), _quiet)
    _tell(project_lines(report))
    if not report.sources:  # its rules have faults, or another process works on it
        return [report.exit_code]
    project = workspace.project(key)
    due = [partial(publish_due, workspace, project, audience) for audience in project.settings.audiences]
    codes = [_publish(each) for each in (*due, partial(publish_feedback, workspace, project))]
    _warn([*report.warnings, *send(workspace, project, whatever_backoff=True)])
    done = deliver(workspace, project, whatever_backoff=True)
    _tell([f"  {line}" for line in done.sent])
    _warn(done.warnings)
    return [report.exit_code, *codes]


def _publish(publish: Callable[[Telling], int]) -> int:
    telling = Telling(say=lambda line: _tell([f"  {line}"]), warn=lambda line: _warn([line]))
    try:
        return publish(telling)
    except LockedError as error:  # it stays due: the next run publishes it
        _warn([str(error)])
        return EXIT_DONE


def _quiet(_source: str, _done: int, _total: int | None) -> None:
    """Report progress to nobody."""


def _tell(lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _warn(lines: Sequence[str]) -> None:
    for line in lines:
        sys.stderr.write(f"clientview: {line}\n")
