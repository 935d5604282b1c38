"""The installation's secret for ids in pages: made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from connector.errors import UsageError

FOLDER = ".clientview"  # beside the configuration: what belongs to this installation and to nobody else
_NAME = "id.key"
_LENGTH = 32  # bytes


def id_key(folder: Path) -> bytes:
    """Return the key, made at first use.

    With it, ids in a page stay the same from edition to edition and tell nothing. Without it (the
    file was lost) a new one is made, and the next edition calls everything new.

    Args:
        folder: The configuration's folder.

    Raises:
        UsageError: The file cannot be written or is damaged.
    """
    file = folder / FOLDER / _NAME
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            _create(file)
        key = file.read_bytes()
    except OSError as exc:
        raise UsageError(f"{file}: {exc.strerror}; expected a folder this user may write") from exc
    if len(key) != _LENGTH:
        raise UsageError(
            f"{file}: found {len(key)} bytes, expected {_LENGTH}; put back a backup or remove it"
        )
    return key


def _create(file: Path) -> None:
    """Write the key whole or not at all; of two processes the first wins."""
    draft = file.with_name(f"{_NAME}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(_LENGTH))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
