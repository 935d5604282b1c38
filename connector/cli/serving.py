"""The command of the web side: serve."""

from __future__ import annotations

import signal
import sys

import typer

from connector.cli import session


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(serve)


def serve(context: typer.Context) -> None:
    """Show client pages behind links, and how the service is doing, until it is told to end."""
    from connector.pipeline import logbook
    from connector.signals import asked_by
    from connector.web.server import WebServer

    with session.opened(context) as workspace, asked_by(signal.SIGTERM, signal.SIGINT) as told_to_end:
        logbook.begin(workspace.config.service, stream=sys.stderr, now=workspace.now)
        server = WebServer(workspace)
        server.start()
        try:
            session.say(f"serving at {server.url}")
            sys.stdout.flush()
            told_to_end()
        finally:
            server.stop()
