"""The page over a client's projects: each as its newest edition tells it."""

from __future__ import annotations

from typing import Final

from connector.disclosure.portal_view import PortalView
from connector.publish.dress import dressed

PORTAL: Final = "index.html"


def portal(view: PortalView) -> bytes:
    """Render the page; the same view gives the same bytes.

    Raises:
        UnsafeValueError: A text is not client-safe.
    """
    return dressed("portal.html.j2", view.theme, view=view)


def fixed_texts(view: PortalView) -> tuple[str, ...]:
    """Return what the page holds besides its template and what the editions tell: its words, its links."""
    words = (text.value for text in view.texts.values())
    return (PORTAL, *words, *(project.link.value for project in view.projects))
