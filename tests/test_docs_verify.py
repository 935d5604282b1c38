"""The page for readers tells the truth: its commands for openssl are run as they stand."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.connector.press import Press

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "verify.md"
SCRIPT = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def edition(tmp_path: Path) -> tuple[Path, Press]:
    """Publish an edition; give a copy of its folder with the publisher's key in it."""
    press = Press(tmp_path)
    press.publish("one")
    press.close()
    folder = tmp_path / "kept"
    shutil.copytree(press.edition(1), folder)
    shutil.copy(press.workspace.config.site.output / "clientview-key.pem", folder)
    return folder, press


def run(folder: Path) -> list[str]:
    """Run the page's commands in a folder; return what they say."""
    (script,) = SCRIPT.findall(PAGE.read_text(encoding="utf-8"))
    ended = subprocess.run(
        ["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    return ended.stdout.splitlines()


def test_openssl_alone_proves_an_edition(edition: tuple[Path, Press]) -> None:
    """Key, signature and every file."""
    folder, press = edition
    fingerprint, verified, *files = run(folder)
    assert fingerprint.split()[0] == press.key.fingerprint
    assert verified == "Signature Verified Successfully"
    assert files == ["summary.json: as signed", "summary.md: as signed", "index.html: as signed"]


@pytest.mark.parametrize("name", ["index.html", "summary.json", "summary.md"])
def test_openssl_alone_shows_what_was_altered(edition: tuple[Path, Press], name: str) -> None:
    """A changed word, wherever it stands."""
    folder, _ = edition
    file = folder / name
    file.write_bytes(file.read_bytes().replace(b"o", b"0", 1))
    assert f"{name}: ALTERED" in run(folder)


def test_openssl_alone_shows_another_statement(edition: tuple[Path, Press]) -> None:
    """Whoever changes the statement as well has no key to sign it with."""
    folder, _ = edition
    statement = folder / "statement.json"
    statement.write_bytes(statement.read_bytes().replace(b'"edition":1', b'"edition":2'))
    assert "Signature Verified Successfully" not in run(folder)
