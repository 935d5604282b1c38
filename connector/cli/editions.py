"""Commands that make pages: preview, publish, editions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.pipeline.editions import Approval
    from connector.pipeline.workspace import Project, Workspace
    from connector.store.editions import Edition

AudienceName = Annotated[
    str | None, typer.Option("--audience", metavar="A", help="One audience; all without it.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(preview)
    app.command()(publish)
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.command("list")(list_)
    commands.command()(show)
    app.add_typer(commands, name="editions", help="What was published: list, show.")


def preview(context: typer.Context, project: session.ProjectKey, audience: AudienceName = None) -> None:
    """Build the draft, say what is new to its readers, write it as a local page to look at."""
    from connector.cli.drafts import preview_lines
    from connector.pipeline.editions import preview as build_preview

    with session.opened(context) as workspace:
        found = workspace.project(project)
        for name in _audiences(found, audience):
            session.say("\n".join(preview_lines(found, build_preview(workspace, found, name))))


def publish(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    project: session.ProjectKey,
    audience: AudienceName = None,
    approved_by: Annotated[str, typer.Option("--approved-by", metavar="NAME", help="Who approves.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Kept with the edition.")] = "",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="As it is now, also if that differs from the preview.")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why a held edition may go out; recorded.")
    ] = "",
) -> None:
    """Approve and publish the next edition."""
    from connector.pipeline.editions import Approval

    approval = Approval(approved_by=approved_by.strip(), note=note, reason=reason.strip(), fresh=fresh)
    with session.opened(context) as workspace:
        found = workspace.project(project)
        codes = [_publish(workspace, found, name, approval) for name in _audiences(found, audience)]
    session.finish(max(codes))


def list_(
    context: typer.Context,
    project: session.ProjectKey,
    audience: AudienceName = None,
    as_json: session.AsJson = False,
) -> None:
    """List the editions of a project."""
    with session.opened(context) as workspace:
        found = workspace.store.editions.list(workspace.project(project).key, audience)
    if as_json:
        session.say(json.dumps([_summary(one) for one in found], ensure_ascii=False, indent=2))
        return
    session.say("\n".join(_line(one) for one in found) or "no edition yet")


def show(
    context: typer.Context,
    project: session.ProjectKey,
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="Number; the latest without.")] = None,
    audience: AudienceName = None,
    manifest: Annotated[
        bool, typer.Option("--manifest", help="Each disclosed value, its source, the rule that let it out.")
    ] = False,
    as_json: session.AsJson = False,
) -> None:
    """Show one edition; its manifest is internal."""
    with session.opened(context) as workspace:
        found = workspace.project(project)
        editions = [_edition(workspace, found, name, number) for name in _audiences(found, audience)]
    for edition in editions:
        disclosed = json.loads(edition.manifest)
        if as_json:
            whole = {**_summary(edition), "manifest": disclosed} if manifest else _summary(edition)
            session.say(json.dumps(whole, ensure_ascii=False, indent=2))
            continue
        session.say(_line(edition))
        if manifest:
            for one in disclosed["disclosed"]:
                source = f"{one['source_field']} {one['record']}".rstrip()
                session.say(f"  {one['path']}: {one['text']!r} from {source} ({one['rule']})")


def _publish(workspace: Workspace, project: Project, audience: str, approval: Approval) -> int:
    """Publish for one audience; what is refused there does not stop the next one."""
    from connector.errors import SafetyError
    from connector.pipeline.editions import publish as publish_edition

    try:
        done = publish_edition(workspace, project, audience, approval)
    except SafetyError as error:
        session.warn(str(error))
        return error.exit_code
    for line in done.mended:
        session.warn(line)
    if done.number is None:
        session.say(f"{audience}: nothing changed since the last edition; no new one")
    else:
        session.say(f"{audience}: edition {done.number} published: {done.page}")
    return 0


def _audiences(project: Project, audience: str | None) -> list[str]:
    if audience is None:
        return list(project.settings.audiences)
    project.settings.audience(audience)
    return [audience]


def _edition(workspace: Workspace, project: Project, audience: str, number: int | None) -> Edition:
    from connector.errors import UsageError

    if number is not None:
        return workspace.store.editions.get(project.key, audience, number)
    latest = workspace.store.editions.latest(project.key, audience)
    if latest is None:
        raise UsageError(
            f"project {project.key}, audience {audience}: found no edition; nothing was published yet"
        )
    return latest


def _line(one: Edition) -> str:
    approved = f", approved by {one.approved_by}" if one.approved_by else ""
    note = f" ({one.note})" if one.note else ""
    return f"{one.audience} {one.number} of {one.published_at:%Y-%m-%dT%H:%M:%SZ}{approved}{note}"


def _summary(one: Edition) -> dict[str, object]:
    from connector.pipeline.document import iso

    return {
        "project": one.project,
        "audience": one.audience,
        "number": one.number,
        "published_at": iso(one.published_at),
        "approved_by": one.approved_by,
        "note": one.note,
        "content_hash": one.content_hash,
        "artefact_hash": one.artefact_hash,
        "sources_as_of": {name: None if at is None else iso(at) for name, at in one.sources_as_of.items()},
        "versions": dict(one.versions),
        "told": {key: day.isoformat() for key, day in one.told.items()},
    }
