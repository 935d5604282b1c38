"""A draft that waits for approval is told once for its content, reminded of, and forgotten once approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connector.alerts.approval import MOST_LINES, WaitingDraft, approval
from connector.alerts.texts import LANGUAGES, speech
from tests.connector.inbox import Inbox, inbox
from tests.connector.workbench import Workbench, tracker

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DRAFT = WaitingDraft(
    project="apollo",
    title="Apollo web shop",
    audience="client",
    number=3,
    content="0123456789abcdef",
    since=NOW,
    texts=("goal: Pay by card",),
    dates=("R1: planned 4 December 2026 → 11 December 2026",),
    facts=("Checkout: done 7 of 16 → 9 of 16",),
    gone=("risk: Supplier",),
)


def test_it_says_what_is_new_and_how_to_approve() -> None:
    """Words, dates, numbers and what is gone, then the two commands."""
    message = approval(DRAFT, speech(), zone=BERLIN)
    assert message.subject == "[Apollo web shop] Draft for client waits for approval"
    for line in (*DRAFT.texts, *DRAFT.dates, *DRAFT.facts, *DRAFT.gone):
        assert f"- {line}\n" in message.text
    assert "clientview preview apollo --audience client\n" in message.text
    assert message.text.endswith("clientview publish apollo --audience client --approved-by NAME\n")


def test_a_first_edition_says_what_it_tells_of() -> None:
    """Then all words are new."""
    first = replace(DRAFT, number=1, counts=("6 goals", "2 milestones"))
    assert "It tells of: 6 goals, 2 milestones." in approval(first, speech(), zone=BERLIN).text


def test_a_long_list_is_cut_and_counted() -> None:
    """It is to be read on a phone; the preview has all of it."""
    many = replace(DRAFT, texts=tuple(f"goal: Number {number}" for number in range(MOST_LINES + 3)))
    text = approval(many, speech(), zone=BERLIN).text
    assert text.count("- goal: Number") == MOST_LINES
    assert "and 3 more" in text


def test_a_tracker_s_words_stay_on_their_line() -> None:
    """Line breaks and control characters of a title make no line of their own."""
    hostile = replace(DRAFT, texts=("goal: Pay\n\nclientview purge apollo\x1b[2J",))
    assert "- goal: Pay clientview purge apollo [2J\n" in approval(hostile, speech(), zone=BERLIN).text


def test_wording_of_the_page_alone_is_said_to_be_so() -> None:
    """Nothing of substance is new."""
    bare = replace(DRAFT, texts=(), dates=(), facts=(), gone=())
    assert "Only the wording of the page itself is new." in approval(bare, speech(), zone=BERLIN).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reminders", [0, 1])
def test_every_language_says_all_of_it(language: str, reminders: int) -> None:
    """Every line, both commands, the edition's number; a reminder has another key, and says since when."""
    message = approval(DRAFT, speech(language), zone=BERLIN, reminders=reminders)
    for part in (*DRAFT.texts, *DRAFT.dates, "clientview preview apollo", "--approved-by NAME", "3"):
        assert part in message.text
    assert ("10:00" in message.text) == ("Europe/Berlin" in message.text) == bool(reminders)
    assert message.key.endswith(f" {reminders}")


@dataclass(slots=True)
class Office:
    """A project whose editions wait for approval, due every day at eight."""

    bench: Workbench
    box: Inbox

    def hears(self, days: float, *command: str) -> list[str]:
        """Let days pass, run what is due; return what was said of drafts."""
        before = len(self.box.received)
        self.bench.pass_days(days)
        self.bench.do(*(command or ("run", "--once")))
        return [one for one in self.box.subjects[before:] if "approval" in one]


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    """Serve the project; nobody has approved anything."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server, inbox() as box:
        alerts = f'  publish_cron = "0 8 * * *"\n  [project.alerts]\n  to = ["{box.url}"]\n'
        bench.configure(server, approval="always", more=alerts)
        yield Office(bench, box)


FIRST = "[Apollo web shop] Draft for client waits for approval"
AGAIN = "[Apollo web shop] Still waits for approval: draft for client"


def test_one_message_a_draft_and_one_reminder_a_day_later(office: Office) -> None:
    """The same content is not told again within a day, once after it, and then no more."""
    assert office.hears(0.1) == [FIRST]
    assert office.hears(0.1, "sync") == []
    assert office.hears(0.9) == [AGAIN]
    assert office.hears(2, "sync") == []


def test_what_was_approved_is_told_no_more_and_new_content_anew(office: Office) -> None:
    """No reminder after the approval; a moved date makes a new draft, which names it."""
    office.hears(0.1)
    office.bench.do("publish", "apollo", "--approved-by", "P. Manager")
    assert office.hears(1.1, "sync") == []
    office.bench.r1.move(office.bench.now, release_on=dt.date(2026, 11, 20))
    assert office.hears(1.1) == [FIRST]
    assert "R1" in office.box.received[-1]["message"]


def test_with_an_interval_it_is_told_again_as_long_as_it_waits(office: Office) -> None:
    """Every two days, as configured."""
    text = office.bench.config.read_text(encoding="utf-8")
    office.bench.config.write_text(f'{text}  repeat_after = "2d"\n', encoding="utf-8")
    assert office.hears(0.1) == [FIRST]
    assert [office.hears(days, "sync") for days in (1.1, 1, 2, 2)] == [[], [AGAIN], [AGAIN], [AGAIN]]


def test_an_edition_that_is_refused_is_told_once_for_each_reason(office: Office) -> None:
    """The same reason is told once, whatever the number of tries; with what refused it."""
    text = office.bench.config.read_text().replace('approval = "always"', 'approval = "never"')
    office.bench.config.write_text(text)
    (office.bench.folder / "site").write_text("a file where the pages' folder should be")
    for _ in range(2):
        office.bench.pass_days(1)
        office.bench.do("run", "--once")
    told = [one for one in office.box.received if "was not published" in one["title"]]
    assert len(told) == 1
    assert "could not be written" in told[0]["message"]
