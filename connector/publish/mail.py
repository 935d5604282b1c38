"""The edition as a mail: one column of tables with every style at its element, and the same in plain text.

A mail holds the verdict, what changed, what is needed, the next dates and the risks; the page has
the rest. It asks nothing of the network, and has no picture: most readers' programs show none until
asked.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from css_inline import CSSInliner
from markupsafe import Markup

from connector.disclosure.view import ClientView, Theme
from connector.publish import environment
from connector.publish.letter import LENGTHS, Letter, letter, palette

PAGE: Final = "email.html"
TEXT: Final = "email.txt"
MOST_BYTES: Final = 100_000  # widespread readers cut a mail that is longer
WIDTH: Final = 72  # characters of a line of the text part
_AT_ELEMENTS: Final = "email.css.j2"  # styles that are put to each element
_MEDIA: Final = "email_media.css.j2"  # styles for narrow and dark screens: they cannot
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_STYLED: Final = re.compile(r'style="([^"]*)"')
_DECLARATION: Final = re.compile(r"[a-z-]+\s*:[^;{}]+")
_BULLET: Final = re.compile(r"( *(?:- )?)(.*)")


def email(view: ClientView) -> Mapping[str, bytes]:
    """Write an edition as a mail.

    Args:
        view: What the client may see; nothing else is read.

    Returns:
        `email.html`, under `MOST_BYTES`, and `email.txt`. The same view gives the same bytes. Where
        the lists are long, both hold their first rows and say how many more the page has.

    Raises:
        UnsafeValueError: A template tried to print something that is not client-safe.
    """
    chosen, page = _fitting(view)
    return {PAGE: page, TEXT: _text(view, chosen)}


def fixed_texts(files: Mapping[str, bytes], theme: Theme) -> tuple[str, ...]:
    """Return the styles that stand in a mail whatever the project; its other fixed texts are templates'.

    Args:
        files: What `email` returned. A style counts as fixed only if the mail's own sheet says
            each of its declarations.
        theme: The colours it was made with.
    """
    page = files[PAGE].decode()
    own = set(_declarations(_sheet(_AT_ELEMENTS, theme)))
    kept = [style for style in dict.fromkeys(_STYLED.findall(page)) if own.issuperset(_declarations(style))]
    return (PAGE, TEXT, *_STYLE.findall(page), *kept)


def _fitting(view: ClientView) -> tuple[Letter, bytes]:
    """Return the longest letter whose page is small enough, else the shortest."""
    *longer, shortest = (letter(view, length) for length in LENGTHS)
    for one in longer:
        page = _page(view, one)
        if len(page) < MOST_BYTES:
            return one, page
    return shortest, _page(view, shortest)


def _declarations(style: str) -> Iterator[str]:
    """Yield `name:value` of each declaration, without white space and quotes."""
    for declaration in _DECLARATION.findall(style.replace("&quot;", "")):
        yield re.sub(r"[\s'\"]|!important", "", declaration)


def _sheet(name: str, theme: Theme) -> str:
    return environment.page_environment().get_template(name).render(c=palette(theme))


def _page(view: ClientView, chosen: Letter) -> bytes:
    media = _sheet(_MEDIA, view.theme)
    template = environment.page_environment().get_template("email.html.j2")
    whole = template.render(
        view=view,
        letter=chosen,
        style=Markup(media),  # noqa: S704 - our own template; its only values are checked colours
    )
    return _inliner(_sheet(_AT_ELEMENTS, view.theme)).inline(whole).encode()


@cache
def _inliner(sheet: str) -> CSSInliner:
    return CSSInliner(
        extra_css=sheet, inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False
    )


def _text(view: ClientView, chosen: Letter) -> bytes:
    text = environment.plain_environment().get_template("email.txt.j2").render(view=view, letter=chosen)
    return ("\n".join(_wrapped(text)) + "\n").encode()


def _wrapped(text: str) -> Iterator[str]:
    """Yield the lines of a text, none longer than `WIDTH` where it can be broken, one empty line at most."""
    is_empty = True
    for line in text.splitlines():
        if line.strip() or not is_empty:
            yield from _folded(line.rstrip()) or [""]
        is_empty = not line.strip()


def _folded(line: str) -> list[str]:
    indent, words = _BULLET.fullmatch(line).groups()  # type: ignore[union-attr]  # it matches every line
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
