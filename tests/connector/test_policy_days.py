"""Policies by the day: embargoes, telling in person first, rounding, and whose words come first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.disclosure.policy import Period, Policy, Words, parse_policy, shipped
from connector.disclosure.wording import Worded
from mappings.errors import FaultsError
from tests.connector import disclosure_sample as sample

DAYS = st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(9999, 12, 30))
PERIODS: list[Period] = ["day", "week", "month"]


def policy(text: str) -> Policy:
    """Read a policy."""
    return parse_policy(f'name = "mine"\n{text}', file="mine.toml")


def test_an_embargo_ends_on_its_day() -> None:
    """Until its day a label keeps an issue back, from that day on it does not."""
    made = policy('[withhold.until]\n"Fair" = 2027-03-01\n')
    assert made.on(dt.date(2027, 2, 28)).withholds(["fair"])
    assert not made.on(dt.date(2027, 3, 1)).withholds(["fair"])


def test_what_is_told_in_person_first_waits_for_the_record() -> None:
    """A label keeps an issue back until the policy names the issue with a day that has come."""
    made = policy('[withhold]\ntell_first = ["tell-first"]\n[withhold.told]\n"APO-17" = 2026-11-20\n')
    assert made.on(dt.date(2026, 11, 19)).withholds(["Tell-First"], names=("APO-17",))
    assert not made.on(dt.date(2026, 11, 20)).withholds(["tell-first"], names=("apo-17", "jira:issue:1"))
    assert made.on(dt.date(2026, 11, 20)).withholds(["tell-first"], names=("APO-18",))
    assert made.on(dt.date(2026, 11, 20)).withholds(["tell-first", "internal"], names=("APO-17",))


def test_nothing_is_released_before_a_day_is_named() -> None:
    """A policy that does not know the day keeps everything back."""
    made = policy(
        '[withhold]\ntell_first = ["a"]\n[withhold.until]\nb = 1990-01-01\n[withhold.told]\nX = 1990-01-01\n'
    )
    assert made.withholds(["b"])
    assert made.withholds(["a"], names=("X",))


def test_of_two_spellings_of_a_label_the_later_day_counts() -> None:
    """An embargo that is written twice ends on its later day, in whatever order the two stand."""
    for days in ('"Fair" = 2027-03-01\n"fair" = 2027-01-01\n', '"fair" = 2027-01-01\n"Fair" = 2027-03-01\n'):
        made = policy(f"[withhold.until]\n{days}")
        assert made.on(dt.date(2027, 2, 28)).withholds(["FAIR"])
        assert not made.on(dt.date(2027, 3, 1)).withholds(["FAIR"])


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("day", "2026-11-18", "2026-11-18"),
        ("week", "2026-11-16", "2026-11-22"),
        ("month", "2026-11-01", "2026-11-30"),
    ],
)
def test_a_day_is_told_as_the_period_of_the_policy(period: Period, first: str, last: str) -> None:
    """Of a Wednesday only its week or its month is told: Monday to Sunday, the first to the thirtieth."""
    made, on = Policy(name="mine", dates=period), dt.date(2026, 11, 18)
    assert made.round_day(on, is_past=True).isoformat() == first
    assert made.round_day(on).isoformat() == last


@given(on=DAYS, period=st.sampled_from(PERIODS))
def test_rounding_promises_nothing_earlier(on: dt.date, period: Period) -> None:
    """A day to come is told as its period's last day, a past one as its first, in the same period."""
    made = Policy(name="mine", dates=period)
    first, last = made.round_day(on, is_past=True), made.round_day(on)
    assert first <= on <= last
    assert made.round_day(last, is_past=True) == first
    assert (last - first).days < {"day": 1, "week": 7, "month": 31}[period]


@given(size=st.floats(-1e6, 1e6), step=st.sampled_from([0.0, 0.5, 1.0, 5.0, 8.0]))
def test_sizes_are_rounded_to_the_nearest_step(size: float, step: float) -> None:
    """A size is never further from what is told than half a step; without a step it is told as it is."""
    assert abs(Policy(name="mine", size_step=step).round_size(size) - size) <= step / 2 + 1e-9


def test_rounded_sizes_still_add_up() -> None:
    """The account in points adds up after rounding, as it did before."""
    show = {"scope": frozenset({"agreed", "approved", "undecided", "taken_out", "current", "estimates"})}
    view = sample.projection(policy=sample.policy(size_step=10.0, show=show)).view
    parts = {line.part.value: line.amount.value for line in view.scope[1].lines}
    assert parts == {
        "agreed": 140, "approved": 20, "undecided": 10, "taken_out": 10, "resized": 10, "current": 170
    }  # fmt: skip


@pytest.mark.parametrize("agreed", [140.0, None])
def test_no_size_of_the_account_is_told_finer_than_the_step(agreed: float | None) -> None:
    """With a step of ten every size in points is a multiple of it, with and without an agreement."""
    names = ("agreed", "approved", "undecided", "taken_out", "current", "done", "estimates")
    row = replace(sample.SCOPE[1], baseline=agreed, transferred_in=3, transferred_out=14)
    view = sample.projection(
        policy=sample.policy(size_step=10.0, show={"scope": frozenset(names)}),
        state=replace(sample.STATE, scope=(sample.SCOPE[0], row)),
    ).view
    parts = {line.part.value: line.amount.value for line in view.scope[1].lines}
    changed = {"agreed": 140, "resized": -10, "current": 150}
    expected = changed if agreed else {"current": 170}
    assert {name: parts[name] for name in expected} == expected
    assert {name: value for name, value in parts.items() if value is None or value % 10} == {}
    assert parts["done"] == 100


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (("field", "block", "file"), "of the field"),
        (("block", "field", "file"), "of the block"),
        (("file", "block"), "of the file"),
        (("file",), "of the file"),
    ],
)
def test_the_policy_says_whose_words_come_first(order: tuple[Words, ...], told: str) -> None:
    """Of a field, a marked block and the wording file the first in the policy's order is told."""
    risk = replace(sample.PICTURE.risks[0], client_title="of the field", block_title="of the block")
    view = _told(replace(sample.policy(), order=order), risk)
    assert view == [told]


def test_a_place_that_is_left_out_is_not_read() -> None:
    """Words in a place that the policy leaves out tell nothing."""
    risk = replace(sample.PICTURE.risks[0], client_title="of the field", block_title="")
    assert _told(replace(sample.policy(), order=("block",)), risk) == []


def _told(made: Policy, risk: object) -> list[str]:
    state = replace(sample.STATE, picture=replace(sample.PICTURE, risks=(risk,)))  # type: ignore[arg-type]  # a risk
    wording = {sample.PICTURE.risks[0].key: Worded(title="of the file")}
    view = sample.projection(state=state, policy=made, wording=wording).view
    return [str(each.head.title) for each in view.risks]


@pytest.mark.parametrize(
    "text",
    [
        '[wording]\norder = ["field", "field"]\n',
        '[wording]\norder = ["fields"]\n',
        '[round]\ndates = "year"\n',
        "[round]\nsizes = -1\n",
        '[withhold.until]\nx = "soon"\n',
        '[show]\nmoney = ["all"]\n',
    ],
)
def test_a_wrong_value_is_a_fault_with_its_line(text: str) -> None:
    """Each wrong value is told with file and line."""
    with pytest.raises(FaultsError) as caught:
        policy(text)
    assert [fault.line for fault in caught.value.faults] == [3]


def test_the_fingerprint_is_of_what_is_opened() -> None:
    """What a policy withholds, and whom it named, is not in what clients get as proof."""
    made = shipped("client-default")
    assert (
        replace(made, told={"x": dt.date(2026, 1, 1)}, embargo_labels=("y",)).fingerprint == made.fingerprint
    )
    assert replace(made, k=4).fingerprint != made.fingerprint
