"""Passphrases of links: kept salted and stretched, compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from typing import Final

from connector.errors import UsageError

SHORTEST: Final = 8  # characters
LONGEST: Final = 200
_COST: Final = 2**14  # with _BLOCK, 16 MiB and about 50 ms for each try
_BLOCK: Final = 8
_PARALLEL: Final = 1
_SALT_BYTES: Final = 16
_KIND: Final = "scrypt"


def stretch(passphrase: str, *, salt: bytes) -> str:
    """Make what is kept of a passphrase.

    Args:
        passphrase: What a person chose.
        salt: Random bytes, at least 16, for this passphrase alone.

    Returns:
        `scrypt$COST$SALT$HASH`, in base64.

    Raises:
        UsageError: It is too short, or longer than anybody types.

    Source:
        RFC 7914 for scrypt; NIST SP 800-63B, 3.1.1.2, for the normal form (NFKC) and the least length.
    """
    if not SHORTEST <= len(passphrase) <= LONGEST:
        raise UsageError(
            f"found a passphrase of {len(passphrase)} characters; expected {SHORTEST} to {LONGEST}"
        )
    if len(salt) < _SALT_BYTES:
        raise ValueError(f"found a salt of {len(salt)} bytes, expected {_SALT_BYTES} or more")
    parts = (base64.b64encode(part).decode() for part in (salt, _hash(passphrase, salt, _COST)))
    return "$".join((_KIND, str(_COST), *parts))


def is_passphrase(given: str, kept: str) -> bool:
    """Tell whether what a reader gave is the passphrase that `kept` was made of.

    Args:
        given: What the reader typed.
        kept: As `stretch` made it.
    """
    _, cost, salt, digest = kept.split("$")
    found = _hash(given[:LONGEST], base64.b64decode(salt), int(cost))
    return hmac.compare_digest(found, base64.b64decode(digest))


def _hash(passphrase: str, salt: bytes, cost: int) -> bytes:
    text = unicodedata.normalize("NFKC", passphrase).encode()
    return hashlib.scrypt(text, salt=salt, n=cost, r=_BLOCK, p=_PARALLEL, dklen=32)
