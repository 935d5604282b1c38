"""`forecast`: when each open milestone will be done, why its date moved, and what would change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from connector.analysis.calendar import WorkingCalendar
from connector.analysis.delivery import Delivery
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.forecast import causes, whatif
from connector.analysis.forecast.forecast import Forecaster
from connector.analysis.forecast.simulate import AS_IT_IS, Capacity
from connector.analysis.forecast.situation import Scene
from connector.analysis.forecast.track import Chronicle, Kind, Track
from connector.analysis.judge import judge
from connector.analysis.record import Record
from connector.analysis.state import Forecast, ProjectState
from connector.errors import UsageError
from connector.pipeline import forecast_words as words
from connector.pipeline import judging, pricing, sprinting
from connector.pipeline.document import DeliveryPart
from connector.pipeline.explaining import find_issue
from connector.pipeline.forecast_document import (
    AskedPart,
    CausePart,
    CreepPart,
    EffectPart,
    ForecastDocument,
    MeasuredRecordPart,
    MovedPart,
    OutlookPart,
    WhatIfPart,
)
from connector.pipeline.relevance import by_relevance
from connector.pipeline.workspace import Project, Workspace

MILESTONES = frozenset({Kind.MILESTONE, Kind.GROUP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a forecast, as a person wrote it. Items and milestones go by refs, names or keys."""

    as_of: dt.datetime
    since: dt.datetime | None = None
    drop: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    move: Mapping[str, dt.date] = field(default_factory=dict)
    capacity: Capacity = AS_IT_IS
    whole: bool = False  # also why the dates of what lies idle moved

    @property
    def is_what_if(self) -> bool:
        """Whether anything would be otherwise."""
        return bool(self.drop or self.close or self.move) or self.capacity != AS_IT_IS


class Past:
    """A project's history, loaded and read once, to be forecast from as of any instant."""

    def __init__(self, facts: ProjectFacts, agreement: Agreement) -> None:
        """Take what was pulled and agreed."""
        self.facts, self.agreement = facts, agreement
        self.calendar: WorkingCalendar = agreement.calendar()

    @cached_property
    def chronicle(self) -> Chronicle:
        """Return the history as forecasting sees it."""
        return judging.history_of(self.facts, self.agreement)

    def agreed_on(self, as_of: dt.datetime) -> Mapping[str, dt.date]:
        """Return the day agreed for each milestone that has one."""
        baseline = self.agreement.in_force(as_of)
        days = baseline.dates if baseline else {}
        return {key: day for key, day in days.items() if day is not None}

    @cached_property
    def _forecaster(self) -> Forecaster:
        return Forecaster(self.chronicle)

    def forecasts(self, as_of: dt.datetime, told: Chronicle | None = None) -> Mapping[str, Forecast]:
        """Forecast every open container, from the history or from a variant of it."""
        forecaster = Forecaster(told) if told else self._forecaster
        return forecaster.at(as_of, agreed_on=self.agreed_on(as_of))

    def scene(self, as_of: dt.datetime) -> Scene:
        """Lay the history out as of an instant."""
        return Scene(self.chronicle, as_of=as_of, calendar=self.calendar)


def past_of(workspace: Workspace, project: Project) -> Past:
    """Load a project's history."""
    return Past(judging.facts_of(workspace, project), judging.agreement_of(workspace, project))


def answer(workspace: Workspace, project: Project, question: Question) -> ForecastDocument:
    """Answer a question about a project's dates.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        question: As of when, since when, and what would be otherwise.

    Raises:
        UsageError: An item or milestone is not known, `since` is not before `as_of`, or more
            capacity is asked for than can be believed.
    """
    past = past_of(workspace, project)
    kept = workspace.store.backtests.last(project.key, at=question.as_of)
    looking = _Looking(past, question, record=kept[1] if kept else None)
    what_if = looking.what_if() if question.is_what_if else None  # first: it refuses what is not known
    return ForecastDocument(
        project=project.key,
        name=project.settings.title,
        as_of=question.as_of,
        record=_record(*kept) if kept else None,
        milestones=looking.outlooks(MILESTONES),
        goals=looking.outlooks({Kind.GOAL}),
        iterations=looking.outlooks({Kind.ITERATION}),
        what_if=what_if,
    )


def _record(made_at: dt.datetime, record: Record) -> MeasuredRecordPart:
    return MeasuredRecordPart(
        measured_at=made_at,
        n=record.n,
        held=record.held,
        coverage=record.coverage,
        recall=record.recall,
        false_alarms=record.false_alarms,
        precision=record.precision,
    )


class _Looking:
    """Answers one question about one project."""

    def __init__(self, past: Past, question: Question, *, record: Record | None) -> None:
        self._past, self._question, self._record = past, question, record
        self._scene = past.scene(question.as_of)
        self._said = past.forecasts(question.as_of)
        self._agreed = past.agreed_on(question.as_of)
        self._earlier = {question.as_of: self._said}

    # -- what is forecast ------------------------------------------------------------------------

    def outlooks(self, kinds: Iterable[Kind]) -> list[OutlookPart]:
        """Return the open containers of some kinds, in the order people look at them."""
        wanted = frozenset(kinds)
        tracks = [track for track in self._tracks if track.kind in wanted]
        ordered = by_relevance(self._scene, tracks, self._agreed)
        return [self._outlook(track, is_idle=relevance.is_idle) for track, relevance in ordered]

    @cached_property
    def _tracks(self) -> Sequence[Track]:
        """Return the open containers that are there: seen in the tracker, or holding items."""
        return [
            track
            for track in self._scene.open_tracks
            if track.key in self._said and (self._is_seen(track) or self._scene.members(track))
        ]

    def _is_seen(self, track: Track) -> bool:
        known = (track.seen_at, track.began_at)
        return any(since is not None and since <= self._question.as_of for since in known)

    def _outlook(self, track: Track, *, is_idle: bool) -> OutlookPart:
        said = self._said[track.key]
        is_milestone = track.kind in MILESTONES
        record = self._record if is_milestone else None
        sprint = self._sprints.get(track.key)
        says = [*words.told(said, record, track.kind), *(words.delivery(sprint) if sprint else ())]
        return OutlookPart(
            key=track.key,
            name=track.name,
            kind=track.kind,
            due_on=self._scene.planned_on(track),
            agreed_on=self._agreed.get(track.key),
            open=len(self._scene.open_items(track)),
            total=len(self._scene.members(track)),
            forecast=said,
            says=says,
            warning=words.warning(said, record),
            creep=self._creep(track) if is_milestone else None,
            moved=self._moved(track) if is_milestone and (self._question.whole or not is_idle) else None,
            idle=is_idle,
            delivery=None if sprint is None else DeliveryPart.model_validate(sprint),
        )

    @cached_property
    def _sprints(self) -> Mapping[str, Delivery]:
        found = sprinting.running(self._past.chronicle, as_of=self._question.as_of)
        return {sprint.key: sprint.delivery for sprint in found}

    def _creep(self, track: Track) -> CreepPart | None:
        """Price what came in without a decision, where there is an agreement and anything did."""
        if self._past.agreement.in_force(self._question.as_of) is None:
            return None
        added = pricing.unapproved(self._state, track.key) & self._scene.members(track)
        if not added:
            return None
        cost = pricing.cost_of(self._scene, self._said, track.key, added)
        return CreepPart(items=cost.items, days=cost.days, refused=cost.refused, says=words.cost(cost))

    # -- why it moved ----------------------------------------------------------------------------

    def _moved(self, track: Track) -> MovedPart | None:
        since = self._question.since
        if since is None:
            return None
        found = causes.explain(self._interval(track, since), self._p85(track.key))
        if found is None:
            return MovedPart(since=since, refused="no date was forecast on one of the two days")
        parts = [
            CausePart(cause=part.cause, days=part.days, says=words.cause_of(part, found))
            for part in found.parts
        ]
        return MovedPart(
            since=since, from_on=found.since_on, to_on=found.until_on, days=found.days, parts=parts
        )

    def _interval(self, track: Track, since: dt.datetime) -> causes.Interval:
        return causes.Interval(
            chronicle=self._past.chronicle,
            container=track.key,
            since=since,
            until=self._question.as_of,
            calendar=self._past.calendar,
            approved=pricing.decided(self._state, track.key),
        )

    @cached_property
    def _state(self) -> ProjectState:
        return judge(self._past.facts, self._past.agreement, as_of=self._question.as_of)

    def _p85(self, key: str) -> causes.Forecaster:
        def date(told: Chronicle, at: dt.datetime, _calendar: WorkingCalendar) -> dt.date | None:
            as_it_was = told is self._past.chronicle
            said = (self._as_it_was(at) if as_it_was else self._past.forecasts(at, told)).get(key)
            return None if said is None else said.p85_on

        return date

    def _as_it_was(self, at: dt.datetime) -> Mapping[str, Forecast]:
        """Return what was forecast at an instant; kept, as every milestone's explanation asks for it."""
        if at not in self._earlier:
            self._earlier[at] = self._past.forecasts(at)
        return self._earlier[at]

    # -- what if ---------------------------------------------------------------------------------

    def what_if(self) -> WhatIfPart:
        """Return the effects on every open milestone."""
        question = self._question
        dropped, closed = self._issues(question.drop), self._issues(question.close)
        moved = {self._milestone(name).key: day for name, day in question.move.items()}
        self._refuse_beyond_belief()
        asked = whatif.Alternative(
            dropped=frozenset(dropped), closed=frozenset(closed), moved=moved, capacity=question.capacity
        )
        as_of = question.as_of
        shown = {track.key for track in self._tracks if track.kind in MILESTONES}
        effects = whatif.what_if(
            self._scene, asked, lambda told: self._past.forecasts(as_of, told), agreed_on=self._agreed
        )
        return WhatIfPart(
            asked=AskedPart(
                drop=list(dropped.values()),
                close=list(closed.values()),
                move=moved,
                capacity=question.capacity.factor,
                ramp_days=question.capacity.ramp_days,
            ),
            effects=[self._effect(effect) for effect in effects if effect.container in shown],
        )

    def _effect(self, effect: whatif.Effect) -> EffectPart:
        return EffectPart(
            key=effect.container,
            name=self._past.chronicle.tracks[effect.container].name,
            before=effect.before,
            after=effect.after,
            least=effect.least,
            days=effect.days,
            least_days=effect.least_days,
            has_pace=effect.has_pace,
            says=words.effect(effect),
        )

    def _issues(self, names: Iterable[str]) -> dict[str, str]:
        """Return the refs of the issues named, by key."""
        found = (find_issue(self._past.facts, name) for name in names)
        return {issue.key: issue.ref for issue in found}

    def _milestone(self, name: str) -> Track:
        wanted = name.casefold()
        tracks = [track for track in self._tracks if track.kind in MILESTONES]
        found = [track for track in tracks if wanted in {track.key.casefold(), track.name.casefold()}]
        if len(found) != 1:
            known = ", ".join(track.name for track in tracks) or "none is open"
            raise UsageError(
                f"--move: found {len(found)} open milestones called {name!r};"
                f" expected one of: {known}, or a key"
            )
        return found[0]

    def _refuse_beyond_belief(self) -> None:
        for track in self._tracks:
            multiple = whatif.beyond_belief(self._scene, track.key, self._question.capacity)
            if multiple is not None and self._question.capacity.factor > 1:
                raise UsageError(
                    f"--capacity: found {multiple:.1f} times the best four weeks this project ever had;"
                    f" expected at most {whatif.MOST_OF_BEST:g} times, beyond which nothing is known"
                )
