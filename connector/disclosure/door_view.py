"""What a reader sees before a page, or in its place. Like `view` it imports nothing but leaves and parts."""

from __future__ import annotations

from dataclasses import dataclass

from connector.disclosure.view import ClientText


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorField:
    """The field for a passphrase, and its button."""

    label: ClientText
    button: ClientText


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorWords:
    """What is said, in one language; `complaint` is what was wrong with what the reader did."""

    language: ClientText
    direction: ClientText
    heading: ClientText
    sentence: ClientText
    complaint: ClientText | None = None
    field: DoorField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorView:
    """The same words in one language or more. It names no project, no client and no publisher."""

    words: tuple[DoorWords, ...]
