"""The look that every page of ours has: one style sheet, named by its digest in the page's policy."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from markupsafe import Markup

from connector.disclosure.view import Theme
from connector.publish.environment import Made, page_environment

_STYLE: Final = "styles.css.j2"


def dressed(template: str, theme: Theme, **parts: object) -> bytes:
    """Render a page with the style sheet of a theme.

    Args:
        template: Name of the page's template; it prints `style` and `style_digest`.
        theme: Its colours.
        parts: What else the template prints.

    Raises:
        UnsafeValueError: The template tried to print something that is not client-safe.
    """
    style = page_environment().get_template(_STYLE).render(theme=theme)
    page = page_environment().get_template(template)
    return page.render(
        style=Markup(style),  # noqa: S704 - our own template; its only values are checked colours
        style_digest=Made(_digest(style)),
        **parts,
    ).encode()


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
