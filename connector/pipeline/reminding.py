"""Tells the PM of drafts that wait for approval: once for each content, and again while nobody approves."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from connector.alerts import deliver
from connector.alerts.approval import WaitingDraft, approval, key_of, refusal
from connector.alerts.texts import speech
from connector.disclosure.serial import load_view
from connector.pipeline.reviewing import Review, review
from connector.pipeline.workspace import Project, Workspace
from connector.store.drafts import Draft
from connector.store.editions import Edition

REMIND_AFTER = dt.timedelta(days=1)  # where `repeat_after` says nothing else: then once


def remind_of_draft(workspace: Workspace, project: Project, audience: str) -> int:
    """Tell the PM that a draft waits for approval, with what is new in it and how to approve.

    The same content is told once; again after `repeat_after` (without it once more, after a day) for as
    long as it waits. A draft that is approved or no longer there is told no more.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        audience: Whose draft it is.

    Returns:
        How many messages were put into the outbox: one for each of the PM's channels, or none.
    """
    draft = workspace.store.drafts.get(project.key, audience)
    settings, now = project.settings.alerts, workspace.now()
    if draft is None or not settings.to:
        return 0
    latest = workspace.store.editions.latest(project.key, audience)
    told = _told(workspace, draft, latest)
    if told and (now - told[-1] < (settings.repeat_after or REMIND_AFTER) or _is_enough(project, told)):
        return 0
    zone = ZoneInfo(project.alerts_timezone)
    waiting = _waiting(project, draft, latest)
    message = approval(waiting, speech(settings.language), zone=zone, reminders=len(told))
    return deliver.post(workspace.store, workspace.route(project), message, to=settings.to, now=now)


def tell_refusal(workspace: Workspace, project: Project, audience: str, reason: str) -> int:
    """Tell the PM that an edition came due and was refused, once for each edition and reason.

    Returns:
        How many messages were put into the outbox.
    """
    settings = project.settings.alerts
    message = refusal(
        project.key,
        project.settings.title,
        audience,
        number=_number(workspace.store.editions.latest(project.key, audience)),
        reason=reason,
        say=speech(settings.language),
    )
    route = workspace.route(project)
    return deliver.post(workspace.store, route, message, to=settings.to, now=workspace.now())


def remind_again(workspace: Workspace, project: Project) -> int:
    """Remind the PM of the drafts they were told of before and that still wait; see `remind_of_draft`."""
    raised = 0
    for audience in project.settings.audiences:
        draft = workspace.store.drafts.get(project.key, audience)
        latest = workspace.store.editions.latest(project.key, audience)
        if draft is not None and _told(workspace, draft, latest):
            raised += remind_of_draft(workspace, project, audience)
    return raised


def _is_enough(project: Project, told: list[dt.datetime]) -> bool:
    return project.settings.alerts.repeat_after is None and len(told) > 1


def _told(workspace: Workspace, draft: Draft, latest: Edition | None) -> list[dt.datetime]:
    """Return when the PM was told of this content, the first time first."""
    key, found = key_of(draft.audience, _number(latest), draft.content_hash), list[dt.datetime]()
    while True:
        at = workspace.store.outbox.put_at(draft.project, deliver.posted_key(f"{key} {len(found)}"))
        if at is None:
            return found
        found.append(at)


def _number(latest: Edition | None) -> int:
    return 1 if latest is None else latest.number + 1


def _waiting(project: Project, draft: Draft, latest: Edition | None) -> WaitingDraft:
    before = None if latest is None else load_view(latest.view)
    view = load_view(draft.view)
    news = Review(is_first=False, counts=()) if view is None else review(view, before)
    return WaitingDraft(
        project=project.key,
        title=project.settings.title,
        audience=draft.audience,
        number=_number(latest),
        content=draft.content_hash,
        since=draft.waiting_since_at or draft.built_at,
        counts=news.counts if news.is_first else (),
        texts=news.texts,
        dates=news.dates,
        facts=news.facts,
        gone=news.gone,
    )
