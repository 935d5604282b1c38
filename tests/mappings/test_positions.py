"""Lines of values in TOML texts."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.positions import dotted, locate

TEXT = '''\
# head
name = "a # not a comment"   # comment
"quoted key" = 1
[one.two]
x = 1
a.b.c = 2
text = """
[not.a.header]
x = 5"""
literal = \'\'\'
y = "7\'\'\'
[[rule]]
name = "first"
[[rule]]
name = "second"
when = { type = ["A", "B"], not = { label = "z" } }
  [rule.more]
  deep = 1
[states]
list = [
  { words = "p" }, # trailing
  # a line between
  { words = "q", when = { level = 1 } },
]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param(["name"], 2, id="top-level key"),
        pytest.param(["quoted key"], 3, id="quoted key"),
        pytest.param(["one", "two"], 4, id="table"),
        pytest.param(["one", "two", "x"], 5, id="key in a table, not the one in a text"),
        pytest.param(["one", "two", "a", "b", "c"], 6, id="dotted key"),
        pytest.param(["one", "two", "literal"], 10, id="behind a text of several lines"),
        pytest.param(["rule", 0, "name"], 13, id="first of an array of tables"),
        pytest.param(["rule", 1], 14, id="second of an array of tables"),
        pytest.param(["rule", 1, "when", "type", 1], 16, id="element of a list on one line"),
        pytest.param(["rule", 1, "when", "not", "label"], 16, id="nested inline table"),
        pytest.param(["rule", 1, "more", "deep"], 18, id="table inside the last array element"),
        pytest.param(["states", "list", 1, "words"], 23, id="inline table on a line of its own"),
        pytest.param(["states", "list", 1, "when", "level"], 23, id="nested in that one"),
        pytest.param(["rule", 1, "concept"], 14, id="missing key: its table"),
        pytest.param(["absent"], 0, id="nothing above it either"),
    ],
)
def test_names_the_line(path: list[str | int], line: int) -> None:
    """A value is found where it is written; something missing, at the table that lacks it."""
    assert locate(TEXT, path) == line


def test_the_sample_is_toml() -> None:
    """The text above is what the standard library reads the same way."""
    assert tomllib.loads(TEXT)["states"]["list"][1]["when"]["level"] == 1


def test_writes_paths_as_people_read_them() -> None:
    """Positions stand in brackets, keys behind dots."""
    assert dotted(("rule", 3, "when", "type")) == "rule[3].when.type"


KEYS = st.one_of(
    st.from_regex(r"\A[A-Za-z0-9_-]{1,6}\Z"), st.text(alphabet="ab .#=[]{}\"'\\ü\t", min_size=1, max_size=5)
)
LEAVES = st.one_of(
    st.integers(0, 9),
    st.booleans(),
    st.text(alphabet="ab #=[]{},\"'\\\n", max_size=6),
    st.just(dt.date(2026, 9, 1)),
)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
        max_leaves=8,
    ),
    max_size=5,
)


@given(tree=TREES, seed=st.integers(0, 10_000))
def test_finds_every_value_of_any_document(tree: dict[str, object], seed: int) -> None:
    """However a document is laid out, every path in it is found on the line where it was written."""
    writer = Writer(random.Random(seed))  # noqa: S311 - chooses layout, guards nothing
    writer.document(tree)
    text = "".join(writer.parts)
    assert tomllib.loads(text) == tree
    assert {path: locate(text, path) for path in writer.lines} == writer.lines


@given(st.text(alphabet="ab=.[]{},#\"'\\\n ", max_size=60))
def test_never_fails_on_what_is_no_toml(text: str) -> None:
    """On any text the answer is a line of it, or 0."""
    assert 0 <= locate(text, ["a", 0, "b"]) <= text.count("\n") + 1


class Writer:
    """Writes a tree as TOML in random layout and notes the line of every path."""

    def __init__(self, rng: random.Random) -> None:
        self.parts: list[str] = []
        self.lines: dict[tuple[str | int, ...], int] = {}
        self._rng = rng

    def document(self, tree: dict[str, object]) -> None:
        """Write keys first, then a section for some of the tables."""
        sections = [key for key, value in tree.items() if _is_section(value) and self._rng.random() < 0.7]
        for key in tree.keys() - set(sections):
            self._pair((key,), tree[key])
            self._write("  # = [note]\n" if self._rng.random() < 0.3 else "\n")
        for key in sections:
            for path, table in _tables(key, tree[key]):
                self._section(path, table)

    def _section(self, path: tuple[str | int, ...], table: dict[str, object]) -> None:
        self._write("\n" if self._rng.random() < 0.3 else "# [x]\n")
        self._note(path)
        quotes = ("[[", "]]") if len(path) == 2 else ("[", "]")
        self._write(f"{quotes[0]}{_key(str(path[0]))}{quotes[1]}\n")
        for key, value in table.items():
            self._pair((*path, key), value)
            self._write("\n")

    def _pair(self, path: tuple[str | int, ...], value: object) -> None:
        self._note(path)
        self._write(f"{_key(str(path[-1]))} = ")
        self._value(path, value)

    def _value(self, path: tuple[str | int, ...], value: object) -> None:
        if isinstance(value, dict):
            self._inline(path, value)
        elif isinstance(value, list):
            self._array(path, value)
        else:
            self._write(self._leaf(value))

    def _inline(self, path: tuple[str | int, ...], table: dict[str, object]) -> None:
        self._write("{ ")
        for position, (key, value) in enumerate(table.items()):
            self._write(", " if position else "")
            self._pair((*path, key), value)
        self._write(" }")

    def _array(self, path: tuple[str | int, ...], values: list[object]) -> None:
        self._write("[")
        for position, value in enumerate(values):
            self._write(self._rng.choice(["", "\n  ", " # , ] }\n "]))
            self._note((*path, position))
            self._value((*path, position), value)
            self._write(",")
        self._write(self._rng.choice(["", "\n"]) + "]")

    def _leaf(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, str):
            return str(value)
        if self._rng.random() < 0.3:
            return '"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""'
        return _key(value, bare=False)

    def _note(self, path: tuple[str | int, ...]) -> None:
        self.lines[path] = "".join(self.parts).count("\n") + 1

    def _write(self, text: str) -> None:
        self.parts.append(text)


def _is_section(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(element, dict) for element in value)
    return isinstance(value, dict)


def _tables(key: str, value: object) -> Iterator[tuple[tuple[str | int, ...], dict[str, object]]]:
    if isinstance(value, dict):
        yield (key,), value
    elif isinstance(value, list):
        yield from (((key, position), table) for position, table in enumerate(value))


def _key(text: str, *, bare: bool = True) -> str:
    if bare and text and all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
