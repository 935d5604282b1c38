"""What a run did: printed, kept in the store, and read back for the next run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict

from connector.pipeline.guards import Trip
from connector.pipeline.parts import Instant

EXIT_DONE = 0
EXIT_CONFIGURATION = 2
EXIT_TRACKER = 3
EXIT_SAFETY = 4
EXIT_INTERRUPTED = 130


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceReport(_Part):
    """One source. `exit_code` 0: pulled and stored."""

    source: str
    full: bool = True
    counted: int | None = None  # issues that a census saw; null: there was none
    exit_code: int = EXIT_DONE
    error: str = ""
    remedy: str = ""
    retry_at: Instant | None = None
    trips: tuple[Trip, ...] = ()
    accepted_by: str = ""
    issues: int = 0  # pulled
    changes: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    returned: int = 0
    milestones: int = 0
    quarantined: tuple[str, ...] = ()  # `REF: field: reason`
    fingerprint: str = ""  # of what was asked for; another one makes the next pull a full one
    seconds: float = 0.0
    requests: int = 0  # sent to the tracker
    waited_s: float = 0.0  # because the tracker asked for patience, or did not answer


class ProjectReport(_Part):
    """One project. `exit_code` is the gravest of its sources."""

    project: str
    started_at: Instant
    ended_at: Instant
    exit_code: int = EXIT_DONE
    error: str = ""
    sources: tuple[SourceReport, ...] = ()
    is_judged: bool = False
    health: str = ""
    deviations: int = 0
    baseline_taken: int | None = None  # its number, where this run took the configured one
    alerts_raised: int = 0  # messages put into the outbox
    warnings: tuple[str, ...] = ()

    @property
    def retry_at(self) -> dt.datetime | None:
        """The first instant at which a source that asked for patience may be asked again."""
        return min((one.retry_at for one in self.sources if one.retry_at is not None), default=None)


class RunReport(_Part):
    """One run over several projects."""

    started_at: Instant
    ended_at: Instant
    projects: tuple[ProjectReport, ...]

    @property
    def exit_code(self) -> int:
        """0, or the gravest that happened: refused for safety before a tracker, before the rest."""
        return gravest(project.exit_code for project in self.projects)


def gravest(codes: Iterable[int]) -> int:
    """Return the exit code that tells most: 4, then 3, then 2, then anything else, then 0."""
    order = (EXIT_SAFETY, EXIT_TRACKER, EXIT_CONFIGURATION)
    found = set(codes) - {EXIT_DONE}
    return next((code for code in order if code in found), max(found, default=EXIT_DONE))


def lines(report: RunReport) -> Iterator[str]:
    """Tell a run to people, a line at a time."""
    for project in report.projects:
        yield from project_lines(project)


def project_lines(project: ProjectReport) -> Iterator[str]:
    """Tell of one project to people, a line at a time."""
    verdict = f": {project.health}, {counted(project.deviations, 'deviation')}" if project.is_judged else ""
    yield f"{project.project}{verdict}"
    yield from (f"  {line}" for source in project.sources for line in _source_lines(source))
    if project.baseline_taken is not None:
        yield f"  baseline {project.baseline_taken} taken as configured"
    if project.alerts_raised:
        yield f"  {counted(project.alerts_raised, 'message')} for the PM"
    if project.error:
        yield f"  failed: {project.error}"


def _source_lines(source: SourceReport) -> Iterator[str]:
    if source.exit_code == EXIT_DONE:
        kind = "full" if source.full else "incremental"
        if source.counted is not None:
            kind = f"{kind}, census of {source.counted}"
        counts = f"{source.new} new, {source.changed} changed, {source.gone} gone, {source.returned} returned"
        yield (
            f"{source.source}: {source.issues} issues, {source.changes} changes"
            f" ({kind}, {source.seconds:.1f} s): {counts}; {source.milestones} milestones"
        )
        if source.accepted_by:
            yield f"{source.source}: accepted by {source.accepted_by}: {_reasons(source)}"
    elif source.trips:
        yield f"{source.source}: looks wrong, nothing was changed: {_reasons(source)}"
        yield "  look at the tracker; if it is right: sync --accept --by NAME --reason TEXT"
    else:
        yield f"{source.source}: {source.error}. {source.remedy}".rstrip()
        if source.retry_at is not None:
            yield f"  it is asked again after {source.retry_at:%Y-%m-%d %H:%M} UTC"
    yield from (f"{source.source}: not readable: {line}" for line in source.quarantined)


def _reasons(source: SourceReport) -> str:
    return "; ".join(trip.reason for trip in source.trips)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 message`, `2 messages`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
