"""The risk register: exposures worked by hand, their past by the time machine, their sum by property."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Category, Change, Issue
from connector.analysis.facts import Agreement, ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.register import Direction, Register, exposure, register
from connector.analysis.walk import histories
from mappings.concepts import Disposition, Level, Risk, RiskAction
from tests.builders import START, closed, day, facts, issue, rules

WORDS = {"low": 1, "medium": 2, "high": 3}


def risk(number: int, likelihood: str = "", impact: str = "", **more: object) -> Issue:
    """Return an issue that the rules take for a risk."""
    rated = {"Likelihood": likelihood, "Impact": impact}
    return issue(number, type="Risk", fields=rated, **more)


def rated(number: int, offset: float, field: str, old: str, new: str) -> Change:
    """Return the change of one rating."""
    return Change(
        issue=f"jira:issue:{number}",
        id=f"{number}.{offset}.{field}",
        act=f"{number}.{offset}",
        at=day(offset),
        field=f"field:{field}",
        old=old,
        new=new,
        old_text=old,
        new_text=new,
    )


def kept(found: ProjectFacts, at: float) -> Register:
    """Keep the register of some facts as of a day."""
    state = judge(found, Agreement(), as_of=day(at))
    return register(found, histories(found), state.picture.risks, as_of=state.as_of, today=state.as_of.date())


@pytest.mark.parametrize(
    ("likelihood", "impact", "disposition", "expected"),
    [
        (Level.LOW, Level.LOW, Disposition.OPEN, 1),
        (Level.LOW, Level.HIGH, Disposition.OPEN, 3),
        (Level.MEDIUM, Level.HIGH, Disposition.DOING, 6),
        (Level.HIGH, Level.HIGH, Disposition.OPEN, 9),
        (Level.HIGH, Level.HIGH, Disposition.DONE, 0),
        (Level.HIGH, Level.HIGH, Disposition.DROPPED, 0),
        (Level.HIGH, None, Disposition.OPEN, None),
        (None, Level.HIGH, Disposition.OPEN, None),
    ],
)
def test_exposure(
    likelihood: Level | None, impact: Level | None, disposition: Disposition, expected: int | None
) -> None:
    """Likelihood times impact, 1 to 3 each; nothing for one that is over, not known for one nobody rated."""
    one = Risk(
        key="k",
        ref="K-1",
        title="t",
        created_at=START,
        likelihood=likelihood,
        impact=impact,
        disposition=disposition,
    )
    assert exposure(one) == expected


def test_the_past_of_an_exposure() -> None:
    """Rated 2 x 3 on day 0, likely from day 40 on (3 x 3), closed on day 50: 6, 9, 0."""
    changes = [rated(1, 40, "Likelihood", "medium", "high"), *closed(1, 50)]
    over = risk(1, "high", "high", category=Category.DONE, status="Done", closed_at=day(50))
    found = facts([over], changes, ruleset=rules())
    one = kept(found, 60).risks[0]
    assert [(point.at, point.exposure) for point in one.points] == [(day(0), 6), (day(40), 9), (day(50), 0)]
    assert kept(found, 45).risks[0].exposure == 9


def test_the_example_of_the_documents() -> None:
    """1 September: 6; 14 September: 8 in all; 11 October: 11; 21 October: 2. On 15 October it rises."""
    over = risk(1, "high", "high", category=Category.DONE, status="Done", closed_at=day(50))
    second = risk(2, "low", "medium", created_at=day(13))
    changes = [rated(1, 40, "Likelihood", "medium", "high"), *closed(1, 50)]
    found = facts([over, second], changes, ruleset=rules())
    told = [(point.at.date().isoformat(), point.exposure) for point in kept(found, 60).total]
    assert told == [("2026-09-01", 6), ("2026-09-14", 8), ("2026-10-11", 11), ("2026-10-21", 2)]
    first = kept(found, 44).risks[0]
    assert (first.exposure, first.direction) == (9, Direction.RISING)


@pytest.mark.parametrize(
    ("at", "direction"),
    [(20, None), (39, Direction.STEADY), (45, Direction.RISING), (69, Direction.STEADY)],
)
def test_where_it_is_going(at: float, direction: Direction | None) -> None:
    """Against 28 days before: not known while it was not there then; it rises for 28 days after day 40."""
    found = facts([risk(1, "high", "high")], [rated(1, 40, "Likelihood", "medium", "high")], ruleset=rules())
    assert kept(found, at).risks[0].direction is direction


def test_what_is_due() -> None:
    """A review is due on its day, a step the day after its own; neither of a risk that is over."""
    step = RiskAction(key="a", ref="APO-7", title="t", created_at=START, due_on=dt.date(2026, 9, 10))
    one = Risk(
        key="jira:issue:1",
        ref="APO-1",
        title="t",
        created_at=START,
        review_on=dt.date(2026, 9, 10),
        actions=(step,),
    )
    over = Risk(
        key="o", ref="APO-2", title="t", created_at=START, disposition=Disposition.DONE, actions=(step,)
    )

    def due(risk: Risk, today: int) -> tuple[bool, tuple[str, ...]]:
        found = register(facts([]), {}, [risk], as_of=day(30), today=dt.date(2026, 9, today)).risks[0]
        return found.is_review_due, found.overdue_actions

    assert due(one, 9) == (False, ())
    assert due(one, 10) == (True, ())
    assert due(one, 11) == (True, ("APO-7",))
    assert due(over, 11) == (False, ())


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(1, 60),
            st.sampled_from(["Likelihood", "Impact"]),
            st.sampled_from([*WORDS, ""]),
        ),
        max_size=12,
        unique_by=lambda step: (step[0], step[1]),
    )
)
def test_the_sum_is_the_sum_of_its_parts(steps: Sequence[tuple[int, int, str, str]]) -> None:
    """At every instant the project's exposure is what its rated risks expose it to."""
    values = {number: {"Likelihood": "low", "Impact": "high"} for number in range(4)}
    changes = []
    for number, offset, field, word in sorted(steps, key=lambda step: step[1]):
        changes.append(rated(number, offset, field, values[number][field], word))
        values[number][field] = word
    found = facts(
        [risk(number, rating["Likelihood"], rating["Impact"]) for number, rating in values.items()],
        changes,
        ruleset=rules(),
    )
    whole = kept(found, 70)
    for point in whole.total:
        parts = [
            [step.exposure or 0 for step in one.points if step.at <= point.at][-1:] or [0]
            for one in whole.risks
        ]
        assert point.exposure == sum(part for (part,) in parts)
    assert [point.at for point in whole.total] == sorted({p.at for one in whole.risks for p in one.points})
