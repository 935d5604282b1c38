"""Alert states, the outbox, runs: told at least once, never twice for one change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connector.analysis.state import Severity
from connector.store import Store, open_store, runs
from connector.store.alerts import AlertPhase, AlertState, AlertTransition
from connector.store.outbox import Message, MessageState, NewMessage
from connector.store.runs import Acceptance
from tests.builders import SOURCE, day


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


STATE = AlertState(
    rule="scope_creep",
    object="jira:version:1",
    object_name="R1",
    phase=AlertPhase.FIRING,
    severity=Severity.WARNING,
    since=day(0),
    changed_at=day(1),
    seen=2,
    last_notified_at=day(1),
    facts={"ratio": 0.25, "added": 5, "late": True, "items": ("APO-7", "APO-8"), "request": None},
)
CHANGE = AlertTransition(
    rule="scope_creep",
    object="jira:version:1",
    at=day(1),
    before="",
    after=AlertPhase.FIRING,
    severity=Severity.WARNING,
)
MESSAGE = NewMessage(channel="env:PM_ALERT_URL", subject="Scope", body="Grew by 5", dedupe_key="creep/1")


def enqueue(store: Store, *, project: str = "apollo", at: float = 0) -> Message:
    """Put the message into the outbox."""
    store.outbox.enqueue(project, [MESSAGE], at=day(at))
    return store.outbox.list(project)[0]


def test_an_alert_comes_back_as_it_was(store: Store) -> None:
    """Facts keep their types; states are ordered by rule and object."""
    other = replace(STATE, rule="overdue", facts={})
    store.alerts.save("apollo", states=[STATE, other], at=day(1))
    assert store.alerts.load("apollo") == (other, STATE)
    assert store.alerts.load("other") == ()


def test_a_state_takes_the_place_of_the_one_before_and_the_change_is_kept(store: Store) -> None:
    """There is one state a rule and object; every change of it stays on record."""
    store.alerts.save("apollo", states=[STATE], transitions=[CHANGE], at=day(1))
    resolved = replace(STATE, phase=AlertPhase.RESOLVED)
    ended = replace(CHANGE, before="firing", after=AlertPhase.RESOLVED, at=day(2))
    store.alerts.save("apollo", states=[resolved], transitions=[ended], at=day(2))
    assert store.alerts.load("apollo") == (resolved,)
    assert store.alerts.transitions("apollo") == (CHANGE, ended)


def test_a_message_is_taken_once(store: Store) -> None:
    """The same change of state, judged again after a crash, makes no second message."""
    assert store.alerts.save("apollo", states=[STATE], messages=[MESSAGE], at=day(1)) == 1
    assert store.alerts.save("apollo", states=[STATE], messages=[MESSAGE, MESSAGE], at=day(2)) == 0
    assert len(store.outbox.list("apollo")) == 1
    assert store.outbox.enqueue("other", [MESSAGE], at=day(2)) == 1


def test_state_and_message_are_stored_together_or_not_at_all(store: Store) -> None:
    """What cannot be stored whole leaves the state as it was, so that it is told next time."""
    broken = replace(MESSAGE, dedupe_key="x", body=None)  # type: ignore[arg-type] # what the column refuses
    with pytest.raises(Exception, match="NOT NULL"):
        store.alerts.save(
            "apollo", states=[STATE], transitions=[CHANGE], messages=[MESSAGE, broken], at=day(1)
        )
    assert store.alerts.load("apollo") == ()
    assert store.alerts.transitions("apollo") == ()
    assert store.outbox.list("apollo") == ()


def test_a_message_is_claimed_by_one(store: Store) -> None:
    """While one process sends it, no other does."""
    message = enqueue(store)
    assert store.outbox.claim(message.id, now=day(0)) is not None
    assert store.outbox.claim(message.id, now=day(0)) is None


def test_the_message_of_a_dead_process_is_sent_again(store: Store) -> None:
    """A claim ends with its lease: at least once is the promise."""
    message = enqueue(store)
    store.outbox.claim(message.id, now=day(0), lease=dt.timedelta(minutes=1))
    again = store.outbox.claim(message.id, now=day(0) + dt.timedelta(minutes=1))
    assert again is not None
    assert again.attempts == 2


def test_a_failed_try_waits_for_its_time(store: Store) -> None:
    """It is due again at its time, or at once where back-off does not count."""
    message = enqueue(store)
    store.outbox.claim(message.id, now=day(0))
    store.outbox.retry(message.id, error="refused: 503", next_at=day(2))
    assert store.outbox.due("apollo", now=day(1)) == ()
    assert store.outbox.due("apollo", now=day(1), whatever_backoff=True) == (message.id,)
    assert store.outbox.due("apollo", now=day(2)) == (message.id,)
    assert store.outbox.list("apollo")[0].last_error == "refused: 503"


def test_a_message_kept_back_waits(store: Store) -> None:
    """Quiet hours: it is not due before they end."""
    store.outbox.enqueue("apollo", [replace(MESSAGE, not_before_at=day(1))], at=day(0))
    assert store.outbox.due("apollo", now=day(0.5)) == ()
    assert len(store.outbox.due("apollo", now=day(1))) == 1


def test_what_was_sent_or_given_up_is_not_due(store: Store) -> None:
    """Both are kept for the record, and never claimed again."""
    message = enqueue(store)
    store.outbox.claim(message.id, now=day(0))
    store.outbox.mark_sent(message.id, at=day(0))
    assert store.outbox.due("apollo", now=day(9), whatever_backoff=True) == ()
    assert store.outbox.claim(message.id, now=day(9)) is None
    other = enqueue(store, project="other")
    store.outbox.give_up(other.id, error="no such address", at=day(1))
    (failed,) = store.outbox.list("other", MessageState.FAILED)
    assert (failed.last_error, failed.ended_at) == ("no such address", day(1))
    assert store.outbox.list("apollo", MessageState.WAITING) == ()


def test_the_last_runs_come_newest_first(store: Store) -> None:
    """Reports are kept as they were written, by project."""
    for number in range(3):
        store.runs.add("apollo", started_at=day(number), ended_at=day(number), report=f'{{"n": {number}}}')
    assert [run.report for run in store.runs.last("apollo", count=2)] == ['{"n": 2}', '{"n": 1}']
    assert store.runs.last("other") == ()


def test_old_runs_make_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are for finding faults, not for ever; each project keeps its own."""
    monkeypatch.setattr(runs, "KEPT", 2)
    for number in range(4):
        store.runs.add("apollo", started_at=day(number), ended_at=day(number), report="{}")
    store.runs.add("other", started_at=day(0), ended_at=day(0), report="{}")
    assert [run.started_at for run in store.runs.last("apollo", count=9)] == [day(3), day(2)]
    assert len(store.runs.last("other", count=9)) == 1


def test_who_took_a_refused_state_is_on_record(store: Store) -> None:
    """Name, reason and what was refused are kept."""
    one = Acceptance(
        source=SOURCE, at=day(1), name="pm", reason="project was split", what="812 to 300 issues"
    )
    store.runs.accept("apollo", one)
    assert store.runs.acceptances("apollo") == (one,)
    assert store.runs.acceptances("other") == ()
