"""A forecast that a client reads is a range with what it rests on, and is told while it holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from adapters.records import MilestoneStatus
from connector.analysis.state import Basis, Forecast, MilestoneClass, MilestoneState
from connector.disclosure.policy import shipped
from connector.disclosure.view import ChangeKind, ClientView, ForecastView
from tests.connector import disclosure_ahead as ahead
from tests.connector.disclosure_ahead import GENERAL, OWN, forecast
from tests.connector.disclosure_sample import NOW, day

NAME = ahead.CHECKOUT.name


def seen(found: Forecast, **more: object) -> ClientView:
    """Project the sample with this forecast of one milestone."""
    milestone = replace(ahead.CHECKOUT, forecast=found)
    return ahead.view(ahead.state_with(milestone), **more)


def told(found: Forecast, **more: object) -> ForecastView | None:
    """Return what a client reads of this forecast."""
    return ahead.milestone(seen(found, **more), NAME).forecast


def words(found: Forecast, **more: object) -> tuple[str, str]:
    """Return sentence and basis of what a client reads."""
    view = told(found, **more)
    assert view is not None
    return str(view.sentence), str(view.basis or "")


def test_a_forecast_is_a_range_with_its_basis() -> None:
    """The 50 % and the 85 % day are told, and how many such dates held here."""
    assert words(forecast("2026-12-14", "2027-01-08")) == (
        "Likely between 14 December 2026 and 8 January 2027.",
        "Such dates held in 17 of 20 cases here.",
    )


def test_one_day_is_no_range() -> None:
    """Where both days are the same, one is told."""
    assert words(forecast("2026-12-14", "2026-12-14"))[0] == "Likely by 14 December 2026."


@pytest.mark.parametrize("basis", [GENERAL, Basis(n=5, coverage=1.0), Basis(n=30, coverage=None)])
def test_general_experience_is_named_as_such(basis: Basis) -> None:
    """With fewer than five cases of the project, or none looked back at, no count of it is claimed."""
    said = words(forecast("2026-12-14", "2027-01-08", basis))
    assert said[1] == "From general experience, not this project."


@settings(max_examples=20)
@examples(st.integers(min_value=6, max_value=60), st.data())
def test_the_count_is_never_kinder_than_what_was_seen(n: int, data: st.DataObject) -> None:
    """Of the n milestones all but the first are cases; the share times them is rounded down."""
    held = data.draw(st.integers(min_value=0, max_value=n - 1))
    basis = Basis(n=n, coverage=held / (n - 1))
    said = words(forecast("2026-12-14", "2027-01-08", basis))[1]
    assert said == f"Such dates held in {held} of {n - 1} cases here."


def test_no_percentage_is_told() -> None:
    """A likelihood of the forecast is told nowhere in the view."""
    view = seen(forecast("2026-12-14", "2027-01-08", likelihood=0.42))
    shown = ahead.milestone(view, NAME).forecast
    assert shown is not None
    assert "%" not in f"{shown.sentence} {shown.basis}"
    assert "42" not in f"{shown.sentence} {shown.basis}"


def test_beyond_the_horizon_only_the_first_day_is_told() -> None:
    """Far ahead a client reads what it will not be before, and no range."""
    view = told(forecast("2027-09-01", "2028-03-01", not_before_on=day("2027-05-03")))
    assert view is not None
    assert str(view.sentence) == "Not before 3 May 2027; further ahead nothing can be said yet."
    assert view.early is None
    assert view.late is None


def test_what_the_planned_day_says_already_is_not_said_again() -> None:
    """A first day that is no later than the planned day is left out."""
    assert told(forecast("2027-09-01", "2028-03-01", not_before_on=ahead.CHECKOUT.due_on)) is None


def test_a_day_that_is_decided_is_not_estimated() -> None:
    """Where no work is left or under way, the page says that the date is a decision."""
    view = told(forecast("2026-12-14", "2027-01-08", decision_date=True))
    assert view is not None
    assert "decision" in str(view.sentence)
    assert view.early is None


def test_a_refusal_is_said_plainly() -> None:
    """The reason of a refusal, which counts internal things, is not told; that nothing can be said is."""
    view = told(Forecast(refused="found 3 days with work in the project, expected at least 5"))
    assert view is not None
    assert str(view.sentence) == "Too little has happened yet to say when this is likely."


@pytest.mark.parametrize(
    "over",
    [
        {"status": MilestoneStatus.DONE, "actual_on": day("2026-11-20")},
        {"status": MilestoneStatus.CANCELLED},
    ],
)
def test_what_is_over_is_not_forecast(over: dict[str, object]) -> None:
    """A milestone that was reached or called off has no forecast."""
    made: MilestoneState = replace(
        ahead.CHECKOUT,
        forecast=forecast("2026-12-14", "2027-01-08"),
        **over,  # type: ignore[arg-type]  # fields of the state, by name
    )
    assert ahead.milestone(ahead.view(ahead.state_with(made)), NAME).forecast is None


def test_the_switch_closes_it() -> None:
    """Without `milestones.forecast` no value of a forecast is disclosed."""
    closed = ahead.with_switches(shipped("client-detailed"), "milestones", "title", "planned")
    assert told(forecast("2026-12-14", "2027-01-08"), policy=closed) is None


def test_class_and_verdict_do_not_hang_on_it() -> None:
    """Forecasts far behind the plan leave the state of the milestone and of the project as they are."""
    near, far = forecast("2026-12-11", "2026-12-12"), forecast("2027-06-01", "2027-09-01")
    one, other = seen(near), seen(far)
    assert one.verdict == other.verdict
    states = [ahead.milestone(view, NAME).head.state for view in (one, other)]
    assert states[0] == states[1]
    assert ahead.CHECKOUT.milestone_class is MilestoneClass.SLIPPING


def test_an_agreed_day_before_the_range_stays_beside_it() -> None:
    """The range stands beside the agreed day, whatever that is."""
    shown = ahead.milestone(seen(forecast("2026-12-14", "2027-01-08")), NAME)
    assert shown.agreed is not None
    assert shown.forecast is not None
    assert shown.forecast.early is not None
    assert shown.agreed.on < shown.forecast.early.on


# ------------------------------------------------------------------------- over successive editions


@settings(max_examples=20)
@examples(st.integers(min_value=-7, max_value=7), st.integers(min_value=-7, max_value=7))
def test_a_range_that_wavers_is_told_as_before(early: int, late: int) -> None:
    """While both ends move by no more than a week, the next edition tells the same range and no change."""
    first = forecast("2026-12-14", "2027-01-18")
    moved = replace(
        first,
        p50_on=day("2026-12-14") + dt.timedelta(days=early),
        p85_on=day("2027-01-18") + dt.timedelta(days=late),
    )
    before = seen(first)
    view = seen(moved, previous=before)
    one, other = (ahead.milestone(each, NAME).forecast for each in (before, view))
    assert one is not None
    assert other is not None
    assert (one.early, one.late, one.sentence) == (other.early, other.late, other.sentence)
    assert view.changes.entries == ()
    assert view.edition.fingerprint == before.edition.fingerprint


def test_a_range_that_moved_is_a_change() -> None:
    """By more than a week at one end: both ranges stand in the sentence."""
    before = seen(forecast("2026-12-14", "2027-01-08"))
    (entry,) = seen(forecast("2026-12-14", "2027-01-16"), previous=before).changes.entries
    assert entry.kind is ChangeKind.DATE
    now, then = "14 December 2026 – 16 January 2027", "14 December 2026 – 8 January 2027"
    assert str(entry.sentence) == f"The likely date of “{NAME}” is now {now}; before, it was {then}."


def test_a_range_is_told_anew_when_the_planned_day_moves() -> None:
    """Beside another planned day an old range would be read as a new one."""
    before = seen(forecast("2026-12-14", "2027-01-08"))
    moved = replace(ahead.CHECKOUT, due_on=day("2026-12-14"), forecast=forecast("2026-12-17", "2027-01-11"))
    view = ahead.milestone(ahead.view(ahead.state_with(moved), previous=before), NAME).forecast
    assert view is not None
    assert str(view.sentence) == "Likely between 17 December 2026 and 11 January 2027."


def test_a_range_that_is_past_is_told_anew() -> None:
    """A range whose last day has passed is never repeated."""
    early = forecast("2026-11-18", "2026-11-22")
    before = seen(early, published_at=NOW - dt.timedelta(days=7))
    view = told(forecast("2026-11-24", "2026-11-28"), previous=before)
    assert view is not None
    assert view.late is not None
    assert view.late.on == day("2026-11-28")


def test_a_new_forecast_is_no_change() -> None:
    """That a forecast is told for the first time, or no longer, is no move of a date."""
    before = seen(Forecast(refused="too early"))
    assert seen(forecast("2026-12-14", "2027-01-08"), previous=before).changes.entries == ()


def test_from_a_first_day_to_a_range_is_a_change() -> None:
    """As the horizon comes nearer, the range replaces what was only "not before"."""
    before = seen(forecast("2027-09-01", "2028-03-01", not_before_on=day("2027-05-03")))
    view = seen(forecast("2027-04-01", "2027-06-01", OWN), previous=before)
    said = [(str(entry.before), str(entry.after)) for entry in view.changes.entries]
    assert said == [("not before 3 May 2027", "1 April 2027 – 1 June 2027")]
