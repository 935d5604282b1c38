"""Commands of the editions on their way to readers: deliveries list, deliveries retry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.store.deliveries import Delivery

EXIT_UNDELIVERED = 1
_Number = Annotated[int, typer.Argument(metavar="ID", help="As listed.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.command("list")(list_)
    commands.command()(retry)
    app.add_typer(commands, name="deliveries", help="Editions on their way to readers: list, retry.")


def list_(
    context: typer.Context,
    project: session.ProjectKey,
    as_json: session.AsJson = False,
) -> None:
    """List where each edition went, and what became of it."""
    with session.opened(context) as workspace:
        found = workspace.store.deliveries.list(workspace.project(project).key)
    if as_json:
        session.say(json.dumps([_row(one) for one in found], ensure_ascii=False, indent=2))
        return
    session.say("\n".join(map(_line, found)) or f"{project}: no edition was to be sent to anybody yet")


def retry(context: typer.Context, project: session.ProjectKey, delivery: _Number) -> None:
    """Send an edition again to an address where it failed, or where nobody knows whether it arrived."""
    from connector.pipeline.mailing import retry as send_again
    from connector.store.deliveries import DeliveryState

    with session.opened(context) as workspace:
        done = send_again(workspace, workspace.project(project), delivery)
        found = {one.id: one for one in workspace.store.deliveries.list(project)}[delivery]
    for line in done.warnings:
        session.warn(line)
    session.say(_line(found))
    session.finish(0 if found.state is DeliveryState.SENT else EXIT_UNDELIVERED)


def _row(one: Delivery) -> dict[str, str | int | None]:
    from connector.pipeline.parts import iso

    return {
        "id": one.id,
        "audience": one.audience,
        "edition": one.number,
        "way": one.way.value,
        "address": one.address,
        "state": one.state.value,
        "created_at": iso(one.created_at),
        "attempts": one.attempts,
        "next_at": iso(one.next_at),
        "ended_at": iso(one.ended_at) if one.ended_at else None,
        "last_error": one.last_error,
    }


def _line(one: Delivery) -> str:
    why = f": {one.last_error}" if one.last_error else ""
    state = one.state.value.replace("_", " ")
    return f"{one.id}  edition {one.number} for {one.audience} to {one.address}: {state}{why}"
