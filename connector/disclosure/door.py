"""Makes what a reader sees before a page, or in its place: nothing of any project is in it."""

from __future__ import annotations

import enum

from connector.disclosure.catalogue import LANGUAGES, Catalogue, catalogue
from connector.disclosure.door_view import DoorField, DoorView, DoorWords
from connector.disclosure.view import ClientText


class Told(enum.Enum):
    """What a reader is told in the place of a page."""

    GONE = "gone"  # or never was
    BUSY = "busy"
    FAILED = "failed"


class Complaint(enum.Enum):
    """What was wrong with a passphrase."""

    WRONG = "wrong"
    TRIES = "tries"


def told(what: Told) -> DoorView:
    """Say it in every language: who came is not known.

    Args:
        what: What to tell.
    """
    return DoorView(words=tuple(_words(catalogue(name), what.value) for name in LANGUAGES))


def asked(language: str, complaint: Complaint | None = None) -> DoorView:
    """Ask for a passphrase.

    Args:
        language: The audience's, as BCP 47.
        complaint: What was wrong with the one given; None before any was.

    Raises:
        UnknownLanguageError: There is no catalogue for the language.
    """
    words = catalogue(language)
    return DoorView(
        words=(
            _words(
                words,
                "ask",
                complaint=ClientText(words.say(f"link.ask.{complaint.value}")) if complaint else None,
                field=DoorField(
                    label=ClientText(words.say("link.ask.label")),
                    button=ClientText(words.say("link.ask.button")),
                ),
            ),
        )
    )


def _words(
    words: Catalogue, what: str, *, complaint: ClientText | None = None, field: DoorField | None = None
) -> DoorWords:
    return DoorWords(
        language=ClientText(words.language),
        direction=ClientText("ltr"),
        heading=ClientText(words.say(f"link.{what}.heading")),
        sentence=ClientText(words.say(f"link.{what}.sentence")),
        complaint=complaint,
        field=field,
    )
