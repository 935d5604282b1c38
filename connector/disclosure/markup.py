"""Markdown that people wrote for a client, as the little HTML a page may hold, and as plain text.

markdown-it-py reads it, without raw HTML; nh3 lets nothing pass but what is listed here. The plain
text is read from the cleaned HTML, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Final, Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from connector.disclosure.view import RichText
from connector.disclosure.wording import TEXT_LIMIT, clean_lines

TAGS: Final = frozenset({"p", "ul", "ol", "li", "strong", "em", "code", "br", "a", "blockquote"})
ATTRIBUTES: Final[dict[str, set[str]]] = {
    "a": {"href"},
    "ol": {"start"},  # without it, "2. October" would read "1. October"
    "*": set(),  # else nh3 lets the title of a link pass: words that nobody sees in the plain text
}
SCHEMES: Final = frozenset({"https", "mailto"})
REL: Final = "noreferrer"
_OFF: Final = ("code", "lheading", "reference", "entity")  # written without markup in mind, or hiding it
_LISTS: Final = frozenset({"ul", "ol"})
_BLOCKS: Final = frozenset({"p", "li", "blockquote"}) | _LISTS


def rich_text(text: str, *, limit: int = TEXT_LIMIT) -> RichText | None:
    """Render client text.

    Args:
        text: Markdown of a person, untrusted.
        limit: Most characters of it that are read; a longer text ends in an ellipsis.

    Returns:
        Cleaned HTML (`TAGS`, links to `SCHEMES` only, their address shown where the words differ
        from it) and the same as plain text; None if nothing is left to read.
    """
    html = nh3.clean(
        _READER.render(clean_lines(text, limit=limit)),
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes=set(SCHEMES),
        link_rel=REL,
    ).strip()
    plain = plain_text(html)
    return RichText(html=html, text=plain) if plain else None


def plain_text(html: str) -> str:
    """Read cleaned HTML as plain text: paragraphs apart by an empty line, items of a list by a line."""
    reader = _Plain()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Plain(HTMLParser):
    """Collects blocks of words; the marker of a list's item stands before its first block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text = ""
        self._words: list[str] = []
        self._lists: list[int | None] = []  # the next number of each open list, None for bullets
        self._marker = ""
        self._is_further = False  # the next block stands in the same list as the one before

    def text(self) -> str:
        """Return what was read."""
        self._end_block()
        return self._text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a list or a line."""
        if tag == "br":
            self._words.append("\n")
        if tag in _BLOCKS:
            self._end_block()
        if tag in _LISTS:
            self._is_further = self._is_further and bool(self._lists)
            self._lists.append(int(dict(attrs).get("start") or "1") if tag == "ol" else None)
        if tag == "li" and self._lists:
            number = self._lists[-1]
            self._marker = "- " if number is None else f"{number}. "
            self._lists[-1] = None if number is None else number + 1

    def handle_endtag(self, tag: str) -> None:
        """End a block or a list."""
        if tag in _BLOCKS:
            self._end_block()
        if tag in _LISTS and self._lists:
            self._lists.pop()
            self._is_further = self._is_further and bool(self._lists)

    def handle_data(self, data: str) -> None:
        """Take words; the end of a line in the markup is none in the text."""
        self._words.append(data.replace("\n", " "))

    def _end_block(self) -> None:
        lines = (" ".join(line.split()) for line in "".join(self._words).split("\n"))
        words = "\n".join(line for line in lines if line)
        self._words = []
        if not words:
            return
        apart = "" if not self._text else "\n" if self._is_further else "\n\n"
        indent = "  " * (len(self._lists) - 1)
        self._text += f"{apart}{indent}{self._marker}{words}"
        self._marker, self._is_further = "", bool(self._lists)


# ------------------------------------------------------------------------- Markdown as it is meant here


def _plainer(state: StateCore) -> None:
    """Lower headings to strong paragraphs, and settle what becomes of links."""
    for place, token in enumerate(state.tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "p"
        if token.type == "inline" and token.children:
            token.children = list(_linked(token.children))
            if state.tokens[place - 1].type == "heading_open":
                token.children = [_tag("strong", 1), *token.children, _tag("strong", -1)]


def _linked(tokens: Sequence[Token]) -> Iterator[Token]:
    """Keep the links that may stay, with their address behind words that differ from it."""
    address, label = "", ""
    for token in tokens:
        if token.type == "link_open":
            address, label = _address(token), ""
        elif token.type in {"text", "code_inline", "image"}:
            label += token.content
        if address or token.type not in {"link_open", "link_close"}:
            yield token
        if token.type == "link_close" and address:
            yield from _told(address, label)
            address = ""


def _address(token: Token) -> str:
    """Return the address of a link that may stay, or nothing."""
    address = str(token.attrGet("href") or "")
    return address if address.partition(":")[0].lower() in SCHEMES else ""


def _told(address: str, label: str) -> Iterator[Token]:
    shown = address.removeprefix("mailto:")
    if label.strip().rstrip("/") not in {shown.rstrip("/"), address.removeprefix("https://").rstrip("/")}:
        yield Token("text", "", 0, content=f" ({shown})")


def _tag(tag: str, nesting: Literal[1, -1]) -> Token:
    return Token(f"{tag}_{'open' if nesting > 0 else 'close'}", tag, nesting)


def _fence(_renderer: RendererHTML, tokens: Sequence[Token], place: int, *_: object) -> str:
    """Render a block of code line by line."""
    lines = tokens[place].content.rstrip("\n").split("\n")
    return f"<p><code>{'<br>'.join(escape(line) for line in lines)}</code></p>\n"


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    """Render a picture as its description: a page asks nobody for anything."""
    return escape(renderer.renderInlineAsText(tokens[place].children, options, env))


def _nothing(*_: object) -> str:
    return ""


def _any_link(url: str) -> bool:  # noqa: ARG001 - the library asks by this name
    """Read every link as one; `_linked` judges it. A refused one would stay as it was written."""
    return True


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).disable(_OFF)
    reader.validateLink = _any_link  # type: ignore[method-assign]  # the library's own way to set it
    reader.core.ruler.push("plainer", _plainer)
    for name, rule in (("fence", _fence), ("image", _image), ("hr", _nothing)):
        reader.add_render_rule(name, rule)
    return reader


_READER: Final = _reader()
