"""Alerts as they would have been: the rules run over a project's past, before anybody is disturbed. Pure.

A look is the project judged as of a past day. Between two looks nothing is seen, as between two syncs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.records import MilestoneStatus
from connector.alerts.decide import Manner, Notice, Transition, decide
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.state import MilestoneState, ProjectState
from connector.analysis.walk import ITEMS
from connector.store.alerts import AlertState

NOT_REPLAYED: Final = frozenset(
    {
        "sync_failed",
        "guard_tripped",
        "sync_stale",
        "token_ending",
        "channel_failed",
        "edition_overdue",
        "unmapped",
        "data_quality",
    }
)
"""Rules about our own running: the past is judged as if every sync had worked."""
EARLY: Final = frozenset({"slipping", "silently_at_risk", "buffer", "volatile", "scope_creep"})
"""Rules that may warn of a date before it is missed."""
CANDIDATES: Final[Mapping[str, tuple[float, ...]]] = {
    "scope_creep": (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5),  # of what was agreed
    "slipping": (0, 1, 3, 5, 10, 15, 20, 30),  # working days
}
BEARABLE_PER_WEEK: Final = 0.25  # begun alerts of one rule: one in four weeks
_OFF: Final = 0.8  # of a threshold: a breach is over at or below it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """An alert that would have been told."""

    at: dt.datetime
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A milestone that did not keep its agreed or first known day, and when it was first warned of."""

    milestone: str
    name: str
    planned_on: dt.date
    warned_on: dt.date | None
    lead_days: int | None  # from the warning to the planned day; negative: after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How often a rule would have begun to tell with a threshold, and whether that is proposed."""

    rule: str
    threshold: float
    begun: int
    is_proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What would have been told from the first look to the last."""

    first_at: dt.datetime
    last_at: dt.datetime
    looks: int
    fired: tuple[Fired, ...]
    missed: tuple[Missed, ...]
    choices: tuple[Choice, ...]

    @property
    def weeks(self) -> float:
        """Weeks from the first look to the last, one at least."""
        return max((self.last_at - self.first_at) / dt.timedelta(weeks=1), 1.0)

    @property
    def per_week(self) -> float:
        """Notices told a week; those for information alone are not counted."""
        return sum(not one.notice.is_quiet for one in self.fired) / self.weeks


def rehearse(states: Iterable[ProjectState], manner: Manner, calendar: WorkingCalendar) -> Rehearsal | None:
    """Run alerts over a past.

    Args:
        states: The project as it was judged, oldest first.
        manner: How the project wants to be told; silences are those of the present and do not count.
        calendar: For the zone.

    Returns:
        What would have been told; None without any look.
    """
    known: dict[tuple[str, str], AlertState] = {}
    fired: list[Fired] = []
    seen: list[ProjectState] = []
    for state in states:
        found = [one for one in state.deviations if one.rule not in NOT_REPLAYED]
        decision = decide(
            found,
            known.values(),
            now=state.as_of,
            is_first=not seen,
            wavering=frozenset(state.wavering),
            manner=Manner(looks=manner.looks, holds=manner.holds),
        )
        known |= {(one.rule, one.object): one for one in decision.states}
        fired += [Fired(at=state.as_of, notice=notice) for notice in decision.notices]
        seen.append(state)
    if not seen:
        return None
    weeks = max((seen[-1].as_of - seen[0].as_of) / dt.timedelta(weeks=1), 1.0)
    return Rehearsal(
        first_at=seen[0].as_of,
        last_at=seen[-1].as_of,
        looks=len(seen),
        fired=tuple(fired),
        missed=tuple(_missed(seen, fired, calendar)),
        choices=tuple(one for rule in CANDIDATES for one in _choices(rule, seen, weeks)),
    )


def _missed(
    states: Sequence[ProjectState], fired: Sequence[Fired], calendar: WorkingCalendar
) -> Iterable[Missed]:
    """Compare the days that were not kept with the first warning of each, in the order of the days."""
    warned: dict[str, dt.date] = {}
    for one in fired:
        alert = one.notice.alert
        if alert.rule in EARLY and one.notice.transition is not Transition.RESOLVED:
            warned.setdefault(alert.object, calendar.local_day(one.at))
    last = states[-1]
    late = [(planned, m) for m in last.milestones if (planned := _broken(m, calendar.local_day(last.as_of)))]
    for planned, milestone in sorted(late, key=lambda pair: (pair[0], pair[1].key)):
        on = warned.get(milestone.key)
        yield Missed(
            milestone=milestone.key,
            name=milestone.name,
            planned_on=planned,
            warned_on=on,
            lead_days=None if on is None else (planned - on).days,
        )


def _broken(milestone: MilestoneState, today: dt.date) -> dt.date | None:
    """Return the agreed, else first known day of a milestone that did not keep it."""
    planned = milestone.baseline_on or milestone.first_promised_on
    if planned is None or milestone.status is MilestoneStatus.CANCELLED:
        return None
    return planned if (milestone.actual_on or today) > planned else None


def _choices(rule: str, states: Sequence[ProjectState], weeks: float) -> Iterable[Choice]:
    """Count begun alerts by threshold; the lowest bearable one is proposed."""
    courses = _courses(rule, states)
    counts = {one: sum(_begun(course, one) for course in courses.values()) for one in CANDIDATES[rule]}
    if not any(counts.values()):
        return
    bearable = [one for one, begun in counts.items() if begun / weeks <= BEARABLE_PER_WEEK]
    for threshold, begun in counts.items():
        yield Choice(
            rule=rule, threshold=threshold, begun=begun, is_proposed=threshold == min(bearable, default=None)
        )


def _courses(rule: str, states: Sequence[ProjectState]) -> dict[str, list[float]]:
    """Return the values a rule judges, look by look, of each container or milestone that was open."""
    found: dict[str, list[float]] = {}
    for state in states:
        values = _ratios(state) if rule == "scope_creep" else _slips(state)
        for key, value in values.items():
            found.setdefault(key, []).append(value)
    return found


def _ratios(state: ProjectState) -> Mapping[str, float]:
    rows = (row for row in state.scope if row.unit == ITEMS and row.creep_ratio is not None)
    over = {m.key for m in state.milestones if m.status is not MilestoneStatus.OPEN}
    return {row.container: row.creep_ratio or 0.0 for row in rows if row.container not in over}


def _slips(state: ProjectState) -> Mapping[str, float]:
    still = (m for m in state.milestones if m.status is MilestoneStatus.OPEN)
    days = {m.key: m.variance_first if m.variance_baseline is None else m.variance_baseline for m in still}
    return {key: float(value) for key, value in days.items() if value is not None}


def _begun(course: Sequence[float], threshold: float) -> int:
    """Count how often a value passed a threshold, having been calm before."""
    begun, is_on = 0, False
    for value in course:
        if not is_on and value > threshold:
            begun, is_on = begun + 1, True
        elif is_on and value <= _OFF * threshold:
            is_on = False
    return begun
