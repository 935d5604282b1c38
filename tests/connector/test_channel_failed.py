"""A channel that fails for good is shown, and told through another one; the other way round when it works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.connector.inbox import Inbox, inbox
from tests.connector.test_cli_alerts import AGREEMENT
from tests.connector.workbench import Workbench, tracker


@dataclass(slots=True)
class Office:
    """A project whose alerts go to a chat, with somebody to escalate to."""

    bench: Workbench
    chat: Inbox
    lead: Inbox

    def breaks(self, status: int) -> None:
        """Let the chat refuse, and give it something to say."""
        self.chat.status = status
        self.bench.add_story()

    def passes(self, hours: float, *, times: int = 1) -> None:
        """Let hours pass, sync; as often."""
        for _ in range(times):
            self.bench.pass_days(hours / 24)
            self.bench.do("sync")


def messages(office: Office) -> list[dict[str, object]]:
    """Return what has not gone out."""
    found = office.bench.do("alerts", "list", "--json").rows[0]["messages"]
    assert isinstance(found, list)
    return found


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    """Serve the project, agreed on and synced once."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server, inbox() as chat, inbox() as lead:
        alerts = f"""
  [project.alerts]
  to = ["{chat.url}"]
  escalate_after = "30d"
  escalate_to = ["{lead.url}"]
"""
        bench.configure(server, more=AGREEMENT + alerts)
        bench.do("sync")
        yield Office(bench, chat, lead)


def test_a_channel_that_fails_for_a_day_is_told_once_through_another(office: Office) -> None:
    """Nobody else takes such alerts, so the lead hears of it, once; and of its end."""
    office.breaks(503)
    office.passes(0.1)
    office.passes(12, times=2)
    assert office.lead.subjects == []
    office.passes(1)
    assert office.lead.subjects == [f"[Apollo web shop] Messages not delivered: {office.chat.url} (warning)"]
    assert "503" in office.lead.received[0]["message"]
    listed = office.bench.do("alerts", "list", "apollo").out
    assert f"warning channel_failed:{office.chat.url}" in listed
    assert "error=503" in listed
    office.chat.status = 200
    office.chat.received.clear()
    office.passes(12)
    office.passes(0.1)
    assert office.chat.subjects[0].endswith("Scope creep: R1 (warning)")
    assert office.lead.subjects[1:] == [
        f"[Apollo web shop] All clear: Messages not delivered: {office.chat.url}"
    ]
    assert "0 messages not gone out" in office.bench.do("alerts", "list", "apollo").out


def test_an_answer_that_will_not_mend_is_told_at_the_third_try(office: Office) -> None:
    """Not found: nobody waits for a day."""
    office.breaks(404)
    office.passes(0.1)
    office.passes(0.5, times=2)
    assert office.lead.subjects == []
    office.passes(0.1)
    assert len(office.lead.received) == 1
    assert "will not mend by itself" in office.lead.received[0]["message"]


def test_without_another_channel_the_status_and_the_log_tell(office: Office) -> None:
    """Nothing is put into the outbox for the channel that fails."""
    text = office.bench.config.read_text(encoding="utf-8")
    alone = "\n".join(line for line in text.splitlines() if "escalate" not in line)
    office.bench.config.write_text(alone, encoding="utf-8")
    office.breaks(404)
    office.passes(0.1)
    office.passes(0.5, times=3)
    rules = [one["rule"] for one in office.bench.status()["deviations"]]  # type: ignore[attr-defined] # a list
    assert "channel_failed" in rules
    assert [one["attempts"] for one in messages(office)] == [4]


def test_quiet_hours_are_those_of_who_is_told(office: Office) -> None:
    """At 14:00 UTC it is 22:00 in Shanghai, whatever the project's zone: it waits until 07:00 there."""
    text = office.bench.config.read_text(encoding="utf-8")
    zone = 'quiet_hours = "20:00-07:00"\n  timezone = "Asia/Shanghai"\n  escalate_after'
    office.bench.config.write_text(text.replace("escalate_after", zone), encoding="utf-8")
    office.chat.received.clear()
    office.bench.add_story()
    office.passes(6)
    assert f"{office.bench.now:%H:%M}" == "14:00"
    assert office.chat.received == []
    assert [one["next_at"] for one in messages(office)] == ["2026-09-01T23:00:00Z"]
    office.passes(9.1)
    assert len(office.chat.received) == 1


def test_what_must_stand_is_told_by_a_sync_after_it_stood(office: Office) -> None:
    """Creep that must stand for a day: not at the first sync, nor half a day later, but at the next."""
    text = office.bench.config.read_text(encoding="utf-8")
    held = 'holds = { scope_creep = "1d" }\n  escalate_after'
    office.bench.config.write_text(text.replace("escalate_after", held), encoding="utf-8")
    office.bench.add_story()
    office.passes(1)
    office.passes(12)
    assert office.chat.received == []
    office.passes(12)
    assert office.chat.subjects == ["[Apollo web shop] Scope creep: R1 (warning)"]
