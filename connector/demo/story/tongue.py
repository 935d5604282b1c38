"""The languages in which the story's client words are told. What the team writes stays English."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Final

from babel.messages.pofile import read_po

from connector.errors import UsageError

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "zh-CN")
Tongue = Callable[[str], str]
"""Turns client words of the story, written in English, into those of a language."""


def tongue(language: str) -> Tongue:
    """Return what tells client words in a language; "" stays "".

    Raises:
        UsageError: The story is not told in that language.
    """
    if language == ENGLISH:
        return str
    if language not in LANGUAGES:
        raise UsageError(
            f"found language {language!r}; the demonstration is told in {' and '.join(LANGUAGES)}"
        )
    with files("connector.demo.files").joinpath(f"story.{language}.po").open("rb") as stream:
        book = read_po(stream, locale=language.replace("-", "_"), abort_invalid=True)
    words = {str(message.id): str(message.string) for message in book if message.id}
    return lambda text: words[text] if text else text
