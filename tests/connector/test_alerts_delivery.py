"""From outbox to PM: at least once, a repeat marked as one, what is late told together, nothing lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from connector.alerts import deliver
from connector.alerts.decide import Decision, Notice, Transition
from connector.alerts.deliver import Letter
from connector.alerts.failing import GIVEN_UP, LASTING, failing
from connector.alerts.message import Message as Told
from connector.alerts.route import Route, Target
from connector.analysis.state import Severity
from connector.config.values import QuietHours
from connector.store import Store, open_store
from connector.store.alerts import AlertPhase, AlertState
from connector.store.outbox import Message, MessageState
from tests.connector.inbox import Inbox, inbox
from tests.connector.test_alerts_webhook import Receiver, receiver

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty store in a file."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def route(*channels: str, hook: str = "", language: str | None = None) -> Route:
    """Send everything to these channels, and signed to a hook."""
    targets = [Target(to=channels)] if channels else []
    hooks = [Target(to=(hook,), is_signed=True)] if hook else []
    return Route(
        project="apollo",
        targets=(*targets, *hooks),
        resolve=str,
        secrets={hook: "a shared secret"} if hook else {},
        timezone="Europe/Berlin",
        language=language,
        title="Apollo web shop",
    )


def notice(rule: str, transition: Transition, at: dt.datetime) -> Notice:
    """Tell of R1 at an instant."""
    phase = AlertPhase.RESOLVED if transition is Transition.RESOLVED else AlertPhase.FIRING
    alert = AlertState(
        rule=rule,
        object="R1",
        object_name="R1 Shop",
        phase=phase,
        severity=Severity.WARNING,
        since=at,
        changed_at=at,
        last_notified_at=at,
    )
    return Notice(transition=transition, alert=alert)


def tell(
    store: Store, to: Route, at: dt.datetime, rule: str = "overdue", change: Transition = Transition.FIRED
) -> None:
    """Record a change with a message for every channel."""
    one = notice(rule, change, at)
    message = Told(
        key=one.key, subject=f"{rule} {change}", text="What: R1\n", severity=Severity.WARNING, notices=(one,)
    )
    letters = [Letter(to=target.to, message=message, is_signed=target.is_signed) for target in to.targets]
    deliver.record(store, to, Decision(states=(one.alert,), notices=(one,)), letters, now=at)


def sent(store: Store, to: Route, at: dt.datetime, **more: bool) -> Sequence[deliver.Undelivered]:
    """Try what is due."""
    return deliver.deliver(store, to, now=at, **more)


def test_a_message_whose_try_ended_unrecorded_comes_again_marked(store: Store) -> None:
    """Killed between send and record: it goes out once more when its claim ends, and says so."""
    with inbox() as box:
        to = route(box.url)
        tell(store, to, NOW)
        store.outbox.claim(store.outbox.list("apollo")[0].id, now=NOW)
        assert sent(store, to, NOW + MINUTE) == ()
        assert box.received == []
        sent(store, to, NOW + 6 * MINUTE)
        sent(store, to, NOW + 99 * MINUTE)
    assert box.subjects == ["Again: overdue fired"]
    assert "it was not recorded whether it went out before" in box.received[0]["message"]


def test_the_doubt_outlives_a_try_that_failed(store: Store) -> None:
    """Unrecorded, then refused, then taken: still it may be there twice."""
    with inbox() as box:
        to = route(box.url, language="de")
        tell(store, to, NOW)
        store.outbox.claim(store.outbox.list("apollo")[0].id, now=NOW)
        box.status = 503
        sent(store, to, NOW + 6 * MINUTE)
        box.status = 200
        sent(store, to, NOW + 60 * MINUTE)
    assert box.subjects[-1] == "Nochmals: overdue fired"


def test_a_message_that_was_refused_is_no_repeat(store: Store) -> None:
    """Whoever said no did not get it."""
    with inbox(status=503) as box:
        to = route(box.url)
        tell(store, to, NOW)
        sent(store, to, NOW)
        box.status = 200
        sent(store, to, NOW + HOUR)
    assert box.subjects[-1] == "overdue fired"


def bodies(hook: Receiver) -> list[str]:
    """Return what a receiver got, as text."""
    return [body.decode() for body, _ in hook.taken]


def test_a_program_reads_whether_it_is_a_repeat(store: Store) -> None:
    """Every document says so, yes or no."""
    with receiver() as hook:
        to = route(hook=hook.url)
        tell(store, to, NOW)
        sent(store, to, NOW)
        tell(store, to, NOW + HOUR, change=Transition.WORSE)
        store.outbox.claim(store.outbox.list("apollo", MessageState.WAITING)[0].id, now=NOW + HOUR)
        sent(store, to, NOW + 2 * HOUR)
    assert ['"repeated": false' in one for one in bodies(hook)] == [True, False]
    assert '"repeated": true' in bodies(hook)[1]


def outage(store: Store, box: Inbox, to: Route, *, hours: int) -> dt.datetime:
    """Let a channel refuse for so long, a change of R1's date every eight hours; return when it ended."""
    box.status = 503
    changes = (Transition.FIRED, Transition.WORSE, Transition.BETTER, Transition.RESOLVED)
    for hour in range(hours):
        if hour % 8 == 0:
            tell(store, to, NOW + hour * HOUR, "slipping", changes[hour // 8 % len(changes)])
        sent(store, to, NOW + hour * HOUR)
    box.status = 200
    box.received.clear()
    return NOW + hours * HOUR


def test_what_waited_for_a_day_is_told_together(store: Store) -> None:
    """Five changes while a channel was down for 36 hours: one message with each of them, and what stands."""
    with inbox() as box:
        to = route(box.url)
        end = outage(store, box, to, hours=36)
        assert sent(store, to, end + 6 * HOUR) == ()
        sent(store, to, end + 12 * HOUR)
    assert box.subjects == ["[Apollo web shop] 5 messages while this channel could not be reached"]
    text = box.received[0]["message"]
    lines = [line for line in text.splitlines() if line.startswith("- 2")]
    assert [line.split(": ", 1)[1] for line in lines] == [
        "Milestone slipped: R1 Shop (warning)",
        "Worse: Milestone slipped: R1 Shop (warning)",
        "Better: Milestone slipped: R1 Shop (warning)",
        "All clear: Milestone slipped: R1 Shop",
        "Milestone slipped: R1 Shop (warning)",
    ]
    assert lines[0].startswith("- 23 Nov 2026, 10:00 Europe/Berlin: ")
    assert "Open:" in text
    assert [one.state for one in store.outbox.list("apollo")] == [MessageState.SENT] * 5


def test_what_quiet_hours_hold_back_is_told_with_what_is_late(store: Store) -> None:
    """A summary in the night has the evening's change as well, and the morning repeats nothing."""
    quiet = QuietHours(start=dt.time(20), end=dt.time(7))
    with inbox() as box:
        to = route(box.url)
        end = outage(store, box, to, hours=36)  # 22:00 in Berlin
        night = replace(to, quiet=quiet)
        tell(store, night, end + HOUR, "overdue")
        sent(store, night, end + 6 * HOUR)
        sent(store, night, end + 12 * HOUR)
    assert box.subjects == ["[Apollo web shop] 6 messages while this channel could not be reached"]
    assert "Milestone overdue: R1 Shop" in box.received[0]["message"]


def test_a_kill_while_late_messages_go_out_repeats_them_marked(store: Store) -> None:
    """Sent together and not recorded: together again, and it says so."""
    with inbox() as box:
        to = route(box.url)
        end = outage(store, box, to, hours=36) + 6 * HOUR
        for one in store.outbox.list("apollo"):
            store.outbox.claim(one.id, now=end)
        sent(store, to, end + HOUR)
    assert box.subjects == ["Again: [Apollo web shop] 5 messages while this channel could not be reached"]


def test_what_waited_for_less_is_told_one_by_one(store: Store) -> None:
    """Sixteen hours: two messages, in order."""
    with inbox() as box:
        to = route(box.url)
        end = outage(store, box, to, hours=16)
        sent(store, to, end, whatever_backoff=True)
    assert box.subjects == ["slipping fired", "slipping worse"]


def test_a_program_gets_every_message_however_late(store: Store) -> None:
    """Nothing is summed up for those who count."""
    with receiver() as hook:
        to = route(hook=hook.url)
        hook.status = 503
        for hour in (0, 8, 40):
            tell(store, to, NOW + hour * HOUR, change=Transition.FIRED)
            sent(store, to, NOW + hour * HOUR)
        hook.status = 204
        hook.taken.clear()
        sent(store, to, NOW + 60 * HOUR)
    assert len(hook.taken) == 3


def test_what_was_tried_for_a_month_is_given_up_with_its_reason(store: Store) -> None:
    """A person finds it in `alerts list`; the channel counts as failing."""
    with inbox(status=503) as box:
        to = route(box.url)
        tell(store, to, NOW)
        for day in range(31):
            sent(store, to, NOW + dt.timedelta(days=day), whatever_backoff=True)
        (lost,) = deliver.waiting(store, "apollo")
    assert lost.state is MessageState.FAILED
    assert lost.last_error.startswith(GIVEN_UP)
    assert "503" in lost.last_error
    (dead,) = failing(to.to, (), store.outbox.last_ended("apollo"), now=NOW)
    assert dead.name == box.url


def waited(
    hours: float, *, attempts: int = 9, error: str = "refused", state: MessageState = MessageState.WAITING
) -> Message:
    """Return a message for `env:PM` that came so many hours ago."""
    at = NOW - hours * HOUR
    return Message(
        id=1,
        project="apollo",
        channel="env:PM",
        subject="s",
        body="b",
        dedupe_key="k",
        state=state,
        created_at=at,
        attempts=attempts,
        next_at=NOW,
        ended_at=None if state is MessageState.WAITING else at,
        last_error=error,
    )


TAKEN = waited(2, error="", state=MessageState.SENT)


@pytest.mark.parametrize(
    ("unsent", "last", "is_failing"),
    [
        pytest.param([waited(24)], None, True, id="a day"),
        pytest.param([waited(23.9)], None, False, id="less than a day"),
        pytest.param([waited(24, attempts=2)], None, False, id="two tries"),
        pytest.param([waited(24, error="")], None, False, id="not tried yet"),
        pytest.param([waited(1, attempts=3, error=f"{LASTING}404")], None, True, id="it will not mend"),
        pytest.param([waited(1, attempts=2, error=f"{LASTING}404")], None, False, id="perhaps it will"),
        pytest.param([waited(48)], TAKEN, False, id="it took another one two hours ago"),
        pytest.param([waited(48)], replace(TAKEN, ended_at=NOW - 30 * HOUR), True, id="that was long ago"),
        pytest.param([], TAKEN, False, id="nothing waits"),
        pytest.param(
            [], waited(1, error=f"{GIVEN_UP}503", state=MessageState.FAILED), True, id="the last was given up"
        ),
        pytest.param(
            [], waited(1, error="no longer there", state=MessageState.FAILED), False, id="it was left out"
        ),
    ],
)
def test_a_channel_fails_for_good(unsent: list[Message], last: Message | None, *, is_failing: bool) -> None:
    """After a day without success and three tries; at once where only a person can mend it."""
    found = failing(["env:PM", "env:OTHER"], unsent, [last] if last else [], now=NOW)
    assert [one.name for one in found] == ["env:PM"] * is_failing
