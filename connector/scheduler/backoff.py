"""When a project is synced next, after how its last sync ended."""

from __future__ import annotations

import datetime as dt

from connector.pipeline.report import EXIT_DONE, ProjectReport

FIRST_RETRY = dt.timedelta(minutes=15)  # or the project's own rhythm, where that is quicker
LONGEST_RETRY = dt.timedelta(hours=6)  # what was mended by night is read by morning


def has_failed(report: ProjectReport) -> bool:
    """Say whether a sync read nothing at all, and no source said when to come again."""
    is_read = any(source.exit_code == EXIT_DONE for source in report.sources)
    return not is_read and report.retry_at is None


def retry_after(failures: int, *, sync_every: dt.timedelta) -> dt.timedelta:
    """Return how long to wait after so many failed syncs in a row: doubling, up to `LONGEST_RETRY`.

    Args:
        failures: At least 1.
        sync_every: The project's rhythm; a failure never brings the next sync nearer than the first step.
    """
    first = min(FIRST_RETRY, sync_every)
    doubled: dt.timedelta = first * 2 ** min(failures - 1, 16)
    return min(doubled, LONGEST_RETRY)


def next_wait(report: ProjectReport, failures: int, *, sync_every: dt.timedelta) -> dt.timedelta:
    """Return how long after its end a sync is followed by the next one.

    A source that asked for patience brings the next sync forward to when it may be asked, never the
    other way: until then the project's other sources keep their rhythm.

    Args:
        report: How the last sync ended.
        failures: How many in a row have failed, it included.
        sync_every: The project's rhythm, from start to start.
    """
    if failures:
        return retry_after(failures, sync_every=sync_every)
    wait = max(report.started_at + sync_every - report.ended_at, dt.timedelta())
    if report.retry_at is None:
        return wait
    asked = max(report.retry_at - report.ended_at, dt.timedelta())
    return asked if _is_alone(report) else min(asked, wait)


def _is_alone(report: ProjectReport) -> bool:
    """Whether no source was read: then nothing is to be had before the first one may be asked."""
    return all(source.exit_code != EXIT_DONE for source in report.sources)
