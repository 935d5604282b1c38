"""The life of an alert over many looks: what flickers, is silenced, repeated or acknowledged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from connector.alerts.decide import AT_ONCE, Decision, Manner, Transition, decide
from connector.analysis.state import Deviation, Severity
from connector.store.alerts import AlertPhase, AlertState
from connector.store.silences import Silence

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
THREE = Manner(looks={"silently_at_risk": 3})
RISK = Deviation(
    id="silently_at_risk:R1",
    rule="silently_at_risk",
    object="R1",
    object_name="R1",
    severity=Severity.WARNING,
    since=NOW,
)


class Told:
    """Looks at a project every hour, keeps its alerts, and remembers what was told."""

    def __init__(self, manner: Manner = AT_ONCE) -> None:
        self.manner = manner
        self.known: dict[tuple[str, str], AlertState] = {}
        self.said: list[Transition] = []
        self.decision = Decision()
        self.at = NOW

    def look(self, *deviations: Deviation, times: int = 1) -> list[Transition]:
        """Look so often at the same; return what was told of it."""
        before = len(self.said)
        for _ in range(times):
            self.decision = decide(
                deviations, self.known.values(), now=self.at, is_first=False, manner=self.manner
            )
            self.known |= {(state.rule, state.object): state for state in self.decision.states}
            self.said += [notice.transition for notice in self.decision.notices]
            self.at += HOUR
        return self.said[before:]

    @property
    def alert(self) -> AlertState:
        """The one alert there is."""
        (alert,) = self.known.values()
        return alert


def test_what_flickers_is_told_at_its_third_look() -> None:
    """Twice it is pending, and recorded as such once; the third look in a row tells."""
    told = Told(THREE)
    assert told.look(RISK) == []
    assert [notice.alert.phase for notice in told.decision.untold] == [AlertPhase.PENDING]
    assert told.look(RISK) == []
    assert told.decision.untold == ()
    assert told.look(RISK) == [Transition.FIRED]
    assert told.look(RISK, times=50) == []


def test_a_pending_alert_that_went_away_was_nothing() -> None:
    """Two looks, one without, two looks: none of it is told, and the count begins anew."""
    told = Told(THREE)
    told.look(RISK, times=2)
    assert told.look() == []
    assert told.alert.phase is AlertPhase.RESOLVED
    assert told.look(RISK, times=2) == []
    assert told.look(RISK) == [Transition.FIRED]


def test_the_end_too_is_told_after_so_many_looks() -> None:
    """Away twice is not over; a look that shows it begins the count anew."""
    told = Told(THREE)
    told.look(RISK, times=3)
    assert told.look(times=2) == []
    assert told.look(RISK) == []
    assert told.look(times=2) == []
    assert told.look() == [Transition.RESOLVED]


@given(st.lists(st.booleans(), max_size=100))
def test_what_never_stays_is_never_told(shows: list[bool]) -> None:
    """However it flickers: as long as it is not there three times in a row, nothing is said."""
    told = Told(THREE)
    run = 0
    for is_there in shows:
        run = run + 1 if is_there and run < 2 else 0
        told.look(*([RISK] if run else []))
    assert told.said == []


@given(st.lists(st.booleans(), max_size=100))
def test_told_and_over_take_turns(shows: list[bool]) -> None:
    """Nobody hears twice of a begin, or of an end, without the other between."""
    told = Told(Manner(looks={"silently_at_risk": 2}))
    for is_there in shows:
        told.look(*([RISK] if is_there else []))
    expected = [Transition.FIRED, Transition.RESOLVED] * len(told.said)
    assert told.said == expected[: len(told.said)]


def silenced(hours: float, *, rule: str = "", about: str = "") -> Manner:
    """Return a silence of so many hours from the first look on."""
    return Manner(silences=(Silence(rule=rule, object=about, since=NOW, until=NOW + hours * HOUR),))


def test_a_silenced_alert_is_told_when_the_silence_is_over_and_it_still_stands() -> None:
    """Four looks under a silence are recorded, not told; the fifth tells once."""
    told = Told(silenced(4))
    assert told.look(RISK, times=4) == []
    assert told.alert.phase is AlertPhase.FIRING
    assert told.look(RISK) == [Transition.FIRED]
    assert told.look(RISK, times=9) == []


def test_what_began_and_ended_under_a_silence_is_never_told() -> None:
    """Nobody heard of its begin, so nobody needs to hear of its end; the record has both."""
    told = Told(silenced(2))
    told.look(RISK)
    assert [notice.alert.phase for notice in told.decision.untold] == [AlertPhase.FIRING]
    told.look(times=3)
    assert told.said == []
    assert told.alert.phase is AlertPhase.RESOLVED


def test_a_silence_covers_what_it_names() -> None:
    """Another rule or another object is told."""
    for manner in (silenced(9, rule="overdue"), silenced(9, about="R2"), silenced(0)):
        assert Told(manner).look(RISK) == [Transition.FIRED]
    for manner in (silenced(9, rule="silently_at_risk", about="R1"), silenced(9)):
        assert Told(manner).look(RISK) == []


def test_an_alert_nobody_acknowledged_is_told_again_after_its_interval() -> None:
    """Every 24 hours; not after it was acknowledged."""
    told = Told(Manner(repeat_after=24 * HOUR))
    assert told.look(RISK, times=49) == [Transition.FIRED, Transition.REPEATED, Transition.REPEATED]
    told.known = acknowledged(told.known.values())
    assert told.look(RISK, times=49) == []


def test_a_repeated_alert_has_not_changed() -> None:
    """It is the same alert: when it began to be so stays."""
    told = Told(Manner(repeat_after=24 * HOUR))
    told.look(RISK, times=25)
    assert (told.alert.changed_at, told.alert.last_notified_at) == (NOW, NOW + 24 * HOUR)


def test_a_lesser_level_of_what_is_known_stays_known() -> None:
    """Who acknowledged the critical one need not acknowledge the warning."""
    told = Told()
    told.look(replace(RISK, severity=Severity.CRITICAL))
    told.known = acknowledged(told.known.values())
    assert told.look(RISK) == [Transition.BETTER]
    assert (told.alert.phase, told.alert.acknowledged_by) == (AlertPhase.ACKNOWLEDGED, "P. Manager")


def acknowledged(alerts: Iterable[AlertState]) -> dict[tuple[str, str], AlertState]:
    """Return the alerts as somebody knows of them."""
    return {
        (one.rule, one.object): replace(one, phase=AlertPhase.ACKNOWLEDGED, acknowledged_by="P. Manager")
        for one in alerts
    }


def test_what_must_stand_for_a_day_is_told_after_a_day() -> None:
    """Seen every hour from the first look on: pending for 24 hours, told at the look that ends them, once."""
    told = Told(Manner(holds={"silently_at_risk": 24 * HOUR}))
    assert told.look(RISK, times=24) == []
    assert (told.alert.phase, told.alert.changed_at) == (AlertPhase.PENDING, NOW)
    assert told.look(RISK) == [Transition.FIRED]
    assert told.look(RISK, times=50) == []


def test_a_break_begins_the_duration_anew() -> None:
    """Twenty hours, one look without it, twenty hours: nothing; after 24 hours without a break it is told."""
    told = Told(Manner(holds={"silently_at_risk": 24 * HOUR}))
    assert told.look(RISK, times=20) + told.look() + told.look(RISK, times=24) == []
    assert told.look(RISK) == [Transition.FIRED]


def test_looks_and_duration_both_hold() -> None:
    """Three looks are there after two hours, the day is not; of another rule nothing is asked."""
    told = Told(Manner(looks=THREE.looks, holds={"silently_at_risk": 5 * HOUR, "overdue": 99 * HOUR}))
    assert told.look(RISK, times=5) == []
    assert told.look(RISK) == [Transition.FIRED]
    told = Told(Manner(looks=THREE.looks, holds={"silently_at_risk": HOUR}))
    assert told.look(RISK, times=2) == []
    assert told.look(RISK) == [Transition.FIRED]


def test_a_worse_level_of_what_was_told_does_not_wait() -> None:
    """The duration is of its begin alone."""
    told = Told(Manner(holds={"silently_at_risk": 2 * HOUR}))
    told.look(RISK, times=3)
    assert told.look(replace(RISK, severity=Severity.CRITICAL)) == [Transition.WORSE]
    assert told.look() == [Transition.RESOLVED]


def test_what_comes_and_goes_is_over_only_once_it_is_calm() -> None:
    """Every other hour for four days: told three times within a day, then it stands until six calm hours."""
    told = Told()
    said = [one for hour in range(96) for one in told.look(*([RISK] if hour % 2 == 0 else []))]
    assert said == [Transition.FIRED, Transition.RESOLVED] * 2 + [Transition.FIRED]
    assert told.look(times=5) == []
    assert told.look(times=9) == [Transition.RESOLVED]
    assert told.look(RISK) == [Transition.FIRED]


def test_a_level_that_comes_and_goes_stays_the_worse_until_it_is_calm() -> None:
    """Worse and better every other hour: told twice each, then worse, until it was less for six hours."""
    told, grave = Told(), replace(RISK, severity=Severity.CRITICAL)
    told.look(RISK)
    said = [one for hour in range(96) for one in told.look(grave if hour % 2 == 0 else RISK)]
    assert said == [Transition.WORSE, Transition.BETTER, Transition.WORSE]
    assert told.alert.severity is Severity.CRITICAL
    assert told.look(RISK, times=9) == [Transition.BETTER]


def test_what_came_back_after_a_day_is_no_flapping() -> None:
    """Thirteen hours on, thirteen off: less than three times a day is told each time."""
    told = Told()
    for _ in range(6):
        assert told.look(RISK, times=13) == [Transition.FIRED]
        assert told.look(times=13) == [Transition.RESOLVED]
