"""The key that signs editions: whose it is, where it lies, what it may never do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from connector.clock import system_clock
from connector.errors import SafetyError, UsageError
from connector.pipeline.signing import NoKeyError, public_key, read_public, signing_key
from connector.pipeline.workspace import Workspace, open_workspace

CONFIG = """\
[site]
publisher = "Northwind Studio"
base_url = "https://status.example.com/"
{site}
[[project]]
key = "apollo"

  [[project.source]]
  kind = "github"
  repository = "acme/apollo"
  token = "env:TOKEN"
"""


def opened(folder: Path, *, site: str = "") -> Workspace:
    """Open the workspace of a configuration in a folder."""
    file = folder / "clientview.toml"
    file.write_text(CONFIG.format(site=site), encoding="utf-8")
    return open_workspace(file, system_clock())


def test_the_key_is_made_at_first_need_and_stays(tmp_path: Path) -> None:
    """One key for an installation, readable by its owner alone."""
    with opened(tmp_path) as workspace:
        first = public_key(workspace)
    with opened(tmp_path) as workspace:
        again = public_key(workspace)
    file = tmp_path / ".clientview" / "signing.key"
    assert first == again
    assert first.url == "https://status.example.com/clientview-key.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_the_fingerprint_is_what_openssl_says(tmp_path: Path) -> None:
    """Whoever has openssl can work the fingerprint out of the published file."""
    with opened(tmp_path) as workspace:
        key = public_key(workspace)
    (tmp_path / "key.pem").write_text(key.pem)
    asked = ["openssl", "pkey", "-pubin", "-in", "key.pem", "-outform", "DER", "-out", "key.der"]
    subprocess.run(asked, cwd=tmp_path, check=True)
    told = subprocess.run(["sha256sum", "key.der"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert told.stdout.split()[0] == key.fingerprint
    assert read_public(key.pem.encode()).fingerprint == key.fingerprint


def test_a_key_of_ones_own_is_used(tmp_path: Path) -> None:
    """`[site] signing_key` names a file, relative to the configuration; openssl can make it."""
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(tmp_path / "own.pem")], check=True
    )
    with opened(tmp_path, site='signing_key = "file:own.pem"') as workspace:
        key = signing_key(workspace)
    assert key.public.has_signed(b"words", key.sign(b"words"))
    assert not key.public.has_signed(b"other words", key.sign(b"words"))
    assert not (tmp_path / ".clientview" / "signing.key").exists()


def test_a_key_inside_the_output_is_refused(tmp_path: Path) -> None:
    """Also where a link led there after the configuration was read; nothing is written."""
    with opened(tmp_path, site='signing_key = "file:keys/own.pem"') as workspace:
        (tmp_path / "site").mkdir()
        (tmp_path / "keys").symlink_to(tmp_path / "site")
        with pytest.raises(SafetyError, match="inside the output folder"):
            signing_key(workspace)
    assert list((tmp_path / "site").iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"words", b"-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_told_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    """A new key would make every reader doubt; the message never shows what the file holds."""
    file = tmp_path / ".clientview" / "signing.key"
    file.parent.mkdir()
    file.write_bytes(content)
    with opened(tmp_path) as workspace, pytest.raises(UsageError, match="no Ed25519 key"):
        signing_key(workspace)
    assert file.read_bytes() == content


def test_the_private_half_is_never_shown(tmp_path: Path) -> None:
    """Not even where a key is printed."""
    with opened(tmp_path) as workspace:
        key = signing_key(workspace)
    assert repr(key) == f"SigningKey({key.public.fingerprint})"


@pytest.mark.parametrize(
    "content", [b"", b"words", b"-----BEGIN PUBLIC KEY-----\nMA==\n-----END PUBLIC KEY-----\n"]
)
def test_what_is_no_public_key_is_told(content: bytes) -> None:
    """Whatever a file holds, the answer is the same."""
    with pytest.raises(NoKeyError):
        read_public(content)
