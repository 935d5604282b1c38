"""Commands that do the work: sync, run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.pipeline.pull import Order
    from connector.pipeline.workspace import Workspace

Projects = Annotated[
    list[str] | None, typer.Argument(metavar="[PROJECT]...", help="Keys; all if none is named.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(sync)
    app.command()(run)


def sync(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    projects: Projects = None,
    full: Annotated[bool, typer.Option("--full", help="Pull everything, not only what changed.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take a state that a guard refuses; with --by and --reason.")
    ] = False,
    by: Annotated[str, typer.Option("--by", "--name", metavar="NAME", help="Who accepts.")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is right.")] = "",
    as_json: session.AsJson = False,
) -> None:
    """Pull all sources, judge, send alerts to the PM. Never publishes."""
    from connector.pipeline import report as reports
    from connector.pipeline.sync import sync as run_sync

    order = _order(full=full, accept=accept, by=by, reason=reason)
    with session.opened(context) as workspace, session.progress_bars(wanted=not as_json) as progress:
        report = run_sync(workspace, projects or [], order, progress)
    for project in report.projects:
        for warning in project.warnings:
            session.warn(warning)
    session.say(report.model_dump_json(indent=2) if as_json else "\n".join(reports.lines(report)))
    session.finish(report.exit_code)


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Everything that is due, now, then end.")] = False,
) -> None:
    """Run the service: syncs, alerts and editions on the configured rhythm."""
    from connector.pipeline import logbook
    from connector.scheduler import Service, run_once

    with session.opened(context) as workspace:
        if once:
            session.finish(run_once(workspace))
            return

        def begin_log(changed: Workspace) -> None:
            logbook.begin(changed.config.service, stream=sys.stderr, now=changed.now)

        begin_log(workspace)
        service = Service(workspace, session.config_file(context), on_change=begin_log)
        if not service.run():
            session.leave_now()


def _order(*, full: bool, accept: bool, by: str, reason: str) -> Order:
    from connector.errors import UsageError
    from connector.pipeline.pull import Order

    if accept and not (by.strip() and reason.strip()):
        raise UsageError("--accept: expected who accepts and why: --accept --by NAME --reason TEXT")
    if not accept and (by or reason):
        raise UsageError("--by and --reason: expected only together with --accept")
    return Order(full=full, accepted_by=by.strip(), reason=reason.strip())
