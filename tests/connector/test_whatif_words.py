"""What may be said aloud of a date: one day, a range, "not before", with what it rests on."""

from __future__ import annotations

import datetime as dt

import pytest

from connector.analysis.forecast.causes import Cause, Explanation, Part
from connector.analysis.forecast.whatif import Effect
from connector.analysis.record import Record
from connector.analysis.state import Basis, Forecast
from connector.pipeline import forecast_words as words
from connector.pipeline.pricing import Cost

P50, P70, P85, P95 = (dt.date(2026, 12, day) for day in (1, 8, 15, 24))


def said(
    method: str = "learned", *, n: int = 6, coverage: float | None = None, not_before: dt.date | None = None
) -> Forecast:
    """Return a forecast."""
    basis = Basis(n=n, coverage=coverage, method=method)
    days = {"p50_on": P50, "p70_on": P70, "p85_on": P85, "p95_on": P95}
    return Forecast(**days, basis=basis, not_before_on=not_before)  # type: ignore[arg-type]


def lines(forecast: Forecast, record: Record | None = None) -> str:
    """Return what is said, in one text."""
    return "\n".join(words.told(forecast, record))


@pytest.mark.parametrize(("method", "n"), [("planned_date", 4), ("learned", 30), ("pooled", 0)])
def test_without_a_plan_and_five_behind_it_a_range_is_said(method: str, n: int) -> None:
    """Never one day."""
    text = lines(said(method, n=n))
    assert "between 2026-12-01 (as likely later as earlier) and 2026-12-15 (85 %)" in text


def test_with_a_plan_and_five_behind_it_one_day_is_said() -> None:
    """The 85 % day, and no other."""
    text = lines(said("planned_date", n=5))
    assert "by 2026-12-15 (85 %)" in text
    assert "2026-12-01" not in text


def test_far_ahead_only_not_before_is_said() -> None:
    """Whatever the method, no other day stands beside it."""
    text = lines(said("planned_date", not_before=dt.date(2027, 5, 1)))
    assert "not before 2027-05-01" in text
    assert "2026-12" not in text


def test_a_refusal_says_its_reason_alone() -> None:
    """No date, no record, no warning."""
    refused = Forecast(refused="found 2 days with work")
    assert lines(refused, Record(coverage=0.1, n=9)) == "no date: found 2 days with work"
    assert words.warning(refused, Record(coverage=0.1, n=9)) is None


@pytest.mark.parametrize("n", [0, 1, 2])
def test_below_three_it_is_general_experience(n: int) -> None:
    """Said as such, even where a share could be computed."""
    text = lines(said(n=n, coverage=1.0))
    assert "from general experience, not this project" in text
    assert "held in" not in text


def test_how_often_dates_held_is_said_in_cases() -> None:
    """By the last backtest; before the first, by the forecast itself; else it is not measured."""
    assert "held in 17 of 20 cases here" in lines(said(coverage=0.5), Record(coverage=0.85, n=20))
    assert "held in 3 of 6 cases here" in lines(said(coverage=0.5))
    assert "has not been measured: clientview backtest" in lines(said())


@pytest.mark.parametrize(("coverage", "is_warned"), [(0.74, True), (0.75, False), (None, False)])
def test_dates_that_held_too_seldom_carry_a_warning(coverage: float | None, is_warned: bool) -> None:
    """Below three quarters."""
    assert (words.warning(said(coverage=coverage), None) is not None) is is_warned


@pytest.mark.parametrize(
    ("days", "text"),
    [(None, "no date to compare"), (0, "no effect on the date"), (1, "1 day later"), (-3, "3 days earlier")],
)
def test_shifts_are_said_in_days(days: int | None, text: str) -> None:
    """With the right number and direction."""
    assert words.shift(days) == text


def test_every_cause_has_a_sentence() -> None:
    """With days, and with the items behind it where there are any."""
    found = Explanation(
        container="r1",
        since_on=P50,
        until_on=P85,
        parts=tuple(Part(cause=cause, days=2, count_in=4, count_out=1) for cause in Cause),
        plan_until_on=P70,
        passed_days=14,
    )
    told = {part.cause: words.cause_of(part, found) for part in found.parts}
    assert all(text.endswith(": 2 days later") for text in told.values())
    assert "(4 in, 1 out)" in told[Cause.CREEP]
    assert "4 items of it finished in 14 days" in told[Cause.PACE]
    assert "planned day moved from no date to 2026-12-08; 4 moved in, 1 moved out" in told[Cause.REPLANNING]


def test_an_effect_is_a_range_where_capacity_is_asked() -> None:
    """Half of it, and all of it; else one number."""
    now, sooner, soonest = said(), said(), Forecast(p50_on=P50, p70_on=P50, p85_on=P50, p95_on=P50)
    ranged = words.effect(Effect(container="r1", before=now, after=soonest, least=sooner))
    assert "between no effect on the date (half of it comes) and 14 days earlier (all of it)" in ranged
    plain = words.effect(Effect(container="r1", before=now, after=soonest, least=soonest))
    assert plain.startswith("14 days earlier; 85 % date 2026-12-15 -> 2026-12-01")


def test_a_price_is_days_or_the_reason_why_there_is_none() -> None:
    """Never a guess."""
    assert words.cost(Cost(items=1, days=3)) == (
        "1 item came in without a decision: without, the 85 % date would be 3 days earlier"
    )
    assert words.cost(Cost(items=2, days=None, refused="no pace")).endswith("cannot be said: no pace")


def test_without_a_pace_no_effect_is_claimed() -> None:
    """To say that there is no effect would be a claim; nobody knows."""
    now = said()
    text = words.effect(Effect(container="r1", before=now, after=now, least=now, has_pace=False))
    assert text == "what it would do cannot be said: no item was finished in the last ten weeks"


def test_an_effect_too_far_ahead_has_no_day() -> None:
    """Beyond the horizon a shift may be told, a date not."""
    far = said(not_before=dt.date(2027, 5, 1))
    text = words.effect(Effect(container="r1", before=far, after=far, least=far))
    assert text == "no effect on the date; too far ahead for a day"
