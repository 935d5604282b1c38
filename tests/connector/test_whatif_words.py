"""What may be said aloud of a date: one day, a range, "not before", with what it rests on."""

from __future__ import annotations

import datetime as dt

import pytest

from connector.analysis.delivery import Calls, Delivery
from connector.analysis.forecast.causes import Cause, Explanation, Part
from connector.analysis.forecast.track import Kind
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
    assert "held" not in text


def test_how_often_dates_held_is_counted_over_milestones() -> None:
    """By the last backtest, whatever share of all dates held; before the first nothing is claimed."""
    record = Record(coverage=0.6, held=17, n=20)
    assert "such dates, given half way, held for 17 of 20" in lines(said(coverage=0.5), record)
    assert "has not been counted: clientview backtest" in lines(said(coverage=0.5))


@pytest.mark.parametrize(("n", "is_told"), [(4, False), (5, True)])
def test_below_five_compared_no_count_is_told(n: int, is_told: bool) -> None:
    """Four of four says nothing of a project: that, too, is general experience."""
    text = lines(said(), Record(held=n, n=n))
    assert (f"held for {n} of {n}" in text) is is_told
    assert ("from general experience, not this project" in text) is not is_told


def test_backtests_count_milestones_alone() -> None:
    """Of a sprint's date nothing is claimed from the milestones' record."""
    (*_, last) = words.told(said(), Record(held=5, n=5), Kind.ITERATION)
    assert last == (
        "rests on 6 finished sprints here; how often such dates hold is counted of milestones alone"
    )


@pytest.mark.parametrize(
    ("held", "n", "is_warned"), [(3, 4, False), (3, 5, True), (6, 8, False), (5, 8, True)]
)
def test_dates_that_held_too_seldom_carry_a_warning(held: int, n: int, is_warned: bool) -> None:
    """Below three quarters of what was compared, where enough was."""
    record = Record(held=held, n=n, coverage=0.9)
    assert (words.warning(said(coverage=0.9), record) is not None) is is_warned
    assert (record.is_doubtful) is is_warned


@pytest.mark.parametrize(("coverage", "is_warned"), [(0.74, True), (0.75, False), (None, False)])
def test_before_a_backtest_the_look_back_warns(coverage: float | None, is_warned: bool) -> None:
    """Below three quarters, where the project's own past is behind it at all."""
    assert (words.warning(said(coverage=coverage), None) is not None) is is_warned
    assert words.warning(said(n=2, coverage=coverage), None) is None


def delivery(likely: float | None = 0.72, **more: object) -> Delivery:
    """Return what is said of a sprint."""
    return Delivery(less_than_committed=likely, n=12, fell_short=8, **more)  # type: ignore[arg-type]


def test_a_sprint_s_delivery_is_said_with_what_it_rests_on() -> None:
    """Likelihood, how closed sprints went, how often such judgements were right; or why nothing is said."""
    calls = Calls(n=9, right=7, error=0.18, rate_error=0.2)
    assert list(words.delivery(delivery(calls=calls))) == [
        "likelihood that it delivers less than committed: 72 %",
        "8 of 12 closed sprints here did; judged as early, 7 of 9 were judged right",
    ]
    assert list(words.delivery(delivery(None, refused="nothing was committed at its start"))) == [
        "whether it delivers less than committed cannot be said: nothing was committed at its start"
    ]


def test_below_five_judged_sprints_it_is_general_experience() -> None:
    """Four right of four says nothing of a team."""
    text = words.delivery_basis(delivery(calls=Calls(n=4, right=4, error=0.1, rate_error=0.3)))
    assert text.endswith("right is from general experience, not this project")


@pytest.mark.parametrize(("error", "is_warned"), [(0.205, False), (0.206, True)])
def test_a_judgement_worth_no_more_than_the_share_says_so(error: float, is_warned: bool) -> None:
    """Judged by its errors in the project's own past."""
    told = list(words.delivery(delivery(calls=Calls(n=9, right=5, error=error, rate_error=0.2))))
    assert (told[-1] == "warning: here such judgements were no better than that share alone") is is_warned


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
