"""Values that `[fields]` maps: read from a custom field, a label's prefix or a heading of the text."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator, Mapping

from adapters.records import FieldValue, Issue
from mappings.predicates import as_text, folded
from mappings.rulefile import Source
from mappings.rules import Rules

TEXT_CHARACTERS = 20_000  # of an issue's text that is searched for headings and blocks
_BLOCK = re.compile(r"<!--[ \t]*client[ \t]*-->(.*?)<!--[ \t]*/client[ \t]*-->", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_OPENING = re.compile(r"^(?:#{1,6}[ \t]+|h[1-6]\.[ \t]+)|[ \t#]+$")
_IN_BLOCK = ("client_title", "client_text")  # what a block between comments holds, in that order
_HEADING = re.compile(r"^(?:#{1,6}[ \t]+|h[1-6]\.[ \t]+)(.*?)[ \t#]*$", re.MULTILINE)
_END_OF_SECTION = "## -"  # a heading that nobody asks for
_NO_ANSWER = "_no response_"  # what GitHub's issue forms write for a question left open
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


def value_of(issue: Issue, rules: Rules, key: str) -> str:
    """Read a value that `[fields]` maps.

    Args:
        issue: The issue.
        rules: The rules of its source.
        key: A key of `[fields]`, e.g. `client_title`.

    Returns:
        The first that is not empty, asked in the order fields, labels, headings; "" if none.
    """
    source = rules.sources.get(key)
    return "" if source is None else next(_values(issue, source), "")


def field_of(issue: Issue, rules: Rules, key: str) -> str:
    """Read a value that `[fields]` maps, of fields and labels alone; see `value_of`."""
    source = rules.sources.get(key)
    return "" if source is None else next(_of_fields(issue, source), "")


def block_of(issue: Issue, rules: Rules, key: str) -> str:
    """Read words for the client from a marked block of an issue's text.

    A block is what stands below a heading that `[fields]` names, or between `<!-- client -->` and
    `<!-- /client -->`: there the first line is the title, and what follows the text.

    Returns:
        The first that is not empty, headings before comments; "" if none.
    """
    source = rules.sources.get(key)
    headings = () if source is None else map(_shown, _of_headings(issue, source))
    return next(filter(None, headings), "") or _between_comments(issue.body).get(key, "")


def read_part(body: str, rules: Rules) -> str:
    """Return the part of an issue's text that is read here; the rest tells nobody anything.

    Args:
        body: The text.
        rules: The rules of its source.

    Returns:
        The first block between comments, and the first section below each heading that `[fields]`
        names; every value read from it is the same as from the whole. "" where there is neither.
    """
    text = body[:TEXT_CHARACTERS].replace("\r\n", "\n")
    pieces: list[str] = []
    for start, end in _joined(sorted(_read_spans(text, rules))):
        piece = text[start:end].strip("\n")
        if pieces and not _HEADING.match(piece):
            pieces.append(_END_OF_SECTION)
        pieces.append(piece)
    return "\n".join(pieces)


def number_of(text: str) -> float | None:
    """Read the number a text begins with (`5`, `2,5 days`); None where it begins with none."""
    found = _NUMBER.match(text.strip())
    return float(found.group().replace(",", ".")) if found else None


def day_of(text: str) -> dt.date | None:
    """Read the day a text begins with (`2026-11-23`, also of an instant); None where there is none."""
    try:
        return dt.date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


# ----------------------------------------------------------------------------------- private


def _read_spans(text: str, rules: Rules) -> Iterator[tuple[int, int]]:
    """Yield where the parts of a text stand that are read."""
    if found := _BLOCK.search(text):
        yield found.span()
    wanted = {folded(name) for source in rules.sources.values() for name in source.heading}
    headings = list(_HEADING.finditer(text))
    for position, heading in enumerate(headings):
        name = folded(heading.group(1))
        if name in wanted:
            wanted.remove(name)
            last = position + 1 == len(headings)
            yield heading.start(), len(text) if last else headings[position + 1].start()


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join those that overlap; they come in order of their beginning."""
    begun: tuple[int, int] | None = None
    for start, end in spans:
        if begun is not None and start < begun[1]:
            begun = (begun[0], max(begun[1], end))
            continue
        if begun is not None:
            yield begun
        begun = (start, end)
    if begun is not None:
        yield begun


def _values(issue: Issue, source: Source) -> Iterator[str]:
    yield from _of_fields(issue, source)
    yield from _of_headings(issue, source)


def _of_fields(issue: Issue, source: Source) -> Iterator[str]:
    found = (_text(issue.fields.get(name)) for name in source.field)
    yield from (text for text in found if text)
    for prefix in map(folded, source.label):
        for label in issue.labels:
            plain = folded(label)
            if plain.startswith(prefix) and len(plain) > len(prefix):
                yield plain[len(prefix) :].strip()


def _of_headings(issue: Issue, source: Source) -> Iterator[str]:
    if source.heading and issue.body:
        sections = _sections(issue.body)
        yield from (sections[name] for name in map(folded, source.heading) if sections.get(name))


def _between_comments(body: str) -> Mapping[str, str]:
    if "<!--" not in body:
        return {}
    found = _BLOCK.search(body[:TEXT_CHARACTERS].replace("\r\n", "\n"))
    title, _, text = _shown(found[1]).partition("\n") if found else ("", "", "")
    return dict(zip(_IN_BLOCK, (_OPENING.sub("", title.strip()).strip(), text.strip()), strict=True))


def _shown(text: str) -> str:
    """Return a text without comments, which a tracker does not show; a block has words of its own."""
    return _COMMENT.sub("", _BLOCK.sub("", text)).strip()


def _text(value: FieldValue) -> str:
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, tuple) else as_text(value).strip()


@functools.lru_cache(maxsize=16)  # the keys of one issue ask for the same text in a row
def _sections(body: str) -> Mapping[str, str]:
    """Text below each heading (Markdown `## …`, Jira `h2. …`), the first of a name counting."""
    text = body[:TEXT_CHARACTERS].replace("\r\n", "\n")
    headings = list(_HEADING.finditer(text))
    sections: dict[str, str] = {}
    for position, heading in enumerate(headings):
        end = headings[position + 1].start() if position + 1 < len(headings) else len(text)
        below = text[heading.end() : end].strip()
        sections.setdefault(folded(heading.group(1)), "" if folded(below) == _NO_ANSWER else below)
    return sections
