"""The root of the command line: options before the command, exit codes, how errors are told."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_group

from connector import __version__, logs
from connector.cli import (
    alerts,
    baseline,
    change,
    deliveries,
    editions,
    feedback,
    forecast,
    link,
    note,
    publishing,
    report,
    service,
    serving,
    setup,
    state,
    upkeep,
    verify,
    webhooks,
    wording,
)
from connector.clock import system_clock
from connector.errors import ConnectorError

EXIT_UNFORESEEN = 1
EXIT_USAGE = 2
EXIT_TRACKER = 3
EXIT_INTERRUPTED = 130

DEFAULT_CONFIG = Path("clientview.toml")

app = typer.Typer(
    name="clientview",
    help="Client-safe views of Jira and GitHub projects, a scope ledger, and alerts to the project manager.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich costs more than all the rest of `--help`
)
_log = logging.getLogger("clientview")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"clientview {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="The configuration.")
    ] = DEFAULT_CONFIG,
    version: Annotated[  # noqa: ARG001 - its callback has answered before this runs
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options before the command."""
    context.obj = config


for _room in (
    setup,
    service,
    serving,
    state,
    forecast,
    baseline,
    change,
    feedback,
    publishing,
    note,
    editions,
    deliveries,
    link,
    verify,
    report,
    alerts,
    webhooks,
    wording,
    upkeep,
):
    _room.register(app)


_commands = cache(partial(get_group, app))  # building them costs more than a short command does


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: What stands behind `clientview` on the command line.

    Returns:
        The exit code: 0 done, 2 usage or configuration, 3 a tracker, 4 safety, 5 a deviation,
        130 interrupted, 1 anything unforeseen.
    """
    try:
        logs.set_up(stream=sys.stderr, now=system_clock().now)
        _commands()(args=list(arguments), prog_name="clientview")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except ConnectorError as error:
        return _tell(str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the last bulkhead: no traceback reaches a user
        return _foreign(error)
    return 0


def _foreign(error: Exception) -> int:
    """Tell an error that is not of this floor."""
    from adapters.errors import AdapterError, PluginError, SettingsError
    from mappings.errors import FaultsError

    if isinstance(error, FaultsError):
        return _tell(str(error), EXIT_USAGE)
    if isinstance(error, SettingsError | PluginError):
        return _tell(f"{error}. {error.remedy}", EXIT_USAGE)
    if isinstance(error, AdapterError):
        return _tell(f"{error}. {error.remedy}", EXIT_TRACKER)
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return _tell(f"{error.strerror}{where}", EXIT_UNFORESEEN)
    _log.error("unforeseen %s", type(error).__name__, exc_info=error)
    return _tell(
        f"something unforeseen happened ({type(error).__name__}); what was stored before is intact."
        " Please report the lines above.",
        EXIT_UNFORESEEN,
    )


def _tell(message: str, code: int) -> int:
    sys.stderr.write(f"clientview: {message.rstrip()}\n")
    return code
