"""Searches the bytes of an edition for every internal value, in plain and in encoded forms.

The rules, in one place:

1. A value is searched as it is, with entities, percent signs, JSON escapes and base64 undone, with
   the markup taken out, and with all white space and punctuation taken out; always without regard
   to case, width, white space and hidden characters.
2. A match counts unless it lies wholly inside a disclosed text, or a fixed text of the page, that
   stands at that place. Every such exemption is counted in the report.
3. Names of people with more than one word and e-mail addresses count even inside words that people
   wrote for the client or in the tracker: nobody known from the tracker is ever named. They may
   stand in fixed texts and in what the configuration says (publisher, client).
4. Values narrower than four characters and the tracker's own vocabulary (status, type, priority,
   resolution names) count only beside the name of their field: `Priority: P1`.
5. A line of free text, and a label that pairs a name with a value (`likelihood:medium`), may run
   across the edge of texts that stand there: nothing but what was disclosed is in it. Any other
   value must lie inside a single one.
6. The digest of a style sheet that stands in the page is a fixed text: it holds letters by chance.
7. A bare number counts only as a whole number, and not among the coordinates of a drawing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.disclosure.haystack import FORMS, UNSTRIPPED, sections
from connector.disclosure.internal import InternalValue
from connector.disclosure.manifest import FIXED_TEXT, OWN_RULES, Disclosure
from connector.disclosure.needles import FREE_TEXT, Hit, Rule, hits, sort_out

ACROSS: Final = "free text across texts that may stand there"
MOST_TILES: Final = 4
_STYLE: Final = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL)
PAIRED: Final = "Issue.labels"
_COORDINATE: Final = re.compile(
    r"""\s(?:x|y|x1|x2|y1|y2|cx|cy|r|rx|width|height|points|d|viewbox)="[^"<>]*$"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """An internal value found where it must not be. It never repeats the value."""

    artefact: str
    place: str  # `line 12 (base64)`
    source_field: str
    record: str  # internal: for the PM, never for a client

    def __str__(self) -> str:
        """Tell it on one line."""
        return (
            f"{self.artefact}, {self.place}: a value of {self.source_field} of {self.record or 'the project'}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A value that was found and let through, by which rule, and how often."""

    source_field: str
    record: str
    rule: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakReport:
    """What the search found. `searched` counts the values looked for."""

    leaks: tuple[Leak, ...]
    exemptions: tuple[Exemption, ...]
    searched: int

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing leaked."""
        return not self.leaks


def find_leaks(
    artefacts: Mapping[str, bytes],
    values: Sequence[InternalValue],
    manifest: Iterable[Disclosure],
    *,
    fixed: Iterable[str],
) -> LeakReport:
    """Search every artefact, and its name, for every internal value.

    Args:
        artefacts: File name to bytes, as they will be published.
        values: What must not appear, from `internal.values`.
        manifest: What was disclosed, and may therefore appear.
        fixed: The renderer's own texts: markup, styles, keys of data files.

    Returns:
        Every leak, ordered by artefact and place, at most one a value and artefact; what was
        exempted by which rule; how many values were searched.
    """
    parts = tuple(section for name in sorted(artefacts) for section in sections(name, artefacts[name]))
    needles = sort_out(values)
    allowed = _Allowed(manifest, (*fixed, *_digests(artefacts)))
    leaks: dict[tuple[str, str], Leak] = {}
    exempt: Counter[tuple[str, str, str]] = Counter()
    for hit in hits(needles, parts):
        rule = allowed.rule_for(hit)
        origin = hit.needle.origin
        if rule:
            exempt[origin.source_field, origin.record, rule] += 1
        elif (hit.section.artefact, origin.value) not in leaks:
            leaks[hit.section.artefact, origin.value] = _leak(hit)
    return LeakReport(
        leaks=tuple(sorted(leaks.values(), key=str)),
        exemptions=tuple(
            Exemption(source_field=source, record=record, rule=rule, count=count)
            for (source, record, rule), count in sorted(exempt.items())
        ),
        searched=len(needles.anywhere) + len(needles.context),
    )


def _digests(artefacts: Mapping[str, bytes]) -> Iterable[str]:
    """Return the digests of the style sheets that stand in the artefacts, as a content policy names them."""
    for body in artefacts.values():
        for style in _STYLE.findall(body):
            yield base64.b64encode(hashlib.sha256(style).digest()).decode()


def _leak(hit: Hit) -> Leak:
    return Leak(
        artefact=hit.section.artefact,
        place=hit.section.describe(hit.start),
        source_field=hit.needle.origin.source_field,
        record=hit.needle.origin.record,
    )


class _Allowed:
    """The texts that may stand in an artefact, and the rule that lets each do so."""

    def __init__(self, manifest: Iterable[Disclosure], fixed: Iterable[str]) -> None:
        texts = {entry.text: entry.rule for entry in manifest}
        texts.update((text, FIXED_TEXT) for text in fixed)
        self._forms = {form: _formed(texts, form) for form in FORMS}
        self._holders: dict[tuple[str, str], tuple[tuple[str, int, str], ...]] = {}

    def rule_for(self, hit: Hit) -> str:
        """Return the rule that allows a hit; "" if none does, and it is a leak."""
        if hit.needle.rule is Rule.NUMBER and _COORDINATE.search(hit.section.text, hit.start - 60, hit.start):
            return "coordinate of a drawing"
        value = hit.section.text[hit.start : hit.end]
        for text, offset, rule in self._holding(hit.section.form, value):
            is_open = hit.needle.rule is not Rule.PERSON or rule in OWN_RULES
            if is_open and hit.section.text.startswith(text, max(0, hit.start - offset)):
                return rule
        return ACROSS if self._is_tiled(hit) else ""

    def _is_tiled(self, hit: Hit) -> bool:
        """Tell whether free text, or a paired label, is made of allowed texts that stand side by side."""
        origin = hit.needle.origin
        is_pair = origin.source_field == PAIRED and ":" in origin.value
        if origin.source_field not in FREE_TEXT and not is_pair:
            return False
        text, place = hit.section.text, hit.start
        for _ in range(MOST_TILES):
            while place < hit.end and not text[place].isalnum():
                place += 1
            if place >= hit.end:
                return True
            place = max(self._end_of(allowed, text, place) for allowed in self._forms[hit.section.form])
        return place >= hit.end

    @staticmethod
    def _end_of(allowed: str, text: str, place: int) -> int:
        """Return where an allowed text ends that covers a place; the place itself if it does not."""
        start = text.find(allowed, max(0, place - len(allowed) + 1), place + len(allowed))
        return start + len(allowed) if 0 <= start <= place else place

    def _holding(self, form: str, value: str) -> tuple[tuple[str, int, str], ...]:
        key = (form, value)
        if key not in self._holders:
            self._holders[key] = tuple(
                (text, found.start(), rule)
                for text, rule in self._forms[form].items()
                if value in text
                for found in re.finditer(f"(?={re.escape(value)})", text)
            )
        return self._holders[key]


def _formed(texts: Mapping[str, str], form: str) -> dict[str, str]:
    """Write every allowed text in a form; where two become one, the more permissive rule stands.

    An angle bracket in a disclosed text is text, in a fixed one it is markup: both readings stand.
    """
    formed: dict[str, str] = {}
    for text, rule in texts.items():
        for shape in {FORMS[form](text), FORMS[UNSTRIPPED[form]](text)}:
            if shape and formed.get(shape) not in OWN_RULES:
                formed[shape] = rule
    return formed
