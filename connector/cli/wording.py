"""The command `wording`: the file of client words, brought up to what lacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from connector.cli import session
from connector.cli.session import AudienceName, audiences

if TYPE_CHECKING:
    from connector.disclosure.wordingfile import Updated


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(wording)


def wording(context: typer.Context, project: session.ProjectKey, audience: AudienceName = None) -> None:
    """Write or update the wording file: an empty line for each thing that lacks client words."""
    from connector.pipeline.lacking import bring_up

    with session.opened(context) as workspace:
        found = workspace.project(project)
        brought = bring_up(workspace, found, audiences(found, audience))
    session.say(f"{found.key}: {brought.file}: {_said(brought.update)}")


def _said(update: Updated) -> str:
    if not (update.empty or update.gone):
        return "nothing lacks client words"
    lines = "line" if update.empty == 1 else "lines"
    gone = f", {update.gone} marked as gone" if update.gone else ""
    return f"{update.empty} {lines} to fill, {update.added} of them new{gone}"
