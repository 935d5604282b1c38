"""The commands that look after what is stored: backup, restore, purge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from connector.pipeline.purging import Plan, Purged
    from connector.pipeline.restoring import Restored
    from connector.store.snapshot import Contents

_MEGABYTE = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)
    app.command()(purge)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, where none is yet.")],
) -> None:
    """Back up the store, keys and configuration into one file; the service may go on working."""
    from connector.config import load_config
    from connector.pipeline.backing import back_up
    from connector.pipeline.unfinished import finish_restore

    config = load_config(session.config_file(context))
    finish_restore(config)
    made = back_up(config, file, now=session.clock_of_process().now())
    session.say(f"{made.file}: {made.size_bytes / _MEGABYTE:.1f} MB, {_held(made.contents)}")
    for path in made.left_out:
        session.warn(f"not in the backup: {path}; keep a copy of it yourself")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `clientview backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a store that is not empty; it is kept beside it.")
    ] = False,
) -> None:
    """Put back a backup, checked whole before anything is touched."""
    from connector.pipeline.restoring import restore as put_back

    now = session.clock_of_process().now
    done = put_back(session.config_file(context), file, force=force, now=now)
    session.say("\n".join(_told(done)))


def purge(
    context: typer.Context,
    project: session.ProjectKey,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, say what would be deleted.")] = False,
) -> None:
    """Delete everything of a project for ever, pages too, and search what is left for traces of it."""
    from connector.errors import UsageError
    from connector.pipeline.purging import plan_purge
    from connector.pipeline.purging import purge as delete

    with session.opened(context) as workspace:
        plan = plan_purge(workspace, project)
        if plan.is_empty:
            session.say(f"{project}: nothing of it is stored or published")
        elif not yes:
            session.say("\n".join(_planned(plan)))
            raise UsageError(f"purge {project}: nothing was deleted; --yes deletes all of this for ever")
        else:
            session.say("\n".join(_purged(delete(workspace, project))))


def _planned(plan: Plan) -> list[str]:
    rows = [f"  {count} rows of {name}" for name, count in plan.rows.items()]
    begun = ["  what a purge before, that was cut off, has left"] if plan.is_begun else []
    return [f"{plan.project}:", *rows, *(f"  {folder}" for folder in plan.folders), *begun]


def _purged(done: Purged) -> list[str]:
    plan = done.plan
    size = f"{done.store_bytes / _MEGABYTE:.1f} MB of the store and {done.files} files below the output"
    deleted = f"{sum(plan.rows.values())} rows of {len(plan.rows)} tables, and {len(plan.folders)} folders"
    lines = [
        f"{plan.project}: deleted {deleted}",
        f"searched {size} for {done.needles} names and values of it: nothing found",
        *(f"yours to delete, it still tells of it: {file}" for file in done.left),
        *(f"made before, it may still hold it: {file}" for file in done.backups),
    ]
    if plan.is_configured:
        lines.append(
            "It is still configured: the next sync pulls it again. Take it out of the configuration."
        )
    return lines


def _told(done: Restored) -> list[str]:
    made = f"{done.manifest.made_at:%Y-%m-%d %H:%M} UTC"
    lines = [f"restored the backup of {made}: {_held(done.contents)}"]
    if done.aside is not None:
        lines.append(f"what was there before: {done.aside}")
    lines += [f"left as it is, and unlike the backup's: {file}" for file in done.kept]
    return [*lines, "Now run `clientview check`, then `clientview run --once`."]


def _held(contents: Contents) -> str:
    if not contents.projects:
        return "no project"
    return ", ".join(
        f"{project} ({held.rows['issues']} issues, {held.rows['editions']} editions)"
        for project, held in contents.projects.items()
    )
