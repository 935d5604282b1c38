"""What an edition vouches for: a signed statement over its client files, linked to the one before.

It names client files by their digests, and the versions of policy, templates and program. Nothing
internal takes part in it, not even as a digest. `index.html` carries it in its last line, so that
the page alone can be checked; the digest of `index.html` is over what stands before that line.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from connector.pipeline.signing import NoKeyError, PublicKey, SigningKey, read_public

SCHEMA: Final = "clientview.statement/1"
PAGE: Final = "index.html"
FILE: Final = "statement.json"
SIGNATURE: Final = "statement.sig"
_SEAL: Final = re.compile(rb"<!-- clientview-statement ([A-Za-z0-9+/]+=*)\.([A-Za-z0-9+/]+=*) -->\n\Z")
_SEAL_BEGUN: Final = b"<!-- clientview-statement "
_FIRST: Final = "first"  # `previous` of the first statement of a chain

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Policy(_Strict):
    name: str
    digest: Digest


class _Key(_Strict):
    fingerprint: Digest
    public: str


class _Document(_Strict):
    artefacts: dict[str, Digest]
    beside: dict[str, Digest]
    edition: Annotated[int, Field(ge=1)]
    key: _Key
    kind: Literal["published", "withdrawn"]
    policy: _Policy
    previous: Digest | Literal["first"]
    program: str
    published_at: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    schema_: Annotated[Literal["clientview.statement/1"], Field(alias="schema")]
    sequence: Annotated[int, Field(ge=1)]
    templates: Digest


class StatementError(ValueError):
    """The bytes are no statement of a version this program knows, or not in their one form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """By what an edition was made: versions that a client may know."""

    policy: str
    policy_digest: str  # of what it opens
    templates: str  # digest of all of them
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one link of an audience's chain says. Digests are SHA-256 in hex."""

    kind: Literal["published", "withdrawn"]
    sequence: int  # of the link, from 1
    edition: int
    published_at: dt.datetime
    artefacts: Mapping[str, str]  # name to digest, in the edition's folder
    beside: Mapping[str, str] = field(default_factory=dict)  # the same beside the editions, as of then
    made: Made
    previous: str | None  # digest of the statement before; None: it is the first
    key: PublicKey

    def canonical(self) -> bytes:
        """Write it in its one form: keys in order, no white space, ASCII."""
        written = {
            "schema": SCHEMA,
            "kind": self.kind,
            "sequence": self.sequence,
            "edition": self.edition,
            "published_at": f"{self.published_at:%Y-%m-%dT%H:%M:%SZ}",
            "artefacts": dict(self.artefacts),
            "beside": dict(self.beside),
            "policy": {"name": self.made.policy, "digest": self.made.policy_digest},
            "templates": self.made.templates,
            "program": self.made.program,
            "previous": self.previous or _FIRST,
            "key": {"fingerprint": self.key.fingerprint, "public": self.key.text},
        }
        return _canonical(written)


def read_statement(content: bytes) -> Statement:
    """Read a statement.

    Args:
        content: Its bytes.

    Raises:
        StatementError: It is none, or not in its one form.
    """
    try:
        found = _Document.model_validate_json(content)
        key = read_public(base64.b64decode(found.key.public, validate=True))
        published_at = dt.datetime.fromisoformat(found.published_at)
    except (ValidationError, NoKeyError, ValueError):
        raise StatementError("found no statement of an edition") from None
    read = Statement(
        kind=found.kind,
        sequence=found.sequence,
        edition=found.edition,
        published_at=published_at,
        artefacts=found.artefacts,
        beside=found.beside,
        made=Made(
            policy=found.policy.name,
            policy_digest=found.policy.digest,
            templates=found.templates,
            program=found.program,
        ),
        previous=None if found.previous == _FIRST else found.previous,
        key=key,
    )
    if read.canonical() != content:
        raise StatementError("found a statement in another form than its own, or naming another key")
    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A statement as it was signed."""

    content: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """What the next statement names it by."""
        return digest(self.content)


def sign(statement: Statement, key: SigningKey) -> Signed:
    """Sign a statement; the same one gives the same bytes."""
    content = statement.canonical()
    return Signed(content=content, signature=key.sign(content))


def digest(content: bytes) -> str:
    """Return the SHA-256 of bytes in hex."""
    return hashlib.sha256(content).hexdigest()


def digests(artefacts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the digest of each file."""
    return {name: digest(content) for name, content in artefacts.items()}


def ended(page: bytes) -> bytes:
    """Return a page whose last line has its end, so that another line can follow."""
    return page if page.endswith(b"\n") else page + b"\n"


def sealed(artefacts: Mapping[str, bytes], signed: Signed) -> dict[str, bytes]:
    """Add the statement to an edition's files: as two files, and as the last line of the page.

    Args:
        artefacts: What the statement names; the page with its last line ended.
        signed: The statement.
    """
    parts = b".".join(base64.b64encode(part) for part in (signed.content, signed.signature))
    page = artefacts[PAGE] + _SEAL_BEGUN + parts + b" -->\n"
    return {**artefacts, PAGE: page, FILE: signed.content, SIGNATURE: signed.signature}


def unsealed(page: bytes) -> tuple[bytes, Signed | None]:
    """Take the statement out of a page.

    Returns:
        What stands before its last line, and the statement there; all of it and None where that
        line is none.

    Raises:
        StatementError: The last line begins like a statement and is damaged.
    """
    found = _SEAL.search(page)
    if found is None:
        if _SEAL_BEGUN in page.rstrip(b"\n").rpartition(b"\n")[2]:
            raise StatementError("the statement in the last line of the page is damaged")
        return page, None
    try:
        content, signature = (base64.b64decode(part, validate=True) for part in found.groups())
    except binascii.Error:
        raise StatementError("the statement in the last line of the page is damaged") from None
    return page[: found.start()], Signed(content=content, signature=signature)


def _canonical(written: Mapping[str, object]) -> bytes:
    return json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
