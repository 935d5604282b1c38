"""Commands that do the work: sync, run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.pipeline.pull import Order
    from connector.pipeline.workspace import Workspace
    from connector.scheduler import Service
    from connector.scheduler.service import Beside

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
    serve: Annotated[bool, typer.Option("--serve", help="Also show client pages behind links.")] = False,
) -> None:
    """Run the service: syncs, alerts and editions on the configured rhythm."""
    from connector.errors import UsageError
    from connector.scheduler import run_once

    if once and serve:
        raise UsageError(
            "run: found --once and --serve; expected one of them: what ends at once serves nobody"
        )
    with session.opened(context) as workspace:
        if once:
            session.finish(run_once(workspace))
        elif not _service(context, workspace, serve=serve).run():
            session.leave_now()


def _service(context: typer.Context, workspace: Workspace, *, serve: bool) -> Service:
    """Make the service, its log begun as configured; the web side is read only where it is wanted."""
    from connector.pipeline import logbook
    from connector.scheduler import Service

    def begin_log(changed: Workspace) -> None:
        logbook.begin(changed.config.service, stream=sys.stderr, now=changed.now)

    def web_server(current: Workspace) -> Beside:
        from connector.web.server import WebServer

        return WebServer(current, alive=service.breathes)

    begin_log(workspace)
    beside = web_server if serve else None
    service = Service(workspace, session.config_file(context), beside=beside, on_change=begin_log)
    return service


def _order(*, full: bool, accept: bool, by: str, reason: str) -> Order:
    from connector.errors import UsageError
    from connector.pipeline.pull import Order

    if accept and not (by.strip() and reason.strip()):
        raise UsageError("--accept: expected who accepts and why: --accept --by NAME --reason TEXT")
    if not accept and (by or reason):
        raise UsageError("--by and --reason: expected only together with --accept")
    return Order(full=full, accepted_by=by.strip(), reason=reason.strip())
