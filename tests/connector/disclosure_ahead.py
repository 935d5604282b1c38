"""The fictional project of the disclosure tests with all that lies ahead: forecasts, curves, proof."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from connector.analysis.burnup import BurnUp, Point
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.charts import TrendLine
from connector.analysis.state import PROJECT, Basis, Forecast, MilestoneState, ProjectState
from connector.disclosure.policy import Policy, shipped
from connector.disclosure.projector import ProjectionInput, project_for_client
from connector.disclosure.view import ClientView, MilestoneView
from tests.connector import disclosure_sample as sample
from tests.connector.disclosure_sample import day

OWN = Basis(n=21, coverage=0.85, method="planned_date")
GENERAL = Basis(n=2, coverage=None, method="pooled")
CHECKOUT, LAUNCH = sample.MILESTONES[2], sample.MILESTONES[3]


def forecast(early: str, late: str, basis: Basis = OWN, **more: object) -> Forecast:
    """Make a forecast between two days."""
    return replace(
        Forecast(p50_on=day(early), p70_on=day(early), p85_on=day(late), p95_on=day(late), basis=basis),
        **more,  # type: ignore[arg-type]  # fields of the forecast, by name
    )


def weeks(key: str, *days: str) -> TrendLine:
    """Make the line of a milestone that had these days, a week each, until now."""
    ends = [sample.NOW.date() - dt.timedelta(weeks=len(days) - 1 - place) for place in range(len(days))]
    return TrendLine(
        key=key,
        name="as the tracker has it",
        points=tuple((on, day(text)) for on, text in zip(ends, days, strict=True)),
        promised=((day("2026-06-15"), day(days[0])),),
    )


def burn_up(*totals: float, agreed: float | None = 38) -> BurnUp:
    """Make scope over time with these totals, a week each, until now."""
    points = [
        Point(
            at=sample.NOW - dt.timedelta(weeks=len(totals) - 1 - place),
            agreed=agreed,
            approved=agreed,
            actual=total,
            done=place,
        )
        for place, total in enumerate(totals)
    ]
    return BurnUp(container=PROJECT, unit="items", points=tuple(points))


def state_with(milestone: MilestoneState) -> ProjectState:
    """Return the state of the sample with one milestone replaced by another of the same key."""
    milestones = tuple(milestone if each.key == milestone.key else each for each in sample.STATE.milestones)
    return replace(sample.STATE, milestones=milestones)


FORESEEN = replace(
    sample.STATE,
    milestones=(
        *sample.MILESTONES[:2],
        replace(CHECKOUT, forecast=forecast("2026-12-14", "2027-01-08")),
        replace(LAUNCH, forecast=forecast("2027-02-01", "2027-02-26", GENERAL)),
        sample.MILESTONES[4],
    ),
)


def given(state: ProjectState = FORESEEN, **more: object) -> ProjectionInput:
    """Make the input of a projection in which everything is configured and open."""
    return replace(
        sample.given(state),
        **{  # type: ignore[arg-type]  # fields of the input, by name
            "policy": shipped("client-detailed"),
            "audience": "client",
            "review_on": day("2026-12-03"),
            "next_edition_on": day("2026-11-30"),
            "note": "The **voucher** rules are settled.\n\nThank you for the quick answer.",
            "contact_name": "Ada Rieger",
            "contact_email": "ada@northwind.example",
            "proof_key": "1f2e 3d4c",
            "proof_url": "https://status.example.com/clientview-key.pem",
            "page_url": "https://status.example.com/kite/client/",
            "archive_url": "https://status.example.com/kite/client/editions/",
            "waiting_calendar": WorkingCalendar(timezone="Europe/Berlin", code="DE-BE"),
            "starts": {CHECKOUT.key: day("2026-10-05")},
            "after": {LAUNCH.key: (CHECKOUT.key,)},
            "trend": (
                weeks(CHECKOUT.key, "2026-11-27", "2026-11-27", "2026-12-04", "2026-12-11"),
                weeks(LAUNCH.key, "2027-01-29", "2027-01-29"),
            ),
            "burn_up": burn_up(38, 41, 44, 46),
            **more,
        },
    )


def view(state: ProjectState = FORESEEN, **more: object) -> ClientView:
    """Project the sample with all that lies ahead."""
    return project_for_client(given(state, **more)).view


def milestone(shown: ClientView, title: str) -> MilestoneView:
    """Find a milestone by its title."""
    return next(each for each in shown.milestones if str(each.head.title) == title)


def with_switches(policy: Policy, concept: str, *names: str) -> Policy:
    """Return a policy that opens these fields of a concept, and no other of it."""
    return replace(policy, show={**policy.show, concept: frozenset(names)})
