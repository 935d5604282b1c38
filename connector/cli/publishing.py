"""Commands that make pages: preview, publish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session
from connector.cli.session import AudienceName, audiences

if TYPE_CHECKING:
    from connector.pipeline.editions import Approval, Published
    from connector.pipeline.workspace import Project, Workspace

SomeProject = Annotated[str | None, typer.Argument(metavar="[PROJECT]", help="Key of the project.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(preview)
    app.command()(publish)


def preview(
    context: typer.Context,
    project: SomeProject = None,
    audience: AudienceName = None,
    every: Annotated[bool, typer.Option("--all", help="Every project and audience, a line each.")] = False,
    copy: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Your own copy: news marked, sources beside; internal."),
    ] = None,
    paper: Annotated[bool, typer.Option("--pdf", help="Also the edition on paper; takes a second.")] = False,
) -> None:
    """Build the draft, say what is new to its readers, write it as a local page to look at."""
    with session.opened(context) as workspace:
        if every:
            _refuse_named("--all", project, audience, copy, paper or None)
            code = _preview_all(workspace)
        else:
            code = _preview(workspace, workspace.project(_named(project)), audience, copy, paper=paper)
        _tell_key(workspace)
    session.finish(code)


def publish(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    project: SomeProject = None,
    audience: AudienceName = None,
    approved_by: Annotated[str, typer.Option("--approved-by", metavar="NAME", help="Who approves.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Kept with the edition.")] = "",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="As it is now, also if that differs from the preview.")
    ] = False,
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help="Why a held edition goes out, or one is withdrawn."),
    ] = "",
    all_reviewed: Annotated[
        bool, typer.Option("--all-reviewed", help="Every draft that was previewed, exactly as it was.")
    ] = False,
    withdraw: Annotated[
        int | None,
        typer.Option("--withdraw", metavar="N", help="Put a notice in the place of edition N."),
    ] = None,
) -> None:
    """Approve and publish the next edition, or withdraw one."""
    from connector.pipeline.editions import Approval
    from connector.pipeline.places import left_behind_lines

    approval = Approval(approved_by=approved_by.strip(), note=note, reason=reason.strip(), fresh=fresh)
    with session.opened(context) as workspace:
        if all_reviewed:
            _refuse_named("--all-reviewed", project, audience, fresh or None, withdraw)
            codes = list(_publish_reviewed(workspace, approval))
        elif withdraw is not None:
            codes = [_withdraw(workspace, workspace.project(_named(project)), audience, withdraw, approval)]
        else:
            found = workspace.project(_named(project))
            codes = [_publish(workspace, found, name, approval) for name in audiences(found, audience)]
        _deliver(workspace, project)
        _tell_key(workspace)
        for line in left_behind_lines(workspace.config):
            session.warn(line)
    session.finish(max(codes, default=0))


def _deliver(workspace: Workspace, project: str | None) -> None:
    """Send what was published to its readers."""
    from connector.pipeline.mailing import deliver

    for one in workspace.projects([project] if project else []):
        done = deliver(workspace, one)
        for line in done.sent:
            session.say(f"  {line}")
        for line in done.warnings:
            session.warn(line)


def _preview(
    workspace: Workspace, project: Project, audience: str | None, copy: Path | None, *, paper: bool
) -> int:
    from connector.cli.drafts import preview_lines
    from connector.errors import UsageError
    from connector.pipeline.previewing import preview as build_preview

    names = audiences(project, audience)
    if copy is not None and len(names) > 1:
        raise UsageError(f"--html: found {len(names)} audiences; expected --audience with one of them")
    for name in names:
        draft = build_preview(workspace, project, name, copy=copy, paper=paper)
        session.say("\n".join(preview_lines(project, draft)))
    if copy is not None:
        session.say(f"  your copy (internal, not for the client): {copy.absolute()}")
    return 0


def _preview_all(workspace: Workspace) -> int:
    from connector.cli.drafts import overview_line
    from connector.errors import ConnectorError
    from connector.pipeline.previewing import preview as build_preview

    codes = [0]
    for project in workspace.projects():
        for name in project.settings.audiences:
            try:
                session.say(overview_line(project.key, build_preview(workspace, project, name)))
            except ConnectorError as error:
                session.warn(f"{project.key} {name}: {error}")
                codes.append(error.exit_code)
    return max(codes)


def _publish_reviewed(workspace: Workspace, approval: Approval) -> Iterator[int]:
    from connector.errors import ConnectorError
    from connector.pipeline.previewing import publish_reviewed

    is_any = False
    for key, audience, ended in publish_reviewed(workspace, approval):
        is_any = True
        if isinstance(ended, ConnectorError):
            session.warn(f"{key}: {ended}")
            yield ended.exit_code
        else:
            _tell_published(f"{key} {audience}", ended)
    if not is_any:
        session.say("no draft was previewed since its audience's last edition")


def _publish(workspace: Workspace, project: Project, audience: str, approval: Approval) -> int:
    """Publish for one audience; what is refused there does not stop the next one."""
    from connector.errors import SafetyError
    from connector.pipeline.editions import publish as publish_edition

    try:
        done = publish_edition(workspace, project, audience, approval)
    except SafetyError as error:
        session.warn(str(error))
        return error.exit_code
    _tell_published(audience, done)
    return 0


def _withdraw(
    workspace: Workspace, project: Project, audience: str | None, number: int, approval: Approval
) -> int:
    from connector.errors import UsageError
    from connector.pipeline.withdrawing import withdraw

    names = audiences(project, audience)
    if len(names) > 1:
        raise UsageError(f"--withdraw: found {len(names)} audiences; expected --audience with one of them")
    if not approval.reason:
        raise UsageError("--withdraw: found no reason; expected --reason TEXT, which is recorded")
    done = withdraw(workspace, project, names[0], number, approval)
    for line in done.warnings:
        session.warn(line)
    session.say(f"{names[0]}: edition {number} withdrawn; a notice stands in its place: {done.page}")
    return 0


def _tell_published(name: str, done: Published) -> None:
    for line in done.warnings:
        session.warn(line)
    if done.number is None:
        session.say(f"{name}: nothing changed since the last edition; no new one")
    else:
        session.say(f"{name}: edition {done.number} published: {done.page}")


def _tell_key(workspace: Workspace) -> None:
    """Tell the fingerprint of a key that was not told before."""
    from connector.pipeline.signing import announce

    told = announce(workspace)
    if told:
        session.warn(told)


def _named(project: str | None) -> str:
    from connector.errors import UsageError

    if project is None:
        raise UsageError("PROJECT: found nothing; expected the key of a project")
    return project


def _refuse_named(option: str, *given: object) -> None:
    from connector.errors import UsageError

    if any(each is not None for each in given):
        raise UsageError(f"{option} takes every project: found a project or an option for one beside it")
