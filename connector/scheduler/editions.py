"""Editions that have come due: published, left for a person who has to look first, or tried again.

An edition's turn is taken when it was published, when nothing was new, and when a draft waits for a
person. It is not taken when something refused it (a leak, a hold, a full disk): then the next sync tries
again, and what keeps it back is told once, not each time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from connector.errors import ConnectorError, SafetyError
from connector.pipeline.editions import Published, publish_scheduled
from connector.pipeline.feedback_news import audiences_to_tell, publish_feedback_news
from connector.pipeline.reminding import remind_of_draft, tell_refusal
from connector.pipeline.report import EXIT_DONE
from connector.pipeline.rhythm import is_due
from connector.pipeline.workspace import Project, Workspace
from connector.store.errors import LockedError
from connector.store.notes import SourceNotes
from mappings.errors import FaultsError

_TURN = "turn taken"
_REMEMBERED = dt.timedelta(days=800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who hears of it: `say` what was done, `warn` what was not."""

    say: Callable[[str], None]
    warn: Callable[[str], None]


def due_audiences(workspace: Workspace, project: Project) -> tuple[str, ...]:
    """Name the audiences whose edition has come due."""
    return tuple(name for name in project.settings.audiences if _is_due(workspace, project, name))


def publish_due(workspace: Workspace, project: Project, audience: str, telling: Telling) -> int:
    """Publish an audience's edition if its rhythm says so and nobody has to approve it first.

    Returns:
        The exit code: 0 where it was published, not due, unchanged, or awaits approval; 4 where it was
        refused for safety.

    Raises:
        LockedError: Another process works on the project; the edition stays due.
    """
    if not _is_due(workspace, project, audience):
        return EXIT_DONE
    try:
        done = publish_scheduled(workspace, project, audience)
    except LockedError:
        raise
    except ConnectorError as error:
        telling.warn(f"{project.key}, audience {audience}: {error}")
        tell_refusal(workspace, project, audience, str(error))
        return error.exit_code if isinstance(error, SafetyError) else EXIT_DONE
    _turns(workspace, project, audience).write(
        _TURN, workspace.now().isoformat(), until=workspace.now() + _REMEMBERED
    )
    if done.waits_for:
        remind_of_draft(workspace, project, audience)
    _tell(project, audience, done, telling)
    return EXIT_DONE


def publish_feedback(workspace: Workspace, project: Project, telling: Telling) -> int:
    """Publish, whatever the rhythm, where nothing is news to an audience but where feedback stands.

    Returns:
        The exit code: 0, or 4 where something was refused for safety.

    Raises:
        LockedError: Another process works on the project; the next sync tries again.
    """
    try:
        for audience in audiences_to_tell(workspace, project):
            _tell(project, audience, publish_feedback_news(workspace, project, audience), telling)
    except LockedError:
        raise
    except (ConnectorError, FaultsError) as error:
        telling.warn(f"{project.key}, where feedback stands: {error}")
        return error.exit_code if isinstance(error, SafetyError) else EXIT_DONE
    return EXIT_DONE


def _tell(project: Project, audience: str, done: Published, telling: Telling) -> None:
    for line in done.warnings:
        telling.warn(f"{project.key}: {line}")
    if done.number is not None:
        telling.say(f"{project.key}: edition {done.number} for {audience}: {done.page}")
    if done.waits_for:
        look = f"clientview preview {project.key} --audience {audience}"
        telling.warn(f"{project.key}: the draft for {audience} awaits {done.waits_for}: {look}")


def _is_due(workspace: Workspace, project: Project, audience: str) -> bool:
    settings = project.settings.audience(audience)
    latest = workspace.store.editions.latest(project.key, audience)
    taken = _turns(workspace, project, audience).read(_TURN)
    known = [dt.datetime.fromisoformat(taken)] if taken else []
    known += [latest.published_at] if latest else []
    timezone = settings.timezone or project.timezone
    return is_due(settings.publish_cron, timezone, last=max(known, default=None), now=workspace.now())


def _turns(workspace: Workspace, project: Project, audience: str) -> SourceNotes:
    return workspace.store.notes.of(project.key, f"editions for {audience}", now=workspace.now)
