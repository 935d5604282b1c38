"""Commands of the addresses that clients read by: link create, link list, link revoke, link visits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from connector.pipeline.workspace import Workspace
    from connector.store.client_links import ClientLink, Visit

_Number = Annotated[int, typer.Argument(metavar="ID", help="As listed.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.command()(create)
    commands.command("list")(list_)
    commands.command()(revoke)
    commands.command()(visits)
    app.add_typer(commands, name="link", help="Addresses that clients read by: create, list, revoke, visits.")


def create(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    project: session.ProjectKey,
    audience: Annotated[
        str, typer.Option("--audience", metavar="A", help="Whose pages it opens; the only one without.")
    ] = "",
    expires: Annotated[
        str, typer.Option("--expires", metavar="END", help="A day, a duration such as 90d, or never.")
    ] = "180d",
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="For you: who has it.")] = "",
    passphrase: Annotated[
        str,
        typer.Option("--passphrase", metavar="REF", help="env:NAME or file:PATH of what readers must type."),
    ] = "",
    ask_passphrase: Annotated[
        bool, typer.Option("--ask-passphrase", help="Ask here what readers must type.")
    ] = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who gives it; the user without.")] = "",
) -> None:
    """Make an address that opens an audience's pages, and print it; it is shown this once."""
    from connector.pipeline import linking

    with session.opened(context) as workspace:
        found = workspace.project(project)
        wish = linking.Wish(
            audience=audience or _only(list(found.settings.audiences), project),
            expires=expires,
            label=label,
            passphrase=_passphrase(workspace, passphrase, ask=ask_passphrase),
            by=by,
        )
        base = _base(workspace)
        made = linking.create(workspace, found, wish)
    session.warn(_told(made.link))
    session.say(linking.address(base, made.token))


def list_(
    context: typer.Context,
    project: session.ProjectKey,
    as_json: session.AsJson = False,
) -> None:
    """List a project's links: for whom, until when, and what was read by them."""
    from connector.pipeline import linking

    with session.opened(context) as workspace:
        key = workspace.project(project).key
        read = linking.visits(workspace, workspace.project(project))
        found = workspace.store.client_links.list(key)
        now = workspace.now()
    editions = {link.id: sorted({visit.edition for visit in read if visit.link == link.id}) for link in found}
    if as_json:
        rows = [_row(link, editions[link.id], now) for link in found]
        session.say(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    lines = [_line(link, editions[link.id], now) for link in found]
    session.say("\n".join(lines) or f"{project}: no link yet; clientview link create {project}")


def revoke(
    context: typer.Context,
    project: session.ProjectKey,
    number: _Number,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so; the user without.")] = "",
) -> None:
    """Close a link for good, at once, for whoever has it."""
    from connector.pipeline import linking

    with session.opened(context) as workspace:
        name = linking.revoke(workspace, workspace.project(project), number, by=by)
    session.say(f"link {number} of {project} revoked by {name}")


def visits(
    context: typer.Context,
    project: session.ProjectKey,
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="As listed; all without.")] = None,
    as_json: session.AsJson = False,
) -> None:
    """List who read what by which link, the newest first."""
    from connector.pipeline import linking

    with session.opened(context) as workspace:
        found = linking.visits(workspace, workspace.project(project), number)
    if as_json:
        session.say(json.dumps([_visit_row(one) for one in found], ensure_ascii=False, indent=2))
        return
    session.say("\n".join(map(_visit_line, found)) or f"{project}: nobody has read anything by a link yet")


def _only(audiences: Sequence[str], project: str) -> str:
    from connector.errors import UsageError

    if len(audiences) != 1:
        raise UsageError(
            f"--audience: found none; expected one of project {project}: {', '.join(audiences) or 'none yet'}"
        )
    return audiences[0]


def _passphrase(workspace: Workspace, reference: str, *, ask: bool) -> str:
    from connector.config.secrets import resolve
    from connector.errors import UsageError

    if reference and ask:
        raise UsageError("--passphrase and --ask-passphrase: expected one of them")
    if ask:
        asked: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
        return asked.strip()
    return resolve(reference, workspace.config.folder) if reference else ""


def _base(workspace: Workspace) -> str:
    """Return where readers reach the service; this machine, with a warning, where nothing says it."""
    from connector.errors import UsageError

    if workspace.config.site.base_url:
        return workspace.config.site.base_url
    serve = workspace.config.serve
    if not serve.port:
        raise UsageError(
            "[site] base_url: found none; expected the address under which readers reach the service,"
            " such as https://status.example.com"
        )
    session.warn("no [site] base_url: this address works on this machine alone")
    return f"http://{f'[{serve.host}]' if ':' in serve.host else serve.host}:{serve.port}"


def _told(link: ClientLink) -> str:
    from connector.pipeline.parts import iso

    end = f"expires {iso(link.expires_at)}" if link.expires_at else "never expires"
    lock = ", asks for a passphrase" if link.passphrase else ""
    return f"link for {link.project}, {link.audience}: {end}{lock}. It is shown this once: keep it"


def _state(link: ClientLink, now: dt.datetime) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "open" if link.is_open(now) else "expired"


def _row(link: ClientLink, editions: Sequence[int], now: dt.datetime) -> dict[str, object]:
    from connector.pipeline.parts import iso

    def instant(at: dt.datetime | None) -> str | None:
        return None if at is None else iso(at)

    return {
        "id": link.id,
        "audience": link.audience,
        "label": link.label,
        "state": _state(link, now),
        "has_passphrase": link.passphrase != "",
        "created_at": iso(link.created_at),
        "created_by": link.created_by,
        "expires_at": instant(link.expires_at),
        "revoked_at": instant(link.revoked_at),
        "revoked_by": link.revoked_by,
        "visits": link.visits,
        "last_visit_at": instant(link.last_visit_at),
        "editions": list(editions),
    }


def _line(link: ClientLink, editions: Sequence[int], now: dt.datetime) -> str:
    row = _row(link, editions, now)
    name = f' "{link.label}"' if link.label else ""
    end = f"until {row['expires_at']}" if link.expires_at else "without end"
    ended = f" at {row['revoked_at']} by {link.revoked_by}" if link.revoked_at else f", {end}"
    lock = ", with passphrase" if link.passphrase else ""
    read = f"; editions {', '.join(map(str, editions))}" if editions else ""
    seen = f"{link.visits} visits, last {row['last_visit_at']}{read}" if link.visits else "no visit yet"
    return f"{link.id}  {link.audience}{name}: {row['state']}{ended}{lock}; {seen}"


def _visit_row(one: Visit) -> dict[str, object]:
    from connector.pipeline.parts import iso

    return {
        "at": iso(one.at),
        "link": one.link,
        "edition": one.edition,
        "name": one.name,
        "address": one.address,
    }


def _visit_line(one: Visit) -> str:
    from connector.pipeline.parts import iso

    return f"{iso(one.at)}  link {one.link}  edition {one.edition}  {one.name}  from {one.address}"
