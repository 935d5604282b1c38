"""Where in a TOML text a value is written, so that a fault can name its line.

The text is read for its layout only; `tomllib` has judged its grammar before. On a text that is
no TOML the answer is a best effort, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

Path = tuple[str | int, ...]
"""Keys from the root of the document; numbers (from 0) are positions in an array."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANKS = re.compile(r"[ \t]*")
_BARE = re.compile(r"[^ \t\r\n=.,\[\]{}#\"']+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r'\\(?:([btnfr"\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))')


def locate(text: str, path: Sequence[str | int]) -> int:
    """Find the line on which the value at `path` is written.

    Args:
        text: A TOML document.
        path: Keys and array positions (from 0) from the root down.

    Returns:
        The line, counted from 1. For something that is not written, the line of the nearest
        table or key above it; 0 where not even that exists.
    """
    lines = _lines_of(text)
    wanted = tuple(path)
    while wanted:
        if wanted in lines:
            return lines[wanted]
        wanted = wanted[:-1]
    return 0


def dotted(path: Sequence[str | int]) -> str:
    """Write a path the way people read it: `rule[3].when.type`, positions counted from 0."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


# ----------------------------------------------------------------------------------- private


@lru_cache(maxsize=16)  # every rule of a file, and every fault in it, asks for the same text
def _lines_of(text: str) -> Mapping[Path, int]:
    return _Layout(text).lines


class _Layout:
    """Reads a document once and keeps the first line of every path in it."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._counted_to = 0
        self._line = 1
        self._arrays: dict[Path, int] = {}  # array of tables -> position of its last table
        self._document()

    def _document(self) -> None:
        table: Path = ()
        while self._skip(_SPACE) < len(self._text):
            start = self._at
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            if self._at == start:  # no TOML: step over it
                self._at += 1

    def _header(self) -> Path:
        line = self._line_here()
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        table: Path = ()
        names = self._names()
        for name in names[:-1]:
            table = self._inside((*table, name))
        table = (*table, *names[-1:])
        if is_array:
            self._keep(table, line)
            self._arrays[table] = self._arrays.get(table, -1) + 1
            table = self._inside(table)
        self._keep(table, line)
        self._at = min(self._end_of_line(), len(self._text))
        return table

    def _inside(self, table: Path) -> Path:
        last = self._arrays.get(table)
        return table if last is None else (*table, last)

    def _pair(self, table: Path) -> None:
        line = self._line_here()
        path = table
        for name in self._names():
            path = (*path, name)
            self._keep(path, line)
        if self._text.startswith("=", self._skip(_BLANKS)):
            self._at += 1
            self._skip(_BLANKS)
            self._value(path)

    def _names(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip(_BLANKS)
            found = _STRING.match(self._text, self._at) or _BARE.match(self._text, self._at)
            if found is None:
                return names
            names.append(_plain(found.group()))
            self._at = found.end()
            if not self._text.startswith(".", self._skip(_BLANKS)):
                return names
            self._at += 1

    def _value(self, path: Path) -> None:
        if self._text.startswith("[", self._at):
            self._array(path)
        elif self._text.startswith("{", self._at):
            self._inline_table(path)
        else:
            found = _STRING.match(self._text, self._at) or _SCALAR.match(self._text, self._at)
            self._at = found.end() if found else self._at

    def _array(self, path: Path) -> None:
        self._at += 1
        position = 0
        while not self._closes("]"):
            element = (*path, position)
            start = self._at
            self._keep(element, self._line_here())
            self._value(element)
            self._separate(start)
            position += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while not self._closes("}"):
            start = self._at
            self._pair(path)
            self._separate(start)

    def _closes(self, bracket: str) -> bool:
        self._skip(_SPACE)
        if self._at >= len(self._text):
            return True
        if self._text[self._at] == bracket:
            self._at += 1
            return True
        return False

    def _separate(self, start: int) -> None:
        self._skip(_SPACE)
        if self._text.startswith(",", self._at) or self._at == start:
            self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _end_of_line(self) -> int:
        end = self._text.find("\n", self._at)
        return len(self._text) if end < 0 else end

    def _keep(self, path: Path, line: int) -> None:
        self.lines.setdefault(path, line)

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line


def _plain(written: str) -> str:
    if written.startswith("'"):
        return written[1:-1]
    if not written.startswith('"'):
        return written
    return _ESCAPE.sub(_unescaped, written[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    short, four, eight = found.groups()
    return _ESCAPES[short] if short else chr(min(int(four or eight, 16), 0x10FFFF))
