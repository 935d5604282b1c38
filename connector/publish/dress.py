"""The look that every page of ours has: one style sheet, named by its digest in the page's policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from connector.disclosure.view import Colour, Theme, Tone
from connector.publish.environment import Made, page_environment

_STYLE: Final = "styles.css.j2"
_DARK: Final = "-dark"
_NAMES: Final = tuple(tone.value for tone in Tone)  # of the colours that a publisher may replace


def style(theme: Theme) -> str:
    """Return the style sheet with the colours of a theme."""
    return page_environment().get_template(_STYLE).render(theme=theme, colours=_colours(theme))


def digest(style: str) -> str:
    """Return the digest by which a page's policy names its style."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def dressed(template: str, theme: Theme, **parts: object) -> bytes:
    """Render a page with the style sheet of a theme.

    Args:
        template: Name of the page's template; it prints `style` and `style_digest`.
        theme: Its colours.
        parts: What else the template prints.

    Raises:
        UnsafeValueError: The template tried to print something that is not client-safe.
    """
    sheet = style(theme)
    page = page_environment().get_template(template)
    safe = Markup(sheet)  # noqa: S704 - our own template; its only values are checked colours
    return page.render(style=safe, style_digest=Made(digest(sheet)), **parts).encode()


def _colours(theme: Theme) -> Mapping[str, Sequence[tuple[Made, Colour]]]:
    """Return the colours that replace those of the style, by mode; a name the style has not is nothing."""
    chosen = theme.colours
    return {
        "light": [(Made(name), chosen[name]) for name in _NAMES if name in chosen],
        "dark": [(Made(name), chosen[f"{name}{_DARK}"]) for name in _NAMES if f"{name}{_DARK}" in chosen],
    }
