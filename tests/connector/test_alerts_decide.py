"""When the PM is disturbed: once per change of state or level, in the open hours, first time as a digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.alerts.decide import Transition, decide, send_after
from connector.analysis.state import Deviation, Severity
from connector.config.values import QuietHours
from connector.store.alerts import AlertPhase, AlertState

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
NIGHT = QuietHours(start=dt.time(20), end=dt.time(7))


def creep(severity: Severity = Severity.WARNING) -> Deviation:
    """Give scope creep in R1."""
    return Deviation(
        id="scope_creep:jira:version:1",
        rule="scope_creep",
        object="jira:version:1",
        object_name="R1",
        severity=severity,
        since=NOW,
    )


def slip(due_on: str) -> Deviation:
    """Give a slip of R1 to that date."""
    return replace(creep(), id="slipping:jira:version:1", rule="slipping", facts={"due_on": due_on})


def after(*deviations: Deviation) -> Sequence[AlertState]:
    """Give the alerts as they stand once these deviations were told."""
    return decide(deviations, (), now=NOW, is_first=False).states


def test_a_new_deviation_is_told() -> None:
    """A deviation nobody was told of fires."""
    decision = decide([creep()], (), now=NOW, is_first=False)
    assert [notice.transition for notice in decision.notices] == [Transition.FIRED]
    assert not decision.as_digest


def test_what_was_told_is_not_told_again() -> None:
    """The same deviation at the same level says nothing more."""
    assert decide([creep()], after(creep()), now=LATER, is_first=False).notices == ()


@pytest.mark.parametrize(
    ("before", "now", "transition"),
    [
        pytest.param(Severity.WARNING, Severity.CRITICAL, Transition.WORSE, id="worse"),
        pytest.param(Severity.CRITICAL, Severity.WARNING, Transition.BETTER, id="better"),
    ],
)
def test_a_change_of_level_is_told(before: Severity, now: Severity, transition: Transition) -> None:
    """Worse and better are both news, once."""
    (notice,) = decide([creep(now)], after(creep(before)), now=LATER, is_first=False).notices
    assert notice.transition is transition
    assert notice.alert.changed_at == LATER


def test_a_date_that_moves_again_is_told_again() -> None:
    """A milestone that slips further at the same level is news; the same date is not."""
    known = after(slip("2026-12-01"))
    assert decide([slip("2026-12-01")], known, now=LATER, is_first=False).notices == ()
    (notice,) = decide([slip("2026-12-15")], known, now=LATER, is_first=False).notices
    assert notice.transition is Transition.MOVED


def test_the_end_of_a_deviation_is_told_once() -> None:
    """A deviation that is gone is cleared once, and can fire again under a new name."""
    cleared = decide([], after(creep()), now=LATER, is_first=False)
    assert [notice.transition for notice in cleared.notices] == [Transition.RESOLVED]
    assert decide([], cleared.states, now=LATER, is_first=False).notices == ()
    again = decide([creep()], cleared.states, now=LATER, is_first=False).notices
    assert [notice.transition for notice in again] == [Transition.FIRED]


def test_a_ratio_about_its_limit_makes_one_alert() -> None:
    """Below its limit but above its off point nothing is over: a hundred looks, one message."""
    id_ = frozenset({creep().id})
    states = {(a.rule, a.object): a for a in after(creep())}
    for look in range(100):
        found, wavering = ([creep()], frozenset[str]()) if look % 2 else ([], id_)
        told = decide(found, states.values(), now=LATER, is_first=False, wavering=wavering)
        assert told.notices == ()
    (over,) = decide([], states.values(), now=LATER, is_first=False).notices
    assert over.transition is Transition.RESOLVED


def test_a_ratio_about_its_critical_limit_stays_critical() -> None:
    """Critical above 10 %, better at 8 % or less: 9 % says nothing, 8 % does."""
    grave = replace(creep(Severity.CRITICAL), facts={"ratio": 0.11, "critical_off_ratio": 0.08})
    near = replace(creep(), facts={"ratio": 0.09, "critical_off_ratio": 0.08})
    calm = replace(creep(), facts={"ratio": 0.08, "critical_off_ratio": 0.08})
    assert decide([near], after(grave), now=LATER, is_first=False).notices == ()
    (better,) = decide([calm], after(grave), now=LATER, is_first=False).notices
    assert better.transition is Transition.BETTER


def test_an_acknowledged_alert_is_told_when_it_gets_worse() -> None:
    """Acknowledging silences what is known, not what gets worse, nor the end."""
    known = [replace(alert, phase=AlertPhase.ACKNOWLEDGED) for alert in after(creep())]
    assert decide([creep()], known, now=LATER, is_first=False).notices == ()
    (worse,) = decide([creep(Severity.CRITICAL)], known, now=LATER, is_first=False).notices
    assert worse.alert.phase is AlertPhase.FIRING
    (over,) = decide([], known, now=LATER, is_first=False).notices
    assert over.transition is Transition.RESOLVED


def test_nothing_is_concluded_about_what_could_not_be_read() -> None:
    """While a source is down its objects neither fire nor resolve."""
    held = frozenset({"jira:version:1"})
    assert decide([], after(creep()), now=LATER, is_first=False, held=held).notices == ()
    assert decide([creep()], (), now=LATER, is_first=False, held=held).notices == ()


def test_the_first_look_makes_one_digest() -> None:
    """Old faults of a project that is new here are told together, worst first."""
    overdue = replace(creep(Severity.CRITICAL), id="overdue:jira:version:1", rule="overdue")
    decision = decide([creep(), overdue], (), now=NOW, is_first=True)
    assert decision.as_digest
    assert [notice.alert.rule for notice in decision.notices] == ["overdue", "scope_creep"]


def test_a_first_look_without_faults_is_silent() -> None:
    """No deviation, no digest."""
    assert not decide([], (), now=NOW, is_first=True).as_digest


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        pytest.param("2026-11-23T21:30", "2026-11-24T07:00", id="evening waits for the morning"),
        pytest.param("2026-11-24T03:00", "2026-11-24T07:00", id="night waits for the same morning"),
        pytest.param("2026-11-24T07:00", "2026-11-24T07:00", id="the end itself is open"),
        pytest.param("2026-11-24T12:00", "2026-11-24T12:00", id="by day at once"),
        pytest.param("2027-03-27T23:00", "2027-03-28T07:00", id="over the change to summer time"),
    ],
)
def test_quiet_hours_hold_messages_until_their_end(local: str, expected: str) -> None:
    """The hours are the project's own, across midnight and clock changes."""
    berlin = ZoneInfo("Europe/Berlin")
    at = dt.datetime.fromisoformat(local).replace(tzinfo=berlin)
    sent = send_after(at.astimezone(dt.UTC), severity=Severity.WARNING, quiet=NIGHT, timezone="Europe/Berlin")
    assert sent.astimezone(berlin).replace(tzinfo=None) == dt.datetime.fromisoformat(expected)


def test_critical_messages_do_not_wait() -> None:
    """Quiet hours hold only what can wait; without them nothing waits."""
    night = dt.datetime(2026, 11, 23, 23, 0, tzinfo=dt.UTC)
    assert send_after(night, severity=Severity.CRITICAL, quiet=NIGHT, timezone="Europe/Berlin") == night
    assert send_after(night, severity=Severity.INFO, quiet=None, timezone="UTC") == night


@given(st.lists(st.lists(st.sampled_from(list(Severity)), max_size=1), max_size=12))
def test_levels_told_follow_levels_seen(history: list[list[Severity]]) -> None:
    """Whatever the course from day to day, the last notice sent always says how it stands now."""
    known: dict[str, AlertState] = {}  # there is one alert
    told: Severity | None = None
    for days, seen in enumerate(history):
        now = NOW + dt.timedelta(days=days)
        decision = decide([creep(level) for level in seen], known.values(), now=now, is_first=False)
        known.update({state.rule: state for state in decision.states})
        for notice in decision.notices:
            told = None if notice.transition is Transition.RESOLVED else notice.alert.severity
        assert told == (seen[0] if seen else None)
        assert len(decision.notices) <= 1
