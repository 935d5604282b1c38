"""Documents for meetings with the client: report."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from connector.cli import session


class Kind(enum.StrEnum):
    """What a report is about."""

    AGREEMENT = "agreement"


class Form(enum.StrEnum):
    """How a report is written."""

    MD = "md"
    HTML = "html"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(report)


def report(
    context: typer.Context,
    project: session.ProjectKey,
    kind: Annotated[Kind, typer.Argument(help="agreement: what was agreed, with a place to sign.")],
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Instead of reports/PROJECT/.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="Markdown, or a page of its own.")] = Form.MD,
    audience: Annotated[
        str, typer.Option("--audience", metavar="A", help="Whose policy and language; the first one without.")
    ] = "",
) -> None:
    """Write a document that is safe for the client to read, and print its path alone."""
    from connector.pipeline.agreement_report import agreement_report
    from connector.pipeline.documents import write_document

    with session.opened(context) as workspace:
        chosen = workspace.project(project)
        reader = audience or next(iter(chosen.settings.audiences))
        found = agreement_report(workspace, chosen, audience=reader, form=form.value)
        usual = workspace.config.folder / "reports" / chosen.key / f"{kind}-{found.written_on}.{form}"
        session.say(str(write_document(workspace, output or usual, found.content)))
