"""Tells the PM of a judged state: decided, stored with its messages, then sent from the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from connector.alerts import deliver
from connector.alerts.decide import LOOKS, Decision, Manner, Notice, decide
from connector.alerts.deliver import Letter
from connector.alerts.digest import digest
from connector.alerts.message import compose
from connector.alerts.route import Route
from connector.alerts.texts import speech
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.state import PROJECT, ProjectState
from connector.pipeline import judging
from connector.pipeline.reminding import remind_again
from connector.pipeline.rhythm import last_two
from connector.pipeline.workspace import Project, Workspace


def alert(workspace: Workspace, project: Project, state: ProjectState, *, is_first: bool) -> int:
    """Decide what to tell the PM of a state, and store it with its messages.

    Returns:
        How many messages were put into the outbox.
    """
    now = workspace.now()
    known = workspace.store.alerts.load(project.key)
    decision = decide(
        state.deviations,
        known,
        now=now,
        is_first=is_first,
        held=_held(state),
        wavering=frozenset(state.wavering),
        manner=replace(manner_of(project), silences=workspace.store.silences.holding(project.key, now=now)),
    )
    route = workspace.route(project)
    letters = _letters(route, decision, state, judging.calendar_of(project))
    raised = deliver.record(workspace.store, route, decision, letters, now=now)
    raised += remind_again(workspace, project)
    return raised + (0 if is_first else _digest(workspace, project, state))


def manner_of(project: Project) -> Manner:
    """Say how a project wants to be told; silences are in the store."""
    settings = project.settings.alerts
    return Manner(
        looks={**LOOKS, **settings.looks},
        holds=settings.holds,
        repeat_after=settings.repeat_after,
        escalate_after=settings.escalate_after,
    )


def send(workspace: Workspace, project: Project, *, whatever_backoff: bool = False) -> tuple[str, ...]:
    """Try the messages of a project that are due; returns a warning for each that did not go out."""
    failed = deliver.deliver(
        workspace.store, workspace.route(project), now=workspace.now(), whatever_backoff=whatever_backoff
    )
    return tuple(f"alert not delivered to {one.channel}: {one.reason} ({one.subject})" for one in failed)


def _digest(workspace: Workspace, project: Project, state: ProjectState) -> int:
    """Put the digest that has come due into the outbox, once."""
    settings, now, timezone = project.settings.alerts, workspace.now(), project.alerts_timezone
    due = last_two(settings.digest_cron, timezone, now=now) if settings.digest_cron else None
    if due is None:
        return 0
    alerts = workspace.store.alerts
    message = digest(
        state,
        alerts.load(project.key),
        alerts.transitions(project.key),
        since=due[0],
        due_at=due[1],
        zone=ZoneInfo(timezone),
        speech=speech(settings.language),
    )
    route = workspace.route(project)
    return 0 if message is None else deliver.post(workspace.store, route, message, to=settings.to, now=now)


def _letters(
    route: Route, decision: Decision, state: ProjectState, calendar: WorkingCalendar
) -> Sequence[Letter]:
    """Compose what each channel is told of all that changed; those that hear the same share a letter."""
    groups: dict[tuple[bool, tuple[str, ...]], tuple[tuple[Notice, ...], list[str]]] = {}
    for channel in route.to:
        taken = tuple(one for one in decision.notices if route.hears(channel, one))
        place = (channel in route.secrets, tuple(one.key for one in taken))
        groups.setdefault(place, (taken, []))[1].append(channel)
    return [
        Letter(to=tuple(channels), message=message, is_signed=is_signed)
        for (is_signed, _), (taken, channels) in groups.items()
        for message in compose(replace(decision, notices=taken), state, calendar, speech(route.language))
    ]


def _held(state: ProjectState) -> frozenset[str]:
    """Return the objects of which nothing new is known: those of sources that could not be read."""
    failed = {source.name for source in state.sources if source.failed_since is not None}
    if not failed:
        return frozenset()
    milestones = {m.key for m in state.milestones if m.source in failed}
    picture = state.picture
    told = (*picture.goals, *picture.risks, *picture.decisions, *picture.client_actions)
    return frozenset(milestones | {one.key for one in told if one.source in failed} | {PROJECT})
