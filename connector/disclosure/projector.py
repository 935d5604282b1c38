"""The only maker of client views: projects a state through a policy, value by value, default deny."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from connector.analysis.facts import Agreement
from connector.analysis.state import ProjectState
from connector.disclosure import account, axis, changes, serial, told, verdict
from connector.disclosure.catalogue import catalogue
from connector.disclosure.manifest import CONFIGURED, Disclosure
from connector.disclosure.policy import Policy
from connector.disclosure.schedule import Schedule
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import Changes, ClientView, EditionView, MilestoneView, Moment, Theme
from connector.errors import SafetyError
from mappings.concepts import Base, Picture

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_PUBLISHED: Final = Origin(field="edition", rule=CONFIGURED)
_AS_OF: Final = Origin(field="SourceFacts.last_success_at", rule="always: as of")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionInput:
    """What an edition is made from.

    `state` is judged over facts without the withheld issues, and `agreement` has baselines without
    them. `id_key` is a secret of this installation; with it ids in the page stay the same over
    editions and tell nothing. `previous` is what this audience saw last.
    """

    state: ProjectState
    agreement: Agreement
    policy: Policy
    project_name: str
    client_name: str
    publisher: str
    language: str
    timezone: str
    edition_number: int
    published_at: dt.datetime
    id_key: bytes
    previous: ClientView | None = None
    next_edition_on: dt.date | None = None
    series: str = ""  # opaque id of the audience's editions
    wording: Mapping[str, str] = field(default_factory=dict)  # issue key -> client words
    urls: Mapping[str, str] = field(default_factory=dict)  # issue key -> https address, for `link`
    theme: Theme = field(default_factory=Theme)


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A client view, where each of its texts came from, and how many things still lack client words."""

    view: ClientView
    manifest: tuple[Disclosure, ...]
    missing_wording: int


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
    scribe = Scribe(catalogue(given.language), timezone=given.timezone, k=given.policy.k, id_key=given.id_key)
    words = told.Words(scribe=scribe, policy=given.policy, wording=given.wording, urls=given.urls)
    draft = _draft(given, scribe, words)
    finished = told.finished(words, given.state.picture)
    view = dataclasses.replace(
        draft,
        edition=_edition(given, scribe, fingerprint=serial.fingerprint(draft)),
        changes=changes.since(scribe, draft, given.previous, finished),
    )
    return Projection(
        view=view,
        manifest=scribe.manifest(view),
        missing_wording=told.missing_words(words, given.state.picture),
    )


def _draft(given: ProjectionInput, scribe: Scribe, words: told.Words) -> ClientView:
    """Make the view without what depends on the edition before, and without its fingerprint."""
    state, picture, policy = given.state, given.state.picture, given.policy
    today = given.published_at.astimezone(ZoneInfo(given.timezone)).date()
    milestones = _schedule(given, scribe).milestones(state.milestones)
    goals = told.goals(words, picture.goals, state.goals)
    needs = told.needs(words, picture.client_actions, today=today)
    edition = _edition(given, scribe, fingerprint="")
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
        verdict=verdict.verdict(scribe, policy, state, _by_key(given, scribe, milestones)),
        changes=Changes(sentence=scribe.fixed("changes.first")),
        needs=needs,
        needs_note=scribe.fixed("need.none") if policy.is_told("actions") and not needs else None,
        goals=goals,
        milestones=milestones,
        scope=account.scope(scribe, policy, state),
        work=told.work(words, picture.items, goals),
        risks=told.risks(words, picture.risks),
        decisions=told.decisions(words, picture.decisions),
        requests=told.requests(words, picture.change_requests),
        feedback=told.feedback(words, picture.feedback),
        sources=account.sources(scribe, state.sources),
        ticks=axis.ticks(scribe, milestones, today=edition.today),
        texts=scribe.page_texts(),
        theme=_theme(scribe, given.theme),
    )


def _schedule(given: ProjectionInput, scribe: Scribe) -> Schedule:
    return Schedule(
        scribe=scribe,
        policy=given.policy,
        agreement=given.agreement,
        zone=ZoneInfo(given.timezone),
        as_of=given.state.as_of,
    )


def _by_key(
    given: ProjectionInput, scribe: Scribe, milestones: Iterable[MilestoneView]
) -> Mapping[str, MilestoneView]:
    by_id = {view.head.id.value: view for view in milestones}
    handles = {
        state.key: scribe.handle(state.key, field="MilestoneState.key") for state in given.state.milestones
    }
    return {key: by_id[handle.value] for key, handle in handles.items() if handle.value in by_id}


def _edition(given: ProjectionInput, scribe: Scribe, *, fingerprint: str) -> EditionView:
    blocks = "-".join(fingerprint[start : start + 4] for start in range(0, min(16, len(fingerprint)), 4))
    number = scribe.amount(given.edition_number, _PUBLISHED)
    return EditionView(
        number=number,
        label=scribe.fixed("edition.label", n=number.text),
        published=scribe.moment(given.published_at, _PUBLISHED),
        today=scribe.local_day(given.published_at, _PUBLISHED),
        fingerprint=scribe.opaque(blocks, field="fingerprint"),
        as_of=_oldest(given, scribe),
        next_on=scribe.day(given.next_edition_on, _PUBLISHED) if given.next_edition_on else None,
        series=scribe.opaque(given.series, field="series") if given.series else None,
    )


def _oldest(given: ProjectionInput, scribe: Scribe) -> Moment | None:
    instants = [source.last_success_at for source in given.state.sources if source.last_success_at]
    return scribe.moment(min(instants), _AS_OF) if instants else None


def _theme(scribe: Scribe, theme: Theme) -> Theme:
    return Theme(accent=scribe.colour(theme.accent), accent_dark=scribe.colour(theme.accent_dark))


def _refuse_withheld(policy: Policy, picture: Picture) -> None:
    groups: tuple[tuple[Base, ...], ...] = (
        picture.goals,
        picture.items,
        picture.risks,
        picture.change_requests,
        picture.decisions,
        picture.client_actions,
        picture.feedback,
    )
    count = sum(bool(thing.security) or policy.withholds(thing.labels) for group in groups for thing in group)
    if count:
        raise SafetyError(
            f"found {count} issues to be withheld in the state of this audience; expected a state judged"
            " without them: judge `facts.without(withheld(facts, policy))`"
        )
