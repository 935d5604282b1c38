"""The command that takes webhook payloads from a file: ingest-webhook."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from connector.cli import session


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("ingest-webhook")(ingest_webhook)


def ingest_webhook(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON, or a JSON payload a line; - for stdin.")],
    projects: Annotated[
        list[str] | None, typer.Option("--project", metavar="KEY", help="Offer it to this project; all else.")
    ] = None,
    as_json: session.AsJson = False,
) -> None:
    """Take from webhook payloads what no pull can see: old dates, fates; read again what they touch."""
    from connector.pipeline import webhooks

    payloads = webhooks.payloads_of(_text(file))
    with session.opened(context) as workspace:
        taken = webhooks.ingest(workspace, projects or [], payloads)
    session.say(taken.model_dump_json(indent=2) if as_json else "\n".join(webhooks.lines(taken)))
    for where in taken.unknown:
        session.warn(f"{file}, {where}: no tracker of these projects sends such; expected a webhook payload")
    session.finish(taken.exit_code)


def _text(file: str) -> str:
    from pathlib import Path

    from connector.errors import UsageError

    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: found bytes that are no UTF-8 text; expected JSON") from error
    if not text.strip():
        raise UsageError(f"{file}: found nothing; expected a webhook payload as JSON")
    return text
