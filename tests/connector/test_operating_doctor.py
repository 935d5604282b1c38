"""`check --online` on the installation itself: every part, its verdict, what to do; nothing is changed."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from connector.clock import Clock
from connector.pipeline.doctor import MOST_SKEW_S, Finding, Grade, examine
from connector.pipeline.keyring import FOLDER, ID_KEY, id_key
from connector.pipeline.signing import in_blocks, public_key
from connector.pipeline.workspace import Workspace
from connector.store.client_links import ClientLink
from connector.store.deliveries import DeliveryState, Way
from connector.store.outbox import NewMessage
from connector.store.totals import RunTotal
from tests.connector.operations import NOW, ago, installation
from tests.connector.postbox import postbox
from tests.connector.test_publish_post import context_and_file
from tests.connector.workbench import Workbench, tracker

MAIL = '[mail]\nserver = "{url}"\nsender = "status@northwind.example"\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An installation of two projects."""
    with installation(tmp_path) as opened:
        yield opened


def found(workspace: Workspace, part: str, **ahead_s: float) -> list[Finding]:
    """Examine, and return what was found of one part."""
    return [one for one in examine(workspace, ahead_s=ahead_s) if one.part == part]


def synced(workspace: Workspace, project: str, *, hours: float) -> None:
    """Let a sync of a project end so many hours ago."""
    total = RunTotal(project=project, outcome="done", seconds=1.0, last_at=ago(hours), last_s=1.0)
    workspace.store.totals.add([total])


def test_a_new_installation_has_no_fault_and_stays_as_it_is(workspace: Workspace) -> None:
    """What is made at first need is told as such, and looking makes none of it."""
    before = sorted(workspace.config.folder.iterdir())
    findings = list(examine(workspace, ahead_s={}))
    assert [one for one in findings if one.grade is Grade.FAULT] == []
    assert sorted(workspace.config.folder.iterdir()) == before
    assert {one.part for one in findings} >= {"store", "output", "disk", "configuration", "clock", "pdf"}


def test_whatever_is_not_well_has_a_remedy(workspace: Workspace) -> None:
    """Nobody is left with a verdict alone."""
    workspace.config.site.output.write_text("in the way", encoding="utf-8")
    findings = list(examine(workspace, ahead_s={"jira:APO": 900.0}))
    assert any(one.grade is Grade.FAULT for one in findings)
    assert [one for one in findings if one.grade is not Grade.OK and not one.remedy] == []


def test_the_store_is_told_with_place_size_and_version(workspace: Workspace) -> None:
    """And no word of its mode while others cannot read it."""
    (told,) = found(workspace, "store")
    assert workspace.store.where in told.text
    assert "MB, version 00" in told.text
    assert found(workspace, "modes") == []


@pytest.mark.parametrize("name", ["store", "key"])
def test_what_others_can_read_is_a_warning(workspace: Workspace, name: str) -> None:
    """A store or key that every user of the machine may read."""
    id_key(workspace.config.folder)
    file = Path(workspace.store.where) if name == "store" else workspace.config.folder / FOLDER / ID_KEY
    file.chmod(0o644)
    (told,) = found(workspace, "modes")
    assert (told.grade, told.remedy) == (Grade.WARNING, f"chmod 600 {file}")


def test_the_fingerprint_of_the_key_is_told_once_there_is_one(workspace: Workspace) -> None:
    """So that it can be compared by phone; looking makes no key."""
    assert [one.text for one in found(workspace, "signing_key")] == [
        "not made yet: the first preview makes it"
    ]
    fingerprint = in_blocks(public_key(workspace).fingerprint)
    assert [one.text for one in found(workspace, "signing_key")][1] == f"fingerprint {fingerprint}"


def test_a_moved_clock_is_a_warning(workspace: Workspace) -> None:
    """And nobody compares it with that of a tracker."""
    (told,) = found(workspace, "clock", jira=9000.0)
    assert told.grade is Grade.WARNING
    assert "CLIENTVIEW_NOW" in told.text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (MOST_SKEW_S, []),
        (MOST_SKEW_S + 1, ["31 s ahead of that of jira:APO"]),
        (-90.0, ["90 s behind that of jira:APO"]),
    ],
)
def test_a_clock_that_is_off_is_a_warning(workspace: Workspace, seconds: float, words: list[str]) -> None:
    """Compared with what the trackers' answers say; a few seconds are the way there."""
    workspace.clock = Clock()
    told = [one for one in examine(workspace, ahead_s={"jira:APO": seconds}) if one.part == "clock"]
    assert [one.text for one in told if one.grade is Grade.WARNING] == words


def test_a_project_that_is_synced_too_seldom_is_a_warning(workspace: Workspace) -> None:
    """Three rhythms without a sync: is the service running?"""
    synced(workspace, "apollo", hours=0.5)
    first, second = found(workspace, "syncs")
    assert (first.grade, second.grade) == (Grade.OK, Grade.WARNING)
    assert second.text == "beacon: none yet"
    synced(workspace, "beacon", hours=2)
    (late,) = [one for one in found(workspace, "syncs") if one.grade is Grade.WARNING]
    assert late.text == "beacon: the last one ended 2026-09-01 10:00 UTC: too long ago"


def test_who_works_on_a_project_is_told(workspace: Workspace) -> None:
    """A living process; one of this machine that has ended holds nothing."""
    locks = workspace.store.locks
    locks.acquire("apollo", owner=f"elsewhere:{os.getpid()}", now=NOW)
    ended = locks.acquire("beacon", owner="elsewhere:1", now=NOW)
    locks.release(ended, now=NOW - dt.timedelta(seconds=1))
    (told,) = found(workspace, "locks")
    assert told.text == f"apollo: elsewhere:{os.getpid()} works on it"


def test_messages_and_deliveries_that_need_a_person_are_told(workspace: Workspace) -> None:
    """One given up, one refused so far, one in doubt; what waits for the first time is no news."""
    store = workspace.store
    for name in "abc":
        message = NewMessage(channel="env:X", subject=name, body=name, dedupe_key=name)
        store.outbox.enqueue("apollo", [message], at=ago(1))
    first, second, _ = store.outbox.list("apollo")
    store.outbox.give_up(first.id, error="gone", at=NOW)
    store.outbox.retry(second.id, error="busy", next_at=NOW)
    store.deliveries.hand_over("beacon", "client", 3, addresses=[(Way.MAIL, "a@acme.example")], at=ago(1))
    (delivery,) = store.deliveries.list("beacon")
    store.deliveries.end(delivery.id, DeliveryState.IN_DOUBT, at=NOW)
    assert [one.text for one in found(workspace, "messages")] == [
        "apollo: messages to the project manager given up: 1",
        "apollo: messages to the project manager refused so far: 1",
    ]
    (doubt,) = found(workspace, "deliveries")
    assert doubt.text == "beacon: edition 3 for client is in_doubt"
    assert f"clientview deliveries retry beacon {delivery.id}" in doubt.remedy


def test_links_that_end_soon_are_told(workspace: Workspace) -> None:
    """Fourteen days ahead; not those that are closed, nor those that never end."""
    ends = ((13, None), (15, None), (-1, None), (5, ago(1)))
    for number, (days, revoked) in enumerate(ends):
        link = ClientLink(
            project="apollo",
            audience="client",
            label="Ms Roe",
            digest=f"{number:064d}",
            created_at=ago(99),
            expires_at=NOW + dt.timedelta(days=days),
            revoked_at=revoked,
        )
        workspace.store.client_links.add(link)
    (told,) = found(workspace, "links")
    assert told.text == "apollo: link 1 (Ms Roe) expires 2026-09-14"


def test_a_mail_server_is_reached_without_a_mail(tmp_path: Path) -> None:
    """Encrypted and logged in, as a message would be; nothing is sent, nobody is named."""
    tls, known = context_and_file(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    with postbox(tls=tls) as box:
        url = f"smtp://me:hunter22@127.0.0.1:{box.port}"
        (tmp_path / "mail").write_text(url, encoding="utf-8")
        (tmp_path / "mail").chmod(0o600)
        network = f'[network]\nca_file = "{known}"\n'
        with installation(tmp_path, more=MAIL.format(url="file:mail") + network) as workspace:
            (told,) = found(workspace, "mail")
    assert told.grade is Grade.OK, told.text
    assert box.received == []


def test_a_refused_login_at_the_mail_server_is_a_fault(tmp_path: Path) -> None:
    """With the server's answer, without the password."""
    tls, known = context_and_file(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    with postbox(tls=tls) as box:
        (tmp_path / "mail").write_text(f"smtp://me:wrong-word@127.0.0.1:{box.port}", encoding="utf-8")
        network = f'[network]\nca_file = "{known}"\n'
        with installation(tmp_path, more=MAIL.format(url="file:mail") + network) as workspace:
            (told,) = found(workspace, "mail")
    assert told.grade is Grade.FAULT
    assert "535" in told.text
    assert "wrong-word" not in told.text


def test_a_mail_server_that_is_not_there_or_not_named_is_a_fault(tmp_path: Path) -> None:
    """A closed port, and a reference behind which there is nothing."""
    with postbox() as gone:
        url = gone.url
    for named in (url, "env:NO_SUCH_MAIL"):
        with installation(tmp_path, more=MAIL.format(url=named)) as workspace:
            (told,) = found(workspace, "mail")
        assert told.grade is Grade.FAULT
        assert told.remedy


def test_the_command_says_it_all_and_ends_with_2_at_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a fault it ends with 0, though there are warnings."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server:
        bench.configure(server)
        good = bench.do("check", "--online")
        (tmp_path / "site").write_text("in the way", encoding="utf-8")
        bad = bench.run("check", "--online")
    assert "installation:\n" in good.out
    assert "  ok       store: " in good.out
    assert "  warning  clock: CLIENTVIEW_NOW moves it" in good.out
    assert bad.code == 2
    assert "  fault    output: " in bad.out
    assert "→ make the folder of `[site] output` one" in bad.out
