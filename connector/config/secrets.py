"""Secrets by reference: `env:NAME` or `file:PATH`. Read when needed, never stored, never shown."""

from __future__ import annotations

import logging
import os
import re
import stat
from pathlib import Path

from connector.errors import UsageError
from connector.logs import register_secret

logger = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_reference(value: object) -> bool:
    """Whether a value points to a secret instead of being one."""
    return isinstance(value, str) and value.startswith(("env:", "file:"))


def is_well_formed(reference: str) -> bool:
    """Whether a reference names a variable or a file."""
    kind, _, name = reference.partition(":")
    return bool(_NAME.fullmatch(name)) if kind == "env" else kind == "file" and bool(name.strip())


def resolve(reference: str, folder: Path) -> str:
    """Read a secret. It is kept out of the log from here on.

    Args:
        reference: `env:NAME`, or `file:PATH` with PATH absolute or relative to `folder`.
        folder: The configuration's folder.

    Returns:
        The secret without white space around it, not empty.

    Raises:
        UsageError: There is no such variable or file, or it is empty; the message names it.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        secret = os.environ.get(name, "").strip()
        if not secret:
            found = "an empty environment variable" if name in os.environ else "no environment variable"
            raise UsageError(f"{reference}: found {found} {name}; expected the secret in it")
    elif kind == "file":
        secret = _read(folder / name, reference)
    else:
        raise UsageError('found a secret in plain text (not shown); expected "env:NAME" or "file:PATH"')
    register_secret(secret)
    return secret


def resolve_if_reference(text: str, folder: Path) -> str:
    """Read a secret where `text` is a reference; give back any other text as it is.

    Raises:
        UsageError: As `resolve`.
    """
    return resolve(text, folder) if is_reference(text) else text


def _read(file: Path, reference: str) -> str:
    try:
        mode = file.stat().st_mode
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise UsageError(
            f"{reference}: {file} cannot be read: {exc.strerror}; expected the secret in it"
        ) from exc
    except UnicodeDecodeError:
        raise UsageError(
            f"{reference}: found bytes that are no text in {file}; expected the secret"
        ) from None
    if not secret:
        raise UsageError(f"{reference}: found an empty file {file}; expected the secret in it")
    if mode & stat.S_IROTH:
        logger.warning(
            "The secret file %s can be read by every user of this machine; chmod 600 it",
            file,
            extra={"event": "secret.world_readable"},
        )
    return secret
