"""`check` on what publication needs: addresses behind references, and pages that were left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.cli.app import run
from connector.pipeline.checking import faults
from tests.connector.test_config import SOURCE

SAME = "json://127.0.0.1:9/room"


def write(folder: Path, audience: str, alerts: str) -> Path:
    """Write a configuration with an audience's and the alerts' addresses."""
    file = folder / "clientview.toml"
    file.write_text(
        '[mail]\nserver = "smtp://127.0.0.1:9"\nsender = "a@example.com"\n'
        f'[[project]]\nkey = "apollo"\n{SOURCE}  [project.audience.client]\n  {audience}\n'
        f"  [project.alerts]\n{alerts}\n",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize(
    ("audience", "key"),
    [
        pytest.param('chat = ["env:CLIENT_ROOM"]', "chat[0]", id="a room"),
        pytest.param('mail = ["x@y.example", "pm@example.com"]', "mail[1]", id="a mailbox"),
    ],
)
@pytest.mark.parametrize(
    "alerts",
    [
        pytest.param('  to = ["env:PM_ROOM", "env:PM_MAIL"]', id="alerts"),
        pytest.param(
            '  escalate_after = "1d"\n  escalate_to = ["env:PM_ROOM", "env:PM_MAIL"]', id="escalation"
        ),
        pytest.param('  [[project.alerts.route]]\n  to = ["env:PM_ROOM", "env:PM_MAIL"]', id="a route"),
    ],
)
def test_one_address_behind_two_names_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, audience: str, key: str, alerts: str
) -> None:
    """References are read to compare them; the fault names the place and never the address."""
    monkeypatch.setenv("CLIENT_ROOM", f"{SAME}/")
    monkeypatch.setenv("PM_ROOM", SAME)
    monkeypatch.setenv("PM_MAIL", "mailtos://pm:secret@example.com")
    (told,) = faults(write(tmp_path, audience, alerts))
    assert f"project[0].audience.client.{key}: found an address that gets a project's alerts too" in told
    assert "127.0.0.1" not in told
    assert "example.com" not in told


def test_a_reference_that_cannot_be_read_now_is_no_fault(tmp_path: Path) -> None:
    """`check` needs no secret at hand."""
    assert faults(write(tmp_path, 'chat = ["env:CLIENT_ROOM"]', '  to = ["env:PM_ROOM"]')) == ()


def test_check_names_pages_that_were_left_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After a change of address the old pages stay readable: a warning names their folder, no fault."""
    old = tmp_path / "site" / "apollo" / "client"
    old.mkdir(parents=True)
    (old / "index.html").write_text("a page", encoding="utf-8")
    file = write(tmp_path, 'path = "opaque"', "")
    assert run(["--config", str(file), "check"]) == 0
    warned = capsys.readouterr().err
    assert f"{old}: pages of an address that no audience has any more" in warned
    assert "Remove the folder" in warned
