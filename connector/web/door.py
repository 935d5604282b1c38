"""What the client half is handed: who came by which link, and what may be shown to them.

It knows of no project and no store: a `Guest` answers for the one link that somebody came by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Asked(Enum):
    """Why a passphrase is asked for."""

    FIRST = "first"
    WRONG = "wrong"
    TRIES = "tries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A published file. `name` is its file name; `digest` its SHA-256 in hex."""

    name: str
    content: bytes
    digest: str
    edition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a reader's program keeps instead of the passphrase."""

    value: str
    lasts: dt.timedelta


class Guest(Protocol):
    """Somebody who came by an open link."""

    @property
    def link(self) -> int:
        """The link's number: no secret, and no name of anything."""

    @property
    def language(self) -> str:
        """The audience's, as BCP 47."""

    @property
    def place(self) -> str:
        """Where the audience's pages say that they lie, below the public address; without slashes around."""

    @property
    def asks_passphrase(self) -> bool:
        """Whether the link has a passphrase."""

    def find(self, path: str) -> Found | None:
        """Find a published file of the link's audience by its path below the link."""

    def knows(self, shown: str) -> bool:
        """Tell whether what was shown is a pass of this link that still holds."""

    def let_in(self, passphrase: str) -> Pass | None:
        """Give a pass for the right passphrase."""

    def note(self, found: Found, address: str) -> None:
        """Remember that a file was read, from a truncated address."""


class Reception(Protocol):
    """Answers whoever comes."""

    def admit(self, token: str) -> Guest | None:
        """Find who comes by a token; None where it opens nothing, whatever the reason."""

    def key(self, name: str) -> str | None:
        """Read a public key as PEM, by its file name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages that stand in the place of others. `ask` takes a language and why."""

    gone: bytes
    busy: bytes
    failed: bytes
    ask: Callable[[str, Asked], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Where readers reach this service. `prefix` is the path of its address, "" at a host's root."""

    is_https: bool = False
    prefix: str = ""
