"""Reads the document that proves an approval: a signed PDF, a mail."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from connector.analysis.facts import Evidence
from connector.errors import UsageError

MOST_BYTES = 25 * 1024 * 1024  # a scan of a long contract; a film is no evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Evidence with its bytes; both None where there is none."""

    evidence: Evidence | None = None
    content: bytes | None = None


NO_PROOF = Proof()


def read_proof(file: Path | None) -> Proof:
    """Read a document to be stored as evidence.

    Args:
        file: Its path; None for none.

    Raises:
        UsageError: It cannot be read, is empty, or is larger than `MOST_BYTES`.
    """
    if file is None:
        return NO_PROOF
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as exc:
        raise UsageError(
            f"--evidence: {file}: {exc.strerror or 'cannot be read'}; expected a readable file"
        ) from exc
    if not content or len(content) > MOST_BYTES:
        found = "an empty file" if not content else f"more than {MOST_BYTES // 1024 // 1024} MiB"
        raise UsageError(f"--evidence: {file}: found {found}; expected the signed document or the mail")
    digest = hashlib.sha256(content).hexdigest()
    return Proof(
        evidence=Evidence(name=file.name, sha256=digest, size_bytes=len(content)),
        content=content,
    )
