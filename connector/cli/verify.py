"""The command for readers: verify. It works offline, without configuration and store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector.cli import session

EXIT_UNPROVED = 4


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(verify)


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="What was published.")],
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="FILE|FINGERPRINT", help="The publisher's key, from elsewhere."),
    ] = None,
    statement: Annotated[
        Path | None, typer.Option("--statement", metavar="FILE", help="What the file is to be checked by.")
    ] = None,
) -> None:
    """Check that published files are what was approved, and by whose key."""
    from connector.pipeline.verifying import check

    found = check(file, key=key, statement=statement)
    for line in found.told:
        session.say(line)
    for line in found.faults:
        session.warn(line)
    session.say(found.summary)
    session.finish(0 if found.is_intact and found.is_proved else EXIT_UNPROVED)
