"""The part of JQL that clients of these trackers use, parsed into a tree.

Clauses with = != < <= > >= ~ !~ IN, NOT IN, IS [NOT] EMPTY; AND, OR, NOT, parentheses; ORDER BY.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<op>!=|!~|<=|>=|=|~|<|>|\(|\)|,)
    | (?P<word>[^\s"'!=~<>(),]+)
    )""",
    re.VERBOSE,
)
_MAX_ORDER_FIELDS = 7
_BRACKETS = frozenset("(),")
_COMPARISONS = frozenset(("=", "!=", "~", "!~", "<", "<=", ">", ">="))
_OPPOSITE = {"=": "!=", "~": "!~", "<": ">=", ">": "<=", "in": "not in", "is": "is not"}
_OPPOSITE |= {right: left for left, right in _OPPOSITE.items()}
_WORDS = (
    "abort access add after alias all alter and any as asc audit avg before begin between boolean break "
    "by byte catch cf char character check checkpoint collate collation column commit connect continue "
    "count create current date decimal declare decrement default defaults define delete delimiter desc "
    "difference distinct divide do double drop else empty encoding end equals escape exclusive exec "
    "execute exists explain false fetch file field first float for from function go goto grant greater "
    "group having identified if immediate in increment index initial inner inout input insert int "
    "integer intersect intersection into is isempty isnull join last left less like limit lock long max "
    "min minus mode modify modulo more multiply next noaudit not notin nowait null number object of on "
    "option or order outer output power previous prior privileges public raise raw remainder rename "
    "resource return returns revoke right row rowid rownum rows select session set share size sqrt "
    "start strict string subtract sum synonym table then to trans transaction trigger true uid union "
    "unique update user validate values view when whenever where while with "
)
RESERVED = frozenset(_WORDS.split())


class JqlError(Exception):
    """A query Jira would answer with 400. The text is the error message."""


@dataclass(frozen=True, slots=True)
class Clause:
    """`field op values`. `op` is a comparison, `in`, `not in`, `is` or `is not`; `is` has no values."""

    field: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Both:
    """All parts hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Node, ...]


Node = Clause | Both | Either


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. `where` None: unbounded. `order`: (field, descending) by rank."""

    where: Node | None
    order: tuple[tuple[str, bool], ...] = ()


def parse_jql(text: str) -> Query:
    """Parse a query.

    Raises:
        JqlError: It is no JQL, or none of the part that is known here.
    """
    reader = _Reader(text)
    where = None if reader.done or reader.peek() == "order" else _either(reader)
    order = _order(reader)
    if not reader.done:
        raise reader.unexpected("either 'OR' or 'AND'")
    return Query(where, order)


class _Reader:
    """The tokens of a query: (text, was it quoted)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens: list[tuple[str, bool]] = []
        self._place = 0
        position = 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None:
                raise JqlError(f"Error in the JQL Query: unexpected text at character {position + 1}.")
            quoted = match.group("quoted")
            token = re.sub(r"\\(.)", r"\1", quoted[1:-1]) if quoted else match.group().strip()
            self._tokens.append((token, bool(quoted)))
            position = match.end()

    @property
    def done(self) -> bool:
        return self._place >= len(self._tokens)

    def peek(self) -> str:
        """Return the next token in lower case; "" at the end or where it is quoted."""
        if self.done or self._tokens[self._place][1]:
            return ""
        return self._tokens[self._place][0].lower()

    def take(self, *keywords: str) -> bool:
        """Consume these unquoted words if they come next."""
        start = self._place
        for keyword in keywords:
            if self.peek() != keyword:
                self._place = start
                return False
            self._place += 1
        return True

    def name(self, expected: str) -> str:
        """Consume a value or field name.

        Raises:
            JqlError: An operator, a reserved word or the end comes instead.
        """
        if self.done:
            raise self.unexpected(expected)
        text, is_quoted = self._tokens[self._place]
        if not is_quoted and (text in _COMPARISONS or text in _BRACKETS):
            raise self.unexpected(expected)
        if not is_quoted and text.lower() in RESERVED:
            raise JqlError(
                f"Error in the JQL Query: '{text}' is a reserved JQL word."
                " You must surround it in quotation marks to use it in a query."
            )
        self._place += 1
        return text

    def unexpected(self, expected: str) -> JqlError:
        if self.done:
            return JqlError(f"Error in the JQL Query: Expecting {expected} before the end of the query.")
        found = self._tokens[self._place][0]
        return JqlError(f"Error in the JQL Query: Expecting {expected} but got '{found}'.")


def _either(reader: _Reader) -> Node:
    parts = [_both(reader)]
    while reader.take("or") or reader.take("||"):
        parts.append(_both(reader))
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _both(reader: _Reader) -> Node:
    parts = [_single(reader)]
    while reader.take("and") or reader.take("&&"):
        parts.append(_single(reader))
    return parts[0] if len(parts) == 1 else Both(tuple(parts))


def _single(reader: _Reader) -> Node:
    if reader.take("not"):
        return _negated(_single(reader))
    if reader.take("("):
        inner = _either(reader)
        if not reader.take(")"):
            raise reader.unexpected("')'")
        return inner
    return _clause(reader)


def _negated(node: Node) -> Node:
    match node:
        case Clause(field, op, values):
            return Clause(field, _OPPOSITE[op], values)
        case Both(parts):
            return Either(tuple(_negated(part) for part in parts))
        case Either(parts):
            return Both(tuple(_negated(part) for part in parts))


def _clause(reader: _Reader) -> Clause:
    field = _field(reader)
    if reader.take("is"):
        op = "is not" if reader.take("not") else "is"
        if not (reader.take("empty") or reader.take("null")):
            raise reader.unexpected("'EMPTY' or 'NULL'")
        return Clause(field, op)
    if reader.take("not", "in"):
        return Clause(field, "not in", _list(reader))
    if reader.take("in"):
        return Clause(field, "in", _list(reader))
    op = reader.peek()
    if op not in _COMPARISONS:
        raise reader.unexpected("an operator")
    reader.take(op)
    if reader.take("empty") or reader.take("null"):
        return Clause(field, "is" if op == "=" else "is not")
    return Clause(field, op, (_value(reader),))


def _field(reader: _Reader) -> str:
    if reader.peek().startswith("cf["):
        number = reader.peek().removeprefix("cf[").removesuffix("]")
        reader.take(reader.peek())
        return f"customfield_{number}"
    return reader.name("a field name")


def _value(reader: _Reader) -> str:
    value = reader.name("a value")
    if reader.take("(", ")"):
        return f"{value}()"
    return value


def _list(reader: _Reader) -> tuple[str, ...]:
    if not reader.take("("):
        raise reader.unexpected("'('")
    values = [_value(reader)]
    while reader.take(","):
        values.append(_value(reader))
    if not reader.take(")"):
        raise reader.unexpected("')'")
    return tuple(values)


def _order(reader: _Reader) -> tuple[tuple[str, bool], ...]:
    if not reader.take("order", "by"):
        return ()
    fields: list[tuple[str, bool]] = []
    while not fields or reader.take(","):
        field = _field(reader)
        descending = reader.take("desc")
        if not descending:
            reader.take("asc")
        fields.append((field, descending))
    if len(fields) > _MAX_ORDER_FIELDS:
        raise JqlError(f"JQL can be ordered by at most {_MAX_ORDER_FIELDS} fields.")
    return tuple(fields)
