"""The page before a page: it asks for a passphrase, or says that there is nothing here."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from connector.disclosure.door_view import DoorView
from connector.publish.dress import digest
from connector.publish.environment import Made, page_environment

_PAGE: Final = "door.html.j2"
_STYLE: Final = "door.css.j2"  # small and of its own: this page is sent to whoever knocks


def door(view: DoorView) -> bytes:
    """Render the page; the same view gives the same bytes.

    Raises:
        UnsafeValueError: A text is not client-safe.
    """
    environment = page_environment()
    sheet = environment.get_template(_STYLE).render()
    safe = Markup(sheet)  # noqa: S704 - our own template, without any value
    page = environment.get_template(_PAGE)
    return page.render(view=view, style=safe, style_digest=Made(digest(sheet))).encode()
