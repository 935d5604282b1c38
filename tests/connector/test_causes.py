"""Why a date moved: parts that sum to the whole, nothing for what changed nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.analysis.calendar import WorkingCalendar
from connector.analysis.forecast.causes import Cause, Explanation, Forecaster, Interval, explain
from connector.analysis.forecast.simulate import simulate
from connector.analysis.forecast.situation import Scene
from connector.analysis.forecast.track import Chronicle, Plan
from tests.connector.small_chronicles import at, chronicle, on, stay, steady, track

CALENDAR = WorkingCalendar()
SINCE, UNTIL = 40, 54


def simulated(container: str) -> Forecaster:
    """Forecast by what is planned, and by the simulation where nothing is."""

    def date(told: Chronicle, instant: dt.datetime, calendar: WorkingCalendar) -> dt.date | None:
        scene = Scene(told, as_of=instant, calendar=calendar)
        if not scene.is_open(container):
            return None
        planned = scene.planned_on(told.tracks[container])
        found = simulate(scene.situation(container), calendar, runs=60)
        if found is None:
            return None
        return max(planned or found.day, found.day + dt.timedelta(days=found.left(0.85)))

    return date


def why(told: Chronicle, *, approved: frozenset[str] = frozenset(), until: float = UNTIL) -> Explanation:
    """Explain the first release between the two days."""
    interval = Interval(
        chronicle=told, container="r1", since=at(SINCE), until=at(until), calendar=CALENDAR, approved=approved
    )
    found = explain(interval, simulated("r1"))
    assert found is not None
    return found


def parts(found: Explanation) -> dict[Cause, int]:
    """Return the days by cause."""
    return {part.cause: part.days for part in found.parts}


def story(
    *, added: int = 0, removed: int = 0, moved: int = 0, rival: int = 0, planned: int | None = None
) -> Chronicle:
    """Tell of two releases, of which things changed between the two days."""
    first, done = steady("r1", items=50)
    second = track("r2", [stay(f"r2-{n}", 0, 45 if n < moved else None) for n in range(20)], plans=[(0, 30)])
    came = [stay(f"new-{n}", 43 + n / 10) for n in range(added)]
    came += [stay(f"r2-{n}", 45) for n in range(moved)]
    left = {f"r1-{49 - n}" for n in range(removed)}
    stays = [replace(one, left_at=at(47)) if one.item in left else one for one in first.stays]
    plans = () if planned is None else (Plan(at=at(46), day=on(planned)),)
    second = replace(second, stays=(*second.stays, *(stay(f"rival-{n}", 44) for n in range(rival))))
    done = {item: day for item, day in done.items() if item not in left}
    return chronicle(
        replace(first, stays=tuple(sorted((*stays, *came), key=by_entry)), plans=plans), second, done=done
    )


def by_entry(one: object) -> tuple[dt.datetime, str]:
    """Order stays as a chronicle does."""
    return one.entered_at, one.item  # type: ignore[attr-defined]


@settings(max_examples=25, deadline=None)
@given(
    added=st.integers(0, 12),
    removed=st.integers(0, 8),
    moved=st.integers(0, 6),
    rival=st.integers(0, 10),
    planned=st.none() | st.integers(60, 200),
    approved=st.integers(0, 12),
)
def test_the_parts_sum_to_the_whole(
    added: int, removed: int, moved: int, rival: int, planned: int | None, approved: int
) -> None:
    """Exactly, whatever changed; and both dates are the ones that were forecast on the two days."""
    told = story(added=added, removed=removed, moved=moved, rival=rival, planned=planned)
    found = why(told, approved=frozenset(f"new-{n}" for n in range(approved)))
    assert sum(part.days for part in found.parts) == found.days == (found.until_on - found.since_on).days
    forecaster = simulated("r1")
    assert (found.since_on, found.until_on) == (
        forecaster(told, at(SINCE), CALENDAR),
        forecaster(told, at(UNTIL), CALENDAR),
    )


def test_between_an_instant_and_itself_nothing_moved() -> None:
    """No change: every part is 0."""
    found = why(story(added=5, planned=90), until=SINCE)
    assert set(parts(found).values()) == {0}
    assert found.days == 0


def test_what_changed_nothing_gets_nothing() -> None:
    """Where days went by and nothing else happened, all is pace."""
    found = why(story())
    assert {cause for cause, days in parts(found).items() if days} <= {Cause.PACE}
    assert found.passed_days == 14


def test_what_came_in_is_creep_unless_it_was_approved() -> None:
    """The same items: later by creep, or by approval, and never by the other."""
    told = story(added=10)
    creep, approved = why(told), why(told, approved=frozenset(f"new-{n}" for n in range(10)))
    assert parts(creep)[Cause.CREEP] > 0
    assert parts(creep)[Cause.APPROVED] == 0
    assert parts(approved)[Cause.APPROVED] == parts(creep)[Cause.CREEP]
    assert parts(approved)[Cause.CREEP] == 0


def test_what_was_taken_out_without_a_decision_brings_it_forward() -> None:
    """Unapproved changes of scope count in both directions; items in and out are told."""
    found = why(story(removed=8))
    (part,) = [each for each in found.parts if each.cause is Cause.CREEP]
    assert part.days < 0
    assert (part.count_in, part.count_out) == (0, 8)


def test_what_came_from_another_release_is_re_planning() -> None:
    """An item that left one and came into the other in the same act was moved, not added."""
    found = why(story(moved=6))
    moved = {part.cause: (part.count_in, part.count_out) for part in found.parts}
    assert moved[Cause.REPLANNING] == (6, 0)
    assert moved[Cause.CREEP] == (0, 0)


def test_another_planned_day_is_re_planning() -> None:
    """All of it: nothing else changed but that days went by."""
    found = why(story(planned=200))
    assert parts(found)[Cause.REPLANNING] > 0
    assert (found.plan_since_on, found.plan_until_on) == (None, on(200))


def test_work_that_came_in_before_it_is_order() -> None:
    """An earlier release that grows delays this one."""
    found = why(story(rival=15))
    assert parts(found)[Cause.ORDER] > 0
    assert parts(found)[Cause.CREEP] == 0


def test_other_working_days_are_the_calendar() -> None:
    """Days off that were entered between the two days."""
    told = story()
    interval = Interval(
        chronicle=told,
        container="r1",
        since=at(SINCE),
        until=at(UNTIL),
        calendar=WorkingCalendar(blackouts=((on(55), on(69)),)),
        calendar_then=CALENDAR,
    )
    found = explain(interval, simulated("r1"))
    assert found is not None
    assert parts(found)[Cause.CALENDAR] > 0
    assert sum(parts(found).values()) == found.days


def test_a_refusal_on_either_day_is_not_explained() -> None:
    """There is no date to compare with."""
    interval = Interval(chronicle=story(), container="r1", since=at(-5), until=at(UNTIL), calendar=CALENDAR)
    assert explain(interval, simulated("r1")) is None
