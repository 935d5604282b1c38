"""Editions reach their readers by mail, once each, over a real mail server on loopback."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.connector.mailroom import ANNA, BO, configure, deliver, published, states
from tests.connector.postbox import postbox
from tests.connector.workbench import Workbench


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of what is published once."""
    return tmp_path_factory.mktemp("published")


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kept: Path
) -> Workbench:
    """Give a workbench whose first edition waits for its readers."""
    return published(tmp_path, monkeypatch, capsys, kept=kept)


def test_a_server_that_was_down_gets_each_mail_once(bench: Workbench) -> None:
    """Nothing was lost while it was down; however often it is tried, each reader gets one mail."""
    with postbox() as box:
        configure(bench, box)
        before = states(bench)
        first, second = deliver(bench), deliver(bench)
    assert before == ["waiting", "waiting"]
    assert box.readers == [ANNA, BO]
    assert len(first.sent) == 2
    assert second.sent == second.warnings == ()


def test_publishing_sends(bench: Workbench) -> None:
    """Whoever publishes sees to whom the edition went; what is unchanged is not sent again."""
    with postbox() as box:
        configure(bench, box, readers=(ANNA,))
        bench.pass_days(0.01)
        told = bench.do("publish", "apollo").out
    assert "edition 1 for client to anna@acme.example: sent" in told
    assert box.readers == [ANNA]


def test_a_mail_is_what_its_reader_and_programs_expect(bench: Workbench) -> None:
    """Headers for people and programs, nothing of other readers, both parts as published."""
    with postbox() as box:
        configure(bench, box)
        deliver(bench)
    mail, other = box.mails
    files = bench.folder / "site/apollo/client/editions/1"
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert mail["From"] == "Northwind Studio <status@northwind.example>"
    assert mail["To"] == ANNA
    assert str(mail["Subject"]).startswith("Apollo web shop: ")
    assert str(mail["Subject"]).endswith("(Edition 1)")
    assert mail["Date"].datetime == bench.now
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(mail["Message-ID"]).endswith("@northwind.example>")
    assert str(mail["List-Unsubscribe"]).startswith("<mailto:status@northwind.example?subject=unsubscribe%20")
    assert "Precedence" not in mail
    assert html.get_content().splitlines() == (files / "email.html").read_text().splitlines()
    assert text.get_content().splitlines() == (files / "email.txt").read_text().splitlines()
    assert BO not in mail.as_string()
    assert mail["List-Id"] == other["List-Id"]
    assert mail["Message-ID"] != other["Message-ID"]
    assert mail["List-Unsubscribe"] != other["List-Unsubscribe"]
    opaque = f"{mail['List-Id']}{mail['Message-ID']}{mail['List-Unsubscribe']}"
    assert not [word for word in ("apollo", "client", "anna") if word in opaque]


def test_a_refused_reader_stops_nobody_else_and_is_told(bench: Workbench) -> None:
    """A permanent refusal is failed, told by `status`, and sent again only when asked."""
    with postbox() as box:
        configure(bench, box)
        box.refused[ANNA] = "550 no such person"
        first = deliver(bench)
        deliver(bench)
        told = bench.do("status", "apollo").err
        stood = list(box.readers)
        box.refused.clear()
        bench.do("deliveries", "retry", "apollo", "1")
        quiet = bench.do("status", "apollo").err
    line = "edition 1 for client to anna@acme.example was not sent: the mail server answered 550"
    assert stood == [BO]
    assert line in first.warnings[0]
    assert line in told
    assert "clientview deliveries retry apollo 1" in told
    assert box.readers == [BO, ANNA]
    assert "was not sent" not in quiet


def test_a_busy_server_is_asked_later(bench: Workbench) -> None:
    """A temporary answer to one reader leaves that mail waiting, with its reason."""
    with postbox() as box:
        configure(bench, box)
        box.judged[BO] = "451 come back later"
        told = deliver(bench).warnings
        before = states(bench)
        box.judged.clear()
        deliver(bench)
    assert "451" in told[0]
    assert before == ["sent", "waiting"]
    assert box.readers == [ANNA, BO]


def test_after_days_it_is_given_up(bench: Workbench) -> None:
    """A server that never comes back is no reason to try for ever: a person is told."""
    bench.pass_days(5)
    assert "given up after 4 days" in deliver(bench).warnings[0]
    assert states(bench)[0] == "failed"


def test_a_reader_added_later_is_sent_no_old_edition(bench: Workbench) -> None:
    """Whoever joins gets the next edition, not the ones before."""
    with postbox() as box:
        configure(bench, box, readers=(ANNA, "new@acme.example"))
        deliver(bench)
    assert box.readers == [ANNA]


def test_a_reader_who_was_taken_out_is_sent_nothing(bench: Workbench) -> None:
    """What waited for them is called off."""
    with postbox() as box:
        configure(bench, box, readers=(BO,))
        deliver(bench)
    assert box.readers == [BO]
    assert states(bench) == ["cancelled", "sent"]


def test_a_withdrawn_edition_is_not_sent(bench: Workbench) -> None:
    """What waits is called off when its edition is withdrawn."""
    bench.do("publish", "apollo", "--withdraw", "1", "--reason", "wrong dates")
    with postbox() as box:
        configure(bench, box)
        deliver(bench)
    assert box.readers == []
    assert states(bench) == ["cancelled", "cancelled"]


def test_an_internal_word_in_what_would_be_sent_stops_it(bench: Workbench) -> None:
    """Every message is searched before it leaves: altered bytes with a story's title in them stay here."""
    store = sqlite3.connect(bench.folder / "clientview.db")
    with store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f"DROP TRIGGER {name}")
        store.execute(
            "UPDATE edition_artefacts SET content = CAST(content || ? AS BLOB) WHERE name = 'email.txt'",
            (b"Story number 3\n",),
        )
    store.close()
    with postbox() as box:
        configure(bench, box, readers=(ANNA,))
        told = deliver(bench).warnings
    assert box.received == []
    assert "internal values stand in what would be sent: message.eml" in told[0]
    assert "Story number 3" not in told[0]
