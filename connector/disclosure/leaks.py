"""Searches the bytes of an edition for every internal value, in plain and in encoded forms.

The rules, in one place:

1. Every artefact is read as its reader's program reads it (`formats`): mails by header and part, a
   PDF's text and strings, a calendar unfolded; and its name. What cannot be read is refused.
2. A value is searched as it is; with entities, percent signs, JSON escapes, quoted-printable, plus
   signs of addresses and punycode undone; unpacked from base64 and hexadecimal digits; with the markup
   taken out, comments and escaped markup too; and with all white space and punctuation taken out.
   Always without regard to case, width, white space and characters that take no room.
3. A match counts unless it lies wholly inside a disclosed text, or a fixed text of the page, that
   stands at that place. Every such exemption is counted in the report.
4. Names of people with more than one word, e-mail addresses and names of other projects' clients with
   more than one word count even inside words that people wrote for the client or in the tracker. They
   may stand in fixed texts and in what the configuration says (publisher, client, contact).
5. Values narrower than four characters and the tracker's own vocabulary (status, type, priority,
   resolution names) count only beside the name of their field: `Priority: P1`. A wide (CJK) character
   counts as two. The key of another project counts in an address, however short: `/ab/`.
6. A line of free text, and a label that pairs a name with a value (`likelihood:medium`), may run
   across the edge of texts that stand there: nothing but what was disclosed is in it. Any other
   value must lie inside a single one.
7. The digest of a style sheet that stands in the page is a fixed text: it holds letters by chance.
8. A bare number counts only as a whole number, and not among the coordinates of a drawing.
9. Without white space and punctuation, a value is searched from twelve letters and digits on.
10. A disclosed text of several lines is disclosed line by line; a disclosed day or instant also as
    calendars write it (`20261123`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.disclosure.allowed import Allowed
from connector.disclosure.formats import FORMAT_TEXTS
from connector.disclosure.haystack import NAME, fold, sections
from connector.disclosure.internal import InternalValue
from connector.disclosure.manifest import Disclosure
from connector.disclosure.needles import Hit, hits

_STYLE: Final = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL)


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
        artefacts: File name to bytes, as they will be published. The ending of the name tells the
            format: see `connector.disclosure.formats`.
        values: What must not appear, from `internal.values` and its kin.
        manifest: What was disclosed, and may therefore appear.
        fixed: The renderer's own texts: markup, styles, keys of data files.

    Returns:
        Every leak, ordered by artefact and place, at most one a value and artefact; what was
        exempted by which rule; how many values were searched.

    Raises:
        SafetyError: An artefact cannot be read, so nobody could say what is in it.
    """
    parts = tuple(section for name in sorted(artefacts) for section in sections(name, artefacts[name]))
    allowed = Allowed(manifest, (*fixed, *FORMAT_TEXTS, *_digests(artefacts)))
    found: dict[tuple[str, int], Hit] = {}
    exempt: Counter[tuple[str, str, str]] = Counter()
    for hit in hits(values, parts):
        rule = allowed.rule_for(hit)
        origin = hit.needle.origin
        if rule:
            exempt[origin.source_field, origin.record, rule] += 1
        else:
            found.setdefault((hit.section.artefact, id(origin)), hit)
    return LeakReport(
        leaks=_leaks(found.values(), tuple(sorted(artefacts))),
        exemptions=tuple(
            Exemption(source_field=source, record=record, rule=rule, count=count)
            for (source, record, rule), count in sorted(exempt.items())
        ),
        searched=len(values),
    )


def _digests(artefacts: Mapping[str, bytes]) -> Iterable[str]:
    """Return the digests of the style sheets that stand in the artefacts, as a content policy names them."""
    for body in artefacts.values():
        for style in _STYLE.findall(body):
            yield base64.b64encode(hashlib.sha256(style).digest()).decode()


def _leaks(found: Collection[Hit], names: Sequence[str]) -> tuple[Leak, ...]:
    """Tell what was found. An artefact whose very name is a leak is told by its number."""
    unnamed = {hit.section.artefact for hit in found if hit.section.where == NAME}
    leaks = []
    for hit in found:
        name, origin = hit.section.artefact, hit.needle.origin
        artefact = f"file {names.index(name) + 1} of {len(names)}" if name in unnamed else name
        is_told = hit.needle.text in fold(origin.record)
        leaks.append(
            Leak(
                artefact=artefact,
                place=hit.section.describe(hit.start),
                source_field=origin.source_field,
                record="" if is_told else origin.record,
            )
        )
    return tuple(sorted(leaks, key=str))
