"""The small mathematics behind forecasts: quantiles with weights, and least squares that lean on a prior."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.analysis.forecast.ridge import Moments
from connector.analysis.forecast.spread import Spread

WEIGHTED = st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 5)), min_size=1, max_size=20)


def test_a_quantile_is_the_least_value_with_that_share() -> None:
    """Half of the weight lies at or below the 50 % value."""
    spread = Spread.of([(1.0, 1.0), (2.0, 1.0), (3.0, 2.0)])
    assert [spread.quantile(share) for share in (0.25, 0.5, 0.51, 1.0)] == [1.0, 2.0, 3.0, 3.0]
    assert spread.share_upto(2.5) == 0.5
    assert spread.above(1.5).quantile(0.3) == 2.0


def test_what_was_passed_weighs_above_it() -> None:
    """A value that was passed and not seen to its end gives its weight to those above it."""
    observed = [(float(value), 1.0) for value in (1, 2, 3, 4)]
    spread = Spread.of(observed, exceeded=[(2.5, 1.0)])
    assert spread.share_upto(2.0) == pytest.approx(0.4)
    assert spread.share_upto(3.0) == pytest.approx(0.7)
    assert spread.share_upto(4.0) == pytest.approx(1.0)


def test_what_passed_everything_weighs_at_the_highest() -> None:
    """Above the highest value nothing is known: the weight goes there."""
    spread = Spread.of([(1.0, 1.0), (2.0, 1.0)], exceeded=[(9.0, 2.0)])
    assert spread.share_upto(1.0) == pytest.approx(0.25)


@given(WEIGHTED, WEIGHTED)
def test_passed_values_never_lower_a_quantile(
    observed: list[tuple[float, float]], passed: list[tuple[float, float]]
) -> None:
    """Whatever still runs, no quantile falls for it."""
    plain, longer = Spread.of(observed), Spread.of(observed, exceeded=passed)
    assert all(longer.quantile(share) >= plain.quantile(share) for share in (0.1, 0.5, 0.85, 0.95))


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_least_squares_find_a_line(constant: float, slope: float) -> None:
    """Without penalty the coefficients of a line are found again."""
    rows = [(1.0, float(value)) for value in range(6)]
    moments = Moments.of(rows, [constant + slope * value for _, value in rows])
    assert moments.coefficients(penalty=0.0) == pytest.approx((constant, slope), abs=1e-6)


def test_a_coefficient_against_common_sense_is_left_out() -> None:
    """One that may not be below zero and would be becomes zero, and the others are found without it."""
    rows = [(1.0, float(value)) for value in range(6)]
    moments = Moments.of(rows, [10.0 - value for _, value in rows])
    assert moments.coefficients(penalty=0.0, never_below_zero={1}) == pytest.approx((7.5, 0.0))


def test_many_rows_weigh_no_more_than_few() -> None:
    """Moments are means, so that a long-lived milestone counts once."""
    few = Moments.of([(1.0, 2.0)], [3.0])
    many = Moments.of([(1.0, 2.0)] * 9, [3.0] * 9)
    assert many.gram == few.gram
    assert many.cross == few.cross
