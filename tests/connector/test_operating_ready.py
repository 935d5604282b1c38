"""Alive, ready, and who may ask: over real HTTP, with failures that are real."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from connector.pipeline import readiness as checks
from connector.pipeline.keyring import FOLDER, ID_KEY, id_key
from connector.pipeline.readiness import CHECKS, readiness
from connector.pipeline.signing import KEY_FILE, signing_key
from connector.pipeline.workspace import Workspace
from connector.web.operating import router
from tests.connector.operations import NOW, ago, ask, edition, installation, served

NAMES = [check.name for check in CHECKS]
SECRET = "a-secret-of-the-environment"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An installation of two projects."""
    with installation(tmp_path) as opened:
        yield opened


def failing(workspace: Workspace) -> list[str]:
    """Ask over HTTP which checks fail."""
    with served(workspace) as address:
        answer = ask(f"{address}/readyz")
    failed = [name for name, told in answer.json()["checks"].items() if told == "failed"]
    assert answer.status_code == (503 if failed else 200)
    assert list(answer.json()["what_to_do"]) == failed
    return failed


def published(workspace: Workspace) -> None:
    """Make an edition and the keys it was made with."""
    id_key(workspace.config.folder)
    signing_key(workspace)
    workspace.store.editions.add(edition("apollo", 1, at=ago(1)), artefacts={})


def test_it_is_alive_as_long_as_its_scheduler_runs(workspace: Workspace) -> None:
    """200 and 503, each with one small JSON object."""
    is_alive = True
    with served(workspace, alive=lambda: is_alive) as address:
        good = ask(f"{address}/healthz")
        is_alive = False
        bad = ask(f"{address}/healthz")
    assert (good.status_code, good.json()) == (200, {"status": "alive"})
    assert (bad.status_code, bad.json()) == (503, {"status": "stopped"})


def test_a_new_installation_is_ready(workspace: Workspace) -> None:
    """Without a page, a key or a run: they are made at first need, and asking makes none of them."""
    before = sorted(workspace.config.folder.iterdir())
    with served(workspace) as address:
        answer = ask(f"{address}/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": dict.fromkeys(NAMES, "ok"),
        "what_to_do": {},
    }
    assert sorted(workspace.config.folder.iterdir()) == before


def test_a_published_installation_is_ready(workspace: Workspace) -> None:
    """With its keys in place."""
    published(workspace)
    assert failing(workspace) == []


def folder_for_store(workspace: Workspace) -> None:
    """Put a folder where the store was."""
    file = Path(workspace.store.where)
    file.unlink()
    file.mkdir()


def newer_store(workspace: Workspace) -> None:
    """Let a newer program bring the store to its version."""
    with sqlite3.connect(workspace.store.where) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def replaced_store(workspace: Workspace) -> None:
    """Put a copy in the place of the open store, as a restore does."""
    file = Path(workspace.store.where)
    copy = file.with_name("copy.db")
    shutil.copy(file, copy)
    copy.replace(file)


def damaged_store(workspace: Workspace) -> None:
    """Overwrite the store's first page, all of it being in the one file."""
    with sqlite3.connect(workspace.store.where) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with Path(workspace.store.where).open("r+b") as file:
        file.write(b"no database at all" * 100)


def file_for_output(workspace: Workspace) -> None:
    """Put a file where pages go."""
    workspace.config.site.output.write_text("in the way", encoding="utf-8")


def lost_configuration(workspace: Workspace) -> None:
    """Take the configuration away."""
    workspace.config.file.unlink()


def torn_configuration(workspace: Workspace) -> None:
    """Leave half a table in the configuration."""
    workspace.config.file.write_text("[site", encoding="utf-8")


def lost_id_key(workspace: Workspace) -> None:
    """Publish, then lose the key of ids."""
    published(workspace)
    (workspace.config.folder / FOLDER / ID_KEY).unlink()


def short_id_key(workspace: Workspace) -> None:
    """Leave half a key."""
    published(workspace)
    (workspace.config.folder / FOLDER / ID_KEY).write_bytes(b"short")


def lost_signing_key(workspace: Workspace) -> None:
    """Publish, then lose the key that signs."""
    published(workspace)
    (workspace.config.folder / FOLDER / KEY_FILE).unlink()


def damaged_signing_key(workspace: Workspace) -> None:
    """Leave something else in the place of the key."""
    published(workspace)
    (workspace.config.folder / FOLDER / KEY_FILE).write_bytes(b"no key")


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (folder_for_store, "store"),
        (newer_store, "store"),
        (replaced_store, "store"),
        (damaged_store, "store"),
        (file_for_output, "output"),
        (lost_configuration, "configuration"),
        (torn_configuration, "configuration"),
        (lost_id_key, "id_key"),
        (short_id_key, "id_key"),
        (lost_signing_key, "signing_key"),
        (damaged_signing_key, "signing_key"),
    ],
)
def test_what_is_missing_is_named_and_nothing_else(
    workspace: Workspace,
    spoil: Callable[[Workspace], None],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The answer has the check and what to do; the place stands in the log alone."""
    monkeypatch.setenv("TEST_JIRA_TOKEN", SECRET)
    spoil(workspace)
    with caplog.at_level(logging.INFO, logger="connector"), served(workspace) as address:
        answer = ask(f"{address}/readyz")
    found = answer.json()
    assert answer.status_code == 503
    assert [each for each, told in found["checks"].items() if told == "failed"] == [name]
    assert found["what_to_do"][name]
    assert str(workspace.config.folder) not in answer.text
    assert SECRET not in answer.text + caplog.text
    (told,) = [one for one in caplog.records if getattr(one, "event", "") == "service.not_ready"]
    assert str(workspace.config.folder) in told.getMessage()


def test_figures_of_a_store_that_cannot_be_read_are_none(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    """503 without a place, so that no scraper takes silence for zero; the log has the reason."""
    workspace.store.close()
    folder_for_store(workspace)
    with caplog.at_level(logging.INFO, logger="connector"), served(workspace) as address:
        answer = ask(f"{address}/metrics")
    assert (answer.status_code, answer.text) == (503, "the store cannot be read\n")
    assert [one.event for one in caplog.records if hasattr(one, "event")] == ["metrics.failed"]


def test_a_full_disk_is_told_before_it_is_full(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as there is room for what is told of it; the limit is raised here above any disk."""
    monkeypatch.setattr(checks, "LEAST_FREE_BYTES", 10**18)
    assert failing(workspace) == ["disk"]


def test_a_store_that_is_being_written_is_ready(workspace: Workspace) -> None:
    """A long write of a sync is no reason to take the pages away, nor to wait for its end."""
    writer = sqlite3.connect(workspace.store.where, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert failing(workspace) == []
    finally:
        writer.execute("ROLLBACK")
        writer.close()


def test_asking_writes_nothing(workspace: Workspace) -> None:
    """Not a byte of the store changes, whoever asks how often."""
    workspace.store.totals.list()
    before = Path(workspace.store.where).read_bytes()
    with served(workspace) as address:
        for path in ("healthz", "readyz", "metrics"):
            assert ask(f"{address}/{path}").status_code == 200
    assert Path(workspace.store.where).read_bytes() == before


def test_a_failure_is_logged_once_and_its_end_too(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asks each second fills no log."""
    with caplog.at_level(logging.INFO, logger="connector"), served(workspace) as address:
        file_for_output(workspace)
        for _ in range(3):
            ask(f"{address}/readyz")
        workspace.config.site.output.unlink()
        for _ in range(2):
            ask(f"{address}/readyz")
    events = [one.event for one in caplog.records if hasattr(one, "event")]
    assert events == ["service.not_ready", "service.ready"]


@pytest.mark.parametrize("path", ["readyz", "metrics"])
def test_what_a_proxy_hands_on_finds_nothing(workspace: Workspace, path: str) -> None:
    """The figures name projects: a reader from outside does not learn that there are any."""
    handed_on = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via")
    with served(workspace) as address:
        unknown = ask(f"{address}/no-such-page")
        for header in handed_on:
            answer = ask(f"{address}/{path}", **{header: "127.0.0.1"})
            assert (answer.status_code, answer.content) == (404, unknown.content)


def test_health_is_told_to_everybody(workspace: Workspace) -> None:
    """A load balancer asks from where it stands; it learns a word."""
    with served(workspace) as address:
        assert ask(f"{address}/healthz", X_Forwarded_For="203.0.113.9").status_code == 200


@pytest.mark.parametrize(
    ("peer", "trusted", "is_let_in"),
    [
        ("127.0.0.1", "", True),
        ("127.8.8.8", "", True),
        ("::1", "", True),
        ("::ffff:127.0.0.1", "", True),
        ("10.0.0.7", "", False),
        ("172.17.0.1", "", False),
        ("203.0.113.9", "", False),
        ("::ffff:203.0.113.9", "", False),
        ("10.0.0.7", '"10.0.0.0/24"', True),
        ("::ffff:10.0.0.7", '"10.0.0.0/24"', True),
        ("10.0.1.7", '"10.0.0.0/24"', False),
        ("2001:db8::7", '"10.0.0.0/24", "2001:db8::/64"', True),
        ("testclient", "", False),
    ],
)
def test_only_this_machine_and_trusted_ones_are_let_in(
    tmp_path: Path, peer: str, trusted: str, is_let_in: bool
) -> None:
    """By the address the connection comes from, which nobody can write into a header.

    Spoken to as a server speaks to it: no address but loopback can be had in a test.
    """
    more = f"\n[serve]\ntrusted_proxies = [{trusted}]\n"
    with installation(tmp_path, more=more) as workspace:
        assert (status_for(workspace, peer) == 200) == is_let_in


def status_for(workspace: Workspace, peer: str) -> int:
    """Ask `/metrics` as a peer, by the interface between server and application."""
    app = FastAPI()
    app.include_router(router(workspace, alive=lambda: True))
    found: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            found.append(int(str(message["status"])))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/metrics",
        "raw_path": b"/metrics",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"status.example")],
        "client": (peer, 5000),
        "server": ("status.example", 80),
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]  # a message is any mapping
    return found[0]


def test_every_check_has_a_name_and_a_remedy_of_its_own() -> None:
    """What is failing is found in the runbook by its name."""
    assert len(set(NAMES)) == len(CHECKS)
    assert all(check.remedy and "/" not in check.remedy.replace("clientview/id.key", "") for check in CHECKS)


def test_many_may_ask_at_once(workspace: Workspace) -> None:
    """Eight who ask together all get a whole answer."""
    answers: list[int] = []
    with served(workspace) as address:
        threads = [
            threading.Thread(target=lambda: answers.append(ask(f"{address}/readyz").status_code))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [200] * 8


def test_readiness_is_json_of_names_alone(workspace: Workspace) -> None:
    """No field beside those documented; the clock of the test stands still."""
    with served(workspace) as address:
        document = json.loads(ask(f"{address}/readyz").text)
    assert set(document) == {"status", "checks", "what_to_do"}
    assert workspace.now() == NOW
    assert [one.name for one in readiness(workspace)] == NAMES
