"""The parts of an artefact in the forms in which a value could hide there.

Escapes are undone up to three levels deep: entities inside JSON inside an address. What is packed in
base64 or hexadecimal digits is unpacked, up to three levels deep, at whatever offset it was packed.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from connector.disclosure.formats import Part, parts

DECODINGS: Final = 3  # how often escapes are undone: entities inside JSON inside a URL
_EDGE: Final = "\x01"  # between texts that are folded together; hidden as well
_CONTROLS: Final = bytes(code for code in (*range(32), 127) if not chr(code).isspace() and code != ord(_EDGE))
_HIDDEN: Final = dict.fromkeys(
    [
        *_CONTROLS,
        *(code for code in range(0x80, 0xA0) if code != 0x85),
        *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        *range(0xE0000, 0xE01F0),
    ]
)  # characters that take no room: controls, joiners, marks of direction, variants, tags
_MARKS: Final = bytes(code for code in range(128) if not chr(code).isalnum())
_MARKS_BUT_EDGE: Final = bytes(code for code in _MARKS if code != ord(_EDGE))
_NO_WORD: Final = re.compile(r"[\W_]+")
_TAG: Final = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>|/\*.*?\*/|<[^>]*>", re.DOTALL)
_ESCAPE: Final = re.compile(
    r"&(?:#x?[0-9a-f]{1,8}|[a-z][a-z0-9]{1,31});?|(?:%[0-9a-f]{2})+|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[^\w\s]|\\[nrtbf]"
    r"|(?<![a-z0-9-])xn--[a-z0-9-]{1,59}",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"=[0-9A-F]{2}")
_SOFT_BREAK: Final = re.compile(r"=[ \t]*\r?\n")
_PLUS: Final = re.compile(r"[^\s\"'<>]+\+[^\s\"'<>]*")
_BACKSLASHED: Final = re.compile(r"\S*\\[nrtbf]\w\S*")
_DIGITS: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[\s:]?){4,}[0-9A-Fa-f]?")
_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{6,}(?:\r?\n[A-Za-z0-9+/_-]{6,})*")
_WORD: Final = re.compile(r"[A-Za-z]?[a-z/_-]*|[A-Z_-]*|[0-9/_-]*")  # in base64 no text looks like this
_BATCH: Final = 500
NAME: Final = "its name"
_URL_SAFE: Final = str.maketrans("-_", "+/", "\r\n")


def fold(text: str) -> str:
    """Return a text without regard to case, width, white space and hidden characters."""
    return _folded(text.replace(_EDGE, ""))


def _folded(text: str) -> str:
    if text.isascii():
        text = text.encode().translate(None, _CONTROLS).decode()
    else:
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
        return folded.encode().translate(None, _MARKS).decode()
    return _NO_WORD.sub("", folded)


def decoded(text: str) -> str:
    """The form that most values are looked for in."""
    return fold(undo_escapes(text))


def stripped(text: str) -> str:
    """As `decoded`, without the markup between the characters."""
    return fold(undo_escapes(_TAG.sub("", text)))


def stripped_twice(text: str) -> str:
    """As `stripped`, also without markup that was escaped, as in a feed or inside data."""
    return fold(_TAG.sub("", undo_escapes(_TAG.sub("", text))))


def squeezed(text: str) -> str:
    """As `decoded`, letters and digits only."""
    return squeeze(decoded(text))


def squeezed_stripped(text: str) -> str:
    """As `stripped`, letters and digits only."""
    return squeeze(stripped(text))


def squeezed_stripped_twice(text: str) -> str:
    """As `stripped_twice`, letters and digits only."""
    return squeeze(stripped_twice(text))


def unquoted(text: str) -> str:
    """The lines of a text that hold quoted-printable, as they read."""
    if not _QUOTED.search(text):
        return ""
    lines = (line for line in _SOFT_BREAK.sub("", text).splitlines() if _QUOTED.search(line))
    return decoded("\n".join(filter(None, map(_dequoted, lines))))


def addressed(text: str) -> str:
    """The words of a text that hold a plus, each plus read as a space, as in an address."""
    return decoded("\n".join(word.replace("+", " ") for word in _PLUS.findall(text)))


def backslashed(text: str) -> str:
    r"""The words of a text in which a backslash may stand for itself: `C:\names` has no line break."""
    return decoded("\n".join(word.replace("\\", " ") for word in _BACKSLASHED.findall(text)))


def unpacked(text: str) -> str:
    """What the text holds in base64 or as hexadecimal digits, at whatever offset it was packed."""
    return fold("\n".join(_unpack(undo_escapes(text), DECODINGS)))


BACKSLASHES: Final = "backslash for itself"
ESCAPING: Final = frozenset({".json", ".ics"})  # formats in which a backslash never does
FORMS: Final = {
    "as written": decoded,
    "without markup": stripped,
    "without escaped markup": stripped_twice,
    "letters only": squeezed,
    "letters only, without markup": squeezed_stripped,
    "letters only, without escaped markup": squeezed_stripped_twice,
    "quoted-printable": unquoted,
    "plus for space": addressed,
    BACKSLASHES: backslashed,
    "packed": unpacked,
}
SHAPES: Final = {
    "as written": (decoded,),
    "without markup": (stripped, decoded),
    "without escaped markup": (stripped_twice, stripped, decoded),
    "letters only": (squeezed,),
    "letters only, without markup": (squeezed_stripped, squeezed),
    "letters only, without escaped markup": (squeezed_stripped_twice, squeezed_stripped, squeezed),
    "quoted-printable": (decoded,),
    "plus for space": (decoded, addressed),
    BACKSLASHES: (decoded, backslashed),
    "packed": (unpacked,),
}
"""How a disclosed text may look in each form: where an angle bracket is text, and where it is markup."""
LETTERS_ONLY: Final = frozenset(form for form in FORMS if form.startswith("letters only"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of an artefact in one form. Its texts are not shown by `repr`: a secret may be in them."""

    artefact: str
    where: str  # of the part: `headers of part 1`; "" for a whole artefact
    form: str
    raw: str = field(repr=False)
    text: str = field(repr=False)

    def places(self, value: str) -> Iterator[int]:
        """Yield every place of a value, overlapping ones included."""
        start = self.text.find(value)
        while start >= 0:
            yield start
            start = self.text.find(value, start + 1)

    def describe(self, place: int) -> str:
        """Tell on which line of the part, from 1, a place of this form stands."""
        change = FORMS[self.form]
        lines = self.raw.splitlines(keepends=True)
        low, high = 0, len(lines) - 1
        while low < high:
            middle = (low + high) // 2
            if len(change("".join(lines[: middle + 1]))) > place:
                high = middle
            else:
                low = middle + 1
        line = f"line {low + 1} ({self.form})"
        return f"{self.where}, {line}" if self.where else line


def sections(name: str, content: bytes) -> tuple[Section, ...]:
    """Return the parts of an artefact, and its name, in every form that differs from the others.

    Raises:
        SafetyError: The artefact cannot be read.
    """
    found: dict[tuple[bool, str], Section] = {}
    for part in (Part(where=NAME, text=name), *parts(name, content)):
        for form, change in FORMS.items():
            text = "" if form == BACKSLASHES and name.endswith(tuple(ESCAPING)) else change(part.text)
            section = Section(artefact=name, where=part.where, form=form, raw=part.text, text=text)
            if text:
                found.setdefault((form in LETTERS_ONLY, text), section)
    return tuple(found.values())


def grams(texts: Iterable[str], size: int) -> frozenset[str]:
    """Return all runs of `size` characters of some texts."""
    return frozenset(
        {text[start : start + size] for text in texts for start in range(max(0, len(text) - size + 1))}
    )


def fold_all(texts: Sequence[str]) -> list[str]:
    """Return each text folded: `fold`, many times faster for hundreds of thousands of short texts."""
    found: list[str] = []
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        joined = f" {_EDGE} ".join(batch)
        folded = _folded(joined).split(f" {_EDGE} ")
        is_apart = joined.count(_EDGE) == len(batch) - 1 == len(folded) - 1
        found.extend(folded if is_apart else map(fold, batch))
    return found


def squeeze_all(folded: Sequence[str]) -> list[str]:
    """Return the letters and digits of each folded text: `squeeze`, for very many."""
    found: list[str] = []
    for start in range(0, len(folded), _BATCH):
        batch = folded[start : start + _BATCH]
        squeezed = _squeezed_together(batch) if all(map(str.isascii, batch)) else []
        found.extend(squeezed if len(squeezed) == len(batch) else map(squeeze, batch))
    return found


def _squeezed_together(batch: Sequence[str]) -> list[str]:
    return _EDGE.join(batch).encode().translate(None, _MARKS_BUT_EDGE).decode().split(_EDGE)


def _joined(text: str) -> str:
    """Join surrogates that JSON escapes left apart."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _dequoted(line: str) -> str:
    """Return a line with quoted-printable undone; "" where that is no text, as for `VALUE=DATE`."""
    try:
        return quopri.decodestring(line.encode(errors="replace")).decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _unescaped(found: re.Match[str]) -> str:
    escape = found.group()
    if escape[0] == "&":
        return html.unescape(escape)
    if escape[0] == "%":
        return bytes.fromhex(escape.replace("%", "")).decode("utf-8", errors="replace")
    if escape[0] in "xX":
        return _international(escape)
    if escape[1] in "uxUX" and len(escape) > 2:
        return chr(int(f"0x{escape[2:]}", 0))
    return " " if escape[1] in "nrtbf" else escape[1]


def _international(label: str) -> str:
    """Return a part of a host name in the letters it stands for; what stands for none stays."""
    try:
        return label[len("xn--") :].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _unpack(text: str, levels: int) -> Iterator[str]:
    """Yield what is packed in a text, and what is packed in that."""
    for packed in (*_of_base64(text), *_of_digits(text)):
        plain = undo_escapes(packed)
        yield plain
        if levels > 1:
            yield from _unpack(plain, levels - 1)


def _of_base64(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if _WORD.fullmatch(run):
            continue
        packed = run.translate(_URL_SAFE)
        for offset in range(4):
            yield from _printable(packed[offset:])


def _of_digits(text: str) -> Iterator[str]:
    for run in _DIGITS.findall(text):
        digits = re.sub(r"[\s:]", "", run)
        for offset in range(2):
            whole = digits[offset : offset + (len(digits) - offset) // 2 * 2]
            yield bytes.fromhex(whole).decode("utf-8", errors="replace")


def _printable(packed: str) -> Iterator[str]:
    whole = packed[: len(packed) // 4 * 4] if len(packed) % 4 == 1 else packed + "=" * (-len(packed) % 4)
    try:
        yield base64.b64decode(whole).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return
