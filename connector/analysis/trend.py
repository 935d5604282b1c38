"""Where dates are going: trend, volatility, fever position of the buffer, execution index. Pure.

The trend chart has the day of the report on x and the milestone's day on y; the diagonal is today. A
level line is a date that stands, a rising one a delay, a zigzag a date nobody can rely on. The slope
is the median of the slopes of all pairs of reports (Theil and Sen), which one odd report does not turn.

Source:
    Milestone trend analysis, with the extrapolated finish x = (y0 - s x0) / (1 - s); fever chart of
    critical chain project management, with the lines 2/3 x and 1/3 + 2/3 x; baseline execution index
    of the DCMA schedule assessment, here of milestones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import combinations, groupby, pairwise
from statistics import median

from adapters.records import MilestoneStatus
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Baseline
from connector.analysis.state import (
    ExecutionIndex,
    Fever,
    FeverZone,
    MilestoneState,
    Move,
    Promise,
    PromiseKind,
    Trend,
)

REPORT_STEP_DAYS = 7  # a report a week, as of its day's end
REPORTS = 12  # a quarter: older re-planning says little of where the date is going
LEAST_REPORTS = 3
SAFE_SHARE = 2 / 3  # of the buffer per share of work done: up to here it is green
RED_OFFSET = 1 / 3  # this much of the buffer above the green line begins red
_TRACKED = frozenset({PromiseKind.SEEN, PromiseKind.WEBHOOK})

Report = tuple[dt.date, dt.date]
"""Day of the report, and the milestone's day as known at its end."""


def reports(
    promises: Iterable[Promise], *, until: dt.date, calendar: WorkingCalendar, most: int | None = REPORTS
) -> tuple[Report, ...]:
    """Return the tracker's date of a milestone week by week, oldest first, the last as of `until`.

    Args:
        promises: Its ledger; only what the tracker showed or told counts.
        until: Day of the last report.
        calendar: For the zone.
        most: How many reports at most; None: back to the first date.
    """
    steps = [(calendar.local_day(p.at), p.day) for p in promises if p.kind in _TRACKED]
    found: list[Report] = []
    on = until
    while steps and (most is None or len(found) < most):
        while steps and steps[-1][0] > on:
            steps.pop()
        day = steps[-1][1] if steps else None
        if day is not None:
            found.append((on, day))
        on -= dt.timedelta(days=REPORT_STEP_DAYS)
    return tuple(reversed(found))


def slope(points: Sequence[Report]) -> float | None:
    """Return the days that the date moves per day of report; None for fewer than three reports."""
    if len(points) < LEAST_REPORTS:
        return None
    pairs = combinations(points, 2)
    return median((b[1] - a[1]).days / (b[0] - a[0]).days for a, b in pairs if a[0] != b[0])


def extrapolated_on(last: Report, slope: float) -> dt.date | None:
    """Return where date and day of report meet if the trend goes on; None where they never do.

    They do not where a day or more is lost per day, nor once the date is past.
    """
    ahead = (last[1] - last[0]).days
    if slope >= 1 or ahead < 0:
        return None
    days = round(ahead / (1 - slope))
    return last[0] + dt.timedelta(days=days) if days < (dt.date.max - last[0]).days else None


def daily(moves: Iterable[Move], calendar: WorkingCalendar) -> tuple[tuple[dt.date, int], ...]:
    """Return the moves from one day to another as (day it was seen, working days), one a day at most.

    What was moved to and fro on one day was mistyped, and did not move.
    """
    found = []
    for seen_on, group in groupby(moves, key=lambda move: calendar.local_day(move.seen_at)):
        together = list(group)
        before, after = together[0].from_on, together[-1].to_on
        if before is not None and after is not None and (days := calendar.working_days(before, after)):
            found.append((seen_on, days))
    return tuple(found)


def turns(steps: Sequence[tuple[dt.date, int]]) -> tuple[dt.date, ...]:
    """Return the days on which a date was moved in the other direction than the time before."""
    return tuple(after[0] for before, after in pairwise(steps) if before[1] * after[1] < 0)


def trend(moves: Iterable[Move], points: Sequence[Report], calendar: WorkingCalendar) -> Trend:
    """Sum up how a milestone's date moves.

    Args:
        moves: Of its date, oldest first.
        points: Its reports, oldest first; none for a milestone that is over.
        calendar: The project's working days.
    """
    steps = daily(moves, calendar)
    rate = slope(points)
    net, total = sum(days for _, days in steps), sum(abs(days) for _, days in steps)
    return Trend(
        slope=rate,
        extrapolated_on=None if rate is None else extrapolated_on(points[-1], rate),
        moves=len(steps),
        turns=len(turns(steps)),
        net_days=net,
        total_days=total,
        volatility=total / max(1, abs(net)) if steps else None,
    )


def red_line(done_ratio: float) -> float:
    """Return the share of the buffer above which the fever chart is red."""
    return RED_OFFSET + SAFE_SHARE * done_ratio


def fever(done: int, total: int, used_days: int, buffer_days: int) -> Fever | None:
    """Return the position in the fever chart; None without work or without a buffer.

    Args:
        done: Items done of the chain: of the milestones agreed, up to the one behind the buffer.
        total: Items of the chain.
        used_days: Working days that the date lies beyond what was agreed; 0 or more.
        buffer_days: Working days of buffer that were agreed.
    """
    if total <= 0 or buffer_days <= 0:
        return None
    done_ratio, used_ratio = done / total, used_days / buffer_days
    zone = FeverZone.AMBER
    if used_ratio <= SAFE_SHARE * done_ratio:
        zone = FeverZone.GREEN
    elif used_ratio > red_line(done_ratio):
        zone = FeverZone.RED
    return Fever(done_ratio=done_ratio, used_ratio=used_ratio, zone=zone)


def execution_index(
    milestones: Iterable[MilestoneState], baseline: Baseline | None, *, today: dt.date, agreed_on: dt.date
) -> ExecutionIndex:
    """Return how many of the milestones whose agreed day is over were done by it.

    What was done before the agreement is no merit of it, and left out; one that was given up counts as
    due and not kept, and so does one of which nobody knows the day it was done.

    Args:
        milestones: As they stand.
        baseline: In force.
        today: The day of the report.
        agreed_on: The day of the baseline.
    """
    dates = baseline.dates if baseline else {}
    due = [
        (state, day)
        for state in milestones
        if (day := dates.get(state.key)) is not None
        and day < today
        and not (state.actual_on is not None and state.actual_on < agreed_on)
    ]
    return ExecutionIndex(
        due=len(due),
        kept=sum(state.actual_on is not None and state.actual_on <= day for state, day in due),
        done=sum(state.status is MilestoneStatus.DONE for state, _ in due),
    )
