"""The bytes of an artefact in the forms in which a value could hide there."""

from __future__ import annotations

import base64
import binascii
import html
import re
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

DECODINGS: Final = 3  # how often escapes are undone: entities inside JSON inside a URL
_HIDDEN: Final = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
_PUNCTUATION: Final = (string.punctuation + string.whitespace).encode()
_NO_WORD: Final = re.compile(r"[\W_]+")
_TAG: Final = re.compile(r"<[^>]*>")
_ESCAPE: Final = re.compile(
    r"&(?:#x?[0-9a-f]{1,8}|[a-z][a-z0-9]{1,31});?|(?:%[0-9a-f]{2})+|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[^\w\s]|\\[nrtbf]",
    re.IGNORECASE,
)
_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{6,}(?:\r?\n[A-Za-z0-9+/_-]{6,})*")
_WORD: Final = re.compile(r"[A-Za-z]?[a-z/_-]*|[A-Z_-]*|[0-9/_-]*")  # in base64 no text looks like this
_URL_SAFE: Final = str.maketrans("-_", "+/", "\r\n")


def fold(text: str) -> str:
    """Return a text without regard to case, width, white space and hidden characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_HIDDEN))
    return " ".join(text.casefold().split())


def undo_escapes(text: str) -> str:
    """Return a text with entities, percent signs and backslash escapes undone, however nested."""
    for _ in range(DECODINGS):
        plain = _ESCAPE.sub(_unescaped, text)
        if plain == text:
            break
        text = _joined(plain)
    return text


def squeeze(folded: str) -> str:
    """Return only the letters and digits of a folded text."""
    if (
        folded.isascii()
    ):  # several times faster than a regular expression, for hundreds of thousands of values
        return folded.encode().translate(None, _PUNCTUATION).decode()
    return _NO_WORD.sub("", folded)


def decoded(text: str) -> str:
    """The form that most values are looked for in."""
    return fold(undo_escapes(text))


def stripped(text: str) -> str:
    """As `decoded`, without the markup between the characters."""
    return fold(undo_escapes(_TAG.sub("", text)))


def squeezed(text: str) -> str:
    """As `decoded`, letters and digits only."""
    return squeeze(decoded(text))


def squeezed_stripped(text: str) -> str:
    """As `stripped`, letters and digits only."""
    return squeeze(stripped(text))


def unpacked(text: str) -> str:
    """What the text holds in base64, at whatever offset it was packed."""
    return fold("\n".join(_unpack(text)))


FORMS: Final = {
    "as written": decoded,
    "without markup": stripped,
    "letters only": squeezed,
    "letters only, without markup": squeezed_stripped,
    "base64": unpacked,
}
UNSTRIPPED: Final = {
    **{form: form for form in FORMS},
    "without markup": "as written",
    "letters only, without markup": "letters only",
}
LETTERS_ONLY: Final = frozenset({"letters only", "letters only, without markup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One artefact in one form."""

    artefact: str
    form: str
    raw: str
    text: str

    def places(self, value: str) -> Iterator[int]:
        """Yield every place of a value, overlapping ones included."""
        start = self.text.find(value)
        while start >= 0:
            yield start
            start = self.text.find(value, start + 1)

    def describe(self, place: int) -> str:
        """Tell on which line of the artefact, from 1, a place of this form stands."""
        change = FORMS[self.form]
        lines = self.raw.splitlines(keepends=True)
        low, high = 0, len(lines) - 1
        while low < high:
            middle = (low + high) // 2
            if len(change("".join(lines[: middle + 1]))) > place:
                high = middle
            else:
                low = middle + 1
        return f"line {low + 1} ({self.form})"


def sections(name: str, content: bytes) -> tuple[Section, ...]:
    """Return an artefact, and its name, in every form that differs from the others."""
    raw = content.decode("utf-8", errors="replace")
    found: dict[str, Section] = {}
    for form, change in FORMS.items():
        for artefact, text in ((name, raw), (f"the name of {name}", name)):
            section = Section(artefact=artefact, form=form, raw=text, text=change(text))
            found.setdefault(f"{form in LETTERS_ONLY} {section.text}", section)
    return tuple(found.values())


def grams(texts: list[str], size: int) -> frozenset[str]:
    """Return all runs of `size` characters of some texts."""
    return frozenset(
        {text[start : start + size] for text in texts for start in range(max(0, len(text) - size + 1))}
    )


def _joined(text: str) -> str:
    """Join surrogates that JSON escapes left apart."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(found: re.Match[str]) -> str:
    escape = found.group()
    if escape[0] == "&":
        return html.unescape(escape)
    if escape[0] == "%":
        return bytes.fromhex(escape.replace("%", "")).decode("utf-8", errors="replace")
    if escape[1] in "ux" and len(escape) > 2:
        return chr(int(f"0x{escape[2:]}", 0))
    return " " if escape[1] in "nrtbf" else escape[1]


def _unpack(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if _WORD.fullmatch(run):
            continue
        packed = run.translate(_URL_SAFE)
        for offset in range(4):
            yield from _printable(packed[offset:])


def _printable(packed: str) -> Iterator[str]:
    whole = packed[: len(packed) // 4 * 4] if len(packed) % 4 == 1 else packed + "=" * (-len(packed) % 4)
    try:
        yield base64.b64decode(whole).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return
