"""Secrets of an installation: made once, at first need, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from connector.errors import UsageError

FOLDER = ".clientview"  # beside the configuration: what belongs to this installation and to nobody else
ID_KEY: Final = "id.key"
_LENGTH = 32  # bytes


def id_key(folder: Path) -> bytes:
    """Return the key for ids in pages, made at first use.

    With it, ids in a page stay the same from edition to edition and tell nothing. Without it (the
    file was lost) a new one is made, and the next edition calls everything new.

    Args:
        folder: The configuration's folder.

    Raises:
        UsageError: The file cannot be written or is damaged.
    """
    file = folder / FOLDER / ID_KEY
    key = keep(file, lambda: secrets.token_bytes(_LENGTH))
    if len(key) != _LENGTH:
        raise UsageError(
            f"{file}: found {len(key)} bytes, expected {_LENGTH}; put back a backup or remove it"
        )
    return key


def keep(file: Path, make: Callable[[], bytes]) -> bytes:
    """Read a secret file; where there is none, make one with mode 0600, in a folder of mode 0700.

    Args:
        file: Where it lies.
        make: Gives its content at first need; of two processes the first wins.

    Raises:
        UsageError: The file can be neither read nor written.
    """
    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _create(file, make())
        return file.read_bytes()
    except OSError as exc:
        raise UsageError(f"{file}: {exc.strerror}; expected a file this user may read and write") from exc


def _create(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
