"""Words the milestones. A date is called promised only if it was agreed or told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from adapters.records import MilestoneStatus
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement
from connector.analysis.state import MilestoneClass, MilestoneState
from connector.disclosure import forecasts
from connector.disclosure.policy import Policy
from connector.disclosure.redaction import Redactions
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import (
    ClientText,
    Code,
    Day,
    Entry,
    ForecastView,
    MilestoneView,
    MoveView,
    State,
)

_CLASS: Final = {each: Code(each.value) for each in MilestoneClass}
_FAR: Final = dt.date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What the milestones are worded from."""

    scribe: Scribe
    policy: Policy
    agreement: Agreement
    zone: ZoneInfo
    as_of: dt.datetime
    calendar: WorkingCalendar
    starts: Mapping[str, dt.date]
    after: Mapping[str, tuple[str, ...]]
    before: Mapping[str, MilestoneView]  # by id, as the edition before told them
    redactions: Redactions

    def milestones(self, states: tuple[MilestoneState, ...]) -> tuple[MilestoneView, ...]:
        """Word the milestones in the order of their dates; those without any date come last."""
        if not {"milestones"} <= self.policy.tracker_titles or not self.policy.is_told("milestones"):
            return ()
        told = [state for state in states if self._is_worth_telling(state)]
        keys = frozenset(state.key for state in told)
        return tuple(sorted((self._milestone(state, keys) for state in told), key=_order))

    def _is_worth_telling(self, state: MilestoneState) -> bool:
        is_promised = bool(self._promises(state.key))
        if state.status is MilestoneStatus.CANCELLED:
            return is_promised
        return is_promised or state.due_on is not None or state.actual_on is not None or state.total > 0

    def _milestone(self, state: MilestoneState, told: frozenset[str]) -> MilestoneView:
        promises = self._promises(state.key)
        progress = self._open("progress", state, "done, total")
        return MilestoneView(
            head=Entry(
                id=self.scribe.handle(state.key, field="MilestoneState.key"),
                title=self._title(state),
                state=self._state(state),
            ),
            promised=self._day("promised", state, promises[0] if promises else None, "Agreement"),
            agreed=self._day("agreed", state, state.baseline_on, "MilestoneState.baseline_on"),
            planned=self._day("planned", state, state.due_on, "MilestoneState.due_on"),
            actual=self._day("actual", state, state.actual_on, "MilestoneState.actual_on", is_past=True),
            starts=self._starts(state),
            forecast=self._forecast(state),
            reserve_until=self._reserve(state),
            after=self._after(state, told),
            moves=self._moves(state),
            progress=self.scribe.progress(state.done, state.total, progress) if progress else None,
            remark=self._remark(state),
        )

    def _title(self, state: MilestoneState) -> ClientText | None:
        origin = self._open("title", state, "name")
        if origin is None:
            return None
        name = self.redactions.text(state.name, field=origin.field, record=state.key)
        return self.scribe.written(name, origin)

    def _state(self, state: MilestoneState) -> State | None:
        origin = self._open("state", state, "milestone_class")
        is_cancelled = state.status is MilestoneStatus.CANCELLED
        code = Code.CANCELLED if is_cancelled else _CLASS[state.milestone_class]
        return self.scribe.state(code, origin, word="state.milestones") if origin else None

    def _remark(self, state: MilestoneState) -> ClientText | None:
        """Say how far the date is from the agreed one, where the policy shows both."""
        shown = "actual" if state.actual_on else "planned"
        origin = self._open("agreed", state, "variance_baseline")
        if origin is None or not self._shows(shown) or not state.variance_baseline:
            return None
        if self.scribe.is_rounding:  # the number of days would tell the day that is rounded
            return None
        words = "remark.later" if state.variance_baseline > 0 else "remark.earlier"
        return self.scribe.counted(words, abs(state.variance_baseline), origin)

    def _moves(self, state: MilestoneState) -> tuple[MoveView, ...]:
        origin = self._open("moves", state, "moves")
        if origin is None:
            return ()
        moves = [
            MoveView(
                before=self.scribe.day(before, origin) if before else None,
                after=self.scribe.day(after, origin) if after else None,
            )
            for before, after in self._moves_by_day(state)
        ]
        return tuple(
            move for move in moves if (move.before and move.before.on) != (move.after and move.after.on)
        )

    def _starts(self, state: MilestoneState) -> Day | None:
        """Tell its first day, where that lies before the day it is planned for."""
        first, last = self.starts.get(state.key), state.actual_on or state.due_on
        if first is None or last is None or first >= last:
            return None
        return self._day("planned", state, first, "Milestone.start_on", is_past=True)

    def _forecast(self, state: MilestoneState) -> ForecastView | None:
        if not self._shows("forecast"):
            return None
        handle = self.scribe.handle(state.key, field="MilestoneState.key").value
        today = self.as_of.astimezone(self.zone).date()
        return forecasts.forecast(self.scribe, state, before=self.before.get(handle), today=today)

    def _reserve(self, state: MilestoneState) -> Day | None:
        """Tell the last day of the reserve that was agreed behind the agreed day."""
        if state.baseline_on is None or not state.buffer_days or state.status is not MilestoneStatus.OPEN:
            return None
        last = self.calendar.later(state.baseline_on, state.buffer_days)
        return self._day("reserve", state, last, "MilestoneState.buffer_days")

    def _after(self, state: MilestoneState, told: frozenset[str]) -> tuple[ClientText, ...]:
        """Name the told milestones that it waits for, by their opaque ids."""
        if not self._shows("after"):
            return ()
        waited = [key for key in self.after.get(state.key, ()) if key in told]
        return tuple(self.scribe.handle(key, field="MilestoneState.key") for key in waited)

    def _moves_by_day(self, state: MilestoneState) -> Iterator[tuple[dt.date | None, dt.date | None]]:
        """Yield one move a day: a date that was mistyped and put right the same day did not move.

        Releasing rewrites the date in some trackers; that is no move of the plan.
        """
        for day, group in groupby(state.moves, key=lambda move: move.seen_at.astimezone(self.zone).date()):
            moves = list(group)
            before, after = moves[0].from_on, moves[-1].to_on
            is_release = state.actual_on is not None and after == state.actual_on and day >= state.actual_on
            if before != after and not is_release:
                yield before, after

    def _promises(self, key: str) -> tuple[dt.date, ...]:
        """Return the dates that were agreed or told, oldest promise first."""
        agreed = [(baseline.on_at, baseline.dates.get(key)) for baseline in self.agreement.baselines]
        told = [(at, day) for at, day in self.agreement.told.get(key, ())]
        return tuple(
            day for at, day in sorted([*agreed, *told], key=lambda p: p[0]) if day and at <= self.as_of
        )

    def _day(
        self, switch: str, state: MilestoneState, on: dt.date | None, field: str, *, is_past: bool = False
    ) -> Day | None:
        origin = self._open(switch, state, field)
        return self.scribe.day(on, origin, is_past=is_past) if origin and on else None

    def _shows(self, switch: str) -> bool:
        return self.policy.shows("milestones", switch)

    def _open(self, switch: str, state: MilestoneState, field: str) -> Origin | None:
        if not self._shows(switch):
            return None
        name = field if field[0].isupper() else f"MilestoneState.{field}"
        return Origin(field=name, record=state.key, rule=f"milestones.{switch}")


def _order(view: MilestoneView) -> tuple[dt.date, str, str]:
    day = view.actual or view.planned or view.agreed
    return (day.on if day else _FAR, view.head.title.value if view.head.title else "", view.head.id.value)
