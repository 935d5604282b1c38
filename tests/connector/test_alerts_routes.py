"""Who hears what: the project manager all of it, others what is meant for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.alerts.decide import Notice, Transition
from connector.alerts.route import Target
from connector.analysis.state import Severity
from connector.store.alerts import AlertPhase, AlertState
from tests.connector.inbox import Inbox, inbox
from tests.connector.test_cli_alerts import AGREEMENT
from tests.connector.workbench import Workbench, tracker

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
ALL = Target(to=("pm",))
GRAVE = Target(to=("on call",), level=Severity.CRITICAL)
TRACKERS = Target(to=("admin",), rules=frozenset({"sync_failed"}))
LEAD = Target(to=("lead",), is_lead=True)


def notice(
    transition: Transition,
    severity: Severity = Severity.WARNING,
    *,
    rule: str = "overdue",
    escalated: bool = False,
) -> Notice:
    """Return a notice of an alert."""
    alert = AlertState(
        rule=rule,
        object="R1",
        phase=AlertPhase.FIRING,
        severity=severity,
        since=NOW,
        changed_at=NOW,
        escalated_at=NOW if escalated else None,
    )
    return Notice(transition=transition, alert=alert)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (notice(Transition.FIRED), {"pm"}),
        (notice(Transition.FIRED, Severity.CRITICAL), {"pm", "on call"}),
        (notice(Transition.BETTER), {"pm", "on call"}),  # it was critical until now
        (notice(Transition.WORSE, Severity.CRITICAL), {"pm", "on call"}),
        (notice(Transition.FIRED, Severity.CRITICAL, rule="sync_failed"), {"pm", "on call", "admin"}),
        (notice(Transition.ESCALATED, escalated=True), {"lead"}),
        (notice(Transition.RESOLVED), {"pm"}),
        (notice(Transition.RESOLVED, escalated=True), {"pm", "lead"}),
        (notice(Transition.REPEATED), {"pm"}),
    ],
)
def test_each_target_takes_what_is_meant_for_it(told: Notice, expected: set[str]) -> None:
    """By level, by rule; the lead only what nobody acknowledged, and its end."""
    takers = (target for target in (ALL, GRAVE, TRACKERS, LEAD) if target.takes(told))
    assert {target.to[0] for target in takers} == expected


@dataclass(slots=True)
class Office:
    """A project that is agreed on, with an inbox for each who may hear of it."""

    bench: Workbench
    manager: Inbox
    lead: Inbox
    admin: Inbox

    def passes(self, days: float) -> None:
        """Let days pass, and sync."""
        self.bench.pass_days(days)
        self.bench.do("sync")


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    """Serve the project; the lead hears after a day, the administrator of trackers alone."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server, inbox() as manager, inbox() as lead, inbox() as admin:
        alerts = f"""
  [project.alerts]
  to = ["{manager.url}"]
  escalate_after = "1d"
  escalate_to = ["{lead.url}"]

    [[project.alerts.route]]
    to = ["{admin.url}"]
    rules = ["sync_failed"]
"""
        bench.configure(server, more=AGREEMENT + alerts)
        bench.do("sync")
        yield Office(bench, manager, lead, admin)


def test_what_nobody_acknowledged_goes_to_the_lead_once_and_so_does_its_end(office: Office) -> None:
    """After a day, not before, not again; then the all clear."""
    office.bench.add_story()
    office.passes(0.1)
    office.passes(0.9)
    assert (len(office.manager.received), office.lead.received) == (1, [])
    office.passes(0.2)
    assert office.lead.subjects == ["[Apollo web shop] Nobody acknowledged: Scope creep: R1 (warning)"]
    office.passes(2)
    assert len(office.lead.received) == 1
    office.bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe")
    office.passes(0.1)
    assert office.lead.subjects[1:] == ["[Apollo web shop] All clear: Scope creep: R1, and 1 more"]
    assert len(office.manager.received) == 2
    assert office.admin.received == []


def test_what_was_acknowledged_is_not_escalated(office: Office) -> None:
    """Somebody knows: the lead need not."""
    office.bench.add_story()
    office.passes(0.1)
    for about in (office.bench.milestone, "project"):
        office.bench.do("alerts", "ack", "apollo", f"scope_creep:{about}", "--by", "P. Manager")
    office.passes(3)
    assert office.lead.received == []
