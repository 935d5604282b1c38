"""What the PM hears: once per change, the first time as a digest, never lost, never at night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.demo.trackers.jira.cloud import JiraCloud
from tests.connector.inbox import Inbox, inbox
from tests.connector.workbench import AGREED_ITEMS, Workbench, tracker

AGREEMENT = """
  [project.agreement]
  baseline_on = 2026-09-01
  approved_by = "J. Doe, Acme"
"""
OVERDUE = "[Apollo web shop] Milestone overdue: R1 (warning)"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


@contextmanager
def agreed(bench: Workbench, *, more: str = "", status: int = 200) -> Iterator[tuple[JiraCloud, Inbox]]:
    """Run a tracker and an inbox; the project is agreed on and was synced once."""
    with tracker(bench) as server, inbox(status) as box:
        alerts = f'\n  [project.alerts]\n  to = ["{box.url}"]\n{more}'
        bench.configure(server, more=AGREEMENT + alerts)
        bench.do("sync")
        yield server, box


def test_the_configured_baseline_is_taken_once(bench: Workbench) -> None:
    """The first complete sync takes what the configuration says was agreed; later ones leave it."""
    with agreed(bench):
        bench.pass_days(1)
        bench.do("sync")
        listed = bench.do("baseline", "list", "apollo").out.splitlines()
    assert len(listed) == 1
    assert "approved by J. Doe, Acme (as configured): 10 items, 1 milestones" in listed[0]


def test_creep_is_told_once_and_cleared_once(bench: Workbench) -> None:
    """One message when scope grows beyond the tolerance, none for the same state, one when it is over."""
    with agreed(bench) as (_, box):
        bench.pass_days(1)
        bench.add_story()
        bench.do("sync")
        first = box.subjects
        bench.pass_days(0.1)
        bench.do("sync")
        unchanged = len(box.received)
        bench.pass_days(0.1)
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe")
        bench.do("sync")
        after = box.subjects[unchanged:]
    assert first == ["[Apollo web shop] Scope creep: R1 (warning)"]
    assert unchanged == 1
    assert after == ["[Apollo web shop] All clear: Scope creep: R1, and 1 more"]


def test_each_deviation_told_in_one_message_keeps_its_own_alert(bench: Workbench) -> None:
    """The release and the project are told together, and listed, acknowledged and cleared apart."""
    with agreed(bench) as (_, box):
        bench.pass_days(1)
        bench.add_story()
        bench.do("sync")
        listed = bench.do("alerts", "list", "--json").rows[0]["alerts"]
        bench.do("alerts", "ack", "apollo", "scope_creep:project")
    assert len(box.received) == 1
    assert "With it: the project (10 % of 10)." in box.received[0]["message"]
    assert isinstance(listed, list)
    assert [one["id"] for one in listed] == [f"scope_creep:{bench.milestone}", "scope_creep:project"]


def test_an_alert_says_what_since_when_how_much_and_why(bench: Workbench) -> None:
    """The message names the entries and where to look; 1 of 10 is 10 %."""
    with agreed(bench) as (_, box):
        bench.pass_days(1)
        story = bench.add_story()
        bench.do("sync")
        text = next(m["message"] for m in box.received if "R1" in m["title"])
    assert (
        f"R1 grew by 1 item (new) that no approved change request covers: 10 % of the {AGREED_ITEMS} agreed;"
        " tolerance 5 %. Since 2 Sep 2026, 08:00 UTC."
    ) in text
    assert f"- {story.key} One more thing (2 Sep 2026): R1\n" in text
    assert f"Look at: clientview explain apollo {story.key}" in text


def test_a_slip_is_told_and_told_again_when_it_moves_again(bench: Workbench) -> None:
    """A date beyond the tolerance is news; so is the next move of the same date."""
    with agreed(bench) as (_, box):
        bench.pass_days(1)
        bench.r1.move(bench.now, release_on=dt.date(2026, 10, 14))
        bench.do("sync")
        bench.pass_days(1)
        bench.r1.move(bench.now, release_on=dt.date(2026, 10, 15))
        bench.do("sync")
    assert box.subjects == [
        "[Apollo web shop] Milestone slipped: R1 (warning)",
        "[Apollo web shop] Again: Milestone slipped: R1 (warning)",
    ]
    assert "moved from 1 Oct to 14 Oct 2026 (9 working days)" in box.received[0]["message"]


def test_overdue_is_told(bench: Workbench) -> None:
    """A milestone that is open after its day is told of."""
    with agreed(bench) as (_, box):
        bench.pass_days(31)
        bench.do("sync")
    assert box.subjects == [OVERDUE]


def test_old_faults_of_a_new_project_make_one_digest(bench: Workbench) -> None:
    """The first look tells everything at once; from then on each change by itself."""
    bench.pass_days(31)
    with agreed(bench) as (_, box):
        first = box.subjects
    assert first == ["[Apollo web shop] First look: 1 deviation"]
    assert "Milestone overdue" in box.received[0]["message"]


def test_a_failed_sync_is_told_and_cleared(bench: Workbench) -> None:
    """A tracker that cannot be read is told of once, and again when it can."""
    with agreed(bench) as (_, box):
        token = "wrong"
        good = "TEST_JIRA_TOKEN"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(good, token)
            for _attempt in range(2):
                bench.pass_days(0.1)
                assert bench.run("sync").code == 3
        bench.pass_days(0.1)
        bench.do("sync")
    assert box.subjects == [
        "[Apollo web shop] Tracker not read: jira:APO (critical)",
        "[Apollo web shop] All clear: Tracker not read: jira:APO",
    ]


def test_a_channel_that_fails_is_a_warning_and_is_tried_again(bench: Workbench) -> None:
    """The sync succeeds, the message waits with its reason, and `run --once` tries it at once."""
    with agreed(bench, status=500) as (_, box):
        bench.pass_days(31)
        ended = bench.do("sync")
        waiting = bench.do("alerts", "list").out
        box.status = 200
        before = len(box.received)
        bench.do("run", "--once")
    assert "alert not delivered" in ended.err
    assert "500" in waiting
    assert box.subjects[before:] == [OVERDUE]


def test_quiet_hours_hold_a_warning_till_morning(bench: Workbench) -> None:
    """What is not critical waits for the end of the quiet hours, also in `run --once`."""
    with agreed(bench, more='  quiet_hours = "20:00-07:00"\n') as (_, box):
        bench.now = dt.datetime(2026, 10, 2, 22, 0, tzinfo=dt.UTC)
        bench.do("run", "--once")
        at_night = box.subjects
        bench.pass_days(0.4)
        bench.do("sync")
    assert at_night == []
    assert box.subjects == [OVERDUE]


def test_acknowledged_alerts_are_listed_with_a_name(bench: Workbench) -> None:
    """An alert that is known stays listed, with who knows of it; an unknown one is refused."""
    with agreed(bench):
        bench.pass_days(31)
        bench.do("sync")
        wrong = bench.run("alerts", "ack", "apollo", "overdue:nothing")
        bench.do("alerts", "ack", "apollo", f"overdue:{bench.milestone}", "--by", "P. Manager")
        alerts = bench.do("alerts", "list", "--json").rows[0]["alerts"]
    assert wrong.code == 2
    assert isinstance(alerts, list)
    assert [(one["phase"], one["acknowledged_by"]) for one in alerts] == [("acknowledged", "P. Manager")]


def test_a_test_message_reaches_every_channel(bench: Workbench) -> None:
    """`alerts test` says for each channel whether it was taken; one that fails ends it with 1."""
    with agreed(bench) as (_, box):
        good = bench.do("alerts", "test", "apollo").out
        box.status = 404
        bad = bench.run("alerts", "test", "apollo")
    assert ": sent" in good
    assert bad.code == 1
    assert "404" in bad.out


def test_a_silence_holds_an_alert_back_until_it_ends(bench: Workbench) -> None:
    """Named with who and why while it holds; what stands at its end is told, once."""
    with agreed(bench) as (_, box):
        bench.pass_days(1)
        until = (bench.now + dt.timedelta(days=2)).isoformat()
        wish = ("--until", until, "--reason", "Agreed by phone", "--by", "P. Manager")
        bench.do("alerts", "silence", "apollo", "scope_creep", *wish)
        bench.add_story()
        bench.do("sync")
        listed = bench.do("alerts", "list", "apollo").out
        silent = list(box.received)
        bench.pass_days(3)
        bench.do("sync")
        bench.do("sync")
    assert silent == []
    assert "silence 1: scope_creep of everything until" in listed
    assert "by P. Manager: Agreed by phone" in listed
    assert box.subjects == ["[Apollo web shop] Scope creep: R1 (warning)"]


def test_a_silence_may_be_ended_early(bench: Workbench) -> None:
    """Ended, it holds nothing back; a number that is none is refused by name."""
    with agreed(bench) as (_, box):
        until = (bench.now + dt.timedelta(days=30)).isoformat()
        bench.do("alerts", "silence", "apollo", "--until", until, "--reason", "Holidays")
        bench.do("alerts", "unsilence", "apollo", "1")
        refused = bench.run("alerts", "unsilence", "apollo", "1")
        bench.pass_days(1)
        bench.add_story()
        bench.do("sync")
    assert refused.code == 2
    assert "expected one of: none: nothing is silenced" in refused.err
    assert len(box.received) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("scope_crep", "--until", "2099-01-01", "--reason", "x"), "found the rule 'scope_crep'"),
        (("--until", "2099-01-01"), "expected why nobody is to be told"),
        (("--until", "2020-01-01", "--reason", "x"), "which is over"),
        (("--until", "soon", "--reason", "x"), "found 'soon'"),
    ],
)
def test_a_silence_needs_a_rule_an_end_and_a_reason(
    bench: Workbench, arguments: tuple[str, ...], told: str
) -> None:
    """Whatever is missing is told, and nothing is silenced."""
    with agreed(bench):
        answer = bench.run("alerts", "silence", "apollo", *arguments)
        listed = bench.do("alerts", "list", "apollo").out
    assert answer.code == 2
    assert told in answer.err
    assert "silence" not in listed
