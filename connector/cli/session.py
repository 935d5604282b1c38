"""What the commands share: the opened workspace, output, progress bars."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from connector.analysis.facts import Evidence
    from connector.clock import Clock
    from connector.pipeline.pull import Progress
    from connector.pipeline.workspace import Project, Workspace

ProjectKey = Annotated[str, typer.Argument(metavar="PROJECT", help="Key of the project.")]
AudienceName = Annotated[
    str | None, typer.Option("--audience", metavar="A", help="One audience; all without it.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def clock_of_process() -> Clock:
    """Return the clock, and say on stderr if it is moved."""
    from connector.clock import VARIABLE, system_clock

    clock = system_clock()
    if clock.is_rehearsed:
        warn(f"{VARIABLE} moves the clock: it is {clock.now():%Y-%m-%dT%H:%M:%SZ} here")
    return clock


@contextmanager
def opened(context: typer.Context) -> Iterator[Workspace]:
    """Open the workspace of the configuration named before the command.

    Raises:
        UsageError: The configuration has faults, or the store cannot be used.
    """
    from connector.pipeline.workspace import open_workspace

    with open_workspace(config_file(context), clock_of_process()) as workspace:
        yield workspace


def config_file(context: typer.Context) -> Path:
    """Return the configuration named before the command."""
    found: Path = context.obj
    return found


def audiences(project: Project, audience: str | None) -> list[str]:
    """Return the audience asked for, or all of a project where none is.

    Raises:
        UsageError: There is none of that name.
    """
    if audience is None:
        return list(project.settings.audiences)
    project.settings.audience(audience)
    return [audience]


def say(text: str) -> None:
    """Print people's text, or a JSON document, on stdout."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def warn(text: str) -> None:
    """Print a warning on stderr."""
    sys.stderr.write(f"clientview: {text}\n")


def evidence_row(evidence: Evidence | None) -> dict[str, object] | None:
    """Tell of a document of evidence in JSON; its bytes are written by `change evidence`."""
    if evidence is None:
        return None
    return {"name": evidence.name, "sha256": evidence.sha256, "size_bytes": evidence.size_bytes}


def finish(code: int) -> None:
    """End the command with a code, quietly where it is 0."""
    if code:
        raise typer.Exit(code)


def leave_now(code: int = 0) -> NoReturn:
    """End the process without waiting for its threads; what they have not stored is done again."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextmanager
def progress_bars(*, wanted: bool = True) -> Iterator[Progress]:
    """Give what a pull reports to: a bar for each source, on stderr; nothing where that is no terminal."""
    if not (wanted and sys.stderr.isatty()):
        yield _ignore
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def report(source: str, done: int, total: int | None) -> None:
            task = tasks.setdefault(source, bars.add_task(source) if source not in tasks else tasks[source])
            bars.update(task, completed=done, total=None if total is None else max(total, done))

        yield report


def _ignore(_source: str, _done: int, _total: int | None) -> None:
    """Report to nobody."""
