"""What holds of every forecast, whatever the project did."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from connector.analysis.forecast.chronicle import Chronicle, Stay
from connector.analysis.forecast.forecast import MOST_LIKELY, forecast
from connector.analysis.state import Forecast
from tests.connector.chronicles import cut, day, projects

DAYS = st.integers(20, 320)


def dates(one: Forecast) -> list[dt.date]:
    """Return the four days of a forecast that was made."""
    found = [one.p50_on, one.p70_on, one.p85_on, one.p95_on]
    return [each for each in found if each is not None]


@given(projects(), DAYS)
def test_later_events_change_no_earlier_forecast(whole: Chronicle, on: int) -> None:
    """What happens after an instant changes nothing of what is forecast as of it."""
    assert forecast(whole, as_of=day(on)) == forecast(cut(whole, day(on)), as_of=day(on))


@given(projects(), DAYS, st.integers(0, 500))
def test_quantiles_rise_from_today(whole: Chronicle, on: int, agreed: int) -> None:
    """The four days rise, none lies before the forecast, and nothing is surer than 95 %."""
    promised = dict.fromkeys(whole.tracks, day(agreed).date())
    for one in forecast(whole, as_of=day(on), agreed_on=promised).values():
        if one.refused is None:
            assert day(on).date() <= dates(one)[0]
            assert dates(one) == sorted(dates(one))
            assert len(dates(one)) == 4
            assert one.likelihood is not None
            assert 0 <= one.likelihood <= MOST_LIKELY
        else:
            assert dates(one) == []


@given(projects(), DAYS, st.integers(1, 60), st.data())
def test_more_open_work_brings_no_date_forward(
    whole: Chronicle, on: int, more: int, data: st.DataObject
) -> None:
    """With more open items in a container, and all else equal, none of its days comes earlier."""
    begun = [key for key, one in sorted(whole.tracks.items()) if one.stays[0].entered_at <= day(on)]
    if not begun:
        return
    key = data.draw(st.sampled_from(begun))
    before = forecast(whole, as_of=day(on))
    after = forecast(with_more(whole, key, more), as_of=day(on))
    if key in before and before[key].refused is None:
        assert all(late >= early for early, late in zip(dates(before[key]), dates(after[key]), strict=True))


@given(projects(), DAYS)
def test_the_same_history_gives_the_same_forecast(whole: Chronicle, on: int) -> None:
    """Forecasts depend on nothing but the history, the day and what was agreed."""
    assert forecast(whole, as_of=day(on)) == forecast(whole, as_of=day(on))


def with_more(whole: Chronicle, key: str, more: int) -> Chronicle:
    """Put more open items into a container, where it holds open ones, at its beginning."""
    one = whole.tracks[key]
    first = one.stays[0].entered_at
    added = tuple(Stay(item=f"more/{n}", entered_at=first) for n in range(more))
    return replace(whole, tracks={**whole.tracks, key: replace(one, stays=(*added, *one.stays))})
