"""Histories of dates for tests: sightings, webhooks, agreements and editions of release R1."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from adapters.protocol import DateHint
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.facts import Agreement, Baseline, ProjectFacts, Telling, told_dates
from connector.analysis.judge import judge
from connector.analysis.slips import Measure
from connector.analysis.state import Basis, Forecast, MilestoneState
from tests.builders import day, facts, issue, milestone, rules, seen, version

R1 = version(1)
ON = dt.date
UTC = WorkingCalendar()
RULES = rules()


def hint(at: float, old: dt.date | None, new: dt.date | None, *, name: str = "R1") -> DateHint:
    """Return what a webhook told of R1."""
    return DateHint(key=R1, name=name, at=day(at), old_on=old, new_on=new)


def history(*dates: tuple[float, dt.date | None], hints: Iterable[DateHint] = ()) -> ProjectFacts:
    """Return a project whose R1 was seen with these dates on these days."""
    sights = [s for at, on in dates for s in seen(at, milestone(1, due_on=on))]
    return facts([issue(1, milestones=(R1,))], sightings=sights, hints=tuple(hints), ruleset=RULES)


def baseline(number: int, at: float, on: dt.date | None, *, buffer_days: int | None = None) -> Baseline:
    """Return a baseline that agrees a day for R1."""
    return Baseline(
        number=number,
        on_at=day(at),
        recorded_at=day(at),
        approved_by="J. Doe",
        note=f"meeting {number}",
        dates={R1: on},
        buffer_days=buffer_days,
    )


def telling(number: int, at: float, on: dt.date, *, audience: str = "client") -> Telling:
    """Return an edition that told a day of R1."""
    return Telling(number=number, audience=audience, at=day(at), told={R1: on}, by="P. Manager")


def agreed(*baselines: Baseline, tellings: tuple[Telling, ...] = (), **overrides: object) -> Agreement:
    """Return an agreement of these baselines and editions."""
    return Agreement(
        baselines=baselines,
        tellings=tellings,
        told=told_dates(tellings),
        **overrides,  # type: ignore[arg-type] # fields of Agreement
    )


def only(base: ProjectFacts, agreement: Agreement, offset: float) -> MilestoneState:
    """Return the one milestone as of a day."""
    (state,) = judge(base, agreement, as_of=day(offset)).milestones
    return state


def measure(agreement: Agreement, offset: float) -> Measure:
    """Return what dates are measured by on a day."""
    return Measure(agreement=agreement, calendar=UTC, as_of=day(offset))


def forecast(p85_on: dt.date, **overrides: object) -> Forecast:
    """Return a forecast whose even chance lies a week before its 85 % date."""
    values = {
        "p50_on": p85_on - dt.timedelta(days=7),
        "p70_on": p85_on - dt.timedelta(days=3),
        "p85_on": p85_on,
        "p95_on": p85_on + dt.timedelta(days=7),
        "basis": Basis(n=8, coverage=0.85, method="planned_date"),
    }
    return Forecast(**(values | overrides))  # type: ignore[arg-type] # fields of Forecast
