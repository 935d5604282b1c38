"""The only maker of client views: projects a state through a policy, value by value, default deny."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from adapters.records import MilestoneStatus
from connector.disclosure import (
    account,
    answers,
    axis,
    changes,
    curves,
    feedback,
    imprint,
    risks,
    serial,
    stages,
    told,
    verdict,
)
from connector.disclosure.catalogue import catalogue
from connector.disclosure.given import ProjectionInput
from connector.disclosure.manifest import Disclosure
from connector.disclosure.policy import Policy
from connector.disclosure.redaction import Redactions, Redactor
from connector.disclosure.schedule import Schedule
from connector.disclosure.scribe import Scribe
from connector.disclosure.view import (
    Changes,
    ClientView,
    DecisionView,
    MilestoneView,
    NeedView,
)
from connector.errors import SafetyError
from mappings.concepts import Base, Picture

__all__ = ["Projection", "ProjectionInput", "project_for_client"]

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A client view, where each of its texts came from, and how many things still lack client words.

    `told` are the planned days that the view tells of open milestones, by key: of one that is over it
    is no promise. `redacted` says, a line a field, what was taken out of the tracker's own text: for the
    project manager.
    """

    view: ClientView
    manifest: tuple[Disclosure, ...]
    missing_wording: int
    redacted: tuple[str, ...]
    told: Mapping[str, dt.date]


def project_for_client(given: ProjectionInput) -> Projection:
    """Project the state of a project for one audience.

    Args:
        given: The state, the policy and how the edition presents itself.

    Returns:
        The view with its manifest. The same input gives an equal view.

    Raises:
        SafetyError: The state still holds an issue that is to be withheld from this audience.
        UnknownLanguageError: There is no catalogue for the language.
    """
    _refuse_withheld(given.policy, given.state.picture)
    scribe = Scribe(
        catalogue(given.language),
        timezone=given.timezone,
        k=given.policy.k,
        id_key=given.id_key,
        policy=given.policy,
    )
    redactor = Redactor(
        given.known,
        phrase=catalogue(given.language).say("words.removed"),
        keeps_money=given.policy.shows("money", "amounts"),
    )
    words = told.Words(
        scribe=scribe,
        policy=given.policy,
        wording=given.wording,
        urls=given.urls,
        redactions=Redactions(redactor),
    )
    draft = _draft(given, scribe, words)
    finished = told.finished(words, given.state.picture)
    view = dataclasses.replace(
        draft,
        edition=imprint.edition(given, scribe, fingerprint=serial.fingerprint(draft)),
        changes=changes.since(scribe, draft, given.previous, finished),
    )
    return Projection(
        view=view,
        manifest=scribe.manifest(view),
        missing_wording=told.missing_words(words, given.state.picture),
        redacted=words.redactions.lines(_names(given)),
        told=_told(given, _by_key(given, scribe, view.milestones)),
    )


def _draft(given: ProjectionInput, scribe: Scribe, words: told.Words) -> ClientView:
    """Make the view without what depends on the edition before, and without its fingerprint."""
    state, picture, policy = given.state, given.state.picture, given.policy
    today = given.published_at.astimezone(ZoneInfo(given.timezone)).date()
    milestones = _schedule(given, words).milestones(state.milestones)
    by_key = _by_key(given, scribe, milestones)
    goals = told.goals(words, picture.goals, state.goals)
    asked = _asked(given, words, today)
    edition = imprint.edition(given, scribe, fingerprint="")
    language = scribe.opaque(given.language, field="language")
    is_rtl = given.language.partition("-")[0].lower() in _RIGHT_TO_LEFT
    return ClientView(
        language=language,
        direction=scribe.opaque("rtl" if is_rtl else "ltr", field="language"),
        project=scribe.configured(given.project_name, field="project.name"),
        client=scribe.configured(given.client_name, field="project.client"),
        publisher=scribe.configured(given.publisher, field="site.publisher"),
        timezone=scribe.configured(given.timezone, field="project.timezone"),
        clock=scribe.clock(field="project.timezone"),
        edition=edition,
        verdict=verdict.verdict(scribe, policy, state, by_key),
        note=imprint.note(given, scribe),
        changes=Changes(sentence=scribe.fixed("changes.first")),
        needs=asked.needs,
        needs_note=scribe.fixed("need.none") if policy.is_told("actions") and not asked.needs else None,
        stages=stages.stages(
            scribe,
            milestones,
            asked.needs,
            asked.decisions,
            today=today,
            holds_up=_holds_up(given, scribe, by_key),
        ),
        goals=goals,
        milestones=milestones,
        trend=curves.trend(scribe, policy, given.trend, by_key),
        scope=account.scope(scribe, policy, state, given.previous.scope if given.previous else ()),
        burn_up=curves.burn_up(scribe, policy, given.burn_up),
        work=told.work(words, picture.items, goals),
        risks=risks.risks(words, picture.risks),
        decisions=asked.decisions,
        requests=told.requests(words, picture.change_requests),
        feedback=feedback.feedback(words, picture.feedback, by_key),
        sources=account.sources(scribe, state.sources),
        contact=answers.contact(scribe, given),
        proof=imprint.proof(given, scribe),
        ticks=axis.ticks(scribe, milestones, today=edition.today),
        texts=scribe.page_texts(),
        theme=imprint.theme(scribe, given.theme),
    )


def _schedule(given: ProjectionInput, words: told.Words) -> Schedule:
    return Schedule(
        scribe=words.scribe,
        redactions=words.redactions,
        policy=given.policy,
        agreement=given.agreement,
        zone=ZoneInfo(given.timezone),
        as_of=given.state.as_of,
        calendar=given.agreement.calendar(),
        starts=given.starts,
        after=given.after,
        before={each.head.id.value: each for each in given.previous.milestones} if given.previous else {},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of the client, each with how to answer."""

    needs: tuple[NeedView, ...]
    decisions: tuple[DecisionView, ...]


def _asked(given: ProjectionInput, words: told.Words, today: dt.date) -> _Asked:
    scribe, picture = words.scribe, given.state.picture
    answering = answers.Answers(scribe=scribe, email=given.contact_email)
    needs = told.needs(words, picture.client_actions, today=today)
    waiting = stages.waiting(scribe, needs, given.waiting_calendar, today=today)
    decisions = told.decisions(words, picture.decisions)
    return _Asked(needs=answering.to_needs(waiting), decisions=answering.to_decisions(decisions))


def _holds_up(
    given: ProjectionInput, scribe: Scribe, told_milestones: Mapping[str, MilestoneView]
) -> Mapping[str, frozenset[str]]:
    """Return the ids of the told milestones that each need holds up, by the id of the need."""
    if not given.policy.shows("actions", "holds_up"):
        return {}
    within = {item.key: item.milestones for item in given.state.picture.items}
    found = {}
    for action in given.state.picture.client_actions:
        keys = {key for item in action.holds_up for key in within.get(item, ()) if key in told_milestones}
        handle = scribe.handle(action.key, field="ClientAction.key").value
        found[handle] = frozenset(told_milestones[key].head.id.value for key in keys)
    return found


def _told(given: ProjectionInput, by_key: Mapping[str, MilestoneView]) -> Mapping[str, dt.date]:
    """Return the planned days that a view tells of open milestones, by key."""
    open_ones = (state for state in given.state.milestones if state.status is MilestoneStatus.OPEN)
    days = ((state.key, by_key[state.key].planned) for state in open_ones if state.key in by_key)
    return {key: day.on for key, day in days if day is not None}


def _by_key(
    given: ProjectionInput, scribe: Scribe, milestones: Iterable[MilestoneView]
) -> Mapping[str, MilestoneView]:
    by_id = {view.head.id.value: view for view in milestones}
    handles = {
        state.key: scribe.handle(state.key, field="MilestoneState.key") for state in given.state.milestones
    }
    return {key: by_id[handle.value] for key, handle in handles.items() if handle.value in by_id}


def _things(picture: Picture) -> tuple[Base, ...]:
    return (
        *picture.goals,
        *picture.items,
        *picture.risks,
        *(action for risk in picture.risks for action in risk.actions),
        *picture.change_requests,
        *picture.decisions,
        *picture.client_actions,
        *picture.feedback,
    )


def _names(given: ProjectionInput) -> Mapping[str, str]:
    """Return what people call the records of a project, by key."""
    milestones = {state.key: f"“{state.name}”" for state in given.state.milestones}
    return {thing.key: thing.ref for thing in _things(given.state.picture)} | milestones


def _refuse_withheld(policy: Policy, picture: Picture) -> None:
    count = sum(
        bool(thing.security) or policy.withholds(thing.labels, names=(thing.ref, thing.key))
        for thing in _things(picture)
    )
    if count:
        raise SafetyError(
            f"found {count} issues to be withheld in the state of this audience; expected a state judged"
            " without them: judge `facts.without(withheld(facts, policy))`"
        )
