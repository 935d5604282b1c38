"""The command of the web side: serve."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from connector.cli import session


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(serve)


def serve(context: typer.Context) -> None:
    """Show client pages behind links, and how the service is doing, until it is told to end."""
    from connector.pipeline import logbook
    from connector.web.server import WebServer

    with session.opened(context) as workspace, _told_to_end() as ended:
        logbook.begin(workspace.config.service, stream=sys.stderr, now=workspace.now)
        server = WebServer(workspace)
        server.start()
        try:
            session.say(f"serving at {server.url}")
            sys.stdout.flush()
            ended.wait()
        finally:
            server.stop()


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """Give what is set by SIGTERM and SIGINT, while the block runs."""
    ended = threading.Event()
    kept = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    for one in kept:
        signal.signal(one, lambda _number, _frame: ended.set())
    try:
        yield ended
    finally:
        for one, before in kept.items():
            signal.signal(one, before)
