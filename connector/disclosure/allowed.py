"""What may stand in an artefact: the disclosed texts, and the fixed ones of the page, wherever they do."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Final

from connector.disclosure.haystack import FORMS, SHAPES
from connector.disclosure.manifest import FIXED_TEXT, OWN_RULES, Disclosure
from connector.disclosure.needles import FREE_TEXT, Hit, Rule

ACROSS: Final = "free text across texts that may stand there"
COORDINATE: Final = "coordinate of a drawing"
MOST_TILES: Final = 4
PAIRED: Final = "Issue.labels"
_DRAWN: Final = re.compile(
    r"""[\s"'](?:x|y|dx|dy|x1|x2|y1|y2|cx|cy|r|rx|ry|width|height|points|d|viewbox|transform|textlength)$"""
)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?")
_TAG: Final = re.compile(r"</?[a-z][^<>]*")  # open: a mail puts its styles behind the other attributes
_ANY_TAG: Final = re.compile(r"</?[a-z][^<>]*>")
_RUN: Final = 3  # letters by which the text that covers a place is looked up
_EDGE: Final = "\x00"  # between the allowed texts of a form; no folded text holds it


class Allowed:
    """The texts that may stand in an artefact, and the rule that lets each do so."""

    def __init__(self, manifest: Iterable[Disclosure], fixed: Iterable[str]) -> None:
        """Take the disclosed and the fixed texts, each also line by line; of the fixed ones, each tag too."""
        texts: dict[str, str] = {}
        for entry in manifest:
            texts.update((line, entry.rule) for line in (*_ways(entry.text), *_between_tags(entry.text)))
        for text in fixed:
            texts.update((line, FIXED_TEXT) for line in (*_ways(text), *_TAG.findall(text)))
        self._forms = {form: _Shapes(_formed(texts, form)) for form in FORMS}

    def rule_for(self, hit: Hit) -> str:
        """Return the rule that allows a hit; "" if none does, and it is a leak."""
        text = hit.section.text
        if hit.needle.rule is Rule.NUMBER and _is_drawn(text, hit.start):
            return COORDINATE
        for shape, offset, rule in self._forms[hit.section.form].holding(text[hit.start : hit.end]):
            is_open = hit.needle.rule is not Rule.NAMED or rule in OWN_RULES
            if is_open and hit.start >= offset and text.startswith(shape, hit.start - offset):
                return rule
        return ACROSS if self._is_tiled(hit) else ""

    def _is_tiled(self, hit: Hit) -> bool:
        """Tell whether free text, or a paired label, is made of allowed texts that stand side by side."""
        origin = hit.needle.origin
        is_pair = origin.source_field == PAIRED and ":" in hit.needle.text
        if origin.source_field not in FREE_TEXT and not is_pair:
            return False
        text, place, shapes = hit.section.text, hit.start, self._forms[hit.section.form]
        for _ in range(MOST_TILES):
            while place < hit.end and not text[place].isalnum():
                place += 1
            if place >= hit.end:
                return True
            place = shapes.end_at(text, place)
        return place >= hit.end


class _Shapes:
    """The allowed texts in one form."""

    def __init__(self, rules: Mapping[str, str]) -> None:
        self._texts = tuple(rules)
        self._rules = tuple(rules.values())
        self._joined = _EDGE.join(self._texts)
        self._starts = tuple(accumulate((len(text) + 1 for text in self._texts), initial=0))
        self._holding: dict[str, tuple[tuple[str, int, str], ...]] = {}
        self._endings: dict[str, list[str]] = {}

    def holding(self, value: str) -> tuple[tuple[str, int, str], ...]:
        """Return the texts that hold a value: each with the value's place in it, and its rule."""
        if value not in self._holding:
            self._holding[value] = tuple(self._found(value))
        return self._holding[value]

    def _found(self, value: str) -> Iterator[tuple[str, int, str]]:
        place = self._joined.find(value)
        while place >= 0:
            number = bisect_right(self._starts, place) - 1
            yield self._texts[number], place - self._starts[number], self._rules[number]
            place = self._joined.find(value, place + 1)

    def end_at(self, text: str, place: int) -> int:
        """Return how far the allowed texts reach that cover a place; the place itself if none does."""
        ends = [place]
        for shape, offset, _ in self.holding(text[place : place + _RUN]):
            if offset <= place and text.startswith(shape, place - offset):
                ends.append(place - offset + len(shape))
        for end in range(place + 1, min(place + _RUN, len(text))):
            ends += [end for shape in self._ending(text[end - 1]) if text.endswith(shape, 0, end)]
        return max(ends)

    def _ending(self, letter: str) -> tuple[str, ...]:
        if not self._endings:
            for text in self._texts:
                self._endings.setdefault(text[-1], []).append(text)
        return tuple(self._endings.get(letter, ()))


def _ways(text: str) -> Iterator[str]:
    """Yield a text, its lines, and an instant or day as calendars write it."""
    yield text
    lines = text.splitlines()
    if len(lines) > 1:
        yield from filter(str.strip, lines)
    if _INSTANT.fullmatch(text):
        yield text.replace("-", "").replace(":", "")


def _between_tags(text: str) -> Iterator[str]:
    """Yield what stands between the tags of a client text: a mail dresses the tags themselves in styles."""
    if "</" in text:
        yield from filter(str.strip, _ANY_TAG.split(text))


def _is_drawn(text: str, place: int) -> bool:
    """Tell whether a number stands in an attribute that places or sizes a part of a drawing."""
    opening = text.rfind('="', 0, place)
    return opening >= 0 and '"' not in text[opening + 2 : place] and bool(_DRAWN.search(text, 0, opening))


def _formed(texts: Mapping[str, str], form: str) -> dict[str, str]:
    """Write every allowed text in a form; where two become one, the more permissive rule stands.

    An angle bracket in a disclosed text is text, in a fixed one it is markup: both readings stand.
    """
    formed: dict[str, str] = {}
    for text, rule in texts.items():
        for shape in _shapes_of(text, form):
            if shape and formed.get(shape) not in OWN_RULES:
                formed[shape] = rule
    return formed


@lru_cache(maxsize=50_000)  # the page's own texts are the same in every search of a process
def _shapes_of(text: str, form: str) -> frozenset[str]:
    return frozenset(change(text) for change in SHAPES[form])
