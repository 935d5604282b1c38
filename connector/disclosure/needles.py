"""Internal values made ready for the search: which counts where."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from connector.disclosure.haystack import (
    LETTERS_ONLY,
    Section,
    fold,
    fold_all,
    grams,
    squeeze,
    squeeze_all,
    undo_escapes,
)
from connector.disclosure.internal import InternalValue

MIN_WIDTH: Final = 4  # narrower values count only beside the name of their field
MIN_LETTERS: Final = 12  # letters and digits a value needs to be searched without its white space
CODE_LENGTH: Final = 8  # in free text, a shorter line counts its letters and digits only: `----`, `});`
GRAMS: Final = (8, 4)  # lengths of the runs that are looked up before a value is searched
_VOCABULARY: Final = frozenset({"status", "type", "priority", "resolution", "category", "level"})
FREE_TEXT: Final = frozenset({"Issue.body", "Milestone.description", "Iteration.goal"})
NAMES: Final = frozenset({"Person.name", "OtherProject.client"})
_NUMBER: Final = re.compile(r"[\d.,   ]*\d[\d.,   ]*")
_WIDE: Final = frozenset({"W", "F"})
_SEPARATORS: Final = r"(?:<[^<>]{0,200}>|[\W_]){1,12}"  # between the name of a field and its value


class Rule(enum.Enum):
    """How a value is searched."""

    ANYWHERE = "anywhere"
    NAMED = "named"  # not even inside words that people wrote: people, and clients of other projects
    NUMBER = "number"  # only as a whole number
    CONTEXT = "context"  # only beside the name of its field


class Traits(NamedTuple):
    """What the values of a field are."""

    is_vocabulary: bool
    is_free_text: bool
    is_name: bool
    is_email: bool


class Needle:
    """A value in the form it is searched in. It is as sealed as the value it is made of."""

    __slots__ = ("origin", "rule", "text")

    def __init__(self, text: str, rule: Rule, origin: InternalValue) -> None:
        """Keep a folded text, how it counts, and whose it is."""
        self.text = text
        self.rule = rule
        self.origin = origin

    def __repr__(self) -> str:
        return f"<Needle for {self.origin!r}>"


class Hit(NamedTuple):
    """A place where a needle's text stands. `start` and `end` are places of the section's text."""

    needle: Needle
    section: Section
    start: int
    end: int


def hits(values: Sequence[InternalValue], sections: Iterable[Section]) -> Iterator[Hit]:
    """Yield every place where a value stands, disclosed or not.

    Most values stand nowhere: they are dropped by a look at the runs of letters they begin and end
    with, all at once, before anything is made of one of them.
    """
    spaced = [section for section in sections if section.form not in LETTERS_ONLY]
    letters = [section for section in sections if section.form in LETTERS_ONLY]
    texts = fold_all([value.reveal() for value in values])
    index = Index(section.text for section in spaced)
    found = [_needle(texts[place], values[place]) for place in index.among(texts)]
    yield from _spaced_hits(found, spaced)
    yield from _context_hits(found, spaced)
    yield from _escaped_hits(values, texts, index, spaced)
    yield from _letter_hits(values, texts, letters)


def _needle(text: str, origin: InternalValue) -> Needle:
    return Needle(text, _rule(text, _traits(origin.source_field)), origin)


def _spaced_hits(needles: Iterable[Needle], sections: list[Section]) -> Iterator[Hit]:
    for needle in needles:
        if needle.rule is not Rule.CONTEXT:
            yield from _places(needle, needle.text, sections)


def _escaped_hits(
    values: Sequence[InternalValue], texts: list[str], index: Index, sections: list[Section]
) -> Iterator[Hit]:
    """Yield hits of values that hold escapes themselves: in the artefact they have been undone."""
    held = [n for n, text in enumerate(texts) if "%" in text or "&" in text or "\\" in text or "xn--" in text]
    plain = [fold(undo_escapes(texts[place])) for place in held]
    for found in index.among(plain):
        origin, text = values[held[found]], plain[found]
        needle = _needle(text, origin)
        if text != texts[held[found]] and needle.rule is not Rule.CONTEXT:
            yield from _places(needle, text, sections)


def _letter_hits(values: Sequence[InternalValue], texts: list[str], sections: list[Section]) -> Iterator[Hit]:
    index = Index(section.text for section in sections)
    squeezed = squeeze_all(texts)
    for place in index.among(squeezed):
        letters, needle = squeezed[place], _needle(texts[place], values[place])
        is_searched = needle.rule not in {Rule.NUMBER, Rule.CONTEXT} and len(needle.text) >= MIN_LETTERS // 2
        if is_searched and _width(letters) >= MIN_LETTERS:
            yield from _places(needle, letters, sections)


class Index:
    """Tells quickly which of very many texts are in none of the sections."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Take note of all runs of letters in some texts."""
        held = set(texts)
        self._long, self._short = (grams(held, size) for size in GRAMS)

    def among(self, texts: Sequence[str]) -> list[int]:
        """Return the places of the texts that may stand there; of very short ones, all."""
        size, least = GRAMS
        known, little = self._long, self._short
        return [
            place
            for place, text in enumerate(texts)
            if (
                text[:size] in known and text[-size:] in known and text[len(text) // 2 :][:size] in known
                if len(text) >= 2 * size
                else text[:size] in known and text[-size:] in known
                if len(text) >= size
                else len(text) < least or (text[:least] in little and text[-least:] in little)
            )
            and text
        ]


def _places(needle: Needle, text: str, sections: list[Section]) -> Iterator[Hit]:
    for section in sections:
        for start in section.places(text):
            end = start + len(text)
            if needle.rule is not Rule.NUMBER or _is_whole_number(section.text, start, end):
                yield Hit(needle, section, start, end)


def _is_whole_number(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return not re.search(r"\d[.,]?$", before) and not re.match(r"[.,]?\d", after)


def _context_hits(needles: Iterable[Needle], sections: list[Section]) -> Iterator[Hit]:
    by_word: dict[str, dict[str, Needle]] = {}
    for needle in needles:
        words = _field_words(needle.origin.source_field) if needle.rule is Rule.CONTEXT else ()
        for word in words:
            by_word.setdefault(word, {}).setdefault(needle.text, needle)
    for word, known in by_word.items():
        pattern = re.compile(rf"(?<!\w){re.escape(word)}{_SEPARATORS}")
        sizes = sorted({len(text) for text in known}, reverse=True)
        for section in sections:
            for found in pattern.finditer(section.text):
                yield from _beside(section, found, known, sizes)


def _beside(
    section: Section, found: re.Match[str], known: dict[str, Needle], sizes: list[int]
) -> Iterator[Hit]:
    for size in sizes:
        end = found.end() + size
        needle = known.get(section.text[found.end() : end])
        if needle is not None and not section.text[end : end + 1].isalnum():
            yield Hit(needle, section, found.end(), end)  # the value alone: its field's name is no secret
            return


def _field_words(source_field: str) -> tuple[str, ...]:
    name = re.sub(r"^[^.]*\.", "", source_field)
    bracket = re.search(r"\[(.*)\]$", name)
    word = fold(bracket.group(1) if bracket else name.removesuffix("_at").removesuffix("_on"))
    more = ("project",) if source_field.startswith("OtherProject.") else ()
    return tuple(dict.fromkeys((word, word.removesuffix("s"), *more)))


@cache
def _traits(source_field: str) -> Traits:
    """Tell what a field's values are; there are few fields and very many values."""
    return Traits(
        is_vocabulary=source_field.rpartition(".")[2] in _VOCABULARY,
        is_free_text=source_field in FREE_TEXT,
        is_name=source_field in NAMES,
        is_email=source_field == "Person.email",
    )


def _rule(text: str, traits: Traits) -> Rule:
    if traits.is_vocabulary or (len(text) < CODE_LENGTH and _is_narrow(text, traits)):
        return Rule.CONTEXT
    if traits.is_email or (traits.is_name and _is_full(text)):
        return Rule.NAMED
    return Rule.NUMBER if text[0].isdigit() and _NUMBER.fullmatch(text) else Rule.ANYWHERE


def _is_narrow(text: str, traits: Traits) -> bool:
    """Tell whether a value is too narrow to count."""
    return _width(squeeze(text) if traits.is_free_text and text.isascii() else text) < MIN_WIDTH


def _width(text: str) -> int:
    """Count characters; a wide (CJK) one counts as two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text)


def _is_full(name: str) -> bool:
    """Tell whether a person's name is more than one word, or written without spaces as in Chinese."""
    return " " in name or not name.isascii()
