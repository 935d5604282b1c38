"""Commands about what was published: list, show, verify, rebuild."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session
from connector.cli.session import AudienceName, audiences

if TYPE_CHECKING:
    from connector.pipeline.workspace import Project, Workspace
    from connector.store.chain import ChainLink
    from connector.store.editions import Edition


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.command("list")(list_)
    commands.command()(show)
    commands.command()(verify)
    commands.command()(rebuild)
    app.add_typer(commands, name="editions", help="What was published: list, show, verify, rebuild.")


def list_(
    context: typer.Context,
    project: session.ProjectKey,
    audience: AudienceName = None,
    as_json: session.AsJson = False,
) -> None:
    """List the editions of a project."""
    with session.opened(context) as workspace:
        key = workspace.project(project).key
        found = workspace.store.editions.list(key, audience)
        gone = {name: _withdrawn(workspace, key, name) for name in {one.audience for one in found}}
    if as_json:
        rows = [_summary(one, gone[one.audience].get(one.number)) for one in found]
        session.say(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    lines = [_line(one, gone[one.audience].get(one.number)) for one in found]
    session.say("\n".join(lines) or "no edition yet")


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
        editions = [_edition(workspace, found, name, number) for name in audiences(found, audience)]
        gone = [_withdrawn(workspace, found.key, one.audience).get(one.number) for one in editions]
    for edition, withdrawn in zip(editions, gone, strict=True):
        if as_json:
            whole = _summary(edition, withdrawn)
            disclosed = {"manifest": json.loads(edition.manifest)} if manifest else {}
            session.say(json.dumps({**whole, **disclosed}, ensure_ascii=False, indent=2))
            continue
        session.say("\n".join((_line(edition, withdrawn), *_made(edition))))
        if manifest:
            session.say("\n".join(_disclosed(edition)))


def verify(context: typer.Context, project: session.ProjectKey, audience: AudienceName = None) -> None:
    """Check what was published against what is stored: every statement, every file."""
    from connector.pipeline.proving import check_stored

    with session.opened(context) as workspace:
        found = workspace.project(project)
        results = {name: check_stored(workspace, found, name) for name in audiences(found, audience)}
    for name, checked in results.items():
        for line in checked.faults:
            session.warn(f"{name}: {line}")
        session.say(f"{name}: {checked.summary}")
    session.finish(4 if any(checked.faults for checked in results.values()) else 0)


def rebuild(
    context: typer.Context,
    project: session.ProjectKey,
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="Number; all without.")] = None,
    audience: AudienceName = None,
) -> None:
    """Make editions anew from what is stored, and compare them with the bytes that were published."""
    from connector.pipeline.proving import rebuilt

    with session.opened(context) as workspace:
        found = workspace.project(project)
        results = [
            (name, each)
            for name in audiences(found, audience)
            for each in rebuilt(workspace, found, name, number)
        ]
    for name, each in results:
        session.say(f"{name} {each.number}: {each.text}")
    if not results:
        session.say("no edition yet")
    session.finish(4 if any(not each.is_same for _, each in results) else 0)


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


def _withdrawn(workspace: Workspace, project: str, audience: str) -> Mapping[int, ChainLink]:
    """Return what withdrew each edition that no longer stands, by its number."""
    from connector.store.chain import LinkKind

    links = workspace.store.chain.list(project, audience)
    return {link.number: link for link in links if link.kind is LinkKind.WITHDRAWN}


def _line(one: Edition, withdrawn: ChainLink | None) -> str:
    approved = f", approved by {one.approved_by}" if one.approved_by else ""
    note = f" ({one.note})" if one.note else ""
    gone = "" if withdrawn is None else f", WITHDRAWN {_at(withdrawn)}{_by(withdrawn)}: {withdrawn.reason}"
    return f"{one.audience} {one.number} of {one.published_at:%Y-%m-%dT%H:%M:%SZ}{approved}{note}{gone}"


def _at(link: ChainLink) -> str:
    return f"{link.recorded_at:%Y-%m-%dT%H:%M:%SZ}"


def _by(link: ChainLink) -> str:
    return f" by {link.by}" if link.by else ""


def _made(one: Edition) -> Iterator[str]:
    """Tell by what an edition was made, and from data of when."""
    made = one.versions
    yield f"  policy {made.get('policy', '-')}, sha256 {made.get('policy_digest', 'unknown')}"
    yield f"  templates sha256 {made.get('templates', 'unknown')}"
    yield f"  program {made.get('program', '-')}"
    for name, at in one.sources_as_of.items():
        yield f"  data of {name}: {'never read' if at is None else f'{at:%Y-%m-%dT%H:%M:%SZ}'}"


def _disclosed(one: Edition) -> Iterator[str]:
    for each in json.loads(one.manifest)["disclosed"]:
        source = f"{each['source_field']} {each['record']}".rstrip()
        yield f"  {each['path']}: {each['text']!r} from {source} ({each['rule']})"


def _summary(one: Edition, withdrawn: ChainLink | None) -> dict[str, object]:
    from connector.pipeline.parts import iso

    gone = None
    if withdrawn is not None:
        gone = {"at": iso(withdrawn.recorded_at), "by": withdrawn.by, "reason": withdrawn.reason}
    return {
        "project": one.project,
        "audience": one.audience,
        "number": one.number,
        "published_at": iso(one.published_at),
        "approved_by": one.approved_by,
        "note": one.note,
        "withdrawn": gone,
        "content_hash": one.content_hash,
        "artefact_hash": one.artefact_hash,
        "sources_as_of": {name: None if at is None else iso(at) for name, at in one.sources_as_of.items()},
        "versions": dict(one.versions),
        "told": {key: day.isoformat() for key, day in one.told.items()},
    }
