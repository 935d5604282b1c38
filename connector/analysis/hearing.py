"""Feedback as of an instant: what was entered here, what it is planned for, what comes first, its waits.

Pure. A piece is *planned* when work that is linked to it is open and stands in a milestone, or it does
itself; *answered* since it is done or declined. Days are working days of the project.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.analysis.calendar import WorkingCalendar
from connector.analysis.heard import SOURCE, EnteredFeedback, FeedbackStep, Heard
from connector.analysis.history import Version
from mappings.classify import disposition_of
from mappings.concepts import Disposition, Feedback, Picture, Stage
from mappings.feedback import DISPOSITIONS, standing_of, words_of_class
from mappings.priorities import Weighed, weigh
from mappings.rules import Rules

ANSWERED = frozenset({Stage.DONE, Stage.DECLINED})
_OPEN = frozenset({Disposition.OPEN, Disposition.DOING})
_Reached = tuple[dt.datetime, Stage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How long a piece of feedback has waited, in working days. None: not yet, no longer, or not known."""

    key: str
    age_days: int | None  # of one that waits for an answer
    first_look_days: int | None  # from received to looked at
    answer_days: int | None  # from received to done or declined


def heard(
    picture: Picture,
    entries: Heard,
    rules: Mapping[str, Rules],
    told: Mapping[str, Sequence[Version]],
    *,
    as_of: dt.datetime,
    over: frozenset[str] = frozenset(),
) -> Picture:
    """Return the picture with its feedback whole.

    Args:
        picture: What the trackers tell.
        entries: What was entered here.
        rules: By name of source. What is entered here is weighed by the first of them.
        told: Every issue's versions.
        as_of: The instant; what was entered or done later counts for nothing.
        over: Keys of milestones that nothing can be planned for any more.
    """
    steps = [step for step in entries.steps if step.at <= as_of]
    first = next(iter(rules.values()), None)
    mapped = [
        _mapped(each, told.get(each.key, ()), rules.get(each.source), as_of) for each in picture.feedback
    ]
    entered = [
        _entered(each, [step for step in steps if step.feedback == each.key], first)
        for each in entries.entered
        if each.on_at <= as_of
    ]
    touched = _Touched(picture, over)
    by_hand = {step.feedback: step for step in steps if step.stage is None}
    found = (touched.planned(each) for each in (*mapped, *entered))
    whole = (
        _weighed(each, rules.get(each.source, first), by_hand.get(each.key), touches=touched.any_of(each))
        for each in found
    )
    return replace(picture, feedback=tuple(sorted(whole, key=lambda each: each.key)))


def hearings(
    feedback: Iterable[Feedback], calendar: WorkingCalendar, *, as_of: dt.datetime
) -> tuple[Hearing, ...]:
    """Count how long each piece has waited, in the order given."""
    return tuple(_hearing(each, calendar, as_of) for each in feedback)


# ----------------------------------------------------------------------------------- private


def _hearing(each: Feedback, calendar: WorkingCalendar, as_of: dt.datetime) -> Hearing:
    def days(until: dt.datetime | None) -> int | None:
        if until is None:
            return None
        return max(0, calendar.working_days(calendar.local_day(each.created_at), calendar.local_day(until)))

    return Hearing(
        key=each.key,
        age_days=None if each.stage in ANSWERED else days(as_of),
        first_look_days=days(each.first_look_at),
        answer_days=days(each.answered_at),
    )


def _mapped(each: Feedback, history: Sequence[Version], rules: Rules | None, as_of: dt.datetime) -> Feedback:
    if rules is None:
        return each
    past = (version for version in history if version.at <= as_of)
    reached = [
        (version.at, standing_of(version.issue, rules, disposition_of(version.issue, rules)).stage)
        for version in past
    ]
    return _dated(each, reached)


def _dated(each: Feedback, reached: Sequence[_Reached]) -> Feedback:
    """Say when it left the stage it came in, and since when it is answered."""
    answered_at: dt.datetime | None = None
    for at, stage in reached:
        answered_at = None if stage not in ANSWERED else answered_at or at
    looked_at = next((at for at, stage in reached if stage is not Stage.RECEIVED), None)
    return replace(each, first_look_at=looked_at, answered_at=answered_at)


def _entered(entry: EnteredFeedback, steps: Sequence[FeedbackStep], rules: Rules | None) -> Feedback:
    reached = [step for step in steps if step.stage is not None]
    last = reached[-1] if reached else None
    stage = last.stage if last is not None and last.stage is not None else Stage.RECEIVED
    made = Feedback(
        key=entry.key,
        ref=entry.ref,
        title=entry.title,
        client_title=entry.title,
        client_text=entry.text,
        disposition=DISPOSITIONS[stage],
        source=SOURCE,
        created_at=entry.on_at,
        closed_at=last.at if last is not None and stage in ANSWERED else None,
        stage=stage,
        kind=entry.kind,
        kind_words=words_of_class(entry.kind, rules) if rules else "",
        urgency=entry.urgency,
        linked=entry.linked,
        milestones=(last.milestone,) if last is not None and last.milestone else (),
        client_reason=last.reason if last is not None else "",
        given_by=entry.given_by,
        answers=entry.answers,
    )
    return _dated(made, [(step.at, step.stage) for step in reached if step.stage is not None])


def _weighed(each: Feedback, rules: Rules | None, by_hand: FeedbackStep | None, *, touches: bool) -> Feedback:
    rows = rules.feedback_priority if rules else ()
    found = weigh(rows, each.kind, each.urgency, touches=touches)
    if by_hand is not None and by_hand.priority is not None:
        why = f": {by_hand.note}" if by_hand.note else ""
        found = Weighed(priority=by_hand.priority, why=f"set by {by_hand.by}{why}; by itself {found.why}")
    return replace(each, priority=found.priority, priority_why=found.why)


class _Touched:
    """Knows which goals and milestones the work of a picture stands in."""

    def __init__(self, picture: Picture, over: frozenset[str]) -> None:
        self._over = over
        self._items = {item.key: item for item in picture.items if item.disposition in _OPEN}
        self._goals = {goal.key for goal in picture.goals if goal.disposition in _OPEN}

    def planned(self, each: Feedback) -> Feedback:
        """Return the feedback, planned for the milestones of linked open work and its own."""
        if each.stage in ANSWERED:
            return each
        every = dict.fromkeys((*each.milestones, *self._milestones(each)))
        milestones = tuple(key for key in every if key not in self._over)
        stage = Stage.PLANNED if milestones else each.stage
        return replace(each, milestones=milestones, stage=stage)

    def any_of(self, each: Feedback) -> bool:
        """Tell whether it touches a goal or a milestone: linked, or by linked open work, or itself."""
        goals = (goal for key in each.linked if key in self._items for goal in self._items[key].goals)
        return bool(each.milestones or self._goals & {*each.linked, *goals})

    def _milestones(self, each: Feedback) -> Iterator[str]:
        for key in each.linked:
            if key in self._items:
                yield from self._items[key].milestones
