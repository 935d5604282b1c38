"""What is told of a sync beside its report: when it began and ended, and what all of them did together."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from connector.errors import ConnectorError
from connector.pipeline.report import (
    EXIT_CONFIGURATION,
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_SAFETY,
    EXIT_TRACKER,
    ProjectReport,
)
from connector.pipeline.workspace import Workspace
from connector.store.totals import RunTotal

OUTCOMES: Final[Mapping[int, str]] = MappingProxyType(
    {
        EXIT_DONE: "done",
        EXIT_CONFIGURATION: "not_possible",
        EXIT_TRACKER: "tracker_failed",
        EXIT_SAFETY: "refused",
        EXIT_INTERRUPTED: "interrupted",
    }
)
"""How a sync ended, by its exit code."""
UNFORESEEN: Final = "unforeseen"

_log = logging.getLogger(__name__)


def begun(project: str) -> None:
    """Tell that a sync of a project begins."""
    _log.info("project %s: sync begins", project, extra={"event": "sync.begun", "project": project})


def ended(workspace: Workspace, report: ProjectReport) -> ProjectReport:
    """Tell how a sync ended, and add it to the totals; a store that takes nothing ends no sync.

    Returns:
        The report as it was given.
    """
    _tell(report)
    try:
        workspace.store.totals.add(_totals(report))
    except ConnectorError as error:
        _log.warning("totals not kept: %s", error, extra={"event": "totals.not_kept"})
    return report


def outcome(exit_code: int) -> str:
    """Name how a sync ended."""
    return OUTCOMES.get(exit_code, UNFORESEEN)


def _totals(report: ProjectReport) -> Iterator[RunTotal]:
    took_s = (report.ended_at - report.started_at).total_seconds()
    yield RunTotal(
        project=report.project,
        outcome=outcome(report.exit_code),
        seconds=took_s,
        requests=sum(one.requests for one in report.sources),
        waited_s=sum(one.waited_s for one in report.sources),
        last_at=report.ended_at,
        last_s=took_s,
    )
    for one in report.sources:
        yield RunTotal(
            project=report.project,
            source=one.source,
            outcome=outcome(one.exit_code),
            seconds=one.seconds,
            requests=one.requests,
            waited_s=one.waited_s,
            last_at=report.ended_at,
            last_s=one.seconds,
        )


def _tell(report: ProjectReport) -> None:
    facts: Mapping[str, object] = {
        "project": report.project,
        "outcome": outcome(report.exit_code),
        "seconds": (report.ended_at - report.started_at).total_seconds(),
        "requests": sum(one.requests for one in report.sources),
        "waited_s": sum(one.waited_s for one in report.sources),
        "issues": sum(one.issues for one in report.sources),
        "deviations": report.deviations,
        "messages": report.alerts_raised,
    }
    told = f"{facts['outcome']}{f': {report.error}' if report.error else ''}"
    _log.info("project %s: sync ended, %s", report.project, told, extra={"event": "sync.ended", **facts})
