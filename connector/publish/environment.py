"""The template environment: it prints client-safe values only, and fails on anything else.

A template can print a `ClientText`, a whole number, a drawing's coordinate, and what its own macros
made. A bare `str` is refused wherever it comes from, so a field that is no client text cannot get
out by a mistake in a template; nor can one be joined, formatted or cut into a safe one.
"""

from __future__ import annotations

import enum
import html
import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Final, NoReturn

from jinja2 import Environment, FunctionLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from connector.disclosure.view import ClientText, Code, Colour, Image, Link, RichText, Tone

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~])")


class UnsafeValueError(Exception):
    """A template tried to print a value that is not client-safe, or to make a safe one of it.

    Derives from neither TypeError nor ValueError: filters of the template language swallow those.
    """


@cache
def page_environment() -> Environment:
    """Return the environment for HTML: escaped by default, without filters that could undo it."""
    return _environment(_admit, autoescape=True)


@cache
def text_environment() -> Environment:
    """Return the environment for Markdown: every admitted text is escaped for Markdown."""
    return _environment(_admit_markdown, autoescape=False)


@cache
def plain_environment() -> Environment:
    """Return the environment for plain text: an admitted text is printed as it is, macros work."""
    return _environment(_admit_plain, autoescape=True)


def template_names() -> tuple[str, ...]:
    """Return the names of all templates."""
    folder = resources.files("connector.publish") / "templates"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".j2")))


def template_source(name: str) -> str:
    """Return the source of a template."""
    return (resources.files("connector.publish") / "templates" / name).read_text(encoding="utf-8")


class Made:
    """A text that the renderer itself computed from fixed parts, such as the digest of its styles."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        """Wrap a text; only `connector.publish` makes these."""
        self.value = value


def _environment(admit: Callable[[object], object], *, autoescape: bool) -> Environment:
    environment = _Sandbox(
        loader=FunctionLoader(_source),
        autoescape=autoescape,
        undefined=StrictUndefined,
        finalize=admit,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[_NoJoining],
    )
    environment.filters = {}
    environment.tests = {"none": lambda value: value is None}
    environment.globals = {}
    return environment


def _source(name: str) -> str | None:
    return template_source(name) if name in template_names() else None


class _Sandbox(ImmutableSandboxedEnvironment):
    """A sandbox in which texts have no methods and take part in no arithmetic."""

    intercepted_binops = frozenset({"+", "*", "%", "-", "/", "//", "**"})

    def __init__(self, **options: Any) -> None:  # signature of jinja2
        super().__init__(**options)
        self._safe: set[tuple[type, str]] = set()  # whether a name is safe hangs on the type alone

    def getattr(self, obj: Any, attribute: str) -> Any:  # signature of jinja2
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        if (type(obj), attribute) in self._safe:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # signature of jinja2
        if isinstance(left, str) or isinstance(right, str):
            _refuse(f"the operator {operator} on a text")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> None:  # noqa: ARG002 - jinja2 would offer its own safe format here
        return None

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # signature of jinja2
        if isinstance(obj, str | type | enum.EnumType) or not super().is_safe_attribute(obj, attr, value):
            return False
        self._safe.add((type(obj), attr))
        return True

    def unsafe_undefined(self, obj: Any, attribute: str) -> NoReturn:
        _refuse(f"the attribute {attribute} of a {type(obj).__name__}")


class _NoJoining(Extension):
    """Refuses `~`, which the sandbox cannot intercept, when a template is read."""

    tags: set[str] = set()  # noqa: RUF012 - declared so by jinja2

    def filter_stream(self, stream: Any) -> Any:
        for token in stream:
            if token.type == "tilde":
                raise UnsafeValueError(
                    f"found ~ on line {token.lineno}; texts cannot be joined in a template"
                )
            yield token


_PLAIN: Final = (ClientText, Colour, Link, Image, Made, Tone, Code)


def _admit(value: object) -> object:
    """Let a client-safe value through to be escaped and printed."""
    if isinstance(value, Markup):  # only macros of this environment make one
        return value
    if isinstance(value, _PLAIN):
        return value.value
    if isinstance(value, RichText):
        return Markup(value.html)  # noqa: S704 - disclosure cleaned it; nothing else makes a RichText
    if not isinstance(value, int | float) or isinstance(value, bool):
        _refuse(f"a value of type {type(value).__name__}")
    return value


def _admit_plain(value: object) -> object:
    admitted = value.text if isinstance(value, RichText) else _admit(value)
    return Markup(admitted) if isinstance(admitted, str) else admitted  # noqa: S704 - no markup is read here


def _admit_markdown(value: object) -> object:
    admitted = value.text if isinstance(value, RichText) else _admit(value)
    return (
        html.escape(_MARKDOWN.sub(r"\\\1", admitted), quote=False) if isinstance(admitted, str) else admitted
    )


def _refuse(what: str) -> NoReturn:
    raise UnsafeValueError(f"found {what}; a client template prints ClientText, numbers and drawings only")


@cache
def fixed_texts() -> tuple[str, ...]:
    """Return every fixed text of the templates: what stands between their expressions."""
    environment = page_environment()
    found: dict[str, None] = {}
    for name in template_names():
        for _, kind, text in environment.lex(template_source(name)):
            if kind == "data" and text.strip():
                found[text.strip()] = None
    return tuple(found)
