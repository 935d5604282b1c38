"""Takes out of a tracker's own text what no client may read, where a policy opens such a text.

People the tracker knows, mail addresses, issue keys, hosts and addresses, secrets, amounts of money.
Rather too much than too little: what was taken out is told to the project manager, who can word the
thing for the client instead.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from connector.disclosure.known import NOTHING, WORD, Known, folded
from connector.disclosure.shapes import address_spans, email_spans, key_spans, money_spans
from connector.disclosure.tokens import secret_spans
from connector.disclosure.wording import clean_line

MOST_CHARACTERS: Final = 2_000  # of a line that are read
_CACHED: Final = 65_536
_ACCOUNT: Final = re.compile(r"(?P<at>[@~]?)(?P<account>[^\W_](?:[\w.+:-]*\w)?)")
_APART: Final = re.compile(r"[\s.,_\-·/]*")  # between the words of one name

Span = tuple[int, int]


class Kind(enum.StrEnum):
    """What was taken out; where two kinds meet, the earlier of this list names it."""

    ACCESS = "token or secret"
    EMAIL = "e-mail address"
    ADDRESS = "address or host"
    KEY = "issue key"
    MONEY = "amount of money"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A line without what was taken out, "" where nothing else was left to read."""

    text: str
    found: Mapping[Kind, int]


class Redactions:
    """Redacts for one edition, and remembers what was taken out of which field of which record."""

    def __init__(self, redactor: Redactor) -> None:
        """Take who redacts."""
        self._redactor = redactor
        self._found: dict[tuple[str, str], Mapping[Kind, int]] = {}

    def text(self, text: str, *, field: str, record: str) -> str:
        """Return a tracker's text redacted, "" if nothing else is left; see `Redactor.redact`."""
        redacted = self._redactor.redact(text)
        if redacted.found:
            self._found[field, record] = redacted.found
        return redacted.text

    def lines(self, names: Mapping[str, str]) -> tuple[str, ...]:
        """Tell what was taken out, for the project manager, in the order of the fields.

        Args:
            names: Key of a record to what people call it; others are named by their key.
        """
        return tuple(
            f"{field} of {names.get(record, record)}: {_counted(found)}"
            for (field, record), found in sorted(self._found.items())
        )


class Redactor:
    """Redacts the texts of one project for one audience, each text once."""

    def __init__(self, known: Known = NOTHING, *, phrase: str, keeps_money: bool = False) -> None:
        """Take what the trackers know, what stands for a thing taken out, and whether money may stay."""
        self._known = known
        self._phrase = phrase
        self._keeps_money = keeps_money
        self._done: dict[str, Redacted] = {}

    def redact(self, text: str) -> Redacted:
        """Return a tracker's text as one harmless line, redacted."""
        if text not in self._done:
            if len(self._done) >= _CACHED:
                self._done.clear()
            self._done[text] = self._redacted(clean_line(text, limit=MOST_CHARACTERS))
        return self._done[text]

    def _redacted(self, line: str) -> Redacted:
        plain = unicodedata.normalize("NFKC", line)  # full-width letters and the like
        spans = self._merged(line)
        if plain != line and len(found := self._merged(plain)) > len(spans):
            line, spans = plain, found
        if not spans:
            return Redacted(text=line, found={})
        ends = (0, *(stop for (_, stop), _ in spans))
        starts = (*(start for (start, _), _ in spans), len(line))
        kept = [line[end:start] for end, start in zip(ends, starts, strict=True)]
        is_left = any(char.isalnum() for part in kept for char in part)
        return Redacted(text=self._joined(kept) if is_left else "", found=Counter(kind for _, kind in spans))

    def _merged(self, line: str) -> list[tuple[Span, Kind]]:
        return _merged([(span, kind) for kind, spans in self._spans(line) for span in spans])

    def _spans(self, text: str) -> Iterator[tuple[Kind, Iterator[Span]]]:
        yield Kind.ACCESS, secret_spans(text)
        yield Kind.EMAIL, email_spans(text)
        yield Kind.ADDRESS, address_spans(text, self._known)
        yield Kind.KEY, key_spans(text, self._known)
        if not self._keeps_money:
            yield Kind.MONEY, money_spans(text)
        yield Kind.PERSON, self._people(text)

    def _joined(self, kept: list[str]) -> str:
        """Put the phrase between what was kept; once where only white space lies between two."""
        parts = [part for place, part in enumerate(kept) if part.strip() or place in {0, len(kept) - 1}]
        text = " ".join(self._phrase.join(parts).split())
        return text.replace(f"[{self._phrase}]", self._phrase)

    def _people(self, text: str) -> Iterator[Span]:
        known = self._known
        for name in known.glyph_names:
            yield from (found.span() for found in re.finditer(re.escape(name), text))
        words = [(found.start(), found.end(), folded(found.group())) for found in WORD.finditer(text)]
        for place, (start, end, word) in enumerate(words):
            yield from _whole_names(text, words[place:], known.names.get(word, ()))
            if word in known.first_names and text[start].isupper():
                yield start, end
        for found in _ACCOUNT.finditer(text):
            account = folded(found["account"])
            if account in known.accounts or (found["at"] and account in known.handles):
                yield found.span()


def _counted(found: Mapping[Kind, int]) -> str:
    return ", ".join(f"{kind} ×{found[kind]}" for kind in Kind if kind in found)


def _whole_names(
    text: str, words: list[tuple[int, int, str]], names: tuple[tuple[str, ...], ...]
) -> Iterator[Span]:
    """Yield the longest of the names that stands at the first of the words."""
    for name in names:
        here = words[: len(name)]
        gaps = pairwise(here)
        if tuple(word for _, _, word in here) == name and all(
            _APART.fullmatch(text, one[1], other[0]) for one, other in gaps
        ):
            yield here[0][0], here[-1][1]
            return


def _merged(found: list[tuple[Span, Kind]]) -> list[tuple[Span, Kind]]:
    """Join spans that touch the same characters; the gravest kind names them."""
    order = list(Kind)
    merged: list[tuple[Span, Kind]] = []
    for (start, end), kind in sorted(found, key=lambda each: each[0]):
        if merged and start < merged[-1][0][1]:
            (first, last), before = merged[-1]
            merged[-1] = ((first, max(last, end)), min(before, kind, key=order.index))
        elif start < end:
            merged.append(((start, end), kind))
    return merged
