"""Internal values made ready for the search: which counts where."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from connector.disclosure.haystack import (
    LETTERS_ONLY,
    Section,
    fold,
    grams,
    squeeze,
    undo_escapes,
)
from connector.disclosure.internal import InternalValue

MIN_WIDTH: Final = 4  # narrower values count only beside the name of their field
MIN_LETTERS: Final = 12  # letters and digits a value needs to be searched without its white space
CODE_LENGTH: Final = 8  # in free text, a shorter line counts its letters and digits only: `----`, `});`
GRAMS: Final = (8, 4)  # lengths of the runs that are looked up before a value is searched
_VOCABULARY: Final = frozenset({"status", "type", "priority", "resolution", "category", "level"})
FREE_TEXT: Final = frozenset({"Issue.body", "Milestone.description", "Iteration.goal"})
_NUMBER: Final = re.compile(r"[\d.,   ]*\d[\d.,   ]*")
_WIDE: Final = frozenset({"W", "F"})
_SEPARATORS: Final = r"(?:<[^<>]{0,200}>|[\W_]){1,12}"  # between the name of a field and its value


class Rule(enum.Enum):
    """How a value is searched."""

    ANYWHERE = "anywhere"
    PERSON = "person"  # not even inside words that people wrote
    NUMBER = "number"  # only as a whole number
    CONTEXT = "context"  # only beside the name of its field


class Traits(NamedTuple):
    """What the values of a field are."""

    is_vocabulary: bool
    is_free_text: bool
    is_name: bool
    is_email: bool


class Needle(NamedTuple):
    """A value in the form it is searched in."""

    text: str
    rule: Rule
    origin: InternalValue


class Hit(NamedTuple):
    """A place where a needle's text stands. `start` and `end` are places of the section's text."""

    needle: Needle
    section: Section
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Needles by how they are searched."""

    anywhere: tuple[Needle, ...]
    context: tuple[Needle, ...]


def sort_out(values: Iterable[InternalValue]) -> Sorted:
    """Give every value its rule."""
    anywhere: list[Needle] = []
    context: list[Needle] = []
    for origin in values:
        text = fold(origin.value)
        rule = _rule(text, _traits(origin.source_field))
        if rule is Rule.CONTEXT:
            context.append(Needle(text, rule, origin))
        else:
            anywhere.append(Needle(text, rule, origin))
    return Sorted(anywhere=tuple(anywhere), context=tuple(context))


def hits(needles: Sorted, sections: tuple[Section, ...]) -> Iterator[Hit]:
    """Yield every place where a value stands, disclosed or not."""
    spaced = [section for section in sections if section.form not in LETTERS_ONLY]
    letters = [section for section in sections if section.form in LETTERS_ONLY]
    yield from _spaced_hits(needles.anywhere, spaced)
    yield from _letter_hits(needles.anywhere, letters)
    yield from _context_hits(needles.context, spaced)


def _spaced_hits(needles: Iterable[Needle], sections: list[Section]) -> Iterator[Hit]:
    index = _Index([section.text for section in sections])
    for needle in needles:
        text = needle.text
        if index.may_hold(text):
            yield from _places(needle, text, sections)
        if "%" in text or "&" in text or "\\" in text:
            plain = fold(undo_escapes(text))
            if plain != text and len(plain) >= MIN_WIDTH and index.may_hold(plain):
                yield from _places(needle, plain, sections)


def _letter_hits(needles: Iterable[Needle], sections: list[Section]) -> Iterator[Hit]:
    index = _Index([section.text for section in sections], sizes=GRAMS[:1])
    for needle in needles:
        if len(needle.text) < MIN_LETTERS or needle.rule is Rule.NUMBER:
            continue
        letters = squeeze(needle.text)
        if len(letters) >= MIN_LETTERS and index.may_hold(letters):
            yield from _places(needle, letters, sections)


class _Index:
    """Tells quickly that a text is in none of the sections."""

    def __init__(self, texts: list[str], *, sizes: tuple[int, ...] = GRAMS) -> None:
        self._grams = {size: grams(texts, size) for size in sizes}

    def may_hold(self, text: str) -> bool:
        for size, known in self._grams.items():
            if len(text) >= size:
                return text[:size] in known and text[-size:] in known
        return True


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
        for word in _field_words(needle.origin.source_field):
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
    return tuple(dict.fromkeys((word, word.removesuffix("s"))))


@cache
def _traits(source_field: str) -> Traits:
    """Tell what a field's values are; there are few fields and very many values."""
    return Traits(
        is_vocabulary=source_field.rpartition(".")[2] in _VOCABULARY,
        is_free_text=source_field in FREE_TEXT,
        is_name=source_field == "Person.name",
        is_email=source_field == "Person.email",
    )


def _rule(text: str, traits: Traits) -> Rule:
    if traits.is_vocabulary or (len(text) < CODE_LENGTH and _is_narrow(text, traits)):
        return Rule.CONTEXT
    if traits.is_email or (traits.is_name and _is_full(text)):
        return Rule.PERSON
    return Rule.NUMBER if text[0].isdigit() and _NUMBER.fullmatch(text) else Rule.ANYWHERE


def _is_narrow(text: str, traits: Traits) -> bool:
    """Tell whether a value is too narrow to count; a wide (CJK) character counts as two."""
    if text.isascii():
        return len(squeeze(text) if traits.is_free_text else text) < MIN_WIDTH
    return sum(2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in text) < MIN_WIDTH


def _is_full(name: str) -> bool:
    """Tell whether a person's name is more than one word, or written without spaces as in Chinese."""
    return " " in name or not name.isascii()
