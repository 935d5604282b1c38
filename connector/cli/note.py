"""The command that says something with the next edition: note."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector.cli import session


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(note)


def note(
    context: typer.Context,
    project: session.ProjectKey,
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="What to say, in Markdown.")] = None,
    audience: session.AudienceName = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="What to say.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Say nothing.")] = False,
) -> None:
    """Say something to the readers of the next edition; without a text, show what is kept."""
    from connector.errors import UsageError
    from connector.pipeline.noting import write_note

    given = [each for each in (text, file, clear or None) if each is not None]
    if len(given) > 1:
        raise UsageError(f"note: found {len(given)} of TEXT, --file and --clear; expected one of them")
    words = _read(file) if file is not None else text
    with session.opened(context) as workspace:
        found = workspace.project(project)
        for name in session.audiences(found, audience):
            if given:
                write_note(workspace, found, name, words or "")
            kept = workspace.store.drafts.note(found.key, name)
            session.say(f"{name}: {kept or 'no note'}")


def _read(file: Path) -> str:
    from connector.errors import UsageError

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"--file: {file} cannot be read as UTF-8 text") from exc
