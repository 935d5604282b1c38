"""A value that goes to and fro about its limit makes one alert, whatever rule judges it (day 0: Sept 1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from connector.alerts.decide import LOOKS, Manner, Transition, decide
from connector.analysis import deviations, slips
from connector.analysis.facts import Agreement, Tolerance
from connector.analysis.record import Record
from connector.analysis.state import (
    Deviation,
    EntryKind,
    Fever,
    FeverZone,
    LedgerEntry,
    MilestoneState,
    ScopeRow,
)
from connector.analysis.trend import red_line
from connector.store.alerts import AlertState
from tests.builders import day
from tests.connector.dated import ON, R1, agreed, baseline, forecast, history, measure, only

SYNCS = 100
AT = 20  # the day on which everything is judged
EARNED = Record(recall=0.6, false_alarms=0.3, coverage=0.85, n=12)
AGREED: Agreement = replace(agreed(baseline(1, 2, ON(2026, 10, 8), buffer_days=10)), record=EARNED)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one judgement found, and what of it is neither on nor off."""

    found: Sequence[Deviation]
    wavering: frozenset[str]


def dates(state: MilestoneState) -> Seen:
    """Judge the dates of a milestone."""
    by = measure(AGREED, AT)
    return Seen(slips.breaches([state], by), frozenset(slips.wavering([state], by)))


def slip(october: int) -> Seen:
    """Judge R1, agreed for 8 October with five working days of tolerance, moved to a day of October."""
    return dates(only(history((1, ON(2026, 10, 8)), (9, ON(2026, 10, october))), AGREED, AT))


def risk(october: int) -> Seen:
    """Judge R1, due on 8 October, by its 85 % date."""
    base = only(history((1, ON(2026, 10, 8))), AGREED, AT)
    ahead = forecast(ON(2026, 10, october))
    return dates(replace(base, buffer_days=None, buffer_used_days=None, forecast=ahead))


def burn(used: float) -> Seen:
    """Judge R1 by the share of its buffer that is used, half of the work done."""
    zone = FeverZone.RED if used > red_line(0.5) else FeverZone.AMBER
    base = only(history((1, ON(2026, 10, 8))), AGREED, AT)
    return dates(replace(base, fever=Fever(done_ratio=0.5, used_ratio=used, zone=zone)))


def creep(added: int, warning_ratio: float = 0.05) -> Seen:
    """Judge R1 by items added to the hundred that were agreed."""
    entries = tuple(
        LedgerEntry(
            at=day(3), container=R1, unit="items", item_key=str(number), item=f"APO-{number}",
            kind=EntryKind.UNAPPROVED_ADD, amount=1.0,
        )
        for number in range(added)
    )  # fmt: skip
    row = ScopeRow(
        container=R1, unit="items", current=100 + added, done=0, baseline=100, unapproved_added=added,
        creep_ratio=added / 100, entries=entries,
    )  # fmt: skip
    tolerances = {R1: Tolerance.around(warning_ratio)}
    found = deviations.scope_creep([row], {R1: "R1"}, tolerances, defects_apart=False)
    return Seen(found, frozenset(deviations.wavering([row], tolerances)))


FLAPPING = [
    pytest.param("scope_creep", creep, 6, 5, id="growth about the tolerance of 5 of 100"),
    pytest.param("scope_creep", creep, 11, 10, id="growth about the critical ratio"),
    pytest.param("slipping", slip, 16, 15, id="a slip about five working days"),
    pytest.param("silently_at_risk", risk, 9, 8, id="an 85 % date about the planned day"),
    pytest.param("buffer", burn, 0.67, 0.66, id="a buffer about the red line"),
]


def told(looks: Sequence[Seen], rule: str) -> list[Transition]:
    """Tell what so many syncs, a quarter of an hour apart, would have told of a rule."""
    known: dict[tuple[str, str], AlertState] = {}
    said = []
    for number, look in enumerate(looks):
        decision = decide(
            look.found,
            known.values(),
            now=day(AT) + number * dt.timedelta(minutes=15),
            is_first=False,
            wavering=look.wavering,
            manner=Manner(looks=LOOKS),
        )
        known |= {(one.rule, one.object): one for one in decision.states}
        said += [one.transition for one in decision.notices if one.alert.rule == rule]
    return said


@pytest.mark.parametrize(("rule", "judge", "above", "below"), FLAPPING)
@pytest.mark.parametrize("stay", [1, 2, 7], ids=["every sync", "every other sync", "for seven syncs"])
def test_a_hundred_syncs_about_a_limit_make_one_alert(
    rule: str, judge: Callable[[float], Seen], above: float, below: float, stay: int
) -> None:
    """Above and below in turns: it begins once, and nothing else is told."""
    high, low = judge(above), judge(below)
    looks = [low if number // stay % 2 else high for number in range(SYNCS)]
    assert told([high, high, *looks], rule) == [Transition.FIRED]


@pytest.mark.parametrize(
    ("rule", "judge", "above", "calm"),
    [
        ("scope_creep", creep, 6, 4),
        ("slipping", slip, 16, 14),
        ("silently_at_risk", risk, 9, 6),
        ("buffer", burn, 0.67, 0.6),
    ],
)
def test_at_its_calm_point_it_is_over(
    rule: str, judge: Callable[[float], Seen], above: float, calm: float
) -> None:
    """The other side of the table: one that really ends is told to be over."""
    looks = [judge(above)] * 3 + [judge(calm)] * 3
    assert told(looks, rule) == [Transition.FIRED, Transition.RESOLVED]


@pytest.mark.parametrize("added", [0, 1, 2])
def test_a_fixed_container_bears_no_growth_at_all(added: int) -> None:
    """With a ratio of 0 the first item is told; several are critical; without any it is calm."""
    found = creep(added, 0.0).found
    assert [one.severity.value for one in found] == [[], ["warning"], ["critical"]][added]
