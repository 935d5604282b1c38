"""What stands where on the page: in sight, folded away, or counted. A long project stays readable."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from connector.disclosure.standing import day_of, days_of, is_over
from connector.disclosure.view import (
    ChangeKind,
    ChangeView,
    ClientText,
    ClientView,
    Code,
    Day,
    DecisionView,
    FeedbackView,
    GoalView,
    MilestoneView,
    NeedView,
    RequestView,
    RiskView,
    StageView,
    Thing,
    WorkView,
)

_T = TypeVar("_T")
_Th = TypeVar("_Th", bound=Thing)

FEW_REACHED: Final = 3  # milestones reached last that stay in sight, however long ago
MOST_AHEAD: Final = 12  # open milestones in sight; the nearest ones
FEW_UNDATED: Final = 3  # milestones without a date that stay in sight
MOST_FOLDED: Final = 20  # rows of a folded list; more are counted
FEW_COMPLETE: Final = 3  # complete goals that stay in sight
MOST_GOALS: Final = 12  # open goals in sight
MOST_CHANGES: Final = 10  # changes in sight
MOST_OPEN: Final = 10  # open needs, risks, decisions, requests, feedback, pieces of work in sight, each
MOST_STAGES: Final = 4  # stages in sight
SHORT: Final = 5  # a folded list that is no longer is unfolded where there is room
_FAR: Final = dt.date.max
_SETTLED: Final = frozenset({Code.DONE, Code.DROPPED, Code.APPROVED, Code.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold(Generic[_T]):
    """A folded list: its rows, how many things it is about, and how many of them it does not list."""

    rows: tuple[_T, ...]
    count: int
    more: int

    @property
    def is_short(self) -> bool:
        """Whether it may stand unfolded where there is room."""
        return self.count <= SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which dates any milestone has: a column without any is not drawn."""

    promised: bool
    agreed: bool
    planned: bool
    likely: bool
    progress: bool

    @property
    def count(self) -> int:
        """How many columns there are, with that of the names."""
        return 1 + sum(bool(getattr(self, field.name)) for field in dataclasses.fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The milestones: in sight, and folded away."""

    ahead: tuple[MilestoneView, ...]
    further: Fold[MilestoneView]  # open, with a date, but too many to be in sight
    undated: Fold[MilestoneView]
    earlier: Fold[MilestoneView]  # over, the latest first
    columns: Columns
    has_open: bool  # any without the day it was reached
    has_reached: bool
    next_id: ClientText | None  # of the first one in sight whose day is today or later
    bases: tuple[ClientText, ...]  # what the likely dates in sight rest on, each once


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """The goals: in sight, and folded away."""

    ahead: tuple[GoalView, ...]
    further: Fold[GoalView]
    empty: Fold[GoalView]
    complete: Fold[GoalView]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The changes: what happened as sentences, and the numbers that moved on."""

    happened: tuple[ChangeView, ...]
    also: Fold[ChangeView]
    numbers: Fold[ChangeView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted(Generic[_T]):
    """A list: what is open and in sight, what is open but too much, and what is settled."""

    open: tuple[_T, ...]
    further: Fold[_T]
    settled: Fold[_T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The lists of the page, each parted."""

    needs: Parted[NeedView]
    stages: Parted[StageView]
    work: Parted[WorkView]
    risks: Parted[RiskView]
    decisions: Parted[DecisionView]
    requests: Parted[RequestView]
    feedback: Parted[FeedbackView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The three things a reader looks for first."""

    milestone: MilestoneView | None
    needs: int | None  # None where needs are not told at all
    first: NeedView | None


def schedule(view: ClientView) -> Schedule:
    """Place the milestones of a view."""
    today = view.edition.today.on
    over = [m for m in view.milestones if is_over(m)]
    kept = [m for m in over if day_of(m)][-FEW_REACHED:]
    still = [m for m in view.milestones if not is_over(m)]
    dated, undated = [m for m in still if days_of(m)], [m for m in still if not days_of(m)]
    near = sorted(dated, key=lambda m: _distance(m, today))[:MOST_AHEAD]
    shown = _ids([*kept, *near, *(undated if len(undated) <= FEW_UNDATED else [])])
    ahead = tuple(m for m in view.milestones if m.head.id.value in shown)
    return Schedule(
        ahead=ahead,
        further=_fold([m for m in dated if m.head.id.value not in shown]),
        undated=_fold([m for m in undated if m.head.id.value not in shown]),
        earlier=_fold([m for m in reversed(over) if m.head.id.value not in shown]),
        columns=_columns(view.milestones),
        has_open=any(not m.actual for m in view.milestones),
        has_reached=any(m.actual for m in view.milestones),
        next_id=next((m.head.id for m in ahead if _on(day_of(m) or m.agreed) >= today), None),
        bases=_bases(ahead),
    )


def _bases(milestones: Sequence[MilestoneView]) -> tuple[ClientText, ...]:
    forecasts = (m.forecast for m in milestones if m.forecast and not m.actual)
    found = {forecast.basis.value: forecast.basis for forecast in forecasts if forecast.basis}
    return tuple(found.values())


def _columns(milestones: Sequence[MilestoneView]) -> Columns:
    found = {
        field.name: any(getattr(m, field.name, None) for m in milestones)
        for field in dataclasses.fields(Columns)
    }
    found["promised"] = any(m.promised and m.promised != (m.agreed or day_of(m)) for m in milestones)
    found["planned"] = any(m.planned or m.actual or m.moves for m in milestones)
    found["likely"] = any(m.forecast and not m.actual for m in milestones)
    return Columns(**found)


def goals(view: ClientView) -> Goals:
    """Place the goals of a view: those without work, and all but the last complete ones, are folded."""
    complete = [g for g in view.goals if _is_complete(g)]
    empty = [g for g in view.goals if not _is_complete(g) and g.progress and not g.progress.total]
    hidden = _ids([*complete, *empty])
    still = [g for g in view.goals if g.head.id.value not in hidden]
    is_short = len(complete) <= FEW_COMPLETE
    return Goals(
        ahead=(*still[:MOST_GOALS], *(complete if is_short else [])),
        further=_fold(still[MOST_GOALS:]),
        empty=_fold(empty),
        complete=_fold([] if is_short else complete),
    )


def news(view: ClientView) -> News:
    """Part the changes: those that are numbers only stand last, together."""
    numbers = [entry for entry in view.changes.entries if entry.kind is ChangeKind.NUMBER]
    happened = [entry for entry in view.changes.entries if entry.kind is not ChangeKind.NUMBER]
    return News(
        happened=tuple(happened[:MOST_CHANGES]),
        also=_fold(happened[MOST_CHANGES:]),
        numbers=_fold(numbers),
    )


def placed(view: ClientView) -> Placed:
    """Part the lists of a view: what is settled stands after what is open, and is counted where long."""
    return Placed(
        needs=_parted(view.needs),
        stages=Parted(
            open=view.stages[:MOST_STAGES], further=_fold(view.stages[MOST_STAGES:]), settled=_fold(())
        ),
        work=_parted(view.work),
        risks=_parted(view.risks),
        decisions=_parted(view.decisions),
        requests=_parted(view.requests),
        feedback=_parted(view.feedback),
    )


def _parted(things: Sequence[_Th]) -> Parted[_Th]:
    still = [thing for thing in things if not _is_settled(thing)]
    return Parted(
        open=tuple(still[:MOST_OPEN]),
        further=_fold(still[MOST_OPEN:]),
        settled=_fold([thing for thing in things if _is_settled(thing)]),
    )


def _is_settled(thing: Thing) -> bool:
    return thing.head.state is not None and thing.head.state.code in _SETTLED


def glance(view: ClientView) -> Glance:
    """Pick the next milestone from today on, and what is needed first."""
    today = view.edition.today.on
    coming = [m for m in view.milestones if not is_over(m) and m.head.title and _on(m.planned) >= today]
    dated = [m for m in coming if m.planned]
    first = min(view.needs, key=lambda need: _on(need.needed_by), default=None)
    is_told = bool(view.needs or view.needs_note)
    return Glance(
        milestone=min(dated, key=lambda m: _on(m.planned), default=None),
        needs=len(view.needs) if is_told else None,
        first=first if first and first.needed_by else None,
    )


def _on(day: Day | None) -> dt.date:
    return day.on if day else _FAR


def _distance(milestone: MilestoneView, today: dt.date) -> int:
    return min(abs((day.on - today).days) for day in days_of(milestone))


def _is_complete(goal: GoalView) -> bool:
    return goal.head.state is not None and goal.head.state.code is Code.COMPLETE


def _ids(things: Sequence[MilestoneView | GoalView]) -> set[str]:
    return {thing.head.id.value for thing in things}


def _fold(things: Sequence[_T]) -> Fold[_T]:
    return Fold(rows=tuple(things[:MOST_FOLDED]), count=len(things), more=max(0, len(things) - MOST_FOLDED))
